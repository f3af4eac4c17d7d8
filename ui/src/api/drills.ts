/** Drills: scenarios, what is played, the scores. */

import type { Client } from "./client";
import type { DrillStepView, DrillView, ScenarioView, ScoreView } from "./types";

export interface DrillOrder {
  readonly scenario: string;
  readonly exercise: string;
  readonly speed: number;
  readonly reactions: boolean;
}

export class DrillClient {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  scenarios(): Promise<readonly ScenarioView[]> {
    return this.#client.ask("GET", "/api/drills/scenarios");
  }

  drills(): Promise<readonly DrillView[]> {
    return this.#client.ask("GET", "/api/drills");
  }

  steps(exercise: string): Promise<readonly DrillStepView[]> {
    return this.#client.ask("GET", `/api/drills/${encodeURIComponent(exercise)}/steps`);
  }

  start(order: DrillOrder): Promise<readonly DrillView[]> {
    return this.#client.ask("POST", "/api/drills", order);
  }

  join(exercise: string, reactions: boolean): Promise<readonly DrillView[]> {
    return this.#client.ask("POST", `/api/drills/${encodeURIComponent(exercise)}/join`, { reactions });
  }

  stop(exercise: string): Promise<readonly DrillView[]> {
    return this.#client.ask("POST", `/api/drills/${encodeURIComponent(exercise)}/stop`, {});
  }

  score(exercise: string): Promise<ScoreView> {
    return this.#client.ask("GET", `/api/drills/${encodeURIComponent(exercise)}/score`);
  }
}
