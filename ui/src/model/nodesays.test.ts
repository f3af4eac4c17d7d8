import { expect, it } from "vitest";
import { said } from "./nodesays";

const t = (key: string, values: Readonly<Record<string, string | number>> = {}) => `${key} ${values.party ?? ""}`.trim();
const name = (party: string) => (party === "ir" ? "ایران" : party);

it("reads a node's own sentence in the reader's language, and anybody's words as written", () => {
  const node = { lang: "en", text: "A unit of ir responds near the line" };
  expect(said(node, "fa", t, name)).toEqual({ lang: "fa", text: "watch.said.response ایران" });
  expect(said(node, "en", t, name)).toBe(node);
  const officer = { lang: "en", text: "A unit of ir responds near the line, with dogs" };
  expect(said(officer, "fa", t, name)).toBe(officer);
  const urdu = { lang: "ur", text: "The unit cannot come" };
  expect(said(urdu, "fa", t, name)).toBe(urdu);
});
