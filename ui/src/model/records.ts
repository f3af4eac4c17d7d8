/** Records as rows: what a log line says, and whether it matches a search. */

import type { RecordView, Words } from "../api/types";
import { latinDigits } from "./digits";

type Data = Readonly<Record<string, unknown>>;

function isWords(value: unknown): value is Words {
  return typeof value === "object" && value !== null && "lang" in value && "text" in value;
}

function isNames(value: unknown): value is { en: string; fa?: string; ur?: string } {
  return typeof value === "object" && value !== null && typeof (value as { en?: unknown }).en === "string";
}

const WORDS = ["text", "title", "reason", "purpose"] as const;
const PLAIN = ["group", "name", "code", "incoming", "officer"] as const;
const WORDED = { step: "step", status: "status", outcome: "outcome" } as const;

/** The text key of what a record says by a word of ours (a receipt's step, a unit's status), or null. */
export function wordKey(kind: string, data: Data): string | null {
  if (kind === "crossing") return null;
  for (const [field, prefix] of Object.entries(WORDED)) {
    const value = data[field];
    if (typeof value === "string") return kind === "tasking" ? `tasking.${value}` : `${prefix}.${value}`;
  }
  return null;
}

/** The one line that a record says, and the language that it is in (null: a code or a name of ours). */
export function gist(data: Data, language: "en" | "fa" | "ur"): { text: string; lang: string | null } {
  for (const field of WORDS) {
    const value = data[field];
    if (isWords(value)) return { text: value.text, lang: value.lang };
  }
  for (const field of ["names", "title"] as const) {
    const value = data[field];
    if (isNames(value)) return value[language] ? { text: value[language], lang: language } : { text: value.en, lang: "en" };
  }
  for (const field of PLAIN) {
    const value = data[field];
    if (typeof value === "string" && value) return { text: value, lang: null };
  }
  return { text: "", lang: null };
}

/** Newest claimed time first; equal times by reference, so that the order is the same on every desk. */
export function newestFirst(a: RecordView, b: RecordView): number {
  return b.at - a.at || (a.log === b.log ? b.seq - a.seq : a.log < b.log ? -1 : 1);
}

/** Puts `fresh` into `held` without doubles; the fresh view of a record takes the place of the old. */
export function merge(held: readonly RecordView[], fresh: readonly RecordView[]): RecordView[] {
  const byRef = new Map(held.map((record) => [record.ref, record]));
  for (const record of fresh) byRef.set(record.ref, record);
  return [...byRef.values()].sort(newestFirst);
}

/** Those of `fresh` that stand among the records loaded: held already, or not older than the last; all when no more follow. */
export function amongLoaded(held: readonly RecordView[], fresh: readonly RecordView[], cursor: string): readonly RecordView[] {
  const last = held.at(-1);
  if (!cursor || !last) return fresh;
  const refs = new Set(held.map((record) => record.ref));
  return fresh.filter((record) => refs.has(record.ref) || newestFirst(record, last) < 0);
}

/** What a search box asks the node for: digits as Latin, Arabic letters as Persian and Urdu write them. */
export function searchTerm(typed: string): string {
  return latinDigits(typed).replace(/ي/g, "ی").replace(/ك/g, "ک").trim();
}
