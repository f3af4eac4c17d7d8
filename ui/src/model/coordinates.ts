/** Places as officers type them.  On the wire a coordinate is a whole number of 1e-7 degrees. */

import { latinDigits } from "./digits";

export interface Position {
  readonly lat: number;
  readonly lon: number;
}

const E7 = 10_000_000;
const NUMBER = String.raw`(\d{1,3}(?:\.\d+)?)`;
const PART = new RegExp(
  String.raw`^([NSEW])?\s*([-+])?\s*${NUMBER}\s*°?\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*["″]\s*)?([NSEW])?$`,
  "i",
);

interface Part {
  readonly value: number;
  readonly axis: "lat" | "lon" | null;
}

function parsePart(text: string): Part | null {
  const found = PART.exec(text.trim());
  if (!found) return null;
  const [, before, sign, degrees, minutes = "0", seconds = "0", after] = found;
  if ((before && after) || (sign && (before || after)) || Number(minutes) >= 60 || Number(seconds) >= 60) return null;
  const letter = (before ?? after ?? "").toUpperCase();
  const size = Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600;
  const negative = sign === "-" || letter === "S" || letter === "W";
  const axis = letter === "" ? null : letter === "N" || letter === "S" ? "lat" : "lon";
  return { value: negative ? -size : size, axis };
}

/** Splits a pair at a comma, a semicolon, a hemisphere letter or white space. */
function split(text: string): [string, string] | null {
  const byMark = text.split(/[,;،؛/]/).filter((part) => part.trim());
  if (byMark.length === 2) return byMark as [string, string];
  const byLetter = /^(.*?[NSns])\s*(.*[EWew])$/.exec(text) ?? /^(.*?[EWew])\s*(.*[NSns])$/.exec(text);
  if (byLetter?.[1] && byLetter[2]) return [byLetter[1], byLetter[2]];
  const bySpace = text.trim().split(/\s+/);
  return bySpace.length === 2 ? (bySpace as [string, string]) : null;
}

/**
 * Reads decimal degrees or degrees, minutes and seconds, latitude first unless letters say otherwise,
 * in any of the three digit sets.  Returns 1e-7 degrees, or null if the text is not a position.
 */
export function parsePosition(text: string): Position | null {
  const parts = split(latinDigits(text).replace(/[−–]/g, "-"));
  if (!parts) return null;
  const [a, b] = [parsePart(parts[0]), parsePart(parts[1])];
  if (!a || !b || (a.axis && a.axis === b.axis)) return null;
  const swapped = a.axis === "lon" || b.axis === "lat";
  const [lat, lon] = swapped ? [b.value, a.value] : [a.value, b.value];
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return null;
  return { lat: Math.round(lat * E7), lon: Math.round(lon * E7) };
}

/** Returns `28.9775° N 61.5503° E`: always Latin digits, so that it can be read out and typed back. */
export function formatPosition(position: Position, decimals = 4): string {
  const part = (value: number, plus: string, minus: string) =>
    `${(Math.abs(value) / E7).toFixed(decimals)}° ${value < 0 ? minus : plus}`;
  return `${part(position.lat, "N", "S")} ${part(position.lon, "E", "W")}`;
}

/** Returns degrees from wire units. */
export function degrees(e7: number): number {
  return e7 / E7;
}

/** Returns wire units from degrees. */
export function toE7(value: number): number {
  return Math.round(value * E7);
}
