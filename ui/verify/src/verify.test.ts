/** The page's verifier reads the same vectors as every other implementation: spec/vectors. */
import { readFileSync } from "node:fs";
import { unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { canonical, fingerprint, typed, unhex } from "./bytes";
import { usable, verify } from "./ed25519";
import { verifyBundle } from "./verify";

const vectors = new URL("../../../spec/vectors/", import.meta.url);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, vectors)));
const json = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, vectors), "utf8")) as T;

interface Change {
  what: "flip" | "drop" | "add";
  member: string;
  at?: number;
  by?: number;
}

function changed(raw: Uint8Array, change: Change): Uint8Array {
  const members = unzipSync(raw);
  if (change.what === "drop") delete members[change.member];
  else if (change.what === "add") members[change.member] = Uint8Array.of(120);
  else {
    const data = members[change.member] as Uint8Array;
    data[change.at ?? 0] = (data[change.at ?? 0] ?? 0) ^ (change.by ?? 0);
  }
  return zipSync(members, { mtime: "1980-01-01T00:00:00" });
}

describe("Ed25519 by libsodium's rule", () => {
  const { cases } = json<{ cases: { number: number; message: string; pub_key: string; signature: string; accepted: boolean; key_usable: boolean }[] }>("ed25519/speccheck.json");
  test.each(cases)("edge case $number", ({ message, pub_key, signature, accepted, key_usable }) => {
    const bytes = (value: string): Uint8Array => unhex(value, value.length / 2);
    const attempt = (work: () => unknown): boolean => {
      try {
        work();
        return true;
      } catch {
        return false;
      }
    };
    expect(attempt(() => usable(bytes(pub_key)))).toBe(key_usable);
    expect(attempt(() => verify(bytes(pub_key), bytes(message), bytes(signature)))).toBe(accepted);
  });
});

describe("a bundle", () => {
  const raw = read("bundle/valid.zip");
  const valid = json<{ pins: Record<string, string>; rows: unknown[] }>("bundle/valid.json");

  test("that is honest verifies, and gives the same rows as the command line", () => {
    const verdict = verifyBundle(raw, valid.pins);
    expect(verdict.problems).toEqual([]);
    expect(verdict.logs.every((log) => log.pinned)).toBe(true);
    expect(JSON.parse(JSON.stringify(verdict.rows))).toEqual(valid.rows);
  });

  test.each(json<Change[]>("bundle/invalid.json"))("with a $what in $member is refused ($at)", (change) => {
    const verdict = verifyBundle(changed(raw, change));
    expect(verdict.ok).toBe(false);
    expect(verdict.rows).toEqual([]);
  });

  test("with another fingerprint than the typed one is refused", () => {
    const verdict = verifyBundle(raw, { ir: valid.pins.pk ?? "" });
    expect(verdict.problems[0]).toMatchObject({ log: "ir", seq: 0 });
  });

  test("cut off anywhere, or with any byte of the file changed, never throws", () => {
    for (let length = 0; length < raw.length; length += 997) expect(verifyBundle(raw.slice(0, length)).ok).toBe(false);
    for (let at = 0; at < raw.length; at += 701) {
      const copy = raw.slice();
      copy[at] = (copy[at] ?? 0) ^ 0x55;
      expect(typeof verifyBundle(copy).ok).toBe("boolean");
    }
  }, 60_000);
});

describe("the small tools", () => {
  test("a fingerprint is read in any digits", () => {
    const print = fingerprint(Uint8Array.of(1, 2, 3));
    expect(print).toMatch(/^([0-9]{5} ){4}[0-9]{5}$/);
    const persian = print.replace(/[0-9]/g, (d) => String.fromCharCode(0x6f0 + Number(d))).replaceAll(" ", "-");
    expect(typed(persian)).toBe(print);
    expect(typed("12")).toBe("");
  });

  test("canonical JSON refuses what is not", () => {
    for (const value of [1.5, 2 ** 53, -0, { "ش": 1 }]) expect(() => canonical(value)).toThrow();
    expect(canonical({ b: [1, "ش\n"], a: null })).toBe('{"a":null,"b":[1,"ش\\n"]}');
  });
});
