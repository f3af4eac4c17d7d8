/** A plan's questions as they stand in the address, and its answers in numbers that can be read. */

import type { CoverView, SitedView } from "../api/types";
import { number, type Language } from "./time";

export const METHODS = ["maximal", "all", "median", "centre", "expected"] as const;
export const CANDIDATES = ["posts", "crossings", "towns", "villages"] as const;
/** So many places may be added by name. */
export const MOST_PLACES = 40;
export type Method = (typeof METHODS)[number];
/** The methods that ask who is reached within a time limit. */
export const LIMITED: readonly Method[] = ["maximal", "all", "expected"];
export type Candidate = (typeof CANDIDATES)[number];

/** A siting question. `open`: crossings in use by code, null as agreed. Times in the units of their names. */
export interface Scenario {
  readonly method: Method;
  readonly sites: number;
  readonly minutes: number;
  readonly mode: "joint" | "separate";
  readonly keep_posts: boolean;
  readonly busy: number;
  readonly at: readonly Candidate[];
  /** So many villages, those where most incidents may have been. */
  readonly villages: number;
  /** Candidates besides, by mark. */
  readonly places: readonly string[];
  readonly hour: number;
  readonly answer_s: number;
  readonly open: readonly string[] | null;
  readonly limit_s: number;
}

export const USUAL: Scenario = {
  method: "maximal", sites: 6, minutes: 60, mode: "joint", keep_posts: false, busy: 0.3, at: ["posts", "crossings", "towns"], villages: 100, places: [],
  hour: 12, answer_s: 300, open: null, limit_s: 5,
};

/** What the dividend is asked with. `kinds` empty: those that answer an attack. */
export interface Jointness {
  readonly kinds: readonly string[];
  readonly answer_s: number;
  readonly answer_p90_s: number;
  readonly open: readonly string[] | null;
  readonly runs: number;
  readonly years: number;
  readonly seed: number;
  readonly fit: string;
}

export const USUAL_JOINTNESS: Jointness = { kinds: [], answer_s: 300, answer_p90_s: 900, open: null, runs: 20, years: 5, seed: 1, fit: "" };

/** What an incident counts for, by category or `source:<table>`. */
export type Weights = Readonly<Record<string, number>>;

type Simple = string | number | boolean | readonly string[] | null;

/** Where a number lies in an address must be kept to: from, to. */
const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  sites: [0, 60], minutes: [5, 720], busy: [0, 0.95], hour: [0, 23], villages: [1, 500], answer_s: [0, 86_400], answer_p90_s: [0, 86_400],
  limit_s: [1, 30], runs: [1, 200], years: [1, 20], seed: [0, 2 ** 31],
};
const WORDS: Readonly<Record<string, readonly string[]>> = { method: METHODS, mode: ["joint", "separate"], at: CANDIDATES };
const NOTHING = "-";

/** What differs from the usual, as `key.value` joined by `_`; a list by `*`. */
export function toAddress<T extends object>(value: T, usual: T): string {
  const held = value as Readonly<Record<string, Simple>>;
  const common = usual as Readonly<Record<string, Simple>>;
  const pairs = Object.keys(common).filter((key) => JSON.stringify(held[key]) !== JSON.stringify(common[key]));
  return pairs.map((key) => `${key}.${written(held[key] ?? null)}`).join("_");
}

function written(value: Simple): string {
  if (Array.isArray(value)) return value.length ? value.join("*") : NOTHING;
  return String(value);
}

/** Reads what `toAddress` wrote; what is unknown or out of bounds is as usual. */
export function fromAddress<T extends object>(text: string, usual: T): T {
  const made: Record<string, Simple> = { ...(usual as Record<string, Simple>) };
  // A name may hold the sign that joins: only before a whole name does one pair end and the next begin.
  for (const part of text.split(new RegExp(`_(?=(?:${Object.keys(made).join("|")})\\.)`))) {
    const at = part.indexOf(".");
    const key = part.slice(0, at);
    if (at < 1 || !Object.hasOwn(made, key)) continue;
    const value = readAs(key, part.slice(at + 1), made[key] ?? null);
    if (value !== undefined) made[key] = value;
  }
  return made as T;
}

function readAs(key: string, text: string, usual: Simple): Simple | undefined {
  if (typeof usual === "number") {
    const [low, high] = BOUNDS[key] ?? [0, 0];
    const said = Number(text);
    const whole = key === "busy" || Number.isInteger(said);
    return text !== "" && whole && said >= low && said <= high ? said : undefined;
  }
  if (typeof usual === "boolean") return text === "true";
  const allowed = WORDS[key];
  if (typeof usual === "string") return !allowed || allowed.includes(text) ? text.slice(0, 40) : undefined;
  const words = text === NOTHING ? [] : text.split("*").filter((word) => word && word.length <= 40).slice(0, 40);
  const kept = allowed ? allowed.filter((word) => words.includes(word)) : words;
  return allowed && kept.length === 0 ? undefined : kept;
}

/** Weights in an address: `bombing.3_source:ucdp.0.5`; what counts 1, or is no number, is left out. */
export function weightsTo(weights: Weights): string {
  return Object.entries(weights).map(([key, value]) => `${key}.${value}`).sort().join("_");
}

export function weightsFrom(text: string): Weights {
  const found: Record<string, number> = {};
  for (const part of text.split("_").slice(0, 64)) {
    const at = part.indexOf(".");
    const value = Number(part.slice(at + 1));
    if (at > 0 && /^[a-z0-9][a-z0-9:-]*$/.test(part.slice(0, at)) && value >= 0 && value <= 1000) found[part.slice(0, at)] = value;
  }
  return found;
}

// Numbers -----------------------------------------------------------------------

const isolate = (text: string) => `\u2066${text}\u2069`;

/** A name in its own direction within a sentence of another. */
export const named = (text: string): string => `\u2068${text}\u2069`;

/** A number with as many decimals; `signed`: with its sign, which stands before it in every direction of writing. */
export function figure(value: number, language: Language, decimals = 0, signed = false): string {
  const factor = 10 ** decimals;
  const rounded = Math.round(Math.abs(value) * factor) / factor;
  const text = decimals ? padded(rounded, decimals, language) : number(rounded, language);
  const sign = rounded === 0 ? "" : value < 0 ? "−" : signed ? "+" : "";
  return sign ? isolate(sign + text) : text;
}

function padded(value: number, decimals: number, language: Language): string {
  const tag = { en: "en-GB", fa: "fa-IR", ur: "ur-PK" }[language];
  return new Intl.NumberFormat(tag, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value);
}

/** A share as per cent. */
export function percent(share: number, language: Language, decimals = 1): string {
  return isolate(figure(100 * share, language, decimals) + (language === "en" ? "%" : "٪"));
}

/** How one number compares with another: whether it is better, and by how much (null where one is never). */
export interface Change {
  readonly sense: "better" | "worse" | "same";
  readonly by: number | null;
}

/** `least`: differences below it are none. */
export function change(before: number | null, after: number | null, higherIsBetter: boolean, least: number): Change {
  if (before === null && after === null) return { sense: "same", by: 0 };
  if (before === null || after === null) return { sense: (after === null) === higherIsBetter ? "better" : "worse", by: null };
  const by = after - before;
  if (Math.abs(by) < least) return { sense: "same", by: 0 };
  return { sense: by > 0 === higherIsBetter ? "better" : "worse", by };
}

export const LIMITS_MIN = [30, 60, 120] as const;
export type Band = "30" | "60" | "120" | "later" | "never";

/** The band that an arrival falls into; -1 is never. */
export function bandOf(arrivalS: number): Band {
  if (arrivalS < 0) return "never";
  for (const minutes of LIMITS_MIN) if (arrivalS <= minutes * 60) return String(minutes) as Band;
  return "later";
}

/** A value or bound of an answer in the unit in which it is read. */
export function measured(answer: SitedView, value: number | null): { readonly as: "percent" | "minutes" | "count"; readonly value: number } | null {
  if (value === null) return null;
  switch (answer.measure) {
    case "weight":
      return { as: "percent", value: value / answer.total };
    case "sites":
      return { as: "count", value };
    case "seconds":
      return { as: "minutes", value };
    case "weighted-seconds":
      return { as: "minutes", value: value / answer.total };
  }
}

/** The box round all places, with a margin: what a map of the plan shows first. */
export function frameOf(places: { readonly lat: readonly number[]; readonly lon: readonly number[] }): { west: number; south: number; east: number; north: number } {
  const margin = 2_000_000;
  const span = (held: readonly number[]) => held.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)] as const, [Infinity, -Infinity] as readonly [number, number]);
  const [[south, north], [west, east]] = [span(places.lat), span(places.lon)];
  return { west: west - margin, south: south - margin, east: east + margin, north: north + margin };
}

// The curve -----------------------------------------------------------------------

export const STEP_MIN = 5;

/** Points of a cumulative curve in a box, as an SVG polyline wants them. */
export function curvePoints(shares: readonly number[], box: { left: number; right: number; top: number; bottom: number }): string {
  const last = Math.max(1, shares.length - 1);
  return shares.map((share, k) => `${(box.left + ((box.right - box.left) * k) / last).toFixed(1)},${(box.bottom - (box.bottom - box.top) * share).toFixed(1)}`).join(" ");
}

/** Rows of the curve's table: every half hour. */
export function curveRows(shares: readonly number[]): readonly { readonly minutes: number; readonly share: number }[] {
  return shares.map((share, k) => ({ minutes: k * STEP_MIN, share })).filter((row) => row.minutes % 30 === 0 && row.minutes > 0);
}

/** The five figures of a cover, in the order of every table. */
export const FIGURES = ["within.30", "within.60", "within.120", "median", "p90"] as const;
export type Figure = (typeof FIGURES)[number];

export function figureOf(cover: CoverView, which: Figure): number | null {
  switch (which) {
    case "within.30":
      return cover.within[0];
    case "within.60":
      return cover.within[1];
    case "within.120":
      return cover.within[2];
    case "median":
      return cover.median_s;
    case "p90":
      return cover.p90_s;
  }
}

export const isShare = (which: Figure): boolean => which.startsWith("within");

/** How a figure of one cover compares with another's. */
export function compared(before: CoverView, after: CoverView, which: Figure): Change {
  return change(figureOf(before, which), figureOf(after, which), isShare(which), isShare(which) ? 0.0005 : 30);
}
