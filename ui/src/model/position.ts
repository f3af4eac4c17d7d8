/** A position in any notation that officers use, and what is wrong with one that can't be read. */

import { degrees, formatPosition, toE7, type Position } from "./coordinates";
import { latinDigits } from "./digits";
import { formatMgrs, formatUtm, isProblem, looksLikeMgrs, looksLikeUtm, readMgrs, readUtm, type Problem, type Read } from "./grid";

export { isProblem, type Problem, type Read } from "./grid";

export type Notation = "decimal" | "dms" | "mgrs" | "utm";
export const NOTATIONS: readonly Notation[] = ["decimal", "dms", "mgrs", "utm"];

/** Hemispheres as they are said in Persian and Urdu. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/شمالی|شمال/g, "N"], [/جنوبی|جنوب/g, "S"], [/شرقی|شرق|مشرقی|مشرق/g, "E"], [/غربی|غرب|مغربی|مغرب/g, "W"], [/درجه|درجے|ڈگری/g, "°"], [/دقیقه|منٹ/g, "′"], [/ثانیه|سیکنڈ/g, "″"],
];
/** `285839N 0613301E`, as in flight plans. */
const RUN = /^(\d{2})(\d{2})(\d{2}(?:\.\d+)?)?\s*([NS])\s*(\d{3})(\d{2})(\d{2}(?:\.\d+)?)?\s*([EW])$/i;

function tidied(text: string): string {
  let plain = latinDigits(text).replace(/[‎‏‪-‮⁦-⁩]/g, "").replace(/[−–]/g, "-").trim();
  for (const [word, letter] of WORDS) plain = plain.replace(word, letter);
  return plain.replace(/''/g, "″").replace(/[’‘]/g, "′").replace(/[“”]/g, "″");
}

const bad = (problem: string, values: Problem["values"] = {}): Problem => ({ problem: `position.bad.${problem}`, values });

/** Whether somebody typing this means coordinates: digits, and nothing but what coordinates are made of. */
export function looksLikePosition(text: string): boolean {
  const plain = tidied(text);
  return /\d/.test(plain) && (looksLikeMgrs(plain) || looksLikeUtm(plain) || /^[\d\s.,;،؛:/°'′"″+NSEW-]+$/i.test(plain));
}

/**
 * Reads decimal degrees, degrees with minutes and seconds, MGRS or UTM, in any digits; null when it is no attempt
 * at a position (a name), a problem when it is one that can't be right.  Latitude first, unless letters say otherwise.
 */
export function readPosition(text: string): Read | Problem | null {
  const plain: string = tidied(text);
  if (!looksLikePosition(plain)) return null;
  if (looksLikeMgrs(plain)) return readMgrs(plain);
  if (looksLikeUtm(plain)) return readUtm(plain);
  const run = RUN.exec(plain);
  return readDegrees(run ? `${run[1]} ${run[2]} ${run[3] ?? 0} ${run[4]} ${run[5]} ${run[6]} ${run[7] ?? 0} ${run[8]}` : plain);
}

/** The position that a text says, null when it says none. */
export function positionIn(text: string): Position | null {
  const read = readPosition(text);
  return read && !isProblem(read) ? read.position : null;
}

const AXIS: Readonly<Record<string, "lat" | "lon">> = { N: "lat", S: "lat", E: "lon", W: "lon" };

/** The numbers of each half, and the letters that stand by them. */
function halves(text: string): { numbers: readonly (readonly number[])[]; letters: readonly string[] } | Problem {
  const tokens: readonly string[] = text.toUpperCase().match(/[NSEW]|[-+]?\d+(?:\.\d+)?/g) ?? [];
  const letters = tokens.filter((token) => token in AXIS);
  const all = tokens.filter((token) => !(token in AXIS)).map(Number);
  if (letters.length === 0) {
    if (all.length < 2) return bad("pair");
    return all.length % 2 || all.length > 6 ? bad("parts", { count: all.length }) : { numbers: [all.slice(0, all.length / 2), all.slice(all.length / 2)], letters };
  }
  if (letters.length !== 2 || AXIS[letters[0] as string] === AXIS[letters[1] as string]) return bad("axes");
  const [first, second] = [tokens.indexOf(letters[0] as string), tokens.lastIndexOf(letters[1] as string)];
  const part = (from: number, to: number) => tokens.slice(from, to).map(Number);
  const numbers = first === 0 ? [part(1, second), part(second + 1, tokens.length)] : [part(0, first), part(first + 1, second)];
  if (numbers.some((half) => half.length === 0)) return bad("pair");
  return numbers.some((half) => half.length > 3) || (first !== 0 && second !== tokens.length - 1) ? bad("parts", { count: all.length }) : { numbers, letters };
}

function readDegrees(text: string): Read | Problem {
  const found = halves(text);
  if (isProblem(found)) return found;
  const values: number[] = [];
  for (const [i, [whole = 0, minutes = 0, seconds = 0]] of found.numbers.entries()) {
    const letter = found.letters[i] ?? "";
    if ((whole < 0 && letter) || minutes < 0 || seconds < 0) return bad("sign");
    const over = [minutes, seconds].find((part) => part >= 60);
    if (over !== undefined) return bad("sixty", { value: over });
    const size = Math.abs(whole) + minutes / 60 + seconds / 3600;
    values.push(whole < 0 || Object.is(whole, -0) || letter === "S" || letter === "W" ? -size : size);
  }
  const swapped = AXIS[found.letters[0] ?? "N"] === "lon";
  const [lat = 0, lon = 0] = swapped ? [values[1], values[0]] : values;
  if (Math.abs(lat) > 90) return bad(Math.abs(lon) <= 90 && Math.abs(lat) <= 180 && !found.letters.length ? "order" : "latitude", { value: Math.abs(lat) });
  if (Math.abs(lon) > 180) return bad("longitude", { value: Math.abs(lon) });
  return { position: { lat: toE7(lat), lon: toE7(lon) }, within: 1 };
}

function dms(value: number, plus: string, minus: string, seconds: number): string {
  const step = 3600 * 10 ** seconds;
  const total = Math.round(Math.abs(value) * step) / 10 ** seconds;
  const [whole, minutes] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60)];
  const rest = (total % 60).toFixed(seconds).padStart(seconds ? seconds + 3 : 2, "0");
  return `${whole}°${String(minutes).padStart(2, "0")}′${rest}″ ${value < 0 ? minus : plus}`;
}

/** The size in metres that a position known to so many decimals of a degree is written to. */
const METRES: Readonly<Record<number, number>> = { 2: 1_000, 3: 100, 4: 10, 5: 1 };

/** A position in a notation, always in Latin digits; in degrees where a grid does not reach. */
export function formatIn(position: Position, notation: Notation, decimals = 4): string {
  const metres = METRES[decimals] ?? 1;
  switch (notation) {
    case "dms":
      return `${dms(degrees(position.lat), "N", "S", decimals > 4 ? 1 : 0)} ${dms(degrees(position.lon), "E", "W", decimals > 4 ? 1 : 0)}`;
    case "mgrs":
      return formatMgrs(position, metres) ?? formatPosition(position, decimals);
    case "utm":
      return formatUtm(position, metres) ?? formatPosition(position, decimals);
    default:
      return formatPosition(position, decimals);
  }
}
