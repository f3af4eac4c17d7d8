/** What a node writes by itself is signed in one language; its few sentences are known, and read in the reader's. */

import known from "$web/sentences.json";
import type { Translate } from "./texts";
import type { Language } from "./time";

type Sentence = readonly [RegExp, string];

const compiled = (rows: readonly (readonly string[])[]): readonly Sentence[] => rows.map(([pattern = "", name = ""]) => [new RegExp(pattern, "s"), name]);
const SENTENCES = compiled(known.sentences);
/** What the node tells of a link: nobody's words in a record are read by these. */
const REASONS = [...compiled(known.reasons), ...SENTENCES];
/** What two officers decide, within such a sentence. */
const DEEDS = compiled(known.deeds);

export interface Said {
  readonly text: string;
  readonly lang: string | null;
}

/** Words as the reader reads them: one of these sentences in the desk's language and with its names, all else as written. */
export function said(words: Said, ...reader: Reader): Said {
  const text = words.lang === "en" ? tell(words.text, SENTENCES, reader) : null;
  return text === null ? words : { text, lang: reader[0] };
}

/** Why a link is as it is, as the reader reads it. */
export function reasonOf(text: string, ...reader: Reader): string {
  return tell(text, REASONS, reader) ?? text;
}

/** The desk's language, its words, and its names of parties. */
type Reader = readonly [language: Language, t: Translate, partyName: (party: string) => string];

function tell(text: string, sentences: readonly Sentence[], reader: Reader): string | null {
  const [language, t, partyName] = reader;
  for (const [sentence, name] of sentences) {
    const found = sentence.exec(text);
    if (!found) continue;
    const { party, deed, roles, why, also, ...rest } = found.groups ?? {};
    return t(`watch.said.${name}`, {
      ...rest,
      ...(party ? { party: partyName(party) } : {}),
      ...(why ? { why: tell(why, sentences, reader) ?? why } : {}),
      ...(also ? { also: tell(also, sentences, reader) ?? also } : {}),
      ...(deed ? { deed: tell(deed, DEEDS, reader) ?? deed } : {}),
      ...(roles ? { roles: roles.split(", ").map((role) => there(t(`role.${role}`)) ?? role).join(language === "en" ? ", " : "، ") } : {}),
    });
  }
  return null;
}

/** A text that is here; null for a key without one. */
function there(text: string): string | null {
  return text.startsWith("[") ? null : text;
}
