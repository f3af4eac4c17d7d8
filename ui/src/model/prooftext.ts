/** What a C2SP tlog-proof says of its checkpoint: who signed it, and when they say they did.  Verifies nothing. */

export interface Cosigner {
  /** The name of the key: a log's origin, or a witness's. */
  readonly name: string;
  /** Seconds since 1970 of a timestamped cosignature (C2SP tlog-cosignature v1); null for a log's own signature. */
  readonly time: number | null;
}

export interface ProofText {
  readonly origin: string;
  readonly size: number;
  readonly cosigners: readonly Cosigner[];
}

/** Key id, time in seconds, Ed25519 signature. */
const COSIGNATURE_BYTES = 4 + 8 + 64;

/** Reads the checkpoint at the end of a proof; null when there is none. */
export function readProof(text: string): ProofText | null {
  const note = text.slice(text.indexOf("\n\n") + 2);
  const [body, signatures] = note.split("\n\n");
  const [origin, size] = (body ?? "").split("\n");
  if (!origin || !size || !/^\d+$/.test(size) || signatures === undefined) return null;
  const cosigners = signatures.split("\n").flatMap((line) => {
    const found = /^— (\S+) (\S+)$/.exec(line);
    return found?.[1] && found[2] ? [{ name: found[1], time: timeOf(found[2]) }] : [];
  });
  return { origin, size: Number(size), cosigners };
}

function timeOf(base64: string): number | null {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  if (bytes.length !== COSIGNATURE_BYTES) return null;
  return Number(new DataView(bytes.buffer).getBigUint64(4));
}
