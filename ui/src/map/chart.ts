/** The map itself: layers, picking, the view.  Knows places and marks, not what an act is. */

import Feature from "ol/Feature";
import OlMap from "ol/Map";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import View from "ol/View";
import { buffer, containsExtent, createEmpty, extend, getArea, isEmpty, type Extent } from "ol/extent";
import Point from "ol/geom/Point";
import { defaults as interactions } from "ol/interaction/defaults";
import VectorLayer from "ol/layer/Vector";
import VectorImageLayer from "ol/layer/VectorImage";
import { fromLonLat, toLonLat, transformExtent } from "ol/proj";
import VectorSource from "ol/source/Vector";
import { degrees, toE7, type Position } from "../model/coordinates";
import { adminStyle, borderStyle, landStyle, shapes } from "./ground";
import type { ReadRange } from "./later/basemap";
import { markOf, markStyle } from "./marks";
import { PALETTES, type Palette } from "./palette";

export interface ChartEvents {
  /** The officer chose a mark; `refs` are the records that it stands for. */
  readonly picked: (refs: readonly string[]) => void;
  /** The officer clicked a place; told only while a place is asked for. */
  readonly placed: (position: Position) => void;
  /** The pointer is over this position, null when it left the map. */
  readonly hovered: (position: Position | null) => void;
}

export interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

const PICK_PIXELS = 12;

export class Chart {
  readonly #map: OlMap;
  readonly #target: HTMLElement;
  readonly #view = new View({ center: [0, 0], zoom: 5, minZoom: 3, maxZoom: 16, enableRotation: false });
  readonly #events: ChartEvents;
  /** Marks that rarely move, drawn as one image; and what lives, redrawn alone. Written by `still` and `live`. */
  readonly #still = new VectorSource();
  readonly #live = new VectorSource();
  readonly #stillLayer: VectorImageLayer<VectorSource>;
  readonly #liveLayer: VectorLayer<VectorSource>;
  readonly #restyle: ((palette: Palette) => void)[] = [];
  #palette: Palette = PALETTES.dark;
  #home: Extent = createEmpty();
  /** Whether the region was fitted into the window; written by `home`. */
  #framed = false;
  /** The selected record's reference; written by `select`. */
  #selected: string | null = null;
  /** Whether a click sets a place instead of choosing a mark; written by `asking`. */
  #asking = false;

  constructor(target: HTMLElement, events: ChartEvents) {
    this.#events = events;
    this.#target = target;
    const style = (feature: unknown) => this.#style(feature as Feature);
    this.#stillLayer = new VectorImageLayer({ source: this.#still, style, zIndex: 10, imageRatio: 1.5 });
    this.#liveLayer = new VectorLayer({ source: this.#live, style, zIndex: 20, updateWhileAnimating: true });
    this.#map = new OlMap({
      target,
      layers: [this.#stillLayer, this.#liveLayer],
      view: this.#view,
      controls: [],
      interactions: interactions({ altShiftDragRotate: false, pinchRotate: false }),
    });
    this.#map.on("singleclick", (event) => this.#clicked(event as MapBrowserEvent<PointerEvent>));
    this.#map.on("pointermove", (event) => this.#events.hovered(positionOf((event as MapBrowserEvent<PointerEvent>).coordinate)));
    target.addEventListener("pointerleave", () => this.#events.hovered(null));
  }

  close(): void {
    this.#map.setTarget(undefined);
    this.#map.dispose();
  }

  // The region -----------------------------------------------------------------------

  bounds(bounds: Bounds): void {
    const degreesOf = [bounds.west, bounds.south, bounds.east, bounds.north].map(degrees);
    this.#home = transformExtent(degreesOf, "EPSG:4326", "EPSG:3857");
    this.home();
  }

  home(): void {
    // On a phone the map has no size until its tab is opened.
    const [width = 0, height = 0] = this.#map.getSize() ?? [];
    this.#framed = width > 0 && height > 0;
    if (this.#framed && !isEmpty(this.#home)) this.#view.fit(this.#home, { size: this.#size(), padding: [12, 12, 12, 12] });
  }

  /** Shows the region's own tiles; rejects when the file can't be read. */
  async addBasemap(name: string, read: ReadRange): Promise<void> {
    const { basemap, basemapStyle } = await import("./later/basemap");
    const layer = await basemap(name, read);
    this.#map.addLayer(layer);
    this.#onTheme((palette) => layer.setStyle(basemapStyle(palette, () => this.#view.getZoom() ?? 0)));
  }

  addShapes(kind: "land" | "admin" | "border", json: unknown): void {
    const layer = shapes(json, { land: 0, admin: 2, border: 3 }[kind]);
    this.#map.addLayer(layer);
    const styles = { land: landStyle, admin: adminStyle, border: borderStyle }[kind];
    this.#onTheme((palette) => layer.setStyle(styles(palette)));
  }

  theme(theme: "dark" | "light"): void {
    this.#palette = PALETTES[theme];
    this.#target.style.backgroundColor = this.#palette.sea;
    for (const restyle of this.#restyle) restyle(this.#palette);
    this.#redraw();
  }

  // What happens -----------------------------------------------------------------------

  still(features: readonly Feature[]): void {
    this.#still.clear(true);
    this.#still.addFeatures([...features]);
  }

  live(features: readonly Feature[]): void {
    this.#live.clear(true);
    this.#live.addFeatures([...features]);
  }

  /** Marks a record as the selected one and, if it is out of sight, moves the map to it. */
  select(ref: string | null, reveal: boolean): void {
    this.#selected = ref;
    this.#redraw();
    const extent = ref && reveal ? this.#extentOf(ref) : null;
    if (!extent || !this.#framed || containsExtent(this.#view.calculateExtent(this.#size()), extent)) return;
    this.#view.fit(buffer(extent, 20_000), { size: this.#size(), maxZoom: Math.max(8, this.#view.getZoom() ?? 8) });
  }

  /** Moves the map to a place. */
  look(at: Position): void {
    this.#view.animate({ center: fromLonLat([degrees(at.lon), degrees(at.lat)]), zoom: Math.max(10, this.#view.getZoom() ?? 10), duration: 150 });
  }

  asking(place: boolean): void {
    this.#asking = place;
    this.#target.style.cursor = place ? "crosshair" : "";
  }

  zoomBy(levels: number): void {
    this.#view.animate({ zoom: (this.#view.getZoom() ?? 6) + levels, duration: 150 });
  }

  resized(): void {
    this.#map.updateSize();
    if (!this.#framed) this.home();
  }

  // Inside -----------------------------------------------------------------------

  #size(): number[] {
    return this.#map.getSize() ?? [800, 600];
  }

  #onTheme(restyle: (palette: Palette) => void): void {
    this.#restyle.push(restyle);
    restyle(this.#palette);
  }

  #redraw(): void {
    this.#stillLayer.changed();
    this.#liveLayer.changed();
  }

  #style(feature: Feature) {
    const selected = this.#selected !== null && markOf(feature).refs.includes(this.#selected);
    return markStyle(feature, this.#palette, this.#view.getZoom() ?? 6, selected);
  }

  #extentOf(ref: string): Extent | null {
    const extent = createEmpty();
    for (const source of [this.#still, this.#live]) {
      for (const feature of source.getFeatures()) {
        const geometry = feature.getGeometry();
        if (geometry && markOf(feature).refs.includes(ref)) extend(extent, geometry.getExtent());
      }
    }
    return isEmpty(extent) ? null : extent;
  }

  #clicked(event: MapBrowserEvent<PointerEvent>): void {
    if (this.#asking) {
      const position = positionOf(event.coordinate);
      if (position) this.#events.placed(position);
      return;
    }
    const refs = this.#pick(event.coordinate);
    if (refs) this.#events.picked(refs);
  }

  /** The mark under a coordinate, by the sources' R-trees: the nearest point, else the smallest area. */
  #pick(at: number[]): readonly string[] | null {
    const reach = (this.#view.getResolution() ?? 1) * PICK_PIXELS;
    const around: Extent = buffer([at[0] ?? 0, at[1] ?? 0, at[0] ?? 0, at[1] ?? 0], reach);
    const found: { refs: readonly string[]; rank: number }[] = [];
    for (const [base, source] of [[0, this.#live], [1, this.#still]] as const) {
      source.forEachFeatureIntersectingExtent(around, (feature) => {
        const geometry = feature.getGeometry();
        if (!geometry) return;
        const [x = 0, y = 0] = geometry instanceof Point ? geometry.getCoordinates() : [];
        const near = geometry instanceof Point ? base * reach + Math.hypot(x - (at[0] ?? 0), y - (at[1] ?? 0)) : 1e9 + getArea(geometry.getExtent());
        found.push({ refs: markOf(feature).refs, rank: near });
      });
    }
    return found.sort((a, b) => a.rank - b.rank)[0]?.refs ?? null;
  }
}

export function positionOf(coordinate: number[]): Position | null {
  const [lon = 0, lat = 0] = toLonLat(coordinate);
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat: toE7(lat), lon: toE7(lon) } : null;
}
