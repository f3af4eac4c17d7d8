import type { Language } from "./time";

const LOCALE = { en: "en-GB", fa: "fa-IR", ur: "ur-PK" } as const;
const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** `value` with at most so many decimals, in the language's digits. */
export function decimal(value: number, digits: number, language: Language): string {
  return new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: digits }).format(value);
}

/** Bytes in decimal units, isolated from left to right: a Latin unit stands after its number in every language. */
export function size(bytes: number, language: Language): string {
  const step = bytes > 0 ? Math.max(0, Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))) : 0;
  const scaled = bytes / 1000 ** step;
  return `\u2066${decimal(scaled, scaled < 10 ? 1 : 0, language)} ${UNITS[step]}\u2069`;
}
