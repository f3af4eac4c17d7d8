"""Checkpoints seen in passing: every message brings the newest; two that conflict are evidence.

A checkpoint of a size that we hold is compared with our own tree at once.  One beyond
what we hold waits, and says how far we are behind; it is compared when our copy has
grown to it.  A conflict freezes that log with both notes and chooses no winner.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sarhad.ledger import checkpoint as checkpoints
from sarhad.ledger import note as notes
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.ledger.conflicts import conflicting
from sarhad.ledger.errors import Frozen
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Identity
from sarhad.wire.errors import VerificationError


@dataclass(frozen=True, slots=True)
class Sighting:
    """A signed checkpoint, the note that it came in and when (µs) it was first seen."""

    checkpoint: Checkpoint
    raw: bytes
    at: int


class Sightings:
    """The newest checkpoint seen of every log beyond what we hold.

    Called from worker threads and from the event loop; ``_lock`` guards ``_ahead``.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger that is compared with."""
        self._ledger = ledger
        self._lock = threading.Lock()
        self._ahead: dict[str, Sighting] = {}  # by log; written under _lock by see and grown

    def see(self, raw: bytes, now: int) -> None:
        """Compare the note ``raw`` with what we hold of its log, or keep it for later.

        Raises VerificationError (not signed by the log that it names; a log that we do
        not know), Frozen (it conflicts: now frozen, both notes kept), RolledBack (it
        is our own log's, and newer than our store).
        """
        identity = self._identity(raw)
        size = checkpoints.parse_text(notes.parse(raw).text).size
        if identity.log == self._ledger.log:
            self._ledger.confirm_not_rolled_back(size, raw)
            return
        signer = self._ledger.identity_at(identity.log, size)
        seen = checkpoints.open_checkpoint(raw, identity.origin, signer.log_key)
        self._compare(identity.log, Sighting(seen, raw, now))

    def grown(self, log: str) -> None:
        """Our copy of ``log`` has grown: compare what was waiting; raises Frozen."""
        with self._lock:
            waiting = self._ahead.get(log)
        if waiting is not None and waiting.checkpoint.size <= self._ledger.size(log):
            with self._lock:
                self._ahead.pop(log, None)
            self._compare(log, waiting)

    def behind(self, log: str) -> int:
        """Entries of ``log`` that are known to exist and not held."""
        waiting = self._ahead.get(log)
        return 0 if waiting is None else max(0, waiting.checkpoint.size - self._ledger.size(log))

    def behind_since(self, log: str) -> int | None:
        """When (µs) the entries that we lack were first heard of; None when we lack none."""
        waiting = self._ahead.get(log)
        return waiting.at if waiting is not None and self.behind(log) else None

    def _identity(self, raw: bytes) -> Identity:
        origin = notes.parse(raw).text.partition("\n")[0]
        for identity in self._ledger.logs():
            if identity.origin == origin:
                return identity
        raise VerificationError(f"a checkpoint of a log that is not known here: {origin[:80]!r}")

    def _compare(self, log: str, seen: Sighting) -> None:
        size, root = seen.checkpoint.size, seen.checkpoint.root
        if size <= self._ledger.size(log):
            if self._ledger.root(log, size) != root:
                self._conflict(log, seen.raw, self._ledger.newest_checkpoint(log) or b"", size)
            return
        with self._lock:
            other = self._ahead.get(log)
            if other is None or other.checkpoint.size < size:
                since = other.at if other is not None else seen.at
                self._ahead[log] = Sighting(seen.checkpoint, seen.raw, since)
        if other is not None and other.checkpoint.size == size and other.checkpoint.root != root:
            self._conflict(log, seen.raw, other.raw, size)

    def _conflict(self, log: str, new: bytes, old: bytes, size: int) -> None:
        reason = conflicting(log, size)
        raise Frozen(log, reason, self._ledger.freeze(log, reason, [old, new]))
