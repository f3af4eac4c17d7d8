"""What a ledger asks of its store.  The promises, split by guarantee.

tests/ledger/store_contract.py holds every implementation to them.
A log is named by its number (``no``), given at add_log; number 0 is the own log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from sarhad.ledger.model import Entry, Evidence, Identity
from sarhad.ledger.tree import FullTile

OWN = 0

Row = tuple[int, bytes, bytes | None, bytes | None, bytes | None, str | None]
"""An entry to write: seq, commitment, salt, body, signature, refused (None when fine)."""


class StoredLog(NamedTuple):
    """A log's row: number, the identities it ever had (newest last), why it is frozen, and by which evidence."""

    no: int
    identities: tuple[Identity, ...]
    frozen: str
    evidence: int


class StoredCheckpoint(NamedTuple):
    """A tree head with the log key's 64-byte signature."""

    size: int
    root: bytes
    signature: bytes


class StoredLine(NamedTuple):
    """A countersignature: at which size, by which log, its time in seconds UTC, its note line."""

    size: int
    by: str
    time_s: int
    line: str


@dataclass(frozen=True, slots=True)
class Head:
    """A log's size and root."""

    size: int
    root: bytes


class Reading(Protocol):
    """Reads see committed data only, each call at one moment.  Any thread."""

    def logs(self) -> list[StoredLog]:
        """Every log, by number."""

    def size(self, no: int) -> int:
        """Number of entries: the highest sequence number and one."""

    def commitments(self, no: int, start: int, end: int) -> bytes:
        """Commitments of the entries start..end-1 that are held, ascending, concatenated."""

    def entries(self, no: int, start: int, end: int, limit: int) -> list[Entry]:
        """At most ``limit`` entries from start to end-1, ascending."""

    def tile(self, no: int, level: int, index: int) -> bytes | None:
        """The 511 hashes of a full tile."""

    def tile_roots(self, no: int, level: int, start: int, end: int) -> bytes:
        """The last hash of each full tile start..end-1, concatenated."""

    def checkpoint(self, no: int, size: int) -> StoredCheckpoint | None:
        """The checkpoint at exactly ``size``."""

    def newest_checkpoint(self, no: int, at_most: int) -> StoredCheckpoint | None:
        """The checkpoint of the greatest size up to ``at_most``."""

    def checkpoints(self, no: int, since_size: int, limit: int) -> list[StoredCheckpoint]:
        """At most ``limit`` checkpoints at ``since_size`` or above, by size."""

    def line(self, no: int, size: int, by: str) -> StoredLine | None:
        """The countersignature of ``by`` at exactly ``size``."""

    def lines(self, no: int, since_size: int, limit: int) -> list[StoredLine]:
        """Countersignatures at ``since_size`` or above, by size then signer; all of the last size, even over limit."""

    def first_line(self, no: int, size: int, by: str) -> StoredLine | None:
        """The countersignature of ``by`` at the smallest size from ``size`` on."""

    def last_line(self, no: int, by: str) -> StoredLine | None:
        """The countersignature of ``by`` at the greatest size."""

    def evidence(self) -> list[Evidence]:
        """Everything kept, oldest first."""

    def problems(self) -> list[str]:
        """What the store itself finds wrong with its files; empty when nothing.  Slow; for fsck."""

    def close(self) -> None:
        """Let go of everything; what is asked after it fails."""

    def evidence_ids(self, log: str) -> list[int]:
        """The ids of what is kept about a log, ascending."""

    def state(self, key: str) -> bytes | None:
        """A small value by its key."""


def since_key(log: str, number: int) -> str:
    """The small state that says from which size on the ``number``-th identity (from 0) of a log signs."""
    return f"since/{log}/{number}"


class Writing(Protocol):
    """Writes of one transaction.  Used by one thread, inside ``Store.write``."""

    def add_log(self, identity: Identity) -> int:
        """Add a log; return its number.  The first is the own log, number 0."""

    def add_identity(self, no: int, identity: Identity) -> None:
        """Add the newest identity of a log (rotated keys)."""

    def add_entries(self, no: int, rows: Iterable[Row]) -> None:
        """Append; a sequence number that is held already is an error, in the own log a gap as well.

        Entries of the own log come with salt and body, and never change.
        """

    def add_group(self, rows: Sequence[Row], checkpoint: StoredCheckpoint) -> None:
        """Append ``rows``, at least one, to the own log, with the checkpoint signed at their end."""

    def open_entries(self, no: int, rows: Iterable[tuple[bytes, bytes, bytes | None, str | None, int]]) -> None:
        """Set salt, body, signature, refused of entries held; the last item is the sequence number."""

    def add_tiles(self, no: int, tiles: Iterable[FullTile]) -> None:
        """Add tiles that became full."""

    def add_checkpoint(self, no: int, checkpoint: StoredCheckpoint) -> None:
        """Keep a checkpoint; one is held per size, the first stays."""

    def add_line(self, no: int, line: StoredLine) -> bool:
        """Keep a countersignature; one is held per size and signer, the first stays.  True if it is new."""

    def add_evidence(self, log: str, at: int, what: str, exhibits: Sequence[bytes]) -> int:
        """Keep evidence; return its id."""

    def set_frozen(self, no: int, reason: str, evidence: int) -> None:
        """Freeze a log, or thaw it with an empty reason."""

    def put_state(self, key: str, value: bytes | None) -> None:
        """Set a small value, or remove it with None."""


class Store(Reading, Protocol):
    """A store with one writer.

    ``write``: everything done in the block becomes durable together, and is so when the
    block has ended without an error; when the block or the commit raises, nothing of it
    is visible to a later read, except that a StoreFailure from the commit may have landed.
    Raises StoreFailure (Full, Busy) only.
    """

    def write(self) -> AbstractContextManager[Writing]:
        """Begin a transaction; one at a time."""


class Guard(Protocol):
    """The compare-and-swap place: what was published, kept apart from the store on purpose."""

    def heads(self) -> dict[str, Head]:
        """The head of every log that is guarded."""

    def advance(self, log: str, old: Head | None, new: Head) -> None:
        """Replace ``old`` by ``new``, durably, when it returns; raise RolledBack if ``old`` is not what is held."""

    def close(self) -> None:
        """Let go of the place."""
