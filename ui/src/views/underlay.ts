/** What lies under every map of the desk, fetched from the region's own files. */

import type { Backdrop } from "../map/backdrop";
import type { PlaceNames } from "../map/later/basemap";
import { desk } from "./desk.svelte";

const SHAPES = ["land", "admin", "border"] as const;

/** Lays the region under a map; `heard` is told each file of shapes as it comes.  Rejects when a file can't be read. */
export async function underlay(backdrop: Backdrop, heard: (kind: (typeof SHAPES)[number], json: unknown) => void = () => undefined): Promise<void> {
  const layers = desk.region?.layers ?? [];
  const file = async (name: string) => await desk.client.regionFile(name);
  const tiles = layers.find((layer) => layer.kind === "pmtiles");
  const named = layers.find((layer) => layer.kind === "names");
  const base = async () => {
    if (!tiles) return;
    const names = named ? ((await file(named.file)) as { readonly names: PlaceNames }).names : {};
    await backdrop.addBasemap(tiles.file, (offset, length, signal) => desk.client.regionBytes(tiles.file, offset, length, signal), names);
  };
  const shapes = SHAPES.map(async (kind) => {
    const layer = layers.find((held) => held.id === kind);
    if (!layer) return;
    const json = await file(layer.file);
    heard(kind, json);
    backdrop.addShapes(kind, json);
  });
  await Promise.all([base(), ...shapes]);
}
