"""A node under load, to be killed: prints one line for everything that was acknowledged.

``python killed.py FOLDER PARTY-SEEDS``; lines: ``A seq body`` (appended), ``C size line``
(a mirror's countersignature given out), ``P size root`` (a checkpoint published).
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from sarhad.ledger.ledger import Draft, Identity, Ledger, Opening
from sarhad.wire.keys import SecretKey

_print = threading.Lock()


def say(text: str) -> None:
    """Write one whole line to the pipe at once."""
    with _print:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def opened(folder: Path, party: str, seed: int) -> tuple[Ledger, Identity]:
    """Open the party's ledger in ``folder``, or make it; its keys come from ``seed``."""
    log, witness = SecretKey(bytes([seed]) * 32), SecretKey(bytes([seed + 1]) * 32)
    identity = Identity(party, party, f"{party}.example/log", log.public, witness.public, b"")

    def clock() -> int:
        return time.time_ns() // 1000

    if (folder / party / "guard.sqlite").exists():
        return Ledger.open(folder / party, log, witness, clock), identity
    return Ledger.create(folder / party, identity, log, witness, clock), identity


def write(ledger: Ledger, name: int) -> None:
    """Append for ever, one by one and in groups."""
    count = 0
    while True:
        count += 1
        bodies = [b'"%d-%d-%d"' % (name, count, at) for at in range(1 if count % 3 else 40)]
        for seq, body in zip(ledger.append([Draft(body) for body in bodies]), bodies, strict=True):
            say(f"A {seq} {body.decode()}")


def carry(author: Ledger, mirror: Ledger) -> None:
    """Publish and mirror for ever."""
    while True:
        note = author.checkpoint()
        size = int(note.split(b"\n")[1])
        say(f"P {size} {author.root('pk', size).hex()}")
        start = mirror.size("pk")
        if size == start:
            continue
        entries = list(author.entries("pk", start, size))
        shown = [Opening(e.seq, e.salt or b"", e.body or b"", e.signature) for e in entries[::2]]
        result = mirror.extend("pk", start, b"".join(e.commitment for e in entries), shown, note)
        say(f"C {size} {result.countersignature.line.strip()}")
        author.add_countersignature("pk", size, result.countersignature.line, "ir")


def main() -> None:
    folder = Path(sys.argv[1])
    author, pk = opened(folder, "pk", 1)
    mirror, ir = opened(folder, "ir", 11)
    author.add_log(ir)
    mirror.add_log(pk)
    for name in range(3):
        threading.Thread(target=write, args=(author, name), daemon=True).start()
    carry(author, mirror)


if __name__ == "__main__":
    main()
