/** How a place may be drawn: never more exactly than it is known. */

import type { Place } from "../api/types";

type Known = Pick<Place, "precision" | "radius_m">;

export type Drawing = "point" | "near" | "area" | "line" | "none";

/** Radius in metres that stands for UCDP's where_prec when the record states none. */
const RADIUS: Readonly<Record<number, number>> = { 2: 25_000, 3: 40_000, 4: 120_000 };

/** The mark for a place: a point only if it is exact; a whole country or a sea is listed, not drawn. */
export function drawingOf(place: Pick<Place, "precision">): Drawing {
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
export function uncertainty(place: Known): number {
  return place.radius_m || RADIUS[place.precision] || 0;
}
