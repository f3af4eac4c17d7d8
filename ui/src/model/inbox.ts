/** The inbox as an officer reads it at one moment: who owes what, until when, in which order. */

import type { ClockView, ItemView } from "../api/types";

/** How a deadline stands: `due` still runs; `done` is done without a deadline. */
export type Phase = "due" | "overdue" | "met" | "late" | "unproven" | "done" | "none" | "undelivered";

export interface Standing {
  readonly step: "acknowledge" | "answer";
  readonly phase: Phase;
  /** Microseconds to the deadline, negative after it; null when none runs. */
  readonly left: number | null;
}

export type Owed = "all" | "ours" | "theirs";

const RUNNING: ReadonlySet<string> = new Set(["open", "overdue"]);
const FINISHED: ReadonlySet<string> = new Set(["met", "late", "unproven", "done"]);

function running(clock: ClockView, now: number): Standing {
  const left = clock.due_us === null ? null : clock.due_us - now;
  const phase = left === null ? "none" : left < 0 ? "overdue" : "due";
  return { step: clock.step, phase, left };
}

/** The clock that counts now: the first that runs, else the last that was stopped. */
export function standing(item: ItemView, now: number): Standing {
  const clocks = item.answer ? [item.acknowledge, item.answer] : [item.acknowledge];
  const first = item.settled ? undefined : clocks.find((clock) => RUNNING.has(clock.state));
  if (first) return running(first, now);
  if (item.state === "waiting-delivery" || item.state === "not-released") {
    return { step: "acknowledge", phase: "undelivered", left: null };
  }
  const stopped = [...clocks].reverse().find((clock) => FINISHED.has(clock.state));
  if (stopped) return { step: stopped.step, phase: stopped.state as Phase, left: null };
  return { step: item.answer ? "answer" : "acknowledge", phase: "none", left: null };
}

/** Whether an item is overdue at `now`: the server's word, kept current between its words. */
export function isOverdue(item: ItemView, now: number): boolean {
  return standing(item, now).phase === "overdue";
}

/** Whether our side owes the acknowledgement of this item. */
export function awaitsUs(item: ItemView): boolean {
  return item.direction === "owed-by-us" && !item.settled && item.acknowledge.done_by === null && item.state !== "recalled";
}

/** Whether our side still owes an answer. */
export function answerable(item: ItemView): boolean {
  return item.direction === "owed-by-us" && item.answer !== null && item.answer.done_by === null && item.state !== "recalled";
}

const FAR = Number.MAX_SAFE_INTEGER;

/** Open items by deadline, those without one after them, then what is settled, newest first. */
export function byDeadline<T extends ItemView>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => {
    if (a.settled !== b.settled) return a.settled ? 1 : -1;
    if (a.settled) return b.at - a.at || compareRefs(a, b);
    return (a.due_us ?? FAR) - (b.due_us ?? FAR) || b.at - a.at || compareRefs(a, b);
  });
}

function compareRefs(a: ItemView, b: ItemView): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

/** An item's own key: a notice to all partners is one item for each receiver. */
export function keyOf(item: ItemView): string {
  return `${item.ref} ${item.to}`;
}

/** Items that our side or theirs owes. */
export function owedBy<T extends ItemView>(items: readonly T[], owed: Owed): T[] {
  if (owed === "all") return [...items];
  const wanted = owed === "ours" ? "owed-by-us" : "owed-to-us";
  return items.filter((item) => item.direction === wanted);
}

/** The item that the acknowledge key is for: the selected one if it waits for us, else the most urgent that does. */
export function toAcknowledge<T extends ItemView>(items: readonly T[], selected: string | null): T | null {
  const waiting = byDeadline(items).filter(awaitsUs);
  return waiting.find((item) => item.ref === selected) ?? waiting[0] ?? null;
}
