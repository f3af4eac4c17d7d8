/** What a node writes by itself is signed in one language; its few sentences are known, and read in the reader's. */

import type { Translate } from "./texts";
import type { Language } from "./time";

/** The sentences of `node/noticing.py` and `desk/responding.py`, and the keys of their translations. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^A unit of (?<party>[a-z]{2,8}) responds near the line$/, "watch.said.response"],
  [/^The unit cannot come$/, "watch.said.declined"],
  [/^The unit's task is closed$/, "watch.said.closed"],
  [/^The unit was ordered anew$/, "watch.said.anew"],
  [/^What is needed has changed$/, "watch.said.needed"],
];

export interface Said {
  readonly text: string;
  readonly lang: string | null;
}

/** Words as the reader reads them: one of these sentences in the desk's language, all else as written. */
export function said(words: Said, language: Language, t: Translate, partyName: (party: string) => string): Said {
  if (words.lang !== "en" || language === "en") return words;
  for (const [sentence, key] of SENTENCES) {
    const found = sentence.exec(words.text);
    if (found) return { text: t(key, found.groups?.party ? { party: partyName(found.groups.party) } : {}), lang: language };
  }
  return words;
}
