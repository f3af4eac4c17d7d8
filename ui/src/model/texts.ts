/** The desk's words.  One catalogue a language, flat keys, shared with the server's own texts. */

import type { Language } from "./time";

export type Catalogue = Readonly<Record<string, string>>;
export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string;

const RTL: ReadonlySet<Language> = new Set(["fa", "ur"]);

/** The direction in which a language is written. */
export function direction(language: string): "ltr" | "rtl" {
  return RTL.has(language as Language) ? "rtl" : "ltr";
}

/**
 * Returns the translator of one catalogue.  `{name}` is replaced by `values.name`; a `count` chooses
 * `key.one` or `key.other` by the language's plural rule.  A missing key is shown as itself, in
 * brackets, so that a test sees it.
 */
export function translator(language: Language, catalogue: Catalogue, digits: (n: number) => string = String): Translate {
  const rules = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const count = values.count;
    const form = typeof count === "number" ? `${key}.${rules.select(count) === "one" ? "one" : "other"}` : key;
    const text = catalogue[form] ?? catalogue[key];
    if (text === undefined) return `[${key}]`;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === "number" ? digits(value) : value;
    });
  };
}

/** Text in the desk's languages; English is always there. */
export interface Names {
  readonly en: string;
  readonly fa?: string;
  readonly ur?: string;
}

/** The name in the language asked for, or in English, and the language that it is in. */
export function nameIn(names: Names, language: Language): { text: string; lang: Language } {
  const own = names[language];
  return own ? { text: own, lang: language } : { text: names.en, lang: "en" };
}
