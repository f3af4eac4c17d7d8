import { expect, it } from "vitest";
import type { RecordView } from "../api/types";
import { amongLoaded } from "./records";

const record = (ref: string, at: number) => ({ ref, at, log: ref.split(":")[0], seq: Number(ref.split(":")[1]) }) as unknown as RecordView;
const held = [record("ir:3", 30), record("ir:2", 20)];

it("takes what is new or loaded, and leaves what lies below what was loaded for its own page", () => {
  const fresh = [record("ir:4", 40), record("ir:2", 20), record("ir:1", 10)];
  expect(amongLoaded(held, fresh, "more").map((one) => one.ref)).toEqual(["ir:4", "ir:2"]);
  expect(amongLoaded(held, fresh, "").map((one) => one.ref)).toEqual(["ir:4", "ir:2", "ir:1"]);
  expect(amongLoaded([], fresh, "more")).toEqual(fresh);
});
