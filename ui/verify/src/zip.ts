/** Reading a zip that a hostile hand may have made: spec/bundle.md, "The zip". */
import { inflateSync } from "fflate";
import { Fault } from "./bytes";

const MEMBERS = 20_000;
const DIRECTORY = 8 * 2 ** 20;
const RATIO = 250;
/** What a page may unpack at once; larger bundles are for the command line. */
const UNPACKED = 600 * 2 ** 20;

interface Member {
  method: number;
  packed: number;
  size: number;
  crc: number;
  offset: number;
}

export class Zip {
  readonly members = new Map<string, Member>();
  private readonly view: DataView;

  constructor(private readonly raw: Uint8Array) {
    this.view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    this.directory();
    this.overlaps();
  }

  private directory(): void {
    const { view, raw } = this;
    const end = raw.length - 22;
    if (end < 0 || view.getUint32(end, true) !== 0x06054b50 || view.getUint16(end + 20, true) !== 0) throw new Fault("not a bundle: the zip has no plain end");
    const count = view.getUint16(end + 10, true);
    const length = view.getUint32(end + 12, true);
    let at = view.getUint32(end + 16, true);
    if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) throw new Fault("the zip is in several parts");
    if (count === 0xffff || at === 0xffffffff) throw new Fault("too large for this page: use sarhad verify");
    if (count > MEMBERS || length > DIRECTORY) throw new Fault("more members than are accepted");
    if (at + length !== end) throw new Fault("the zip has bytes that its directory does not name");
    let total = 0;
    for (let i = 0; i < count; i++) {
      at = this.entry(at, end);
      total += [...this.members.values()].at(-1)?.size ?? 0;
    }
    if (at !== end) throw new Fault("the zip's directory is broken");
    if (total > UNPACKED) throw new Fault("too large for this page: use sarhad verify");
  }

  private entry(at: number, end: number): number {
    const { view, raw } = this;
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw new Fault("the zip's directory is broken");
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number];
    const name = String.fromCharCode(...raw.subarray(at + 46, at + 46 + lengths[0]));
    const member: Member = {
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    if (this.members.has(name)) throw new Fault("the name stands twice in the zip", name);
    if (!/^[\x21-\x7e]{1,200}$/.test(name) || /[\\:]/.test(name) || name.split("/").some((part) => part === "" || part === "." || part === "..")) throw new Fault("not a name that a bundle holds", name);
    if ((view.getUint16(at + 8, true) & ~0x0806) !== 0 || (member.method !== 0 && member.method !== 8)) throw new Fault("packed in a way that a bundle does not use", name);
    if (member.size === 0xffffffff || member.packed === 0xffffffff || member.offset === 0xffffffff) throw new Fault("too large for this page: use sarhad verify", name);
    if (member.size > 4096 && member.size > member.packed * RATIO) throw new Fault("unpacks to implausibly much (a zip bomb)", name);
    this.members.set(name, member);
    return at + 46 + lengths[0] + lengths[1] + lengths[2];
  }

  private overlaps(): void {
    let end = 0;
    for (const [name, member] of [...this.members].sort((a, b) => a[1].offset - b[1].offset)) {
      if (member.offset < end) throw new Fault("shares bytes with another member", name);
      end = member.offset + 30 + name.length + member.packed;
    }
  }

  /** The whole of a member, checked against its size and checksum. */
  read(name: string): Uint8Array {
    const member = this.members.get(name);
    if (member === undefined) throw new Fault("missing from the bundle", name);
    const { view, raw } = this;
    const at = member.offset;
    if (at + 30 > raw.length || view.getUint32(at, true) !== 0x04034b50) throw new Fault("the zip is broken", name);
    const length = view.getUint16(at + 26, true);
    const start = at + 30 + length + view.getUint16(at + 28, true);
    if (String.fromCharCode(...raw.subarray(at + 30, at + 30 + length)) !== name || start + member.packed > raw.length) throw new Fault("the zip is broken", name);
    const packed = raw.subarray(start, start + member.packed);
    let data = packed;
    if (member.method === 8) {
      try {
        data = inflateSync(packed, { out: new Uint8Array(member.size) });
      } catch {
        throw new Fault("the zip is broken", name);
      }
    }
    if (data.length !== member.size || crc32(data) !== member.crc) throw new Fault("the zip is broken: size or checksum", name);
    return data;
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
