/** Whose keys: spec/bundle.md, "Keys", and the rule of who may sign what. */
import { equal, Fault, unhex, utf8 } from "./bytes";
import { usable, verify } from "./ed25519";
import { cosigned, logKeyId, logVkey, parseCheckpoint, witnessKeyId, witnessVkey, type Checkpoint } from "./note";

export interface KeyFile {
  fingerprint: string;
  keys: { log_key: string; seq: number; witness_key: string }[];
  log: string;
  origin: string;
  party: string;
}

interface Held {
  seq: number;
  logKey: Uint8Array;
  witnessKey: Uint8Array;
}

export const partyOf = (name: string): string => name.split(":")[0]?.split(".")[0] ?? "";

export interface Countersigner {
  by: string;
  time: number;
}

export class LogKeys {
  readonly held: Held[];
  seen = 0;

  constructor(readonly file: KeyFile) {
    this.held = file.keys.map((line) => ({ seq: line.seq, logKey: unhex(line.log_key, 32), witnessKey: unhex(line.witness_key, 32) }));
    const seqs = this.held.map((held) => held.seq);
    if (seqs[0] !== 0 || seqs.some((seq, i) => i > 0 && seq <= (seqs[i - 1] ?? seq))) throw new Fault("the manifests are not in ascending order from entry 0");
    for (const held of this.held) {
      usable(held.logKey);
      usable(held.witnessKey);
    }
  }

  /** Indexes of the keys that may sign entry (or size) `seq`, newest first, none below `floor`. */
  candidates(seq: number, floor: number): number[] {
    const newest = Math.max(0, this.held.filter((held) => held.seq < seq).length - 1);
    const low = Math.min(floor, newest);
    return Array.from({ length: newest - low + 1 }, (_, i) => newest - i);
  }

  key(index: number): Uint8Array {
    const held = this.held[index];
    if (held === undefined) throw new Fault("no such key");
    return held.logKey;
  }

  /** Checks an act's signature; returns the index of the key that made it. */
  act(seq: number, floor: number, message: Uint8Array, signature: Uint8Array): number {
    const candidates = this.candidates(seq, floor);
    for (const index of candidates) {
      try {
        verify(this.key(index), message, signature);
        return index;
      } catch (error) {
        if (!(error instanceof Fault) || index === candidates.at(-1)) throw error;
      }
    }
    throw new Fault("no key was in force");
  }

  meet(seq: number, logKey: unknown, witnessKey: unknown): void {
    const line = this.file.keys[this.seen];
    if (line === undefined || line.seq !== seq || line.log_key !== logKey || line.witness_key !== witnessKey) throw new Fault("the key file does not say what the signed manifest says");
    this.seen++;
  }
}

export class KeyRing {
  readonly logs = new Map<string, LogKeys>();
  private readonly witnesses = new Map<string, LogKeys>();
  private readonly owners = new Map<string, string>();

  add(file: KeyFile): void {
    const keys = new LogKeys(file);
    const name = `${file.origin}/witness`;
    if (partyOf(file.log) !== file.party) throw new Fault("the log is not the party's");
    if (this.witnesses.has(name)) throw new Fault("two logs have one origin");
    const logKeys = new Set(file.keys.map((line) => line.log_key));
    const witnessKeys = new Set(file.keys.map((line) => line.witness_key));
    for (const key of [...logKeys, ...witnessKeys]) {
      if ((this.owners.get(key) ?? file.party) !== file.party) throw new Fault("the same key stands for two parties");
      this.owners.set(key, file.party);
    }
    if ([...logKeys].some((key) => witnessKeys.has(key))) throw new Fault("one key in two roles");
    this.logs.set(file.log, keys);
    this.witnesses.set(name, keys);
  }

  /** Verifies a checkpoint of `log` and every signature line on it. */
  open(log: string, whole: string, floor: number): { checkpoint: Checkpoint; by: Countersigner[]; index: number } {
    const keys = this.logs.get(log);
    const checkpoint = parseCheckpoint(whole);
    const [first, ...rest] = checkpoint.signatures;
    if (keys === undefined || first === undefined || checkpoint.origin !== keys.file.origin || first.name !== checkpoint.origin) throw new Fault("the first signature is not the log's");
    const index = keys.candidates(checkpoint.size, floor).find((i) => equal(first.id, logKeyId(first.name, keys.key(i))));
    if (index === undefined) throw new Fault("the checkpoint is not signed by a key of the log that was in force");
    verify(keys.key(index), checkpoint.body, first.blob);
    const by = rest.map((signature) => {
      const witness = this.witnesses.get(signature.name);
      const held = witness?.held.find((h) => equal(signature.id, witnessKeyId(signature.name, h.witnessKey)));
      if (witness === undefined || held === undefined) throw new Fault(`a countersignature of ${signature.name.slice(0, 80)}: the bundle does not hold that key`);
      const { time, message, blob } = cosigned(checkpoint, signature);
      verify(held.witnessKey, message, blob);
      return { by: witness.file.log, time };
    });
    return { checkpoint, by, index };
  }

  /** The C2SP tlog-policy of a log. */
  policy(log: string): Uint8Array {
    const keys = this.logs.get(log);
    const lines = [...new Set(keys?.file.keys.map((line) => line.log_key))].map((key) => `log ${logVkey(keys?.file.origin ?? "", unhex(key, 32))}`);
    const names: string[] = [];
    for (const [name, witness] of [...this.witnesses].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
      if (witness.file.party === keys?.file.party) continue;
      for (const key of new Set(witness.file.keys.map((line) => line.witness_key))) {
        names.push(`${witness.file.log}-${names.length + 1}`);
        lines.push(`witness ${names.at(-1)} ${witnessVkey(name, unhex(key, 32))}`);
      }
    }
    if (names.length > 0) lines.push(`group partners any ${names.join(" ")}`);
    lines.push(`quorum ${names.length > 0 ? "partners" : "none"}`);
    return utf8(`${lines.join("\n")}\n`);
  }
}
