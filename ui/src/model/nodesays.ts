/** What a node writes by itself is signed in one language; its few sentences are known, and read in the reader's. */

import type { Translate } from "./texts";
import type { Language } from "./time";

type Sentence = readonly [RegExp, string];

/** The sentences of `node/noticing.py`, `desk/responding.py`, `web/admin.py`, `node/thawing.py`, `node/drill/at_desk.py`. */
const SENTENCES: readonly Sentence[] = [
  [/^A unit of (?<party>[a-z]{2,8}) responds near the line$/, "response"],
  [/^The unit cannot come$/, "declined"],
  [/^The unit's task is closed$/, "closed"],
  [/^The unit was ordered anew$/, "anew"],
  [/^What is needed has changed$/, "needed"],
  [/^Drill begins: scenario (?<scenario>\S+), file (?<file>[0-9a-f]{64}), speed (?<speed>\d+)\.$/, "drill"],
  [/^The sign-in of (?<officer>\S+) was reset: a one-time password was given\.$/, "reset"],
  [/^Proposed, for a second officer to confirm: (?<deed>.+?)\. Reason: (?<reason>.*)$/s, "proposed"],
  [/^Confirmed: the log (?<log>\S+) is accepted again\.$/, "accepts"],
  [/^The log (?<log>\S+) is accepted again\. It was frozen because: (?<why>.+)\. Reason: (?<reason>.*)$/s, "accepted"],
  [/^Confirmed: (?<deed>.+)\.$/, "confirmed"],
  [/^Withdrawn: (?<deed>.+)\.$/, "withdrawn"],
];

/** What two officers decide, within such a sentence. */
const DEEDS: readonly Sentence[] = [
  [/^(?<officer>\S+) becomes (?<roles>[a-z]+(?:, [a-z]+)*)$/, "roles"],
  [/^(?<officer>\S+) gets a one-time password$/, "password"],
  [/^(?<party>[a-z]{2,8}) becomes a partner, with the fingerprint (?<print>[\d ]+)$/, "admit"],
  [/^the frozen log of (?<party>[a-z]{2,8}) is accepted again$/, "thaw"],
  [/^our own keys are changed: (?<keys>.+)$/, "keys"],
];

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
      const { party, deed, roles, ...rest } = found.groups ?? {};
      return t(`watch.said.${name}`, {
        ...rest,
        ...(party ? { party: partyName(party) } : {}),
        ...(deed ? { deed: tell(deed, DEEDS) ?? deed } : {}),
        ...(roles ? { roles: roles.split(", ").map((role) => known(t(`role.${role}`)) ?? role).join(language === "en" ? ", " : "، ") } : {}),
      });
    }
    return null;
  };
  const text = tell(words.text, SENTENCES);
  return text === null ? words : { text, lang: language };
}

/** A text that is here; null for a key without one. */
function known(text: string): string | null {
  return text.startsWith("[") ? null : text;
}
