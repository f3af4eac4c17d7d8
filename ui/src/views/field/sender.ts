/** Sends what the queue holds, one part at a time, and writes down what became of it before it goes on. */

import { ApiError, type Client } from "../../api/client";
import { mediaType, tells } from "../../model/files";
import { after, heldTill, keyOf, outcomeOf, pause, upNext, type FilePart, type Next, type Outcome, type QueuedAct } from "../../model/queue";
import { bring } from "./pieces";
import type { Store } from "./store";

export interface Sending {
  readonly store: Store;
  readonly client: Client;
  /** Who is signed in; null while nobody is: nothing is sent then. */
  who(): { readonly party: string; readonly officer: string } | null;
  /** Takes the queue as it is on the disk now. */
  reload(): Promise<readonly QueuedAct[]>;
  /** An act has changed. */
  changed(act: QueuedAct): void;
  /** What is on its way now; null: nothing. */
  busy(id: string | null): void;
  /** Whether the node answered. */
  reached(answered: boolean): void;
  /** Asks for the session anew, as its token may have changed. */
  renew(): Promise<void>;
}

const LOCK = "sarhad-field-send";
const OWN = { to: "own" } as const;

export class Sender {
  readonly #to: Sending;
  #running = false;
  /** Written by `#run` and `kick`: whether something came while it ran. */
  #again = false;
  #failures = 0;
  #timer = 0;
  #upload: AbortController | null = null;

  constructor(to: Sending) {
    this.#to = to;
  }

  /** Sends what may go.  A record that comes while a file is on its way stops the file, which goes on where it stopped after it. */
  kick(urgent = false): void {
    window.clearTimeout(this.#timer);
    this.#again = true;
    if (urgent) this.#upload?.abort();
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#again) {
      this.#again = false;
      // One page of this browser sends; the others wait for it, and read the queue again.
      if ("locks" in navigator) await navigator.locks.request(LOCK, () => this.#drain());
      else await this.#drain();
    }
    this.#running = false;
  }

  async #drain(): Promise<void> {
    for (let acts = await this.#to.reload(); ; ) {
      const who = this.#to.who();
      const next = who && upNext(acts, who, Date.now());
      if (!who || !next) return this.#wait(heldTill(acts, Date.now()));
      this.#to.busy(next.act.id);
      const [act, outcome] = await this.#send(next);
      this.#to.busy(null);
      this.#to.changed(act);
      if (outcome.is === "unreached" || outcome.is === "later") {
        const paused = pause(this.#failures++, Math.random());
        // A page that nobody looks at asks for nothing: it goes on when it is shown, or when the link is back.
        if (document.visibilityState === "visible") this.#wait(Date.now() + paused);
        return;
      }
      this.#failures = 0;
      acts = await this.#to.reload();
    }
  }

  #wait(until: number | null): void {
    window.clearTimeout(this.#timer);
    if (until !== null) this.#timer = window.setTimeout(() => this.kick(), Math.max(50, until - Date.now()));
  }

  /** Sends one part; what became of it is on the disk when this returns. */
  async #send({ act, index }: Next): Promise<readonly [QueuedAct, Outcome]> {
    let held = act.begun ? act : { ...act, begun: true };
    if (held !== act) await this.#to.store.change(held);
    this.#to.changed(held);
    const part = held.parts[index];
    let outcome: Outcome;
    try {
      if (part?.what === "file" && !part.stored) {
        outcome = await this.#store(part);
        held = after(held, index, outcome, Date.now());
      } else {
        outcome = { is: "sent", ref: await this.#write(held, index) };
        held = after(held, index, outcome, Date.now());
      }
      this.#to.reached(true);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return [held, { is: "stored", stored: { sha256: "", size: 0, media_type: "" } }];
      if (!(error instanceof ApiError)) throw error;
      this.#to.reached(error.status !== 0);
      if (error.code === "forbidden") await this.#to.renew();
      outcome = outcomeOf(error);
      held = after(held, index, outcome, Date.now());
    }
    await this.#to.store.change(held);
    if (part?.what === "file" && outcome.is === "sent") await this.#to.store.dropFile(part.file);
    return [held, outcome];
  }

  /** Brings the bytes of a file to the node, without what a photo tells besides its picture if that was asked. */
  async #store(part: FilePart): Promise<Outcome> {
    const blob = await this.#to.store.file(part.file);
    if (!blob) return { is: "refused", trouble: { status: -1, code: "file-gone", what: "", doThis: "" } };
    this.#upload = new AbortController();
    try {
      const found = await bring(this.#to.client, blob, this.#upload.signal);
      const made = part.strip && tells(found.photo) ? await this.#to.client.strip(found.sha256) : found;
      return { is: "stored", stored: { sha256: made.sha256, size: made.size, media_type: made.media_type } };
    } finally {
      this.#upload = null;
    }
  }

  async #write(act: QueuedAct, index: number): Promise<string> {
    const part = act.parts[index];
    const key = keyOf(act, index);
    if (part?.what === "file" && part.stored) {
      const { sha256, size, media_type } = part.stored;
      const data = { sha256, size, media_type: mediaType(media_type, part.type), name: part.name, about: part.about };
      return (await this.#to.client.act("attachment", { data, release: OWN, exercise: act.room, key })).ref;
    }
    if (part?.what !== "record") throw new Error("a file has no record before it is stored");
    return (await this.#to.client.act(part.kind, { data: part.data, release: OWN, exercise: act.room, key })).ref;
  }
}
