/** Taking what is open: one key, one record. */

import type { InboxItem } from "../api/types";
import { ownerOf } from "../model/alerts";
import { unique } from "../model/unique";
import { composing } from "./composing.svelte";
import { acting } from "./acting.svelte";
import { desk } from "./desk.svelte";
import { preferences } from "./preferences.svelte";
import { watching } from "./watching.svelte";

class Taking {
  busy = $state(false);

  /** The item that a key is for: the open one, else the one that the acknowledge key is for. */
  item(): InboxItem | null {
    return desk.item ?? desk.next;
  }

  async take(item: InboxItem | null = this.item()): Promise<void> {
    const t = preferences.t;
    if (desk.past.on) return desk.say("bad", t("past.noacts"));
    if (!item || item.settled) return desk.say("bad", t("owner.none"));
    if (!composing.may.has("assignment")) return desk.say("bad", t("detail.notyours", { kind: t("kind.assignment") }));
    const owner = ownerOf(item, desk.us);
    if (owner?.officer === watching.me && !owner.escalated) return desk.say("good", t("owner.already", { ref: item.ref }));
    if (this.busy) return;
    this.busy = true;
    const made = await acting.act("assignment", { of: item.ref, officer: watching.me }, { to: "own" }, unique(), item.exercise);
    this.busy = false;
    if (made) desk.say("good", t("owner.taken", { ref: item.ref }));
  }

  /** Opens the form that hands on or escalates. */
  begin(variant: "hand" | "escalate"): void {
    const item = this.item();
    if (!item || item.settled) return desk.say("bad", preferences.t("owner.none"));
    composing.begin("assignment", item.ref, variant);
  }
}

export const taking = new Taking();
