/** The region's places by name: loaded once, when a place is first asked for by name. */

import { toE7 } from "../../model/coordinates";
import { indexed, type IndexedPlace, type NamedPlace } from "../../model/names";
import { desk } from "../desk.svelte";

interface Feature {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly geometry: { readonly type: string; readonly coordinates: readonly number[] };
}

const RANKS: Readonly<Record<string, number>> = { city: 1, town: 2, border: 2, village: 3 };

class Places {
  known = $state.raw<readonly IndexedPlace[]>([]);
  #asked: Promise<void> | null = null;

  load(): Promise<void> {
    this.#asked ??= this.#read();
    return this.#asked;
  }

  async #read(): Promise<void> {
    const layers = (desk.region?.layers ?? []).filter((layer) => layer.id === "places" || layer.id === "facilities");
    try {
      const files = await Promise.all(layers.map((layer) => desk.client.regionFile(layer.file)));
      const towns = files.flatMap((file) => (file as { features: readonly Feature[] }).features.flatMap(placeOf));
      this.known = indexed([...ours(), ...towns]);
    } catch (error) {
      this.#asked = null;
      this.known = indexed(ours());
      desk.tell(error);
    }
  }
}

function placeOf(feature: Feature): NamedPlace[] {
  const { name, class: what } = feature.properties;
  const [lon, lat] = feature.geometry.coordinates;
  if (typeof name !== "string" || lon === undefined || lat === undefined) return [];
  const kind = typeof what === "string" ? what : "";
  return [{ name, what: kind, lat: toE7(lat), lon: toE7(lon), rank: RANKS[kind] ?? 4, exact: false }];
}

/** Posts and crossings, under each of their names. */
function ours(): NamedPlace[] {
  const ground = desk.ground;
  const held = [...(ground?.posts ?? []).map((post) => ({ post, what: "post" })), ...(ground?.crossings ?? []).map((post) => ({ post, what: "crossing" }))];
  return held.flatMap(({ post, what }) =>
    [...new Set([post.names.en, post.names.fa, post.names.ur])].flatMap((name) =>
      name ? [{ name, what, lat: post.place.lat, lon: post.place.lon, rank: 0, exact: true }] : [],
    ),
  );
}

export const places = new Places();
