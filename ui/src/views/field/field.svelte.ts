/** The open field page: what the node said last, what this phone still has to send, and what the officer does. */

import { ApiError } from "../../api/client";
import { FieldClient } from "../../api/field";
import { listen } from "../../api/live";
import type { FieldPage, FieldTasking, SessionView } from "../../api/types";
import { again, forgettable, placed, standing, takesBack, taskingNow, unitNow, type Part, type QueuedAct } from "../../model/queue";
import { unique } from "../../model/unique";
import { preferences } from "../preferences.svelte";
import { router } from "../router.svelte";
import { alarm } from "./alarm.svelte";
import { here, placeOf, type Fix } from "./here.svelte";
import { Sender } from "./sender";
import { Store } from "./store";

const SIGNED_IN = "sarhad.signed-in";
const UNIT = "sarhad.field.unit";
/** So long an act can be taken back, and waits for its position. */
const GRACE_MS = 4_000;
const PLACE_MS = 8_000;
const SOON_MS = 150;
const LATER_MS = 10_000;
const TICK_MS = 15_000;

interface Me {
  readonly party: string;
  readonly officer: string;
  readonly roles: readonly string[];
}

interface Seen {
  readonly view: FieldPage;
  /** Device time (ms) at which it was asked for. */
  readonly askedAt: number;
}

export type Sheet = "report" | "photo" | "decline" | "menu" | null;

class Field {
  phase = $state<"starting" | "page">("starting");
  session = $state.raw<SessionView | null>(null);
  /** Who was signed in last on this phone: whose queue it is while there is no link. */
  me = $state.raw<Me | null>(null);
  ended = $state(false);
  view = $state.raw<FieldPage | null>(null);
  askedAt = $state(0);
  acts = $state.raw<readonly QueuedAct[]>([]);
  sending = $state<string | null>(null);
  /** Device time (ms) since which the node does not answer; null while it does. */
  lostAt = $state<number | null>(null);
  lasting = $state(true);
  trouble = $state.raw<ApiError | null>(null);
  room = $state<string | null>(router.get("room") || null);
  unit = $state<string | null>(localStorage.getItem(UNIT));
  sheet = $state<Sheet>(null);
  /** Which tasking the decline sheet is about, and which refused act a report is written anew from. */
  declined = $state.raw<FieldTasking | null>(null);
  rewritten = $state.raw<QueuedAct | null>(null);
  tick = $state(Date.now());
  #skew = $state(0);

  /** What is done with a position that the phone follows; written by acting.ts. */
  followed: (fix: Fix) => void = () => undefined;

  readonly client = new FieldClient(() => this.#end(), () => preferences.language);
  readonly now = $derived(this.tick * 1000 + this.#skew);
  readonly mine = $derived(this.acts.filter((act) => act.party === this.me?.party && act.officer === this.me.officer));
  readonly others = $derived(this.acts.filter((act) => act.state !== "sent" && !this.mine.includes(act)));
  readonly standing = $derived(standing(this.mine));
  readonly units = $derived([...new Set([this.view?.unit?.ref ?? "", this.view?.officer.unit ?? "", ...(this.view?.taskings ?? []).map((one) => one.unit)])].filter(Boolean));
  readonly unitNow = $derived(unitNow(this.units, this.view?.unit?.last ?? null, this.mine, this.room));
  readonly taskings = $derived((this.view?.taskings ?? []).map((one) => ({ ...one, status: taskingNow(one, this.mine, this.room, this.askedAt) })));
  readonly open = $derived(this.taskings.filter((one) => one.status !== "closed" && one.status !== "declined"));
  readonly current = $derived(this.open[0] ?? null);
  /** The tasking on whose place the unit is to arrive. */
  readonly toArrive = $derived(this.open.find((one) => one.status === "accepted" || one.status === "en-route") ?? null);
  readonly zone = $derived(this.view?.manifest?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  readonly zones = $derived([...new Set([this.zone, ...(this.view?.partners ?? []).map((one) => one.zone)])]);

  #store!: Store;
  #sender!: Sender;
  #stop: (() => void) | null = null;
  #loading = false;
  #wanted = false;
  #soon = 0;
  #heard: readonly string[] = [];
  #told = new BroadcastChannel("sarhad-field");

  /** Shows what is kept, then asks the node. */
  async begin(): Promise<void> {
    this.#store = await Store.open();
    this.lasting = this.#store.lasting;
    this.#sender = new Sender({
      store: this.#store,
      client: this.client,
      who: () => this.session,
      reload: () => this.#reload(),
      changed: (act) => this.#changed(act),
      busy: (id) => (this.sending = id),
      reached: (answered) => (answered ? this.#found() : this.#lost()),
      renew: () => this.#sign(),
    });
    this.me = await this.#store.kept<Me>("me");
    this.#skew = (await this.#store.kept<number>("skew")) ?? 0;
    this.#heard = (await this.#store.kept<readonly string[]>("heard")) ?? [];
    await this.#reload();
    await this.#show();
    this.phase = "page";
    this.#told.onmessage = () => void this.#reload().then(() => this.#sender.kick());
    document.addEventListener("visibilitychange", () => this.#seen());
    window.addEventListener("online", () => this.wake());
    window.addEventListener("offline", () => this.#lost());
    window.setInterval(() => this.#beat(), TICK_MS);
    here.begin((fix) => this.followed(fix));
    void navigator.storage?.persist?.();
    await this.#connect();
  }

  // Who -----------------------------------------------------------------------

  async signIn(officer: string, password: string): Promise<void> {
    await this.#signed(await this.client.signIn(officer, password));
    await this.#connect();
  }

  async signOut(): Promise<void> {
    await this.client.signOut().catch((error: unknown) => this.#tell(error));
    await this.#store.forget();
    this.#end();
    this.ended = false;
    this.view = null;
    this.me = null;
  }

  async #sign(): Promise<void> {
    try {
      // Asked only where an officer signed in before: a refusal would stand as an error in the console.
      const session = localStorage.getItem(SIGNED_IN) ? await this.client.session() : null;
      this.#found();
      if (session) await this.#signed(session);
      else this.#end();
    } catch (error) {
      this.#tell(error);
    }
  }

  async #signed(session: SessionView): Promise<void> {
    localStorage.setItem(SIGNED_IN, "yes");
    // A one-time password is good for choosing an own one, which is done at the desk's sign-in.
    if (session.must_choose) return location.assign("/");
    this.session = session;
    this.ended = false;
    const me = { party: session.party, officer: session.officer, roles: session.roles };
    if (this.me && (this.me.officer !== me.officer || this.me.party !== me.party)) this.view = null;
    this.me = me;
    await this.#store.keep("me", me);
  }

  #end(): void {
    localStorage.removeItem(SIGNED_IN);
    this.ended = this.session !== null || this.ended;
    this.session = null;
    this.#stop?.();
    this.#stop = null;
  }

  /** Signs in with the cookie that is there, opens the stream, fetches the page and sends what waits. */
  async #connect(): Promise<void> {
    if (!this.session) await this.#sign();
    if (!this.session) return;
    this.#stop ??= listen(
      {
        changed: (subjects) => this.#news(subjects),
        resync: () => this.refresh(),
        link: () => undefined,
        alive: (heard) => (heard ? this.#back() : this.#lost()),
        ended: () => this.#end(),
      },
      // A page that nobody looks at tries seldom; `wake` tries at once when it is looked at.
      () => (document.visibilityState === "visible" ? 3_000 : 60_000),
    );
    await this.refresh();
    this.#sender.kick();
  }

  /** Tries at once what waits for the link. */
  wake(): void {
    this.tick = Date.now();
    if (this.lostAt !== null) {
      this.#stop?.();
      this.#stop = null;
    }
    void this.#connect();
  }

  /** Ages go on while somebody looks; a start without a link tries again, as no stream does it then. */
  #beat(): void {
    if (document.visibilityState !== "visible") return;
    this.tick = Date.now();
    if (this.lostAt !== null && !this.session && this.me) void this.#connect();
  }

  #seen(): void {
    if (document.visibilityState === "visible") this.wake();
  }

  #lost(): void {
    this.lostAt ??= Date.now();
  }

  #found(): void {
    this.lostAt = null;
    this.tick = Date.now();
  }

  #back(): void {
    const lost = this.lostAt !== null;
    this.#found();
    if (lost) this.#sender.kick();
  }

  #tell(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 0) this.#lost();
    else if (error.status !== 401) this.trouble = error;
  }

  // Keeping current -----------------------------------------------------------------------

  #news(subjects: readonly string[]): void {
    const incidents = new Set((this.view?.taskings ?? []).map((one) => `incident/${one.incident}`));
    const ours = subjects.some((one) => incidents.has(one) || this.units.some((unit) => one === `tasking/${unit}`));
    const near = ours || subjects.some((one) => one === "ground" || one.startsWith("record/"));
    if (!near || (!ours && document.visibilityState !== "visible")) return;
    if (ours) window.clearTimeout(this.#soon);
    else if (this.#soon) return;
    this.#soon = window.setTimeout(() => void this.refresh(), ours ? SOON_MS : LATER_MS);
  }

  async refresh(): Promise<void> {
    window.clearTimeout(this.#soon);
    this.#soon = 0;
    this.#wanted = true;
    if (this.#loading) return;
    this.#loading = true;
    while (this.#wanted && this.session) {
      this.#wanted = false;
      await this.#load();
    }
    this.#loading = false;
  }

  async #load(): Promise<void> {
    const bound = !this.me?.roles.some((role) => role === "duty" || role === "commander");
    const [unit, room, askedAt] = [bound ? null : this.unit, this.room, Date.now()];
    try {
      const view = await this.client.field(unit, room);
      if (room !== this.room || unit !== (bound ? null : this.unit)) return void (this.#wanted = true);
      this.#skew = view.now_us - ((askedAt + Date.now()) / 2) * 1000;
      this.trouble = null;
      this.#found();
      await this.#take({ view, askedAt });
      await Promise.all([this.#store.keep(this.#shelf(), { view, askedAt }), this.#store.keep("skew", this.#skew)]);
    } catch (error) {
      // A unit that is gone, or that this officer may not speak for: choose again.
      if (error instanceof ApiError && unit && (error.status === 404 || error.status === 403)) this.choose(null);
      this.#tell(error);
    }
  }

  #shelf(): string {
    return `view|${this.me?.party}|${this.me?.officer}|${this.room ?? ""}|${this.unit ?? ""}`;
  }

  async #show(): Promise<void> {
    const seen = this.me && (await this.#store.kept<Seen>(this.#shelf()));
    this.view = seen?.view ?? null;
    this.askedAt = seen?.askedAt ?? 0;
  }

  async #take({ view, askedAt }: Seen): Promise<void> {
    this.view = view;
    this.askedAt = askedAt;
    this.tick = Date.now();
    // How far an order is shows at once, where the officer has allowed it; nobody is asked, and nothing is located unseen.
    const placed = this.open.some((one) => one.place ?? one.incident_place);
    if (placed && !here.fix && document.visibilityState === "visible") void here.findIfAllowed();
    const orders = this.taskings.filter((one) => one.status === "ordered");
    alarm.quiet(alarm.ringing.filter((ref) => !orders.some((one) => one.order === ref)));
    const t = preferences.t;
    for (const one of orders) if (!this.#heard.includes(one.order)) alarm.ring(one.order, t("afield.alarm"), one.text?.text ?? one.title?.text ?? "");
  }

  /** The officer has looked at the orders that ring. */
  async silence(): Promise<void> {
    this.#heard = [...this.#heard, ...alarm.ringing].slice(-50);
    alarm.quiet(alarm.ringing);
    await this.#store.keep("heard", $state.snapshot(this.#heard));
  }

  enter(room: string | null): void {
    this.room = room;
    router.put({ room });
    this.view = null;
    void this.#show().then(() => this.refresh());
  }

  choose(unit: string | null): void {
    this.unit = unit;
    if (unit) localStorage.setItem(UNIT, unit);
    else localStorage.removeItem(UNIT);
    this.view = unit && this.view ? { ...this.view, unit: null, taskings: [] } : this.view;
    void this.refresh();
  }

  // The queue -----------------------------------------------------------------------

  async #reload(): Promise<readonly QueuedAct[]> {
    const acts = await this.#store.acts();
    const gone = forgettable(acts, Date.now());
    await Promise.all(gone.map((act) => this.#store.drop(act)));
    this.acts = acts.filter((act) => !gone.includes(act));
    return this.acts;
  }

  #changed(act: QueuedAct): void {
    this.acts = this.acts.map((held) => (held.id === act.id ? act : held));
    if (act.state === "sent") void this.refresh();
  }

  /** Keeps an act on this phone, then sends it when it may go.  Resolves once it is kept. `graceMs` 0: at once. */
  async perform(did: string, parts: readonly Part[], files: ReadonlyMap<string, Blob> = new Map(), graceMs = GRACE_MS): Promise<QueuedAct | null> {
    const me = this.me;
    if (!me) return null;
    const wanted = parts.some((part) => part.what === "record" && part.placeWanted);
    const [made, at] = [Date.now(), this.clock()];
    const heldUntil = graceMs ? made + (wanted ? Math.max(graceMs, PLACE_MS) : graceMs) : 0;
    const act = await this.#store.add(
      { id: unique(), party: me.party, officer: me.officer, room: this.room, did, at, heldUntil, parts, state: "waiting", tries: 0, begun: false, trouble: null, sentAt: null },
      files,
    );
    this.acts = [...this.acts, act];
    this.#told.postMessage("new");
    this.#sender.kick(true);
    if (wanted && graceMs) void this.#place(act.id, made + graceMs);
    return act;
  }

  async #place(id: string, until: number): Promise<void> {
    const fix = await here.find(PLACE_MS - 1_000);
    const act = (await this.#reload()).find((held) => held.id === id);
    if (!act || act.begun) return;
    const now = placed(act, fix && placeOf(fix), until);
    await this.#store.change(now);
    this.#changed(now);
    this.#sender.kick();
  }

  /** The time now as the node would say it, µs UTC. */
  clock(): number {
    return Math.round(Date.now() * 1000 + this.#skew);
  }

  async takeBack(act: QueuedAct): Promise<void> {
    const held = (await this.#reload()).find((one) => one.id === act.id);
    if (held && (takesBack(held) || held.state === "refused")) await this.#store.drop(held);
    await this.#reload();
    this.#told.postMessage("changed");
  }

  async sendAgain(act: QueuedAct): Promise<void> {
    await this.#store.change(again(act));
    await this.#reload();
    this.#sender.kick();
  }
}

export const field = new Field();
