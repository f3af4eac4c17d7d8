/** What waits on the live desk while an exercise is shown: a real warning reaches an officer who drills. */

import type { InboxItem } from "../api/types";
import { awaitsUs, isOverdue } from "../model/inbox";
import { desk } from "./desk.svelte";

class Crossover {
  /** Written by `follow` only; empty on the live desk itself, which shows them. */
  items = $state.raw<readonly InboxItem[]>([]);
  readonly waiting = $derived(this.items.filter(awaitsUs));
  readonly overdue = $derived(this.items.filter((item) => isOverdue(item, desk.now)).length);
  readonly first = $derived([...this.waiting].sort((a, b) => (a.acknowledge.due_us ?? Infinity) - (b.acknowledge.due_us ?? Infinity))[0] ?? null);
  readonly calling = $derived(this.waiting.length > 0 && desk.room !== null);

  /** Asks the live desk whenever this one heard of something, and as often as links are looked at; run in an effect. */
  follow(): void {
    // Named so that the effect runs again when the desk heard of something.
    void [desk.items, desk.view];
    if (desk.room === null || !desk.session) {
      this.items = [];
      return;
    }
    desk.client.inbox(null).then(
      (items) => (this.items = desk.room === null ? [] : items),
      (error: unknown) => desk.tell(error),
    );
  }
}

export const crossover = new Crossover();
