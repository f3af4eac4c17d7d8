import { said, type Said } from "../../model/nodesays";
import { nameIn } from "../../model/texts";
import { preferences } from "../preferences.svelte";
import { field } from "./field.svelte";

/** Words as the leader of a unit reads them: a node's own sentences in the language of the page. */
export const readable = (words: Said): Said => said(words, preferences.language, preferences.t, partyName);

function partyName(party: string): string {
  const parties = [field.view?.manifest, ...(field.view?.partners ?? [])];
  const found = parties.find((one) => one?.party === party);
  return found ? nameIn(found.names, preferences.language).text : party;
}
