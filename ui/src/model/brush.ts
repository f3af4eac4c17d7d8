/** The stretch of time under the map: what it spans, what is chosen in it, and the steps of a hand or a key on it. */

import type { Stretch } from "./marks";

export type Span = "all" | "year" | "month" | "week" | "day";
export const SPANS: readonly Span[] = ["all", "year", "month", "week", "day"];
const DAY_US = 86_400_000_000;
const LENGTH: Readonly<Record<Exclude<Span, "all">, number>> = { year: 365 * DAY_US, month: 30 * DAY_US, week: 7 * DAY_US, day: DAY_US };

export interface Range {
  readonly since: number;
  readonly until: number;
}

/** What the time line shows: all that happened, or what is newest.  `first`: the oldest of anything, null when there is nothing. */
export function rangeOf(span: Span, first: number | null, now: number): Range {
  if (span !== "all") return { since: now - LENGTH[span], until: now };
  const since = Math.min(first ?? now - DAY_US, now - 3_600_000_000);
  return { since, until: now };
}

/** The moment at a share (0 to 1) of a range, and back. */
export function at(range: Range, share: number): number {
  return Math.round(range.since + (range.until - range.since) * Math.max(0, Math.min(1, share)));
}

export function shareOf(range: Range, us: number): number {
  return Math.max(0, Math.min(1, (us - range.since) / Math.max(1, range.until - range.since)));
}

/** The stretch between two shares, whichever was first; null for a mere click: nothing is chosen. */
export function between(range: Range, one: number, other: number): Stretch | null {
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  return high - low < 0.004 ? null : { since: at(range, low), until: at(range, high) };
}

/** Moves one end by parts of the range; an end that reaches the edge of the range is open. */
export function moved(stretch: Stretch, range: Range, end: "since" | "until", by: number): Stretch {
  const held = { since: stretch.since ?? range.since, until: stretch.until ?? range.until };
  const step = (range.until - range.since) * by;
  const value = Math.round(end === "since" ? Math.min(held.since + step, held.until) : Math.max(held.until + step, held.since));
  const open = end === "since" ? value <= range.since : value >= range.until;
  return { since: stretch.since, until: stretch.until, [end]: open ? null : value };
}

/** Heights 0 to 1 of bars; a few stand out beside thousands, so by the square root. */
export function heights(counts: readonly number[], most = Math.max(1, ...counts)): number[] {
  return counts.map((count) => (count ? Math.max(0.06, Math.sqrt(count / most)) : 0));
}

/** An area of bars as an SVG path in a box of `width` by `height`. */
export function bars(tall: readonly number[], width: number, height: number): string {
  const each = width / tall.length;
  return tall.map((share, i) => (share ? `M${(i * each).toFixed(2)} ${height}v${(-share * height).toFixed(2)}h${(each * 0.82).toFixed(2)}v${(share * height).toFixed(2)}z` : "")).join("");
}
