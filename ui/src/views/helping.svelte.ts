/** Units of ours that call for help, in any room: shown on every screen, and heard until somebody has answered. */

import { desk } from "./desk.svelte";

class Helping {
  readonly calls = $derived(desk.calls);
  /** Whether one is heard: live calls in every room, a drill's in its own. */
  readonly calling = $derived(this.calls.some((call) => call.answered_by == null && (call.exercise == null || call.exercise === desk.room)));
}

export const helping = new Helping();
