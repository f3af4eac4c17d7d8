"""One log of a bundle, verified in one pass and constant memory.

Commitments, checkpoints and opened records are read side by side: the tree hash is
compared at each checkpoint's size as the frontier passes it, every record is held
against the commitment that stands at its place.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from sarhad.ledger import proof as proofs
from sarhad.ledger.bundle_bodies import Bodies
from sarhad.ledger.bundle_format import LogIndex, Members, NoteLine, RecordLine
from sarhad.ledger.bundle_keys import KeyRing
from sarhad.ledger.bundle_read import Bundle
from sarhad.ledger.frontier import Frontier
from sarhad.ledger.merkle import leaf_hash, verify_inclusion
from sarhad.ledger.spool import Spool
from sarhad.ledger.spool_notable import QUIET, keep
from sarhad.wire.envelope import COMMITMENT_BYTES, SALT_BYTES, check_signature, commitment_head
from sarhad.wire.errors import VerificationError
from sarhad.wire.fingerprint import fingerprint
from sarhad.wire.kinds import Manifest
from sarhad.wire.record import check_author, read_parts
from sarhad.wire.registry import KINDS, Data


class Fault(VerificationError):
    """A proof that does not hold, and where: the member, the log, the entry where there is one."""

    def __init__(self, what: str, file: str, log: str, seq: int | None = None) -> None:
        """Say what, in which member, of which log, at which entry."""
        super().__init__(what, where=file if seq is None else f"{file}, {log}:{seq}")
        self.file = file
        self.log = log
        self.seq = seq


@dataclass(frozen=True, slots=True)
class Pass:
    """What the passes over all logs of a bundle share.

    ``trusted`` tells whether a log's party may bound times by its countersignatures;
    ``advance`` is told how many entries were read.
    """

    bundle: Bundle
    ring: KeyRing
    spool: Spool
    trusted: Callable[[str], bool]
    advance: Callable[[int], None]


class LogCheck:
    """The pass over one log.  Every field is written by ``run`` and what it calls; one pass, one thread.

    ``_base`` and ``_piece``: the commitments in hand and the entry they begin at.
    ``_line``: the next opened entry not yet checked.  ``_opened``: how many were.
    ``_act_floor`` and ``_note_floor``: the newest manifest whose key has signed.
    """

    def __init__(self, run: Pass, log: LogIndex) -> None:
        """Take what the whole verification shares, and the log's index entry."""
        self._bundle, self._ring, self._spool, self._advance = run.bundle, run.ring, run.spool, run.advance
        self._trusted = run.trusted
        self._log = log
        self._members = Members(log.log)
        self._keys = run.ring.logs[log.log]
        self._head = commitment_head(log.origin)
        self._frontier = Frontier()
        self._bodies = Bodies(log.party, QUIET)
        self._lines: Iterator[RecordLine] = iter(())
        self._line: RecordLine | None = None
        self._opened = 0
        self._act_floor = 0
        self._note_floor = 0
        self._base = 0
        self._piece = b""
        self._to_prove: dict[int, bytes] = {}
        self.fingerprint = ""

    def run(self) -> None:
        """Verify the log; raise Fault at the first proof that does not hold."""
        self._lines = self._guard(self._bundle.records(self._log.log), self._members.records)
        self._line = next(self._lines, None)
        if self._line is None or self._line.seq != 0:
            raise Fault("the first entry, the manifest, is not opened", self._members.records, self._log.log, 0)
        notes = self._guard(self._bundle.checkpoints(self._log.log), self._members.checkpoints)
        note = next(notes)
        count = 0
        for piece in self._guard(self._bundle.commitments(self._log), self._members.commitments):
            self._base, self._piece, at = self._frontier.size, piece, 0
            end = self._base + len(piece) // COMMITMENT_BYTES
            while note is not None and note.size <= end:
                at = self._take(at, note.size)
                self._checkpoint(note)
                count += 1
                note = next(notes, None)
            self._take(at, end)
            self._advance(end - self._base)
        self._finish(count - 1, note)

    def _guard(self, items: Iterator[object], file: str) -> Iterator:  # type: ignore[type-arg]
        """Give what the streams of the bundle raise the log that they belong to."""
        try:
            yield from items
        except VerificationError as error:
            raise Fault(error.what, error.where or file, self._log.log) from error

    def _take(self, at: int, end: int) -> int:
        """Append the commitments in hand up to entry ``end``, then check the entries opened among them."""
        stop = (end - self._base) * COMMITMENT_BYTES
        self._frontier.extend(self._piece[at:stop])
        if self._line is not None and self._line.seq < end:
            self._records(end)
        return stop

    def _records(self, end: int) -> None:
        """Check the opened entries before ``end``.  The one hot loop: locals, no calls that can be spared."""
        head, piece, base = self._head, self._piece, self._base
        valid, lines, digest = self._bodies.valid, self._lines, hmac.digest
        line, opened = self._line, 0
        while line is not None and line.seq < end:
            seq, body = line.seq, line.body
            at = (seq - base) * COMMITMENT_BYTES
            commitment = digest(line.salt, head + seq.to_bytes(8, "big") + body, "sha256")
            if commitment != piece[at : at + COMMITMENT_BYTES] or len(line.salt) != SALT_BYTES:
                self._fail("the record does not open its commitment", seq)
            try:
                if line.sig is not None or not valid(body):
                    self._read(line)
            except VerificationError as error:
                self._fail(error.what, seq)
            except (msgspec.MsgspecError, ValueError) as error:
                self._fail(str(error), seq)
            if self._log.proofs:
                self._to_prove[seq] = commitment
            opened += 1
            line = next(lines, None)
        self._line = line
        self._opened += opened

    def _fail(self, what: str, seq: int) -> None:
        raise Fault(what, self._members.records, self._log.log, seq)

    def _read(self, line: RecordLine) -> None:
        """Read a body in full; check an act's own signature, a manifest's keys; keep what testimony needs."""
        header, data = read_parts(line.body)
        check_author(self._log.log, header, data)
        self._bodies.learn(line.body, header, data)
        kind = KINDS.get(header.kind)
        if line.sig is not None or (kind is not None and kind.act):
            self._act(line)
        if header.kind == "manifest" or line.seq == 0:
            self._manifest(line, data)
        if data is None or header.kind not in QUIET:
            keep(self._spool, self._log.log, line.seq, header, data)

    def _act(self, line: RecordLine) -> None:
        """Check an act's own signature by the keys in force, newest first."""
        candidates = self._keys.candidates(line.seq, self._act_floor)
        for index in candidates:
            try:
                check_signature(self._keys.held[index].log_key, line.body, line.sig)
            except VerificationError:
                if index == candidates[-1]:
                    raise
            else:
                self._act_floor = index
                return

    def _manifest(self, line: RecordLine, data: Data | None) -> None:
        if not isinstance(data, Manifest):
            raise VerificationError("the first entry must be a manifest that this version can read")
        if (data.log, data.origin) != (self._log.log, self._log.origin):
            raise VerificationError("the manifest is of another log, or of another origin, than the index says")
        self._keys.meet(line.seq, data.log_key, data.witness_key)
        if line.seq == 0:
            self.fingerprint = fingerprint(line.body)

    def _checkpoint(self, note: NoteLine) -> None:
        file = self._members.checkpoint if note.size == self._log.size else self._members.checkpoints
        log = self._log.log
        try:
            checkpoint, found, self._note_floor = self._ring.open(log, note.note.encode(), self._note_floor)
        except VerificationError as error:
            raise Fault(f"at size {note.size}: {error.what}", file, log) from error
        if checkpoint.size != note.size or checkpoint.root != self._frontier.root():
            raise Fault(f"the commitments do not give the checkpoint's root at size {note.size}", file, log)
        self._spool.add_checkpoint(log, checkpoint.size, checkpoint.root)
        for countersigner in found:
            if self._trusted(countersigner.by):
                self._spool.add_witnessed(log, countersigner.by, checkpoint.size, countersigner.time_s)

    def _finish(self, earlier: int, note: NoteLine | None) -> None:
        """Compare what was read with what the index says was there."""
        log, index = self._log.log, self._log
        if note is not None:  # an empty log: nothing was streamed, and no manifest can be in it
            raise Fault("a log without entries", self._members.commitments, log)
        if self._line is not None:
            self._fail("opened, but the log is shorter", self._line.seq)
        if (self._opened, earlier) != (index.records, index.checkpoints):
            said = f"{index.records} opened records and {index.checkpoints} earlier checkpoints"
            raise Fault(f"the index says {said}; there are {self._opened} and {earlier}", self._members.records, log)
        if self._keys.seen != len(self._keys.held):
            raise Fault("lists a manifest that is not opened", self._members.keys, log)
        if index.proofs not in (0, index.records):
            raise Fault("proof files for some of the records only", self._members.records, log)
        self._spool.flush()
        for seq, commitment in self._to_prove.items():
            self._prove(seq, commitment)

    def _prove(self, seq: int, commitment: bytes) -> None:
        """Check a tlog-proof: its inclusion, its checkpoint's signatures, and that the checkpoint is one of ours."""
        log = self._log.log
        try:
            proof = proofs.parse(self._bundle.proof(log, seq))
            checkpoint, _, _ = self._ring.open(log, proof.note)
            verify_inclusion(leaf_hash(commitment), seq, checkpoint.size, proof.path, checkpoint.root)
        except VerificationError as error:
            raise Fault(error.what, self._members.proof(seq), log, seq) from error
        root = self._spool.one("SELECT root FROM checkpoint WHERE log = ? AND size = ?", log, checkpoint.size)
        if proof.index != seq or proof.extra is not None or root != checkpoint.root:
            what = "of another entry, or with extra data, or under a checkpoint that is not the bundle's"
            raise Fault(what, self._members.proof(seq), log, seq)
