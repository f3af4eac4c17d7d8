/** What the numbers of an answer rest on, in words: of the question that was answered, never of the next. */

import type { LoadView, PassageView, PlanView } from "../../api/types";
import { figure, named, percent, type Scenario, type Weights } from "../../model/plan";
import { nameIn, type Translate } from "../../model/texts";
import { number, type Language } from "../../model/time";
import { kindName, tableName } from "./words";

/** One answer: its ground, what was asked, and what the answer says of itself. */
export interface Answered {
  /** A or B where two stand side by side. */
  readonly name: string;
  readonly plan: PlanView;
  readonly of: Pick<Scenario, "open" | "answer_s"> & Partial<Scenario> & { readonly weights: Weights; readonly spread_provinces: boolean };
  readonly candidates?: number;
  readonly units?: { readonly count: number; readonly kinds: readonly string[] };
  readonly load?: LoadView | null;
}

/** A fact, and for which of the answers it holds; `names` empty: for all of them. */
export interface Rest {
  readonly key: string;
  readonly said: readonly { readonly names: readonly string[]; readonly lines: readonly string[] }[];
}

/** The facts of the answers side by side: once where they are alike, else each with the names of its answers. */
export function restsOf(answers: readonly Answered[], t: Translate, language: Language): readonly Rest[] {
  const told = answers.map((one) => ({ name: one.name, rests: new Map(facts(one, t, language)) }));
  const keys = [...new Set(told.flatMap((one) => [...one.rests.keys()]))];
  return keys.map((key) => {
    const said: { names: string[]; lines: readonly string[] }[] = [];
    for (const { name, rests } of told) {
      const lines = rests.get(key);
      if (!lines) continue;
      const alike = said.find((one) => JSON.stringify(one.lines) === JSON.stringify(lines));
      if (alike) alike.names.push(name);
      else said.push({ names: [name], lines });
    }
    const common = said.length === 1 && said[0]?.names.length === told.length;
    return { key, said: common ? said.map((one) => ({ ...one, names: [] })) : said };
  });
}

type Fact = readonly [key: string, lines: readonly string[]];

function facts(answered: Answered, t: Translate, language: Language): readonly Fact[] {
  const { plan, of, candidates, units, load } = answered;
  const n = (value: number) => number(value, language);
  const several = (words: readonly string[]) => words.join(language === "en" ? ", " : "، ");
  const found: Fact[] = [...demand(answered, t, language)];
  const tell = (key: string, ...lines: readonly string[]) => found.push([key, lines]);
  if (candidates !== undefined) tell("candidates", t("plan.rests.candidates.of", { count: n(candidates), where: several((of.at ?? []).map((word) => t(`plan.at.${word}`))) }));
  if (units) tell("units", t("plan.rests.units.of", { count: n(units.count), kinds: several(units.kinds.map((kind) => kindName(t, kind))) }));
  if (of.mode === "separate") tell("crossings", t("plan.told.own"));
  else {
    tell("crossings", crossings(plan, of.open, t, language));
    tell("answer", t("plan.rests.assumed", { value: t("plan.min", { n: figure(of.answer_s / 60, language) }) }));
    if (of.hour !== undefined) tell("hour", clockHour(of.hour, language));
  }
  if (of.method === "expected" && of.busy !== undefined) tell("busy", percent(of.busy, language, 0));
  if (candidates !== undefined) tell("speed", t("plan.rests.speed.of", { speed: n(plan.speed_kmh) }));
  if (load) tell("model", t("plan.rests.model.of", { table: tableName(t, load.table), incidents: n(load.incidents), years: n(load.fitted_years), dispersion: figure(load.dispersion, language, 1), fits: t(load.p_value >= 0.05 ? "plan.rests.model.fits" : "plan.rests.model.bursts") }));
  tell("fiction", t(plan.origin === "region" ? "plan.rests.madeup" : "plan.rests.records"));
  if (plan.lent && plan.origin === "records") tell("lent", t("plan.rests.lent.of"));
  if (plan.blurred) tell("blurred", t("plan.rests.blurred.of", { count: n(plan.blurred) }));
  if (plan.away.length) tell("away", ...plan.away.map((one) => `${named(one.code)}: ${t(`plan.away.${one.why}`)}`));
  return found;
}

/** Which incidents count, how closely their places are known, and for what they count. */
function* demand({ plan, of }: Answered, t: Translate, language: Language): Generator<Fact> {
  const n = (value: number) => number(value, language);
  const several = (words: readonly string[]) => words.join(language === "en" ? ", " : "، ");
  yield ["incidents", plan.tables.map((table) => t("plan.rests.table", { table: tableName(t, table.id), used: n(table.used), all: n(table.incidents), first: digitsOf(table.first_year, language), last: digitsOf(table.last_year, language) }))];
  const precision: Record<string, number> = {};
  for (const table of plan.tables) {
    for (const [key, count] of Object.entries(table.precision)) precision[Number(key) > 5 ? "5" : key] = (precision[Number(key) > 5 ? "5" : key] ?? 0) + count;
  }
  yield ["precision", [several(Object.entries(precision).map(([key, count]) => t(`plan.rests.precision.${key}`, { count: n(count) })))]];
  const out = Object.values(plan.left_out).reduce((sum, count) => sum + count, 0);
  yield ["coarse", [t(of.spread_provinces ? "plan.rests.coarse.spread" : "plan.rests.coarse.out", { count: n(out) })]];
  if (plan.outside) yield ["outside", [t("plan.rests.outside.of", { count: n(plan.outside) })]];
  const weights = Object.entries(of.weights).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key.startsWith("source:") ? tableName(t, key.slice(7)) : t(`category.${key}`)} × ${figure(value, language, Number.isInteger(value) ? 0 : 2)}`);
  yield ["weights", [weights.length ? several(weights) : t("plan.rests.weights.usual")]];
}

/** Which crossings are in use and by whose word; where none is, why. */
export function crossings(plan: Pick<PlanView, "crossings" | "agreed">, open: readonly string[] | null, t: Translate, language: Language): string {
  const used = plan.crossings.filter((one) => inUse(one, open));
  const names = used.map((one) => nameIn(one.names, language).text).join(language === "en" ? ", " : "، ");
  if (open) return t("plan.rests.crossings.chosen", { names: names || t("ground.none") });
  if (used.length) return t("plan.rests.crossings.agreed", { names });
  if (!plan.agreed) return t("plan.rests.crossings.none-in-force");
  return t(plan.crossings.some((one) => one.parties.length) ? "plan.rests.crossings.shut" : "plan.rests.crossings.none-may-cross");
}

/** Whether a crossing is in use: as chosen, or as agreed. */
export function inUse(one: PassageView, open: readonly string[] | null): boolean {
  return open ? open.includes(one.code) : one.agreed;
}

/** A full hour by the clock. */
export function clockHour(hour: number, language: Language): string {
  return new Intl.DateTimeFormat({ en: "en-GB", fa: "fa-IR", ur: "ur-PK" }[language], { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" }).format(hour * 3_600_000);
}

/** A year: without a thousands sign. */
function digitsOf(year: number, language: Language): string {
  return language === "fa" ? String(year).replace(/\d/g, (one) => "۰۱۲۳۴۵۶۷۸۹"[Number(one)] ?? one) : String(year);
}
