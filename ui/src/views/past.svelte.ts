/** The past that is looked at: what a side knew at a moment, in place of what is.  Nothing is written while it shows. */

import type { Client } from "../api/client";
import { PastClient } from "../api/past";
import type { InboxItem, PastRecord, PastSpan, PastView, RecordView } from "../api/types";
import { marksOf, NO_MARKS, type Marks } from "../model/marks";
import { merge, searchTerm } from "../model/records";

export interface Around {
  readonly client: Client;
  room(): string | null;
  search(): string;
  selected(): string | null;
  tell(error: unknown): void;
  remember(): void;
}

export class Past {
  /** The moment that is wanted, microseconds; null: now.  Written by `go` and `leave`, as is `side`. */
  at = $state<number | null>(null);
  side = $state("");
  /** What came for it; stays until the next comes, so that scrubbing does not flicker.  Written by `#load`. */
  view = $state.raw<PastView | null>(null);
  marks = $state.raw<Marks>(NO_MARKS);
  records = $state.raw<readonly RecordView[]>([]);
  total = $state(0);
  record = $state.raw<PastRecord | null>(null);
  span = $state.raw<PastSpan | null>(null);
  busy = $state(false);
  readonly on = $derived(this.at !== null);
  /** Its inbox; nothing of the past goes to a commander any more. */
  readonly items = $derived<readonly InboxItem[]>((this.view?.items ?? []).map((item) => ({ ...item, escalates_us: null })));
  readonly client: PastClient;
  readonly #around: Around;
  #cursor = "";
  #timer = 0;
  #turn = 0;
  #asking = new AbortController();

  constructor(around: Around) {
    this.#around = around;
    this.client = new PastClient(around.client);
  }

  /** Goes to a moment of a side; asks soon, as a hand on the slider names many. */
  go(at: number, side = this.side): void {
    const other = side !== this.side || this.span === null;
    this.at = Math.round(at);
    this.side = side;
    this.#around.remember();
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#load(other), 90);
  }

  leave(): void {
    window.clearTimeout(this.#timer);
    this.#asking.abort();
    this.#turn++;
    this.at = null;
    this.view = this.record = this.span = null;
    this.marks = NO_MARKS;
    this.records = [];
    this.busy = false;
    this.#around.remember();
  }

  /** Asks anew: another search, another room. */
  again(): void {
    if (this.at !== null) void this.#load(true);
  }

  async #load(spanToo: boolean): Promise<void> {
    const { room, search } = this.#around;
    const client = this.client;
    const [turn, at, side] = [++this.#turn, this.at, this.side];
    if (at === null) return;
    this.#asking.abort();
    const { signal } = (this.#asking = new AbortController());
    this.busy = true;
    try {
      const wanted = { room: room(), side, at };
      if (spanToo) this.span = await client.span(wanted, signal);
      const view = await client.view(wanted, signal);
      const q = searchTerm(search());
      const [marks, page] = await Promise.all([client.marks(wanted, signal), q ? client.records(wanted, q, "", signal) : view.records]);
      if (turn !== this.#turn) return;
      [this.view, this.marks, this.records, this.total, this.#cursor] = [view, marksOf(marks), page.records, page.total, page.next];
      this.busy = false;
      await this.open();
    } catch (error) {
      if (turn !== this.#turn) return;
      this.busy = false;
      this.#around.tell(error);
    }
  }

  /** The record that is open, as it was; null when it was not known yet. */
  async open(): Promise<void> {
    const [ref, turn, at] = [this.#around.selected(), this.#turn, this.at];
    if (at === null) return;
    if (!ref) this.record = null;
    else {
      const { signal } = this.#asking;
      const record = await this.client.record({ room: null, side: this.side, at }, ref, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error; // another moment is wanted by now
      });
      if (record && turn === this.#turn && ref === this.#around.selected()) this.record = record;
    }
  }

  async older(): Promise<void> {
    const [turn, at] = [this.#turn, this.at];
    if (!this.#cursor || at === null) return;
    const page = await this.client.records({ room: this.#around.room(), side: this.side, at }, searchTerm(this.#around.search()), this.#cursor);
    if (turn !== this.#turn) return;
    this.records = merge(this.records, page.records);
    this.#cursor = page.next;
  }
}
