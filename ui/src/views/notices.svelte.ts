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
  // What a node says by itself is known in the officer's language, with what to do.
  const read = said({ lang: "en", text: error.what }, preferences.language, t, (party) => party).text;
  const text = t("error.other", { what: read !== error.what || !error.doThis ? read : `${read}. ${error.doThis}` });
  return error.retry ? `${text} ${t("error.again")}` : text;
}
