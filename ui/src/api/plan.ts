/** The calls of the Plan screen. */

import { ApiError, type Client, query } from "./client";
import type { PlaceFound, PlanView, Unanswered } from "./types";

/** What a plan is made from. */
export function planOf(client: Client, room: string | null, spreadProvinces: boolean): Promise<PlanView> {
  return client.ask("GET", `/api/plan${query({ exercise: room, spread_provinces: spreadProvinces ? "true" : null })}`);
}

/** Places of the region whose name holds the text. */
export function placesNamed(client: Client, room: string | null, text: string): Promise<PlaceFound[]> {
  return client.ask("GET", `/api/plan/places${query({ text, exercise: room })}`);
}

/** The places of these marks, to have their names; what is no place is left out. */
export function placesMarked(client: Client, room: string | null, marks: readonly string[]): Promise<PlaceFound[]> {
  return client.ask("GET", `/api/plan/places?${new URLSearchParams([...marks.map((mark) => ["mark", mark]), ...(room ? [["exercise", room]] : [])])}`);
}

/** One question of planning; a newer one of the same `asker` replaces it (`superseded`). */
export async function askPlan<T extends object>(client: Client, room: string | null, what: "site" | "reach" | "dividend", question: object): Promise<T> {
  const answer = await client.ask<T | Unanswered>("POST", `/api/plan/${what}${query({ exercise: room })}`, question);
  if (!("unanswered" in answer)) return answer;
  const { code, what: said, do: mend, values } = answer.unanswered;
  throw new ApiError(422, code, said, mend ?? "", false, values);
}

/** A plan as a file, and the name that the node gave it. */
export function planFile(client: Client, room: string | null, what: "site" | "dividend", order: object): Promise<{ blob: Blob; name: string }> {
  return client.made(`/api/plan/${what}/export${query({ exercise: room })}`, order);
}
