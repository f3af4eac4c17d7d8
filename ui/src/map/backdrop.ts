/** What lies under the marks of every map of the desk: the region's tiles and shapes, in the colours of the theme. */

import type OlMap from "ol/Map";
import { adminStyle, borderStyle, landStyle, shapes } from "./ground";
import type { Language } from "../model/time";
import type { PlaceNames, ReadRange } from "./later/basemap";
import { PALETTES, type Palette } from "./palette";

export class Backdrop {
  readonly #map: OlMap;
  readonly #restyle: ((palette: Palette) => void)[] = [];
  /** Written by `theme`. */
  palette: Palette = PALETTES.dark;
  /** Written by `speak`. */
  #language: Language = "en";

  constructor(map: OlMap) {
    this.#map = map;
  }

  /** Shows the region's own tiles, places by `names` where these have one in the language; rejects when the file can't be read. */
  async addBasemap(name: string, read: ReadRange, names: PlaceNames): Promise<void> {
    const { basemap, basemapStyle } = await import("./later/basemap");
    const layer = await basemap(name, read);
    this.#map.addLayer(layer);
    const called = (local: string) => names[local]?.[this.#language] ?? local;
    this.#onTheme((palette) => layer.setStyle(basemapStyle(palette, () => this.#map.getView().getZoom() ?? 0, called)));
  }

  addShapes(kind: "land" | "admin" | "border", json: unknown): void {
    const layer = shapes(json, { land: 0, admin: 2, border: 3 }[kind]);
    this.#map.addLayer(layer);
    const styles = { land: landStyle, admin: adminStyle, border: borderStyle }[kind];
    this.#onTheme((palette) => layer.setStyle(styles(palette)));
  }

  theme(theme: "dark" | "light"): void {
    this.palette = PALETTES[theme];
    const target = this.#map.getTargetElement();
    if (target) target.style.backgroundColor = this.palette.sea;
    this.#again();
  }

  /** Names places in the language from now on. */
  speak(language: Language): void {
    if (language === this.#language) return;
    this.#language = language;
    this.#again();
  }

  #again(): void {
    for (const restyle of this.#restyle) restyle(this.palette);
  }

  #onTheme(restyle: (palette: Palette) => void): void {
    this.#restyle.push(restyle);
    restyle(this.palette);
  }
}
