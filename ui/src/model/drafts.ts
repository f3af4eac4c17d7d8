/** What was typed and not yet sent; it outlives the tab. */

export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What a new-warning form holds, as typed. */
export interface WarningDraft {
  readonly to: string;
  readonly urgency: string;
  readonly lang: string;
  readonly text: string;
  readonly position: string;
  readonly placeName: string;
  readonly precision: number;
  /** The idempotency key: one per intended act, so that a repeated send makes one record. */
  readonly key: string;
}

const name = (officer: string, room: string) => `sarhad.draft.warning.${officer}.${room || "live"}`;

/** Reads a kept draft; anything that is not one reads as null. */
export function readDraft(shelf: Shelf, officer: string, room: string): WarningDraft | null {
  const held = shelf.getItem(name(officer, room));
  if (held === null) return null;
  try {
    const value: unknown = JSON.parse(held);
    return isDraft(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Keeps a draft, or forgets it when nothing was typed. */
export function keepDraft(shelf: Shelf, officer: string, room: string, draft: WarningDraft): void {
  const empty = !draft.text.trim() && !draft.position.trim() && !draft.placeName.trim();
  if (empty) shelf.removeItem(name(officer, room));
  else shelf.setItem(name(officer, room), JSON.stringify(draft));
}

/** Forgets the draft: it was sent. */
export function dropDraft(shelf: Shelf, officer: string, room: string): void {
  shelf.removeItem(name(officer, room));
}

function isDraft(value: unknown): value is WarningDraft {
  if (typeof value !== "object" || value === null) return false;
  const held = value as Record<string, unknown>;
  const words = ["to", "urgency", "lang", "text", "position", "placeName", "key"];
  return words.every((field) => typeof held[field] === "string") && typeof held.precision === "number";
}
