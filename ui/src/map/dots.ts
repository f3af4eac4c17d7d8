/**
 * The incidents on the map: one picture drawn straight from columns, with no object for each, and picked in them.
 * To look through a hundred thousand takes a millisecond or two: less than any index takes to be made.
 * A place is never drawn more exactly than it is known, at any zoom.
 */

import { containsExtent, type Extent } from "ol/extent";
import type { FrameState } from "ol/Map";
import Layer from "ol/layer/Layer";
import ViewHint from "ol/ViewHint";
import { grouped, NO_MARKS, placeOf, refsOf, type Groups, type Marks } from "../model/marks";
import { drawingOf } from "../model/placing";
import type { Sprite } from "./later/symbols";
import type { Palette } from "./palette";

const EARTH = 6_378_137;
/** How far the picture reaches beyond the window on each side, in windows. */
const SPARE = 0.25;
const FONT = '"Vazirmatn Variable", system-ui, sans-serif';
/** With more groups than this in view each is a small dot: the crowd is what is seen. */
const CROWD = 2_500;
/** With fewer, the area within which a place is known is drawn too. */
const AREAS = 400;
/** With fewer, what happened is drawn as its symbol. */
const SYMBOLS = 60;
/** By precision, whether a place is an area around its position. */
const IS_AREA = Array.from({ length: 8 }, (_, precision) => ["area", "near"].includes(drawingOf({ precision })));
/** Metres a pixel; from farther off symbols would only cover each other. */
const NEAR = 500;

/** Gives the picture of a category, null while it is not loaded. */
export type SymbolOf = (category: string, ratio: number) => Sprite | null;

export interface Picked {
  readonly refs: readonly string[];
  /** Pixels from the point that was asked about; beyond a thousand: inside an area of so many. */
  readonly far: number;
}

export class Dots {
  readonly layer: Layer;
  /** What the map shows of the picture; written by `#show` at each frame. */
  readonly #window = document.createElement("canvas");
  /** The picture, larger than the window, so that moving does not draw it anew; null: it is stale.  Written by `#show`. */
  #picture: { readonly canvas: HTMLCanvasElement; readonly extent: Extent; readonly resolution: number; readonly ratio: number } | null = null;
  /** Written by `show`; all that follows from it by `#index`. */
  #marks: Marks = NO_MARKS;
  #groups: Groups = grouped(NO_MARKS, new Int32Array());
  #x = new Float64Array();
  #y = new Float64Array();
  /** The groups that are areas, and how far each reaches in the units of the projection. */
  #areas: readonly number[] = [];
  #reaches = new Float64Array();
  #palette: Palette;
  #symbolOf: SymbolOf = () => null;
  #digits: (count: number) => string = String;
  readonly #painted: () => void;
  /** Whether `painted` is still to be told. */
  #untold = false;
  #sprites = new Map<string, HTMLCanvasElement>();

  /** `painted` is told when what was shown last stands on the screen. */
  constructor(palette: Palette, z: number, painted: () => void = () => undefined) {
    this.#palette = palette;
    this.#painted = painted;
    this.#window.className = "dots";
    this.layer = new Layer({ zIndex: z, render: (frame) => this.#show(frame) });
  }

  /** How many marks stand on the map for how many incidents. */
  get groups(): number {
    return this.#groups.count;
  }

  show(marks: Marks, rows: Int32Array): void {
    this.#marks = marks;
    this.#groups = grouped(marks, rows);
    this.#index();
    this.#untold = true;
    this.#anew();
  }

  /** Writes how many a dot stands for as `digits` does, without marks between thousands: there is no room for them. */
  speak(digits: (count: number) => string): void {
    this.#digits = (count) => digits(count).replace(/[,٬]/g, "");
    this.style(this.#palette, this.#symbolOf);
  }

  style(palette: Palette, symbolOf: SymbolOf): void {
    this.#palette = palette;
    this.#symbolOf = symbolOf;
    this.#sprites.clear();
    this.#anew();
  }

  #anew(): void {
    this.#picture = null;
    this.layer.changed();
  }

  #index(): void {
    const { count, row } = this.#groups;
    [this.#x, this.#y] = [new Float64Array(count), new Float64Array(count)];
    const areas: number[] = [];
    for (let group = 0; group < count; group++) {
      const at = row[group] as number;
      const lat = ((this.#marks.lat[at] as number) / 1e7) * (Math.PI / 180);
      this.#x[group] = EARTH * ((this.#marks.lon[at] as number) / 1e7) * (Math.PI / 180);
      this.#y[group] = EARTH * Math.log(Math.tan(Math.PI / 4 + Math.max(-1.4844, Math.min(1.4844, lat)) / 2));
      if (IS_AREA[this.#marks.precision[at] as number]) areas.push(group);
    }
    [this.#areas, this.#reaches] = [areas, Float64Array.from(areas, (group) => this.#reach(group))];
  }

  /** How far its area reaches, in the units of the projection at its place. */
  #reach(group: number): number {
    const { metres, lat } = placeOf(this.#marks, this.#groups.row[group] as number);
    return metres / Math.cos((lat / 1e7) * (Math.PI / 180));
  }

  /** The mark at a point: the nearest dot within `reach`, else the smallest area round it. */
  pick(x: number, y: number, reach: number, resolution: number): Picked | null {
    let [found, far] = [-1, reach];
    for (let group = 0; group < this.#groups.count; group++) {
      const away = this.#away(group, x, y);
      if (away <= far) [found, far] = [group, away];
    }
    if (found >= 0) return this.#picked(found, far / resolution);
    far = Infinity;
    this.#areas.forEach((group, i) => {
      const wide = this.#reaches[i] as number;
      if (wide < far && this.#away(group, x, y) <= wide) [found, far] = [group, wide];
    });
    return found < 0 ? null : this.#picked(found, 1_000 + far / resolution);
  }

  #away(group: number, x: number, y: number): number {
    return Math.hypot((this.#x[group] as number) - x, (this.#y[group] as number) - y);
  }

  #picked(group: number, far: number): Picked {
    return { refs: refsOf(this.#marks, this.#groups, group), far };
  }

  /** Where an incident is drawn, and how far its area reaches; null when it is not. */
  whereIs(ref: string): { x: number; y: number; reach: number } | null {
    const row = this.#marks.ref.indexOf(ref);
    if (row < 0) return null;
    for (let group = 0; group < this.#groups.count; group++) {
      for (let i = this.#groups.first[group] ?? -1; i >= 0; i = this.#groups.next[i] as number) {
        if (i === row) return { x: this.#x[group] as number, y: this.#y[group] as number, reach: this.#reach(group) };
      }
    }
    return null;
  }

  // Drawing -----------------------------------------------------------------------

  /** Moves and scales the picture under the window; draws it anew only when the hand is still. */
  #show(frame: FrameState): HTMLElement {
    const { size, pixelRatio: ratio, extent, viewState, viewHints } = frame;
    const [width = 0, height = 0] = [Math.round((size[0] ?? 0) * ratio), Math.round((size[1] ?? 0) * ratio)];
    if (this.#window.width !== width || this.#window.height !== height) {
      [this.#window.width, this.#window.height] = [width, height];
      Object.assign(this.#window.style, { position: "absolute", width: "100%", height: "100%" });
    }
    const context = this.#window.getContext("2d");
    if (!context || !extent) return this.#window;
    const busy = viewHints[ViewHint.ANIMATING] || viewHints[ViewHint.INTERACTING];
    const held = this.#picture;
    const fits = held?.resolution === viewState.resolution && held.ratio === ratio && containsExtent(held.extent, extent);
    const picture = held && (fits || busy) ? held : this.#paint(extent, viewState.resolution, ratio);
    context.clearRect(0, 0, width, height);
    const scale = picture.resolution / viewState.resolution;
    const x = (((picture.extent[0] ?? 0) - (extent[0] ?? 0)) / viewState.resolution) * ratio;
    const y = (((extent[3] ?? 0) - (picture.extent[3] ?? 0)) / viewState.resolution) * ratio;
    context.drawImage(picture.canvas, scale === 1 ? Math.round(x) : x, scale === 1 ? Math.round(y) : y, picture.canvas.width * scale, picture.canvas.height * scale);
    if (this.#untold && picture !== held) {
      this.#untold = false;
      queueMicrotask(this.#painted);
    }
    return this.#window;
  }

  #paint(seen: Extent, resolution: number, ratio: number) {
    const [west = 0, south = 0, east = 0, north = 0] = seen;
    const [wide, high] = [(east - west) * SPARE, (north - south) * SPARE];
    const extent: Extent = [west - wide, south - high, east + wide, north + high];
    const size = [((east - west + 2 * wide) / resolution) * ratio, ((north - south + 2 * high) / resolution) * ratio];
    return (this.#picture = { canvas: this.#draw(extent, resolution, ratio, size), extent, resolution, ratio });
  }

  #draw(extent: Extent, resolution: number, ratio: number, size: readonly number[]): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.max(1, Math.round(size[0] ?? 1)), Math.max(1, Math.round(size[1] ?? 1))];
    const context = canvas.getContext("2d");
    const [west = 0, south = 0, east = 0, north = 0] = extent;
    const edge = 20 * resolution;
    const seen = this.#within(west - edge, south - edge, east + edge, north + edge);
    if (!context) return canvas;
    const at = (group: number): [number, number] => [(((this.#x[group] as number) - west) / resolution) * ratio, ((north - (this.#y[group] as number)) / resolution) * ratio];
    if (seen.length > CROWD) this.#crowd(context, seen, at, ratio);
    else {
      if (seen.length <= AREAS) this.#drawAreas(context, extent, at, resolution / ratio);
      for (const group of seen) this.#one(context, group, at(group), ratio, seen.length <= SYMBOLS && resolution < NEAR);
    }
    canvas.dataset.groups = String(seen.length);
    return canvas;
  }

  #within(west: number, south: number, east: number, north: number): number[] {
    const found: number[] = [];
    for (let group = 0; group < this.#groups.count; group++) {
      const [x, y] = [this.#x[group] as number, this.#y[group] as number];
      if (x >= west && x <= east && y >= south && y <= north) found.push(group);
    }
    return found;
  }

  /** Thousands of equal dots: laid into the pixels, a tenth of the time that so many calls of the canvas take. */
  #crowd(context: CanvasRenderingContext2D, seen: readonly number[], at: (group: number) => [number, number], ratio: number): void {
    const dot = this.#sprite(`crowd ${ratio}`, 7 * ratio, (c, half) => this.#disc(c, half, 2.4 * ratio, ratio * 0.8));
    const held = dot.getContext("2d")?.getImageData(0, 0, dot.width, dot.height);
    if (!held) return;
    const image = context.createImageData(context.canvas.width, context.canvas.height);
    const [stamp, picture] = [stampOf(held), stampOf(image)];
    const taken = new Uint8Array(picture.width * picture.height);
    for (const group of seen) {
      const [x, y] = at(group);
      const [left, top] = [Math.round(x - dot.width / 2), Math.round(y - dot.height / 2)];
      const place = top * picture.width + left;
      const inside = left >= 0 && top >= 0 && left + dot.width <= picture.width && top + dot.height <= picture.height;
      if (!inside || taken[place]) continue;
      taken[place] = 1;
      lay(stamp, picture, place);
    }
    context.putImageData(image, 0, 0);
  }

  #drawAreas(context: CanvasRenderingContext2D, extent: Extent, at: (group: number) => [number, number], pixel: number): void {
    const [west = 0, south = 0, east = 0, north = 0] = extent;
    context.fillStyle = this.#palette.incidentFill;
    context.strokeStyle = `${this.#palette.incident}88`;
    context.lineWidth = 1.2;
    context.setLineDash([7, 6]);
    this.#areas.forEach((group, i) => {
      const [px, py, wide] = [this.#x[group] as number, this.#y[group] as number, this.#reaches[i] as number];
      if (px + wide < west || px - wide > east || py + wide < south || py - wide > north) return;
      const [x, y] = at(group);
      context.beginPath();
      context.arc(x, y, wide / pixel, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    });
    context.setLineDash([]);
  }

  #one(context: CanvasRenderingContext2D, group: number, [x, y]: [number, number], ratio: number, symbols: boolean): void {
    const row = this.#groups.row[group] as number;
    const count = this.#groups.size[group] as number;
    const { drawing } = placeOf(this.#marks, row);
    const symbol = symbols && count === 1 && drawing !== "area" ? this.#symbolOf(this.#marks.categories[this.#marks.category[row] as number] ?? "", ratio) : null;
    if (symbol) {
      context.drawImage(symbol.image, Math.round(x - symbol.anchor[0] * ratio), Math.round(y - symbol.anchor[1] * ratio));
      return;
    }
    const sprite = this.#mark(drawing, count, ratio);
    context.drawImage(sprite, Math.round(x - sprite.width / 2), Math.round(y - sprite.height / 2));
  }

  #mark(drawing: string, count: number, ratio: number): HTMLCanvasElement {
    const palette = this.#palette;
    return this.#sprite(`${drawing} ${count} ${ratio}`, 40 * ratio, (c, half) => {
      if (drawing === "area") return this.#words(c, half, `${count > 1 ? `${this.#digits(count)} ` : ""}≈`, palette.incident, palette.halo, 600, 13 * ratio);
      if (drawing === "line") this.#star(c, half, (count > 1 ? 13 : 9) * ratio, ratio);
      else this.#disc(c, half, (count > 999 ? 14 : count > 99 ? 12 : count > 1 ? 9 : drawing === "point" ? 6 : 5) * ratio, ratio * 1.5);
      if (count > 1) this.#words(c, half, count > 9_999 ? `${this.#digits(Math.round(count / 1_000))}k` : this.#digits(count), palette.ink, "", 700, (count > 999 ? 9.5 : 11) * ratio);
    });
  }

  #sprite(key: string, side: number, draw: (context: CanvasRenderingContext2D, half: number) => void): HTMLCanvasElement {
    let made = this.#sprites.get(key);
    if (!made) {
      made = document.createElement("canvas");
      made.width = made.height = Math.ceil(side);
      const context = made.getContext("2d");
      if (context) draw(context, made.width / 2);
      this.#sprites.set(key, made);
    }
    return made;
  }

  #disc(c: CanvasRenderingContext2D, half: number, radius: number, line: number): void {
    c.beginPath();
    c.arc(half, half, radius, 0, 2 * Math.PI);
    this.#fill(c, line);
  }

  #star(c: CanvasRenderingContext2D, half: number, radius: number, ratio: number): void {
    c.beginPath();
    for (let i = 0; i < 8; i++) c.lineTo(half + Math.sin((i * Math.PI) / 4) * (i % 2 ? 3 * ratio : radius), half - Math.cos((i * Math.PI) / 4) * (i % 2 ? 3 * ratio : radius));
    c.closePath();
    this.#fill(c, ratio * 1.5);
  }

  #fill(c: CanvasRenderingContext2D, line: number): void {
    c.fillStyle = this.#palette.incident;
    c.strokeStyle = this.#palette.borderCase;
    c.lineWidth = line;
    c.fill();
    c.stroke();
  }

  #words(c: CanvasRenderingContext2D, half: number, text: string, color: string, halo: string, weight: number, size: number): void {
    c.font = `${weight} ${size}px ${FONT}`;
    c.textAlign = "center";
    c.textBaseline = "middle";
    if (halo) {
      c.strokeStyle = halo;
      c.lineWidth = 3;
      c.strokeText(text, half, half + 1);
    }
    c.fillStyle = color;
    c.fillText(text, half, half + 1);
  }
}

/** Lays `stamp` over `picture` from the pixel `place` on (source over destination); a pixel that covers is copied whole. */
function lay(stamp: Stamp, picture: Stamp, place: number): void {
  const [from, to] = [stamp.octets, picture.octets];
  for (let row = 0, at = 0; row < stamp.height; row++) {
    for (let pixel = place + row * picture.width, end = at + stamp.width; at < end; at++, pixel++) {
      const above = from[4 * at + 3] as number;
      if (!above) continue;
      const below = to[4 * pixel + 3] as number;
      if (above === 255 || !below) {
        picture.pixels[pixel] = stamp.pixels[at] as number;
        continue;
      }
      const share = (below * (255 - above)) / 255;
      for (let i = 4 * at, j = 4 * pixel, channels = 3; channels; channels--, i++, j++) to[j] = ((from[i] as number) * above + (to[j] as number) * share) / (above + share);
      to[4 * pixel + 3] = above + share;
    }
  }
}

/** An image's octets, and the same as one word a pixel. */
interface Stamp {
  readonly width: number;
  readonly height: number;
  readonly octets: Uint8ClampedArray;
  readonly pixels: Uint32Array;
}

function stampOf({ width, height, data }: ImageData): Stamp {
  return { width, height, octets: data, pixels: new Uint32Array(data.buffer, data.byteOffset, data.length / 4) };
}
