/** The open desk: what the node said last, kept current by its event stream, and what the officer does. */

import { ApiError, Client, timeText } from "../api/client";
import { listen } from "../api/live";
import type { DeskView, GroundView, HelpCall, InboxItem, PartyView, RecordDetail, RecordView, Region, SessionView, TrackView } from "../api/types";
import { Heard, type Hearer } from "../model/heard";
import { awaitsUs, byDeadline, isOverdue, owedBy, toAcknowledge, type Owed } from "../model/inbox";
import { ALWAYS, within, type Stretch } from "../model/marks";
import { partyName, partyOf, shortName } from "../model/parties";
import { Refresher } from "../model/refresher";
import { ServerClock } from "../model/time";
import { owedFrom, stretchFrom } from "./address";
import { entered, expected } from "./entered";
import { Incidents } from "./incidents.svelte";
import { Logbook } from "./logbook.svelte";
import { describe, notices, type Notice } from "./notices.svelte";
import { Past } from "./past.svelte";
import { preferences } from "./preferences.svelte";
import { router } from "./router.svelte";

type Part = "desk" | "items" | "incidents" | "ground" | "log" | "help" | "news" | "selected";
const ALL: readonly Part[] = ["incidents", "desk", "items", "ground", "log", "help", "selected"];
const GROUND = /^(ground|sector|crossing|post|unit|notice|zone-notice)\b/;

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
  record = $state.raw<RecordDetail | null>(null);

  // The page
  selected = $state<string | null>(router.path === "/" ? router.get("ref") || null : null);
  pane = $state<Pane>("inbox");
  owed = $state<Owed>(owedFrom(router.get("owed")));
  search = $state(router.path === "/" ? router.get("q") : "");
  /** The stretch of time that inbox, map and log are narrowed to. */
  stretch = $state.raw<Stretch>(router.path === "/" ? stretchFrom() : ALWAYS);
  pickedPlace = $state.raw<{ lat: number; lon: number } | null>(null);
  /** Where the map should look; written by what names a place. */
  look = $state.raw<{ lat: number; lon: number } | null>(null);
  help = $state(false);
  palette = $state(false);
  ready = $state(false);

  // Time and the stream
  readonly clock = new ServerClock(() => performance.now());
  now = $state(Date.now() * 1000);
  /** Server time at which the stream was lost; null while it is there. */
  lostAt = $state<number | null>(null);

  readonly client = new Client(() => this.#end(), () => preferences.language);
  readonly held = new Incidents(this.client);
  readonly log = new Logbook(this.client, () => ({ room: this.room, search: this.search, stretch: this.stretch }));
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
  readonly shownRecords = $derived(this.past.on ? this.past.records : this.log.records);
  readonly shownTotal = $derived(this.past.on ? this.past.total : this.log.total);
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

  /** The position in the stream from which on news are not taken in; null: all are. */
  #since: string | null = null;
  readonly #refresher = new Refresher<Part>({
    may: () => this.#stop !== null,
    load: (part) => this.#load(part),
    failed: (reason) => this.tell(reason),
    done: () => (this.ready = true),
  });
  #stop: (() => void) | null = null;
  readonly #heard = new Heard();

  constructor() {
    router.onReturn(() => this.#return());
  }

  // Signing in -----------------------------------------------------------------------

  async begin(): Promise<void> {
    const session = expected() ? await this.client.session().catch((error: unknown) => (this.tell(error), null)) : null;
    const opened = this.#enter(session);
    this.asked = true;
    await opened;
  }

  /** Goes on with a session, however it was opened; one of a one-time password opens nothing yet. */
  async enterWith(session: SessionView): Promise<void> {
    this.ended = false;
    await this.#enter(session);
  }

  async #enter(session: SessionView | null): Promise<void> {
    entered(session !== null);
    // What the page shows is asked for before it is made.
    const opened = session && !session.must_choose ? this.#open() : null;
    this.session = session;
    await opened;
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
    entered(false);
    this.#stop?.();
    this.#stop = null;
    this.session = null;
    this.view = null;
    this.items = [];
    this.held.clear();
    this.calls = [];
    this.log.clear();
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

  /** Calls `hearer` with what changes; returns what ends it. */
  hear(hearer: Hearer): () => void {
    return this.#heard.hear(hearer);
  }

  #changed(subjects: readonly string[], before: string): void {
    this.#heard.tell(subjects);
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
    this.#heard.tell(null);
  }

  /** Asks for parts again, soon and together. */
  refresh(...parts: readonly Part[]): void {
    this.#refresher.refresh(...parts);
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
      case "items":
        return this.loadItems();
      case "incidents":
        await this.held.load(room, () => room === this.room);
        break;
      case "ground": {
        const [ground, tracks] = await Promise.all([this.client.ground(room), this.client.tracks(room)]);
        if (room === this.room) [this.ground, this.tracks] = [ground, tracks];
        break;
      }
      case "log":
        await this.log.load();
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

  async loadItems(): Promise<void> {
    const room = this.room;
    const items = await this.client.inbox(room);
    if (room === this.room) this.items = items;
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
    else this.log.take(news.records, news.total);
    await this.held.take(news.marks, news.titles);
  }

  older(): Promise<void> {
    const loaded = this.past.on ? this.past.older() : this.log.older();
    return loaded.catch((error: unknown) => this.tell(error));
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
    this.log.clear();
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
    this.log.clear();
    this.selected = null;
    this.record = null;
    this.remember();
    this.everything();
    this.past.again();
  }

  /** Writes room, filters and selection into the address. */
  remember(): void {
    const onWatch = router.path === "/";
    router.put({ room: this.room, ...(onWatch ? { owed: this.owed === "all" ? null : this.owed, q: this.search, ref: this.selected, from: timeText(this.stretch.since), to: timeText(this.stretch.until), at: timeText(this.past.at), side: this.past.on ? this.past.side : null } : {}) });
  }

  /** Follows the address after back and forward. */
  #return(): void {
    this.enter(router.get("room") || null);
    if (router.path !== "/") return;
    this.owed = owedFrom(router.get("owed"));
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

  // Telling -----------------------------------------------------------------------

  say(tone: Notice["tone"], text: string, undo?: () => void): void {
    notices.say(tone, text, undo);
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
    return partyOf(this.view, id);
  }

  shortName(id: string): string {
    return shortName(this.view, id, preferences.language);
  }

  partyName(id: string): string {
    return partyName(this.view, id, preferences.language);
  }
}

export const desk = new Desk();
