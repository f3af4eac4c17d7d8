/** What the map says of the ground: whether a position still counts, which notices are in force, who nears the line. */

import type { NoticeView, TrackView, UnitView } from "../api/types";
import type { Position } from "./coordinates";

/** A position older than this is shown as old; a unit on the move is elsewhere by then. */
export const OLD_US = 30 * 60_000_000;
/** Older than this it is only where the unit was last seen. */
export const LOST_US = 6 * 3_600_000_000;

export type Freshness = "fresh" | "old" | "lost" | "none";

/** How much a unit's position is worth at a moment; a unit known by its home post alone has none. */
export function freshness(unit: Pick<UnitView, "last">, now: number): Freshness {
  if (!unit.last?.place) return "none";
  const age = now - unit.last.as_of.end;
  return age > LOST_US ? "lost" : age > OLD_US ? "old" : "fresh";
}

export type InForce = "now" | "soon" | "over";

/** Whether a notice holds at a moment; one that was recalled holds no more. */
export function inForce(notice: Pick<NoticeView, "when" | "recalled">, now: number): InForce {
  if (notice.when.end < now || notice.recalled === "complied") return "over";
  return notice.when.start > now ? "soon" : "now";
}

const EARTH_M = 6_371_008.8;
const RAD = Math.PI / 180 / 1e7;

/** Metres between two positions on a sphere: for comparing, not for measuring. */
export function roughly(a: Position, b: Position): number {
  const [dy, dx] = [(b.lat - a.lat) * RAD, (b.lon - a.lon) * RAD * Math.cos(((a.lat + b.lat) / 2) * RAD)];
  return EARTH_M * Math.hypot(dx, dy);
}

/** A line of the border as pairs of longitude and latitude in degrees (RFC 7946). */
export type Line = readonly (readonly [number, number])[];

/** Metres from a position to the nearest piece of the lines; Infinity without lines. */
export function toLine(at: Position, lines: readonly Line[]): number {
  const cos = Math.cos(at.lat * RAD);
  const flat = ([lon, lat]: readonly [number, number]) => [(lon * 1e7 - at.lon) * RAD * cos * EARTH_M, (lat * 1e7 - at.lat) * RAD * EARTH_M] as const;
  let best = Infinity;
  for (const line of lines) {
    let before = line[0] && flat(line[0]);
    for (const point of line.slice(1)) {
      const [after, from] = [flat(point), before as readonly [number, number]];
      const [dx, dy] = [after[0] - from[0], after[1] - from[1]];
      const length = dx * dx + dy * dy;
      const t = length ? Math.max(0, Math.min(1, -(from[0] * dx + from[1] * dy) / length)) : 0;
      best = Math.min(best, Math.hypot(from[0] + t * dx, from[1] + t * dy));
      before = after;
    }
  }
  return best;
}

export interface Nearing {
  readonly unit: string;
  /** Metres to the line at the newest position; which side it is on is not told. */
  readonly metres: number;
  readonly at: Position;
  readonly closing: boolean;
}

/** Tracks whose newest position lies within `within` metres of the line and is no farther than the one before. */
export function nearing(tracks: readonly TrackView[], lines: readonly Line[], within: number): Nearing[] {
  return tracks.flatMap((track) => {
    const [last, before] = [track.points.at(-1), track.points.at(-2)];
    if (!last || last.precision > 2) return [];
    const metres = toLine(last, lines);
    if (metres > within) return [];
    const closing = before !== undefined && toLine(before, lines) > metres;
    return before === undefined || closing ? [{ unit: track.unit, metres, at: { lat: last.lat, lon: last.lon }, closing }] : [];
  });
}
