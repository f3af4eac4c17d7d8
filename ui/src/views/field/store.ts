/** What the phone keeps: acts until they are sent, their files, and what the node said last. IndexedDB, through idb. */

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { QueuedAct } from "../../model/queue";

interface Kept extends DBSchema {
  acts: { key: number; value: QueuedAct };
  files: { key: string; value: Blob };
  /** What the node said last, by officer, room and unit; and what was typed and not yet sent. */
  kept: { key: string; value: unknown };
}

type Made = Omit<QueuedAct, "order">;
// Written through to the disk before it is called kept: a battery that dies must not take it away.
const STRICT = { durability: "strict" } as const;

/** The shelf, or one that lasts as long as the page where the browser keeps nothing (`lasting` false). */
export class Store {
  readonly lasting: boolean;
  readonly #db: IDBPDatabase<Kept> | null;
  #memory = { acts: new Map<number, QueuedAct>(), files: new Map<string, Blob>(), kept: new Map<string, unknown>(), order: 0 };

  private constructor(db: IDBPDatabase<Kept> | null) {
    this.#db = db;
    this.lasting = db !== null;
  }

  static async open(): Promise<Store> {
    try {
      const db = await openDB<Kept>("sarhad-field", 1, {
        upgrade(made) {
          made.createObjectStore("acts", { keyPath: "order", autoIncrement: true });
          made.createObjectStore("files");
          made.createObjectStore("kept");
        },
        // A newer page wants to change the shelf: let it.
        blocking: (_now, _wanted, event) => (event.target as IDBDatabase).close(),
      });
      return new Store(db);
    } catch (error) {
      if (error instanceof DOMException || error instanceof ReferenceError) return new Store(null);
      throw error;
    }
  }

  async acts(): Promise<QueuedAct[]> {
    return this.#db ? this.#db.getAll("acts") : [...this.#memory.acts.values()];
  }

  /** Keeps a new act and its files as one; returns it with its place in the queue once it is on the disk. */
  async add(made: Made, files: ReadonlyMap<string, Blob>): Promise<QueuedAct> {
    if (!this.#db) {
      const act = { ...made, order: ++this.#memory.order };
      this.#memory.acts.set(act.order, act);
      for (const [key, blob] of files) this.#memory.files.set(key, blob);
      return act;
    }
    const change = this.#db.transaction(["acts", "files"], "readwrite", STRICT);
    const [order] = await Promise.all([
      change.objectStore("acts").add(made as QueuedAct),
      ...[...files].map(([key, blob]) => change.objectStore("files").put(blob, key)),
      change.done,
    ]);
    return { ...made, order: order as number };
  }

  /** Keeps an act as it is now; one that is gone stays gone. */
  async change(act: QueuedAct): Promise<void> {
    if (!this.#db) {
      if (this.#memory.acts.has(act.order)) this.#memory.acts.set(act.order, act);
      return;
    }
    const change = this.#db.transaction("acts", "readwrite", STRICT);
    if (await change.store.getKey(act.order)) await change.store.put(act);
    await change.done;
  }

  /** Forgets an act and its files. */
  async drop(act: QueuedAct): Promise<void> {
    const files = act.parts.flatMap((part) => (part.what === "file" ? [part.file] : []));
    if (!this.#db) {
      this.#memory.acts.delete(act.order);
      for (const key of files) this.#memory.files.delete(key);
      return;
    }
    const change = this.#db.transaction(["acts", "files"], "readwrite", STRICT);
    await Promise.all([change.objectStore("acts").delete(act.order), ...files.map((key) => change.objectStore("files").delete(key)), change.done]);
  }

  async file(key: string): Promise<Blob | null> {
    return (this.#db ? await this.#db.get("files", key) : this.#memory.files.get(key)) ?? null;
  }

  /** Frees the bytes of a file that the node has. */
  async dropFile(key: string): Promise<void> {
    if (this.#db) await this.#db.delete("files", key);
    else this.#memory.files.delete(key);
  }

  async keep(key: string, value: unknown): Promise<void> {
    if (this.#db) await this.#db.put("kept", value, key);
    else this.#memory.kept.set(key, value);
  }

  async kept<T>(key: string): Promise<T | null> {
    return ((this.#db ? await this.#db.get("kept", key) : this.#memory.kept.get(key)) as T | undefined) ?? null;
  }

  /** Forgets what the node said; acts that are not sent stay. */
  async forget(): Promise<void> {
    if (this.#db) await this.#db.clear("kept");
    else this.#memory.kept.clear();
  }
}
