/** What the officer writes: acknowledgements and records.  Nothing is written while the past shows. */

import { ApiError } from "../api/client";
import type { InboxItem, ItemView } from "../api/types";
import { keyOf } from "../model/inbox";
import { desk } from "./desk.svelte";
import { describe } from "./notices.svelte";
import { preferences } from "./preferences.svelte";

class Acting {
  /** The items whose acknowledgement is on its way. */
  #acknowledging = $state.raw<ReadonlySet<string>>(new Set());

  acknowledging(item: ItemView): boolean {
    return this.#acknowledging.has(keyOf(item));
  }

  async acknowledge(item: InboxItem | null = desk.next): Promise<void> {
    const t = preferences.t;
    if (desk.past.on) return desk.say("bad", t("past.noacts"));
    if (!item) return desk.say("good", t("act.nothing"));
    if (this.acknowledging(item)) return;
    const key = keyOf(item);
    this.#acknowledging = new Set([...this.#acknowledging, key]);
    try {
      await desk.client.receipts("acknowledged", [item.ref]);
      await desk.loadItems();
      desk.refresh("log", "selected");
      desk.say("good", t("act.acknowledged", { ref: item.ref }));
    } catch (error) {
      desk.tell(error);
    }
    this.#acknowledging = new Set([...this.#acknowledging].filter((held) => held !== key));
  }

  /** Writes a record of `kind` in a room, the open one unless said; returns its reference, or null when it was refused. */
  async act(kind: string, data: object, release: object, key: string, room = desk.room): Promise<string | null> {
    try {
      const made = await desk.client.act(kind, { data, release, exercise: room, key });
      desk.refresh("items", "log", "selected", "incidents");
      return made.ref;
    } catch (error) {
      desk.tell(error);
      if (error instanceof ApiError && error.status === 0) desk.say("bad", describe(error));
      return null;
    }
  }
}

export const acting = new Acting();
