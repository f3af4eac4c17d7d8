/** The calls of the Plan screen. */

import type { Client } from "./client";
import type { PlaceFound, PlanView } from "./types";

/** What a plan is made from. */
export function planOf(client: Client, spreadProvinces: boolean): Promise<PlanView> {
  return client.ask("GET", `/api/plan${spreadProvinces ? "?spread_provinces=true" : ""}`);
}

/** Places of the region whose name holds the text. */
export function placesNamed(client: Client, text: string): Promise<PlaceFound[]> {
  return client.ask("GET", `/api/plan/places?text=${encodeURIComponent(text)}`);
}

/** One question of planning; a newer one of the same `asker` replaces it (`superseded`). */
export function askPlan<T>(client: Client, what: "site" | "reach" | "dividend", question: object): Promise<T> {
  return client.ask("POST", `/api/plan/${what}`, question);
}

/** A plan as a file, and the name that the node gave it. */
export function planFile(client: Client, what: "site" | "dividend", order: object): Promise<{ blob: Blob; name: string }> {
  return client.made(`/api/plan/${what}/export`, order);
}
