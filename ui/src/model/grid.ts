/** UTM and MGRS on WGS 84, by the `geodesy` package (Karney's series, good to nanometres).  Loaded when a grid is used. */

import Mgrs, { LatLon, Utm } from "geodesy/mgrs.js";
import { toE7, type Position } from "./coordinates";

/** Grids are not defined beyond these latitudes (polar grids are others). */
const [SOUTHMOST, NORTHMOST] = [-80, 84];
const BANDS = "CDEFGHJKLMNPQRSTUVWX";

/** Why something typed is no position: a text's key, and what goes into it. */
export interface Problem {
  readonly problem: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** A position as read, and the size in metres of the square that was named. */
export interface Read {
  readonly position: Position;
  readonly within: number;
}

export function isProblem(read: object): read is Problem {
  return "problem" in read;
}

const bad = (problem: string, values: Problem["values"] = {}): Problem => ({ problem: `position.bad.${problem}`, values });

function band(lat: number): string {
  return BANDS[Math.min(19, Math.floor((lat + 80) / 8))] as string;
}

function checked(utm: Utm, within: number): Read | Problem {
  const at = utm.toLatLon();
  return { position: { lat: toE7(at.lat), lon: toE7(at.lon) }, within };
}

const MGRS = /^(\d{1,2})\s*([A-Z])\s*([A-Z])\s*([A-Z])\s*([\d\s]*)$/i;

/** Whether a text can only be meant as MGRS: a zone, a band, two letters. */
export function looksLikeMgrs(text: string): boolean {
  return /^\d{1,2}\s*[A-Z]\s*[A-Z]\s*[A-Z](?:[\d\s]*)$/i.test(text);
}

/** Reads `41R LN 12345 67890`, spaces or none, two to ten digits; the middle of the square that they name. */
export function readMgrs(text: string): Read | Problem {
  const [, zone = "", letter = "", column = "", row = "", rest = ""] = MGRS.exec(text.toUpperCase()) ?? [];
  const digits = rest.replace(/\s+/g, "");
  const groups = rest.trim().split(/\s+/).filter(Boolean);
  if (Number(zone) < 1 || Number(zone) > 60) return bad("zone", { zone });
  if (!BANDS.includes(letter)) return bad("band", { band: letter });
  if (digits.length % 2 || digits.length > 10) return bad("digits", { count: digits.length });
  if (groups.length > 2 || (groups.length === 2 && groups[0]?.length !== groups[1]?.length)) return bad("halves");
  const half = digits.length / 2;
  const within = 10 ** (5 - half);
  const metres = (part: string) => Number(part.padEnd(5, "0") || "0") + within / 2;
  try {
    const utm = new Mgrs(Number(zone), letter, column, row, metres(digits.slice(0, half)), metres(digits.slice(half))).toUtm();
    const read = checked(new Utm(utm.zone, utm.hemisphere, utm.easting, utm.northing), within);
    if (isProblem(read)) return read;
    // The letters of a square say which band it lies in; one that lies elsewhere was misheard.
    const lat = read.position.lat / 1e7;
    const slack = (within / 111_000) * 0.75 + 0.02;
    const low = (BANDS.indexOf(letter) - 10) * 8;
    if (lat < low - slack || lat > low + (letter === "X" ? 12 : 8) + slack) return bad("square", { square: `${column}${row}`, zone: `${zone}${letter}` });
    return read;
  } catch (error) {
    if (error instanceof RangeError) return bad("square", { square: `${column}${row}`, zone: `${zone}${letter}` });
    throw error;
  }
}

const UTM = /^(\d{1,2})\s*([A-Z]|NORTH|SOUTH)[\s,]+(\d{1,8}(?:\.\d+)?)\s*(?:M?\s*E)?[\s,]+(\d{1,9}(?:\.\d+)?)\s*(?:M?\s*N)?$/i;

/** Whether a text can only be meant as UTM: a zone with a letter, then two numbers. */
export function looksLikeUtm(text: string): boolean {
  return UTM.test(text);
}

/**
 * Reads `41 N 300000 3200000`: zone, hemisphere or latitude band, easting, northing in metres.
 * S is the southern hemisphere to some and the band 32° to 40° N to others; where both fit, it is refused.
 */
export function readUtm(text: string): Read | Problem {
  const [, zone = "", mark = "", easting = "", northing = ""] = UTM.exec(text.toUpperCase()) ?? [];
  if (Number(zone) < 1 || Number(zone) > 60) return bad("zone", { zone });
  const [east, north] = [Number(easting), Number(northing)];
  if (mark.length === 1 && !BANDS.includes(mark)) return bad("band", { band: mark });
  if (mark === "S" && north > 3_500_000 && north < 4_450_000) return bad("ambiguous");
  const hemisphere = mark === "SOUTH" || mark === "S" || (mark !== "NORTH" && mark < "N") ? "S" : "N";
  if (east < 100_000 || east >= 1_000_000) return bad("easting", { easting });
  try {
    const read = checked(new Utm(Number(zone), hemisphere, east, north), 1);
    if (isProblem(read) || mark.length > 1 || mark === "N" || mark === "S") return read;
    const lat = read.position.lat / 1e7;
    const low = (BANDS.indexOf(mark) - 10) * 8;
    return lat < low - 0.02 || lat > low + (mark === "X" ? 12 : 8) + 0.02 ? bad("notinband", { band: mark }) : read;
  } catch (error) {
    if (error instanceof RangeError) return bad("northing", { northing });
    throw error;
  }
}

function utmOf(position: Position): Utm | null {
  const lat = position.lat / 1e7;
  return lat < SOUTHMOST || lat > NORTHMOST ? null : new LatLon(lat, position.lon / 1e7).toUtm();
}

/** `41R LN 12345 67890`, the square of `metres` that holds the position; null near the poles. */
export function formatMgrs(position: Position, metres = 1): string | null {
  const digits = 10 - 2 * Math.round(Math.log10(metres));
  return utmOf(position)?.toMgrs().toString(Math.max(2, Math.min(10, digits))) ?? null;
}

/** `41 N 312345 3267890`; null near the poles.  N and S are hemispheres. */
export function formatUtm(position: Position, metres = 1): string | null {
  const utm = utmOf(position);
  if (!utm) return null;
  const round = (value: number) => String(Math.round(value / metres) * metres).padStart(6, "0");
  return `${String(utm.zone).padStart(2, "0")} ${utm.hemisphere} ${round(utm.easting)} ${round(utm.northing)}`;
}

/** The band letter of a latitude in 1e-7 degrees. */
export function bandOf(lat: number): string {
  return band(lat / 1e7);
}
