/** What the address says of the watch: which items, which stretch of time. */

import type { Owed } from "../model/inbox";
import type { Stretch } from "../model/marks";
import { router } from "./router.svelte";

/** The stretch that the address names. */
export function stretchFrom(): Stretch {
  const bound = (name: string) => (/^-?\d{1,16}$/.test(router.get(name)) ? Number(router.get(name)) : null);
  return { since: bound("from"), until: bound("to") };
}

export function owedFrom(text: string | null): Owed {
  return text === "ours" || text === "theirs" ? text : "all";
}
