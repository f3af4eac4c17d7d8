/** What is told at the edge of the screen, and errors in the officer's language. */

import type { ApiError } from "../api/client";
import { said } from "../model/nodesays";
import { preferences } from "./preferences.svelte";

export interface Notice {
  readonly id: number;
  readonly tone: "good" | "bad";
  readonly text: string;
  /** Takes back what was done to what is not sent yet. */
  readonly undo?: () => void;
}

class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #id = 0;

  say(tone: Notice["tone"], text: string, undo?: () => void): void {
    const id = ++this.#id;
    this.list = [...this.list.filter((held) => held.text !== text), { id, tone, text, ...(undo ? { undo } : {}) }].slice(-3);
    window.setTimeout(() => this.dismiss(id), tone === "good" && !undo ? 5_000 : 12_000);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((held) => held.id !== id);
  }
}

export const notices = new Notices();

function labelOf(field: string): string {
  const label = preferences.t(`field.${field}`);
  return label === `[field.${field}]` ? field : label;
}

/** What the node refused, in the language it was asked in, and what it advises. */
export function advised({ what, doThis }: { readonly what: string; readonly doThis: string }): string {
  // What a node writes by itself, why a log is frozen among it, holds its own advice.
  const read = said({ lang: "en", text: what }, preferences.language, preferences.t, (party) => party).text;
  return read !== what || !doThis ? read : preferences.t("error.advice", { what, advice: doThis });
}

/** An error in the officer's language, with the node's own words where it said more. */
export function describe(error: ApiError): string {
  const t = preferences.t;
  if (error.status === 0) return t("error.network");
  if (error.status === 401) return t("error.signin");
  if (error.status === 429) return t("error.slow");
  const key = `plan.error.${error.code}`;
  const known = t(key, error.values);
  if (known !== `[${key}]`) return known;
  const { form, field } = error.values;
  if (form) return t(`error.form.${form}`, { ...error.values, field: labelOf(String(field)) });
  const text = t("error.other", { what: advised(error) });
  return error.retry ? `${text} ${t("error.again")}` : text;
}
