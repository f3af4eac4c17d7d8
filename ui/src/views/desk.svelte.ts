/** The open desk: what the node said last, kept current by its event stream, and what the officer does. */

import { ApiError, Client } from "../api/client";
import { listen } from "../api/live";
import type { DeskView, GroundView, HelpCall, InboxItem, PartyView, RecordDetail, RecordView, Region, SessionView, TrackView } from "../api/types";
import { awaitsUs, byDeadline, isOverdue, keyOf, owedBy, toAcknowledge, type Owed } from "../model/inbox";
import { ALWAYS, within, type Stretch } from "../model/marks";
import { amongLoaded, merge, searchTerm } from "../model/records";
import { nameIn } from "../model/texts";
import { countryName, ServerClock } from "../model/time";
import { Incidents } from "./incidents.svelte";
import { Past } from "./past.svelte";
import { preferences } from "./preferences.svelte";
import { router } from "./router.svelte";

type Part = "desk" | "items" | "incidents" | "ground" | "log" | "help" | "news" | "selected";
const ALL: readonly Part[] = ["incidents", "desk", "items", "ground", "log", "help", "selected"];
const GROUND = /^(ground|sector|crossing|post|unit|notice|zone-notice)\b/;
const PAGE = 200;
const GATHER_MS = 40;
const SIGNED_IN = "sarhad.signed-in";

export interface Notice {
  readonly id: number;
  readonly tone: "good" | "bad";
  readonly text: string;
  /** Takes back what was done to what is not sent yet. */
  readonly undo?: () => void;
}

export type Pane = "inbox" | "map" | "log" | "detail";

class Desk {
  // Who and where
  session = $state.raw<SessionView | null>(null);
  /** Whether the first answer about the session has come. */
  asked = $state(false);
  /** Whether a session ended under the officer's hands. */
  ended = $state(false);
  view = $state.raw<DeskView | null>(null);
  region = $state.raw<Region | null>(null);
  room = $state<string | null>(router.get("room") || null);

  // What the node said last; written by #load only
  /** Units of ours that call for help, in any room. */
  calls = $state.raw<readonly HelpCall[]>([]);
  items = $state.raw<readonly InboxItem[]>([]);
  ground = $state.raw<GroundView | null>(null);
  tracks = $state.raw<readonly TrackView[]>([]);
  records = $state.raw<readonly RecordView[]>([]);
  total = $state(0);
  record = $state.raw<RecordDetail | null>(null);
  #cursor = "";

  // The page
  selected = $state<string | null>(router.path === "/" ? router.get("ref") || null : null);
  pane = $state<Pane>("inbox");
  owed = $state<Owed>(ownedFrom(router.get("owed")));
  search = $state(router.path === "/" ? router.get("q") : "");
  /** The stretch of time that inbox, map and log are narrowed to. */
  stretch = $state.raw<Stretch>(router.path === "/" ? stretchFrom() : ALWAYS);
  pickedPlace = $state.raw<{ lat: number; lon: number } | null>(null);
  /** Where the map should look; written by what names a place. */
  look = $state.raw<{ lat: number; lon: number } | null>(null);
  help = $state(false);
  palette = $state(false);
  notices = $state.raw<readonly Notice[]>([]);
  acknowledging = $state.raw<ReadonlySet<string>>(new Set());
  loadingOlder = $state(false);
  ready = $state(false);

  // Time and the stream
  readonly clock = new ServerClock(() => performance.now());
  now = $state(Date.now() * 1000);
  /** Server time at which the stream was lost; null while it is there. */
  lostAt = $state<number | null>(null);

  readonly client = new Client(() => this.#end());
  readonly held = new Incidents(this.client);
  /** The past that is looked at; while it shows, the derived values below are of then. */
  readonly past = new Past({
    client: this.client, room: () => this.room, search: () => this.search, selected: () => this.selected,
    tell: (error) => this.tell(error), remember: () => this.remember(),
  });
  readonly us = $derived(this.session?.party ?? "");
  /** The moment that the screen shows. */
  readonly moment = $derived(this.past.at ?? this.now);
  readonly shownItems = $derived(this.past.on ? this.past.items : this.items);
  readonly shownGround = $derived(this.past.on ? (this.past.view?.ground ?? null) : this.ground);
  readonly shownTracks = $derived(this.past.on ? (this.past.view?.tracks ?? []) : this.tracks);
  readonly shownRecord = $derived<RecordView | null>(this.past.on ? (this.past.record?.record ?? null) : this.record);
  readonly shownRecords = $derived(this.past.on ? this.past.records : this.records);
  readonly shownTotal = $derived(this.past.on ? this.past.total : this.total);
  readonly narrowed = $derived(this.stretch.since !== null || this.stretch.until !== null);
  readonly timely = $derived(this.shownItems.filter((item) => within(this.stretch, item.at)));
  readonly inbox = $derived(byDeadline(owedBy(this.timely, this.owed)));
  readonly overdue = $derived(this.items.filter((item) => isOverdue(item, this.now)).length);
  /** What the acknowledge key is for, on any screen and whatever is filtered. */
  readonly next = $derived(toAcknowledge(this.items, this.selected));
  readonly waiting = $derived(this.items.filter(awaitsUs).length);
  readonly zone = $derived(this.view?.manifest?.zone ?? "UTC");
  readonly stale = $derived(this.lostAt !== null);
  readonly item = $derived(this.shownItems.find((item) => item.ref === this.selected) ?? null);
  readonly incidents = $derived(this.held.opened);
  readonly incident = $derived(this.past.on ? (this.past.record?.incident ?? null) : (this.incidents.find((incident) => incident.ref === this.selected) ?? null));

  #wanted = new Set<Part>();
  /** The position in the stream from which on news are not taken in; null: all are. */
  #since: string | null = null;
  #gathering = false;
  #loading = false;
  #loadedAt = -GATHER_MS;
  #stop: (() => void) | null = null;
  #noticeId = 0;
  /** Who else follows what changes; written by `hear`. */
  #heard = new Set<(subjects: readonly string[] | null) => void>();

  constructor() {
    router.onReturn(() => this.#return());
  }

  // Signing in -----------------------------------------------------------------------

  /** Whether somebody signed in here before, or comes from where one does. */
  expected(): boolean {
    return localStorage.getItem(SIGNED_IN) !== null || router.get("entered") === "outside";
  }

  async begin(): Promise<void> {
    try {
      // Asked only where an officer signed in before: a refusal would stand as an error in the console.
      if (this.expected()) this.session = await this.client.session();
    } catch (error) {
      this.tell(error);
    }
    if (this.session) localStorage.setItem(SIGNED_IN, "yes");
    else localStorage.removeItem(SIGNED_IN);
    this.asked = true;
    if (this.session && !this.session.must_choose) await this.#open();
  }

  /** Goes on with a session, however it was opened; one of a one-time password opens nothing yet. */
  async enterWith(session: SessionView): Promise<void> {
    this.session = session;
    localStorage.setItem(SIGNED_IN, "yes");
    this.ended = false;
    if (!session.must_choose) await this.#open();
  }

  async signOut(): Promise<void> {
    await this.client.signOut().catch((error: unknown) => this.tell(error));
    this.#close();
    this.ended = false;
  }

  #end(): void {
    if (!this.session) return;
    this.#close();
    this.ended = true;
  }

  #close(): void {
    localStorage.removeItem(SIGNED_IN);
    this.#stop?.();
    this.#stop = null;
    this.session = null;
    this.view = null;
    this.items = [];
    this.held.clear();
    this.calls = [];
    this.records = [];
    this.record = null;
    this.selected = null;
    this.ready = false;
    if (this.past.on) this.past.leave();
  }

  async #open(): Promise<void> {
    this.#stop = listen({
      changed: (subjects, before) => this.#changed(subjects, before),
      resync: () => this.everything(),
      link: () => this.refresh("desk"),
      alive: (heard) => {
        if (heard) this.lostAt = null;
        else this.lostAt ??= this.clock.now();
      },
      ended: () => this.#end(),
    });
    const region = this.client.region().then((held) => (this.region = held));
    this.everything();
    await region.catch((error: unknown) => this.tell(error));
  }

  tick(): void {
    this.now = this.clock.now();
  }

  // Keeping current -----------------------------------------------------------------------

  /** Calls `heard` with the names of what changed, or with null when anything may have; returns what ends it. */
  hear(heard: (subjects: readonly string[] | null) => void): () => void {
    this.#heard.add(heard);
    return () => void this.#heard.delete(heard);
  }

  #tellHearers(subjects: readonly string[] | null): void {
    for (const heard of this.#heard) heard(subjects);
  }

  #changed(subjects: readonly string[], before: string): void {
    this.#tellHearers(subjects);
    this.#since ??= before;
    for (const subject of subjects) {
      if (subject.startsWith("party/") || subject.startsWith("terms")) this.refresh("desk");
      else if (GROUND.test(subject)) this.refresh("ground");
    }
    this.refresh("news", "selected");
  }

  /** Asks for all of it again: something may have been missed. */
  everything(): void {
    this.refresh(...ALL);
    this.#tellHearers(null);
  }

  /** Asks for parts again, soon and together; what is asked for while loading is loaded after it. */
  refresh(...parts: readonly Part[]): void {
    for (const part of parts) this.#wanted.add(part);
    if (this.#loading || this.#gathering || !this.session) return;
    // What comes after a quiet time goes at once, before anything is drawn; only what comes thick is gathered.
    this.#gathering = true;
    if (performance.now() - this.#loadedAt > GATHER_MS) queueMicrotask(() => void this.#drain());
    else window.setTimeout(() => void this.#drain(), GATHER_MS);
  }

  async #drain(): Promise<void> {
    this.#gathering = false;
    this.#loading = true;
    while (this.#wanted.size && this.session) {
      const parts = [...this.#wanted];
      this.#wanted.clear();
      const results = await Promise.allSettled(parts.map((part) => this.#load(part)));
      for (const result of results) if (result.status === "rejected") this.tell(result.reason);
      this.ready = true;
    }
    this.#loading = false;
    this.#loadedAt = performance.now();
  }

  async #load(part: Part): Promise<void> {
    const room = this.room;
    switch (part) {
      case "desk": {
        let sent = 0;
        let received = 0;
        const view = await this.client.desk((s, r) => ([sent, received] = [s, r]));
        this.clock.measure(sent, received, view.now_us);
        this.view = view;
        if (this.lostAt !== null) {
          this.lostAt = null;
          this.everything();
        }
        break;
      }
      case "news":
        await this.#loadNews(room);
        break;
      case "help":
        this.calls = await this.client.helpCalls();
        break;
      case "items": {
        const items = await this.client.inbox(room);
        if (room === this.room) this.items = items;
        break;
      }
      case "incidents":
        await this.held.load(room, () => room === this.room);
        break;
      case "ground": {
        const [ground, tracks] = await Promise.all([this.client.ground(room), this.client.tracks(room)]);
        if (room === this.room) [this.ground, this.tracks] = [ground, tracks];
        break;
      }
      case "log":
        await this.#loadLog(room);
        break;
      case "selected": {
        const ref = this.selected;
        if (!ref) break;
        const record = await this.client.record(ref);
        if (ref === this.selected) this.record = record;
        if (record.kind === "incident") await this.held.need(ref);
      }
    }
  }

  /** Takes in what changed since the first event that was not: one answer, the same for every desk. */
  async #loadNews(room: string | null): Promise<void> {
    const after = this.#since;
    if (after === null) return;
    this.#since = null;
    const news = await this.client.news(after, room).catch((error: unknown) => {
      this.#since ??= after;
      throw error;
    });
    if (room !== this.room) return;
    if (news.whole) return this.refresh(...ALL);
    [this.items, this.calls] = [news.items, news.help];
    if (this.search || this.narrowed) this.refresh("log");
    else {
      this.records = merge(this.records, amongLoaded(this.records, news.records, this.#cursor));
      this.total = news.total;
    }
    await this.held.take(news.marks, news.titles);
  }

  async #loadLog(room: string | null): Promise<void> {
    const [q, stretch] = [this.search, this.stretch];
    const page = await this.client.find(this.#logFilter(""));
    if (room !== this.room || q !== this.search || stretch !== this.stretch) return;
    const first = this.records.length === 0 || this.#cursor === "";
    this.records = first ? page.records : merge(this.records, page.records);
    if (first) this.#cursor = page.next;
    this.total = page.total;
  }

  #logFilter(cursor: string) {
    return { room: this.room, kind: "", party: "", q: searchTerm(this.search), since: this.stretch.since, until: this.stretch.until, cursor, limit: PAGE };
  }

  async older(): Promise<void> {
    if (this.past.on) return this.past.older();
    if (!this.#cursor || this.loadingOlder) return;
    this.loadingOlder = true;
    const [room, q, stretch] = [this.room, this.search, this.stretch];
    try {
      const page = await this.client.find(this.#logFilter(this.#cursor));
      if (room === this.room && q === this.search && stretch === this.stretch) {
        this.records = merge(this.records, page.records);
        this.#cursor = page.next;
      }
    } catch (error) {
      this.tell(error);
    }
    this.loadingOlder = false;
  }

  // What the officer does with the page ---------------------------------------------------------

  find(text: string): void {
    this.search = text;
    this.#logAnew();
  }

  /** Narrows inbox, map and log to what is of this stretch of time. */
  narrow(stretch: Stretch): void {
    if (stretch.since === this.stretch.since && stretch.until === this.stretch.until) return;
    this.stretch = stretch;
    this.#logAnew();
  }

  #logAnew(): void {
    this.records = [];
    this.#cursor = "";
    this.remember();
    this.refresh("log");
    this.past.again();
  }

  /** Takes every filter of the watch away. */
  unfilter(): void {
    this.owed = "all";
    this.search = "";
    this.stretch = ALWAYS;
    this.#logAnew();
  }

  owe(owed: Owed): void {
    this.owed = owed;
    this.remember();
  }

  enter(room: string | null): void {
    if (room === this.room) return;
    this.room = room;
    this.items = [];
    this.held.clear();
    this.calls = [];
    this.records = [];
    this.#cursor = "";
    this.selected = null;
    this.record = null;
    this.remember();
    this.everything();
    this.past.again();
  }

  /** Writes room, filters and selection into the address. */
  remember(): void {
    const onWatch = router.path === "/";
    router.put({ room: this.room, ...(onWatch ? { owed: this.owed === "all" ? null : this.owed, q: this.search, ref: this.selected, from: text(this.stretch.since), to: text(this.stretch.until), at: text(this.past.at), side: this.past.on ? this.past.side : null } : {}) });
  }

  /** Follows the address after back and forward. */
  #return(): void {
    this.enter(router.get("room") || null);
    if (router.path !== "/") return;
    this.owed = ownedFrom(router.get("owed"));
    if (router.get("q") !== this.search) this.find(router.get("q"));
    this.narrow(stretchFrom());
    if (router.get("ref") !== (this.selected ?? "")) this.select(router.get("ref") || null, false);
  }

  select(ref: string | null, show = true): void {
    this.selected = ref;
    if (this.record?.ref !== ref) this.record = null;
    this.remember();
    if (!ref) return;
    if (show) this.pane = "detail";
    this.refresh("selected");
    if (this.past.on) return void this.past.open().catch((error: unknown) => this.tell(error));
    const item = this.items.find((held) => held.ref === ref);
    if (item && item.direction === "owed-by-us" && !item.receipts.some((r) => r.party === this.us && r.step !== "delivered")) {
      this.client.receipts("seen", [ref]).catch((error: unknown) => this.tell(error));
    }
  }

  move(by: 1 | -1): void {
    const keys = this.inbox.map((item) => item.ref);
    const at = this.selected ? keys.indexOf(this.selected) : -1;
    const next = keys[at < 0 ? (by > 0 ? 0 : keys.length - 1) : Math.min(keys.length - 1, Math.max(0, at + by))];
    if (next) this.select(next, false);
  }

  // Acts -----------------------------------------------------------------------

  async acknowledge(item: InboxItem | null = this.next): Promise<void> {
    const t = preferences.t;
    if (this.past.on) return this.say("bad", t("past.noacts"));
    if (!item) return this.say("good", t("act.nothing"));
    const key = keyOf(item);
    if (this.acknowledging.has(key)) return;
    this.acknowledging = new Set([...this.acknowledging, key]);
    try {
      await this.client.receipts("acknowledged", [item.ref]);
      await this.#load("items");
      this.refresh("log", "selected");
      this.say("good", t("act.acknowledged", { ref: item.ref }));
    } catch (error) {
      this.tell(error);
    }
    this.acknowledging = new Set([...this.acknowledging].filter((held) => held !== key));
  }

  /** Writes a record of `kind` in a room, the open one unless said; returns its reference, or null when it was refused. */
  async act(kind: string, data: object, release: object, key: string, room = this.room): Promise<string | null> {
    try {
      const made = await this.client.act(kind, { data, release, exercise: room, key });
      this.refresh("items", "log", "selected", "incidents");
      return made.ref;
    } catch (error) {
      this.tell(error);
      if (error instanceof ApiError && error.status === 0) this.say("bad", describe(error));
      return null;
    }
  }

  // Telling -----------------------------------------------------------------------

  say(tone: Notice["tone"], text: string, undo?: () => void): void {
    const id = ++this.#noticeId;
    this.notices = [...this.notices.filter((held) => held.text !== text), { id, tone, text, ...(undo ? { undo } : {}) }].slice(-3);
    window.setTimeout(() => this.dismiss(id), tone === "good" && !undo ? 5_000 : 12_000);
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((held) => held.id !== id);
  }

  tell(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) return;
    if (error.status === 0) {
      // A dead cable closes no stream; an answer that does not come tells it.
      this.lostAt ??= this.clock.now();
      return;
    }
    this.say("bad", describe(error));
  }

  // Names -----------------------------------------------------------------------

  party(id: string): PartyView | null {
    if (this.view?.party === id) return this.view.manifest;
    return this.view?.partners.find((partner) => partner.party === id)?.manifest ?? null;
  }

  /** The short name for lists and clocks: the country's, unless two parties are of one country. */
  shortName(id: string): string {
    const party = this.party(id);
    if (!party) return id;
    const all = [this.view?.manifest, ...(this.view?.partners ?? []).map((partner) => partner.manifest)];
    const alone = all.filter((other) => other?.country === party.country).length === 1;
    return alone ? countryName(party.country, preferences.language) : this.partyName(id);
  }

  partyName(id: string): string {
    const party = this.party(id);
    return party ? nameIn(party.names, preferences.language).text : id;
  }
}

function text(us: number | null): string | null {
  return us === null ? null : String(us);
}

/** The stretch that the address names. */
function stretchFrom(): Stretch {
  const bound = (name: string) => (/^-?\d{1,16}$/.test(router.get(name)) ? Number(router.get(name)) : null);
  return { since: bound("from"), until: bound("to") };
}

function ownedFrom(text: string | null): Owed {
  return text === "ours" || text === "theirs" ? text : "all";
}

/** An error in the officer's language, with the node's own words where it said more. */
export function describe(error: ApiError): string {
  const t = preferences.t;
  if (error.status === 0) return t("error.network");
  if (error.status === 401) return t("error.signin");
  if (error.status === 429) return t("error.slow");
  const key = `plan.error.${error.code}`;
  const known = t(key, error.values);
  if (known !== `[${key}]`) return known;
  const text = t("error.other", { what: `${error.what}${error.doThis ? `. ${error.doThis}` : ""}` });
  return error.retry ? `${text} ${t("error.again")}` : text;
}

export const desk = new Desk();
