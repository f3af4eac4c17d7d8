/** What is being drawn or measured on the map: one thing at a time. */

import type { Position } from "../model/coordinates";
import { add, begun, finish, lacking, undo, type Drawing, type Shape } from "../model/drawing";

class Tool {
  /** Written by the methods; null: nothing is drawn. */
  drawing = $state.raw<Drawing | null>(null);
  #done: ((drawing: Drawing) => void) | null = null;

  /** Begins a shape; `done` is told when it is finished.  Without it the shape stays until the tool is closed. */
  begin(shape: Shape, done: ((drawing: Drawing) => void) | null = null): void {
    this.drawing = begun(shape);
    this.#done = done;
  }

  add(at: Position, last = false): void {
    if (!this.drawing) return;
    this.drawing = add(this.drawing, at);
    if (last && !this.drawing.done) this.finish();
    else if (this.drawing.done) this.#told();
  }

  undo(): void {
    if (this.drawing) this.drawing = undo(this.drawing);
  }

  finish(): void {
    if (!this.drawing || lacking(this.drawing)) return;
    this.drawing = finish(this.drawing);
    this.#told();
  }

  close(): void {
    this.drawing = null;
    this.#done = null;
  }

  #told(): void {
    const [done, drawing] = [this.#done, this.drawing];
    if (!done || !drawing) return;
    this.close();
    done(drawing);
  }
}

export const tool = new Tool();
