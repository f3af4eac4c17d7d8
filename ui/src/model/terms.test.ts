import { describe, expect, it } from "vitest";
import type { TermsView } from "../api/types";
import { buildTerms, compareTerms, readSpan, termsForm, writeSpan } from "./terms";

const TERMS: TermsView = {
  ref: "ir:9", title: { en: "Terms", fa: "", ur: "" }, parties: ["ir", "pk"], signatures: [], missing: [], state: "in-force",
  clocks: [{ urgency: "flash", acknowledge_s: 300, answer_s: 1_800 }, { urgency: "routine", acknowledge_s: 86_400, answer_s: 259_200 }],
  notice_distance_m: 4_000, retention_days: 1_825, purpose: { lang: "en", text: "To warn" },
  crossings: [{ crossing: "ir:40", parties: ["ir", "pk"], units: ["medical"] }],
} as TermsView;

describe("a time in terms", () => {
  it("is written and read back in the same units", () => {
    for (const seconds of [0, 1, 90, 300, 5_400, 86_400, 129_600, 90_061]) expect(readSpan(writeSpan(seconds))).toBe(seconds);
  });
  it("is read in every digit set, and a bare number means minutes", () => {
    expect(readSpan("۱۵")).toBe(900);
    expect(readSpan("٢h 30m")).toBe(9_000);
    expect(readSpan("")).toBe(0);
  });
  it("is refused where it is none", () => {
    for (const typed of ["soon", "5 x", "m5", "-3", "1.5h", "1h 2"]) expect(readSpan(typed)).toBeNull();
  });
});

describe("the form of terms", () => {
  it("gives the terms that it was opened on", () => {
    const { terms, problems } = buildTerms(termsForm(TERMS, [], "en"));
    expect(problems).toEqual([]);
    expect(terms).toEqual({
      title: { en: "Terms" }, parties: ["ir", "pk"], clocks: TERMS.clocks, notice_distance_m: 4_000, retention_days: 1_825,
      purpose: { lang: "en", text: "To warn" }, crossings: TERMS.crossings,
    });
  });
  it("names what an empty one lacks", () => {
    const { problems } = buildTerms(termsForm(null, ["ir"], "fa"));
    expect(problems.map((problem) => problem.field).sort()).toEqual(["notice", "parties", "purpose", "retention", "title"]);
  });
  it("refuses an answer that is due before its acknowledgement, and a crossing that stands twice", () => {
    const form = termsForm(TERMS, [], "en");
    const clocks = { ...form.clocks, flash: { acknowledge: "1h", answer: "5m" } };
    const { problems } = buildTerms({ ...form, clocks, crossings: [...form.crossings, ...form.crossings] });
    expect(problems.map((problem) => problem.field)).toEqual(["clock.flash", "crossings"]);
  });
});

describe("terms side by side", () => {
  it("are the same as themselves", () => {
    expect(compareTerms(TERMS, TERMS).every((row) => row.same)).toBe(true);
  });
  it("differ where one number, one crossing or one party does", () => {
    const after = { ...TERMS, notice_distance_m: 5_000, crossings: [] };
    const rows = compareTerms(TERMS, after).filter((row) => !row.same);
    expect(rows.map((row) => row.what)).toEqual(["notice", "crossing:ir:40"]);
    expect(rows[1]?.after).toBeNull();
  });
  it("have nothing beside them where none were in force", () => {
    expect(compareTerms(null, TERMS).every((row) => !row.same && row.before === null)).toBe(true);
  });
});
