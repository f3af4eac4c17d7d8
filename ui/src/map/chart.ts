/** The map itself: layers, picking, the view.  Knows places and marks, not what an act is. */

import type Feature from "ol/Feature";
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
import type Style from "ol/style/Style";
import { degrees, toE7, type Position } from "../model/coordinates";
import type { Marks } from "../model/marks";
import type { Language } from "../model/time";
import { Backdrop } from "./backdrop";
import { Dots, type SymbolOf } from "./dots";
import { chosen, markOf, markStyle, type UnitSymbol } from "./marks";
import { PALETTES } from "./palette";

export interface ChartEvents {
  /** The officer chose a mark; `refs` are the records that it stands for. */
  readonly picked: (refs: readonly string[]) => void;
  /** The officer clicked a place; told only while a place is asked for.  `last`: with a double click. */
  readonly placed: (position: Position, last: boolean) => void;
  /** The pointer is over this position, null when it left the map. */
  readonly hovered: (position: Position | null) => void;
  /** The incidents of the newest `incidents` are on the screen. */
  readonly drawn?: () => void;
}

export interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** What the symbols' own chunk gives, once it is here. */
export interface Symbols {
  readonly incident: SymbolOf;
  readonly unit: UnitSymbol;
}

const PICK_PIXELS = 12;
const NO_SYMBOLS: Symbols = { incident: () => null, unit: () => null };

export class Chart {
  readonly backdrop: Backdrop;
  readonly #map: OlMap;
  readonly #target: HTMLElement;
  readonly #view = new View({ center: [0, 0], zoom: 5, minZoom: 3, maxZoom: 17, enableRotation: false });
  readonly #events: ChartEvents;
  /** Incidents: nearly all in one picture, those that came since in another.  Written by `incidents` and `fresh`. */
  readonly #base: Dots;
  readonly #fresh: Dots;
  /** Marks that rarely move, drawn as one image; what lives, redrawn alone; what is chosen or being drawn. */
  readonly #still = new VectorSource();
  readonly #live = new VectorSource();
  readonly #sketch = new VectorSource();
  readonly #layers: readonly (VectorImageLayer<VectorSource> | VectorLayer<VectorSource>)[];
  #symbols: Symbols = NO_SYMBOLS;
  #home: Extent = createEmpty();
  /** Whether the region was fitted into the window, and how it lay then; written by `home`. */
  #framed = false;
  #fitted: readonly number[] = [];
  /** The selected record's reference; written by `select`. */
  #selected: string | null = null;
  #sketched: readonly Feature[] = [];
  /** Where the last two places were clicked, in pixels; written by `#placed`. */
  #before: readonly number[] = [];
  #newest: readonly number[] = [];
  /** Whether a click sets a place instead of choosing a mark; written by `asking`. */
  #asking = false;

  constructor(target: HTMLElement, events: ChartEvents) {
    this.#events = events;
    this.#target = target;
    this.#base = new Dots(PALETTES.dark, 10, () => events.drawn?.());
    this.#fresh = new Dots(PALETTES.dark, 11, () => events.drawn?.());
    const style = (feature: unknown) => this.#style(feature as Feature);
    this.#layers = [
      new VectorImageLayer({ source: this.#still, style, zIndex: 9, imageRatio: 1.5, declutter: true }),
      new VectorLayer({ source: this.#live, style, zIndex: 20, updateWhileAnimating: true }),
      new VectorLayer({ source: this.#sketch, style, zIndex: 30, updateWhileAnimating: true, updateWhileInteracting: true }),
    ];
    this.#map = new OlMap({
      target,
      layers: [this.#base.layer, this.#fresh.layer, ...this.#layers],
      view: this.#view,
      controls: [],
      interactions: interactions({ altShiftDragRotate: false, pinchRotate: false }),
    });
    this.backdrop = new Backdrop(this.#map);
    // A place is set at once; a mark is chosen only when no second click makes it a zoom.
    this.#map.on("click", (event) => this.#placed(event as MapBrowserEvent<PointerEvent>, false));
    this.#map.on("singleclick", (event) => this.#clicked(event as MapBrowserEvent<PointerEvent>));
    this.#map.on("dblclick", (event) => this.#placed(event as MapBrowserEvent<PointerEvent>, true));
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
    this.#fitted = [...(this.#view.getCenter() ?? []), this.#view.getResolution() ?? 0];
  }

  speak(language: Language, digits: (count: number) => string): void {
    this.backdrop.speak(language);
    for (const dots of [this.#base, this.#fresh]) dots.speak(digits);
  }

  theme(theme: "dark" | "light"): void {
    this.backdrop.theme(theme);
    this.redraw();
  }

  symbols(symbols: Symbols): void {
    this.#symbols = symbols;
    this.redraw();
  }

  /** Draws every mark anew. */
  redraw(): void {
    for (const dots of [this.#base, this.#fresh]) dots.style(this.backdrop.palette, this.#symbols.incident);
    for (const layer of this.#layers) layer.changed();
  }

  // What happens -----------------------------------------------------------------------

  /** All incidents but the newest; `drawn` is told once they are on the screen. */
  incidents(marks: Marks, rows: Int32Array): void {
    this.#base.show(marks, rows);
    this.#markSelected();
  }

  fresh(marks: Marks, rows: Int32Array): void {
    this.#fresh.show(marks, rows);
    this.#markSelected();
  }

  still(features: readonly Feature[]): void {
    this.#still.clear(true);
    this.#still.addFeatures([...features]);
  }

  live(features: readonly Feature[]): void {
    this.#live.clear(true);
    this.#live.addFeatures([...features]);
  }

  /** What is being measured or drawn. */
  sketch(features: readonly Feature[]): void {
    this.#sketched = features;
    this.#markSelected();
  }

  /** Marks a record as the selected one and, if it is out of sight, moves the map to it. */
  select(ref: string | null, reveal: boolean): void {
    this.#selected = ref;
    this.#markSelected();
    for (const layer of this.#layers) layer.changed();
    const extent = ref && reveal ? this.#extentOf(ref) : null;
    if (!extent || !this.#framed || containsExtent(this.#view.calculateExtent(this.#size()), extent)) return;
    this.#view.fit(buffer(extent, 20_000), { size: this.#size(), maxZoom: Math.max(8, this.#view.getZoom() ?? 8) });
  }

  /** Moves the map to a place. */
  look(at: Position): void {
    this.#view.animate({ center: fromLonLat([degrees(at.lon), degrees(at.lat)]), zoom: Math.max(10, this.#view.getZoom() ?? 10), duration: 150 });
  }

  /** The position in the middle of the map: what a keyboard points at. */
  middle(): Position | null {
    return positionOf(this.#view.getCenter() ?? [0, 0]);
  }

  asking(place: boolean): void {
    this.#asking = place;
    this.#target.style.cursor = place ? "crosshair" : "";
  }

  zoomBy(levels: number): void {
    this.#view.animate({ zoom: (this.#view.getZoom() ?? 6) + levels, duration: 150 });
  }

  /** Moves the middle by parts of what is seen. */
  panBy(right: number, down: number): void {
    const [width = 0, height = 0] = this.#size();
    const [x = 0, y = 0] = this.#view.getCenter() ?? [];
    const resolution = this.#view.getResolution() ?? 1;
    this.#view.animate({ center: [x + right * width * resolution, y - down * height * resolution], duration: 120 });
  }

  resized(): void {
    this.#map.updateSize();
    // Until somebody moved it, the map shows the whole region, whatever room it is given.
    const [x, y] = this.#view.getCenter() ?? [];
    if (!this.#framed || (x === this.#fitted[0] && y === this.#fitted[1] && this.#view.getResolution() === this.#fitted[2])) this.home();
  }

  // Inside -----------------------------------------------------------------------

  #size(): number[] {
    return this.#map.getSize() ?? [800, 600];
  }

  #style(feature: Feature): Style | Style[] {
    const selected = this.#selected !== null && markOf(feature).refs.includes(this.#selected);
    return markStyle(feature, this.backdrop.palette, this.#view.getZoom() ?? 6, selected, this.#symbols.unit);
  }

  #markSelected(): void {
    const held = this.#selected ? (this.#fresh.whereIs(this.#selected) ?? this.#base.whereIs(this.#selected)) : null;
    this.#sketch.clear(true);
    this.#sketch.addFeatures([...(held ? chosen(held.x, held.y, held.reach) : []), ...this.#sketched]);
  }

  #extentOf(ref: string): Extent | null {
    const extent = createEmpty();
    const dot = this.#fresh.whereIs(ref) ?? this.#base.whereIs(ref);
    if (dot) extend(extent, [dot.x - dot.reach, dot.y - dot.reach, dot.x + dot.reach, dot.y + dot.reach]);
    for (const source of [this.#still, this.#live]) {
      for (const feature of source.getFeatures()) {
        const geometry = feature.getGeometry();
        if (geometry && markOf(feature).refs.includes(ref)) extend(extent, geometry.getExtent());
      }
    }
    return isEmpty(extent) ? null : extent;
  }

  #clicked(event: MapBrowserEvent<PointerEvent>): void {
    // A single click is told late: one that set a place may come when none is asked for any more.
    const taken = this.#asking || event.pixel.join() === this.#newest.join();
    const refs = taken ? null : this.#pick(event.coordinate);
    if (refs) this.#events.picked(refs);
  }

  #placed(event: MapBrowserEvent<PointerEvent>, last: boolean): void {
    const position = this.#asking ? positionOf(event.coordinate) : null;
    if (!position) return;
    // A double click would zoom in.  Two quick clicks at two places are two places.
    if (last) event.stopPropagation();
    const [[x0 = 0, y0 = 0], [x = 0, y = 0]] = [this.#before, event.pixel];
    if (last && Math.hypot(x - x0, y - y0) > PICK_PIXELS) return;
    if (!last) [this.#before, this.#newest] = [this.#newest, event.pixel];
    this.#events.placed(position, last);
  }

  /** The mark under a coordinate, through R-trees: the nearest point, what lives before what stands, else the smallest area. */
  #pick(at: number[]): readonly string[] | null {
    const [x0 = 0, y0 = 0] = at;
    const resolution = this.#view.getResolution() ?? 1;
    const reach = resolution * PICK_PIXELS;
    const around: Extent = buffer([x0, y0, x0, y0], reach);
    const found: { refs: readonly string[]; rank: number }[] = [];
    for (const [base, source] of [[0, this.#live], [2, this.#still]] as const) {
      source.forEachFeatureIntersectingExtent(around, (feature) => {
        const geometry = feature.getGeometry();
        const { refs, kind } = markOf(feature);
        if (!geometry || !refs.length) return;
        const [x = 0, y = 0] = geometry instanceof Point ? geometry.getCoordinates() : [];
        const near = geometry instanceof Point ? base * PICK_PIXELS + Math.hypot(x - x0, y - y0) / resolution : (kind === "track" ? 900 : 1_000) + Math.sqrt(getArea(geometry.getExtent())) / resolution;
        found.push({ refs, rank: near });
      });
    }
    for (const dots of [this.#fresh, this.#base]) {
      const dot = dots.pick(x0, y0, reach, resolution);
      if (dot) found.push({ refs: dot.refs, rank: dot.far + (dot.far < 1_000 ? PICK_PIXELS : 0) });
    }
    return found.sort((a, b) => a.rank - b.rank)[0]?.refs ?? null;
  }
}

export function positionOf(coordinate: number[]): Position | null {
  const [lon = 0, lat = 0] = toLonLat(coordinate);
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat: toE7(lat), lon: toE7(lon) } : null;
}
