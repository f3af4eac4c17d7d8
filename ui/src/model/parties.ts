/** What the parties at a desk are called. */

import type { DeskView, PartyView } from "../api/types";
import { nameIn } from "./texts";
import { countryName, type Language } from "./time";

export function partyOf(view: DeskView | null, id: string): PartyView | null {
  if (view?.party === id) return view.manifest;
  return view?.partners.find((partner) => partner.party === id)?.manifest ?? null;
}

export function partyName(view: DeskView | null, id: string, language: Language): string {
  const party = partyOf(view, id);
  return party ? nameIn(party.names, language).text : id;
}

/** The short name for lists and clocks: the country's, unless two parties are of one country. */
export function shortName(view: DeskView | null, id: string, language: Language): string {
  const party = partyOf(view, id);
  if (!party) return id;
  const all = [view?.manifest, ...(view?.partners ?? []).map((partner) => partner.manifest)];
  const alone = all.filter((other) => other?.country === party.country).length === 1;
  return alone ? countryName(party.country, language) : partyName(view, id, language);
}
