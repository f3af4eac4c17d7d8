"""Verification of a large bundle beside bare hashing and parsing of the same data, in one run.

    python bench/ledger/bundle.py [--quick] [--records N] [--keep FOLDER]

The bundle is written from a real ledger: unit statuses, with a warning, its receipts and
an answer in every two thousand, a partner's countersigned checkpoint at each group, and
a partner checkpoint cited that changes with each group.  "Bare" reads the same member of
the same zip, decodes each line and each body, and computes each commitment and the tree.
Memory is the peak of a process of its own that does nothing but verify.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import msgspec

from sarhad.ledger.bundle import write_bundle
from sarhad.ledger.bundle_format import Members, RecordLine
from sarhad.ledger.checkpoint import open_checkpoint
from sarhad.ledger.cosignature import cosign
from sarhad.ledger.frontier import Frontier
from sarhad.ledger.ledger import Draft, Identity, Ledger, Opening
from sarhad.wire import envelope, record, values
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Manifest, UnitStatus, Warn
from sarhad.wire.registry import Data

T0 = 1_900_000_000
GROUP = 2_000

_VERIFY = """
import json, sys, time
from pathlib import Path
from sarhad.ledger.bundle import verify_bundle
start = time.perf_counter()
verdict = verify_bundle(Path(sys.argv[1]))
verified = time.perf_counter() - start
rows = sum(1 for _ in verdict.rows)
status = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
print(json.dumps({"ok": verdict.ok, "seconds": verified, "rows": rows, "peak_mib": peak,
                  "with_rows": time.perf_counter() - start}))
"""


class Party:
    """Keys and manifest of a fictional party."""

    def __init__(self, name: str) -> None:
        """Make keys that are the same in every run."""
        self.name = name
        self.log_key = SecretKey(hashlib.sha256(f"{name} log".encode()).digest())
        self.witness_key = SecretKey(hashlib.sha256(f"{name} witness".encode()).digest())
        manifest = Manifest(
            log=name,
            origin=f"bench.example/{name}",
            names=values.Names(en=f"Fictional {name}"),
            country=name.upper(),
            zone="UTC",
            log_key=self.log_key.public.hex(),
            witness_key=self.witness_key.public.hex(),
            tls_cert="AA==",
            endpoint=f"https://{name}.example",
        )
        self.manifest = self.body(manifest, T0)
        self.identity = Identity.from_manifest(self.manifest)

    def body(self, data: Data, at: int, seen: tuple[values.Seen, ...] = ()) -> bytes:
        """A record of this party at ``at`` seconds."""
        return record.write(party=self.name, by="duty.a", at=at * 1_000_000, data=data, release=values.JOINT, seen=seen)

    def draft(self, body: bytes) -> Draft:
        """An authorised act."""
        return Draft(body, envelope.sign_body(self.log_key, body))


def build(folder: Path, records: int) -> Path:
    """Fill a ledger with ``records`` entries and export all of it."""
    now = T0
    own, partner = Party("pk"), Party("ir")
    start = time.perf_counter()
    with (
        Ledger.create(folder / "pk", own.identity, own.log_key, own.witness_key, lambda: now * 1_000_000) as ledger,
        Ledger.create(folder / "ir", partner.identity, partner.log_key, partner.witness_key, ledger_clock) as other,
    ):
        ledger.append([own.draft(own.manifest)])
        other.append([partner.draft(partner.manifest)])
        note = other.checkpoint()
        entry = next(other.entries("ir", 0, 1))
        ledger.add_log(partner.identity)
        opening = Opening(0, entry.salt or b"", entry.body or b"", entry.signature)
        ledger.extend("ir", 0, entry.commitment, [opening], note)
        for at in range(1, records, GROUP):
            now += 60
            ledger.append(group(own, at, min(GROUP, records - at), now, ledger.seen()))
            checkpoint = open_checkpoint(ledger.checkpoint(), own.identity.origin, own.log_key.public)
            line = cosign(checkpoint, partner.identity.witness_name, partner.witness_key, now + 1)
            ledger.add_countersignature("pk", checkpoint.size, line, "ir")
        print(f"appended {records:,} records: {time.perf_counter() - start:.1f} s", flush=True)
        start = time.perf_counter()
        written = write_bundle(folder / "bench.zip", ledger, {"pk": range(records)}, audience="a bench")
        print(f"exported, {written.size / 2**20:.0f} MiB: {time.perf_counter() - start:.1f} s", flush=True)
    return folder / "bench.zip"


def ledger_clock() -> int:
    """The partner's clock stands still."""
    return T0 * 1_000_000


def group(own: Party, start: int, length: int, now: int, seen: tuple[values.Seen, ...]) -> list[Draft]:
    """One group: a warning, then unit statuses."""
    warning = Warn(to="ir", urgency="flash", text=values.Words(lang="en", text="A fictional warning, for measuring"))
    drafts = [own.draft(own.body(warning, now, seen))]
    moment = values.Moment(start=now * 1_000_000, end=now * 1_000_000)
    for i in range(start + 1, start + length):
        place = values.Place(lat=290_000_000 + i % 9_999, lon=610_000_000 - i % 7_777, precision=1)
        status = UnitStatus(unit=f"pk:{i % 60 + 1}", status="en-route", as_of=moment, place=place)
        drafts.append(Draft(own.body(status, now, seen)))
    return drafts


def bare(path: Path) -> float:
    """Seconds to read, parse and hash what the bundle holds, and to check nothing."""
    members, head = Members("pk"), envelope.commitment_head("bench.example/pk")
    read_line, read_body = msgspec.json.Decoder(RecordLine).decode, msgspec.json.Decoder().decode
    frontier, digest, rest = Frontier(), hmac.digest, b""
    start = time.perf_counter()
    with zipfile.ZipFile(path) as file, file.open(members.records) as member:
        while piece := member.read(1 << 18):
            lines = (rest + piece).split(b"\n")
            rest = lines.pop()
            commitments = []
            for raw in lines:
                line = read_line(raw)
                commitments.append(digest(line.salt, head + line.seq.to_bytes(8, "big") + line.body, "sha256"))
                read_body(line.body)
            frontier.extend(b"".join(commitments))
    frontier.root()
    return time.perf_counter() - start


def main(argv: list[str] | None = None) -> None:
    """Build, measure twice each way in turn, print the better of each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="20,000 records")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="leave the ledger and the bundle in this folder")
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    args = parser.parse_args(argv)
    records = 20_000 if args.quick else args.records
    with tempfile.TemporaryDirectory() as name:
        path = build(args.keep or Path(name), records)
        bares, runs = [], []
        for _ in range(2):
            bares.append(bare(path))
            out = subprocess.run([sys.executable, "-c", _VERIFY, str(path)], capture_output=True, check=True, text=True)
            runs.append(json.loads(out.stdout))
    best, plain = min(runs, key=lambda run: run["seconds"]), min(bares)
    assert best["ok"], "the bundle must verify"
    ratio = best["seconds"] / plain
    print(f"bare hashing and parsing  {plain:8.2f} s")
    print(f"verification              {best['seconds']:8.2f} s   {ratio:.2f} x bare (aim: 2)")
    print(f"  with {best['rows']:,} rows made   {best['with_rows']:8.2f} s")
    print(f"peak memory of verification {best['peak_mib']:.0f} MiB")
    if args.json:
        print(json.dumps({"records": records, "bare_s": plain, "ratio": ratio, **best}))


if __name__ == "__main__":
    main()
