/** Who has the watch, what of it is offered, and who else could have it.  Kept current by the desk's events. */

import type { ColleagueView, WatchView } from "../api/types";
import { nameIn } from "../model/texts";
import { desk } from "./desk.svelte";
import { preferences } from "./preferences.svelte";

class Watching {
  // What the node said last; written by `load` only.
  view = $state.raw<WatchView | null>(null);
  colleagues = $state.raw<readonly ColleagueView[]>([]);
  readonly me = $derived(desk.session?.officer ?? "");
  readonly officer = $derived(this.view?.officer ?? null);
  readonly mine = $derived(this.officer !== null && this.officer === this.me);
  /** A handover that waits for this officer's signature. */
  readonly offeredToMe = $derived(this.view?.offered?.incoming === this.me ? this.view.offered : null);
  readonly others = $derived(this.colleagues.filter((held) => held.officer !== this.me));
  /** Whether this officer's roles may have the watch. */
  readonly may = $derived((desk.session?.roles ?? []).some((role) => role === "duty" || role === "commander"));

  /** Follows the desk; returns what ends it. */
  follow(): () => void {
    void this.load();
    return desk.hear((subjects) => {
      if (subjects === null || subjects.some((name) => name.startsWith("watch/") || name.startsWith("party/"))) void this.load();
    });
  }

  async load(): Promise<void> {
    const room = desk.room;
    try {
      const [view, colleagues] = await Promise.all([desk.client.watch(room), desk.client.colleagues()]);
      if (room !== desk.room) return;
      this.view = view;
      this.colleagues = colleagues;
    } catch (error) {
      desk.tell(error);
    }
  }

  /** The title of an officer's desk, or the sign-in name where we do not know it. */
  title(officer: string): string {
    const found = this.colleagues.find((colleague) => colleague.officer === officer);
    return found ? nameIn(found.title, preferences.language).text : officer;
  }
}

export const watching = new Watching();
