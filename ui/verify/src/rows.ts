/** Who knew what, when: spec/bundle.md, "Testimony".  The same rows as sarhad.ledger.bundle_rows. */
import { canonical } from "./bytes";
import kinds from "./kinds.json";
import { partyOf } from "./keys";

export interface Step {
  ref: string;
  by: string;
  claimed_at: number;
  not_before_s?: number;
  not_after_s?: number;
  backdated?: boolean;
}

export type Judgement = "met" | "late" | "unproven" | "missing";
export type StepName = "delivered" | "seen" | "acknowledged" | "answered";
export const STEPS: readonly StepName[] = ["delivered", "seen", "acknowledged", "answered"];

export interface Row {
  ref: string;
  kind: string;
  party: string;
  by: string;
  claimed_at: number;
  summary: string;
  reader?: string;
  not_before_s?: number;
  not_after_s?: number;
  backdated?: boolean;
  exercise?: string;
  urgency?: string;
  countersigned_s?: number;
  delivered?: Step;
  seen?: Step;
  acknowledged?: Step;
  answered?: Step;
  agreement?: string;
  acknowledge_due_s?: number;
  acknowledge?: Judgement;
  answer_due_s?: number;
  answer?: Judgement;
}

interface Entry {
  log: string;
  seq: number;
  body: Body;
  known: boolean;
}

interface Body {
  at: number;
  by: string;
  data: Record<string, unknown>;
  exercise?: string;
  kind: string;
  party: string;
  seen?: { log: string; root: string; size: number }[];
}

interface Terms {
  clocks: { urgency: string; acknowledge_s: number; answer_s: number }[];
  parties: string[];
}

interface Span {
  log: string;
  first: number;
  last: number;
  seq: number;
}

const QUIET = new Set<string>(kinds.quiet);
const OWES_ANSWER = new Set<string>(kinds.owes_answer);
const SLACK_S = 120;
const SUMMARY = 160;
const BEST: readonly Judgement[] = ["met", "unproven", "late", "missing"];

/** What verification keeps while it reads. */
export class Kept {
  readonly entries = new Map<string, Entry>();
  readonly spans = new Map<string, Span[]>();
  readonly agreements = new Map<string, { terms: Terms; signed: Map<string, number> }>();
  private readonly roots = new Map<string, string>();
  private readonly times = new Map<string, { size: number; time: number }[]>();

  checkpoint(log: string, size: number, root: string): void {
    this.roots.set(`${log} ${size}`, root);
  }

  holds(log: string, size: number, root: string): boolean {
    return this.roots.get(`${log} ${size}`) === root;
  }

  witnessed(log: string, by: string, size: number, time: number): void {
    const key = `${log} ${by}`;
    const held = this.times.get(key);
    if (held === undefined) this.times.set(key, [{ size, time }]);
    else held.push({ size, time });
  }

  /** Time of the first countersignature of `by` at a size that `fits`. */
  first(log: string, by: string, fits: (size: number) => boolean): number | undefined {
    const found = (this.times.get(`${log} ${by}`) ?? []).filter((entry) => fits(entry.size));
    found.sort((a, b) => a.size - b.size || a.time - b.time);
    return found[0]?.time;
  }

  record(log: string, seq: number, body: Body, known: boolean): void {
    if (known && QUIET.has(body.kind)) return;
    this.entries.set(`${log}:${seq}`, { log, seq, body, known });
    const { data } = body;
    if (!known) return;
    if (body.kind === "receipt") for (const [first, last] of data.spans as [number, number][]) this.span(String(data.log), String(data.step), { log, first, last, seq });
    if (body.kind === "answer" || body.kind === "denial") this.answered(String(data.of), log, seq);
    if (body.kind === "recall-answer") this.answered(String(data.recall), log, seq);
    if (body.kind === "agreement") {
      const key = canonical(data.terms);
      const held = this.agreements.get(key) ?? { terms: data.terms as Terms, signed: new Map<string, number>() };
      if (!held.signed.has(log)) held.signed.set(log, seq);
      this.agreements.set(key, held);
    }
  }

  private answered(ref: string, log: string, seq: number): void {
    const [of, number] = ref.split(":");
    this.span(of ?? "", "answered", { log, first: Number(number), last: Number(number), seq });
  }

  private span(cited: string, step: string, span: Span): void {
    const key = `${cited} ${step} ${span.log}`;
    const held = this.spans.get(key);
    if (held === undefined) this.spans.set(key, [span]);
    else held.push(span);
  }
}

/** The rows of a bundle in which every proof held. */
export function rowsOf(kept: Kept, logs: string[]): Row[] {
  return new Rows(kept, logs).all();
}

class Rows {
  constructor(
    private readonly kept: Kept,
    private readonly logs: string[],
  ) {}

  all(): Row[] {
    const told = [...this.kept.entries.values()].filter((entry) => !(entry.known && entry.body.kind === "receipt"));
    told.sort((a, b) => (a.log === b.log ? a.seq - b.seq : a.log < b.log ? -1 : 1));
    return told.flatMap((entry) => this.of(entry));
  }

  private of(entry: Entry): Row[] {
    const named = entry.known && typeof entry.body.data.to === "string" ? entry.body.data.to : "";
    const rows: Row[] = [];
    for (const other of this.logs.filter((log) => partyOf(log) !== entry.body.party)) {
      const steps = STEPS.map((name) => [name, this.step(entry, other, name)] as const).filter(([, step]) => step !== undefined);
      if (steps.length > 0) rows.push(this.row(entry, partyOf(other), Object.fromEntries(steps)));
    }
    if (rows.length === 0 || (named !== "" && !rows.some((row) => row.reader === named))) rows.push(this.row(entry, named, {}));
    return rows;
  }

  private step(entry: Entry, other: string, name: StepName): Step | undefined {
    const spans = (this.kept.spans.get(`${entry.log} ${name} ${other}`) ?? []).filter((span) => span.first <= entry.seq && entry.seq <= span.last);
    const seq = Math.min(...spans.map((span) => span.seq));
    const receipt = this.kept.entries.get(`${other}:${seq}`);
    if (receipt === undefined) return undefined;
    return { ref: `${other}:${seq}`, by: receipt.body.by, claimed_at: receipt.body.at, ...this.bracket(receipt) };
  }

  private bracket(entry: Entry): { not_before_s?: number; not_after_s?: number; backdated?: boolean } {
    const cited = (entry.body.seen ?? []).filter((seen) => partyOf(seen.log) !== entry.body.party && this.kept.holds(seen.log, seen.size, seen.root));
    const before = cited.map((seen) => this.own(seen.log, seen.size)).filter((time) => time !== undefined);
    const parties = new Set(this.logs.map(partyOf).filter((party) => party !== entry.body.party));
    const after = [...parties].map((party) => this.covered(entry, party)).filter((time) => time !== undefined);
    const claimed = Math.floor(entry.body.at / 1_000_000);
    const notBefore = before.length > 0 ? Math.max(...before) : undefined;
    const notAfter = after.length > 0 ? Math.min(...after) : undefined;
    const wrong = (notBefore !== undefined && claimed < notBefore - SLACK_S) || (notAfter !== undefined && claimed > notAfter + SLACK_S);
    return {
      ...(notBefore === undefined ? {} : { not_before_s: notBefore }),
      ...(notAfter === undefined ? {} : { not_after_s: notAfter }),
      ...(wrong ? { backdated: true } : {}),
    };
  }

  private own(log: string, size: number): number | undefined {
    return this.kept.first(log, log, (found) => found === size);
  }

  private covered(entry: Entry, party: string): number | undefined {
    const logs = this.logs.filter((log) => partyOf(log) === party);
    const times = logs.map((by) => this.kept.first(entry.log, by, (size) => size > entry.seq)).filter((time) => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  private row(entry: Entry, reader: string, steps: Partial<Record<StepName, Step>>): Row {
    const { body } = entry;
    const urgency = entry.known && typeof body.data.urgency === "string" ? body.data.urgency : "";
    const countersigned = reader === "" ? undefined : this.covered(entry, reader);
    const row: Row = {
      ref: `${entry.log}:${entry.seq}`,
      kind: body.kind,
      party: body.party,
      by: body.by,
      claimed_at: body.at,
      summary: entry.known ? summary(body.data) : "(a kind that this version does not know)",
      ...(reader === "" ? {} : { reader }),
      ...this.bracket(entry),
      ...(body.exercise === undefined ? {} : { exercise: body.exercise }),
      ...(urgency === "" ? {} : { urgency }),
      ...(countersigned === undefined ? {} : { countersigned_s: countersigned }),
      ...steps,
    };
    return reader !== "" && urgency !== "" && countersigned !== undefined ? { ...row, ...this.deadlines(entry, row, countersigned) } : row;
  }

  private deadlines(entry: Entry, row: Row, start: number): Partial<Row> {
    const held = [...this.kept.agreements.values()]
      .filter(({ terms, signed }) => terms.parties.every((party) => [...signed.keys()].some((log) => partyOf(log) === party)))
      .filter(({ terms, signed }) => terms.parties.includes(entry.body.party) && terms.parties.includes(row.reader ?? "") && (signed.get(entry.log) ?? entry.seq) < entry.seq)
      .sort((a, b) => (b.signed.get(entry.log) ?? 0) - (a.signed.get(entry.log) ?? 0));
    const clock = held[0]?.terms.clocks.find((found) => found.urgency === row.urgency);
    if (held[0] === undefined || clock === undefined) return {};
    const acknowledgeDue = clock.acknowledge_s > 0 ? start + clock.acknowledge_s : undefined;
    const answerDue = clock.answer_s > 0 && OWES_ANSWER.has(row.kind) ? start + clock.answer_s : undefined;
    const result: Partial<Row> = { agreement: `${entry.log}:${held[0].signed.get(entry.log)}` };
    if (acknowledgeDue !== undefined) {
      const either = [judge(acknowledgeDue, row.acknowledged), judge(acknowledgeDue, row.answered)];
      either.sort((a, b) => BEST.indexOf(a) - BEST.indexOf(b));
      Object.assign(result, { acknowledge_due_s: acknowledgeDue, acknowledge: either[0] });
    }
    if (answerDue !== undefined) Object.assign(result, { answer_due_s: answerDue, answer: judge(answerDue, row.answered) });
    return result;
  }
}

function judge(due: number, step: Step | undefined): Judgement {
  if (step === undefined) return "missing";
  if (step.not_after_s !== undefined && step.not_after_s <= due) return "met";
  return step.not_before_s !== undefined && step.not_before_s > due ? "late" : "unproven";
}

/** The record's own words, shortened: its text, its title, its name. */
function summary(data: Record<string, unknown>): string {
  for (const name of ["text", "title", "names", "reason"]) {
    const value = data[name] as { text?: string; en?: string } | undefined;
    const found = value?.text ?? value?.en;
    if (found) {
      const points = Array.from(found);
      return points.length <= SUMMARY ? found : `${points.slice(0, SUMMARY - 1).join("")}…`;
    }
  }
  return "";
}
