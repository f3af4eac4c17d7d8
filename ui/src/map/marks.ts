/** The marks of what stands and lives: shape says what, words and colour say whose, never colour alone. */

import Feature from "ol/Feature";
import { circular } from "ol/geom/Polygon";
import LineString from "ol/geom/LineString";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import { fromLonLat } from "ol/proj";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import RegularShape from "ol/style/RegularShape";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import type { Place, Point as WirePoint } from "../api/types";
import { degrees } from "../model/coordinates";
import { drawingOf, uncertainty, type Drawing } from "../model/placing";
import type { Sprite } from "./later/symbols";
import type { Palette } from "./palette";

export type MarkKind = "item" | "unit" | "post" | "crossing" | "sector" | "notice" | "draft" | "track" | "nearing" | "sketch" | "corner";

/** What a feature of ours carries. `refs`: the records that this mark stands for. */
export interface Mark {
  readonly kind: MarkKind;
  readonly refs: readonly string[];
  readonly drawing: Drawing | "ring" | "stretch";
  readonly label: string;
  readonly ours: boolean;
  readonly loud: boolean;
  /** Old, not in force yet, or closed. */
  readonly faded?: boolean;
  /** Its symbol's code, for a unit or a post. */
  readonly code?: string;
  /** How a crossing stands. */
  readonly status?: string;
}

/** Gives the picture of a symbol's code, null while it is not loaded. */
export type UnitSymbol = (code: string, faded: boolean) => Sprite | null;

/** How far below its place the words of a mark stand: what may lie at a crossing leaves the room below to its name. */
const BESIDE: Readonly<Partial<Record<MarkKind, number>>> & { readonly notice: number } = { notice: -32, nearing: -24, item: -18 };
const FONT = '"Vazirmatn Variable", system-ui, sans-serif';

export function coordinate(position: { lat: number; lon: number }): number[] {
  return fromLonLat([degrees(position.lon), degrees(position.lat)]);
}

function made(geometry: Point | Polygon | LineString, mark: Mark): Feature {
  const feature = new Feature({ geometry });
  feature.set("mark", mark, true);
  return feature;
}

export function markOf(feature: Feature): Mark {
  return feature.get("mark") as Mark;
}

/** Area on the ground, in metres round a position, as the map's projection shows it. */
function disc(place: { lat: number; lon: number }, metres: number): Polygon {
  const ring = circular([degrees(place.lon), degrees(place.lat)], metres, 64);
  return ring.transform("EPSG:4326", "EPSG:3857") as Polygon;
}

/** The features of one place: an area where only the area is known, a point only where the point is. */
export function placed(place: Place, mark: Omit<Mark, "drawing">): Feature[] {
  const drawing = drawingOf(place);
  const at = new Point(coordinate(place));
  switch (drawing) {
    case "none":
      return [];
    case "area":
      return [made(disc(place, uncertainty(place)), { ...mark, drawing }), made(at, { ...mark, drawing: "area" })];
    case "near":
      return [made(disc(place, uncertainty(place)), { ...mark, drawing }), made(at, { ...mark, drawing })];
    default:
      return [made(at, { ...mark, drawing })];
  }
}

/** A line over the ground: a stretch of the border, a track, what is measured. */
export function stretch(line: readonly WirePoint[], mark: Omit<Mark, "drawing">): Feature {
  return made(new LineString(line.map(coordinate)), { ...mark, drawing: "stretch" });
}

/** A zone: its ring, or its radius round the place. */
export function zone(ring: readonly WirePoint[], place: { lat: number; lon: number }, radius: number, mark: Omit<Mark, "drawing">): Feature {
  const shape = ring.length > 2 ? new Polygon([[...ring, ring[0] as WirePoint].map(coordinate)]) : disc(place, Math.max(radius, 1));
  return made(shape, { ...mark, drawing: "ring" });
}

/** What shows that an incident is the selected one: a ring round it, and its area. */
export function chosen(x: number, y: number, reach: number): Feature[] {
  const mark: Mark = { kind: "draft", refs: [], drawing: "point", label: "", ours: true, loud: true };
  const ring = Array.from({ length: 65 }, (_, i) => [x + reach * Math.sin((i * Math.PI) / 32), y + reach * Math.cos((i * Math.PI) / 32)]);
  return [...(reach > 0 ? [made(new Polygon([ring]), { ...mark, drawing: "area" })] : []), made(new Point([x, y]), mark)];
}

function shapeOf(mark: Mark, color: string, palette: Palette): RegularShape | CircleStyle {
  const stroke = new Stroke({ color: palette.borderCase, width: 1.5 });
  const fill = new Fill({ color });
  // A word may give way to another; a mark never does.
  const declutterMode = "none" as const;
  switch (mark.kind) {
    case "post":
      return new RegularShape({ declutterMode, points: 4, radius: 7, angle: Math.PI / 4, fill, stroke });
    case "unit":
      return new RegularShape({ declutterMode, points: 4, radius: 8, angle: Math.PI / 4, scale: [1.25, 0.85], fill: new Fill({ color: palette.ink }), stroke: new Stroke({ color, width: 2 }) });
    case "crossing": {
      // Open is filled, restricted is hollow, closed is barred: told without its colour.
      const line = new Stroke({ color: palette.border, width: 2 });
      if (mark.status === "closed") return new RegularShape({ declutterMode, points: 4, radius: 8, radius2: 0, angle: Math.PI / 4, stroke: new Stroke({ color: palette.border, width: 3 }) });
      return new RegularShape({ declutterMode, points: 4, radius: 7.5, fill: new Fill({ color: mark.status === "open" ? palette.border : palette.land }), stroke: line });
    }
    case "item":
      return new RegularShape({ declutterMode, points: 3, radius: mark.loud ? 11 : 9, fill, stroke });
    case "corner":
      return new CircleStyle({ declutterMode, radius: 4, fill: new Fill({ color: palette.land }), stroke: new Stroke({ color, width: 2 }) });
    case "nearing":
      return new CircleStyle({ declutterMode, radius: 15, fill: new Fill({ color: "#0000" }), stroke: new Stroke({ color, width: 2, lineDash: [4, 4] }) });
    case "track":
      return new CircleStyle({ declutterMode, radius: 2.5, fill });
    default:
      return new CircleStyle({ declutterMode, radius: mark.loud ? 13 : 7, fill: new Fill({ color: "#0000" }), stroke: new Stroke({ color, width: 2.5 }) });
  }
}

function colorOf(mark: Mark, palette: Palette): string {
  switch (mark.kind) {
    case "item":
      return mark.loud ? palette.urgent : palette.item;
    case "notice":
      return palette.notice;
    case "nearing":
      return palette.item;
    case "draft":
    case "sketch":
    case "corner":
      return palette.selected;
    default:
      return mark.faded ? palette.stale : mark.ours ? palette.ours : palette.theirs;
  }
}

function areaStyle(mark: Mark, palette: Palette, color: string, selected: boolean): Style {
  const fill = new Fill({ color: mark.kind !== "notice" ? palette.incidentFill : mark.faded ? "#0000" : palette.noticeFill });
  const dash = mark.kind === "notice" ? [2, 3] : [7, 6];
  const stroke = new Stroke({ color: selected ? color : `${color}${mark.faded ? "66" : "bb"}`, width: selected ? 2.5 : 1.4, lineDash: dash });
  const style = new Style({ fill, stroke });
  if (mark.label && mark.kind === "notice") style.setText(words(mark.label, palette, BESIDE.notice, true));
  return style;
}

function lineStyle(mark: Mark, palette: Palette, color: string, selected: boolean): Style[] {
  if (mark.kind === "track") return [new Style({ stroke: new Stroke({ color: palette.halo, width: 5 }) }), new Style({ stroke: new Stroke({ color, width: selected ? 3 : 1.8, lineDash: mark.faded ? [3, 5] : [1, 0] }) })];
  if (mark.kind === "sketch") return [new Style({ stroke: new Stroke({ color: palette.halo, width: 5 }) }), new Style({ stroke: new Stroke({ color, width: 2, lineDash: [6, 5] }) })];
  // A sector lies along the border: a wide, quiet band under it, so that the line itself stays readable.
  return [new Style({ stroke: new Stroke({ color: `${color}${selected ? "aa" : "4d"}`, width: selected ? 12 : 9, lineCap: "butt" }) })];
}

function words(text: string, palette: Palette, offsetY: number, overflow = false): Text {
  return new Text({ text, font: `500 11px ${FONT}`, offsetY, overflow, fill: new Fill({ color: palette.label }), stroke: new Stroke({ color: palette.halo, width: 3 }) });
}

/** The style of one of our features; `zoom` thins out labels. */
export function markStyle(feature: Feature, palette: Palette, zoom: number, selected: boolean, symbolOf: UnitSymbol): Style | Style[] {
  const mark = markOf(feature);
  const color = selected ? palette.selected : colorOf(mark, palette);
  const shape = feature.getGeometry()?.getType();
  if (shape === "Polygon") return areaStyle(mark, palette, color, selected);
  if (shape === "LineString") return lineStyle(mark, palette, color, selected);
  const sprite = mark.code && (mark.kind === "unit" || zoom > 7) ? symbolOf(mark.code, mark.faded ?? false) : null;
  const always = mark.kind === "nearing" || mark.kind === "corner" || mark.kind === "sketch";
  const labelled = mark.label && (always || selected || zoom > (mark.kind === "crossing" ? 5.5 : mark.kind === "unit" ? 6.5 : 7.5));
  const style = sprite ? new Style(selected ? { image: ringed(palette) } : {}) : new Style({ image: shapeOf(mark, color, palette) });
  if (labelled) style.setText(words(mark.label, palette, sprite ? 22 : (BESIDE[mark.kind] ?? 16)));
  return sprite ? [style, stamped(sprite)] : style;
}

function ringed(palette: Palette): CircleStyle {
  return new CircleStyle({ declutterMode: "none", radius: 20, fill: new Fill({ color: "#0000" }), stroke: new Stroke({ color: palette.selected, width: 2.5 }) });
}

/** A symbol's picture, drawn by itself: the library's icons would load what no mark of ours needs. */
function stamped(sprite: Sprite): Style {
  const style = new Style();
  style.setRenderer((pixel, { context, pixelRatio }) => {
    const [x = 0, y = 0] = pixel as number[];
    const scale = (pixelRatio * sprite.width) / sprite.image.width;
    context.drawImage(sprite.image, Math.round(x - sprite.anchor[0] * pixelRatio), Math.round(y - sprite.anchor[1] * pixelRatio), sprite.image.width * scale, sprite.image.height * scale);
  });
  return style;
}
