/** What the keys do on the screen that is open.  A screen hands its commands in when it is mounted. */

import type { Command, Focus } from "../model/keys";

export type Commands = Readonly<Partial<Record<Command, () => void>>>;

/** Written by `use`: the commands of the screen that is open. */
let open: Commands = {};

/** Hands in a screen's commands; returns what takes them back (for `onMount`). */
export function use(commands: Commands): () => void {
  open = commands;
  return () => {
    if (open === commands) open = {};
  };
}

/** The open screen's answer to a command, if it has one. */
export function ofScreen(command: Command): (() => void) | undefined {
  return open[command];
}

/** Where a key was pressed. */
export function focusOf(target: EventTarget | null): Focus {
  if (!(target instanceof HTMLElement)) return "page";
  if (target.closest("textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])")) return "typing";
  return target.closest("button, a, .ol-viewport, [role=application], summary, input") ? "widget" : "page";
}
