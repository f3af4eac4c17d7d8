/** What a caveat and a blurred position are made of.  Pure: forms in, data out. */

import type { Release } from "../api/types";
import { parseWhole } from "./digits";

export const PARTS = ["no", "apart", "yes"] as const;
/** Kinds of record that a caveat may keep from somebody, of those that name units. */
export const WITHHELD = ["unit", "unit-status", "zone-notice", "incident", "report", "warning"] as const;
const DAY_US = 86_400_000_000;
/** Sides of the cells that are offered, metres. */
const CELLS = [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000] as const;

export interface CaveatForm {
  /** On the whole party, not on the unit. */
  whole: boolean;
  part: (typeof PARTS)[number];
  withhold: (typeof WITHHELD)[number][];
  reason: string;
  listing: string;
  /** Until it is lifted where nothing is typed. */
  days: string;
  marking: "own" | "joint";
}

/** Cells that blur a position known to `radiusM`: none that is finer than what is known. */
export function cellsFor(radiusM: number): readonly number[] {
  return CELLS.filter((cell) => cell >= 2 * radiusM);
}

/** A code that none of the party's caveats in force has. */
export function freeCode(unit: string, taken: readonly string[]): string {
  for (let n = 1; ; n++) if (!taken.includes(`${unit}/${n}`)) return `${unit}/${n}`;
}

/** The caveat's data, and what is wrong with the form (a text's key), "" if nothing is. */
export function caveatOf(form: CaveatForm, on: { unit: string; party: string; code: string; lang: string; nowUs: number }): { data: object; problem: string } {
  const days = form.days.trim() ? parseWhole(form.days) : null;
  const data = {
    code: on.code, ...(form.whole ? { party: on.party } : { unit: on.unit }), part: form.part, withhold: [...form.withhold].sort(),
    reason: { lang: on.lang, text: form.reason.trim() }, listing: form.listing.trim(),
    ...(days ? { until: on.nowUs + days * DAY_US } : {}),
  };
  if (form.part === "yes" && !form.withhold.length) return { data, problem: "caveat.need.effect" };
  if (!form.reason.trim()) return { data, problem: "caveat.need.reason" };
  return { data, problem: form.days.trim() && !days ? "caveat.need.days" : "" };
}

/** The marking of a record as its successor takes it over. */
export function marking(readers: readonly string[], tlp: string): Release {
  if (!readers.length) return { to: "own" };
  return tlp === "TLP:GREEN" ? { to: "joint" } : { to: "named", parties: [...readers].sort() };
}
