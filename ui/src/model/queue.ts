/**
 * What a phone has to send: acts in the order in which they were done, each sent once.  Pure: acts in, acts out.
 *
 * An act has parts, each with an idempotency key of its own (`keyOf`), so that a part sent twice makes one record.
 * Records go in their order, whatever act they are of; files go when no record waits, so that a photo on a thin line never
 * stands before a call for help.  What the node refused waits for the officer, and does not hold up what came after it.
 */

export interface RecordPart {
  readonly what: "record";
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Whether the device's position is still to be filled in before it is sent. */
  readonly placeWanted: boolean;
  /** The record that it became; null until the node said so. */
  readonly ref: string | null;
}

export interface FilePart {
  readonly what: "file";
  /** Under which the bytes are kept on this device. */
  readonly file: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly strip: boolean;
  readonly about: string;
  /** What the node stored, once it has the bytes; only the record is missing then. */
  readonly stored: { readonly sha256: string; readonly size: number; readonly media_type: string } | null;
  readonly ref: string | null;
}

export type Part = RecordPart | FilePart;

export interface Trouble {
  /** HTTP status; 0 when the node did not answer. */
  readonly status: number;
  readonly code: string;
  readonly what: string;
  readonly doThis: string;
}

export interface QueuedAct {
  readonly id: string;
  /** Its place in the queue, given by the store. */
  readonly order: number;
  readonly party: string;
  readonly officer: string;
  readonly room: string | null;
  /** What the officer did, a word of ours: `arrived`, `report`, … */
  readonly did: string;
  /** When it was done, by the device's clock set right by the node's: µs UTC. */
  readonly at: number;
  /** Device time (ms) before which it is not sent: it waits for the position, and can be taken back. */
  readonly heldUntil: number;
  readonly parts: readonly Part[];
  readonly state: "waiting" | "sent" | "refused";
  /** How often the node, being reached, could not take it. */
  readonly tries: number;
  /** Whether any part of it was ever on its way: it can't be taken back then. */
  readonly begun: boolean;
  readonly trouble: Trouble | null;
  /** Device time (ms) when the last part was taken. */
  readonly sentAt: number | null;
}

export interface Next {
  readonly act: QueuedAct;
  readonly index: number;
}

export type Outcome =
  | { readonly is: "sent"; readonly ref: string }
  | { readonly is: "stored"; readonly stored: NonNullable<FilePart["stored"]> }
  | { readonly is: "unreached" }
  | { readonly is: "later"; readonly trouble: Trouble }
  | { readonly is: "refused"; readonly trouble: Trouble };

/** After so many tries that the node itself failed, the officer is asked. */
export const MOST_TRIES = 8;
const KEPT_SENT = 30;
const KEPT_MS = 24 * 3_600_000;

/** The idempotency key of a part. */
export function keyOf(act: QueuedAct, index: number): string {
  return `${act.id}.${index}`;
}

function nextPart(act: QueuedAct): number {
  return act.parts.findIndex((part) => part.ref === null);
}

const byOrder = (a: QueuedAct, b: QueuedAct) => a.order - b.order;

/** The part to send now: the oldest record that waits, else the oldest file; null when nothing may go yet. */
export function upNext(acts: readonly QueuedAct[], who: { readonly party: string; readonly officer: string }, nowMs: number): Next | null {
  const mine = acts.filter((act) => act.state === "waiting" && act.party === who.party && act.officer === who.officer).sort(byOrder);
  let file: Next | null = null;
  for (const act of mine) {
    const index = nextPart(act);
    const part = act.parts[index];
    if (part?.what === "record") return act.heldUntil > nowMs ? null : { act, index };
    if (part && !file) file = { act, index };
  }
  return file && file.act.heldUntil <= nowMs ? file : null;
}

/** When the next act that is held may go (device ms); null when none is held. */
export function heldTill(acts: readonly QueuedAct[], nowMs: number): number | null {
  const held = acts.filter((act) => act.state === "waiting" && act.heldUntil > nowMs).map((act) => act.heldUntil);
  return held.length ? Math.min(...held) : null;
}

/** The act after what became of one of its parts. */
export function after(act: QueuedAct, index: number, outcome: Outcome, nowMs: number): QueuedAct {
  switch (outcome.is) {
    case "sent": {
      const parts = act.parts.map((part, i) => (i === index ? { ...part, ref: outcome.ref } : part));
      const whole = parts.every((part) => part.ref !== null);
      return { ...act, parts, tries: 0, trouble: null, state: whole ? "sent" : "waiting", sentAt: whole ? nowMs : null };
    }
    case "stored":
      return { ...act, parts: act.parts.map((part, i) => (i === index && part.what === "file" ? { ...part, stored: outcome.stored } : part)) };
    case "unreached":
      return act;
    case "later": {
      const tries = act.tries + 1;
      return { ...act, tries, trouble: outcome.trouble, state: tries >= MOST_TRIES ? "refused" : "waiting" };
    }
    case "refused":
      return { ...act, trouble: outcome.trouble, state: "refused" };
  }
}

/** What an error of the node means for the part that was sent. `retry`: the node says that the same call may succeed later. */
export function outcomeOf(error: Trouble & { readonly retry: boolean }): Outcome {
  const { status, code, what, doThis } = error;
  if (status === 0 || status === 401) return { is: "unreached" };
  const trouble = { status, code, what, doThis };
  // `forbidden`: the session's token changed under the page, which asks for it anew.
  return status === 429 || error.retry || code === "forbidden" ? { is: "later", trouble } : { is: "refused", trouble };
}

/** How long to wait before the next try (ms): a second at first, half a minute at most; a tenth of it is chance. */
export function pause(failures: number, chance: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(failures, 5)) * (0.95 + chance * 0.1);
}

/** The act with the device's position in every part that wanted it; `place` null: there is none to be had. Held until `until` at most. */
export function placed(act: QueuedAct, place: object | null, until = 0): QueuedAct {
  const fill = (part: Part): Part =>
    part.what === "record" && part.placeWanted && !act.begun ? { ...part, placeWanted: false, data: place ? { ...part.data, place } : part.data } : part;
  return { ...act, parts: act.parts.map(fill), heldUntil: Math.min(act.heldUntil, until) };
}

/** Whether the officer may take it back: nothing of it was ever on its way. */
export function takesBack(act: QueuedAct): boolean {
  return act.state === "waiting" && !act.begun;
}

/** An act that was refused, to be sent again as it is. */
export function again(act: QueuedAct): QueuedAct {
  return { ...act, state: "waiting", tries: 0, trouble: null, heldUntil: 0 };
}

/** Which acts may be forgotten: sent ones beyond the newest, or a day old. */
export function forgettable(acts: readonly QueuedAct[], nowMs: number): QueuedAct[] {
  const sent = acts.filter((act) => act.state === "sent").sort((a, b) => b.order - a.order);
  return sent.filter((act, i) => i >= KEPT_SENT || nowMs - (act.sentAt ?? nowMs) > KEPT_MS);
}

/** How many wait and how many were refused. */
export function standing(acts: readonly QueuedAct[]): { readonly waiting: number; readonly refused: number } {
  return { waiting: acts.filter((act) => act.state === "waiting").length, refused: acts.filter((act) => act.state === "refused").length };
}

interface Said {
  readonly data: Readonly<Record<string, unknown>>;
}

/** What was said by acts of one kind that the node has not refused, newest last. */
function said(acts: readonly QueuedAct[], kind: string, room: string | null): Said[] {
  return acts
    .filter((act) => act.state !== "refused" && act.room === room)
    .sort(byOrder)
    .flatMap((act) => act.parts.flatMap((part) => (part.what === "record" && part.kind === kind ? [{ data: part.data }] : [])));
}

export interface UnitStanding {
  readonly status: string;
  readonly help: boolean;
  readonly as_of: number;
}

/** What the unit is doing as this device knows it: what was said here last, or what the node says if that is later. */
export function unitNow(
  units: readonly string[],
  last: { readonly status: string; readonly help: boolean; readonly as_of: { readonly end: number } } | null,
  acts: readonly QueuedAct[],
  room: string | null,
): UnitStanding {
  const mine = said(acts, "unit-status", room).filter(({ data }) => units.includes(String(data.unit))).at(-1)?.data;
  const told = last ? { status: last.status, help: last.help, as_of: last.as_of.end } : { status: "available", help: false, as_of: 0 };
  if (!mine) return told;
  const at = (mine.as_of as { end: number }).end;
  return at < told.as_of ? told : { status: String(mine.status), help: mine.help === true, as_of: at };
}

/** How far a tasking has come as this device knows it: steps count that wait, or that were taken after the node was asked (device ms). */
export function taskingNow(tasking: { readonly unit: string; readonly incident: string; readonly status: string }, acts: readonly QueuedAct[], room: string | null, askedAt: number): string {
  const news = acts.filter((act) => act.state === "waiting" || (act.sentAt ?? 0) > askedAt);
  const mine = said(news, "tasking", room).filter(({ data }) => data.unit === tasking.unit && data.incident === tasking.incident);
  return String(mine.at(-1)?.data.status ?? tasking.status);
}

/** The steps that can follow on a status, the likeliest first. */
export function nextSteps(status: string): readonly string[] {
  switch (status) {
    case "ordered":
      return ["accepted", "declined"];
    case "accepted":
      return ["en-route", "declined"];
    case "en-route":
      return ["arrived", "declined"];
    case "arrived":
      return ["closed"];
    default:
      return [];
  }
}

/** What the unit is doing once a tasking has come to a step; "" when that does not follow. */
export function statusAt(step: string): string {
  return { accepted: "committed", "en-route": "en-route", arrived: "on-scene", closed: "available" }[step] ?? "";
}
