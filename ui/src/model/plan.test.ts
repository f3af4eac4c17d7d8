import { expect, test } from "vitest";
import type { CoverView, SitedView } from "../api/types";
import { bandOf, change, compared, curvePoints, curveRows, figure, fromAddress, measured, percent, toAddress, USUAL, USUAL_JOINTNESS, weightsFrom, weightsTo } from "./plan";

const cover = (within: [number, number, number], median: number | null): CoverView => ({ within, median_s: median, p90_s: null, curve: [0, 0.5, 1], never: 0 });

test("what is as usual is not in the address, and what differs comes back from it", () => {
  expect(toAddress(USUAL, USUAL)).toBe("");
  const asked = { ...USUAL, method: "median", sites: 9, keep_posts: true, busy: 0.45, at: ["posts"], open: ["C1", "C3"] } as const;
  expect(toAddress(asked, USUAL)).toBe("method.median_sites.9_keep_posts.true_busy.0.45_at.posts_open.C1*C3");
  expect(toAddress({ ...USUAL, open: [] }, USUAL)).toBe("open.-");
  expect(fromAddress("open.-", USUAL).open).toEqual([]);
});

test("every question survives the way through the address", () => {
  for (const asked of [USUAL, { ...USUAL, keep_posts: true, answer_s: 3600, limit_s: 30, places: ["294928x608503"] }, { ...USUAL, sites: 0, minutes: 720, mode: "separate" as const, hour: 23, open: [] }]) {
    expect(fromAddress(toAddress(asked, USUAL), USUAL)).toEqual(asked);
  }
  const joint = { ...USUAL_JOINTNESS, kinds: ["explosive-disposal", "medical"], answer_s: 60, answer_p90_s: 1200, seed: 7, fit: "iran-side" };
  expect(fromAddress(toAddress(joint, USUAL_JOINTNESS), USUAL_JOINTNESS)).toEqual(joint);
});

test("an address that was tampered with asks the usual question", () => {
  expect(fromAddress("sites.9e9_minutes._hour.-1_method.guess_at.moon_nonsense_busy.x_sites", USUAL)).toEqual(USUAL);
  expect(fromAddress("__proto__.1_sites.2.5", USUAL)).toEqual(USUAL);
});

test("weights go through the address and nonsense is left out", () => {
  const weights = { bombing: 3, "source:ucdp": 0.5, "suicide-bombing": 0 };
  expect(weightsFrom(weightsTo(weights))).toEqual(weights);
  expect(weightsFrom("bombing.-1_Other.2_x.9999_y.z")).toEqual({});
});

test("numbers stand in the digits of the language, their sign before them", () => {
  expect(figure(-38.2, "en", 0, true)).toBe("\u2066−38\u2069");
  expect(figure(0.04, "en", 1, true)).toBe("0.0");
  expect(figure(6.8, "fa", 1, true)).toBe("\u2066+۶٫۸\u2069");
  expect(percent(0.4512, "en")).toBe("\u206645.1%\u2069");
  expect(percent(0.4512, "ur")).toContain("45.1٪");
});

test("better and worse follow what is counted, and never is the worst", () => {
  expect(change(0.2, 0.3, true, 0.001).sense).toBe("better");
  expect(change(3600, 4000, false, 30).sense).toBe("worse");
  expect(change(3600, 3610, false, 30).sense).toBe("same");
  expect(change(null, 3600, false, 30)).toEqual({ sense: "better", by: null });
  expect(change(3600, null, false, 30)).toEqual({ sense: "worse", by: null });
  expect(change(null, null, false, 30).sense).toBe("same");
  expect(compared(cover([0.1, 0.2, 0.3], 100), cover([0.1, 0.3, 0.3], 900), "within.60").sense).toBe("better");
  expect(compared(cover([0.1, 0.2, 0.3], 100), cover([0.1, 0.3, 0.3], 900), "median").sense).toBe("worse");
});

test("an arrival falls into its band", () => {
  expect([0, 1800, 1801, 7200, 7201, -1].map(bandOf)).toEqual(["30", "30", "60", "120", "later", "never"]);
});

test("a value is told in the unit of its question", () => {
  const answer = (measure: SitedView["measure"]) => ({ measure, total: 200 }) as SitedView;
  expect(measured(answer("weight"), 50)).toEqual({ as: "percent", value: 0.25 });
  expect(measured(answer("weighted-seconds"), 200 * 90)).toEqual({ as: "minutes", value: 90 });
  expect(measured(answer("sites"), 7)).toEqual({ as: "count", value: 7 });
  expect(measured(answer("seconds"), null)).toBeNull();
});

test("the curve fills its box and its table has the half hours", () => {
  expect(curvePoints([0, 0.5, 1], { left: 0, right: 100, top: 0, bottom: 10 })).toBe("0.0,10.0 50.0,5.0 100.0,0.0");
  const rows = curveRows(Array.from({ length: 49 }, (_, k) => k / 48));
  expect(rows.map((row) => row.minutes)).toEqual([30, 60, 90, 120, 150, 180, 210, 240]);
});
