/** Whether somebody signed in on this machine before: only then is the node asked who. */

import { router } from "./router.svelte";

const KEY = "sarhad.signed-in";

/** Whether an officer is expected; a node that refuses would leave an error in the console of who never signed in. */
export function expected(): boolean {
  return localStorage.getItem(KEY) !== null || router.get("entered") === "outside";
}

export function entered(yes: boolean): void {
  if (yes) localStorage.setItem(KEY, "yes");
  else localStorage.removeItem(KEY);
}
