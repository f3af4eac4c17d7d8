/** What is being written: which act, on which record.  The form itself is loaded when it is first needed. */

import type { RecordView } from "../api/types";
import type { Act } from "../model/acts";
import { offersOn } from "../model/offers";
import { desk } from "./desk.svelte";
import { preferences } from "./preferences.svelte";

/** What kind of the act it is: an answer that declines, an assignment to a colleague or to whoever commands. */
export type Variant = "" | "decline" | "hand" | "escalate";

export interface Intent {
  readonly act: Act;
  /** The record that the act is on; null for one that stands alone. */
  readonly ref: string | null;
  readonly variant: Variant;
}

class Composing {
  intent = $state.raw<Intent | null>(null);
  /** The record that is open on the screen: what a key acts on.  Written by the screen that shows it. */
  #shown: (() => RecordView | null) | null = null;
  /** Whether the form that is open asks for a place. */
  placing = $state(false);
  readonly may = $derived(new Set((desk.view?.kinds ?? []).filter((kind) => kind.allowed).map((kind) => kind.kind)));

  /** Tells which record is open; returns what takes it back. */
  shows(record: () => RecordView | null): () => void {
    this.#shown = record;
    return () => {
      if (this.#shown === record) this.#shown = null;
    };
  }

  begin(act: Act, ref: string | null = null, variant: Variant = ""): void {
    if (desk.past.on) return desk.say("bad", preferences.t("past.noacts"));
    // Before the node has said what the officer may write, the node itself judges.
    if (desk.view && !this.may.has(act)) return desk.say("bad", preferences.t("detail.notyours", { kind: preferences.t(`kind.${act}`) }));
    this.intent = { act, ref, variant };
    desk.pane = "detail";
  }

  /** Begins an act on the record that is open, if it offers that. */
  onOpen(act: Act, decline = false): void {
    const record = this.#shown?.() ?? null;
    if (!record) return desk.say("bad", preferences.t("detail.select"));
    const offer = offersOn(record, desk.us, this.may).find((held) => held.act === act && (held.decline ?? false) === decline);
    if (!offer) return desk.say("bad", preferences.t("detail.notoffered", { ref: record.ref }));
    this.begin(act, offer.ref, decline ? "decline" : "");
  }

  close(): void {
    this.intent = null;
    this.placing = false;
  }
}

export const composing = new Composing();
