/** What was typed and not yet sent; it outlives the tab.  One draft an act and the record that it is on. */

import { isTyped, type Act, type Form } from "./acts";

export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Whose draft, in which room ("" live), of which act, on which record ("" none). */
export interface DraftName {
  readonly officer: string;
  readonly room: string;
  readonly act: Act;
  readonly ref: string;
}

const PREFIX = "sarhad.draft";
const key = (name: DraftName) => [PREFIX, name.officer, name.room || "live", name.act, name.ref].join("|");

/** Reads a kept draft; anything that does not have every field of `like`, of the same type, reads as null. */
export function readDraft(shelf: Shelf, name: DraftName, like: Form): Form | null {
  const held = shelf.getItem(key(name));
  if (held === null) return null;
  try {
    const value: unknown = JSON.parse(held);
    return isForm(value, like) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Keeps a draft, or forgets it when nothing was typed. */
export function keepDraft(shelf: Shelf, name: DraftName, form: Form): void {
  if (isTyped(form)) shelf.setItem(key(name), JSON.stringify(form));
  else shelf.removeItem(key(name));
}

/** Forgets the draft: it was sent, or thrown away. */
export function dropDraft(shelf: Shelf, name: DraftName): void {
  shelf.removeItem(key(name));
}

function isForm(value: unknown, like: Form): value is Form {
  if (typeof value !== "object" || value === null) return false;
  const held = value as Record<string, unknown>;
  const same = Object.entries(like).every(([field, shown]) => typeof held[field] === typeof shown);
  return same && Array.isArray(held.parties) && typeof (held.casualties as { killed?: unknown }).killed === "object";
}
