import { expect, it } from "vitest";
import { reasonOf, said } from "./nodesays";

const t = (key: string, values: Readonly<Record<string, string | number>> = {}) => (key.startsWith("role.") && key !== "role.commander" ? `[${key}]` : [key, ...Object.values(values)].join(" "));
const name = (party: string) => (party === "ir" ? "ایران" : party);

it("reads a node's own sentence in the reader's language, and anybody's words as written", () => {
  const node = { lang: "en", text: "A unit of ir responds near the line" };
  expect(said(node, "fa", t, name)).toEqual({ lang: "fa", text: "watch.said.response ایران" });
  expect(said({ lang: "en", text: "A unit of pk responds near the line" }, "en", t, () => "Pakistan").text).toBe("watch.said.response Pakistan");
  const officer = { lang: "en", text: "A unit of ir responds near the line, with dogs" };
  expect(said(officer, "fa", t, name)).toBe(officer);
  const urdu = { lang: "ur", text: "The unit cannot come" };
  expect(said(urdu, "fa", t, name)).toBe(urdu);
});

it("reads what two officers decide, with names and roles of the reader's language, and the reason as it was written", () => {
  const read = (text: string) => said({ lang: "en", text }, "fa", t, name).text;
  expect(read("Proposed, for a second officer to confirm: deputy becomes commander, planner. Reason: Away. Reason: leave\nfor a week")).toBe(
    "watch.said.proposed Away. Reason: leave\nfor a week watch.said.roles deputy role.commander، planner",
  );
  expect(read("Confirmed: the frozen log of ir is accepted again.")).toBe("watch.said.confirmed watch.said.thaw ایران");
  expect(read("Confirmed: the log ir.2 is accepted again.")).toBe("watch.said.accepts ir.2");
  expect(read("Withdrawn: something that this page does not know.")).toBe("watch.said.withdrawn something that this page does not know");
});

it("reads why a log is frozen, alone and within what officers note of it", () => {
  const read = (text: string) => said({ lang: "en", text }, "ur", t, name).text;
  expect(read("two signed checkpoints of ir.2 conflict at size 7")).toBe("watch.said.conflicting ir.2 7");
  expect(read("The log ir is accepted again. It was frozen because: two signed checkpoints of one size have different roots. Reason: A slip")).toBe(
    "watch.said.accepted ir A slip watch.said.roots",
  );
});

it("reads why a link is down, and what a partner withholds besides, and takes nobody's words for it", () => {
  const read = (text: string) => reasonOf(text, "ur", t, name);
  expect(read("no answer from the partner (Cannot connect to host 10.0.0.2:8700) (unreachable)")).toBe("watch.said.unreachable Cannot connect to host 10.0.0.2:8700");
  expect(read("the exchange with ir is suspended by ir:9 (suspended); withholds 3 entries that it has signed, for 90 s")).toBe(
    "watch.said.also watch.said.suspendedby ir:9 ایران watch.said.withholds 3 90",
  );
  expect(read("the log is frozen: two signed checkpoints of ir.2 conflict at size 7")).toBe("watch.said.frozen watch.said.conflicting ir.2 7");
  expect(read("the disk is full (no-space)")).toBe("watch.said.failed no-space the disk is full");
  const officer = { lang: "en", text: "The road is out (mudslide)" };
  expect(said(officer, "ur", t, name)).toBe(officer);
});

it("reads why a drill stands still, each of its steps that waited", () => {
  expect(reasonOf("not played: second waited for first; third waited for pk:4; fourth waited for second", "fa", t, name)).toBe(
    "watch.said.unplayed watch.said.also watch.said.also watch.said.waited second first watch.said.waited third pk:4 watch.said.waited fourth second",
  );
});
