/** What an officer set for this machine: language, theme, sound, keys.  Kept in the browser. */

import { untrack } from "svelte";
import { direction, translator, type Catalogue, type Translate } from "../model/texts";
import { number, type Language } from "../model/time";

export const LANGUAGES: readonly Language[] = ["en", "fa", "ur"];
export const FACES = ["naskh", "nastaliq"] as const;
type Words = () => Promise<{ default: Catalogue }>;
/** The watch's words come before it; those of the other screens with the first of them. */
const WATCH: Readonly<Record<Language, Words>> = {
  en: () => import("$texts/en.json?watch"),
  fa: () => import("$texts/fa.json?watch"),
  ur: () => import("$texts/ur.json?watch"),
};
const LATER: Readonly<Record<Language, Words>> = {
  en: () => import("$texts/en.json?later"),
  fa: () => import("$texts/fa.json?later"),
  ur: () => import("$texts/ur.json?later"),
};

function kept<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
  const held = localStorage.getItem(`sarhad.${key}`);
  return allowed.find((value) => value === held) ?? otherwise;
}

function systemTheme(): "dark" | "light" {
  return window.matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

class Preferences {
  /** The language shown; changed by `speak`, once its words are here. */
  language = $state<Language>(kept("language", LANGUAGES, LANGUAGES.find((l) => navigator.language.startsWith(l)) ?? "en"));
  #words = $state.raw<Catalogue>({});
  /** Set once the words of the other screens are asked for. */
  #all: Promise<void> | null = null;
  theme = $state<"dark" | "light">(kept("theme", ["dark", "light"], systemTheme()));
  sound = $state(kept("sound", ["on", "off"], "on") === "on");
  /** Whether the browser's own notifications are wanted, where it allows them. */
  notify = $state(kept("notify", ["on", "off"], "on") === "on");
  singles = $state(kept("singles", ["on", "off"], "on") === "on");
  /** What Urdu is set in: as Persian is, or as its own readers write it. */
  face = $state(kept("face", FACES, "naskh"));
  readonly t: Translate = $derived(translator(this.language, this.#words, (n) => number(n, this.language)));
  readonly digits = (value: number): string => number(value, this.language);
  readonly direction = $derived(direction(this.language));
  /** From one to the other, in the direction of reading. */
  readonly arrow = $derived(this.direction === "rtl" ? "←" : "→");

  /** Writes the choices to the page and to the browser; run in an effect. */
  apply(): void {
    const page = document.documentElement;
    page.lang = this.language;
    page.dir = this.direction;
    page.dataset.theme = this.theme;
    page.dataset.face = this.face;
    if (this.face === "nastaliq" && this.language === "ur") void import("./account/nastaliq.css").catch(() => undefined);
    localStorage.setItem("sarhad.language", this.language);
    localStorage.setItem("sarhad.theme", this.theme);
    localStorage.setItem("sarhad.face", this.face);
    localStorage.setItem("sarhad.sound", this.sound ? "on" : "off");
    localStorage.setItem("sarhad.notify", this.notify ? "on" : "off");
    localStorage.setItem("sarhad.singles", this.singles ? "on" : "off");
  }

  /** Switches the language without a reload. */
  async speak(language: Language): Promise<void> {
    const parts = this.#all ? [WATCH[language](), LATER[language]()] : [WATCH[language]()];
    const words = await Promise.all(parts);
    this.#words = Object.assign({}, ...words.map((part) => part.default)) as Catalogue;
    this.language = language;
  }

  /** Resolves when the words of every screen are here. */
  async whole(): Promise<void> {
    // Who waits for the words must not begin anew with each language: what is being written would be gone.
    const language = untrack(() => this.language);
    this.#all ??= LATER[language]().then(
      (part) => {
        if (this.language === language) this.#words = { ...this.#words, ...part.default };
      },
      (error: unknown) => {
        this.#all = null;
        throw error;
      },
    );
    return this.#all;
  }

  nextLanguage(): Promise<void> {
    const at = LANGUAGES.indexOf(this.language);
    return this.speak(LANGUAGES[(at + 1) % LANGUAGES.length] ?? "en");
  }

  otherTheme(): void {
    this.theme = this.theme === "dark" ? "light" : "dark";
  }
}

export const preferences = new Preferences();
