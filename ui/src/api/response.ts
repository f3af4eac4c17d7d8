/** The response to an incident: proposals, orders, answers. */

import type { Client } from "./client";
import type { ProposeBody, ReplyBody, ResponsePage, SendBody, Written, WrittenAll } from "./types";

export class ResponseClient {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** The response to an incident at this moment. */
  page(incident: string): Promise<ResponsePage> {
    return this.#client.ask("GET", `/api/response/${encodeURIComponent(incident)}`);
  }

  /** Has the planner propose, and puts it on record; opens the response when nobody has. */
  propose(body: ProposeBody): Promise<Written> {
    return this.#client.ask("POST", "/api/response/propose", body);
  }

  /** Orders our units of a proposal, and asks for the other side's. */
  sendUnits(body: SendBody): Promise<WrittenAll> {
    return this.#client.ask("POST", "/api/response/send", body);
  }

  /** Answers a request for one of our units. */
  replyForUnit(body: ReplyBody): Promise<WrittenAll> {
    return this.#client.ask("POST", "/api/response/reply", body);
  }
}
