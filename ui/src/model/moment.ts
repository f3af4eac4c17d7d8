/** Times as officers type them, in either calendar and any digits, in a zone of theirs. */

import { latinDigits } from "./digits";

export interface TypedMoment {
  readonly start: number;
  readonly end: number;
  /** 0 a clock time, 1 the whole day (docs of the wire format: Moment). */
  readonly precision: 0 | 1;
}

const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;
const FORM = /^(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2}))?\s*(?:[T ]?\s*(\d{1,2}):(\d{2}))?$/;
/** A year below this is of the Persian calendar. */
const PERSIAN_BELOW = 1_700;

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function parts(us: number, zone: string, calendar: string): Day & { readonly minutes: number } {
  const format = new Intl.DateTimeFormat(`en-u-ca-${calendar}-nu-latn`, {
    timeZone: zone, year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", hourCycle: "h23",
  });
  const held = Object.fromEntries(format.formatToParts(us / 1000).map((part) => [part.type, Number.parseInt(part.value, 10)]));
  return { year: held.year ?? 0, month: held.month ?? 0, day: held.day ?? 0, minutes: (held.hour ?? 0) * 60 + (held.minute ?? 0) };
}

/** The Gregorian day of a Persian one, found through the browser's own calendar; null where there is no such day. */
function fromPersian(day: Day): Day | null {
  const guess = Date.UTC(day.year + 621, 2, 21) + ((day.month - 1) * 30.5 + day.day - 1) * 86_400_000;
  for (let off = -6; off <= 6; off++) {
    const us = (Math.floor(guess / 86_400_000) + off) * DAY_US + DAY_US / 2;
    const held = parts(us, "UTC", "persian");
    if (held.year === day.year && held.month === day.month && held.day === day.day) return parts(us, "UTC", "gregory");
  }
  return null;
}

/** UTC microseconds at a wall time in `zone`; the earlier one where clocks were set back. */
function inZone(day: Day, minutes: number, zone: string): number {
  const wall = Date.UTC(day.year, day.month - 1, day.day) * 1000 + minutes * MINUTE_US;
  let us = wall;
  for (let step = 0; step < 3; step++) {
    const held = parts(us, zone, "gregory");
    us += wall - (Date.UTC(held.year, held.month - 1, held.day) * 1000 + held.minutes * MINUTE_US);
  }
  return us;
}

/**
 * Reads `08:12` (today), `2026-11-24 08:12`, `1405-09-03 08:12` or a day alone, in `zone`, at server time `nowUs`.
 * Null when it is none of these, or the day does not exist.
 */
export function parseMoment(typed: string, zone: string, nowUs: number): TypedMoment | null {
  const found = FORM.exec(latinDigits(typed).replace(/\s+/g, " ").trim());
  if (!found || (!found[1] && !found[4])) return null;
  const [, year, month, date, hour, minute] = found;
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59) return null;
  const named = year ? { year: Number(year), month: Number(month), day: Number(date) } : parts(nowUs, zone, "gregory");
  const day = named.year < PERSIAN_BELOW ? fromPersian(named) : named;
  if (!day || !exists(day)) return null;
  if (hour === undefined) return { start: inZone(day, 0, zone), end: inZone(day, 24 * 60, zone) - 1, precision: 1 };
  const at = inZone(day, Number(hour) * 60 + Number(minute), zone);
  return { start: at, end: at, precision: 0 };
}

function exists(day: Day): boolean {
  const date = new Date(Date.UTC(day.year, day.month - 1, day.day));
  return date.getUTCMonth() === day.month - 1 && date.getUTCDate() === day.day;
}

/** `2026-11-24 08:12` of `zone`: what `parseMoment` reads back. */
export function typedMoment(us: number, zone: string, dayOnly = false): string {
  const held = parts(us, zone, "gregory");
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${held.year}-${two(held.month)}-${two(held.day)}`;
  return dayOnly ? day : `${day} ${two(Math.floor(held.minutes / 60))}:${two(held.minutes % 60)}`;
}
