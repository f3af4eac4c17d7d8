import { describe, expect, it } from "vitest";
import type { MarksView, TrackView } from "../api/types";
import { add, begun, crosses, finish, lacking, undo } from "./drawing";
import { freshness, inForce, LOST_US, nearing, OLD_US, roughly, toLine } from "./ground";
import { ALWAYS, countedIn, grouped, joined, marksOf, newestFirst, NO_MARKS, refsOf, rowsIn, sameRow } from "./marks";
import { CATEGORIES } from "./acts";
import { INCIDENT_CODES, sidc, UNIT_CODES } from "./sidc";

type Row = readonly [ref: string, lat: number, lon: number, precision?: number, start?: number, category?: string];

function columns(...rows: readonly Row[]): MarksView {
  const categories = [...new Set(rows.map((row) => row[5] ?? "ambush"))];
  return {
    exercise: null, categories, parties: ["ir"], ref: rows.map((row) => row[0]), lat: rows.map((row) => row[1]), lon: rows.map((row) => row[2]),
    precision: rows.map((row) => row[3] ?? 1), radius_m: rows.map(() => 0), start_us: rows.map((row) => row[4] ?? 0), lasts_us: rows.map(() => 10),
    at_us: rows.map(() => 0), category: rows.map((row) => categories.indexOf(row[5] ?? "ambush")), party: rows.map(() => 0),
  };
}

const all = (marks: { count: number }) => Int32Array.from({ length: marks.count }, (_, i) => i);

describe("columns of incidents", () => {
  it("make one mark of what is at one place and known equally well, and count what has no place", () => {
    const marks = marksOf(columns(["a:1", 1, 2], ["a:2", 1, 2], ["a:3", 1, 2, 4], ["a:4", 5, 5, 6], ["a:5", 1, 3]));
    const groups = grouped(marks, all(marks));
    expect(groups.unplaced).toBe(1);
    expect(Array.from({ length: groups.count }, (_, i) => refsOf(marks, groups, i))).toEqual([["a:1", "a:2"], ["a:3"], ["a:5"]]);
  });

  it("agree with a plain grouping of many rows", () => {
    const marks = marksOf(columns(...Array.from({ length: 5_000 }, (_, i) => [`a:${i}`, (i * 7_919) % 61, (i * 104_729) % 59, 1 + (i % 7)] as const)));
    const plain = new Map<string, string[]>();
    for (let i = 0; i < marks.count; i++) {
      if ((marks.precision[i] ?? 9) > 5) continue;
      const key = `${marks.lat[i]} ${marks.lon[i]} ${marks.precision[i]}`;
      plain.set(key, [...(plain.get(key) ?? []), marks.ref[i] as string]);
    }
    const groups = grouped(marks, all(marks));
    const found = Array.from({ length: groups.count }, (_, i) => refsOf(marks, groups, i).join());
    expect(found.sort()).toEqual([...plain.values()].map((refs) => refs.join()).sort());
  });

  it("take in what is new and what changed, and keep the rest", () => {
    const held = marksOf(columns(["a:1", 1, 2], ["a:2", 3, 4, 1, 0, "bombing"]));
    const made = joined(held, marksOf(columns(["a:2", 3, 9, 1, 0, "shelling"], ["a:3", 5, 6])));
    expect(made.ref).toEqual(["a:1", "a:2", "a:3"]);
    expect([...made.lon]).toEqual([2, 9, 6]);
    expect([...made.category].map((i) => made.categories[i])).toEqual(["ambush", "shelling", "ambush"]);
    expect(sameRow(held, 0, made, 0)).toBe(true);
    expect(sameRow(held, 1, made, 1)).toBe(false);
    expect(joined(NO_MARKS, held).ref).toEqual(held.ref);
  });

  it("are narrowed to a stretch of time, both ends within it, and counted over it", () => {
    const marks = marksOf(columns(["a:1", 1, 1, 1, 100], ["a:2", 1, 1, 1, 200], ["a:3", 1, 1, 1, 300]));
    expect([...rowsIn(marks, { since: 205, until: 300 })]).toEqual([1, 2]);
    expect([...rowsIn(marks, { since: null, until: 99 })]).toEqual([]);
    expect([...rowsIn(marks, ALWAYS)]).toEqual([0, 1, 2]);
    expect([...newestFirst(marks, all(marks))]).toEqual([2, 1, 0]);
    expect(countedIn(marks, 100, 299, 2)).toEqual([1, 1]);
  });
});

describe("the ground", () => {
  const place = { lat: 0, lon: 0, precision: 1 };
  const unit = (end: number, where: object | null = place) => ({ last: { as_of: { start: end, end }, place: where } }) as never;
  it("tells an old position from a fresh one, and none from either", () => {
    expect(freshness(unit(0), OLD_US)).toBe("fresh");
    expect(freshness(unit(0), OLD_US + 1)).toBe("old");
    expect(freshness(unit(0), LOST_US + 1)).toBe("lost");
    expect(freshness(unit(0, null), 0)).toBe("none");
    expect(freshness({ last: null } as never, 0)).toBe("none");
  });
  it("knows which notices are in force", () => {
    const notice = { when: { start: 10, end: 20 }, recalled: "" } as never;
    expect([5, 10, 20, 21].map((now) => inForce(notice, now))).toEqual(["soon", "now", "now", "over"]);
    expect(inForce({ when: { start: 10, end: 20 }, recalled: "complied" } as never, 15)).toBe("over");
  });
  it("measures to the nearest piece of the line", () => {
    const line = [[61, 28], [61, 30]] as const;
    expect(toLine({ lat: 29e7, lon: 61.1e7 }, [line])).toBeCloseTo(roughly({ lat: 29e7, lon: 61e7 }, { lat: 29e7, lon: 61.1e7 }), -2);
    expect(toLine({ lat: 31e7, lon: 61e7 }, [line])).toBeCloseTo(111_195, -2);
    expect(toLine({ lat: 0, lon: 0 }, [])).toBe(Infinity);
  });
  it("finds a track that nears the line, not one that leaves it or stays far off", () => {
    const point = (lon: number, precision = 1) => ({ ref: "a:1", lat: 29e7, lon: lon * 1e7, at_us: 0, precision, status: "en-route" });
    const track = (...points: object[]) => ({ party: "ir", code: "R", unit: "ir:1", points }) as unknown as TrackView;
    const line = [[[61, 28], [61, 30]]] as const;
    expect(nearing([track(point(61.05), point(61.02))], line, 4_000)).toMatchObject([{ unit: "ir:1", closing: true }]);
    expect(nearing([track(point(61.02), point(61.03))], line, 4_000)).toEqual([]);
    expect(nearing([track(point(61.9), point(61.8))], line, 4_000)).toEqual([]);
    expect(nearing([track(point(61.05), point(61.02, 3))], line, 4_000)).toEqual([]);
  });
});

describe("symbols", () => {
  it("have a code of twenty digits for every category and kind, and tell whose and whether it is a drill", () => {
    for (const code of [...CATEGORIES.map((name) => INCIDENT_CODES[name]), ...Object.values(UNIT_CODES)]) expect(sidc(code as never, "ours", false)).toMatch(/^\d{20}$/);
    expect(sidc(UNIT_CODES.medical as never, "theirs", true)).toBe("10141000001613000000");
    expect(new Set(CATEGORIES.map((name) => sidc(INCIDENT_CODES[name] as never, "nobody", false))).size).toBe(CATEGORIES.length);
  });
});

describe("drawing", () => {
  const at = (lat: number, lon: number) => ({ lat, lon });
  it("goes point by point, and back", () => {
    let ring = add(add(add(begun("ring"), at(0, 0)), at(0, 9)), at(0, 9));
    expect(ring.points.length).toBe(2);
    expect(lacking(ring)).toBe("draw.lacks.ring");
    expect(finish(ring).done).toBe(false);
    ring = finish(add(ring, at(9, 9)));
    expect(ring.done).toBe(true);
    expect(undo(ring)).toMatchObject({ done: false, points: [at(0, 0), at(0, 9)] });
    expect(add(ring, at(1, 1))).toMatchObject({ done: false, points: [at(1, 1)] });
  });
  it("is done when a circle has its middle and its edge", () => {
    expect(add(add(begun("circle"), at(0, 0)), at(0, 5)).done).toBe(true);
    expect(add(begun("point"), at(0, 0)).done).toBe(true);
  });
  it("refuses a ring that cuts itself", () => {
    const bow = [at(0, 0), at(9, 9), at(9, 0), at(0, 9)];
    expect(crosses(bow)).toBe(true);
    expect(lacking({ shape: "ring", points: bow, done: false })).toBe("draw.crosses");
    expect(crosses([at(0, 0), at(0, 9), at(9, 9), at(9, 0)])).toBe(false);
  });
});
