import { describe, expect, it } from "vitest";
import { bearing, bearingText, compassPoint, distance, worthTelling } from "./bearing";
import { after, again, forgettable, heldTill, keyOf, MOST_TRIES, nextSteps, outcomeOf, pause, placed, standing, takesBack, taskingNow, unitNow, upNext, type Part, type QueuedAct } from "./queue";

const WHO = { party: "pk", officer: "field" };
const record = (kind: string, data: Record<string, unknown> = {}): Part => ({ what: "record", kind, data, placeWanted: false, ref: null });
const file = (about = "pk:1"): Part => ({ what: "file", file: "f", name: "a.jpg", type: "image/jpeg", size: 9, strip: false, about, stored: null, ref: null });
const act = (order: number, parts: readonly Part[], more: Partial<QueuedAct> = {}): QueuedAct => ({
  id: `id${order}`, order, ...WHO, room: null, did: "arrived", at: order * 1_000_000, heldUntil: 0, parts, state: "waiting", tries: 0, begun: false, trouble: null, sentAt: null, ...more,
});
const TROUBLE = { status: 403, code: "refused", what: "not your unit", doThis: "Name pk:3" };
/** Sends everything that may go, as the page does; `answer` says what becomes of each part. */
function run(acts: QueuedAct[], answer: (key: string) => ReturnType<typeof outcomeOf> | { is: "sent"; ref: string }): { acts: QueuedAct[]; sent: string[] } {
  const sent: string[] = [];
  for (let step = 0; step < 100; step++) {
    const next = upNext(acts, WHO, 0);
    if (!next) break;
    const key = keyOf(next.act, next.index);
    sent.push(key);
    acts = acts.map((held) => (held.id === next.act.id ? after(held, next.index, answer(key), 5) : held));
  }
  return { acts, sent };
}
const fine = (key: string) => ({ is: "sent" as const, ref: `pk:${key}` });

describe("the queue", () => {
  it("sends records in the order in which they were done, and files after them", () => {
    const acts = [act(3, [record("report"), file()]), act(1, [record("tasking"), record("unit-status")]), act(2, [file()])];
    expect(run(acts, fine).sent).toEqual(["id1.0", "id1.1", "id3.0", "id2.0", "id3.1"]);
  });

  it("puts a call for help before a photo that waits", () => {
    const acts = [act(1, [file()]), act(2, [record("unit-status", { help: true })])];
    expect(upNext(acts, WHO, 0)?.act.order).toBe(2);
  });

  it("never sends what another officer did, and nothing that is held", () => {
    expect(upNext([act(1, [record("note")], { officer: "other" })], WHO, 0)).toBeNull();
    const held = [act(1, [record("note")], { heldUntil: 100 }), act(2, [record("note")])];
    expect(upNext(held, WHO, 50)).toBeNull();
    expect(heldTill(held, 50)).toBe(100);
    expect(upNext(held, WHO, 100)?.act.order).toBe(1);
  });

  it("keeps what the node refused, with the reason, and goes on", () => {
    const { acts, sent } = run([act(1, [record("a"), record("b")]), act(2, [record("c")])], (key) => (key === "id1.0" ? { is: "refused", trouble: TROUBLE } : fine(key)));
    expect(sent).toEqual(["id1.0", "id2.0"]);
    expect(acts[0]).toMatchObject({ state: "refused", trouble: TROUBLE });
    expect(standing(acts)).toEqual({ waiting: 0, refused: 1 });
    expect(run(acts.map((held) => (held.state === "refused" ? again(held) : held)), fine).sent).toEqual(["id1.0", "id1.1"]);
  });

  it("keeps the key of a part through every try", () => {
    let failed = 0;
    const { sent } = run([act(1, [record("a")])], (key) => (failed++ < 2 ? { is: "later", trouble: { ...TROUBLE, status: 503 } } : fine(key)));
    expect(sent).toEqual(["id1.0", "id1.0", "id1.0"]);
  });

  it("asks the officer when the node has failed often, and never for a lost link", () => {
    let held = act(1, [record("a")]);
    for (let i = 0; i < 50; i++) held = after(held, 0, outcomeOf({ ...TROUBLE, status: 0, retry: true }), 0);
    expect(held).toMatchObject({ state: "waiting", tries: 0 });
    for (let i = 0; i < MOST_TRIES; i++) held = after(held, 0, outcomeOf({ ...TROUBLE, status: 503, retry: true }), 0);
    expect(held.state).toBe("refused");
  });

  it("uploads the bytes of a photo once, though its record must be sent again", () => {
    const stored = { sha256: "ab", size: 9, media_type: "image/jpeg" };
    const held = after(act(1, [file()]), 0, { is: "stored", stored }, 0);
    expect(held.parts[0]).toMatchObject({ stored, ref: null });
    expect(after(held, 0, outcomeOf({ ...TROUBLE, status: 0, retry: true }), 0).parts[0]).toMatchObject({ stored });
  });

  it("fills in the position until something was on its way, and lets it go without", () => {
    const wanted: Part = { what: "record", kind: "unit-status", data: { unit: "pk:1" }, placeWanted: true, ref: null };
    const held = act(1, [record("tasking"), wanted], { heldUntil: 9_000 });
    expect(placed(held, { lat: 1 })).toMatchObject({ heldUntil: 0, parts: [{}, { data: { unit: "pk:1", place: { lat: 1 } }, placeWanted: false }] });
    expect(placed(held, null).parts[1]).toMatchObject({ data: { unit: "pk:1" }, placeWanted: false });
    expect(placed({ ...held, begun: true }, { lat: 1 }).parts[1]).toMatchObject({ data: { unit: "pk:1" } });
  });

  it("takes back only what was never on its way", () => {
    expect(takesBack(act(1, [record("a")]))).toBe(true);
    expect(takesBack(act(1, [record("a")], { begun: true }))).toBe(false);
    expect(takesBack(act(1, [record("a")], { state: "sent" }))).toBe(false);
  });

  it("forgets what was sent a day ago and never what was not", () => {
    const acts = [act(1, [], { state: "sent", sentAt: 0 }), act(2, [], { state: "sent", sentAt: 90_000_000 }), act(3, []), act(4, [], { state: "refused" })];
    expect(forgettable(acts, 90_000_000).map((held) => held.order)).toEqual([1]);
    expect(forgettable(Array.from({ length: 40 }, (_, i) => act(i, [], { state: "sent", sentAt: 0 })), 0)).toHaveLength(10);
  });

  it("waits longer each time, and at most half a minute", () => {
    expect([0, 1, 4, 9].map((failures) => pause(failures, 0.5))).toEqual([1_000, 2_000, 16_000, 30_000]);
  });
});

describe("what this device knows", () => {
  const status = (order: number, as_of: number, more: object = {}) => act(order, [record("unit-status", { unit: "pk:3", status: "on-scene", as_of: { start: as_of, end: as_of }, ...more })]);

  it("is what was said here last, until the node knows something later", () => {
    const last = { status: "available", help: false, as_of: { end: 5 } };
    expect(unitNow(["pk:3"], last, [status(1, 9, { help: true })], null)).toEqual({ status: "on-scene", help: true, as_of: 9 });
    expect(unitNow(["pk:3"], { ...last, as_of: { end: 20 } }, [status(1, 9)], null)).toMatchObject({ status: "available" });
    expect(unitNow(["pk:4"], last, [status(1, 9)], null)).toMatchObject({ status: "available" });
    expect(unitNow(["pk:3"], null, [{ ...status(1, 9), state: "refused" }], null)).toMatchObject({ status: "available", help: false });
  });

  it("counts steps that wait, and those that the node took after it was asked", () => {
    const step = (order: number, word: string, more: Partial<QueuedAct> = {}) => act(order, [record("tasking", { unit: "pk:3", incident: "pk:9", status: word })], more);
    const tasking = { unit: "pk:3", incident: "pk:9", status: "ordered" };
    expect(taskingNow(tasking, [], null, 0)).toBe("ordered");
    expect(taskingNow(tasking, [step(1, "accepted"), step(2, "en-route")], null, 0)).toBe("en-route");
    expect(taskingNow(tasking, [step(1, "accepted", { state: "sent", sentAt: 7 })], null, 5)).toBe("accepted");
    // An order given anew begins from the start.
    expect(taskingNow(tasking, [step(1, "arrived", { state: "sent", sentAt: 7 })], null, 9)).toBe("ordered");
    expect(taskingNow(tasking, [step(1, "accepted", { state: "refused" })], null, 0)).toBe("ordered");
    expect(taskingNow(tasking, [step(1, "accepted")], "drill", 0)).toBe("ordered");
  });

  it("offers the steps that can follow", () => {
    expect(nextSteps("ordered")).toEqual(["accepted", "declined"]);
    expect(nextSteps("closed")).toEqual([]);
  });
});

describe("how far and which way", () => {
  const at = (lat: number, lon: number) => ({ lat: lat * 1e7, lon: lon * 1e7 });
  it("measures on the sphere", () => {
    expect(distance(at(29, 61), at(30, 61))).toBeCloseTo(111_195, -1);
    expect([bearing(at(29, 61), at(30, 61)), bearing(at(0, 61), at(0, 62)), bearing(at(29, 61), at(28, 61))]).toEqual([0, 90, 180]);
    expect([0, 44, 180, 350].map(compassPoint)).toEqual(["n", "ne", "s", "n"]);
    expect(bearingText(7, "en")).toBe("007°");
    expect(bearingText(47, "fa")).toBe("۰۴۷°");
  });
  it("tells a position when it is far enough from the last one", () => {
    const last = { ...at(29, 61), at: 0 };
    expect(worthTelling(null, last, 200, 60_000)).toBe(true);
    expect(worthTelling(last, { ...at(29.01, 61), at: 60_000 }, 200, 60_000)).toBe(true);
    expect(worthTelling(last, { ...at(29.01, 61), at: 30_000 }, 200, 60_000)).toBe(false);
    expect(worthTelling(last, { ...at(29.0001, 61), at: 90_000 }, 200, 60_000)).toBe(false);
  });
});
