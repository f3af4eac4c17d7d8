import { describe, expect, it } from "vitest";
import type { InboxItem, OwnerView } from "../api/types";
import { alertsFor, escalationOf, titleCount, type Officer } from "./alerts";

const MINUTE = 60_000_000;
const BRACKET = { backdated: false, not_after_s: null, not_before_s: null };

function item(over: Partial<InboxItem> = {}): InboxItem {
  const acknowledge = { step: "acknowledge", state: "open", deadline_s: 600, due_us: 10 * MINUTE, left_s: 1, done_by: null, took_s: null, bracket: BRACKET } as const;
  return {
    ref: "pk:4", kind: "warning", party: "pk", to: "ir", by: "duty", direction: "owed-by-us", urgency: "flash", at: 0,
    exercise: null, text: null, place: null, when: null, about: null, state: "open", settled: false, late: false,
    delivered_s: 0, due_us: 10 * MINUTE, left_s: 1, acknowledge, answer: null, receipts: [], answers: [],
    recall: null, owners: [], agreement: null, escalates_us: 5 * MINUTE, ...over,
  };
}

const asked: OwnerView = { party: "ir", officer: "duty1", ref: "ir:9", by: "duty1", at: 0, text: null, escalated: true };
const done = { ...item().acknowledge, state: "met", done_by: "ir:5" } as const;
const who = (roles: readonly string[], watch: string | null = "duty1", officer = "me"): Officer => ({ officer, roles, watch });
const calls = (officer: Officer, minute: number, over: Partial<InboxItem> = {}) => alertsFor([item(over)], officer, "ir", minute * MINUTE).length === 1;

describe("whom an item calls", () => {
  it("calls the duty officers first, the commander once half the deadline has passed, every desk once it is overdue", () => {
    const steps = (officer: Officer) => [1, 6, 11].map((minute) => calls(officer, minute));
    expect(steps(who(["duty"]))).toEqual([true, true, true]);
    expect(steps(who(["commander"]))).toEqual([false, true, true]);
    expect(steps(who(["auditor"]))).toEqual([false, false, true]);
  });
  it("calls the commander at once who has the watch, or while nobody has it", () => {
    expect(calls(who(["commander"], "me"), 1)).toBe(true);
    expect(calls(who(["commander"], null), 1)).toBe(true);
  });
  it("calls nobody once it is acknowledged, recalled, or owed by the partner", () => {
    for (const over of [{ acknowledge: done }, { state: "recalled" }, { direction: "owed-to-us" }, { settled: true }] as const) expect(calls(who(["duty", "commander"]), 11, over)).toBe(false);
  });
  it("leaves what can wait silent", () => {
    expect(calls(who(["duty", "commander"]), 11, { urgency: "routine", escalates_us: null })).toBe(false);
  });
  it("calls the commander for what an officer escalated, until somebody takes it, acknowledged or not", () => {
    expect(calls(who(["commander"]), 1, { urgency: "routine", escalates_us: null, acknowledge: done, owners: [asked] })).toBe(true);
    expect(calls(who(["commander"]), 1, { urgency: "routine", escalates_us: null, acknowledge: done, owners: [{ ...asked, escalated: false }] })).toBe(false);
    expect(calls(who(["commander"]), 1, { urgency: "routine", escalates_us: null, acknowledge: done, owners: [{ ...asked, party: "pk" }] })).toBe(false);
  });
});

describe("escalation", () => {
  it("begins at the moment that the node names and ends with the acknowledgement", () => {
    expect(escalationOf(item(), "ir", 5 * MINUTE - 1)).toBeNull();
    expect(escalationOf(item(), "ir", 5 * MINUTE)).toBe("silent");
    expect(escalationOf(item({ acknowledge: done }), "ir", 9 * MINUTE)).toBeNull();
    expect(escalationOf(item({ owners: [asked], acknowledge: done }), "ir", 0)).toBe("asked");
  });
  it("is counted before the page's name, louder than what only waits", () => {
    expect(titleCount(3, 9)).toBe("(3!) ");
    expect(titleCount(0, 9)).toBe("(9) ");
    expect(titleCount(0, 0)).toBe("");
  });
});
