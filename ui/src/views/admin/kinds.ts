import { preferences } from "../preferences.svelte";

/** What a kind of unit is called; by its code where the desk has no word for it. */
export function unitKind(kind: string): string {
  const word = preferences.t(`unitkind.${kind}`);
  return word.startsWith("[") ? kind : word;
}
