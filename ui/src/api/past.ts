/** The past: what a side knew at a moment. */

import { named, query, type Client } from "./client";
import type { MarksView, Page, PastRecord, PastSpan, PastView, TitleView } from "./types";

/** A moment of the past: of which room, as which side knew it, microseconds. */
export interface PastMoment {
  readonly room: string | null;
  readonly side: string;
  readonly at: number;
}

export class PastClient {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  view(at: PastMoment, signal?: AbortSignal): Promise<PastView> {
    return this.#client.ask("GET", `/api/past${moment(at)}`, undefined, signal);
  }

  span({ room, side }: PastMoment, signal?: AbortSignal): Promise<PastSpan> {
    return this.#client.ask("GET", `/api/past/span${query({ exercise: room, side })}`, undefined, signal);
  }

  marks(at: PastMoment, signal?: AbortSignal): Promise<MarksView> {
    return this.#client.ask("GET", `/api/past/marks${moment(at)}`, undefined, signal);
  }

  records(at: PastMoment, q: string, cursor: string, signal?: AbortSignal): Promise<Page> {
    return this.#client.ask("GET", `/api/past/records${moment(at)}${query({ q, cursor }).replace("?", "&")}`, undefined, signal);
  }

  record(at: PastMoment, ref: string, signal?: AbortSignal): Promise<PastRecord> {
    return this.#client.ask("GET", `/api/past/records/${encodeURIComponent(ref)}${moment(at)}`, undefined, signal);
  }

  /** What incidents were called then. */
  titles(at: PastMoment, refs: readonly string[]): Promise<readonly TitleView[]> {
    return this.#client.ask("GET", `/api/past/titles${moment(at)}&${named(refs)}`);
  }
}

function moment({ room, side, at }: PastMoment): string {
  return query({ at_us: String(at), side, exercise: room });
}
