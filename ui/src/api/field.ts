/** What the field page asks for besides what every page does. */

import { Client } from "./client";
import type { FieldPage, PlaceView } from "./types";

export class FieldClient extends Client {
  /** A unit's own page; the officer's own unit unless another is named. */
  field(unit: string | null, room: string | null): Promise<FieldPage> {
    return this.ask("GET", `/api/field${asked({ unit, exercise: room })}`);
  }

  /** Places of the region by name, the likeliest first. */
  places(q: string, limit: number): Promise<readonly PlaceView[]> {
    return this.ask("GET", `/api/places${asked({ q, limit: String(limit) })}`);
  }
}

function asked(values: Readonly<Record<string, string | null>>): string {
  const given = Object.entries(values).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length ? `?${new URLSearchParams(given)}` : "";
}
