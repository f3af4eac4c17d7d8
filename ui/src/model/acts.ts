/** What an officer can write, and what a record of that kind is made of.  Pure: forms in, data and release out. */

import type { Place, RecordView, Release } from "../api/types";
import { parseWhole } from "./digits";
import type { Position } from "./coordinates";
import { isProblem, readPosition } from "./position";
import { parseMoment, type TypedMoment } from "./moment";

export type Act =
  | "incident" | "report" | "warning" | "request" | "zone-notice" | "note" | "claim" | "allegation"
  | "answer" | "denial" | "recall" | "recall-answer" | "release" | "correction" | "assignment";

export type FieldName =
  | "to" | "urgency" | "asks" | "outcome" | "complied" | "title" | "text" | "category" | "activity"
  | "when" | "place" | "radius" | "ring" | "casualties" | "group" | "source" | "reason" | "officer";

/** Acts that begin something; each may be about a record. */
export const BEGIN: readonly Act[] = ["incident", "warning", "request", "zone-notice", "allegation", "note"];
/** Acts on an incident. */
export const ON_INCIDENT: readonly Act[] = ["report", "claim"];

interface Shape {
  readonly fields: readonly FieldName[];
  /** Which of them must be filled. */
  readonly needs: readonly FieldName[];
  /** Who may read it unless the officer says otherwise. */
  readonly marking: Marking;
  /** The field of the data that names the record that it is about. */
  readonly names?: "incident" | "of" | "record" | "recall" | "about";
}

export type Marking = "own" | "named" | "joint" | "public";
export const MARKINGS: readonly Marking[] = ["own", "named", "joint", "public"];
/** The Traffic Light Protocol's word of each marking (the wire format: Release). */
export const TLP: Readonly<Record<Marking, string>> = { own: "TLP:RED", named: "TLP:AMBER+STRICT", joint: "TLP:GREEN", public: "TLP:CLEAR" };

export const SHAPES: Readonly<Record<Act, Shape>> = {
  incident: { fields: ["title", "category", "when", "place"], needs: ["title", "when", "place"], marking: "own" },
  report: { fields: ["text", "category", "when", "place", "casualties", "source"], needs: ["text"], marking: "own", names: "incident" },
  warning: { fields: ["to", "urgency", "text", "place", "when"], needs: ["to", "text"], marking: "named", names: "about" },
  request: { fields: ["to", "urgency", "asks", "text", "place"], needs: ["to", "text"], marking: "named", names: "about" },
  "zone-notice": { fields: ["to", "activity", "text", "when", "place", "radius", "ring"], needs: ["text", "when", "place"], marking: "named" },
  allegation: { fields: ["to", "urgency", "text", "place", "when"], needs: ["to", "text"], marking: "named", names: "about" },
  note: { fields: ["text"], needs: ["text"], marking: "own", names: "about" },
  claim: { fields: ["group", "source", "text"], needs: ["group", "source"], marking: "own", names: "incident" },
  answer: { fields: ["outcome", "text"], needs: ["text"], marking: "named", names: "of" },
  denial: { fields: ["text"], needs: ["text"], marking: "named", names: "of" },
  recall: { fields: ["reason"], needs: ["reason"], marking: "named", names: "record" },
  "recall-answer": { fields: ["complied", "text"], needs: [], marking: "named", names: "recall" },
  release: { fields: ["reason"], needs: [], marking: "named", names: "record" },
  correction: { fields: ["reason"], needs: ["reason"], marking: "named", names: "record" },
  assignment: { fields: ["officer", "text"], needs: [], marking: "own", names: "of" },
};

export const URGENCIES = ["flash", "immediate", "priority", "routine"] as const;
export const OUTCOMES = ["will", "done", "partly", "cannot", "refuse", "inform"] as const;
export const DECLINES = ["cannot", "refuse"] as const;
export const ASKS = ["act", "inform"] as const;
export const ACTIVITIES = ["patrol", "exercise", "engineering", "pursuit", "flight", "response", "other"] as const;
export const CATEGORIES = [
  "bombing", "suicide-bombing", "ambush", "armed-clash", "shelling", "air-strike", "abduction",
  "assassination", "incursion", "smuggling", "sabotage", "accident", "disaster", "other",
] as const;
export const COUNTED = ["killed", "injured", "abducted"] as const;
export type Counted = (typeof COUNTED)[number];

/** A number as typed: at least, most likely, at most. */
export interface TypedRange {
  readonly low: string;
  readonly best: string;
  readonly high: string;
}

/** A form as typed; what is empty is not stated. */
export interface Form {
  readonly to: string;
  readonly urgency: string;
  readonly asks: string;
  readonly outcome: string;
  readonly complied: string;
  /** Who is given an item; "" is whoever commands. */
  readonly officer: string;
  readonly lang: string;
  readonly title: string;
  readonly text: string;
  readonly reason: string;
  readonly category: string;
  readonly activity: string;
  readonly group: string;
  readonly source: string;
  readonly position: string;
  readonly placeName: string;
  readonly precision: number;
  readonly radius: string;
  /** Corners of an area, drawn on the map; none: a point, or a radius round it. */
  readonly ring: readonly Position[];
  readonly when: string;
  readonly until: string;
  readonly casualties: Readonly<Record<Counted, TypedRange>>;
  readonly marking: Marking;
  readonly parties: readonly string[];
  /** The idempotency key: one per intended act, so that a repeated send makes one record. */
  readonly key: string;
}

const UNSTATED: TypedRange = { low: "", best: "", high: "" };

/** An empty form of an act. */
export function emptyForm(act: Act, given: { readonly to: string; readonly lang: string; readonly key: string; readonly when: string }): Form {
  return {
    ...given, urgency: "immediate", asks: "act", outcome: "will", complied: "yes", officer: "", title: "", text: "", reason: "",
    category: act === "incident" ? "other" : "", activity: "patrol", group: "", source: "", position: "", placeName: "", precision: 1, radius: "", ring: [],
    when: act === "incident" ? given.when : "", until: "", casualties: { killed: UNSTATED, injured: UNSTATED, abducted: UNSTATED },
    marking: SHAPES[act].marking, parties: given.to ? [given.to] : [],
  };
}

/** Whether an officer typed anything that would be missed. */
export function isTyped(form: Form): boolean {
  const words = [form.title, form.text, form.reason, form.group, form.source, form.position, form.placeName, form.until];
  return words.some((word) => word.trim() !== "") || COUNTED.some((name) => Object.values(form.casualties[name]).some(Boolean));
}

export interface Situation {
  readonly zone: string;
  readonly nowUs: number;
  /** The record that the act is on, and who may read it now. */
  readonly target: RecordView | null;
  readonly readers: readonly string[];
}

export interface Problem {
  readonly field: FieldName | "parties";
  readonly key: string;
  /** What goes into the text. */
  readonly values?: Readonly<Record<string, string | number>>;
}

export interface Built {
  readonly kind: Act;
  readonly data: Readonly<Record<string, unknown>>;
  readonly release: Release;
  readonly problems: readonly Problem[];
}

/** The act whose fields a correction shows: that of the record which is corrected. */
export function fieldsOf(act: Act, target: RecordView | null): readonly FieldName[] {
  if (act !== "correction" || !target) return SHAPES[act].fields;
  const fields = SHAPES[target.kind as Act].fields.filter((field) => field !== "to");
  return [...fields, "reason"];
}

function build(act: Act, form: Form, now: Situation): Built {
  const problems: Problem[] = [];
  const shape = SHAPES[act];
  let data: Record<string, unknown> = {};
  if (act === "correction" && now.target) data = corrected(form, now.target, now, problems);
  else if (act === "release") data = { release: marked(form), ...(form.reason.trim() ? { reason: words(form, form.reason) } : {}) };
  else data = stated(shape.fields, form, now, problems);
  if (shape.names && now.target && act !== "correction") data[shape.names] = now.target.ref;
  need(act === "correction" && now.target ? [...SHAPES[now.target.kind as Act].needs, "reason"] : shape.needs, form, problems);
  if (act === "recall-answer" && form.complied === "no" && !form.text.trim()) problems.push({ field: "text", key: "compose.need.text" });
  const release = act === "release" ? onlyThese([...now.readers, ...parties(form)], form.marking) : marked(form);
  if (release.to === "named" && release.parties?.length === 0) problems.push({ field: "parties", key: "compose.need.parties" });
  return { kind: act, data, release, problems };
}

function parties(form: Form): readonly string[] {
  return form.marking === "named" ? form.parties : [];
}

/** The act of releasing must be readable by those who gain it. */
function onlyThese(readers: readonly string[], marking: Marking): Release {
  return marking === "named" ? { to: "named", parties: [...new Set(readers)].sort() } : { to: marking };
}

function marked(form: Form): Release {
  return form.marking === "named" ? { to: "named", parties: [...form.parties].sort() } : { to: form.marking };
}

function need(fields: readonly FieldName[], form: Form, problems: Problem[]): void {
  const empty: Partial<Record<FieldName, boolean>> = {
    to: !form.to, title: !form.title.trim(), text: !form.text.trim(), reason: !form.reason.trim(), group: !form.group.trim(),
    source: !form.source.trim(), when: !form.when.trim(), place: !form.position.trim(),
  };
  for (const field of fields) if (empty[field]) problems.push({ field, key: `compose.need.${field}` });
}

function words(form: Form, text: string): { lang: string; text: string } {
  return { lang: form.lang, text: text.trim() };
}

/** Data from what the fields say; a field that is empty is left out: not stated. */
function stated(fields: readonly FieldName[], form: Form, now: Situation, problems: Problem[]): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const field of fields) {
    const value = valueOf(field, form, now, problems);
    if (value !== undefined) data[field === "radius" ? "radius_m" : field] = value;
  }
  if (fields.includes("complied")) data.complied = form.complied === "yes";
  return data;
}

function valueOf(field: FieldName, form: Form, now: Situation, problems: Problem[]): unknown {
  switch (field) {
    case "title": case "text": case "reason":
      return form[field].trim() ? words(form, form[field]) : undefined;
    case "when":
      return momentOf(form, now, problems);
    case "place":
      return placeOf(form, problems);
    case "radius":
      return wholeOf(form.radius, "radius", problems);
    case "ring":
      return form.ring.length ? form.ring.map(({ lat, lon }) => ({ lat, lon })) : undefined;
    case "casualties":
      return casualtiesOf(form, problems);
    case "complied":
      return undefined;
    default:
      return form[field].trim() || undefined;
  }
}

function momentOf(form: Form, now: Situation, problems: Problem[]): TypedMoment | undefined {
  if (!form.when.trim()) return undefined;
  const start = parseMoment(form.when, now.zone, now.nowUs);
  const end = form.until.trim() ? parseMoment(form.until, now.zone, now.nowUs) : start;
  if (!start || !end || end.end < start.start) {
    problems.push({ field: "when", key: start && end ? "compose.bad.order" : "compose.bad.when" });
    return undefined;
  }
  return { start: start.start, end: end.end, precision: start.precision };
}

function placeOf(form: Form, problems: Problem[]): Place | undefined {
  if (!form.position.trim()) return undefined;
  const read = readPosition(form.position);
  if (!read || isProblem(read)) {
    problems.push({ field: "place", key: read?.problem ?? "compose.bad.place", ...(read ? { values: read.values } : {}) });
    return undefined;
  }
  return { ...read.position, precision: form.precision, ...(form.placeName.trim() ? { name: form.placeName.trim() } : {}) } as Place;
}

function wholeOf(typed: string, field: FieldName, problems: Problem[]): number | undefined {
  if (!typed.trim()) return undefined;
  const value = parseWhole(typed);
  if (value === null) problems.push({ field, key: "compose.bad.number" });
  return value ?? undefined;
}

function casualtiesOf(form: Form, problems: Problem[]): Record<string, unknown> | undefined {
  const made: Record<string, unknown> = {};
  for (const name of COUNTED) {
    const typed = form.casualties[name];
    const given = [typed.low, typed.best, typed.high].filter((one) => one.trim());
    if (given.length === 0) continue;
    const best = parseWhole(typed.best.trim() || typed.low.trim() || typed.high);
    const low = typed.low.trim() ? parseWhole(typed.low) : best;
    const high = typed.high.trim() ? parseWhole(typed.high) : best;
    if (best === null || low === null || high === null || low > best || best > high) problems.push({ field: "casualties", key: "compose.bad.range" });
    else made[name] = { low, best, high };
  }
  return Object.keys(made).length ? made : undefined;
}

/** The whole corrected data: what no field shows stays as it was. */
function corrected(form: Form, target: RecordView, now: Situation, problems: Problem[]): Record<string, unknown> {
  const fields = fieldsOf("correction", target).filter((field) => field !== "reason");
  const shown = new Set<string>(fields.map((field) => (field === "radius" ? "radius_m" : field === "place" && target.kind === "allegation" ? "places" : field)));
  const kept = Object.fromEntries(Object.entries(target.data).filter(([name]) => !shown.has(name)));
  const data = fitted(target.kind as Act, { ...kept, ...stated(fields, form, now, problems) });
  return { record: target.ref, data, reason: words(form, form.reason) };
}

/** An allegation names several places. */
function fitted(kind: Act, data: Record<string, unknown>): Record<string, unknown> {
  if (kind !== "allegation" || !data.place) return data;
  const { place, ...rest } = data;
  return { ...rest, places: [place] };
}

/** Makes data and release of a form.  `problems` names what lacks or can't be read; empty when it can be sent. */
export function buildAct(act: Act, form: Form, now: Situation): Built {
  const built = build(act, form, now);
  return { ...built, data: fitted(act, { ...built.data }) };
}

function textOf(value: unknown): { lang: string; text: string } | null {
  return typeof value === "object" && value !== null && typeof (value as { text?: unknown }).text === "string" ? (value as { lang: string; text: string }) : null;
}

/** The form that a record's data would have been typed into: where a correction starts. */
export function formOf(target: RecordView, base: Form, show: { moment: (us: number, dayOnly: boolean) => string; position: (place: Place) => string }): Form {
  const data = target.data as Readonly<Record<string, unknown>>;
  const plain = Object.fromEntries(
    (["to", "urgency", "asks", "category", "activity", "group", "source"] as const).flatMap((name) => (typeof data[name] === "string" ? [[name, data[name]]] : [])),
  );
  const [text, title] = [textOf(data.text), textOf(data.title)];
  const place = (data.place ?? (data.places as Place[] | undefined)?.[0]) as Place | undefined;
  const when = data.when as TypedMoment | undefined;
  const counted = (data.casualties ?? {}) as Readonly<Partial<Record<Counted, { low: number; best: number; high: number }>>>;
  const range = (name: Counted): TypedRange => {
    const held = counted[name];
    return held ? { low: String(held.low), best: String(held.best), high: String(held.high) } : UNSTATED;
  };
  return {
    ...base, ...plain, lang: text?.lang ?? title?.lang ?? base.lang, text: text?.text ?? "", title: title?.text ?? "",
    position: place ? show.position(place) : "", placeName: place?.name ?? "", precision: place?.precision ?? 1,
    radius: data.radius_m ? String(data.radius_m) : "", ring: Array.isArray(data.ring) ? (data.ring as Position[]) : [],
    when: when ? show.moment(when.start, when.precision === 1) : "", until: when && when.end !== when.start && when.precision !== 1 ? show.moment(when.end, false) : "",
    casualties: { killed: range("killed"), injured: range("injured"), abducted: range("abducted") },
  };
}
