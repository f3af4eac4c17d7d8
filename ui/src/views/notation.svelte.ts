/** In which notation positions are shown, as the officer chose on this machine.  Grids are loaded with the first that needs them. */

import { formatPosition, type Position } from "../model/coordinates";
import type { Notation } from "../model/position";

type Reader = typeof import("../model/position");
const KEY = "sarhad.notation";
export const NOTATIONS: readonly Notation[] = ["decimal", "dms", "mgrs", "utm"];

class Shown {
  /** Written by `choose`. */
  chosen = $state<Notation>(NOTATIONS.find((one) => one === localStorage.getItem(KEY)) ?? "decimal");
  #reader = $state.raw<Reader | null>(null);

  constructor() {
    if (this.chosen !== "decimal") void this.load();
  }

  choose(notation: Notation): void {
    this.chosen = notation;
    localStorage.setItem(KEY, notation);
    if (notation !== "decimal") void this.load();
  }

  async load(): Promise<void> {
    this.#reader ??= await import("./map/notations");
  }

  /** A position as the officer wants it; decimal while the rest is on its way. */
  show(position: Position, decimals = 4): string {
    return this.#reader && this.chosen !== "decimal" ? this.#reader.formatIn(position, this.chosen, decimals) : formatPosition(position, decimals);
  }
}

export const notation = new Shown();
