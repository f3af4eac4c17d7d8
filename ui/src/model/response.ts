/** A response as rows for the page: one a unit, with its time, what it said, and what can be done.  Pure. */

import type { Estimate, Leg, ProposalView, Reason, ResponsePage, TurnoutView } from "../api/types";

/** One unit's row: proposed, under way, or both. */
export interface Row {
  readonly unit: string;
  readonly party: string;
  readonly leg: Leg | null;
  readonly turnout: TurnoutView | null;
  readonly estimate: Estimate | null;
}

export type Step = "accepted" | "declined" | "en-route" | "arrived" | "closed";

const OUT: ReadonlySet<string> = new Set(["promised", "ordered", "accepted", "en-route", "arrived"]);
const NEXT: Readonly<Record<string, readonly Step[]>> = {
  ordered: ["accepted", "declined"],
  accepted: ["en-route", "declined"],
  "en-route": ["arrived", "declined"],
  arrived: ["closed"],
};

export const partyOf = (ref: string): string => ref.split(":")[0]?.split(".")[0] ?? "";

export function newest(page: ResponsePage): ProposalView | null {
  return page.response?.proposals.at(-1) ?? null;
}

/** By what a unit is known on the page: its code, or its record's name while that is not held. */
export function codeOf(page: ResponsePage, ref: string): string {
  return page.units.find((unit) => unit.ref === ref)?.view?.code ?? ref;
}

/** The rows: what the newest proposal names in the order of arrival, then what is under way besides. */
export function rowsOf(page: ResponsePage): Row[] {
  const code = (ref: string) => `${partyOf(ref)} ${codeOf(page, ref)}`;
  const turnouts = page.response?.turnouts ?? [];
  const legs = [...(newest(page)?.data.legs ?? [])].sort((a, b) => a.arrival_s - b.arrival_s);
  const row = (unit: string, leg: Leg | null, turnout: TurnoutView | null): Row => ({
    unit, party: partyOf(unit), leg, turnout, estimate: page.estimates.find((one) => code(one.unit) === code(unit)) ?? null,
  });
  const proposed = legs.map((leg) => row(leg.unit, leg, turnouts.find((one) => code(one.unit) === code(leg.unit)) ?? null));
  const named = new Set(legs.map((leg) => code(leg.unit)));
  return [...proposed, ...turnouts.filter((one) => !named.has(code(one.unit))).map((one) => row(one.unit, null, one))];
}

/** Whether the unit is still to be ordered or asked for. */
export function unsent(row: Row): boolean {
  return row.leg !== null && (row.turnout === null || !(OUT.has(row.turnout.state) || row.turnout.state === "asked"));
}

/** What our own side can say next of its unit. */
export function steps(row: Row, us: string): readonly Step[] {
  return row.party === us && row.turnout ? (NEXT[row.turnout.state] ?? []) : [];
}

/** The request of the other side that we have not answered yet, or promised and not ordered. */
export function askedOfUs(row: Row, us: string): string | null {
  const asked = row.turnout?.asked;
  return row.party === us && asked && (row.turnout?.state === "asked" || row.turnout?.state === "promised") ? asked.ref : null;
}

/** The end of the bars' axis, seconds: the latest time on it, in a round number of minutes. */
export function axisEnd(page: ResponsePage): number {
  const data = newest(page)?.data;
  const times = [
    ...(data?.legs ?? []).map((leg) => leg.arrival_s + leg.uncertainty_s),
    ...(data?.alone ?? []).map((one) => one.adequate_s ?? 0),
  ];
  const most = Math.max(600, ...times);
  const step = most > 6 * 3600 ? 3600 : most > 2 * 3600 ? 1800 : most > 3600 ? 900 : 300;
  return Math.ceil(most / step) * step;
}

/** Ticks of the axis, seconds, four to seven of them. */
export function ticks(end: number): number[] {
  const step = [300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400].find((one) => end / one <= 6) ?? 86_400;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
}

export interface Words {
  readonly t: (key: string, values?: Readonly<Record<string, string | number>>) => string;
  readonly duration: (seconds: number) => string;
  /** The same to the minute: a computed time is not known to the second. */
  readonly minutes: (seconds: number) => string;
  readonly metres: (metres: number) => string;
  readonly party: (id: string) => string;
  readonly name: (ref: string) => string;
  readonly moment: (us: number) => string;
  readonly list: (texts: readonly string[]) => string;
  readonly has: (key: string) => boolean;
}

const REF = /^[a-z][a-z0-9.]*:\d+$/;

/** A reason in the officer's language: the catalogue's sentence with what it is about. */
export function sentence(reason: Reason, prefix: "plan.reason" | "plan.rule" | "response.overtaken", words: Words): string {
  const values: Record<string, string | number> = {};
  for (const fact of reason.facts ?? []) values[fact.name] = shown(fact, words);
  const key = `${prefix}.${reason.code}`;
  return words.has(key) ? words.t(key, values) : reason.code;
}

function shown(fact: NonNullable<Reason["facts"]>[number], words: Words): string | number {
  const number = fact.number;
  if (number != null) {
    if (fact.name.endsWith("_s")) return words.minutes(number);
    if (fact.name.endsWith("_m")) return words.metres(number);
    return fact.name === "before" ? words.moment(number) : number;
  }
  const texts = fact.texts ?? [];
  if (fact.name === "capabilities" || fact.name === "capability") return words.list(texts.length ? texts.map((one) => skill(one, words)) : [words.t("capability.none")]);
  if (fact.name === "status") return words.list(texts.map((one) => (words.has(`response.status.${one}`) ? words.t(`response.status.${one}`) : one)));
  if (fact.name === "party") return words.list(texts.map(words.party));
  return words.list(texts.map((one) => (REF.test(one) || fact.name === "crossings" ? words.name(one) : one)));
}

/** A capability, or a kind of unit, in the officer's language. */
export function skill(word: string, words: Pick<Words, "t" | "has">): string {
  const key = [`capability.${word}`, `unitkind.${word}`].find((one) => words.has(one));
  return key ? words.t(key) : word;
}
