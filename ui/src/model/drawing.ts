/** What an officer draws on the map, point by point, by pointer or keyboard.  Pure: each step gives the next state. */

import type { Position } from "./coordinates";

export type Shape = "point" | "circle" | "ring" | "measure";

export interface Drawing {
  readonly shape: Shape;
  readonly points: readonly Position[];
  readonly done: boolean;
}

const MOST = 500;

export function begun(shape: Shape): Drawing {
  return { shape, points: [], done: false };
}

const same = (a: Position | undefined, b: Position) => a?.lat === b.lat && a.lon === b.lon;

/** Adds a corner; a point is done with one, a circle with two.  A drawing that is done begins anew. */
export function add(drawing: Drawing, at: Position): Drawing {
  const held = drawing.done ? [] : drawing.points;
  if (same(held.at(-1), at) || held.length >= MOST) return { ...drawing, points: held, done: false };
  const points = [...held, at];
  const enough = drawing.shape === "point" ? 1 : drawing.shape === "circle" ? 2 : Infinity;
  return { ...drawing, points, done: points.length >= enough };
}

/** Takes the last corner back. */
export function undo(drawing: Drawing): Drawing {
  return { ...drawing, points: drawing.points.slice(0, -1), done: false };
}

/** Why it can't be finished yet, as the key of a text; null when it can. */
export function lacking(drawing: Drawing): string | null {
  const least = { point: 1, circle: 2, ring: 3, measure: 2 }[drawing.shape];
  if (drawing.points.length < least) return `draw.lacks.${drawing.shape}`;
  return drawing.shape === "ring" && crosses(drawing.points) ? "draw.crosses" : null;
}

export function finish(drawing: Drawing): Drawing {
  return lacking(drawing) ? drawing : { ...drawing, done: true };
}

function turn(a: Position, b: Position, c: Position): number {
  return Math.sign((b.lon - a.lon) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lon - a.lon));
}

/** Whether the edges of a ring cut each other: then it has no inside. */
export function crosses(points: readonly Position[]): boolean {
  const edges = points.map((point, i) => [point, points[(i + 1) % points.length] as Position] as const);
  return edges.some(([a, b], i) =>
    edges.some(([c, d], j) => {
      if (j <= i + 1 || (i === 0 && j === edges.length - 1)) return false;
      return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
    }),
  );
}

/** A position in the middle of corners: what stands for an area where one place is wanted. */
export function middleOf(points: readonly Position[]): Position {
  const mean = (of: "lat" | "lon") => Math.round(points.reduce((sum, point) => sum + point[of], 0) / Math.max(1, points.length));
  return { lat: mean("lat"), lon: mean("lon") };
}
