/** From what the node said to the marks on the map. */

import type Feature from "ol/Feature";
import type { GroundView, IncidentView, ItemView } from "../api/types";
import type { Position } from "../model/coordinates";
import { groupByPlace } from "../model/placing";
import { nameIn } from "../model/texts";
import type { Language } from "../model/time";
import { placed, stretch, zone, type Mark } from "./marks";

const PLAIN = { label: "", ours: true, loud: false } as const;

/** What rarely moves: sectors, incidents, crossings, posts. */
export function stillScene(incidents: readonly IncidentView[], ground: GroundView | null, us: string, language: Language): Feature[] {
  const marks: Feature[] = [];
  for (const group of groupByPlace(incidents).groups) {
    marks.push(...placed(group.place, { ...PLAIN, kind: "incident", refs: group.refs }));
  }
  if (!ground) return marks;
  const named = (view: { ref: string; party: string; names: { en: string; fa?: string; ur?: string } }) => ({
    refs: [view.ref], label: nameIn(view.names, language).text, ours: view.party === us, loud: false,
  });
  // Both sides keep the same crossing: one mark stands for both records.
  const crossings = new Map<string, { place: (typeof ground.crossings)[number]["place"]; mark: Omit<Mark, "drawing"> }>();
  for (const view of ground.crossings) {
    const key = `${view.place.lat} ${view.place.lon}`;
    const held = crossings.get(key);
    const mark = { ...named(view), kind: "crossing" as const };
    crossings.set(key, held ? { ...held, mark: { ...held.mark, refs: [...held.mark.refs, view.ref] } } : { place: view.place, mark });
  }
  for (const { place, mark } of crossings.values()) marks.push(...placed({ ...place, precision: 1 }, mark));
  for (const view of ground.posts) marks.push(...placed({ ...view.place, precision: 1 }, { ...named(view), kind: "post" }));
  return marks;
}

/** What lives: units, warnings and requests, notices in force, the place of a draft. */
export function liveScene(items: readonly ItemView[], ground: GroundView | null, us: string, draft: Position | null, language: Language): Feature[] {
  const marks: Feature[] = [];
  for (const view of ground?.notices ?? []) {
    marks.push(zone(view.ring, view.place, view.radius_m, { ...PLAIN, kind: "notice", refs: [view.ref], ours: view.party === us }));
  }
  for (const view of ground?.units ?? []) {
    // A unit at its home post is told by the post; it has its own mark once its own place was stated.
    const place = view.last?.place;
    if (place) marks.push(...placed({ ...place, precision: 1 }, { kind: "unit", refs: [view.ref], label: nameIn(view.names, language).text, ours: view.party === us, loud: false }));
  }
  for (const item of items) {
    if (!item.place || item.settled || item.kind === "zone-notice") continue;
    const loud = item.late || item.urgency === "flash";
    marks.push(...placed(item.place, { kind: "item", refs: [item.ref], label: item.ref, ours: item.party === us, loud }));
  }
  if (draft) marks.push(...placed({ ...draft, precision: 1 }, { ...PLAIN, kind: "draft", refs: [] }));
  return marks;
}

export { stretch };
