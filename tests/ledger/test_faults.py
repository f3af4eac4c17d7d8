"""Every write of the store and of the guard, lost or landed-but-reported-failed, then gone on or reopened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from ledger.faulty import Fault, Faults, open_faulty
from ledger.ledgers import Side, carry, drafts, openings, sides
from sarhad.ledger.errors import StoreFailure
from sarhad.ledger.ledger import Draft, Extended, Ledger

T = TypeVar("T")


class Life:
    """A node ``ir`` with an own log and a mirror of ``pk``; ``pk`` has no faults.

    ``acknowledged``: what ir's ledger said is durable, seq to body.
    """

    def __init__(self, folder: Path, faults: Faults, *, reopens: bool) -> None:
        self.pk, self.ir = sides(folder)
        self.author = self.pk.create()
        self.ir.create().close()
        self.faults = faults
        self.reopens = reopens
        self.ledger = open_faulty(self.ir, faults)
        self.acknowledged: dict[int, bytes] = {}
        self.countersigned: dict[int, bytes] = {}
        self.published: list[bytes] = []

    def do(self, act: Callable[[Ledger], T]) -> T:
        """Do an act until it succeeds, as a caller does when the error says that it may try again."""
        for _ in range(3):
            try:
                return act(self.ledger)
            except StoreFailure:  # its retry bit says: the same call may succeed later
                if self.reopens:
                    self.ledger.close()
                    self.ledger = open_faulty(self.ir, self.faults)
        raise AssertionError("it never succeeded")

    def append(self, bodies: list[bytes]) -> None:
        seqs = self.do(lambda ledger: ledger.append([Draft(body) for body in bodies]))
        self.acknowledged.update(zip(seqs, bodies, strict=True))

    def extend(self, size: int, show: list[int]) -> None:
        self.author.checkpoint(size)
        held: set[int] = set()

        def act(ledger: Ledger) -> None:
            result = carry_from(self.author, ledger, size, show)
            held.update(result.opened)
            self.countersigned[size] = result.countersignature.line.encode()

        self.do(act)
        assert held == set(show)

    def run(self) -> None:
        self.do(lambda ledger: ledger.add_log(self.pk.identity))
        self.author.add_log(self.ir.identity)
        self.append([b'"a%d"' % at for at in range(300)])
        self.author.append(drafts(300))
        self.extend(10, [1, 2])
        self.published.append(self.do(Ledger.checkpoint))
        self.append([b'"b"'])
        self.extend(290, [20])
        shown = openings(self.author, [30])
        opened: set[int] = set()
        self.do(lambda ledger: opened.update(ledger.disclose("pk", shown)))
        assert self.reopens or opened == {30}
        self.published.append(self.do(Ledger.checkpoint))
        self.do(lambda ledger: ledger.put_state("k", b"v"))
        size = self.ledger.size("ir")
        line = carry(self.ledger, self.author).countersignature.line
        self.do(lambda ledger: ledger.add_countersignature("ir", size, line, "pk"))
        self.do(lambda ledger: ledger.keep_evidence("pk", "seen", [b"x"]))
        self.do(lambda ledger: ledger.freeze("pk", "why", [b"y"]))
        self.do(lambda ledger: ledger.unfreeze("pk"))
        self.extend(300, [299])
        self.append([b'"c%d"' % at for at in range(5)])

    def check(self) -> None:
        """Everything that was acknowledged, countersigned or published is there, and fsck passes."""
        self.ledger.close()
        self.author.close()
        with self.ir.open() as ledger:
            held = {entry.seq: entry.body for entry in ledger.entries("ir", 0, 10_000)}
            assert {seq: held[seq] for seq in self.acknowledged} == self.acknowledged
            lines = {one.size: one.line.encode() for one in ledger.countersignatures("pk") if one.by == "ir"}
            assert {size: lines[size] for size in self.countersigned} == self.countersigned
            for note in self.published:
                assert ledger.checkpoint(int(note.split(b"\n")[1])) == note
            assert ledger.countersigned_size("pk") > 0
            assert ledger.get_state("k") == b"v"
        assert self.ir.fsck().problems == []
        assert self.pk.fsck().ok


def carry_from(author: Ledger, mirror: Ledger, size: int, show: list[int]) -> Extended:
    """Send as a partner does: from where the mirror stands, or the same batch again if it landed."""
    start = mirror.size("pk") if mirror.size("pk") < size else min(show)
    commitments = author.commitments("pk", start, size)
    return mirror.extend("pk", start, commitments, openings(author, show), author.checkpoint(size))


def writes(folder: Path) -> int:
    faults = Faults()
    life = Life(folder, faults, reopens=False)
    life.run()
    life.check()
    return faults.count


WRITES = 20
"""Writes of store and guard in a whole life; the first test says when this is not so any more."""


def test_the_matrix_covers_every_write(tmp_path: Path) -> None:
    assert writes(tmp_path) == WRITES


@pytest.mark.parametrize("reopens", [False, True], ids=["goes-on", "reopens"])
@pytest.mark.parametrize("fault", ["lost", "landed"])
@pytest.mark.parametrize("at", range(WRITES))
def test_a_failed_write_loses_nothing_that_was_acknowledged(
    tmp_path: Path, at: int, fault: Fault, *, reopens: bool
) -> None:
    life = Life(tmp_path, Faults(at, fault), reopens=reopens)
    life.run()
    life.check()
    assert life.faults.count > at


@pytest.mark.parametrize("fault", ["lost", "landed"])
def test_a_group_that_landed_is_acknowledged_and_one_that_was_lost_is_not(tmp_path: Path, fault: Fault) -> None:
    side = Side("pk", tmp_path / "pk")
    side.create().close()
    ledger = open_faulty(side, Faults(0, fault))
    if fault == "landed":
        assert ledger.append(drafts(3)) == [0, 1, 2]
    else:
        with pytest.raises(StoreFailure):
            ledger.append(drafts(3))
        assert ledger.append(drafts(3)) == [0, 1, 2]
    ledger.close()
    assert side.fsck().ok


@pytest.mark.parametrize("at", [0, 1])
def test_a_creation_that_stopped_half_way_is_taken_up_again(tmp_path: Path, at: int) -> None:
    """Made: the store with the own log, or nothing at all; the guard never."""
    side = Side("pk", tmp_path / "pk")
    if at:
        side.create().close()
        for path in side.folder.glob("guard.sqlite*"):
            path.unlink()
    else:
        side.folder.mkdir()
        (side.folder / "ledger.sqlite").touch()
    with side.create() as ledger:
        ledger.append(drafts(2))
    assert side.fsck().ok
