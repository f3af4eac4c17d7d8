/** Distances, bearings and areas on the ellipsoid of WGS 84 (Karney 2013, by geographiclib).  Loaded when something is measured. */

import library from "geographiclib-geodesic";
import { degrees, toE7, type Position } from "./coordinates";

const WGS84 = library.Geodesic.WGS84;

export interface Leg {
  readonly metres: number;
  /** Degrees from north, clockwise, at the beginning. */
  readonly bearing: number;
}

export function leg(from: Position, to: Position): Leg {
  const found = WGS84.Inverse(degrees(from.lat), degrees(from.lon), degrees(to.lat), degrees(to.lon));
  return { metres: found.s12 ?? 0, bearing: ((found.azi1 ?? 0) + 360) % 360 };
}

export function length(points: readonly Position[]): number {
  return points.slice(1).reduce((sum, point, i) => sum + leg(points[i] as Position, point).metres, 0);
}

/** Square metres inside a ring, and metres round it. */
export function ringSize(points: readonly Position[]): { area: number; around: number } {
  const ring = WGS84.Polygon(false);
  for (const point of points) ring.AddPoint(degrees(point.lat), degrees(point.lon));
  const found = ring.Compute(false, true);
  return { area: Math.abs(found.area ?? 0), around: found.perimeter };
}

/** The shortest way between two positions as the map shows it: a curve, when it is long. */
export function way(from: Position, to: Position): Position[] {
  const line = WGS84.InverseLine(degrees(from.lat), degrees(from.lon), degrees(to.lat), degrees(to.lon));
  const steps = Math.max(1, Math.min(64, Math.ceil(line.s13 / 25_000)));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const at = line.Position((line.s13 * i) / steps);
    return { lat: toE7(at.lat2 ?? 0), lon: toE7(at.lon2 ?? 0) };
  });
}
