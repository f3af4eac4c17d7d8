"""Durable append, beside raw SQLite on the same disk and beside pymerkle's SQLite storage.

Raw SQLite writes the same row bytes (sequence, 32-byte commitment, 32-byte salt, body)
with the same pragmas and one transaction a group; it hashes and signs nothing.  The
contestants take turns within each round, so that what else the machine does meets all.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pymerkle

from sarhad.ledger.ledger import Draft, Identity, Ledger
from sarhad.ledger.sqlite import PRAGMAS
from sarhad.wire.keys import SecretKey

BODY = b'{"at":1900000000000000,"by":"node","data":{"status":"ready","unit":"pk:12"},"text":"%s"}'
Append = Callable[[list[bytes]], None]


def body(number: int) -> bytes:
    """A body of 300 bytes that occurs once."""
    return (BODY % (b"%012d" % number)).ljust(300, b" ")


class Raw:
    """Group commit into one table."""

    def __init__(self, folder: Path) -> None:
        self.connection = sqlite3.connect(folder / "raw.sqlite", isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        for pragma in PRAGMAS:
            self.connection.execute(pragma)
        self.connection.execute(
            "CREATE TABLE entry (seq INTEGER PRIMARY KEY, commitment BLOB NOT NULL, salt BLOB, body BLOB)"
        )
        self.seq = 0
        self.random = os.urandom(64)

    def append(self, bodies: list[bytes]) -> None:
        """Append one group durably."""
        commitment, salt = self.random[:32], self.random[32:]
        rows = [(seq, commitment, salt, text) for seq, text in enumerate(bodies, self.seq)]
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", rows)
        self.connection.execute("COMMIT")
        self.seq += len(bodies)

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


class Ours:
    """The ledger: commitments, tree, tiles, a signed checkpoint a group, one writer thread."""

    def __init__(self, folder: Path) -> None:
        log, witness = SecretKey.generate(), SecretKey.generate()
        identity = Identity("pk", "pk", "pk.example/log", log.public, witness.public, b"")
        self.ledger = Ledger.create(folder / "ours", identity, log, witness, lambda: time.time_ns() // 1000)

    def append(self, bodies: list[bytes]) -> None:
        """Append one group durably."""
        self.ledger.append([Draft(text) for text in bodies])

    def close(self) -> None:
        """Let go of the file."""
        self.ledger.close()


class Pymerkle:
    """pymerkle's SqliteTree as it comes: it signs nothing."""

    def __init__(self, folder: Path) -> None:
        self.tree = pymerkle.SqliteTree(str(folder / "pymerkle.sqlite"), algorithm="sha256")

    def append(self, bodies: list[bytes]) -> None:
        """Append one group durably."""
        self.tree.append_entries(bodies, chunksize=len(bodies))

    def close(self) -> None:
        """Let go of the file."""
        self.tree.close()


def rate(append: Append, group: int, count: int, start: int) -> float:
    """Return records a second over ``count`` groups."""
    groups = [[body(start + at * group + i) for i in range(group)] for at in range(count)]
    begin = time.perf_counter()
    for bodies in groups:
        append(bodies)
    return count * group / (time.perf_counter() - begin)


def measure(folder: Path, *, quick: bool) -> None:
    """Print the table."""
    rounds = 3 if quick else 7
    sizes = {1: 100, 10: 60, 100: 40, 1000: 8} if quick else {1: 400, 10: 300, 100: 150, 1000: 40}
    print("durable append, records a second (median of rounds; ratio to raw SQLite: median, least to most)")
    print(f"{'at a time':>9} {'raw SQLite':>12} {'sarhad':>10} {'ratio':>22} {'pymerkle':>10}")
    for group, count in sizes.items():
        with tempfile.TemporaryDirectory(dir=folder) as name:
            found = _rounds(Path(name), group, count, rounds)
        ratios = sorted(ours / raw for raw, ours, _ in found)
        raw, ours, other = (statistics.median(column) for column in zip(*found, strict=True))
        spread = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(f"{group:>9} {raw:>12,.0f} {ours:>10,.0f} {spread:>22} {other:>10,.0f}", flush=True)


def _rounds(folder: Path, group: int, count: int, rounds: int) -> list[tuple[float, float, float]]:
    raw, ours, other = Raw(folder), Ours(folder), Pymerkle(folder)
    for contestant in (raw, ours, other):
        rate(contestant.append, group, max(2, count // 10), 0)
    found = []
    for at in range(rounds):
        start = (at + 1) * 10_000_000
        rates = [rate(contestant.append, group, count, start) for contestant in (raw, ours)]
        found.append((rates[0], rates[1], rate(other.append, group, max(2, count // 4), start)))
    for contestant in (raw, ours, other):
        contestant.close()
    return found
