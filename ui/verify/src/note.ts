/** Signed notes, checkpoints, countersignatures, tlog-proofs: C2SP formats, and the RFC 9162 tree. */
import { base64, big64, equal, Fault, join, sha256, text, unbase64, utf8 } from "./bytes";

export interface Signature {
  name: string;
  id: Uint8Array;
  blob: Uint8Array;
}

export interface Checkpoint {
  body: Uint8Array;
  origin: string;
  size: number;
  root: Uint8Array;
  signatures: Signature[];
}

const keyId = (name: string, kind: number, key: Uint8Array): Uint8Array => sha256(join(utf8(`${name}\n`), Uint8Array.of(kind), key)).slice(0, 4);
export const logKeyId = (name: string, key: Uint8Array): Uint8Array => keyId(name, 1, key);
export const witnessKeyId = (name: string, key: Uint8Array): Uint8Array => keyId(name, 4, key);
const vkey = (name: string, kind: number, key: Uint8Array): string =>
  `${name}+${Array.from(keyId(name, kind, key), (b) => b.toString(16).padStart(2, "0")).join("")}+${base64(join(Uint8Array.of(kind), key))}`;
export const logVkey = (name: string, key: Uint8Array): string => vkey(name, 1, key);
export const witnessVkey = (name: string, key: Uint8Array): string => vkey(name, 4, key);

/** Reads a checkpoint's signed note; verifies nothing. */
export function parseCheckpoint(whole: string): Checkpoint {
  const gap = whole.lastIndexOf("\n\n");
  if (gap < 0 || !whole.endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(whole)) throw new Fault("not a signed note");
  const body = whole.slice(0, gap + 1);
  const [origin, size, root, rest] = body.split("\n");
  if (!origin || !/^(0|[1-9][0-9]{0,15})$/.test(size ?? "") || body.split("\n").length !== 4 || rest !== "") throw new Fault("not a checkpoint");
  const signatures = whole.slice(gap + 2).split("\n").slice(0, -1).map(parseLine);
  const hash = unbase64(root ?? "");
  if (hash.length !== 32 || signatures.length === 0 || signatures.length > 64) throw new Fault("not a checkpoint");
  return { body: utf8(body), origin, size: Number(size), root: hash, signatures };
}

function parseLine(line: string): Signature {
  const match = /^— ([^\s+]+) (\S+)$/.exec(line);
  const raw = unbase64(match?.[2] ?? "");
  if (match === null || raw.length <= 4) throw new Fault("not a signature line");
  return { name: match[1] ?? "", id: raw.slice(0, 4), blob: raw.slice(4) };
}

/** The message that a countersignature signs, its time in seconds, and the signature in it. */
export function cosigned(checkpoint: Checkpoint, signature: Signature): { time: number; message: Uint8Array; blob: Uint8Array } {
  if (signature.blob.length !== 72) throw new Fault("a countersignature has 72 bytes");
  const time = new DataView(signature.blob.buffer, signature.blob.byteOffset).getBigUint64(0);
  if (time === 0n || time > 2n ** 53n) throw new Fault("the countersignature's time is out of range");
  if (!equal(big64(time), signature.blob.slice(0, 8))) throw new Fault("the countersignature's time is broken");
  return { time: Number(time), message: join(utf8(`cosignature/v1\ntime ${time}\n`), checkpoint.body), blob: signature.blob.slice(8) };
}

export const leaf = (entry: Uint8Array): Uint8Array => sha256(join(Uint8Array.of(0), entry));
const node = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(join(Uint8Array.of(1), left, right));

/** The tree hash of what was appended so far, in the memory of its left edge. */
export class Frontier {
  size = 0;
  private stack: { level: number; hash: Uint8Array }[] = [];

  append(entry: Uint8Array): void {
    let hash = leaf(entry);
    let level = 0;
    for (let top = this.stack.at(-1); top?.level === level; top = this.stack.at(-1)) {
      hash = node(top.hash, hash);
      level++;
      this.stack.pop();
    }
    this.stack.push({ level, hash });
    this.size++;
  }

  root(): Uint8Array {
    const last = this.stack.at(-1);
    if (last === undefined) return sha256(new Uint8Array());
    return this.stack.slice(0, -1).reduceRight((right, left) => node(left.hash, right), last.hash);
  }
}

/** Root from an inclusion path, RFC 9162, 2.1.3.1; throws a Fault when its length is wrong. */
function climb(index: number, size: number, hash: Uint8Array, path: Uint8Array[]): Uint8Array {
  const last = path.at(-1);
  if (size === 1) {
    if (last !== undefined) throw new Fault("the inclusion proof is too long");
    return hash;
  }
  if (last === undefined) throw new Fault("the inclusion proof is too short");
  let half = 1;
  while (half * 2 < size) half *= 2;
  const rest = path.slice(0, -1);
  return index < half ? node(climb(index, half, hash, rest), last) : node(last, climb(index - half, size - half, hash, rest));
}

/** Checks a C2SP tlog-proof of entry `seq` without extra data; returns its checkpoint, signatures unverified. */
export function openProof(raw: Uint8Array, seq: number, entry: Uint8Array): { checkpoint: Checkpoint; note: string } {
  const whole = text(raw);
  const gap = whole.indexOf("\n\n");
  const lines = whole.slice(0, Math.max(gap, 0)).split("\n");
  if (gap < 0 || lines[0] !== "c2sp.org/tlog-proof@v1" || lines[1] !== `index ${seq}`) throw new Fault("not a tlog-proof of this entry");
  const note = whole.slice(gap + 2);
  const checkpoint = parseCheckpoint(note);
  if (seq >= checkpoint.size) throw new Fault("the entry is not in that tree");
  const path = lines.slice(2).map(unbase64);
  if (path.some((hash) => hash.length !== 32)) throw new Fault("a hash has 32 bytes");
  if (!equal(climb(seq, checkpoint.size, leaf(entry), path), checkpoint.root)) throw new Fault("the inclusion proof does not lead to the root");
  return { checkpoint, note };
}
