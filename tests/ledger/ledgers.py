"""Two parties' ledgers in temporary folders, on fake time.  Shared by the ledger's tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sarhad.ledger.fsck import Report, fsck
from sarhad.ledger.ledger import Draft, Entry, Extended, Identity, Ledger, Opening
from sarhad.wire.keys import SecretKey

T0 = 1_750_000_000_000_000
"""The fake clock's start, in microseconds UTC."""


@dataclass
class Time:
    """A clock that moves a second at each look, owned by one test."""

    now: int = T0

    def __call__(self) -> int:
        self.now += 1_000_000
        return self.now


@dataclass
class Side:
    """A party with its keys and its folder."""

    party: str
    folder: Path
    log_secret: SecretKey = field(default_factory=SecretKey.generate)
    witness_secret: SecretKey = field(default_factory=SecretKey.generate)
    clock: Time = field(default_factory=Time)

    @property
    def identity(self) -> Identity:
        log_key, witness_key = self.log_secret.public, self.witness_secret.public
        return Identity(self.party, self.party, f"{self.party}.example/log", log_key, witness_key, b"")

    def create(self) -> Ledger:
        return Ledger.create(self.folder, self.identity, self.log_secret, self.witness_secret, self.clock)

    def open(self) -> Ledger:
        return Ledger.open(self.folder, self.log_secret, self.witness_secret, self.clock)

    def fsck(self) -> Report:
        return fsck(self.folder)


def sides(folder: Path) -> tuple[Side, Side]:
    """Return the fixed cast: the writer ``pk`` and its witness ``ir``."""
    return Side("pk", folder / "pk"), Side("ir", folder / "ir")


def drafts(count: int, start: int = 0) -> list[Draft]:
    """Return ``count`` distinct bodies."""
    return [Draft(b'{"n":%d}' % (start + at)) for at in range(count)]


def opening(entry: Entry) -> Opening:
    """Return what a sender shows of its own entry."""
    assert entry.salt is not None
    assert entry.body is not None
    return Opening(entry.seq, entry.salt, entry.body, entry.signature)


def openings(ledger: Ledger, seqs: Sequence[int]) -> list[Opening]:
    """Return the openings of own entries."""
    return [opening(entry) for seq in seqs if (entry := ledger.entry(ledger.log, seq)) is not None]


def carry(author: Ledger, mirror: Ledger, size: int | None = None, show: Sequence[int] = ()) -> Extended:
    """Bring ``mirror`` to the author's checkpoint at ``size`` (default: newest), showing these entries."""
    size = author.size(author.log) if size is None else size
    start = mirror.size(author.log)
    commitments = author.commitments(author.log, start, size)
    note = author.checkpoint(size)
    return mirror.extend(author.log, start, commitments, openings(author, show), note)
