/** The incidents as columns: a hundred thousand of them, without an object for each. */

import type { MarksView } from "../api/types";
import { drawingOf, uncertainty } from "./placing";

export interface Marks {
  readonly count: number;
  readonly ref: readonly string[];
  readonly lat: Int32Array;
  readonly lon: Int32Array;
  readonly precision: Uint8Array;
  readonly radius: Int32Array;
  /** When it happened, and until when that may be: microseconds, which a double holds exactly. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** When its author says to have written it. */
  readonly at: Float64Array;
  readonly categories: readonly string[];
  readonly category: Uint8Array;
  readonly parties: readonly string[];
  readonly party: Uint8Array;
}

export function marksOf(view: MarksView): Marks {
  const start = Float64Array.from(view.start_us);
  return {
    count: view.ref.length, ref: view.ref, lat: Int32Array.from(view.lat), lon: Int32Array.from(view.lon),
    precision: Uint8Array.from(view.precision), radius: Int32Array.from(view.radius_m),
    start, end: start.map((us, i) => us + (view.lasts_us[i] ?? 0)), at: Float64Array.from(view.at_us),
    categories: view.categories, category: Uint8Array.from(view.category), parties: view.parties, party: Uint8Array.from(view.party),
  };
}

export const NO_MARKS: Marks = marksOf({
  exercise: null, categories: [], parties: [], ref: [], lat: [], lon: [], precision: [], radius_m: [], start_us: [], lasts_us: [], at_us: [], category: [], party: [],
});

/** Those of `held` that `fresh` does not name, then all of `fresh`. */
export function joined(held: Marks, fresh: Marks): Marks {
  const news = new Set(fresh.ref);
  const kept: number[] = [];
  for (let i = 0; i < held.count; i++) if (!news.has(held.ref[i] as string)) kept.push(i);
  const categories = [...new Set([...held.categories, ...fresh.categories])];
  const parties = [...new Set([...held.parties, ...fresh.parties])];
  const count = kept.length + fresh.count;
  const ref = new Array<string>(count);
  const made = {
    count, ref, lat: new Int32Array(count), lon: new Int32Array(count), precision: new Uint8Array(count), radius: new Int32Array(count),
    start: new Float64Array(count), end: new Float64Array(count), at: new Float64Array(count),
    categories, category: new Uint8Array(count), parties, party: new Uint8Array(count),
  };
  const put = (from: Marks, at: (to: number) => number, first: number, last: number) => {
    const category = Uint8Array.from(from.categories.map((name) => categories.indexOf(name)));
    const party = Uint8Array.from(from.parties.map((name) => parties.indexOf(name)));
    for (let to = first; to < last; to++) {
      const i = at(to);
      ref[to] = from.ref[i] as string;
      for (const name of ["lat", "lon", "precision", "radius", "start", "end", "at"] as const) made[name][to] = from[name][i] as number;
      made.category[to] = category[from.category[i] as number] as number;
      made.party[to] = party[from.party[i] as number] as number;
    }
  };
  put(held, (to) => kept[to] as number, 0, kept.length);
  put(fresh, (to) => to - kept.length, kept.length, count);
  return made;
}

/** Whether row `i` of `a` and row `j` of `b` would be drawn and counted alike. */
export function sameRow(a: Marks, i: number, b: Marks, j: number): boolean {
  const plain = (["lat", "lon", "precision", "radius", "start", "end", "at"] as const).every((name) => a[name][i] === b[name][j]);
  return plain && a.categories[a.category[i] as number] === b.categories[b.category[j] as number];
}

/** A stretch of time, both ends within it; null: open. */
export interface Stretch {
  readonly since: number | null;
  readonly until: number | null;
}

export const ALWAYS: Stretch = { since: null, until: null };

export function within(stretch: Stretch, start: number, end: number = start): boolean {
  return (stretch.since === null || end >= stretch.since) && (stretch.until === null || start <= stretch.until);
}

/** The rows that happened in a stretch. */
export function rowsIn(marks: Marks, stretch: Stretch): Int32Array {
  const rows = new Int32Array(marks.count);
  let count = 0;
  for (let i = 0; i < marks.count; i++) if (within(stretch, marks.start[i] as number, marks.end[i] as number)) rows[count++] = i;
  return rows.subarray(0, count);
}

/** The same rows, newest happening first; equal ones in the order that they stand in. */
export function newestFirst(marks: Marks, rows: Int32Array): Int32Array {
  return Int32Array.from(rows).sort((a, b) => (marks.start[b] as number) - (marks.start[a] as number) || a - b);
}

/** Rows at one place, known equally well, are one group.  `first` and `next` chain its rows; -1 ends. */
export interface Groups {
  readonly count: number;
  /** A row of each group, the one that is drawn. */
  readonly row: Int32Array;
  readonly size: Int32Array;
  readonly next: Int32Array;
  readonly first: Int32Array;
  /** Rows whose place is too vague to draw: a country, a sea. */
  readonly unplaced: number;
}

const MIX = 0x9e3779b1;

/** Groups rows by position, precision and radius, through a table of our own: a hundred thousand in some milliseconds. */
export function grouped(marks: Marks, rows: Int32Array): Groups {
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, rows.length * 2)));
  const table = new Int32Array(size).fill(-1);
  const [row, sizes, first] = [new Int32Array(rows.length), new Int32Array(rows.length), new Int32Array(rows.length)];
  const next = new Int32Array(marks.count).fill(-1);
  const { lat, lon, precision, radius } = marks;
  let [count, unplaced] = [0, 0];
  for (const i of rows) {
    const known = precision[i] as number;
    if (known > 5 || known < 1) {
      unplaced++;
      continue;
    }
    let slot = (Math.imul(lat[i] as number, MIX) ^ Math.imul(lon[i] as number, 0x85ebca6b) ^ Math.imul(known, 0xc2b2ae35)) >>> 0;
    for (slot = (slot ^ (slot >>> 15)) & (size - 1); ; slot = (slot + 1) & (size - 1)) {
      const group = table[slot] as number;
      if (group < 0) {
        table[slot] = count;
        row[count] = first[count] = i;
        sizes[count++] = 1;
        break;
      }
      const of = row[group] as number;
      if (lat[of] !== lat[i] || lon[of] !== lon[i] || precision[of] !== known || radius[of] !== radius[i]) continue;
      next[i] = first[group] as number;
      first[group] = i;
      sizes[group] = (sizes[group] as number) + 1;
      break;
    }
  }
  return { count, row: row.subarray(0, count), size: sizes.subarray(0, count), first: first.subarray(0, count), next, unplaced };
}

/** The references of a group, in the order in which the rows stand. */
export function refsOf(marks: Marks, groups: Groups, group: number): string[] {
  const found: string[] = [];
  for (let i = groups.first[group] ?? -1; i >= 0; i = groups.next[i] as number) found.push(marks.ref[i] as string);
  return found.reverse();
}

/** How row `i` may be drawn, and within how many metres it is known. */
export function placeOf(marks: Marks, i: number): { drawing: ReturnType<typeof drawingOf>; metres: number; lat: number; lon: number } {
  const place = { lat: marks.lat[i] as number, lon: marks.lon[i] as number, precision: marks.precision[i] as number, radius_m: marks.radius[i] as number };
  return { drawing: drawingOf(place), metres: uncertainty(place), lat: place.lat, lon: place.lon };
}

/** When the first of them happened; Infinity of none. */
export function earliestOf(marks: Marks): number {
  let least = Infinity;
  for (let i = 0; i < marks.count; i++) if ((marks.start[i] as number) < least) least = marks.start[i] as number;
  return least;
}

/** How many rows happened in each of equal stretches from `since` to `until`. */
export function countedIn(marks: Marks, since: number, until: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  const width = (until + 1 - since) / bins;
  for (let i = 0; i < marks.count; i++) {
    const bin = Math.floor(((marks.start[i] as number) - since) / width);
    if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}
