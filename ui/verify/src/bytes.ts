/** Bytes, text and hashes: the small tools of the verifier. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";

export { sha256 };

const reader = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const writer = new TextEncoder();

/** A proof that does not hold, and where: the member, the log, the entry where there is one. */
export class Fault extends Error {
  constructor(
    readonly what: string,
    readonly file = "",
    readonly log = "",
    readonly seq: number | null = null,
  ) {
    super(what);
  }

  /** The same fault, placed where it was not yet. */
  at(file: string, log = "", seq: number | null = null): Fault {
    return new Fault(this.what, this.file || file, this.log || log, this.seq ?? seq);
  }
}

/** Runs `work`; a fault from it is given its place. */
export function within<T>(file: string, log: string, seq: number | null, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Fault ? error.at(file, log, seq) : error;
  }
}

export function text(bytes: Uint8Array): string {
  try {
    return reader.decode(bytes);
  } catch {
    throw new Fault("not UTF-8");
  }
}

export const utf8 = (value: string): Uint8Array => writer.encode(value);

export function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function unhex(value: string, length: number): Uint8Array {
  if (!new RegExp(`^[0-9a-f]{${2 * length}}$`).test(value)) throw new Fault(`not ${length} bytes in hexadecimal`);
  return Uint8Array.from({ length }, (_, i) => parseInt(value.slice(2 * i, 2 * i + 2), 16));
}

/** Standard base64 in its one spelling. */
export function unbase64(value: string): Uint8Array {
  let raw: string;
  try {
    raw = atob(value);
  } catch {
    throw new Fault("not base64");
  }
  if (btoa(raw) !== value) throw new Fault("base64 that is not in its one form");
  return Uint8Array.from(raw, (char) => char.charCodeAt(0));
}

export function base64(bytes: Uint8Array): string {
  let raw = "";
  for (const byte of bytes) raw += String.fromCharCode(byte);
  return btoa(raw);
}

export function big64(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** spec/commitment.md: HMAC-SHA-256(salt, domain, origin length and origin, sequence, body). */
export function commitment(origin: string, seq: number, salt: Uint8Array, body: Uint8Array): Uint8Array {
  const name = utf8(origin);
  const length = Uint8Array.of(name.length >> 8, name.length & 255);
  return hmac(sha256, salt, join(utf8("sarhad/leaf/v1\0"), length, name, big64(seq), body));
}

/** spec/bundle.md: 25 decimal digits of SHA-256, in five groups of five. */
export function fingerprint(body: Uint8Array): string {
  const digits = (BigInt(`0x${hex(sha256(body))}`) % 10n ** 25n).toString().padStart(25, "0");
  return (digits.match(/.{5}/g) ?? []).join(" ");
}

/** A fingerprint as somebody typed it, in Latin, Persian or Arabic digits; empty unless it has 25. */
export function typed(value: string): string {
  const digits = value
    .replace(/[۰-۹]/g, (d) => String(d.charCodeAt(0) - 0x6f0))
    .replace(/[٠-٩]/g, (d) => String(d.charCodeAt(0) - 0x660))
    .replace(/[\s\-\u200c\u200e\u200f]/g, "");
  return /^[0-9]{25}$/.test(digits) ? (digits.match(/.{5}/g) ?? []).join(" ") : "";
}

/** Canonical JSON (spec/record.md): keys in order, no white space, safe integers, no controls. */
export function canonical(value: unknown, depth = 16): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new Fault("a number that is not an integer below 2^53");
    return String(value);
  }
  if (typeof value === "string") return JSON.stringify(value);
  if (depth === 0) throw new Fault("nested too deep");
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth - 1)).join(",")}]`;
  const object = value as Record<string, unknown>;
  const keys = Object.keys(object).sort();
  if (keys.some((key) => /[^\x00-\x7f]/.test(key))) throw new Fault("a key that is not ASCII");
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(object[key], depth - 1)}`).join(",")}}`;
}

/** Reads JSON that must be in its one form, byte for byte. */
export function exactJson(raw: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw new Fault("not JSON");
  }
  if (canonical(value) !== raw) throw new Fault("the JSON is not in its one form");
  return value;
}
