/** What incidents are called: asked for the rows that stand on the screen, and kept while nothing changes. */

import { untrack } from "svelte";
import type { TitleView, Words } from "../api/types";
import { desk } from "./desk.svelte";

const KEPT = 2_000;
const ONCE = 100;

class Titles {
  #held = $state.raw<ReadonlyMap<string, Words>>(new Map());
  /** Of which moment they are; another moment's are not these.  Written by `want`, as is `#asked`. */
  #of = "";
  #asked = new Set<string>();
  #timer = 0;
  /** What `#keep` took last. */
  #kept: readonly TitleView[] = [];

  of(ref: string): Words | undefined {
    return this.#held.get(ref);
  }

  want(refs: readonly string[]): void {
    const of = `${desk.room} ${desk.past.on ? `${desk.past.side} ${desk.past.view?.at_us}` : desk.held.version}`;
    if (of !== this.#of) {
      this.#of = of;
      this.#asked.clear();
      this.#kept = [];
    }
    if (!desk.past.on) this.#keep(desk.held.told);
    const missing = refs.filter((ref) => !this.#asked.has(ref));
    if (!missing.length) return;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(missing.slice(0, ONCE), of), 60);
  }

  #keep(found: readonly TitleView[]): void {
    if (found === this.#kept || !found.length) return;
    this.#kept = found;
    for (const { ref } of found) this.#asked.add(ref);
    this.#held = new Map([...[...untrack(() => this.#held)].slice(-KEPT), ...found.map(({ ref, title }) => [ref, title] as const)]);
  }

  async #ask(refs: readonly string[], of: string): Promise<void> {
    const { past } = desk;
    const moment = past.on && past.view ? { room: desk.room, side: past.side, at: past.view.at_us } : null;
    if (past.on && !moment) return;
    try {
      for (const ref of refs) this.#asked.add(ref);
      const found = await (moment ? past.client.titles(moment, refs) : desk.client.titles(refs));
      if (of !== this.#of) return;
      this.#keep(found);
    } catch (error) {
      for (const ref of refs) this.#asked.delete(ref);
      desk.tell(error);
    }
  }
}

export const titles = new Titles();
