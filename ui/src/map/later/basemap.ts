/** Roads, water and names behind everything else: read from the region's tiles once what matters stands on the map. */

import TileState from "ol/TileState";
import type { FeatureLike } from "ol/Feature";
import type { Extent } from "ol/extent";
import type Projection from "ol/proj/Projection";
import type RenderFeature from "ol/render/Feature";
import VectorTileLayer from "ol/layer/VectorTile";
import type VectorTile from "ol/VectorTile";
import MVT from "ol/format/MVT";
import VectorTileSource from "ol/source/VectorTile";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import { PMTiles } from "pmtiles";
import type { Palette } from "../palette";

const FONT = '"Vazirmatn Variable", system-ui, sans-serif';

/** Reads `length` bytes of a file from `offset`. */
export type ReadRange = (offset: number, length: number, signal?: AbortSignal) => Promise<ArrayBuffer>;

/** What a place is called in a language, by what the tiles call it. */
export type PlaceNames = Readonly<Record<string, Readonly<Partial<Record<"en" | "fa" | "ur", string>>>>>;

/** The basemap's vector tiles (OpenMapTiles schema) from one PMTiles file, read by byte ranges. */
export async function basemap(name: string, read: ReadRange): Promise<VectorTileLayer> {
  const archive = new PMTiles({
    getKey: () => name,
    getBytes: async (offset, length, signal) => ({ data: await read(offset, length, signal) }),
  });
  const { maxZoom } = await archive.getHeader();
  const format = new MVT();
  const source = new VectorTileSource({
    format,
    maxZoom,
    tileSize: 512,
    tileUrlFunction: (at) => at.join("/"),
    tileLoadFunction: (tile, path) => load(archive, format, tile as VectorTile<RenderFeature>, path),
  });
  return new VectorTileLayer({ source, zIndex: 1, renderMode: "hybrid", declutter: true });
}

function load(archive: PMTiles, format: MVT, tile: VectorTile<RenderFeature>, path: string): void {
  const [z = 0, x = 0, y = 0] = path.split("/").map(Number);
  tile.setLoader((extent: Extent, _resolution: number, projection: Projection) => {
    archive.getZxy(z, x, y).then(
      (answer) => tile.setFeatures(answer ? format.readFeatures(answer.data, { extent, featureProjection: projection }) : []),
      () => tile.setState(TileState.ERROR),
    );
  });
}

const MAIN_ROADS: ReadonlySet<unknown> = new Set(["motorway", "trunk", "primary"]);
const SMALL_ROADS: ReadonlySet<unknown> = new Set(["secondary", "tertiary"]);
const TOWNS: Readonly<Record<string, { from: number; size: number }>> = {
  city: { from: 0, size: 13 },
  town: { from: 6.5, size: 12 },
  village: { from: 9.5, size: 11 },
  hamlet: { from: 11.5, size: 10.5 },
};

/** Styles of the basemap: quiet, so that what happens stands out.  `called` names a place for the reader. */
export function basemapStyle(palette: Palette, zoom: () => number, called: (name: string) => string): (feature: FeatureLike) => Style | undefined {
  const main = new Style({ stroke: new Stroke({ color: palette.roadMain, width: 1.4 }), zIndex: 2 });
  const small = new Style({ stroke: new Stroke({ color: palette.road, width: 1 }), zIndex: 1 });
  const water = new Style({ fill: new Fill({ color: palette.water }), stroke: new Stroke({ color: palette.water, width: 0.8 }) });
  return (feature) => {
    switch (feature.get("layer")) {
      case "transportation": {
        const kind: unknown = feature.get("class");
        if (MAIN_ROADS.has(kind)) return main;
        if (SMALL_ROADS.has(kind) || zoom() > 10) return small;
        return undefined;
      }
      case "water":
        return water;
      case "waterway":
        return zoom() > 8 ? water : undefined;
      case "place":
        return placeStyle(feature, palette, zoom(), called);
      default:
        return undefined;
    }
  };
}

function placeStyle(feature: FeatureLike, palette: Palette, zoom: number, called: (name: string) => string): Style | undefined {
  const kind = String(feature.get("class"));
  const rule = TOWNS[kind];
  const name: unknown = feature.get("name") ?? feature.get("name:latin");
  if (!rule || zoom < rule.from || typeof name !== "string") return undefined;
  const label = kind === "city" || kind === "town";
  return new Style({
    text: new Text({
      text: called(name),
      font: `${label ? 600 : 400} ${rule.size}px ${FONT}`,
      fill: new Fill({ color: label ? palette.label : palette.labelDim }),
      stroke: new Stroke({ color: palette.halo, width: 3 }),
      padding: [2, 6, 2, 6],
    }),
    zIndex: -rule.from,
  });
}
