/** The calls of the Plan screen. */

import { type Client, query } from "./client";
import type { PlaceFound, PlanView } from "./types";

/** What a plan is made from. */
export function planOf(client: Client, room: string | null, spreadProvinces: boolean): Promise<PlanView> {
  return client.ask("GET", `/api/plan${query({ exercise: room, spread_provinces: spreadProvinces ? "true" : null })}`);
}

/** Places of the region whose name holds the text. */
export function placesNamed(client: Client, room: string | null, text: string): Promise<PlaceFound[]> {
  return client.ask("GET", `/api/plan/places${query({ text, exercise: room })}`);
}

/** One question of planning; a newer one of the same `asker` replaces it (`superseded`). */
export function askPlan<T>(client: Client, room: string | null, what: "site" | "reach" | "dividend", question: object): Promise<T> {
  return client.ask("POST", `/api/plan/${what}${query({ exercise: room })}`, question);
}

/** A plan as a file, and the name that the node gave it. */
export function planFile(client: Client, room: string | null, what: "site" | "dividend", order: object): Promise<{ blob: Blob; name: string }> {
  return client.made(`/api/plan/${what}/export${query({ exercise: room })}`, order);
}
