import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ResponsePage } from "../api/types";
import { askedOfUs, axisEnd, rowsOf, sentence, skill, steps, ticks, unsent, type Words } from "./response";

const words: Words = {
  t: (key, values = {}) => `${key}(${Object.entries(values).map(([name, value]) => `${name}=${value}`).join(",")})`,
  has: (key) => !key.includes("unheard"),
  duration: (seconds) => `${seconds} s`,
  minutes: (seconds) => `${seconds} s`,
  metres: (metres) => `${metres} m`,
  party: (id) => id.toUpperCase(),
  name: (ref) => `<${ref}>`,
  moment: (us) => `at ${us}`,
  list: (texts) => texts.join("+"),
};

const leg = (unit: string, arrival_s: number) => ({ unit, how: "road", notice_s: 0, arrival_s, uncertainty_s: 100, why: { code: "provides" } });
const turnout = (unit: string, state: string, asked: string | null = null) => ({ unit, party: unit.slice(0, 2), state, asked: asked ? { ref: asked } : null, steps: [] });
const page = (legs: object[], turnouts: object[], alone: object[] = []) =>
  ({
    response: { turnouts, proposals: [{ ref: "ir:5", data: { legs, alone } }] },
    estimates: [],
    units: [{ ref: "pk:3", party: "pk", view: { code: "N" } }, { ref: "pk:9", party: "pk", view: { code: "N" } }],
  }) as unknown as ResponsePage;

describe("the rows of a response", () => {
  it("names proposed units by arrival, then what is under way besides", () => {
    const rows = rowsOf(page([leg("pk:3", 900), leg("ir:1", 300)], [turnout("ir:7", "arrived")]));
    expect(rows.map((row) => row.unit)).toEqual(["ir:1", "pk:3", "ir:7"]);
  });

  it("knows a unit again by its code when its record was written anew", () => {
    const [row] = rowsOf(page([leg("pk:3", 900)], [turnout("pk:9", "asked", "ir:6")]));
    expect(row?.turnout?.unit).toBe("pk:9");
    expect(row && unsent(row)).toBe(false);
  });

  it("offers each side what it may say of its own units only", () => {
    const [ours, theirs] = rowsOf(page([], [turnout("ir:7", "ordered"), turnout("pk:3", "asked", "ir:6")]));
    expect(ours && steps(ours, "ir")).toEqual(["accepted", "declined"]);
    expect(ours && steps(ours, "pk")).toEqual([]);
    expect(theirs && askedOfUs(theirs, "pk")).toBe("ir:6");
    expect(theirs && askedOfUs(theirs, "ir")).toBe(null);
  });

  it("sends again what was declined", () => {
    const [row] = rowsOf(page([leg("ir:1", 300)], [turnout("ir:1", "declined")]));
    expect(row && unsent(row)).toBe(true);
  });
});

describe("the axis", () => {
  it("ends on a round time past the last one, each side alone included", () => {
    expect(axisEnd(page([leg("ir:1", 300)], [], [{ party: "ir", adequate_s: 5_000 }, { party: "pk" }]))).toBe(5_400);
    expect(axisEnd(page([], []))).toBe(600);
  });

  it("has a readable number of ticks", () => {
    for (const end of [600, 5_400, 7_200, 30_000, 200_000]) expect(ticks(end).length).toBeLessThanOrEqual(7);
  });
});

describe("a reason in words", () => {
  it("puts numbers and names in by what they are", () => {
    const facts = [{ name: "arrival_s", number: 60 }, { name: "unit", texts: ["pk:3"] }, { name: "party", texts: ["pk"] }, { name: "before", number: 7 }];
    expect(sentence({ code: "too-late", facts }, "plan.reason", words)).toBe("plan.reason.too-late(arrival_s=60 s,unit=<pk:3>,party=PK,before=at 7)");
  });

  it("shows a word that no catalogue has as it stands", () => {
    expect(sentence({ code: "no-permission", facts: [{ name: "crossings", texts: ["C1", "C2"] }] }, "plan.reason", words)).toBe("plan.reason.no-permission(crossings=<C1>+<C2>)");
    expect(sentence({ code: "unheard" }, "plan.reason", words)).toBe("unheard");
    expect(skill("unheard-of", words)).toBe("unheard-of");
  });

  it.each([
    ["en", /no agreement .* is in force/, /the agreement in force lets no unit/],
    ["fa", /هیچ توافقی برقرار نیست/, /توافقی برقرار است، اما/],
    ["ur", /کوئی معاہدہ نافذ نہیں/, /معاہدہ نافذ ہے، مگر/],
  ] as const)("tells no agreement from one that lets nobody cross, in %s", (language, none, silent) => {
    const file = new URL(`../../../src/sarhad/web/texts/${language}.json`, import.meta.url);
    const texts = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    const real: Words = { ...words, t: (key) => texts[key] ?? key, has: (key) => key in texts };
    expect(sentence({ code: "none-in-force" }, "plan.reason", real)).toMatch(none);
    expect(sentence({ code: "none-may-cross" }, "plan.reason", real)).toMatch(silent);
  });
});
