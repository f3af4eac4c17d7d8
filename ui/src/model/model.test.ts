import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ItemView } from "../api/types";
import { formatPosition } from "./coordinates";
import { latinDigits, parseWhole } from "./digits";
import { emptyForm } from "./acts";
import { keepDraft, readDraft, type DraftName } from "./drafts";
import { byDeadline, standing, toAcknowledge } from "./inbox";
import { commandOf, SHORTCUTS } from "./keys";
import { drawingOf } from "./placing";
import { isProblem, readPosition } from "./position";
import { translator } from "./texts";
import { clockTime, distance, duration, jalaliDate, ServerClock } from "./time";
import { visibleRows } from "./window";

const MINUTE = 60_000_000;

function parsePosition(text: string) {
  const read = readPosition(text);
  return read && !isProblem(read) ? read.position : null;
}

function item(over: Partial<ItemView> = {}): ItemView {
  const bracket = { backdated: false, not_after_s: null, not_before_s: null };
  const clock = { step: "acknowledge", state: "open", deadline_s: 300, due_us: 1_000 * MINUTE, left_s: 1, done_by: null, took_s: null, bracket } as const;
  return {
    ref: "pk:4", kind: "warning", party: "pk", to: "ir", by: "duty", direction: "owed-by-us", urgency: "immediate", at: 0,
    exercise: null, text: null, place: null, when: null, about: null, state: "open", settled: false, late: false,
    delivered_s: 0, due_us: 1_000 * MINUTE, left_s: 1, acknowledge: clock, answer: null, receipts: [], answers: [],
    recall: null, owners: [], agreement: null, ...over,
  };
}

describe("digits and coordinates as officers type them", () => {
  it("reads Latin, Persian, Urdu and Arabic digits alike", () => {
    expect(latinDigits("۲۸٫۹۷ ٦١٫٥٥")).toBe("28.97 61.55");
    expect(parseWhole("۱۴")).toBe(14);
    expect(parseWhole("1.5")).toBeNull();
  });
  it.each([
    "28.9775 61.5503", "28.9775, 61.5503", "28.9775N 61.5503E", "61.5503E 28.9775N", "۲۸٫۹۷۷۵، ۶۱٫۵۵۰۳",
    "28°58'39\"N 61°33'1.08\"E", "28.9775° N 61.5503° E",
  ])("reads %s", (typed) => {
    const found = parsePosition(typed);
    expect(found?.lat).toBeCloseTo(289_775_000, -2);
    expect(found?.lon).toBeCloseTo(615_503_000, -2);
  });
  it.each(["", "28.97", "91 61", "28N 61N", "28°61' 61", "north of Taftan", "1 2 3"])("refuses %j", (typed) => {
    expect(parsePosition(typed)).toBeNull();
  });
  it("reads back what it writes", () => {
    const place = { lat: -289_775_000, lon: 615_503_000 };
    expect(parsePosition(formatPosition(place))).toEqual(place);
  });
});

describe("the inbox", () => {
  it("counts down to the deadline and says overdue after it, whatever the server said last", () => {
    expect(standing(item(), 999 * MINUTE)).toEqual({ step: "acknowledge", phase: "due", left: MINUTE });
    expect(standing(item(), 1_001 * MINUTE).phase).toBe("overdue");
  });
  it("orders by deadline, those without one after, what is settled last", () => {
    const [late, soon, none, done] = [item({ ref: "pk:1", due_us: 1 }), item({ ref: "pk:2", due_us: 2 }), item({ ref: "pk:3", due_us: null }), item({ ref: "pk:5", settled: true, due_us: 0 })];
    expect(byDeadline([done, none, soon, late]).map((held) => held.ref)).toEqual(["pk:1", "pk:2", "pk:3", "pk:5"]);
  });
  it("acknowledges the selected item if it waits for us, else the most urgent that does", () => {
    const [ours, theirs] = [item({ ref: "pk:1" }), item({ ref: "ir:2", direction: "owed-to-us" })];
    expect(toAcknowledge([theirs, ours], "ir:2")?.ref).toBe("pk:1");
    expect(toAcknowledge([theirs], null)).toBeNull();
  });
});

describe("places", () => {
  const at = (precision: number) => ({ lat: 1, lon: 2, precision });
  it("draws a point only where the point is known, and a country not at all", () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((p) => drawingOf(at(p)))).toEqual(["point", "near", "area", "area", "line", "none", "none"]);
  });
});

describe("keys", () => {
  const press = (code: string, over = {}) => ({ code, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...over });
  it("go by their place on the keyboard", () => {
    expect(commandOf(press("KeyA"), "page", true)).toBe("acknowledge");
    expect(commandOf(press("Slash", { shiftKey: true }), "page", true)).toBe("help");
  });
  it("leave typing, shortcuts of the browser and, switched off, single letters alone", () => {
    expect(commandOf(press("KeyA"), "typing", true)).toBeNull();
    expect(commandOf(press("KeyA", { ctrlKey: true }), "page", true)).toBeNull();
    expect(commandOf(press("KeyA"), "page", false)).toBeNull();
    expect(commandOf(press("Escape"), "typing", false)).toBe("close");
    expect(commandOf(press("ArrowDown"), "widget", true)).toBeNull();
  });
  it("open the palette while typing, whatever is switched off", () => {
    expect(commandOf(press("KeyK", { ctrlKey: true }), "typing", false)).toBe("palette");
    expect(commandOf(press("KeyK"), "page", true)).toBe("previous");
  });
  it("are each bound once", () => {
    const bound = SHORTCUTS.map((s) => `${s.code}${s.shift ?? false}${s.ctrl ?? false}`);
    expect(new Set(bound).size).toBe(bound.length);
  });
});

describe("time", () => {
  const us = Date.UTC(2019, 3, 22, 9, 30) * 1000;
  it("shows each side's zone, summer time included", () => {
    expect(clockTime(us, "Asia/Tehran", "en")).toBe("14:00");
    expect(clockTime(us, "Asia/Karachi", "en")).toBe("14:30");
  });
  it("shows the Jalali date in each language", () => {
    expect(jalaliDate(us, "Asia/Tehran", "en")).toMatch(/^2 Ordibehesht 1398$/);
    expect(jalaliDate(us, "Asia/Tehran", "fa")).toBe("۲ اردیبهشت ۱۳۹۸");
  });
  it("says durations in two units", () => {
    expect(duration(65_000_000, "en")).toBe("1 min 5 secs");
    expect(duration(-3_600_000_000, "en")).toBe("1 hr");
  });
  it("runs on server time, whatever this machine's clock says, and keeps the tightest measurement", () => {
    let monotonic = 0;
    const clock = new ServerClock(() => monotonic);
    clock.measure(0, 10, 5_000_000);
    clock.measure(100, 1_100, 5_700_000);
    monotonic = 1_005;
    expect(clock.now()).toBe(6_000_000);
    clock.measure(2_000, 2_010, 99_000_000);
    monotonic = 2_005;
    expect(clock.now()).toBe(99_000_000);
  });
});

describe("drafts", () => {
  const shelf = () => {
    const held = new Map<string, string>();
    return { getItem: (k: string) => held.get(k) ?? null, setItem: (k: string, v: string) => void held.set(k, v), removeItem: (k: string) => void held.delete(k) };
  };
  const like = emptyForm("warning", { to: "pk", lang: "en", key: "k", when: "" });
  const draft = { ...like, text: "a" };
  const live: DraftName = { officer: "duty", room: "", act: "warning", ref: "" };
  it("outlive the tab, each room and act its own, and are forgotten when empty", () => {
    const kept = shelf();
    keepDraft(kept, live, draft);
    expect(readDraft(kept, live, like)).toEqual(draft);
    expect(readDraft(kept, { ...live, room: "drill" }, like)).toBeNull();
    expect(readDraft(kept, { ...live, act: "note" }, like)).toBeNull();
    keepDraft(kept, live, { ...draft, text: " " });
    expect(readDraft(kept, live, like)).toBeNull();
  });
  it("are not trusted when something else lies there", () => {
    const kept = shelf();
    for (const other of ["{", "null", '{"text": 4}', JSON.stringify({ ...draft, parties: "pk" })]) {
      kept.setItem("sarhad.draft|duty|live|warning|", other);
      expect(readDraft(kept, live, like)).toBeNull();
    }
  });
});

describe("long lists", () => {
  it("draw only what stands on the screen", () => {
    expect(visibleRows(100_000, 34, 34_000, 340, 2)).toEqual({ first: 998, last: 1_012, before: 998 * 34, after: (100_000 - 1_012) * 34 });
    expect(visibleRows(0, 34, 0, 340)).toEqual({ first: 0, last: 0, before: 0, after: 0 });
  });
});

describe("texts", () => {
  const read = (language: string) => JSON.parse(readFileSync(new URL(`../../../src/sarhad/web/texts/${language}.json`, import.meta.url), "utf8")) as Record<string, string>;
  const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
  it.each(["fa", "ur"])("%s has every key of English, with the same values in it, and nothing empty", (language) => {
    const [en, other] = [read("en"), read(language)];
    expect(Object.keys(other)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(other)) {
      expect(text.trim(), key).not.toBe("");
      expect(holes(text), key).toEqual(holes(en[key] ?? ""));
    }
  });
  it("choose the plural, write numbers in the language's digits, and show a missing key", () => {
    const t = translator("en", { "a.one": "{count} item", "a.other": "{count} items" }, (n) => `<${n}>`);
    expect([t("a", { count: 1 }), t("a", { count: 3 }), t("b")]).toEqual(["<1> item", "<3> items", "[b]"]);
  });
  it("have every key that the pages ask for by name", () => {
    const en = read("en");
    const sources = import.meta.glob("../**/*.{svelte,ts}", { query: "?raw", import: "default", eager: true }) as Record<string, string>;
    for (const [file, text] of Object.entries(sources)) {
      if (file.includes(".test.")) continue;
      for (const [, key = ""] of text.matchAll(/\bt\("([a-z][\w.-]+)"/g)) expect(en[key] ?? en[`${key}.other`], `${file}: ${key}`).toBeDefined();
    }
  });
});

it("sets a space between an amount and its unit in every language", () => {
  for (const language of ["en", "fa", "ur"] as const) {
    for (const metres of [850, 2_150, 41_700]) expect(distance(metres, language)).toMatch(/\p{Nd}[\s\u00a0]\p{L}/u);
  }
});
