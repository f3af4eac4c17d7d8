/** Who follows what changes. */

/** Takes the names of what changed, or null when anything may have. */
export type Hearer = (subjects: readonly string[] | null) => void;

export class Heard {
  readonly #hearers = new Set<Hearer>();

  /** Calls `hearer` with what changes; returns what ends it. */
  hear(hearer: Hearer): () => void {
    this.#hearers.add(hearer);
    return () => void this.#hearers.delete(hearer);
  }

  tell(subjects: readonly string[] | null): void {
    for (const hearer of this.#hearers) hearer(subjects);
  }
}
