/** The log as the page holds it: the newest records that fit what is looked for, and older ones as they are scrolled to. */

import type { Client } from "../api/client";
import type { RecordView } from "../api/types";
import type { Stretch } from "../model/marks";
import { amongLoaded, merge, searchTerm } from "../model/records";

const PAGE = 200;

/** What the log is narrowed to. */
export interface Wanted {
  readonly room: string | null;
  readonly search: string;
  readonly stretch: Stretch;
}

export class Logbook {
  /** Written by `load`, `older` and `take`, as is `total`. */
  records = $state.raw<readonly RecordView[]>([]);
  total = $state(0);
  loading = $state(false);
  readonly #client: Client;
  readonly #wanted: () => Wanted;
  #cursor = "";

  constructor(client: Client, wanted: () => Wanted) {
    this.#client = client;
    this.#wanted = wanted;
  }

  clear(): void {
    this.records = [];
    this.#cursor = "";
  }

  async load(): Promise<void> {
    const wanted = this.#wanted();
    const page = await this.#find(wanted, "");
    if (!this.#still(wanted)) return;
    const first = this.records.length === 0 || this.#cursor === "";
    this.records = first ? page.records : merge(this.records, page.records);
    if (first) this.#cursor = page.next;
    this.total = page.total;
  }

  /** Loads the next page; rejects as the client does. */
  async older(): Promise<void> {
    if (!this.#cursor || this.loading) return;
    this.loading = true;
    const wanted = this.#wanted();
    try {
      const page = await this.#find(wanted, this.#cursor);
      if (!this.#still(wanted)) return;
      this.records = merge(this.records, page.records);
      this.#cursor = page.next;
    } finally {
      this.loading = false;
    }
  }

  /** Takes in records that are new; of older ones only those whose page is here. */
  take(records: readonly RecordView[], total: number): void {
    this.records = merge(this.records, amongLoaded(this.records, records, this.#cursor));
    this.total = total;
  }

  #find({ room, search, stretch }: Wanted, cursor: string) {
    return this.#client.find({ room, kind: "", party: "", q: searchTerm(search), since: stretch.since, until: stretch.until, cursor, limit: PAGE });
  }

  #still(wanted: Wanted): boolean {
    const now = this.#wanted();
    return now.room === wanted.room && now.search === wanted.search && now.stretch === wanted.stretch;
  }
}
