/** The plan's map: places by when they are reached, sites, crossings, and the area reached by road. */

import Feature from "ol/Feature";
import OlMap from "ol/Map";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import View from "ol/View";
import { buffer, createEmpty, isEmpty, type Extent } from "ol/extent";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import { defaults as interactions } from "ol/interaction/defaults";
import VectorImageLayer from "ol/layer/VectorImage";
import { fromLonLat, transformExtent } from "ol/proj";
import VectorSource from "ol/source/Vector";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import RegularShape from "ol/style/RegularShape";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import type { ReachView } from "../api/types";
import { degrees, type Position } from "../model/coordinates";
import { Backdrop } from "./backdrop";
import { positionOf } from "./chart";
import { PALETTES } from "./palette";

/** How a place is shown: by the band it is reached in, or by what jointness changes. */
export type Tone = "30" | "60" | "120" | "later" | "never" | "sooner" | "same" | "worse";

export interface Dot {
  readonly lat: number;
  readonly lon: number;
  readonly weight: number;
  readonly tone: Tone;
}

export interface Pin {
  readonly lat: number;
  readonly lon: number;
  readonly label: string;
  readonly kind: "site" | "post" | "crossing" | "shut";
}

/** Light to dark with time, so that the order is seen without the hue; what is never reached is a ring. */
export const TONES: Readonly<Record<"dark" | "light", Readonly<Record<Tone, string>>>> = {
  dark: { 30: "#9cf0d8", 60: "#45b49f", 120: "#d0a03a", later: "#7c6f66", never: "#ff857b", sooner: "#6fe0a0", same: "#7d8a90", worse: "#f0b849" },
  light: { 30: "#00594c", 60: "#3f9b8b", 120: "#b97a12", later: "#a39a90", never: "#ab1710", sooner: "#0b7a41", same: "#8f989c", worse: "#b97a12" },
};

const FONT = '"Vazirmatn Variable", system-ui, sans-serif';
const PICK_PIXELS = 12;

/** A view that several maps share, so that they show the same stretch. */
export function sharedView(): View {
  return new View({ center: [0, 0], zoom: 5, minZoom: 3, maxZoom: 14, enableRotation: false });
}

export class PlanChart {
  readonly backdrop: Backdrop;
  readonly #map: OlMap;
  readonly #view: View;
  readonly #dots = new VectorSource();
  readonly #pins = new VectorSource();
  readonly #area = new VectorSource();
  readonly #layers: readonly VectorImageLayer<VectorSource>[];
  /** Written by `theme`. */
  #theme: "dark" | "light" = "dark";
  /** The heaviest place; written by `dots`. */
  #most = 1;
  #home: Extent = createEmpty();
  #framed = false;

  /** `picked` is told the number of the place that was clicked, null beside all of them; `hovered` where the pointer is. */
  constructor(target: HTMLElement, view: View, picked: (place: number | null) => void, hovered: (position: Position | null) => void) {
    this.#view = view;
    const area = new VectorImageLayer({ source: this.#area, zIndex: 4, imageRatio: 1.2, style: (feature) => this.#areaStyle(feature as Feature) });
    const dots = new VectorImageLayer({ source: this.#dots, zIndex: 10, imageRatio: 1.2, style: (feature) => this.#dotStyle(feature as Feature) });
    const pins = new VectorImageLayer({ source: this.#pins, zIndex: 20, imageRatio: 1.2, style: (feature) => this.#pinStyle(feature as Feature) });
    this.#layers = [area, dots, pins];
    this.#map = new OlMap({ target, layers: [area, dots, pins], view, controls: [], interactions: interactions({ altShiftDragRotate: false, pinchRotate: false }) });
    this.backdrop = new Backdrop(this.#map);
    this.#map.on("singleclick", (event) => picked(this.#pick((event as MapBrowserEvent<PointerEvent>).coordinate)));
    this.#map.on("pointermove", (event) => hovered(positionOf((event as MapBrowserEvent<PointerEvent>).coordinate)));
    target.addEventListener("pointerleave", () => hovered(null));
  }

  close(): void {
    this.#map.setTarget(undefined);
    this.#map.dispose();
  }

  bounds(bounds: { west: number; south: number; east: number; north: number }): void {
    this.#home = transformExtent([bounds.west, bounds.south, bounds.east, bounds.north].map(degrees), "EPSG:4326", "EPSG:3857");
    this.home();
  }

  home(): void {
    const [width = 0, height = 0] = this.#map.getSize() ?? [];
    this.#framed = width > 0 && height > 0;
    if (this.#framed && !isEmpty(this.#home)) this.#view.fit(this.#home, { size: [width, height], padding: [6, 6, 6, 6] });
  }

  zoomBy(levels: number): void {
    this.#view.animate({ zoom: (this.#view.getZoom() ?? 6) + levels, duration: 150 });
  }

  look(lat: number, lon: number): void {
    this.#view.animate({ center: fromLonLat([degrees(lon), degrees(lat)]), zoom: Math.max(9, this.#view.getZoom() ?? 9), duration: 150 });
  }

  resized(): void {
    this.#map.updateSize();
    if (!this.#framed) this.home();
  }

  theme(theme: "dark" | "light"): void {
    this.#theme = theme;
    this.backdrop.theme(theme);
    for (const layer of this.#layers) layer.changed();
  }

  /** Draws at once as it stands: paper does not wait for a frame. */
  now(): void {
    this.#map.renderSync();
  }

  dots(dots: readonly Dot[]): void {
    this.#most = Math.max(1e-9, ...dots.map((dot) => dot.weight));
    this.#fill(this.#dots, dots.map((dot, place) => {
      const feature = new Feature({ geometry: new Point(fromLonLat([degrees(dot.lon), degrees(dot.lat)])) });
      feature.set("dot", dot, true);
      feature.set("place", place, true);
      return feature;
    }));
  }

  pins(pins: readonly Pin[]): void {
    this.#fill(this.#pins, pins.map((pin) => {
      const feature = new Feature({ geometry: new Point(fromLonLat([degrees(pin.lon), degrees(pin.lat)])) });
      feature.set("pin", pin, true);
      return feature;
    }));
  }

  area(reach: ReachView | null): void {
    const made: Feature[] = [];
    for (const [rank, band] of (reach?.bands ?? []).entries()) {
      for (const [row, first, last] of band.runs) made.push(this.#cell(reach as ReachView, rank, row, first, last));
    }
    this.#fill(this.#area, made);
  }

  // Inside -----------------------------------------------------------------------

  #fill(source: VectorSource, features: Feature[]): void {
    source.clear(true);
    source.addFeatures(features);
  }

  #cell(reach: ReachView, rank: number, row: number, first: number, last: number): Feature {
    const [south, north] = [reach.south + row * reach.cell, reach.south + (row + 1) * reach.cell];
    const [west, east] = [reach.west + first * reach.cell, reach.west + (last + 1) * reach.cell];
    const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]].map(([lon = 0, lat = 0]) => fromLonLat([degrees(lon), degrees(lat)]));
    const feature = new Feature({ geometry: new Polygon([ring]) });
    feature.set("rank", rank, true);
    return feature;
  }

  #areaStyle(feature: Feature): Style {
    const tone = (["30", "60", "120"] as const)[feature.get("rank") as number] ?? "120";
    return new Style({ fill: new Fill({ color: `${TONES[this.#theme][tone]}${this.#theme === "dark" ? "2e" : "30"}` }) });
  }

  #dotStyle(feature: Feature): Style {
    const { tone, weight } = feature.get("dot") as Dot;
    const color = TONES[this.#theme][tone];
    const radius = 2 + 8 * Math.sqrt(weight / this.#most);
    const case_ = new Stroke({ color: PALETTES[this.#theme].borderCase, width: 0.8 });
    const image = tone === "never"
      ? new CircleStyle({ radius: Math.max(3, radius), stroke: new Stroke({ color, width: 1.8 }) })
      : new CircleStyle({ radius, fill: new Fill({ color }), stroke: case_ });
    return new Style({ image, zIndex: -radius });
  }

  #pinStyle(feature: Feature): Style {
    const pin = feature.get("pin") as Pin;
    const palette = PALETTES[this.#theme];
    const [fill, stroke] = [new Fill({ color: palette.selected }), new Stroke({ color: palette.borderCase, width: 2 })];
    const image = {
      site: () => new RegularShape({ points: 4, radius: 9, angle: Math.PI / 4, fill, stroke }),
      post: () => new RegularShape({ points: 4, radius: 8, angle: Math.PI / 4, fill: new Fill({ color: palette.land }), stroke: new Stroke({ color: palette.selected, width: 2 }) }),
      crossing: () => new RegularShape({ points: 3, radius: 7, fill: new Fill({ color: palette.border }), stroke }),
      shut: () => new RegularShape({ points: 3, radius: 6, fill: new Fill({ color: palette.land }), stroke: new Stroke({ color: palette.border, width: 1.5 }) }),
    }[pin.kind]();
    if (!pin.label || (pin.kind !== "site" && (this.#view.getZoom() ?? 6) < 6.5)) return new Style({ image, zIndex: pin.kind === "site" ? 3 : 1 });
    const text = new Text({
      text: pin.label, font: `600 11px ${FONT}`, offsetY: 16, fill: new Fill({ color: palette.label }),
      stroke: new Stroke({ color: palette.halo, width: 3 }),
    });
    return new Style({ image, text, zIndex: pin.kind === "site" ? 3 : 1 });
  }

  /** The place nearest to a coordinate, by the source's R-tree. */
  #pick(at: number[]): number | null {
    const reach = (this.#view.getResolution() ?? 1) * PICK_PIXELS;
    const [x = 0, y = 0] = at;
    let best: { place: number; away: number } | null = null;
    this.#dots.forEachFeatureIntersectingExtent(buffer([x, y, x, y], reach), (feature) => {
      const [fx = 0, fy = 0] = (feature.getGeometry() as Point).getCoordinates();
      const away = Math.hypot(fx - x, fy - y);
      if (!best || away < best.away) best = { place: feature.get("place") as number, away };
    });
    return (best as { place: number } | null)?.place ?? null;
  }
}
