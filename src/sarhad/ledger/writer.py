"""The one writer.

Whatever waits when it is free goes into one transaction, with one durable commit and
one signed checkpoint: the more there is to write, the larger the groups.  A caller that
would only wait (append, run) takes the writer's turn itself when it is free, which
saves two changes of thread; everything else is written by the writer's own thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import repeat
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sarhad.ledger import merkle, tree
from sarhad.ledger.checkpoint import Checkpoint, signature_of
from sarhad.ledger.errors import StoreFailure
from sarhad.ledger.held import Held
from sarhad.ledger.model import Draft
from sarhad.ledger.store import OWN, Row, Store, StoredCheckpoint, Writing
from sarhad.wire.envelope import SALT_BYTES, commit_all
from sarhad.wire.errors import SarhadError
from sarhad.wire.keys import SecretKey

MAX_GROUP = 5_000

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Job:
    """Something to write: drafts to append, or a call that writes within the transaction."""

    future: Future[Any]
    drafts: Sequence[Draft] = ()
    call: Callable[[Writing], Any] | None = None
    one: bool = False
    with_growth: Callable[[Writing, StoredCheckpoint], None] | None = None


@dataclass(frozen=True, slots=True)
class _Growth:
    """What a group adds to the own log."""

    rows: Sequence[Row]
    frontier: tree.Frontier
    tiles: list[tree.FullTile]
    checkpoint: StoredCheckpoint


class Writer:
    """Owns the writing side of the store and the growth of the own log.

    ``secret``, ``_unsettled``, the store's writing connection and the own log's frontier
    belong to the holder of ``_turn``.  ``_jobs`` is a thread-safe queue.  ``_closed`` is
    set under ``_gate``, so that no job is put behind the one that ends the thread.
    Drafts of one thread keep their order among submits, and among appends.
    """

    def __init__(self, store: Store, own: Held, secret: SecretKey) -> None:
        """Start the thread; ``secret`` signs the checkpoints of ``own``."""
        self.secret = secret
        self._store = store
        self._own = own
        self._unsettled: _Growth | None = None
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._turn = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name=f"ledger-{own.log}", daemon=True)
        self._thread.start()

    def submit(self, draft: Draft) -> Future[int]:
        """Append one draft with whatever else waits; the future gives its sequence number once it is durable."""
        return self._put(_Job(Future(), (draft,), one=True))

    def append(self, drafts: Sequence[Draft]) -> Future[list[int]]:
        """Append drafts in order, in one group; the future gives their sequence numbers once they are durable."""
        return self._put(_Job(Future(), drafts), waits=True)

    def append_with(self, draft: Draft, call: Callable[[Writing, StoredCheckpoint], None]) -> int:
        """Append one draft, and in the same transaction whatever ``call`` writes, who is told the new checkpoint.

        The caller sees to it that nobody appends meanwhile: the draft must be the last of its group.
        """
        return int(self._put(_Job(Future(), (draft,), one=True, with_growth=call), waits=True).result())

    def run_sure(self, call: Callable[[Writing], None], landed: Callable[[], bool]) -> None:
        """Make ``call`` durable; when the store does not say so, ``landed`` looks whether it did.

        Raises StoreFailure when it did not land, or when even that cannot be seen.
        """
        try:
            self.run(call)
        except StoreFailure:
            if not landed():
                raise

    def run(self, call: Callable[[Writing], T]) -> T:
        """Make ``call`` part of a transaction; return its result once it is durable.

        Raises what ``call`` raised, or StoreFailure (the outcome is then unknown).
        """
        future: Future[T] = self._put(_Job(Future(), call=call), waits=True)
        return future.result()

    def close(self) -> None:
        """Write what waits, then end the thread."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()
        with self._turn:  # a caller that took the turn before the gate closed
            pass

    def _put(self, job: _Job, *, waits: bool = False) -> Future[Any]:
        """Queue a job; when its caller ``waits`` for it and nobody writes, write it here and now."""
        with self._gate:
            if self._closed:
                raise SarhadError("the ledger is closed", where=self._own.log)
            leads = waits and self._turn.acquire(blocking=False)
            if not leads:
                self._jobs.put(job)
        if leads:
            try:
                self._write(job)
            finally:
                self._turn.release()
        return job.future

    def _loop(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                with self._turn:
                    self._write(job)
        finally:
            self._refuse_the_rest()

    def _write(self, first: _Job) -> None:
        """Write a job with all that wait; whatever happens, nobody is left waiting for ever."""
        group: list[_Job] = []
        self._take(first, group)
        try:
            self._commit(group)
        finally:
            self._refuse(group)

    def _take(self, first: _Job, group: list[_Job]) -> None:
        """Take ``first`` and what waits behind it, leaving out what was cancelled."""
        job: _Job | None = first
        count = 0
        while job is not None:
            if job.future.set_running_or_notify_cancel():
                group.append(job)
                count += len(job.drafts)
            if count >= MAX_GROUP:
                return
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return
        self._jobs.put(None)  # the sign to end is for the thread

    def _refuse_the_rest(self) -> None:
        """Close, and refuse what is still queued: the thread ended, as it was told or by an error of its own."""
        with self._gate:
            self._closed = True
        rest: list[_Job] = []
        while not self._jobs.empty():
            job = self._jobs.get()
            if job is not None and job.future.set_running_or_notify_cancel():
                rest.append(job)
        self._refuse(rest)

    def _refuse(self, group: list[_Job]) -> None:
        for job in group:
            if not job.future.done():
                job.future.set_exception(SarhadError("the ledger's writer has stopped", where=self._own.log))

    def _commit(self, group: list[_Job]) -> None:
        """Write a group; resolve its futures only when it is durable."""
        growth: _Growth | None = None
        failing: _Job | None = None
        results: list[Any] = []
        try:
            self._settle()
            growth = self._grow([draft for job in group for draft in job.drafts])
            with self._store.write() as writing:
                if growth is not None:
                    _write_growth(writing, growth)
                for failing in group:
                    if failing.with_growth is not None and growth is not None:
                        failing.with_growth(writing, growth.checkpoint)
                    results.append(failing.call(writing) if failing.call is not None else None)
                failing = None
        except StoreFailure as error:
            if growth is None or not self._landed(growth):
                _fail(group, error)
                return  # a group that landed has all its results: it is one transaction
        except SarhadError as error:
            self._without(group, failing, error)
            return
        self._done(group, growth, results)

    def _without(self, group: list[_Job], failing: _Job | None, error: SarhadError) -> None:
        """A call refused: the transaction was undone, so write the rest of the group again without it."""
        if failing is None:
            _fail(group, error)
            return
        failing.future.set_exception(error)
        rest = [job for job in group if job is not failing]
        if rest:
            self._commit(rest)

    def _done(self, group: list[_Job], growth: _Growth | None, results: list[Any]) -> None:
        seq = self._own.frontier.size
        if growth is not None:
            self._own.grown(growth.frontier)
        for job, result in zip(group, results, strict=True):
            if job.call is not None:
                job.future.set_result(result)
            else:
                job.future.set_result(seq if job.one else list(range(seq, seq + len(job.drafts))))
                seq += len(job.drafts)

    def _grow(self, drafts: list[Draft]) -> _Growth | None:
        """Commit to the drafts and sign the checkpoint after them; nothing is written yet."""
        if not drafts:
            return None
        own = self._own
        random = os.urandom(SALT_BYTES * len(drafts))
        salts = [random[at : at + SALT_BYTES] for at in range(0, len(random), SALT_BYTES)]
        bodies = [draft.body for draft in drafts]
        signatures = [draft.signature for draft in drafts]
        head, start = own.head, own.frontier.size
        seqs = range(start, start + len(drafts))
        commitments = commit_all(head, start, random, bodies)
        rows = list(zip(seqs, commitments, salts, bodies, signatures, repeat(None), strict=False))
        frontier, tiles = tree.extend(
            own.frontier, b"".join([merkle.leaf_hash(commitment) for commitment in commitments])
        )
        view = Checkpoint(own.identity.origin, frontier.size, frontier.root())
        signed = StoredCheckpoint(view.size, view.root, signature_of(view, self.secret))
        return _Growth(rows, frontier, tiles, signed)

    def _landed(self, growth: _Growth) -> bool:
        """Ask the store whether a group that was reported as failed is there; remember the doubt if it cannot say."""
        self._unsettled = growth
        try:
            return self._settle_with(growth)
        except StoreFailure:
            return False

    def _settle(self) -> None:
        """Clear up an earlier doubt before anything is built on it; raises StoreFailure while that is impossible."""
        growth = self._unsettled
        if growth is not None and self._settle_with(growth):
            self._own.grown(growth.frontier)

    def _settle_with(self, growth: _Growth) -> bool:
        stored = self._store.checkpoint(OWN, growth.checkpoint.size)
        self._unsettled = None
        return stored is not None and stored.root == growth.checkpoint.root


def _write_growth(writing: Writing, growth: _Growth) -> None:
    writing.add_group(growth.rows, growth.checkpoint)
    if growth.tiles:
        writing.add_tiles(OWN, growth.tiles)


def _fail(group: list[_Job], error: SarhadError) -> None:
    for job in group:
        job.future.set_exception(error)
