/** What a node writes by itself is signed in one language; its few sentences are known, and read in the reader's. */

import known from "$web/sentences.json";
import type { Translate } from "./texts";
import type { Language } from "./time";

type Sentence = readonly [RegExp, string];

const compiled = (rows: readonly (readonly string[])[]): readonly Sentence[] => rows.map(([pattern = "", name = ""]) => [new RegExp(pattern, "s"), name]);
const SENTENCES = compiled(known.sentences);
/** What two officers decide, within such a sentence. */
const DEEDS = compiled(known.deeds);

export interface Said {
  readonly text: string;
  readonly lang: string | null;
}

/** Words as the reader reads them: one of these sentences in the desk's language and with its names, all else as written. */
export function said(words: Said, language: Language, t: Translate, partyName: (party: string) => string): Said {
  if (words.lang !== "en") return words;
  const tell = (text: string, sentences: readonly Sentence[]): string | null => {
    for (const [sentence, name] of sentences) {
      const found = sentence.exec(text);
      if (!found) continue;
      const { party, deed, roles, why, ...rest } = found.groups ?? {};
      return t(`watch.said.${name}`, {
        ...rest,
        ...(party ? { party: partyName(party) } : {}),
        ...(why ? { why: tell(why, SENTENCES) ?? why } : {}),
        ...(deed ? { deed: tell(deed, DEEDS) ?? deed } : {}),
        ...(roles ? { roles: roles.split(", ").map((role) => there(t(`role.${role}`)) ?? role).join(language === "en" ? ", " : "، ") } : {}),
      });
    }
    return null;
  };
  const text = tell(words.text, SENTENCES);
  return text === null ? words : { text, lang: language };
}

/** A text that is here; null for a key without one. */
function there(text: string): string | null {
  return text.startsWith("[") ? null : text;
}
