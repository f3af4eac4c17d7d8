/** Loads named parts again when they are asked for: soon, together, and each once. */

const GATHER_MS = 40;

export interface Loading<Part> {
  /** Whether anything may be loaded now. */
  may(): boolean;
  load(part: Part): Promise<void>;
  failed(reason: unknown): void;
  /** All that was asked for so far is here. */
  done(): void;
}

export class Refresher<Part> {
  readonly #how: Loading<Part>;
  readonly #wanted = new Set<Part>();
  #gathering = false;
  #loading = false;
  #doneAt = -GATHER_MS;

  constructor(how: Loading<Part>) {
    this.#how = how;
  }

  /** Asks for parts; what is asked for while loading is loaded after it. */
  refresh(...parts: readonly Part[]): void {
    for (const part of parts) this.#wanted.add(part);
    if (this.#loading || this.#gathering || !this.#how.may()) return;
    // What comes after a quiet time goes at once, before anything is drawn; only what comes thick is gathered.
    this.#gathering = true;
    if (performance.now() - this.#doneAt > GATHER_MS) queueMicrotask(() => void this.#drain());
    else setTimeout(() => void this.#drain(), GATHER_MS);
  }

  async #drain(): Promise<void> {
    this.#gathering = false;
    this.#loading = true;
    while (this.#wanted.size && this.#how.may()) {
      const parts = [...this.#wanted];
      this.#wanted.clear();
      const results = await Promise.allSettled(parts.map((part) => this.#how.load(part)));
      for (const result of results) if (result.status === "rejected") this.#how.failed(result.reason);
      this.#how.done();
    }
    this.#loading = false;
    this.#doneAt = performance.now();
  }
}
