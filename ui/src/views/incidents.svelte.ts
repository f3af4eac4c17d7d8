/** The incidents as the page holds them: all as columns, those that came since on top, and in full only what is open. */

import type { Client } from "../api/client";
import type { IncidentView, MarksView, TitleView } from "../api/types";
import { joined, marksOf, NO_MARKS, sameRow, type Marks } from "../model/marks";

/** More news than these are laid into the columns. */
const FRESH = 400;
const OPENED = 24;

export class Incidents {
  /** All but the newest; written by `load` and `#take`, as is `fresh`. */
  base = $state.raw<Marks>(NO_MARKS);
  /** What came since, few: the map draws these alone when they change. */
  fresh = $state.raw<Marks>(NO_MARKS);
  /** Those that were opened, in full. */
  opened = $state.raw<readonly IncidentView[]>([]);
  /** Goes on when all were asked for anew. */
  version = $state(0);
  /** What those are called that changed last; written by `take`. */
  told = $state.raw<readonly TitleView[]>([]);
  readonly count = $derived(this.base.count + this.fresh.count);
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  clear(): void {
    this.base = this.fresh = NO_MARKS;
    this.opened = [];
    this.told = [];
  }

  has(ref: string): boolean {
    return this.fresh.ref.includes(ref) || this.base.ref.includes(ref);
  }

  /** Asks for all of them; `still` says whether the room is the one that was asked for. */
  async load(room: string | null, still: () => boolean): Promise<void> {
    const [marks] = await Promise.all([this.#client.marks(room), ...this.opened.map((one) => this.#open(one.ref))]);
    if (!still()) return;
    this.version++;
    [this.base, this.fresh] = [marksOf(marks), NO_MARKS];
  }

  /** Takes in those that changed, and asks for the open ones among them in full. */
  async take(marks: MarksView | null, titles: readonly TitleView[]): Promise<void> {
    if (!marks) return;
    this.#take(marksOf(marks));
    this.told = titles;
    await Promise.all(this.opened.filter((one) => marks.ref.includes(one.ref)).map((one) => this.#open(one.ref)));
  }

  /** Most changes of an incident (a report, a claim) do not change how it is drawn. */
  #take(news: Marks): void {
    const places = news.ref.map((ref) => [this.base.ref.indexOf(ref), this.fresh.ref.indexOf(ref)] as const);
    const same = places.every(([b, f], i) => (f >= 0 ? sameRow(this.fresh, f, news, i) : b >= 0 && sameRow(this.base, b, news, i)));
    if (same) return;
    const added = places.every(([b, f], i) => b < 0 || (f < 0 && sameRow(this.base, b, news, i)));
    if (added && this.fresh.count + news.count <= FRESH) this.fresh = joined(this.fresh, only(news, places.map(([b]) => b < 0)));
    else [this.base, this.fresh] = [joined(this.base, joined(this.fresh, news)), NO_MARKS];
  }

  /** Asks for an incident in full, if it is not here. */
  async need(ref: string): Promise<void> {
    if (!this.opened.some((one) => one.ref === ref)) await this.#open(ref);
  }

  async #open(ref: string): Promise<void> {
    const view = await this.#client.incident(ref);
    this.opened = [view, ...this.opened.filter((one) => one.ref !== ref)].slice(0, OPENED);
  }
}

function only(marks: Marks, wanted: readonly boolean[]): Marks {
  return wanted.every(Boolean) ? marks : picked(marks, wanted.flatMap((want, i) => (want ? [i] : [])));
}

/** Some rows of columns. */
export function picked(marks: Marks, rows: readonly number[]): Marks {
  const some = <T extends Int32Array | Uint8Array | Float64Array>(column: T): T => {
    const made = new (column.constructor as new (length: number) => T)(rows.length);
    rows.forEach((row, i) => (made[i] = column[row] as number));
    return made;
  };
  return {
    ...marks, count: rows.length, ref: rows.map((row) => marks.ref[row] as string), lat: some(marks.lat), lon: some(marks.lon),
    precision: some(marks.precision), radius: some(marks.radius), start: some(marks.start), end: some(marks.end), at: some(marks.at),
    category: some(marks.category), party: some(marks.party),
  };
}
