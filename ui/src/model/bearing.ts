/** How far and which way: great circles on the mean sphere, positions in 1e-7 degrees. */

import { amount, number, type Language } from "./time";

const EARTH_M = 6_371_008.8;
const E7 = 1e7;

interface Position {
  readonly lat: number;
  readonly lon: number;
}

const radians = (e7: number) => (e7 / E7) * (Math.PI / 180);

/** Metres between two positions (haversine formula). */
export function distance(a: Position, b: Position): number {
  const [latA, latB, lon] = [radians(a.lat), radians(b.lat), radians(b.lon - a.lon)];
  const chord = Math.sin((latB - latA) / 2) ** 2 + Math.cos(latA) * Math.cos(latB) * Math.sin(lon / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** Degrees clockwise from true north at which `b` is first seen from `a`: 0 to 359. */
export function bearing(a: Position, b: Position): number {
  const [latA, latB, lon] = [radians(a.lat), radians(b.lat), radians(b.lon - a.lon)];
  const y = Math.sin(lon) * Math.cos(latB);
  const x = Math.cos(latA) * Math.sin(latB) - Math.sin(latA) * Math.cos(latB) * Math.cos(lon);
  return (Math.round((Math.atan2(y, x) * 180) / Math.PI) + 360) % 360;
}

export const POINTS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;

/** The eighth of the compass in which a bearing lies. */
export function compassPoint(degrees: number): (typeof POINTS)[number] {
  return POINTS[Math.round(degrees / 45) % 8] ?? "n";
}

/** A length in the digits of the language: whole metres below a kilometre, then tenths, then whole kilometres. */
export function lengthText(metres: number, language: Language): string {
  if (metres < 1_000) return amount(Math.round(metres / 10) * 10, "meter", 0, language);
  return amount(metres / 1_000, "kilometer", metres < 20_000 ? 1 : 0, language);
}

/** A bearing as three digits, `047°`. */
export function bearingText(degrees: number, language: Language): string {
  const zero = number(0, language);
  return `${number(degrees, language).padStart(3, zero)}°`;
}

/** Whether a new fix is worth telling: far enough from the last, or the last is old. */
export function worthTelling(last: (Position & { readonly at: number }) | null, fix: Position & { readonly at: number }, metres: number, afterMs: number): boolean {
  if (!last) return true;
  return fix.at - last.at >= afterMs && distance(last, fix) >= metres;
}
