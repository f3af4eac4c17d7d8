"""Everything that can be asked of a ledger without writing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from sarhad.ledger import checkpoint as checkpoints
from sarhad.ledger.errors import Damaged
from sarhad.ledger.held import Held, TileCache
from sarhad.ledger.model import Countersignature, Entry, Evidence, Identity
from sarhad.ledger.store import OWN, Head, Reading, StoredLine
from sarhad.wire import values
from sarhad.wire.errors import SarhadError

_PAGE = 512
GRID = 32
"""Below a change of keys, sizes at which the own log can be shown are multiples of this (see rotation.py)."""


class LedgerReader:
    """The reading half of a ledger.  Any thread.

    ``_logs`` is replaced as a whole (never changed in place) by add_log, under ``_adding``
    of Ledger.
    """

    def __init__(self, folder: Path, store: Reading, heads: dict[str, Head]) -> None:
        """Load every log of ``store``; ``heads`` is what the guard holds."""
        self.folder = folder
        self._store = store
        self._tiles = TileCache(store)
        self._logs: dict[str, Held] = {}
        for stored in store.logs():
            held = Held(stored, self._tiles.of(stored.no))
            held.load(store)
            held.cosigned = heads.get(held.log)
            self._logs[held.log] = held
        own = [held for held in self._logs.values() if held.no == OWN]
        if not own:
            raise SarhadError("there is no ledger here", where=str(folder), do="Create one, or name another folder")
        self._own = own[0]
        guarded = heads.get(self._own.log)
        self._guarded = guarded.size if guarded else 0

    def _published_size(self) -> int:
        """How much of the own log the guard holds: nothing above it may leave the node."""
        return self._guarded

    def close(self) -> None:
        """Let go of the files."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def identity(self) -> Identity:
        """Who we are."""
        return self._own.identity

    @property
    def log(self) -> str:
        """The own log's name."""
        return self._own.log

    def _held(self, log: str) -> Held:
        try:
            return self._logs[log]
        except KeyError:
            raise SarhadError(f"the log {log[:40]!r} is not known", do="Join with its party first") from None

    def logs(self) -> list[Identity]:
        """Every log, the own one first."""
        return [held.identity for held in self._logs.values()]

    def identity_of(self, log: str) -> Identity:
        """The newest identity of a log; raise SarhadError if it is not known."""
        return self._held(log).identity

    def identities_of(self, log: str) -> tuple[Identity, ...]:
        """Every identity that a log ever had, newest last: its keys changed in between."""
        return self._held(log).identities

    def identity_at(self, log: str, size: int) -> Identity:
        """The identity whose keys sign the log's checkpoint at ``size``, and acts at entry ``size`` - 1."""
        return self._held(log).identity_at(size)

    def since(self, log: str) -> tuple[int, ...]:
        """For each identity that a log ever had, the smallest size whose checkpoint its keys sign."""
        return self._held(log).since

    def keys_since(self) -> int:
        """The smallest size of the own log that the keys of now sign; the manifest is entry ``keys_since() - 2``."""
        return self._own.since[-1]

    def can_show(self, size: int) -> bool:
        """Tell whether our log can be shown up to ``size``: below a change of keys only where the old ones signed."""
        return size >= self._own.since[-1] or size % GRID == 0

    def size(self, log: str) -> int:
        """Number of entries that we hold of a log."""
        return self._held(log).frontier.size

    def root(self, log: str, size: int) -> bytes:
        """The tree hash of the first ``size`` entries; raise SarhadError beyond the end."""
        return self._held(log).tree().root(size)

    def entries(self, log: str, start: int, end: int, *, limit_bytes: int | None = None) -> Iterator[Entry]:
        """Yield the entries start..end-1 that are held.

        Stops before the entry that would bring commitments and bodies above
        ``limit_bytes``, but always yields one.
        """
        held = self._held(log)
        end = min(end, held.frontier.size)
        total = 0
        while start < end:
            page = self._store.entries(held.no, start, end, _PAGE)
            if not page or page[0].seq != start:
                raise Damaged("an entry is missing", where=f"{log}:{start}")
            for entry in page:
                total += 64 + len(entry.body or b"")
                if limit_bytes is not None and total > limit_bytes and total > 64 + len(entry.body or b""):
                    return
                yield entry
            start = page[-1].seq + 1

    def commitments(self, log: str, start: int, end: int) -> bytes:
        """The commitments of entries start..end-1, 32 bytes each, concatenated."""
        held = self._held(log)
        found = self._store.commitments(held.no, start, min(end, held.frontier.size))
        if len(found) != 32 * max(0, min(end, held.frontier.size) - start):
            raise Damaged("an entry is missing", where=f"{log}:{start}-{end}")
        return found

    def entry(self, log: str, seq: int) -> Entry | None:
        """Entry ``seq``, or None if the log does not reach so far."""
        held = self._held(log)
        if not 0 <= seq < held.frontier.size:
            return None
        page = self._store.entries(held.no, seq, seq + 1, 1)
        if not page:
            raise Damaged("an entry is missing", where=f"{log}:{seq}")
        return page[0]

    def tile(self, log: str, level: int, index: int, width: int = 256) -> bytes:
        """``width`` hashes of a tile (C2SP tlog-tiles); raise SarhadError if there are fewer."""
        return self._held(log).tree().tile(level, index, width)

    def inclusion(self, log: str, seq: int, size: int) -> list[bytes]:
        """The proof that entry ``seq`` is in the tree of ``size`` entries."""
        return self._held(log).tree().inclusion(seq, size)

    def consistency(self, log: str, old: int, new: int) -> list[bytes]:
        """The proof that the tree of ``new`` entries continues the one of ``old``."""
        return self._held(log).tree().consistency(old, new)

    def newest_checkpoint(self, log: str) -> bytes | None:
        """The newest note that we hold (of the own log: that we published), with all countersignatures held."""
        held = self._held(log)
        at_most = held.frontier.size
        if held.no == OWN:
            at_most = self._published_size()
        stored = self._store.newest_checkpoint(held.no, at_most)
        return None if stored is None else self.note(log, stored.size)

    def note(self, log: str, size: int) -> bytes | None:
        """The note held at exactly ``size``, with all countersignatures held, or None.

        Of the own log only what was published: nothing else may leave the node.
        """
        held = self._held(log)
        if held.no == OWN and size > self._published_size():
            return None
        stored = self._store.checkpoint(held.no, size)
        if stored is None:
            return None
        lines = [line for line in self._store.lines(held.no, size, 1) if line.size == size]
        lines.sort(key=lambda line: (line.by != log, line.by))  # the log's own line comes second, see checkpoint()
        view = checkpoints.Checkpoint(held.identity.origin, size, stored.root)
        return checkpoints.note_of(view, held.key_of(stored), stored.signature, "".join(line.line for line in lines))

    def seen(self) -> tuple[values.Seen, ...]:
        """The newest partner checkpoints that we hold, for a new record's ``seen``.  From memory."""
        return tuple(held.seen for held in self._logs.values() if held.seen is not None)

    def countersignatures(self, log: str, since_size: int = 0) -> Iterator[Countersignature]:
        """Yield the countersignatures on a log, by anyone, at ``since_size`` or above, by size."""
        held = self._held(log)
        while page := self._store.lines(held.no, since_size, _PAGE):
            for line in page:
                yield self._countersignature(held, line)
            since_size = page[-1].size + 1

    def first_covering(self, log: str, seq: int, by: str) -> Countersignature | None:
        """The countersignature of ``by`` at the smallest size that covers entry ``seq``, or None."""
        held = self._held(log)
        line = self._store.first_line(held.no, seq + 1, by)
        return None if line is None else self._countersignature(held, line)

    def countersigned_size(self, by: str) -> int:
        """The highest size of the own log that ``by`` countersigned."""
        line = self._store.last_line(OWN, by)
        return 0 if line is None else line.size

    def _countersignature(self, held: Held, line: StoredLine) -> Countersignature:
        stored = self._store.checkpoint(held.no, line.size)
        root = held.tree().root(line.size) if stored is None else stored.root
        return Countersignature(held.log, line.size, root, line.by, line.time_s, line.line)

    def frozen(self, log: str) -> str:
        """Why the log is frozen; empty when it is not."""
        return self._held(log).frozen

    def evidence(self) -> list[Evidence]:
        """Everything kept for a person to judge, oldest first."""
        return self._store.evidence()

    def get_state(self, key: str) -> bytes | None:
        """A small value of the node's, by its key."""
        return self._store.state(key)
