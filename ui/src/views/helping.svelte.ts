/** Units of ours that call for help, in any room: shown on every screen, and heard until somebody has answered. */

import type { HelpCall } from "../api/types";
import { desk } from "./desk.svelte";

const SOON_MS = 150;

class Helping {
  calls = $state.raw<readonly HelpCall[]>([]);
  /** Whether one is heard: live calls in every room, a drill's in its own. */
  readonly calling = $derived(this.calls.some((call) => call.answered_by == null && (call.exercise == null || call.exercise === desk.room)));
  #soon = 0;

  /** Asks again when the ground or the log has changed; run in an effect. */
  follow(): void {
    void desk.ground;
    void desk.records;
    window.clearTimeout(this.#soon);
    if (desk.session && !desk.session.must_choose) this.#soon = window.setTimeout(() => void this.#load(), SOON_MS);
    else this.calls = [];
  }

  async #load(): Promise<void> {
    await desk.client.ask<readonly HelpCall[]>("GET", "/api/help").then((held) => (this.calls = held), (error: unknown) => desk.tell(error));
  }
}

export const helping = new Helping();
