/** Verifying a bundle: every proof in it, with nothing but the file.  spec/bundle.md states the checks. */
import { commitment, equal, exactJson, Fault, fingerprint, hex, join, sha256, text, unbase64, utf8, within } from "./bytes";
import kinds from "./kinds.json";
import { KeyRing, partyOf, type KeyFile } from "./keys";
import { Frontier, openProof } from "./note";
import { Kept, rowsOf, type Row } from "./rows";
import { Zip } from "./zip";

interface LogIndex {
  checkpoints: number;
  log: string;
  origin: string;
  party: string;
  proofs: number;
  records: number;
  size: number;
}

interface FileIndex {
  sha256: string;
  size: number;
}

interface Index {
  attachments: FileIndex[];
  audience: string;
  by: string;
  format: string;
  logs: LogIndex[];
  made_at: number;
  page: FileIndex | null;
}

export interface Problem {
  file: string;
  log: string;
  seq: number | null;
  what: string;
}

export interface LogVerdict extends LogIndex {
  fingerprint: string;
  pinned: boolean;
}

export interface Verdict {
  ok: boolean;
  problems: Problem[];
  logs: LogVerdict[];
  rows: Row[];
  by: string;
  audience: string;
  pinned: boolean;
}

interface Body {
  at: number;
  by: string;
  data: Record<string, unknown>;
  exercise?: string;
  kind: string;
  party: string;
  seen?: { log: string; root: string; size: number }[];
  v: number;
}

const ACTS = new Set<string>(kinds.acts);
const KNOWN = new Set<string>(kinds.known);
const PAYLOAD = "application/vnd.sarhad.record+json";
const INDEX = "sarhad-bundle.json";
const README = "README.txt";
const PAGE = "verify.html";

/** Verifies `raw`; whatever it holds is in the verdict.  `pins`: party or log to fingerprint. */
export function verifyBundle(raw: Uint8Array, pins: Record<string, string> = {}): Verdict {
  const verdict: Verdict = { ok: false, problems: [], logs: [], rows: [], by: "", audience: "", pinned: Object.keys(pins).length > 0 };
  try {
    new Check(raw, pins, verdict).run();
  } catch (error) {
    report(verdict, error);
  }
  verdict.ok = verdict.problems.length === 0;
  if (!verdict.ok) verdict.rows = [];
  return verdict;
}

function report(verdict: Verdict, error: unknown): void {
  const fault = error instanceof Fault ? error : new Fault(`not readable: ${error instanceof Error ? error.message : String(error)}`);
  verdict.problems.push({ file: fault.file, log: fault.log, seq: fault.seq, what: fault.what });
}

class Check {
  private readonly ring = new KeyRing();
  private readonly kept = new Kept();
  private readonly zip: Zip;
  private readonly index: Index;

  constructor(
    raw: Uint8Array,
    private readonly pins: Record<string, string>,
    private readonly verdict: Verdict,
  ) {
    this.zip = new Zip(raw);
    this.index = within(INDEX, "", null, () => exactJson(text(this.zip.read(INDEX)))) as Index;
    verdict.by = String(this.index.by);
    verdict.audience = String(this.index.audience);
  }

  run(): void {
    within(INDEX, "", null, () => this.form());
    this.keys();
    for (const log of this.index.logs) {
      let print = "";
      try {
        print = this.log(log);
        this.identity(log, print);
      } catch (error) {
        report(this.verdict, error);
      }
      this.verdict.logs.push({ ...log, fingerprint: print, pinned: this.pin(log.log) !== undefined });
    }
    this.files();
    if (this.verdict.problems.length === 0) this.verdict.rows = rowsOf(this.kept, this.index.logs.map((log) => log.log));
  }

  private pin(log: string): string | undefined {
    return this.pins[log] ?? this.pins[partyOf(log)];
  }

  private form(): void {
    const { index } = this;
    const names = index.logs.map((log) => log.log);
    const fields = ["attachments", "audience", "by", "format", "logs", "made_at", "page"];
    if (Object.keys(index).join() !== fields.join() || index.format !== "sarhad-bundle/v1") throw new Fault("not the index of a bundle of this version");
    if (names.length === 0 || names.some((name, i) => i > 0 && name <= (names[i - 1] ?? name)) || !names.includes(index.by)) throw new Fault("the logs are not in order, or the maker's is not among them");
    const named = new Set([INDEX, README, ...index.attachments.map((a) => `attachments/${a.sha256}`), ...(index.page === null ? [] : [PAGE])]);
    for (const log of index.logs) {
      if (Object.keys(log).join() !== "checkpoints,log,origin,party,proofs,records,size" || log.party !== partyOf(log.log) || !/^[a-z][a-z0-9.-]{0,40}$/.test(log.log)) throw new Fault(`the log ${log.log} contradicts itself`);
      for (const name of ["commitments", "checkpoint", "checkpoints.jsonl", "records.jsonl"]) named.add(`logs/${log.log}/${name}`);
      named.add(`keys/${log.log}.json`).add(`keys/${log.log}.policy`);
    }
    const proofs = [...this.zip.members.keys()].filter((name) => !named.has(name));
    for (const name of proofs) if (!names.some((log) => name.startsWith(`logs/${log}/proofs/`))) throw new Fault("in the zip, but the index does not name it", name);
    if (proofs.length !== index.logs.reduce((sum, log) => sum + log.proofs, 0)) throw new Fault("the number of proof files is not what the index says");
    for (const name of named) if (!this.zip.members.has(name)) throw new Fault("missing from the bundle", name);
  }

  private keys(): void {
    for (const log of this.index.logs) {
      within(`keys/${log.log}.json`, log.log, null, () => {
        const file = exactJson(text(this.zip.read(`keys/${log.log}.json`))) as KeyFile;
        if (Object.keys(file).join() !== "fingerprint,keys,log,origin,party") throw new Fault("not a key file");
        if (file.log !== log.log || file.origin !== log.origin || file.party !== log.party) throw new Fault("the key file is of another log than the index says");
        this.ring.add(file);
      });
    }
    for (const log of this.index.logs) {
      const name = `keys/${log.log}.policy`;
      if (!equal(this.zip.read(name), this.ring.policy(log.log))) throw new Fault("the policy does not say what the keys say", name, log.log);
    }
  }

  private log(log: LogIndex): string {
    const folder = `logs/${log.log}`;
    const commitments = this.zip.read(`${folder}/commitments`);
    if (log.size === 0 || commitments.length !== 32 * log.size) throw new Fault("not 32 bytes for each entry", `${folder}/commitments`, log.log);
    this.checkpoints(log, commitments);
    const file = `${folder}/records.jsonl`;
    let print = "";
    let last = -1;
    let floor = 0;
    const opened: number[] = [];
    for (const raw of this.lines(file)) {
      const line = within(file, log.log, null, () => exactJson(raw)) as { body: string; salt: string; seq: number; sig?: string };
      const seq = line.seq;
      within(file, log.log, seq, () => {
        if (!Number.isSafeInteger(seq) || seq <= last || seq >= log.size) throw new Fault(`entry ${seq} is out of order`);
        const fields = Object.keys(line).join();
        if (fields !== "body,salt,seq" && fields !== "body,salt,seq,sig") throw new Fault("not a line of an opened entry");
        const body = unbase64(line.body);
        const salt = unbase64(line.salt);
        const entry = commitments.subarray(32 * seq, 32 * seq + 32);
        if (salt.length !== 32 || !equal(commitment(log.origin, seq, salt, body), entry)) throw new Fault("the record does not open its commitment");
        floor = this.record(log, seq, body, line.sig === undefined ? undefined : unbase64(line.sig), floor);
      });
      if (seq === 0) print = fingerprint(unbase64(line.body));
      last = seq;
      opened.push(seq);
    }
    if (opened[0] !== 0) throw new Fault("the first entry, the manifest, is not opened", file, log.log, 0);
    if (opened.length !== log.records || (log.proofs !== 0 && log.proofs !== log.records)) throw new Fault(`the index says ${log.records} opened records; there are ${opened.length}`, file, log.log);
    const keys = this.ring.logs.get(log.log);
    if (keys?.seen !== keys?.held.length) throw new Fault("lists a manifest that is not opened", `keys/${log.log}.json`, log.log);
    if (log.proofs > 0) for (const seq of opened) this.proof(log, seq, commitments.subarray(32 * seq, 32 * seq + 32));
    return print;
  }

  private *lines(file: string): Generator<string> {
    const whole = within(file, "", null, () => text(this.zip.read(file)));
    if (whole !== "" && !whole.endsWith("\n")) throw new Fault("the last line is cut off", file);
    for (let at = 0; at < whole.length; ) {
      const end = whole.indexOf("\n", at);
      yield whole.slice(at, end);
      at = end + 1;
    }
  }

  private checkpoints(log: LogIndex, commitments: Uint8Array): void {
    const file = `logs/${log.log}/checkpoints.jsonl`;
    const newest = `logs/${log.log}/checkpoint`;
    const frontier = new Frontier();
    let floor = 0;
    let count = 0;
    const one = (note: string, size: number, name: string): void =>
      within(name, log.log, null, () => {
        if (!Number.isSafeInteger(size) || size <= frontier.size || size > log.size) throw new Fault("the checkpoints are out of order");
        while (frontier.size < size) frontier.append(commitments.subarray(32 * frontier.size, 32 * frontier.size + 32));
        const { checkpoint, by, index } = this.ring.open(log.log, note, floor);
        floor = index;
        if (checkpoint.size !== size || !equal(checkpoint.root, frontier.root())) throw new Fault(`the commitments do not give the checkpoint's root at size ${size}`);
        this.kept.checkpoint(log.log, size, hex(checkpoint.root));
        const trusted = by.filter((c) => !this.verdict.pinned || this.pin(c.by) !== undefined);
        for (const countersigner of trusted) this.kept.witnessed(log.log, countersigner.by, size, countersigner.time);
      });
    for (const raw of this.lines(file)) {
      const line = within(file, log.log, null, () => exactJson(raw)) as { note: string; size: number };
      if (Object.keys(line).join() !== "note,size" || line.size >= log.size) throw new Fault("not an earlier checkpoint", file, log.log);
      one(line.note, line.size, file);
      count++;
    }
    one(text(this.zip.read(newest)), log.size, newest);
    if (count !== log.checkpoints) throw new Fault(`the index says ${log.checkpoints} earlier checkpoints; there are ${count}`, file, log.log);
  }

  /** Checks a body's form, author, signature and keys; keeps it for the rows; returns the key floor. */
  private record(log: LogIndex, seq: number, raw: Uint8Array, signature: Uint8Array | undefined, floor: number): number {
    if (raw.length > 65536) throw new Fault("a record body holds at most 65536 bytes");
    const body = exactJson(text(raw)) as Body;
    const whole = typeof body === "object" && body !== null && typeof body.kind === "string" && typeof body.data === "object" && body.data !== null;
    if (!whole || !Number.isSafeInteger(body.at) || typeof body.by !== "string" || !Number.isSafeInteger(body.v)) throw new Fault("not a record");
    if (body.party !== log.party) throw new Fault(`the record speaks for '${body.party}'`);
    const known = body.v === 1 && KNOWN.has(body.kind);
    if (ACTS.has(body.kind) && signature === undefined) throw new Fault("an authorised act came without its signature");
    const keys = this.ring.logs.get(log.log);
    if (keys === undefined) throw new Fault("no keys");
    if (signature !== undefined) floor = keys.act(seq, floor, join(utf8(`DSSEv1 ${PAYLOAD.length} ${PAYLOAD} ${raw.length} `), raw), signature);
    if (body.kind === "manifest" || seq === 0) {
      if (!known || body.kind !== "manifest" || body.data.log !== log.log || body.data.origin !== log.origin) throw new Fault("the manifest is of another log than the index says");
      keys.meet(seq, body.data.log_key, body.data.witness_key);
    }
    this.kept.record(log.log, seq, body, known);
    return floor;
  }

  private proof(log: LogIndex, seq: number, entry: Uint8Array): void {
    const name = `logs/${log.log}/proofs/${seq}.tlog-proof`;
    within(name, log.log, seq, () => {
      const { checkpoint, note } = openProof(this.zip.read(name), seq, entry);
      this.ring.open(log.log, note, 0);
      if (!this.kept.holds(log.log, checkpoint.size, hex(checkpoint.root))) throw new Fault("the proof's checkpoint is not among the bundle's");
    });
  }

  private identity(log: LogIndex, print: string): void {
    if (this.ring.logs.get(log.log)?.file.fingerprint !== print) throw new Fault("not the fingerprint of the log's manifest", `keys/${log.log}.json`, log.log);
    const pin = this.pin(log.log);
    if (pin !== undefined && pin !== print) throw new Fault(`the manifest's fingerprint is ${print}, not the pinned ${pin}: these are other keys`, `logs/${log.log}/records.jsonl`, log.log, 0);
  }

  private files(): void {
    if (text(this.zip.read(README)) !== readme(this.index)) throw new Fault("not the text that the index gives", README);
    const files: [string, FileIndex][] = this.index.attachments.map((file) => [`attachments/${file.sha256}`, file]);
    if (this.index.page !== null) files.push([PAGE, this.index.page]);
    for (const [name, file] of files) {
      const data = this.zip.read(name);
      if (data.length !== file.size || hex(sha256(data)) !== file.sha256) throw new Fault("its content is not what its SHA-256 says", name);
    }
  }
}

function readme(index: Index): string {
  return [
    "This is a Sarhad bundle: signed records of two or more authorities, with the proofs",
    "that each record was written by whom it says, and not before and not after which time.",
    "",
    `Made by ${index.by}, for ${index.audience || "nobody named"}.`,
    ...index.logs.map((log) => `Log ${log.log} (${log.origin}): ${log.size} entries, ${log.records} opened.`),
    "",
    "To check it, with no network: open verify.html in a browser and drop this file on it,",
    "or run: sarhad verify FILE --pin PARTY=FINGERPRINT",
    "Compare the fingerprints with ones that you had from the parties by another way.",
    "A page inside a file proves nothing about that file: use a verify.html that you trust.",
    "",
    "The format is stated in spec/bundle.md; *.tlog-proof and *.policy are C2SP formats",
    "(c2sp.org/tlog-proof, c2sp.org/tlog-policy) that other tools read.",
    "",
  ].join("\n");
}
