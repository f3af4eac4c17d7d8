/** How a place may be drawn: never more exactly than it is known. */

import type { IncidentView, Place } from "../api/types";

export type Drawing = "point" | "near" | "area" | "line" | "none";

/** Radius in metres that stands for UCDP's where_prec when the record states none. */
const RADIUS: Readonly<Record<number, number>> = { 2: 25_000, 3: 40_000, 4: 120_000 };

/** The mark for a place: a point only if it is exact; a whole country or a sea is listed, not drawn. */
export function drawingOf(place: Place): Drawing {
  switch (place.precision) {
    case 1:
      return "point";
    case 2:
      return "near";
    case 3:
    case 4:
      return "area";
    case 5:
      return "line";
    default:
      return "none";
  }
}

/** Metres of uncertainty around the position, 0 for a known point. */
export function uncertainty(place: Place): number {
  return place.radius_m || RADIUS[place.precision] || 0;
}

export interface Group {
  readonly place: Place;
  readonly refs: readonly string[];
}

/** Incidents that share one position and precision are one mark with a count; the rest stands alone. */
export function groupByPlace(incidents: readonly IncidentView[]): { groups: Group[]; unplaced: IncidentView[] } {
  const held = new Map<string, { place: Place; refs: string[] }>();
  const unplaced: IncidentView[] = [];
  for (const incident of incidents) {
    const place = incident.place;
    if (drawingOf(place) === "none") {
      unplaced.push(incident);
      continue;
    }
    const key = `${place.lat} ${place.lon} ${place.precision} ${uncertainty(place)}`;
    const group = held.get(key);
    if (group) group.refs.push(incident.ref);
    else held.set(key, { place, refs: [incident.ref] });
  }
  return { groups: [...held.values()], unplaced };
}
