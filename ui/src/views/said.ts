import { said, type Said } from "../model/nodesays";
import { desk } from "./desk.svelte";
import { preferences } from "./preferences.svelte";

/** Words as this officer reads them: a node's own sentences in the language of the desk. */
export const readable = (words: Said): Said => said(words, preferences.language, preferences.t, (party) => desk.shortName(party));
