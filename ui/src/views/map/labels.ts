import { direction } from "../../model/texts";
import type { Language } from "../../model/time";

/** A label in the reader's direction, on a map that runs from left to right. */
export function isolated(text: string, language: Language): string {
  return direction(language) === "rtl" ? `\u2067${text}\u2069` : text;
}
