"""The own log's publication: signed, timestamped, guarded, and never rolled back."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sarhad.ledger import checkpoint as checkpoints
from sarhad.ledger import cosignature
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.ledger.errors import RolledBack
from sarhad.ledger.held import Held
from sarhad.ledger.merkle import EMPTY_ROOT
from sarhad.ledger.model import Identity
from sarhad.ledger.store import OWN, Guard, Head, Reading, StoredCheckpoint, StoredLine, Writing
from sarhad.ledger.writer import Writer
from sarhad.wire.errors import SarhadError, VerificationError
from sarhad.wire.keys import SecretKey


def check_keys(identity: Identity, log_secret: SecretKey, witness_secret: SecretKey) -> None:
    """Raise SarhadError unless the secrets are those of the identity."""
    if log_secret.public != identity.log_key or witness_secret.public != identity.witness_key:
        raise SarhadError("the secret keys are not those of the log's manifest", where=identity.log)


def shown_name(log: str) -> str:
    """The guard's name for what a partner showed us of our own log ('#' is in no log's name)."""
    return f"{log}#shown"


def check_guard(own: Held, store: Reading, guard: Guard) -> Head:
    """Compare the store with the guard at opening; return the own log's guarded head.

    A store that is ahead is normal: it lost its process between two commits.  Raises
    RolledBack when the guard is ahead of the store or contradicts it.
    """
    heads = guard.heads()
    head = heads.get(own.log)
    if head is None:
        if own.frontier.size:
            raise RolledBack(own.log, f"the guard knows nothing of the {own.frontier.size} entries in the store")
        head = Head(0, EMPTY_ROOT)
        guard.advance(own.log, None, head)
    for what, held in (("this node published", head), ("a partner showed", heads.get(shown_name(own.log)))):
        if held is None:
            continue
        if held.size > own.frontier.size:
            raise RolledBack(own.log, f"{what} {held.size} entries, and the store has only {own.frontier.size}")
        if own.tree().root(held.size) != held.root:
            raise RolledBack(own.log, f"{what} another history of the first {held.size} entries than the store has")
    return catch_up(own, store, guard, own.log, head) or head


def catch_up(held: Held, store: Reading, guard: Guard, signer: str, head: Head | None) -> Head | None:
    """Bring the guard up to what ``signer`` (the own log) signed of a log, when the process died in between."""
    line = store.last_line(held.no, signer)
    if line is None or (head is not None and line.size <= head.size):
        return head
    signed = store.checkpoint(held.no, line.size)
    newest = Head(line.size, held.tree().root(line.size) if signed is None else signed.root)
    guard.advance(held.log, head, newest)
    return newest


class Own:
    """Publishes the own log.

    ``published``, ``log_secret`` and ``witness_secret`` are replaced under ``publishing``,
    read by any thread.  ``rolled_back`` says why nothing may be appended any more; it is
    set once, by whoever finds it, and never cleared.
    """

    def __init__(
        self,
        held: Held,
        store: Reading,
        guard: Guard,
        writer: Writer,
        log_secret: SecretKey,
        witness_secret: SecretKey,
        clock: Callable[[], int],
        published: Head,
    ) -> None:
        """``published`` is what the guard holds; ``clock`` gives microseconds UTC."""
        self.log_secret = log_secret
        self.witness_secret = witness_secret
        self.published = published
        self.publishing = threading.Lock()
        self.rolled_back = ""
        self._held = held
        self._store = store
        self._guard = guard
        self._writer = writer
        self._clock = clock

    def refuse_if_rolled_back(self) -> None:
        """Raise RolledBack if it was found that the store is older than what was published."""
        if self.rolled_back:
            raise RolledBack(self._held.log, self.rolled_back)

    def checkpoint(self, size: int | None) -> bytes:
        """See Ledger.checkpoint."""
        self.refuse_if_rolled_back()
        with self.publishing:
            held = self._held
            at = held.checkpoint(held.frontier.size if size is None else size)
            signed = self._store.checkpoint(OWN, at.size)
            line = self._store.line(OWN, at.size, held.log)
            if signed is None or line is None:
                signed, line = self._timestamp(at, signed)
            if at.size > self.published.size:
                head = Head(at.size, at.root)
                self._advance(head)
                self.published = head
            return checkpoints.note_of(at, held.key_of(signed), signed.signature, line.line)

    def _advance(self, head: Head) -> None:
        try:
            self._guard.advance(self._held.log, self.published, head)
        except RolledBack as error:
            self.rolled_back = error.what
            raise

    def _timestamp(self, at: Checkpoint, signed: StoredCheckpoint | None) -> tuple[StoredCheckpoint, StoredLine]:
        """Sign where that is missing, timestamp, and keep both, durably."""
        if signed is None and at.size < self._held.since[-1]:
            raise SarhadError(f"the keys that signed at {at.size} entries were replaced", where=self._held.log)
        found = signed or StoredCheckpoint(at.size, at.root, checkpoints.signature_of(at, self.log_secret))
        line = self.timestamp_line(at)

        def write(writing: Writing) -> None:
            if signed is None:
                writing.add_checkpoint(OWN, found)
            writing.add_line(OWN, line)

        self._writer.run(write)
        return found, line

    def timestamp_line(self, at: Checkpoint) -> StoredLine:
        """Return our own timestamp on a checkpoint, by the witness key of this moment; nothing is written."""
        time_s = self._clock() // 1_000_000
        text = cosignature.cosign(at, self._held.identity.witness_name, self.witness_secret, time_s)
        return StoredLine(at.size, self._held.log, time_s, text)

    def confirm_not_rolled_back(self, log_size: int, note: bytes) -> None:
        """See Ledger.confirm_not_rolled_back."""
        held = self._held
        shown = self._open(note)
        if shown.size != log_size:
            raise VerificationError(f"a checkpoint at {shown.size}, not {log_size}", where=held.log)
        if shown.size <= held.frontier.size and held.tree().root(shown.size) == shown.root:
            return
        self.rolled_back = f"a partner holds our signed checkpoint at {shown.size} entries; the store contradicts it"
        with self.publishing:
            name = shown_name(held.log)
            self._guard.advance(name, self._guard.heads().get(name), Head(shown.size, shown.root))
        raise RolledBack(held.log, self.rolled_back)

    def _open(self, note: bytes) -> Checkpoint:
        """Verify a note that should be ours, by any key that the log ever had."""
        failure = VerificationError("not a checkpoint of ours", where=self._held.log)
        for identity in reversed(self._held.identities):
            try:
                return checkpoints.open_checkpoint(note, identity.origin, identity.log_key)
            except VerificationError as error:
                failure = error
        raise failure
