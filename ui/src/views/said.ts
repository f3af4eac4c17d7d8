import { reasonOf, said, type Said } from "../model/nodesays";
import { direction } from "../model/texts";
import { desk } from "./desk.svelte";
import { preferences } from "./preferences.svelte";

/** Words as this officer reads them: a node's own sentences in the language of the desk. */
export const readable = (words: Said): Said => said(words, preferences.language, preferences.t, (party) => desk.shortName(party));

/** Why a link is as it is, in this officer's language. */
export const because = (reason: string): string => reasonOf(reason, preferences.language, preferences.t, (party) => desk.shortName(party));

/** The language and the direction that an element of these words has. */
export function spoken(words: Said): { lang: string | null; dir: "ltr" | "rtl" } {
  const { lang } = readable(words);
  return { lang, dir: direction(lang ?? "") };
}
