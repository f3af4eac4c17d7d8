import { describe, expect, it } from "vitest";
import type { RecordView } from "../api/types";
import { buildAct, emptyForm, formOf, type Act, type Form } from "./acts";
import { parseMoment, typedMoment } from "./moment";
import { findPlaces, indexed, skeleton } from "./names";
import { offersOn } from "./offers";
import { readProof } from "./prooftext";
import { rowsOf } from "./words";

const ZONE = "Asia/Tehran";
const NOW = Date.UTC(2026, 10, 24, 4, 30) * 1000;

function record(over: Partial<RecordView> = {}): RecordView {
  return {
    ref: "pk:4", log: "pk", seq: 4, party: "pk", by: "duty", kind: "incident", known: true, at: NOW,
    bracket: { backdated: false, not_after_s: null, not_before_s: null }, exercise: null, release: { to: "own" }, tlp: "TLP:RED",
    widened: [], data: {}, first_data: null, unknown_fields: [], corrections: [], recall: null, receipts: [], answers: [],
    linked: [], disregarded: "", disregards: [], waits_for: [], ...over,
  };
}

const now = (target: RecordView | null = null, readers: readonly string[] = []) => ({ zone: ZONE, nowUs: NOW, target, readers });
const form = (act: Act, over: Partial<Form> = {}): Form => ({ ...emptyForm(act, { to: "ir", lang: "en", key: "k", when: "" }), ...over });

describe("times as officers type them", () => {
  it("reads a clock time of today, either calendar and all digits", () => {
    const eight = Date.UTC(2026, 10, 24, 4, 42) * 1000;
    for (const typed of ["08:12", "2026-11-24 08:12", "1405-09-03 08:12", "۱۴۰۵-۰۹-۰۳ ۰۸:۱۲"]) expect(parseMoment(typed, ZONE, NOW)?.start, typed).toBe(eight);
    expect(typedMoment(eight, ZONE)).toBe("2026-11-24 08:12");
  });
  it("reads a day as the whole of it", () => {
    const day = parseMoment("2019-04-22", ZONE, NOW);
    expect(day).toMatchObject({ precision: 1, start: Date.UTC(2019, 3, 21, 19, 30) * 1000 });
    expect((day?.end ?? 0) - (day?.start ?? 0)).toBe(86_400_000_000 - 1);
  });
  it.each(["", "soon", "25:00", "2026-02-30", "1405-13-01", "8"])("refuses %s", (typed) => expect(parseMoment(typed, ZONE, NOW)).toBeNull());
});

describe("places by name", () => {
  it("finds a name in either script, whatever vowels were written", () => {
    const places = indexed(["زاهدان", "میرجاوه", "Quetta", "تُربت"].map((name, rank) => ({ name, what: "city", lat: 0, lon: 0, rank, exact: false })));
    const first = (typed: string) => findPlaces(places, typed)[0]?.name;
    expect([first("zahedan"), first("Mirjaveh"), first("کوئٹہ"), first("Turbat"), first("زاهد")]).toEqual(["زاهدان", "میرجاوه", "Quetta", "تُربت", "زاهدان"]);
    expect(first("z")).toBeUndefined();
    expect(skeleton("Khash")).toBe(skeleton("خاش"));
  });
});

describe("what a form makes", () => {
  it("states nothing that was not typed", () => {
    const built = buildAct("report", form("report", { text: " Three shots " }), now(record()));
    expect(built).toMatchObject({ data: { incident: "pk:4", text: { lang: "en", text: "Three shots" } }, release: { to: "own" }, problems: [] });
    expect(Object.keys(built.data).sort()).toEqual(["incident", "text"]);
  });
  it("reads casualties as ranges and names one that can't be", () => {
    const killed = { low: "۲", best: "3", high: "" };
    const unstated = { low: "", best: "", high: "" };
    const built = buildAct("report", form("report", { text: "a", casualties: { killed, injured: unstated, abducted: unstated } }), now(record()));
    expect(built.data.casualties).toEqual({ killed: { low: 2, best: 3, high: 3 } });
    const bad = buildAct("report", form("report", { text: "a", casualties: { killed: { ...killed, low: "9" }, injured: unstated, abducted: unstated } }), now(record()));
    expect(bad.problems.map((problem) => problem.field)).toEqual(["casualties"]);
  });
  it("names what lacks", () => {
    expect(buildAct("incident", form("incident"), now()).problems.map((problem) => problem.field)).toEqual(["title", "when", "place"]);
    expect(buildAct("claim", form("claim"), now(record())).problems.map((problem) => problem.field)).toEqual(["group", "source"]);
  });
  it("corrects a record whole, keeping what no field shows", () => {
    const target = record({ data: { title: { lang: "fa", text: "الف" }, category: "ambush", when: { start: NOW, end: NOW, precision: 0 }, place: { lat: 1, lon: 2, precision: 1 }, sector: "pk:2" } });
    const show = { moment: (us: number, day: boolean) => typedMoment(us, ZONE, day), position: () => "0.0000001 0.0000002" };
    const typed = { ...formOf(target, form("correction"), show), category: "shelling", reason: "Heard again" };
    const built = buildAct("correction", typed, now(target));
    expect(built.problems).toEqual([]);
    expect(built.data).toEqual({ record: "pk:4", reason: { lang: "fa", text: "Heard again" }, data: { ...target.data, category: "shelling" } });
  });
  it("lets everyone who may read a record read its release", () => {
    const built = buildAct("release", form("release", { parties: ["ir"] }), now(record(), ["om"]));
    expect(built.data).toEqual({ record: "pk:4", release: { to: "named", parties: ["ir"] } });
    expect(built.release).toEqual({ to: "named", parties: ["ir", "om"] });
  });
  it("gives an allegation its place as one of several", () => {
    expect(buildAct("allegation", form("allegation", { text: "a", position: "28 61" }), now()).data.places).toEqual([{ lat: 280_000_000, lon: 610_000_000, precision: 1 }]);
  });
});

describe("what a record offers", () => {
  const may = new Set(["answer", "report", "claim", "denial", "correction", "release", "recall", "recall-answer", "warning", "request", "note", "incident"]);
  const acts = (held: RecordView, us: string) => offersOn(held, us, may).map((offer) => (offer.decline ? "decline" : offer.act));
  it("is what the rules would allow", () => {
    expect(acts(record(), "pk")).toEqual(["report", "claim", "correction", "release", "warning", "request", "note"]);
    expect(acts(record({ kind: "warning", data: { to: "ir" } }), "ir")).toEqual(["answer", "decline", "warning", "request", "note"]);
    expect(acts(record({ kind: "report", release: { to: "joint" }, tlp: "TLP:GREEN" }), "pk")).not.toContain("denial");
    expect(acts(record({ known: false }), "pk")).toEqual([]);
  });
  it("answers a recall where its record is read", () => {
    const recall = { ref: "pk:9", by: "commander", at: NOW, reason: { lang: "en", text: "a" }, answers: [] } as const;
    expect(offersOn(record({ recall }), "ir", may).find((offer) => offer.act === "recall-answer")?.ref).toBe("pk:9");
    expect(acts(record({ recall }), "pk")).not.toContain("recall");
  });
});

describe("data in words", () => {
  it("gives every field a row, unknown ones as they are", () => {
    const rows = rowsOf({ new_field: [1, 2], text: { lang: "ur", text: "ا" }, to: "ir", casualties: { killed: { low: 1, best: 1, high: 2 } } });
    expect(rows.map((row) => [row.path, row.value.is])).toEqual([["to", "party"], ["text", "words"], ["casualties", "group"], ["casualties.killed", "range"], ["new_field", "text"]]);
  });
});

describe("a proof's checkpoint", () => {
  it("tells who countersigned and when", () => {
    const blob = new Uint8Array(76);
    new DataView(blob.buffer).setBigUint64(4, 1_700_000_000n);
    const line = btoa(String.fromCharCode(...blob));
    const text = `c2sp.org/tlog-proof@v1\nindex 3\nabc=\n\npk.example/log\n12\nroot=\n\n— pk.example/log AAAA\n— ir.example/witness ${line}\n`;
    expect(readProof(text)).toEqual({ origin: "pk.example/log", size: 12, cosigners: [{ name: "pk.example/log", time: null }, { name: "ir.example/witness", time: 1_700_000_000 }] });
    expect(readProof("nothing")).toBeNull();
  });
});
