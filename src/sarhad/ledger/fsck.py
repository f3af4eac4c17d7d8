"""The invariant checker: re-hash everything that is held and compare it with what was signed.

It trusts nothing that is stored twice: every content must open its commitment, every
commitment must be the leaf of its tile, tiles and roots are computed again, and every
signature is verified.  It reads only, also while a node writes: the guard is read first,
then each log up to the size that it has at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from sarhad.ledger import cosignature, merkle, tree
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.ledger.errors import Damaged
from sarhad.ledger.guard import SqliteGuard
from sarhad.ledger.model import Entry, Identity
from sarhad.ledger.own import shown_name
from sarhad.ledger.sqlite import SqliteReading
from sarhad.ledger.store import OWN, Head, Reading, StoredCheckpoint, StoredLine, StoredLog
from sarhad.wire import envelope
from sarhad.wire.errors import SarhadError, VerificationError

MAX_PROBLEMS = 100
_PAGE = 256
_RESTORE = "Restore ledger.sqlite from a newer copy; a partner's mirror and bundles hold what was released"

Progress = Callable[[int, int], None]


class Problem(msgspec.Struct, frozen=True):
    """One thing that does not hold: the log, the entry (or checkpoint size), what, and what to do."""

    log: str
    seq: int | None
    what: str
    do: str

    def __str__(self) -> str:
        """One line for a terminal."""
        place = self.log if self.seq is None else f"{self.log}:{self.seq}"
        return f"{place}: {self.what}. {self.do}"


class LogReport(msgspec.Struct):
    """What was checked of a log."""

    log: str
    size: int
    contents: int = 0
    tiles: int = 0
    checkpoints: int = 0
    countersignatures: int = 0


class Report(msgspec.Struct):
    """The outcome: ``ok`` when nothing is wrong; the problems in the order found (at most MAX_PROBLEMS)."""

    ok: bool
    logs: list[LogReport]
    problems: list[Problem]

    def __str__(self) -> str:
        """Lines for a terminal; the first problem comes first."""
        head = "The ledger is sound." if self.ok else f"{len(self.problems)} problem(s), the first of them first:"
        logs = [
            f"  {one.log}: {one.size} entries, {one.contents} contents, {one.tiles} tiles, "
            f"{one.checkpoints} checkpoints, {one.countersignatures} countersignatures"
            for one in self.logs
        ]
        return "\n".join([head, *(f"  {problem}" for problem in self.problems), *logs])


def fsck(folder: Path, progress: Progress | None = None, *, backup: bool = False) -> Report:
    """Check the ledger in ``folder``; ``progress(done, total)`` counts entries.  Never raises for damage.

    ``backup``: it is a copy, from which the guard was left out on purpose.
    """
    report = Report(True, [], [])
    heads = None if backup else _heads(folder, report)
    store = SqliteReading(folder / "ledger.sqlite", readonly=True)
    try:
        return check(store, heads, report, progress or (lambda _done, _total: None))
    finally:
        store.close()


def _heads(folder: Path, report: Report) -> dict[str, Head]:
    """Return what the guard holds; nothing, and a problem, when it cannot be read."""
    try:
        guard = SqliteGuard(folder / "guard.sqlite", readonly=True)
        heads = guard.heads()
        guard.close()
    except SarhadError as error:
        _problem(report, "guard", None, error.what, "If the file is lost, begin a new log; never make an empty one")
        return {}
    return heads


def check(store: Reading, heads: dict[str, Head] | None, report: Report, progress: Progress) -> Report:
    """Check an open store against the guard's heads (None: left out); return ``report`` with what was found."""
    try:
        for what in store.problems():
            _problem(report, "store", None, what, _RESTORE)
        logs = store.logs()
        sizes = [store.size(stored.no) for stored in logs]
    except SarhadError as error:
        _problem(report, "store", None, error.what, _RESTORE)
        return report
    if not logs or logs[0].no != OWN:
        _problem(report, "store", None, "there is no own log", _RESTORE)
    done, total = 0, sum(sizes)
    witnesses = {stored.identities[-1].log: stored.identities for stored in logs}
    for stored, size in zip(logs, sizes, strict=True):
        LogCheck(store, stored, size, report, _counting(progress, done, total)).run(heads, witnesses)
        done += size
    return report


def _counting(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    return lambda at: progress(before + at, total)


def _problem(report: Report, log: str, seq: int | None, what: str, do: str) -> None:
    report.ok = False
    if len(report.problems) < MAX_PROBLEMS:
        report.problems.append(Problem(log, seq, what, do))


class LogCheck:
    """The check of one log, from its first entry on, in constant memory.

    ``_sound`` turns False at the first root that is not the signed one: every later
    root differs as well, and only the first is told.
    """

    def __init__(
        self, store: Reading, stored: StoredLog, size: int, report: Report, progress: Callable[[int], None]
    ) -> None:
        """Check ``stored`` up to ``size`` entries."""
        self._store = store
        self._no = stored.no
        self._identities = stored.identities
        self._log = stored.identities[-1].log
        self._origin = stored.identities[-1].origin
        self._head = envelope.commitment_head(self._origin)
        self._size = size
        self._report = report
        self._progress = progress
        self._counts = LogReport(self._log, size)
        self._frontier = tree.EMPTY
        self._proved = 0
        self._sound = True

    def run(self, heads: dict[str, Head] | None, witnesses: dict[str, tuple[Identity, ...]]) -> None:
        """Check identities, entries, tiles, checkpoints, countersignatures and the guard's head."""
        self._report.logs.append(self._counts)
        try:
            self._check_identities()
            self._walk()
            self._check_lines(witnesses)
            if heads is not None:
                self._check_guard(heads)
        except SarhadError as error:
            self._bad(None, f"cannot be read: {error.what}")

    def _bad(self, seq: int | None, what: str, do: str = _RESTORE) -> None:
        _problem(self._report, self._log, seq, what, do)

    def _check_identities(self) -> None:
        for identity in self._identities:
            try:
                if identity.manifest and Identity.from_manifest(identity.manifest) != identity:
                    self._bad(None, "the keys held are not those of the manifest held")
            except VerificationError as error:
                self._bad(None, f"the manifest held cannot be read: {error.what}")

    def _walk(self) -> None:
        """Go through entries and checkpoints together, by size."""
        checkpoints = self._checkpoints()
        following = next(checkpoints, None)
        if following is not None and following.size == 0:
            self._check_checkpoint(following)
            following = next(checkpoints, None)
        leaves: list[bytes] = []
        for entry in self._entries():
            self._check_entry(entry)
            leaves.append(merkle.leaf_hash(entry.commitment))
            at = entry.seq + 1
            if following is not None and following.size == at:
                self._grow(leaves)
                self._check_checkpoint(following)
                following = next(checkpoints, None)
            elif at % _PAGE == 0:
                self._grow(leaves)
        self._grow(leaves)
        while following is not None:
            self._check_beyond(following)
            following = next(checkpoints, None)
        if self._sound and self._proved < self._size:
            self._bad(self._proved, "no signed checkpoint covers the entries from here on")

    def _entries(self) -> Iterator[Entry]:
        """Yield every entry up to the first gap."""
        start = 0
        while start < self._size:
            try:
                page = self._store.entries(self._no, start, self._size, _PAGE)
            except Damaged as error:
                self._bad(start if error.seq is None else error.seq, error.what)
                self._sound = False
                return
            for seq, entry in enumerate(page, start):
                if entry.seq != seq or not _well_typed(entry):
                    self._bad(seq, "the entry is missing" if entry.seq != seq else "the entry's row is damaged")
                    self._sound = False
                    return
                yield entry
            if not page:
                self._bad(start, "the entry is missing")
                self._sound = False
                return
            start += len(page)
            self._progress(start)

    def _checkpoints(self) -> Iterator[StoredCheckpoint]:
        since = 0
        while page := self._store.checkpoints(self._no, since, _PAGE):
            yield from page
            since = page[-1].size + 1

    def _check_entry(self, entry: Entry) -> None:
        if entry.body is None or entry.salt is None:
            if self._no == OWN:
                self._bad(entry.seq, "the content of an own entry is missing")
            return
        self._counts.contents += 1
        try:
            envelope.check_commitment(self._head, entry.seq, entry.salt, entry.body, entry.commitment)
        except VerificationError as error:
            self._bad(entry.seq, error.what)
            return
        if entry.signature is not None and not entry.refused and not self._signed(entry.body, entry.signature):
            self._bad(entry.seq, "the act's signature does not verify")

    def _signed(self, body: bytes, signature: bytes) -> bool:
        message = envelope.pae(body)
        return any(_verifies(identity, message, signature) for identity in reversed(self._identities))

    def _grow(self, leaves: list[bytes]) -> None:
        """Take the leaves into the tree and compare the tiles that became full."""
        self._frontier, full = tree.extend(self._frontier, b"".join(leaves))
        leaves.clear()
        for tile in full:
            self._counts.tiles += 1
            held = self._store.tile(self._no, tile.level, tile.index)
            if held != tile.nodes:
                self._bad_tile(tile, held)

    def _bad_tile(self, tile: tree.FullTile, held: bytes | None) -> None:
        where = f"tile {tile.level}/{tile.index}"
        first = tile.index << tree.TILE_HEIGHT * (tile.level + 1)
        if held is None or len(held) != len(tile.nodes):
            self._bad(first, f"{where} is missing or short")
            return
        differs = next(at for at in range(511) if held[at * 32 : at * 32 + 32] != tile.nodes[at * 32 : at * 32 + 32])
        if tile.level == 0 and differs < tree.TILE_WIDTH:
            self._bad(first + differs, f"the commitment is not the leaf that {where} holds")
        else:
            self._bad(first, f"{where} does not hold the hashes of its entries (hash {differs})")

    def _check_checkpoint(self, stored: StoredCheckpoint) -> None:
        """A signature that verifies over another root than ours means that the entries are wrong."""
        self._counts.checkpoints += 1
        if not self._check_signature(stored):
            return
        if self._sound and self._frontier.root() != stored.root:
            self._sound = False
            span = f"entries {self._proved} to {stored.size - 1}"
            self._bad(self._proved, f"the tree of {span} is not the one signed at {stored.size}")
        elif self._sound:
            self._proved = stored.size

    def _check_beyond(self, stored: StoredCheckpoint) -> None:
        """Of a partner's log we may have countersigned more than we hold; of our own never."""
        self._counts.checkpoints += 1
        if self._check_signature(stored) and self._no == OWN and self._store.size(OWN) < stored.size:
            self._bad(self._size, f"a checkpoint is signed at {stored.size} entries, the log has {self._size}")

    def _check_signature(self, stored: StoredCheckpoint) -> bool:
        if not all(isinstance(value, bytes) for value in stored[1:]):  # a damaged page
            self._bad(stored.size, f"the checkpoint at {stored.size} is damaged")
            return False
        message = Checkpoint(self._origin, stored.size, stored.root).text().encode()
        if any(_verifies(identity, message, stored.signature) for identity in reversed(self._identities)):
            return True
        self._bad(stored.size, f"the checkpoint at {stored.size} is not signed by the log's key")
        return False

    def _check_lines(self, witnesses: dict[str, tuple[Identity, ...]]) -> None:
        since = 0
        while page := self._store.lines(self._no, since, _PAGE):
            for line in page:
                self._counts.countersignatures += 1
                self._check_line(line, witnesses.get(line.by, ()))
            since = page[-1].size + 1

    def _check_line(self, line: StoredLine, identities: tuple[Identity, ...]) -> None:
        root = self._root(line.size)
        if root is None:
            if self._sound and self._no == OWN and self._store.size(OWN) < line.size:
                self._bad(self._size, f"{line.by} countersigned {line.size} entries, the log has {self._size}")
            return
        at = Checkpoint(self._origin, line.size, root)
        for identity in reversed(identities):
            try:
                time_s = cosignature.open_cosignature(at, line.line, identity.witness_name, identity.witness_key)
            except VerificationError:
                continue
            if time_s == line.time_s:
                return
        self._bad(line.size, f"the countersignature of {line.by} at {line.size} does not verify")

    def _root(self, size: int) -> bytes | None:
        """The signed root at ``size``, or our own; None where the tree is known to be wrong."""
        stored = self._store.checkpoint(self._no, size)
        if stored is not None and isinstance(stored.root, bytes):
            return stored.root
        if not self._sound or size > self._frontier.size:
            return None
        return tree.Tree(self._frontier, lambda level, index: self._store.tile(self._no, level, index) or b"").root(
            size
        )

    def _check_guard(self, heads: dict[str, Head]) -> None:
        if self._no == OWN and self._log not in heads and self._size:
            self._bad(None, "the guard does not know the log", "The guard was lost: begin a new log")
        for name in (self._log, shown_name(self._log)):
            head = heads.get(name)
            if head is None:
                continue
            if head.size > self._size and self._no == OWN:
                what = f"{head.size} entries were published and the store has {self._size}"
                self._bad(self._size, what, "The store was rolled back: restore a newer copy, or begin a new log")
            elif head.size <= self._size and self._root(head.size) not in (head.root, None):
                self._bad(head.size, f"the guard holds another root at {head.size} entries than the store")


def _well_typed(entry: Entry) -> bool:
    """A damaged page can give a column another type."""
    blobs = (entry.salt, entry.body, entry.signature)
    if len(entry.commitment) != envelope.COMMITMENT_BYTES:
        return False
    return all(isinstance(blob, bytes) for blob in (entry.commitment, *blobs) if blob is not None)


def _verifies(identity: Identity, message: bytes, signature: bytes) -> bool:
    try:
        identity.log_key.verify(message, signature)
    except VerificationError:
        return False
    return True
