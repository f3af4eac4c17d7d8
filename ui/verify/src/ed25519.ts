/**
 * Ed25519 by libsodium's rule (spec/bundle.md): S below the group order, A and R canonical
 * and not of small order, no cofactor.  A key of mixed order is refused as well.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { equal, Fault, join } from "./bytes";

const { Point } = ed25519;
type PointType = InstanceType<typeof Point>;
const ORDER = Point.Fn.ORDER;
const known = new Map<string, PointType>();

/** Reads a key; throws a Fault for what is no point, or of small or mixed order. */
export function usable(key: Uint8Array): PointType {
  const name = key.join();
  const found = known.get(name);
  if (found !== undefined) return found;
  let point: PointType;
  try {
    point = Point.fromBytes(key, false);
  } catch {
    throw new Fault("not a usable Ed25519 public key");
  }
  if (point.isSmallOrder() || !point.isTorsionFree()) throw new Fault("not a usable Ed25519 public key");
  known.set(name, point);
  return point;
}

function little(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}

function holds(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const a = usable(key);
  const r = signature.slice(0, 32);
  const s = little(signature.slice(32));
  if (s >= ORDER) return false;
  try {
    if (Point.fromBytes(r, false).isSmallOrder()) return false;
  } catch {
    return false;
  }
  const k = little(sha512(join(r, key, message))) % ORDER;
  const expected = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
  return equal(expected.toBytes(), r);
}

/** Throws a Fault unless `signature` is `key`'s over `message`. */
export function verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  if (!holds(key, message, signature)) throw new Fault("the signature does not verify");
}
