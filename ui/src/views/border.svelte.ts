/** The region's border line, as far as it was loaded for the map, and the tracks that near it. */

import { nearing, type Line, type Nearing } from "../model/ground";
import { desk } from "./desk.svelte";

interface GeoJson {
  readonly features: readonly { readonly geometry: { readonly type: string; readonly coordinates: unknown } | null }[];
}

/** What two parties without terms agree on for drawing's sake: the distance of the 2012 notice rule, 4 km. */
const WITHIN_M = 4_000;

class Border {
  /** Written by the map, which loads the file to draw it. */
  lines = $state.raw<readonly Line[]>([]);
  readonly within = $derived(Math.max(WITHIN_M, ...(desk.view?.partners ?? []).map((partner) => partner.terms?.notice_distance_m ?? 0)));
  readonly near = $derived<readonly Nearing[]>(this.lines.length ? nearing(desk.shownTracks, this.lines, this.within) : []);

  take(json: unknown): void {
    this.lines = (json as GeoJson).features.flatMap(({ geometry }) => {
      if (geometry?.type === "LineString") return [geometry.coordinates as Line];
      return geometry?.type === "MultiLineString" ? (geometry.coordinates as Line[]) : [];
    });
  }
}

export const border = new Border();
