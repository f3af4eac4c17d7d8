/** A record's data as rows of words: what a person reads instead of JSON.  Shapes are those of the wire's values. */

import type { Place } from "../api/types";

export type Value =
  | { readonly is: "words"; readonly lang: string; readonly text: string }
  | { readonly is: "place"; readonly place: Place }
  | { readonly is: "moment"; readonly start: number; readonly end: number | null; readonly dayOnly: boolean }
  | { readonly is: "instant"; readonly us: number }
  | { readonly is: "range"; readonly low: number; readonly best: number; readonly high: number }
  | { readonly is: "ref"; readonly ref: string }
  | { readonly is: "party"; readonly party: string }
  | { readonly is: "term"; readonly key: string }
  | { readonly is: "yes"; readonly yes: boolean }
  | { readonly is: "number"; readonly number: number }
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "group" };

export interface Row {
  /** Where it stands, unique: `casualties.killed`. */
  readonly path: string;
  readonly field: string;
  readonly value: Value;
  /** How deep inside other fields it stands. */
  readonly depth: number;
  /** Its number in a list, from 0; null outside one. */
  readonly index: number | null;
}

type Held = Readonly<Record<string, unknown>>;

const REF = /^[a-z][a-z0-9.-]{0,40}:\d{1,16}$/;
/** Words of ours by field; `status` stands for different things in different kinds and is left as written. */
const TERMS: Readonly<Record<string, string>> = {
  urgency: "urgency", category: "category", outcome: "outcome", step: "step", asks: "compose.asks", activity: "compose.activity",
};
/** What a reader asks first; the rest stands in its own order. */
const FIRST = ["to", "urgency", "of", "record", "recall", "incident", "names", "title", "group", "text", "outcome", "complied", "reason", "category", "when", "place", "places", "casualties", "source"];
const KNOWN_STEPS = new Set(["delivered", "seen", "acknowledged"]);

function isObject(value: unknown): value is Held {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function simple(field: string, value: unknown): Value | null {
  if (typeof value === "boolean") return { is: "yes", yes: value };
  if (typeof value === "number") return field === "due" || field === "at" ? { is: "instant", us: value } : { is: "number", number: value };
  if (typeof value === "string") return text(field, value);
  if (!isObject(value)) return null;
  if (typeof value.lang === "string" && typeof value.text === "string") return { is: "words", lang: value.lang, text: value.text };
  if (typeof value.lat === "number" && typeof value.lon === "number" && typeof value.precision === "number") return { is: "place", place: value as unknown as Place };
  if (typeof value.start === "number" && typeof value.end === "number") {
    return { is: "moment", start: value.start, end: value.end === value.start || value.precision === 1 ? null : value.end, dayOnly: (Number(value.precision) || 0) > 0 };
  }
  if (typeof value.low === "number" && typeof value.best === "number" && typeof value.high === "number") return { is: "range", low: value.low, best: value.best, high: value.high };
  return null;
}

function text(field: string, value: string): Value {
  if (REF.test(value)) return { is: "ref", ref: value };
  if (field === "to" || field === "partner" || field === "parties" || field === "by_parties") return /^[a-z]{2,}$/.test(value) ? partyOr(value) : { is: "text", text: value };
  const prefix = TERMS[field];
  if (prefix && (field !== "step" || KNOWN_STEPS.has(value))) return { is: "term", key: `${prefix}.${value}` };
  return { is: "text", text: value };
}

/** `to` is a marking's word in a release and a party elsewhere. */
function partyOr(value: string): Value {
  return ["own", "named", "joint", "public"].includes(value) ? { is: "term", key: `release.${value}` } : { is: "party", party: value };
}

/** Rows of a record's data, what it is about first; a list's parts are numbered, an object's stand below its name. */
export function rowsOf(data: Held, under = "", depth = 0): Row[] {
  const rank = ([field]: readonly [string, unknown]) => (FIRST.indexOf(field) + 1 || FIRST.length + 1);
  return Object.entries(data).sort((a, b) => rank(a) - rank(b)).flatMap(([field, value]) => rowsOfField(field, value, under ? `${under}.${field}` : field, depth, null));
}

function rowsOfField(field: string, value: unknown, path: string, depth: number, index: number | null): Row[] {
  const one = simple(field, value);
  if (one) return [{ path, field, value: one, depth, index }];
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every((part) => typeof part !== "object" || part === null) && value.length > 1 && !value.some((part) => REF.test(String(part)))) {
      return [{ path, field, value: { is: "text", text: value.join(", ") }, depth, index }];
    }
    return value.flatMap((part, i) => rowsOfField(field, part, `${path}.${i}`, depth, value.length > 1 ? i : null));
  }
  if (!isObject(value)) return [];
  const shown = "en" in value ? Object.entries(value).filter(([, name]) => name) : null;
  if (shown) return shown.map(([lang, name]) => ({ path: `${path}.${lang}`, field, value: { is: "words", lang, text: String(name) }, depth, index }) as Row);
  return [{ path, field, value: { is: "group" }, depth, index }, ...rowsOf(value, path, depth + 1)];
}
