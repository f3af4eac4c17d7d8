"""A node's ledger: its own log, the mirrors of its partners' logs, and what was countersigned."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from sarhad.ledger import files, rotation
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.ledger.errors import (
    Busy,
    Damaged,
    Frozen,
    Full,
    Locked,
    OutOfStep,
    RolledBack,
    StoreFailure,
)
from sarhad.ledger.guard import SqliteGuard
from sarhad.ledger.held import Held
from sarhad.ledger.mirror import Check, Mirror
from sarhad.ledger.model import (
    Countersignature,
    Draft,
    Entry,
    Evidence,
    Extended,
    Identity,
    Opening,
)
from sarhad.ledger.own import Own, catch_up, check_guard, check_keys
from sarhad.ledger.reading import LedgerReader
from sarhad.ledger.sqlite import SqliteReading, SqliteStore
from sarhad.ledger.store import OWN, Guard, Head, Store, StoredCheckpoint, StoredLine, StoredLog, Writing
from sarhad.ledger.writer import Writer
from sarhad.wire import canonical, envelope
from sarhad.wire.errors import SarhadError
from sarhad.wire.keys import SecretKey

__all__ = [
    "Busy",
    "Countersignature",
    "Damaged",
    "Draft",
    "Entry",
    "Evidence",
    "Extended",
    "Frozen",
    "Full",
    "Identity",
    "Ledger",
    "LedgerReader",
    "Locked",
    "Opening",
    "OutOfStep",
    "RolledBack",
    "StoreFailure",
]


def _accept(_: Opening) -> str:
    return ""


class Ledger(LedgerReader):
    """The writing half.  One process; any thread.

    ``_logs`` is replaced under ``_adding``.  The rest of what changes is owned by
    ``_own_log`` (publication), ``_writer`` (growth of the own log) and each Held.
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        guard: Guard,
        lock: int,
        log_secret: SecretKey,
        witness_secret: SecretKey,
        clock: Callable[[], int],
    ) -> None:
        """Take over an open store, guard and lock; use ``create`` or ``open``.  Raises RolledBack."""
        super().__init__(folder, store, guard.heads())
        check_keys(self.identity, log_secret, witness_secret)
        self._guard = guard
        self._lock = lock
        published = check_guard(self._own, store, guard)
        for held in self._logs.values():
            if held.no != OWN:
                held.cosigned = catch_up(held, store, guard, self.log, held.cosigned)
        self._adding = threading.Lock()
        self._writer = Writer(store, self._own, log_secret)
        self._mirror = Mirror(store, self._writer, guard, self.identity, witness_secret, clock)
        self._own_log = Own(self._own, store, guard, self._writer, log_secret, witness_secret, clock, published)

    @classmethod
    def create(
        cls,
        folder: Path,
        identity: Identity,
        log_secret: SecretKey,
        witness_secret: SecretKey,
        clock: Callable[[], int],
    ) -> Self:
        """Make the files of a new ledger in ``folder`` and open it; raise SarhadError if one is there."""
        folder.mkdir(parents=True, exist_ok=True)
        check_keys(identity, log_secret, witness_secret)
        return cls._open(folder, log_secret, witness_secret, clock, identity)

    @classmethod
    def open(cls, folder: Path, log_secret: SecretKey, witness_secret: SecretKey, clock: Callable[[], int]) -> Self:
        """Open the ledger in ``folder`` for writing.

        Raises Locked when another process holds it, RolledBack when the guard is ahead
        of the store, Damaged when the tree is not the one that was signed.
        """
        files.must_exist(folder, files.STORE_FILE)
        files.must_exist(folder, files.GUARD_FILE)
        return cls._open(folder, log_secret, witness_secret, clock, None)

    @classmethod
    def _open(
        cls,
        folder: Path,
        log_secret: SecretKey,
        witness_secret: SecretKey,
        clock: Callable[[], int],
        new: Identity | None,
    ) -> Self:
        with ExitStack() as undo:
            lock = files.lock(folder)
            undo.callback(os.close, lock)
            store = SqliteStore(folder / files.STORE_FILE)
            undo.callback(store.close)
            if new is not None:
                files.begin(store, new, folder)
            guard = SqliteGuard(folder / files.GUARD_FILE)
            undo.callback(guard.close)
            ledger = cls(folder, store, guard, lock, log_secret, witness_secret, clock)
            undo.pop_all()
        return ledger

    @classmethod
    def open_readonly(cls, folder: Path) -> LedgerReader:
        """Open for reading only, also while a node writes: what was durable at this moment is seen."""
        files.must_exist(folder, files.STORE_FILE)
        heads: dict[str, Head] = {}
        if (folder / files.GUARD_FILE).exists():
            guard = SqliteGuard(folder / files.GUARD_FILE, readonly=True)
            heads = guard.heads()
            guard.close()
        return LedgerReader(folder, SqliteReading(folder / files.STORE_FILE, readonly=True), heads)

    def close(self) -> None:
        """Write what waits, then let go of the files and of the lock."""
        self._writer.close()
        super().close()
        self._guard.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    # the own log

    def submit(self, draft: Draft) -> Future[int]:
        """Append with whatever else waits; the future gives the sequence number once the entry is durable.

        Its exception is a StoreFailure when it is not known to be durable.
        """
        self._may_append((draft,))
        return self._writer.submit(draft)

    def append(self, drafts: Sequence[Draft]) -> list[int]:
        """Append in one durable group with one signed checkpoint; return the sequence numbers.

        Raises StoreFailure when the group is not known to be durable, RolledBack.
        """
        self._may_append(drafts)
        return self._writer.append(drafts).result()

    def sign_act(self, body: bytes) -> bytes:
        """Return the DSSE signature of the party's log key over an authorised act."""
        return envelope.sign_body(self._own_log.log_secret, body)

    def checkpoint(self, size: int | None = None) -> bytes:
        """Return the signed note of the own log at ``size`` (default: newest), our own timestamp its second line.

        It is timestamped once, when it is first published; later calls return the same
        bytes.  When this returns, the guard holds at least that size, durably: nothing
        signed leaves the node that a restored copy of the store could contradict.
        """
        return self._own_log.checkpoint(size)

    def confirm_not_rolled_back(self, log_size: int, note: bytes) -> None:
        """Compare with the highest checkpoint of our own log that a partner countersigned.

        Raises VerificationError when the note is not ours or not of ``log_size``;
        RolledBack when it is above our size or contradicts our tree: the guard then
        remembers it, and nothing can be appended any more, also after a restart.
        """
        self._own_log.confirm_not_rolled_back(log_size, note)

    def _published_size(self) -> int:
        return self._own_log.published.size

    def _may_append(self, drafts: Sequence[Draft]) -> None:
        self._own_log.refuse_if_rolled_back()
        for draft in drafts:
            if len(draft.body) > canonical.MAX_BODY_BYTES:
                raise SarhadError(f"{len(draft.body)} bytes; a record body holds at most {canonical.MAX_BODY_BYTES}")

    # logs and keys

    def add_log(self, identity: Identity) -> None:
        """Begin to hold a partner's log; nothing happens if it is held with this identity already."""
        with self._adding:
            known = self._logs.get(identity.log)
            if known is not None:
                if known.identity != identity:
                    raise SarhadError("the log is known with other keys", where=identity.log, do="Use rotate")
                return
            if any(held.identity.origin == identity.origin for held in self._logs.values()):
                raise SarhadError("another log has this origin", where=identity.log)
            stored = self._stored(identity)
            if stored is None:
                self._writer.run(lambda writing: writing.add_log(identity))
                stored = self._stored(identity)
            assert stored is not None
            held = Held(stored, self._tiles.of(stored.no))
            held.cosigned = self._guard.heads().get(identity.log)
            self._logs = {**self._logs, identity.log: held}

    def _stored(self, identity: Identity) -> StoredLog | None:
        """The log's row, also when adding it was reported as failed."""
        return next((row for row in self._store.logs() if row.identities[-1] == identity), None)

    def rotate(
        self, identity: Identity, log_secret: SecretKey | None = None, witness_secret: SecretKey | None = None
    ) -> None:
        """Take the new keys of a log (its party's newest manifest); the own log needs the secrets as well.

        Log and origin stay the same.  Older signatures keep being checked with the older keys.
        """
        held = self._held(identity.log)
        if (held.identity.party, held.identity.origin) != (identity.party, identity.origin):
            raise SarhadError("a rotation keeps party and origin", where=identity.log)
        with self._own_log.publishing, held.growing:
            if held.no == OWN:
                self._rotate_own(identity, log_secret, witness_secret)
            else:
                since = held.frontier.size + 1
                self._writer.run(lambda writing: rotation.write_identity(writing, held, identity, since))
                held.changed(identity, since)

    def rotate_own(self, draft: Draft, identity: Identity, log_secret: SecretKey, witness_secret: SecretKey) -> int:
        """Append our new manifest and change to its keys, in one transaction; return the manifest's entry.

        The checkpoint that covers the manifest is the last that the old keys sign.  The
        caller sees to it that nobody appends meanwhile.  Raises as append does; nothing has changed then.
        """
        own = self._own_log
        check_keys(identity, log_secret, witness_secret)
        with own.publishing, self._own.growing:
            rotation.presign(self._own, self._store, self._writer, own)
            size = self._own.frontier.size + 1

            def change(writing: Writing, signed: StoredCheckpoint) -> None:
                rotation.write_identity(writing, self._own, identity, size + 1)
                writing.add_line(OWN, own.timestamp_line(Checkpoint(identity.origin, signed.size, signed.root)))

            if self._writer.append_with(draft, change) != size - 1:
                raise SarhadError("somebody appended while the keys were changed", where=self.log)
            self._own.changed(identity, size + 1)
            self._writer.secret = own.log_secret = log_secret
            own.witness_secret = witness_secret
            self._mirror.witness, self._mirror.secret = identity, witness_secret
        return size - 1

    def _rotate_own(self, identity: Identity, log_secret: SecretKey | None, witness_secret: SecretKey | None) -> None:
        """Change the own keys on the writer's thread, so that each group is signed by the keys of its moment."""
        own = self._own_log
        log_key, witness_key = log_secret or own.log_secret, witness_secret or own.witness_secret
        check_keys(identity, log_key, witness_key)
        since = self._own.frontier.size + 1
        self._writer.run(lambda writing: rotation.write_identity(writing, self._own, identity, since))

        def change(_: Writing) -> None:
            self._own.changed(identity, since)
            self._writer.secret = log_key

        self._writer.run(change)
        own.log_secret, own.witness_secret = log_key, witness_key
        self._mirror.witness, self._mirror.secret = identity, witness_key

    # partners' logs

    def extend(
        self,
        log: str,
        start: int,
        commitments: bytes,
        openings: Sequence[Opening],
        checkpoint: bytes,
        check: Check = _accept,
    ) -> Extended:
        """Extend our mirror of a partner's log to its ``checkpoint`` and countersign it.

        ``commitments``: 32 bytes for each entry from ``start`` to the checkpoint's size.
        ``check`` returns "" or why an opened content must not be used.  The caller has
        made sure that the partner sent this (mutual TLS, or a bundle that verified).
        Raises VerificationError (nothing kept), OutOfStep, StoreFailure, and Frozen when
        the log's key signed what contradicts our mirror (evidence kept, log frozen).
        The same checkpoint again returns the same countersignature.
        """
        held = self._partner(log)
        with held.growing:
            return self._mirror.extend(held, start, commitments, openings, checkpoint, check)

    def disclose(self, log: str, openings: Sequence[Opening], check: Check = _accept) -> list[int]:
        """Take the contents of entries that are held; return those newly opened and usable.

        Raises VerificationError when one does not open its commitment (nothing kept),
        OutOfStep beyond the end, Frozen.
        """
        held = self._partner(log)
        with held.growing:
            return self._mirror.disclose(held, openings, check)

    def add_checkpoint(self, raw_note: bytes, old_size: int, proof: Sequence[bytes]) -> str:
        """Countersign a checkpoint without its entries (C2SP tlog-witness); return the signature line.

        Raises SarhadError for an unknown origin (404), VerificationError for a bad
        signature or proof (403, 422), OutOfStep with the size that we countersigned
        (409), Frozen.
        """
        origin = raw_note.partition(b"\n")[0].decode("utf-8", "replace")
        log = next((held.log for held in self._logs.values() if held.identity.origin == origin), "")
        held = self._partner(log or origin)
        with held.growing:
            return self._mirror.add_checkpoint(held, raw_note, old_size, proof)

    def add_countersignature(self, log: str, size: int, line: str, by: str) -> Countersignature | None:
        """Keep a countersignature of party log ``by`` on ``log`` at ``size``; None if one is held already.

        Raises VerificationError unless it verifies against our own root at that size,
        OutOfStep when we do not hold so much.
        """
        held = self._held(log)
        if size > held.frontier.size:
            raise OutOfStep(log, held.frontier.size)
        at = held.checkpoint(size)
        time_s = self._held(by).open_line(at, line)
        stored = StoredLine(size, by, time_s, line)
        if self._store.line(held.no, size, by) is not None:
            return None

        def write(writing: Writing) -> None:
            writing.add_line(held.no, stored)

        self._writer.run_sure(write, lambda: self._store.line(held.no, size, by) == stored)
        return Countersignature(log, size, at.root, by, time_s, line)

    # evidence and state

    def freeze(self, log: str, reason: str, exhibits: Sequence[bytes]) -> int:
        """Refuse everything further of a partner's log, and keep why; return the evidence's id."""
        held = self._partner(log)
        with held.growing:
            return self._mirror.freeze(held, reason, exhibits)

    def unfreeze(self, log: str) -> None:
        """Accept the log again: a person's decision.  The evidence stays."""
        held = self._partner(log)
        with held.growing:
            self._writer.run(lambda writing: writing.set_frozen(held.no, "", 0))
            held.frozen, held.evidence = "", 0

    def keep_evidence(self, log: str, what: str, exhibits: Sequence[bytes]) -> int:
        """Keep evidence without freezing; return its id."""
        return self._mirror.keep(self._held(log), what, exhibits)

    def put_state(self, key: str, value: bytes | None) -> None:
        """Set a small value of the node's, durably; None removes it."""
        self._writer.run(lambda writing: writing.put_state(key, value))

    def _partner(self, log: str) -> Held:
        held = self._held(log)
        if held.no == OWN:
            raise SarhadError("this is the own log", where=log)
        return held
