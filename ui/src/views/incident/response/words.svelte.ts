/** The officer's words for what a response says. */

import type { ResponsePage } from "../../../api/types";
import { codeOf, type Words } from "../../../model/response";
import { nameIn } from "../../../model/texts";
import { amount, clockTime, duration } from "../../../model/time";
import { desk } from "../../desk.svelte";
import { preferences } from "../../preferences.svelte";

const LOCALE = { en: "en-GB", fa: "fa-IR", ur: "ur-PK" } as const;

/** Read within a component, so that it follows the language. */
export function wordsFor(page: ResponsePage | null): Words {
  const language = preferences.language;
  const list = new Intl.ListFormat(LOCALE[language], { style: "short", type: "unit" });
  const t = preferences.t;
  return {
    t,
    has: (key) => !t(key).startsWith("["),
    duration: (seconds) => duration(seconds * 1_000_000, language),
    minutes: (seconds) => duration(Math.max(60, Math.round(seconds / 60) * 60) * 1_000_000, language),
    metres: (metres) => (metres < 1_000 ? amount(metres, "meter", 0, language) : amount(metres / 1_000, "kilometer", metres < 10_000 ? 1 : 0, language)),
    party: (id) => desk.shortName(id),
    name: (ref) => named(page, ref),
    moment: (us) => clockTime(us, desk.zone, language),
    list: (texts) => list.format(texts),
  };
}

function named(page: ResponsePage | null, ref: string): string {
  const unit = page ? codeOf(page, ref) : ref;
  if (unit !== ref) return unit;
  const ground = [...(desk.ground?.crossings ?? []), ...(desk.ground?.posts ?? [])].find((one) => one.ref === ref || one.code === ref);
  return ground ? nameIn(ground.names, preferences.language).text : ref;
}
