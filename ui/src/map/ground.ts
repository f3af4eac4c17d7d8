/** The still part of the map: land, administrative lines and the border line of the region package. */

import Feature from "ol/Feature";
import LineString from "ol/geom/LineString";
import MultiLineString from "ol/geom/MultiLineString";
import MultiPolygon from "ol/geom/MultiPolygon";
import Polygon from "ol/geom/Polygon";
import type SimpleGeometry from "ol/geom/SimpleGeometry";
import VectorLayer from "ol/layer/Vector";
import VectorImageLayer from "ol/layer/VectorImage";
import VectorSource from "ol/source/Vector";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import type { Palette } from "./palette";

interface GeoJson {
  readonly features: readonly { readonly geometry: { readonly type: string; readonly coordinates: unknown } | null }[];
}

/** Geometries of a region's own GeoJSON (RFC 7946): lines and areas, which is all that its still layers hold. */
function geometryOf(type: string, coordinates: unknown): SimpleGeometry | null {
  switch (type) {
    case "LineString":
      return new LineString(coordinates as number[][]);
    case "MultiLineString":
      return new MultiLineString(coordinates as number[][][]);
    case "Polygon":
      return new Polygon(coordinates as number[][][]);
    case "MultiPolygon":
      return new MultiPolygon(coordinates as number[][][][]);
    default:
      return null;
  }
}

function readFeatures(json: unknown): Feature[] {
  const found: Feature[] = [];
  for (const { geometry } of (json as GeoJson).features) {
    const made = geometry && geometryOf(geometry.type, geometry.coordinates);
    if (made) found.push(new Feature({ geometry: made.transform("EPSG:4326", "EPSG:3857") }));
  }
  return found;
}

/** A layer of still shapes. */
export function shapes(json: unknown, z: number): VectorImageLayer<VectorSource> {
  const source = new VectorSource({ features: readFeatures(json) });
  return new VectorImageLayer({ source, zIndex: z, imageRatio: 1.5 });
}

export function landStyle(palette: Palette): Style {
  return new Style({ fill: new Fill({ color: palette.land }), stroke: new Stroke({ color: palette.admin, width: 0.6 }) });
}

export function adminStyle(palette: Palette): Style {
  return new Style({ stroke: new Stroke({ color: palette.admin, width: 1, lineDash: [5, 4] }) });
}

/** The border: a light core in a dark case, so that it reads on land and on water, in both themes. */
export function borderStyle(palette: Palette): Style[] {
  return [
    new Style({ stroke: new Stroke({ color: palette.borderCase, width: 5 }) }),
    new Style({ stroke: new Stroke({ color: palette.border, width: 2, lineDash: [9, 4, 2, 4] }) }),
  ];
}

export type StillLayer = VectorImageLayer<VectorSource> | VectorLayer<VectorSource>;
