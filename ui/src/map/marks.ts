/** The marks of what happens: shape says what, size says how well its place is known, never colour alone. */

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
import type { Palette } from "./palette";

export type MarkKind = "incident" | "item" | "unit" | "post" | "crossing" | "sector" | "notice" | "draft";

/** What a feature of ours carries. `refs`: the records that this mark stands for. */
export interface Mark {
  readonly kind: MarkKind;
  readonly refs: readonly string[];
  readonly drawing: Drawing | "ring" | "stretch";
  readonly label: string;
  readonly ours: boolean;
  readonly loud: boolean;
}

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
function disc(place: Place, metres: number): Polygon {
  const ring = circular([degrees(place.lon), degrees(place.lat)], metres, 48);
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

/** A stretch of the border. */
export function stretch(line: readonly WirePoint[], mark: Omit<Mark, "drawing">): Feature {
  return made(new LineString(line.map(coordinate)), { ...mark, drawing: "stretch" });
}

/** A zone: its ring, or its radius round the place. */
export function zone(ring: readonly WirePoint[], place: Place, radius: number, mark: Omit<Mark, "drawing">): Feature {
  const shape = ring.length > 2 ? new Polygon([[...ring, ring[0] as WirePoint].map(coordinate)]) : disc(place, Math.max(radius, 1_000));
  return made(shape, { ...mark, drawing: "ring" });
}

function countText(count: number, palette: Palette): Text | undefined {
  if (count < 2) return undefined;
  return new Text({ text: String(count), font: `700 11px ${FONT}`, fill: new Fill({ color: palette.ink }), offsetY: 1 });
}

function incidentPoint(mark: Mark, palette: Palette, color: string): Style {
  const count = mark.refs.length;
  if (mark.drawing === "area") {
    const text = `${count > 1 ? `${count} ` : ""}≈`;
    return new Style({
      text: new Text({ text, font: `600 13px ${FONT}`, fill: new Fill({ color }), stroke: new Stroke({ color: palette.halo, width: 3 }) }),
    });
  }
  const radius = count > 1 ? 9 : mark.drawing === "point" ? 6 : 5;
  const stroke = new Stroke({ color: palette.borderCase, width: 1.5 });
  const fill = new Fill({ color });
  const text = countText(count, palette);
  if (mark.drawing === "line") {
    const image = new RegularShape({ points: 4, radius: radius + 3, radius2: 3, fill, stroke });
    return text ? new Style({ image, text }) : new Style({ image });
  }
  const image = new CircleStyle({ radius, fill, stroke });
  return text ? new Style({ image, text }) : new Style({ image });
}

function shapeOf(mark: Mark, color: string, palette: Palette): RegularShape | CircleStyle {
  const stroke = new Stroke({ color: palette.borderCase, width: 1.5 });
  const fill = new Fill({ color });
  switch (mark.kind) {
    case "post":
      return new RegularShape({ points: 4, radius: 7, angle: Math.PI / 4, fill, stroke });
    case "unit":
      return new RegularShape({ points: 4, radius: 8, angle: Math.PI / 4, scale: [1.25, 0.85], fill: new Fill({ color: palette.ink }), stroke: new Stroke({ color, width: 2 }) });
    case "crossing":
      return new RegularShape({ points: 4, radius: 7.5, fill: new Fill({ color: palette.land }), stroke: new Stroke({ color: palette.border, width: 2 }) });
    case "item":
      return new RegularShape({ points: 3, radius: mark.loud ? 11 : 9, fill, stroke });
    default:
      return new CircleStyle({ radius: 7, fill: new Fill({ color: "#0000" }), stroke: new Stroke({ color, width: 2.5 }) });
  }
}

function colorOf(mark: Mark, palette: Palette): string {
  if (mark.kind === "incident") return palette.incident;
  if (mark.kind === "item") return mark.loud ? palette.urgent : palette.item;
  if (mark.kind === "notice") return palette.notice;
  if (mark.kind === "draft") return palette.selected;
  return mark.ours ? palette.ours : palette.theirs;
}

/** The style of one of our features; `zoom` thins out labels. */
export function markStyle(feature: Feature, palette: Palette, zoom: number, selected: boolean): Style | Style[] {
  const mark = markOf(feature);
  const color = selected ? palette.selected : colorOf(mark, palette);
  const shape = feature.getGeometry()?.getType();
  if (shape === "Polygon") {
    const fill = new Fill({ color: mark.kind === "notice" ? palette.noticeFill : palette.incidentFill });
    const dash = mark.kind === "notice" ? [2, 3] : [7, 6];
    return new Style({ fill, stroke: new Stroke({ color: selected ? color : `${color}99`, width: selected ? 2.5 : 1.2, lineDash: dash }) });
  }
  if (shape === "LineString") return new Style({ stroke: new Stroke({ color, width: selected ? 5 : 3.5 }) });
  if (mark.kind === "incident") return incidentPoint(mark, palette, color);
  const labelled = mark.label && (selected || zoom > (mark.kind === "crossing" ? 5.5 : 7.5));
  const image = shapeOf(mark, color, palette);
  if (!labelled) return new Style({ image });
  const text = new Text({
    text: mark.label, font: `500 11px ${FONT}`, offsetY: 16, fill: new Fill({ color: palette.label }),
    stroke: new Stroke({ color: palette.halo, width: 3 }),
  });
  return new Style({ image, text });
}
