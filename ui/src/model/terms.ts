/** The terms of an agreement: a form of all their fields, what is wrong in it, and two sets of terms side by side. */

import type { TermsView } from "../api/types";
import { latinDigits } from "./digits";
import type { Language } from "./time";

export const URGENCIES = ["flash", "immediate", "priority", "routine"] as const;
type Urgency = (typeof URGENCIES)[number];

export interface ClockForm {
  readonly acknowledge: string;
  readonly answer: string;
}

export interface CrossingForm {
  readonly crossing: string;
  readonly parties: readonly string[];
  /** Unit kinds, separated by commas; empty: every kind. */
  readonly units: readonly string[];
}

export interface TermsForm {
  readonly title: { readonly en: string; readonly fa: string; readonly ur: string };
  readonly parties: readonly string[];
  readonly clocks: Readonly<Record<Urgency, ClockForm>>;
  readonly notice: string;
  readonly crossings: readonly CrossingForm[];
  readonly purpose: string;
  readonly lang: Language;
  readonly retention: string;
}

export interface Problem {
  readonly field: string;
  readonly key: string;
}

const UNITS: readonly (readonly [string, number])[] = [["d", 86_400], ["h", 3_600], ["m", 60], ["s", 1]];

/** Seconds as they are typed: `1d 2h`, `15m`, `90s`; nothing for no deadline. */
export function writeSpan(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of UNITS) {
    const many = Math.floor(rest / size);
    if (many) parts.push(`${many}${unit}`);
    rest -= many * size;
  }
  return parts.join(" ");
}

/** Seconds of `1d 2h 30m`, `15` (minutes) or nothing (0: no deadline); null where it can't be read. */
export function readSpan(typed: string): number | null {
  const text = latinDigits(typed).trim().toLowerCase();
  if (!text) return 0;
  if (/^\d{1,6}$/.test(text)) return Number(text) * 60;
  if (!/^(\d{1,6}\s*[dhms]\s*)+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)\s*([dhms])/g)].reduce((sum, [, many, unit]) => sum + Number(many) * (UNITS.find(([name]) => name === unit)?.[1] ?? 0), 0);
}

function readNumber(typed: string, most: number): number | null {
  const text = latinDigits(typed).replace(/[\s,٬]/g, "");
  return /^\d{1,9}$/.test(text) && Number(text) <= most ? Number(text) : null;
}

/** The form of terms that exist, or of none yet between these parties. */
export function termsForm(terms: TermsView | null, parties: readonly string[], lang: Language): TermsForm {
  const clock = (urgency: Urgency): ClockForm => {
    const held = terms?.clocks.find((one) => one.urgency === urgency);
    return { acknowledge: writeSpan(held?.acknowledge_s ?? 0), answer: writeSpan(held?.answer_s ?? 0) };
  };
  return {
    title: { en: terms?.title.en ?? "", fa: terms?.title.fa ?? "", ur: terms?.title.ur ?? "" },
    parties: terms?.parties ?? parties,
    clocks: { flash: clock("flash"), immediate: clock("immediate"), priority: clock("priority"), routine: clock("routine") },
    notice: terms ? String(terms.notice_distance_m) : "",
    crossings: (terms?.crossings ?? []).map((rule) => ({ crossing: rule.crossing, parties: rule.parties ?? [], units: rule.units ?? [] })),
    purpose: terms?.purpose.text ?? "",
    lang: terms?.purpose.lang ?? lang,
    retention: terms ? String(terms.retention_days) : "",
  };
}

/** The record's terms, and what must be mended first. */
export function buildTerms(form: TermsForm): { readonly terms: object; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const bad = (field: string, key: string) => problems.push({ field, key });
  if (!form.title.en.trim()) bad("title", "admin.terms.bad.title");
  if (form.parties.length < 2) bad("parties", "admin.terms.bad.parties");
  if (!form.purpose.trim()) bad("purpose", "admin.terms.bad.purpose");
  const clocks = URGENCIES.flatMap((urgency) => {
    const [acknowledge, answer] = [readSpan(form.clocks[urgency].acknowledge), readSpan(form.clocks[urgency].answer)];
    if (acknowledge === null || answer === null) bad(`clock.${urgency}`, "admin.terms.bad.span");
    else if (acknowledge && answer && acknowledge > answer) bad(`clock.${urgency}`, "admin.terms.bad.order");
    return acknowledge || answer ? [{ urgency, acknowledge_s: acknowledge ?? 0, answer_s: answer ?? 0 }] : [];
  });
  const notice = readNumber(form.notice, 40_100_000);
  if (notice === null) bad("notice", "admin.terms.bad.notice");
  const retention = readNumber(form.retention, 36_500);
  if (!retention) bad("retention", "admin.terms.bad.retention");
  const named = form.crossings.map((rule) => rule.crossing);
  if (new Set(named).size < named.length || named.includes("")) bad("crossings", "admin.terms.bad.crossing");
  const names = Object.fromEntries(Object.entries(form.title).map(([lang, text]) => [lang, text.trim()] as const).filter(([, text]) => text));
  const crossings = form.crossings.map(({ crossing, parties, units }) => ({ crossing, ...(parties.length ? { parties } : {}), ...(units.length ? { units } : {}) }));
  const terms = {
    title: names, parties: form.parties, clocks, notice_distance_m: notice ?? 0, ...(crossings.length ? { crossings } : {}),
    purpose: { lang: form.lang, text: form.purpose.trim() }, retention_days: retention ?? 0,
  };
  return { terms, problems };
}

export interface Compared {
  /** What the row is about; `clock.flash.acknowledge`, `crossing:ir:4`, `notice` and so on. */
  readonly what: string;
  /** Null where the terms do not speak of it. */
  readonly before: unknown;
  readonly after: unknown;
  readonly same: boolean;
}

/** Two sets of terms, row by row; `before` null where none were in force. */
export function compareTerms(before: TermsView | null, after: TermsView): readonly Compared[] {
  const rows: Compared[] = [];
  const row = (what: string, pick: (terms: TermsView) => unknown) => {
    const [old, now] = [before ? (pick(before) ?? null) : null, pick(after) ?? null];
    rows.push({ what, before: old, after: now, same: before !== null && JSON.stringify(old) === JSON.stringify(now) });
  };
  row("title", (terms) => terms.title);
  row("parties", (terms) => [...terms.parties].sort());
  for (const urgency of URGENCIES) {
    for (const step of ["acknowledge", "answer"] as const) row(`clock.${urgency}.${step}`, (terms) => terms.clocks.find((clock) => clock.urgency === urgency)?.[`${step}_s`] || null);
  }
  row("notice", (terms) => terms.notice_distance_m);
  row("retention", (terms) => terms.retention_days);
  const crossings = new Set([...(before?.crossings ?? []), ...after.crossings].map((rule) => rule.crossing));
  for (const crossing of [...crossings].sort()) {
    row(`crossing:${crossing}`, (terms) => {
      const rule = terms.crossings.find((one) => one.crossing === crossing);
      return rule ? { parties: [...(rule.parties ?? [])].sort(), units: [...(rule.units ?? [])].sort() } : null;
    });
  }
  row("purpose", (terms) => terms.purpose);
  return rows;
}
