"""A store and a guard whose writes fail on order: lost, or landed and reported as failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ledger.ledgers import Side
from sarhad.ledger.errors import Busy
from sarhad.ledger.files import GUARD_FILE, LOCK_FILE, STORE_FILE
from sarhad.ledger.guard import SqliteGuard
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.sqlite import SqliteStore, SqliteWriting
from sarhad.ledger.store import Head

Fault = Literal["lost", "landed"]


class Faults:
    """Counts the writes of store and guard together; the one numbered ``at`` fails as ``fault`` says.

    ``count`` is written by the writer's thread and by publishers, never at the same time
    in these tests.
    """

    def __init__(self, at: int = -1, fault: Fault = "lost") -> None:
        self.at = at
        self.fault = fault
        self.count = 0

    def next(self) -> Fault | None:
        self.count += 1
        return self.fault if self.count - 1 == self.at else None


class FaultyStore(SqliteStore):
    def __init__(self, path: Path, faults: Faults) -> None:
        super().__init__(path)
        self._faults = faults

    @contextmanager
    def write(self) -> Iterator[SqliteWriting]:
        fault = self._faults.next()
        with super().write() as writing:
            yield writing
            if fault == "lost":
                raise Busy("lost on purpose")
        if fault == "landed":
            raise Busy("landed, and reported as failed on purpose")


class FaultyGuard(SqliteGuard):
    def __init__(self, path: Path, faults: Faults) -> None:
        super().__init__(path)
        self._faults = faults

    def advance(self, log: str, old: Head | None, new: Head) -> None:
        fault = self._faults.next()
        if fault == "lost":
            raise Busy("lost on purpose")
        super().advance(log, old, new)
        if fault == "landed":
            raise Busy("landed, and reported as failed on purpose")


def open_faulty(side: Side, faults: Faults) -> Ledger:
    """Open an existing ledger over the faulty parts (the lock file is there, unlocked)."""
    import os

    store = FaultyStore(side.folder / STORE_FILE, faults)
    guard = FaultyGuard(side.folder / GUARD_FILE, faults)
    lock = os.open(side.folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    return Ledger(side.folder, store, guard, lock, side.log_secret, side.witness_secret, side.clock)
