/** From what the node said to the marks on the map. */

import type Feature from "ol/Feature";
import type { GroundView, ItemView, TrackView } from "../api/types";
import type { Position } from "../model/coordinates";
import { freshness, inForce, type Nearing } from "../model/ground";
import { POST_CODE, sidc, unitCode } from "../model/sidc";
import { nameIn } from "../model/texts";
import type { Language } from "../model/time";
import { placed, stretch, zone, type Mark } from "./marks";

const PLAIN = { label: "", ours: true, loud: false } as const;

/** What the words and the moment of a scene are. */
export interface Telling {
  readonly us: string;
  readonly language: Language;
  readonly exercise: boolean;
  readonly now: number;
  /** `12 min old`: how old a position is. */
  readonly age: (us: number) => string;
  /** `from 14:05`: a notice that is not in force yet. */
  readonly from: (us: number) => string;
  /** `2.1 km from the line`. */
  readonly near: (metres: number) => string;
}

interface Named {
  readonly ref: string;
  readonly party: string;
  readonly names: { readonly en: string; readonly fa?: string; readonly ur?: string };
}

function named(view: Named, { us, language }: Telling): Omit<Mark, "drawing" | "kind"> {
  return { refs: [view.ref], label: nameIn(view.names, language).text, ours: view.party === us, loud: false };
}

/** What rarely moves: sectors, crossings, posts. */
export function stillScene(ground: GroundView | null, telling: Telling): Feature[] {
  if (!ground) return [];
  const marks: Feature[] = ground.sectors.map((view) => stretch(view.line, { ...named(view, telling), kind: "sector" }));
  // Both sides keep the same crossing: one mark stands for both records, and shows what is the stricter of the two.
  const crossings = new Map<string, { place: (typeof ground.crossings)[number]["place"]; mark: Omit<Mark, "drawing"> }>();
  const strict = ["open", "restricted", "closed"];
  for (const view of ground.crossings) {
    const key = `${view.place.lat} ${view.place.lon}`;
    const held = crossings.get(key);
    const status = strict[Math.max(strict.indexOf(view.status), strict.indexOf(held?.mark.status ?? "open"))] ?? view.status;
    const mark = { ...named(view, telling), kind: "crossing" as const, status };
    crossings.set(key, held ? { ...held, mark: { ...held.mark, status, refs: [...held.mark.refs, view.ref] } } : { place: view.place, mark });
  }
  for (const { place, mark } of crossings.values()) marks.push(...placed({ ...place, precision: 1 }, mark));
  for (const view of ground.posts) {
    const mark = named(view, telling);
    marks.push(...placed({ ...view.place, precision: 1 }, { ...mark, kind: "post", code: sidc(POST_CODE, mark.ours ? "ours" : "theirs", telling.exercise) }));
  }
  return marks;
}

/** What lives: notices, tracks, units, warnings and requests, the place of a draft. */
export function liveScene(items: readonly ItemView[], ground: GroundView | null, tracks: readonly TrackView[], near: readonly Nearing[], draft: Position | null, telling: Telling): Feature[] {
  const marks: Feature[] = [];
  for (const view of ground?.notices ?? []) {
    const force = inForce(view, telling.now);
    if (force === "over") continue;
    marks.push(zone(view.ring, view.place, view.radius_m || 1_000, { ...PLAIN, kind: "notice", refs: [view.ref], ours: view.party === telling.us, faded: force === "soon", label: force === "soon" ? telling.from(view.when.start) : "" }));
  }
  marks.push(...trackScene(ground, tracks, near, telling));
  for (const view of ground?.units ?? []) {
    // A unit at its home post is told by the post; it has its own mark once its own place was stated.
    const place = view.last?.place;
    if (!place) continue;
    const mark = named(view, telling);
    const faded = freshness(view, telling.now) !== "fresh";
    const label = `${mark.label} · ${telling.age(Math.max(0, telling.now - (view.last?.as_of.end ?? telling.now)))}`;
    marks.push(...placed({ ...place, precision: 1 }, { ...mark, label, faded, kind: "unit", code: sidc(unitCode(view.unit_kind), mark.ours ? "ours" : "theirs", telling.exercise) }));
  }
  for (const item of items) {
    if (!item.place || item.settled || item.kind === "zone-notice") continue;
    const loud = item.late || item.urgency === "flash";
    marks.push(...placed(item.place, { kind: "item", refs: [item.ref], label: item.ref, ours: item.party === telling.us, loud }));
  }
  if (draft) marks.push(...placed({ ...draft, precision: 1 }, { ...PLAIN, kind: "draft", refs: [] }));
  return marks;
}

function trackScene(ground: GroundView | null, tracks: readonly TrackView[], near: readonly Nearing[], telling: Telling): Feature[] {
  const marks: Feature[] = [];
  for (const track of tracks) {
    const mark = { ...PLAIN, kind: "track" as const, refs: [track.unit], ours: track.party === telling.us };
    const unit = ground?.units.find((held) => held.ref === track.unit);
    const faded = !unit || freshness(unit, telling.now) !== "fresh";
    if (track.points.length > 1) marks.push(stretch(track.points, { ...mark, faded }));
    for (const point of track.points.slice(0, -1)) marks.push(...placed({ lat: point.lat, lon: point.lon, precision: 1 }, { ...mark, faded, refs: [point.ref] }));
  }
  for (const { unit, at, metres } of near) marks.push(...placed({ ...at, precision: 1 }, { ...PLAIN, kind: "nearing", refs: [unit], label: telling.near(metres) }));
  return marks;
}
