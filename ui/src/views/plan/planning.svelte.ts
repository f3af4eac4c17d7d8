/** What one open Plan screen knows: the plan's ground, its questions in the address, the newest answers. */

import { ApiError } from "../../api/client";
import { askPlan, planOf } from "../../api/plan";
import type { DividendView, PlanView, ReachView, SitedView } from "../../api/types";
import { fromAddress, toAddress, USUAL, USUAL_JOINTNESS, weightsFrom, weightsTo, type Jointness, type Scenario, type Weights } from "../../model/plan";
import { unique } from "../../model/unique";
import { desk } from "../desk.svelte";
import { router } from "../router.svelte";

export type Slot = "a" | "b";
export const SLOTS: readonly Slot[] = ["a", "b"];
const PAUSE_MS = 180;

/** What both scenarios and the dividend share. */
interface Shared {
  readonly weights: Weights;
  readonly spread_provinces: boolean;
}
export type SiteQuestion = Scenario & Shared;
export type JointnessQuestion = Pick<Jointness, "answer_s" | "answer_p90_s" | "kinds" | "open" | "runs"> & Shared;
type ReachQuestion = SiteQuestion & { readonly candidates: readonly number[] };
/** So many grounds are kept to show an answer by: those of two scenarios, before and after a change. */
const VIEWS = 4;

/** One kind of question: the newest answer, what was asked for it, whether another is on its way, and what went wrong. */
export class Question<Q extends object, T extends object> {
  answer = $state.raw<T | null>(null);
  /** What `answer` is of: while the next is on its way, another than what stands in the address. */
  of = $state.raw<Q | null>(null);
  busy = $state(false);
  problem = $state.raw<ApiError | null>(null);
  /** The question that was asked for last; written by `ask`. */
  #asked = "";

  constructor(
    readonly what: "site" | "reach" | "dividend",
    readonly asker: string,
  ) {}

  async ask(question: Q): Promise<void> {
    const key = JSON.stringify(question);
    if (key === this.#asked && !this.problem) return;
    this.#asked = key;
    this.busy = true;
    try {
      const answer = await askPlan<T>(desk.client, desk.room, this.what, { ...question, asker: this.asker });
      if (key !== this.#asked) return;
      this.answer = answer;
      this.of = question;
      this.problem = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (key !== this.#asked) return;
      // The network may have let an older question overtake this one.
      if (error.code === "superseded") return await this.renew();
      this.problem = error;
    } finally {
      if (key === this.#asked) this.busy = false;
    }
  }

  /** Asks the same again: what it rests on has changed. */
  async renew(): Promise<void> {
    const key = this.#asked;
    if (!key) return;
    this.#asked = "";
    await this.ask(JSON.parse(key) as Q);
  }

  /** Forgets the answer, so that one that is still on its way is nobody's. */
  forget(): void {
    this.#asked = "";
    this.answer = null;
    this.of = null;
    this.problem = null;
    this.busy = false;
  }
}

export class Planning {
  readonly #id = unique();
  view = $state.raw<PlanView | null>(null);
  problem = $state.raw<ApiError | null>(null);
  readonly sited: Readonly<Record<Slot, Question<SiteQuestion, SitedView>>> = { a: new Question("site", `${this.#id}-a`), b: new Question("site", `${this.#id}-b`) };
  readonly reached: Readonly<Record<Slot, Question<ReachQuestion, ReachView>>> = { a: new Question("reach", `${this.#id}-a`), b: new Question("reach", `${this.#id}-b`) };
  readonly dividend = new Question<JointnessQuestion, DividendView>("dividend", `${this.#id}-d`);
  readonly simulated = new Question<JointnessQuestion, DividendView>("dividend", `${this.#id}-s`);

  /** What was moved and is not in the address yet. */
  #moved = $state.raw<Readonly<Record<string, string | null>>>({});
  #timer = 0;

  #said(name: string): string {
    return name in this.#moved ? (this.#moved[name] ?? "") : router.get(name);
  }

  readonly tab = $derived<"site" | "dividend">(router.get("view") === "dividend" ? "dividend" : "site");
  readonly comparing = $derived(router.query.has("b"));
  readonly slots = $derived<readonly Slot[]>(this.comparing ? SLOTS : ["a"]);
  readonly scenarios: Readonly<Record<Slot, Scenario>> = $derived({ a: fromAddress(this.#said("a"), USUAL), b: fromAddress(this.#said("b"), USUAL) });
  readonly jointness: Jointness = $derived(fromAddress(this.#said("d"), USUAL_JOINTNESS));
  readonly weights: Weights = $derived(weightsFrom(this.#said("w")));
  readonly spread = $derived(router.get("spread") === "1");
  readonly area = $derived(router.get("area") === "1");
  /** What both scenarios and the dividend share. */
  readonly shared = $derived<Shared>({ weights: this.weights, spread_provinces: this.spread });

  get #answers() {
    return [this.sited.a, this.sited.b, this.dividend];
  }

  async load(): Promise<void> {
    const mine = ++this.#loads;
    this.problem = null;
    try {
      const view = await planOf(desk.client, desk.room, this.spread);
      if (mine !== this.#loads) return;
      this.#views = [view, ...this.#views.filter((one) => one.ground !== view.ground)].slice(0, VIEWS);
      this.view = view;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine === this.#loads) this.problem = error;
    }
  }

  /** The ground that an answer is of: its places are numbered as there. */
  under(answer: { readonly ground: string } | null, newest: PlanView): PlanView {
    return this.#views.find((one) => one.ground === answer?.ground) ?? newest;
  }

  /** Reads what a plan is made from anew, when an answer is of another ground than the screen shows. */
  follow(question: Question<Shared, { readonly ground: string }>): void {
    const { answer, of } = question;
    // An answer from before the provinces were spread, or not, is of its own ground, and the next is on its way.
    if (!answer || !this.view || of?.spread_provinces !== this.spread) return;
    if (answer.ground === this.view.ground || answer.ground === this.#followed) return;
    this.#followed = answer.ground;
    void this.load().then(() => {
      for (const held of this.#answers) if (held.answer && held.answer.ground !== this.view?.ground) void held.renew();
    });
  }

  /** Asks everything anew in the room that is open now: another drill, or the live desk. */
  async enter(): Promise<void> {
    await this.load();
    for (const held of this.#answers) void held.renew();
  }
  /** The ground that was read anew for last; written by `follow`, so that none is read for twice. */
  #followed = "";
  /** The grounds of the newest answers, the newest first; written by `load`. */
  #views = $state.raw<readonly PlanView[]>([]);
  #loads = 0;

  // What the officer changes: at once on the screen, a moment later in the address and to the node.

  change(slot: Slot, part: Partial<Scenario>): void {
    this.#move({ [slot]: toAddress({ ...this.scenarios[slot], ...part }, USUAL) || "usual" });
  }

  changeJointness(part: Partial<Jointness>): void {
    this.#move({ d: toAddress({ ...this.jointness, ...part }, USUAL_JOINTNESS) || null });
  }

  weigh(key: string, value: number | null): void {
    const rest = Object.fromEntries(Object.entries(this.weights).filter(([held]) => held !== key));
    this.#move({ w: weightsTo(value === null ? rest : { ...rest, [key]: value }) || null });
  }

  weighAsUsual(): void {
    this.#move({ w: null });
  }

  /** Begins to compare with a copy of A that is asked per side, or ends it. */
  compare(on: boolean): void {
    const other = { ...this.scenarios.a, mode: this.scenarios.a.mode === "joint" ? "separate" : "joint" } as const;
    if (!on) this.sited.b.forget();
    // What was moved in B a moment ago is of the B that ends here.
    this.#moved = Object.fromEntries(Object.entries(this.#moved).filter(([name]) => name !== "b"));
    router.put({ b: on ? toAddress(other, USUAL) || "usual" : null });
  }

  put(values: Readonly<Record<string, string | null>>): void {
    router.put(values);
  }

  #move(values: Readonly<Record<string, string | null>>): void {
    this.#moved = { ...this.#moved, ...values };
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      const moved = this.#moved;
      router.put(moved);
      this.#moved = {};
    }, PAUSE_MS);
  }

  close(): void {
    window.clearTimeout(this.#timer);
    for (const question of [this.sited.a, this.sited.b, this.reached.a, this.reached.b, this.dividend, this.simulated]) question.forget();
  }

  // What is asked -----------------------------------------------------------------------

  solve(slot: Slot): void {
    void this.sited[slot].ask({ ...fromAddress(router.get(slot), USUAL), weights: weightsFrom(router.get("w")), spread_provinces: this.spread });
  }

  /** Asks for the area that the sites of the newest answer reach. */
  reach(slot: Slot): void {
    const asked = this.#area(slot);
    if (!this.area || !asked) return this.reached[slot].forget();
    void this.reached[slot].ask(asked);
  }

  /** The area of the sites that are shown, null while it is on its way. */
  areaOf(slot: Slot): ReachView | null {
    const { answer, of } = this.reached[slot];
    return answer && JSON.stringify(of) === JSON.stringify(this.#area(slot)) ? answer : null;
  }

  #area(slot: Slot): ReachQuestion | null {
    const { answer, of } = this.sited[slot];
    return answer?.sites.length && of ? { ...of, candidates: answer.sites.map((site) => site.candidate) } : null;
  }

  valueJointness(): void {
    const { answer_s, answer_p90_s, kinds, open } = fromAddress(router.get("d"), USUAL_JOINTNESS);
    void this.dividend.ask({ answer_s, answer_p90_s, kinds, open, weights: weightsFrom(router.get("w")), spread_provinces: this.spread, runs: 0 });
  }

  simulate(): void {
    void this.simulated.ask({ ...this.jointness, ...this.shared });
  }
}
