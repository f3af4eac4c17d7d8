/** Keys by their place on the keyboard (`event.code`): a Persian layout sends another letter for the same key. */

export type Command =
  | "acknowledge" | "answer" | "decline" | "new-incident" | "new-warning" | "new-request" | "new-notice" | "new-note"
  | "report" | "correct" | "release" | "recall" | "palette" | "next" | "previous" | "open" | "search" | "help" | "close"
  | "escalate" | "take" | "hand" | "alerts" | "sound" | "theme" | "language" | "inbox" | "map" | "log" | "ground" | "past" | "brush" | "measure";

export interface Shortcut {
  readonly command: Command;
  readonly code: string;
  readonly shift?: boolean;
  /** With Ctrl (or Command): works while typing, too. */
  readonly ctrl?: boolean;
  /** What the cap of the key shows. */
  readonly cap: string;
  /** Single characters can be switched off; Escape and the arrows can't. */
  readonly single: boolean;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { command: "acknowledge", code: "KeyA", cap: "A", single: true },
  { command: "answer", code: "KeyR", cap: "R", single: true },
  { command: "decline", code: "KeyD", cap: "D", single: true },
  { command: "take", code: "KeyO", cap: "O", single: true },
  { command: "hand", code: "KeyH", cap: "H", single: true },
  { command: "escalate", code: "KeyE", cap: "E", single: true },
  { command: "new-incident", code: "KeyI", cap: "I", single: true },
  { command: "new-warning", code: "KeyN", cap: "N", single: true },
  { command: "new-request", code: "KeyQ", cap: "Q", single: true },
  { command: "new-notice", code: "KeyZ", cap: "Z", single: true },
  { command: "new-note", code: "KeyM", cap: "M", single: true },
  { command: "report", code: "KeyW", cap: "W", single: true },
  { command: "correct", code: "KeyC", cap: "C", single: true },
  { command: "release", code: "KeyP", cap: "P", single: true },
  { command: "recall", code: "KeyX", cap: "X", single: true },
  { command: "palette", code: "KeyK", ctrl: true, cap: "Ctrl K", single: false },
  { command: "next", code: "KeyJ", cap: "J", single: true },
  { command: "previous", code: "KeyK", cap: "K", single: true },
  { command: "next", code: "ArrowDown", cap: "↓", single: false },
  { command: "previous", code: "ArrowUp", cap: "↑", single: false },
  { command: "open", code: "Enter", cap: "Enter", single: false },
  { command: "search", code: "Slash", cap: "/", single: true },
  { command: "help", code: "Slash", shift: true, cap: "?", single: true },
  { command: "inbox", code: "Digit1", cap: "1", single: true },
  { command: "map", code: "Digit2", cap: "2", single: true },
  { command: "log", code: "Digit3", cap: "3", single: true },
  { command: "ground", code: "Digit4", cap: "4", single: true },
  { command: "sound", code: "KeyS", cap: "S", single: true },
  { command: "alerts", code: "KeyB", cap: "B", single: true },
  { command: "theme", code: "KeyT", cap: "T", single: true },
  { command: "language", code: "KeyL", cap: "L", single: true },
  { command: "past", code: "KeyV", cap: "V", single: true },
  { command: "brush", code: "KeyF", cap: "F", single: true },
  { command: "measure", code: "KeyG", cap: "G", single: true },
  { command: "close", code: "Escape", cap: "Esc", single: false },
];

export interface KeyPress {
  readonly code: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** Where the key was pressed: typing takes every key but Escape; a widget keeps its arrows and Enter. */
export type Focus = "page" | "widget" | "typing";

/** The command of a key press, or null.  `singles` false leaves only the keys that no text or reader uses. */
export function commandOf(press: KeyPress, focus: Focus, singles: boolean): Command | null {
  if (press.altKey) return null;
  const ctrl = press.ctrlKey || press.metaKey;
  const found = SHORTCUTS.find((s) => s.code === press.code && (s.shift ?? false) === press.shiftKey && (s.ctrl ?? false) === ctrl);
  if (!found) return null;
  if (found.command === "close" || found.ctrl) return found.command;
  if (focus === "typing") return null;
  if (focus === "widget" && !found.single) return null;
  return found.single && !singles ? null : found.command;
}
