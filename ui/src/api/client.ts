/** The only place that fetches.  Every call resolves to a typed answer or throws ApiError. */

import type {
  AttachedView,
  AttachmentView,
  CellView,
  ColleagueView,
  CountersignedView,
  DeskView,
  GroundView,
  HelpCall,
  HistogramView,
  InboxItem,
  IncidentView,
  MarksView,
  NewsView,
  Page,
  Paper,
  PreviewPartner,
  RecordDetail,
  Region,
  SessionView,
  TitleView,
  TrackView,
  UploadView,
  WatchView,
} from "./types";

/** What the node refused, or that it did not answer (`status` 0). `retry`: the same call may succeed later. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly what: string,
    readonly doThis: string,
    readonly retry: boolean,
    readonly values: Readonly<Record<string, string | number>> = {},
  ) {
    super(what);
    this.name = "ApiError";
  }
}

/** Which records; what is null or "" is not asked for. */
export interface RecordSearch {
  readonly room: string | null;
  readonly kind: string;
  readonly party: string;
  readonly q: string;
  readonly since: number | null;
  readonly until: number | null;
  readonly cursor?: string;
  readonly limit?: number;
}

interface Problem {
  readonly code?: string;
  readonly what?: string;
  readonly do?: string;
  readonly retry?: boolean;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** When the answer came, for measuring the node's clock: `performance.now()` before and after, and its `Date`. */
export type Timed = (sent: number, received: number) => void;

/** What is to be printed, in which language; `ref` for an incident, or a drill by its exercise; times and words for the log. */
export interface PrintOrder {
  readonly what: "log" | "handover" | "incident" | "drill";
  readonly lang: string;
  readonly ref: string;
  readonly room: string | null;
  readonly since: number | null;
  readonly until: number | null;
  readonly q: string;
}

/** One signed-in page.  `token` is written by the session calls and sent with every unsafe call. */
export class Client {
  #token = "";
  readonly #ended: () => void;
  readonly #language: () => string;

  /** `ended` is called when the node says that the officer is signed in no longer; it says what it refuses in `language`. */
  constructor(ended: () => void, language: () => string) {
    this.#ended = ended;
    this.#language = language;
  }

  async session(): Promise<SessionView | null> {
    try {
      return this.#keep(await this.#call<SessionView>("GET", "/api/session"));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  }

  signIn(officer: string, password: string): Promise<SessionView> {
    return this.openSession("/api/session", { officer, password });
  }

  /** Signs in by one of the ways there are, each with its own address. */
  async openSession(path: string, proof: object): Promise<SessionView> {
    return this.#keep(await this.#call<SessionView>("POST", path, proof));
  }

  changePassword(old: string, fresh: string): Promise<void> {
    return this.#call("PUT", "/api/session/password", { old, new: fresh });
  }

  async signOut(): Promise<void> {
    await this.#call("DELETE", "/api/session");
    this.#token = "";
  }

  desk(timed?: Timed): Promise<DeskView> {
    return this.#call("GET", "/api/desk", undefined, timed);
  }

  inbox(room: string | null): Promise<readonly InboxItem[]> {
    return this.#call("GET", `/api/inbox${query({ exercise: room })}`);
  }

  /** Units of ours that call for help, in every room. */
  helpCalls(): Promise<readonly HelpCall[]> {
    return this.#call("GET", "/api/help");
  }

  /** What changed in the room since a position in the stream of events. */
  news(after: string, room: string | null): Promise<NewsView> {
    return this.#call("GET", `/api/news${query({ after, exercise: room })}`);
  }

  /** Incidents as columns: all of the room, or those named. */
  marks(room: string | null, refs?: readonly string[]): Promise<MarksView> {
    return this.#call("GET", `/api/incidents/marks${query({ exercise: room })}${refs ? `${room ? "&" : "?"}${named(refs)}` : ""}`);
  }

  titles(refs: readonly string[]): Promise<readonly TitleView[]> {
    return this.#call("GET", `/api/incidents/titles?${named(refs)}`);
  }

  tracks(room: string | null): Promise<readonly TrackView[]> {
    return this.#call("GET", `/api/tracks${query({ exercise: room })}`);
  }

  histogram(room: string | null, since: number | null, until: number | null, bins: number): Promise<HistogramView> {
    return this.#call("GET", `/api/histogram${query({ exercise: room, since_us: timeText(since), until_us: timeText(until), bins: String(bins) })}`);
  }

  incident(ref: string): Promise<IncidentView> {
    return this.#call("GET", `/api/incidents/${encodeURIComponent(ref)}`);
  }

  /** Who has our watch, what is offered, the last handovers. */
  watch(room: string | null): Promise<WatchView> {
    return this.#call("GET", `/api/watch${query({ exercise: room })}`);
  }

  /** Our officers in service who may have the watch or an item. */
  colleagues(): Promise<readonly ColleagueView[]> {
    return this.#call("GET", "/api/watch/officers");
  }

  /** The joint cell: what every party at the table may read. */
  cell(room: string | null, partner: string, show: string, q: string): Promise<CellView> {
    return this.#call("GET", `/api/cell${query({ exercise: room, partner, show, q })}`);
  }

  ground(room: string | null): Promise<GroundView> {
    return this.#call("GET", `/api/ground${query({ exercise: room })}`);
  }

  /** Records that fit every part of the filter, newest claimed time first. */
  find(filter: RecordSearch): Promise<Page> {
    const { room, kind, party, q, since, until, cursor = "", limit = 100 } = filter;
    return this.#call("GET", `/api/records${query({ exercise: room, kind, party, q, since_us: timeText(since), until_us: timeText(until), cursor, limit: String(limit) })}`);
  }

  /** The text of a record's C2SP tlog-proof. */
  proof(ref: string): Promise<string> {
    return this.#raw("GET", this.proofUrl(ref)).then((answer) => answer.text());
  }

  /** A bundle for an audience: `own`, `public` or a partner's name. */
  exportBundle(audience: string): Promise<Blob> {
    return this.#raw("POST", "/api/export", { audience }).then((answer) => answer.blob());
  }

  /** A print as values: the same that its PDF says. */
  paper(order: PrintOrder): Promise<Paper> {
    return this.#call("GET", `/api/paper/${documentOf(order)}${printed(order)}`);
  }

  /** A print as PDF, made by the node. */
  pdf(order: PrintOrder): Promise<Blob> {
    return this.#raw("GET", `/api/print/${documentOf(order)}.pdf${printed(order)}`).then((answer) => answer.blob());
  }

  record(ref: string): Promise<RecordDetail> {
    return this.#call("GET", `/api/records/${encodeURIComponent(ref)}`);
  }

  /** Which parties have countersigned a record, first first. */
  countersigned(ref: string): Promise<readonly CountersignedView[]> {
    return this.#call("GET", `/api/records/${encodeURIComponent(ref)}/countersigned`);
  }

  /** The files about an incident. */
  attached(incident: string): Promise<readonly AttachedView[]> {
    return this.#call("GET", `/api/incidents/${encodeURIComponent(incident)}/attachments`);
  }

  /** Stores a file; an attachment record names it afterwards.  Rejects with an AbortError when `signal` says so. */
  upload(file: Blob, signal?: AbortSignal): Promise<AttachmentView> {
    return this.#raw("POST", "/api/attachments", file, undefined, signal).then((answer) => answer.json()) as Promise<AttachmentView>;
  }

  /** Adds a piece to a file from `offset` on and tells how far it has come; an empty piece only asks. */
  piece(sha256: string, size: number, offset: number, piece: Blob, signal?: AbortSignal): Promise<UploadView> {
    return this.#raw("PUT", `/api/uploads/${sha256}?size=${size}&offset=${offset}`, piece, undefined, signal).then((answer) => answer.json()) as Promise<UploadView>;
  }

  /** The same photo with nothing told besides its picture, as another file. */
  strip(sha256: string): Promise<AttachmentView> {
    return this.#call("POST", `/api/attachments/${sha256}/strip`, {});
  }

  /** The address of a file, for a download link. */
  fileUrl(sha256: string): string {
    return `/api/attachments/${sha256}`;
  }

  /** The address of a photo as the node drew it again. */
  viewUrl(sha256: string, size: "small" | "large"): string {
    return `/api/attachments/${sha256}/view?size=${size}`;
  }

  /** The address of a record's proof, for a download link. */
  proofUrl(ref: string): string {
    return `/api/records/${encodeURIComponent(ref)}/proof`;
  }

  receipts(step: "seen" | "acknowledged", refs: readonly string[]): Promise<unknown> {
    return this.#call("POST", "/api/receipts", { step, refs });
  }

  /** Writes one record; `key` makes a repeated send one record. */
  act(kind: string, act: { data: object; release: object; exercise: string | null; key: string }): Promise<{ ref: string }> {
    const { exercise, ...rest } = act;
    return this.#call("POST", `/api/acts/${kind}`, exercise ? { ...rest, exercise } : rest);
  }

  /** What each partner would read of a record that is not yet written. */
  preview(kind: string, data: object, release: object, room: string | null): Promise<readonly PreviewPartner[]> {
    return this.#call("POST", "/api/preview", { kind, data, release, ...(room ? { exercise: room } : {}) });
  }

  /** What each partner would read of a record that exists, were it released so. */
  previewRelease(record: string, release: object): Promise<readonly PreviewPartner[]> {
    return this.#call("POST", "/api/preview", { record, release });
  }

  /** The region package's own description; null when the node has none. */
  async region(): Promise<Region | null> {
    try {
      return await this.#call<Region>("GET", "/region/region.json");
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  /** A file of the region package, as JSON. */
  regionFile(file: string): Promise<unknown> {
    return this.#call("GET", `/region/${file}`);
  }

  /** Bytes of a file of the region package; rejects when the node does not give exactly the range. */
  async regionBytes(file: string, offset: number, length: number, signal?: AbortSignal): Promise<ArrayBuffer> {
    const init: RequestInit = { headers: { Range: `bytes=${offset}-${offset + length - 1}` }, credentials: "same-origin" };
    const answer = await fetch(`/region/${file}`, signal ? { ...init, signal } : init).catch(unreachable);
    if (answer.status !== 206) throw await this.#problem(answer, file);
    return answer.arrayBuffer();
  }

  /** A call of one of the screens' own clients (`api/admin.ts` and the like); a file goes as it is, the rest as JSON. */
  ask<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    return this.#call(method, path, body, undefined, signal);
  }

  /** A file that the node makes. */
  file(path: string): Promise<Blob> {
    return this.#raw("GET", path).then((answer) => answer.blob());
  }

  /** A file that the node makes of what is sent, and the name that it gave it. */
  async made(path: string, order: object): Promise<{ blob: Blob; name: string }> {
    const answer = await this.#raw("POST", path, order);
    const name = /filename="([\w.-]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "file";
    return { blob: await answer.blob(), name };
  }

  #keep(session: SessionView): SessionView {
    this.#token = session.csrf;
    return session;
  }

  async #call<T>(method: string, path: string, body?: unknown, timed?: Timed, signal?: AbortSignal): Promise<T> {
    const answer = await this.#raw(method, path, body, timed, signal);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  async #raw(method: string, path: string, body?: unknown, timed?: Timed, signal?: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": this.#language() };
    if (method !== "GET") headers["X-CSRF-Token"] = this.#token;
    const file = body instanceof Blob;
    if (body !== undefined) headers["Content-Type"] = file ? "application/octet-stream" : "application/json";
    const sent = performance.now();
    const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store", ...(signal ? { signal } : {}) };
    const answer = await fetch(path, body === undefined ? init : { ...init, body: file ? body : JSON.stringify(body) }).catch(unreachable);
    timed?.(sent, performance.now());
    if (!answer.ok) throw await this.#problem(answer, path);
    return answer;
  }

  async #problem(answer: Response, path: string): Promise<ApiError> {
    const text = await answer.text();
    let said: Problem = {};
    try {
      said = JSON.parse(text) as Problem;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    // A wrong password, typed to confirm something, ends no session.
    if (answer.status === 401 && path !== "/api/session" && said.code !== "wrong-password") this.#ended();
    return new ApiError(answer.status, said.code ?? "error", said.what ?? answer.statusText, said.do ?? "", said.retry ?? answer.status >= 500, said.values);
  }
}

function unreachable(error: unknown): never {
  if (error instanceof TypeError) throw new ApiError(0, "network", error.message, "", true);
  throw error;
}

/** Whether one thing is printed, by its name, rather than what a room holds. */
const ofOne = (order: PrintOrder): boolean => order.what === "incident" || order.what === "drill";

function documentOf(order: PrintOrder): string {
  return ofOne(order) ? `${order.what}/${encodeURIComponent(order.ref)}` : order.what;
}

function printed(order: PrintOrder): string {
  return query({ lang: order.lang, exercise: ofOne(order) ? null : order.room, since_us: timeText(order.since), until_us: timeText(order.until), q: order.q });
}

export function query(values: Readonly<Record<string, string | null>>): string {
  const given = Object.entries(values).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

export function named(refs: readonly string[]): string {
  return new URLSearchParams(refs.map((ref) => ["ref", ref])).toString();
}

/** A time, microseconds, as a query says it; null: not asked for. */
export function timeText(us: number | null): string | null {
  return us === null ? null : String(us);
}
