"""Partners' logs: extending our mirror of them, countersigning, and keeping evidence.

Everything is checked first, outside of any transaction, by the thread that holds the
log's ``growing`` lock; then entries, tiles, checkpoint and our countersignature become
durable in one transaction, then the guard holds what we countersigned, and only then is
the countersignature given to anyone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sarhad.ledger import checkpoint as checkpoints
from sarhad.ledger import conflicts, cosignature, merkle, note, tree
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.ledger.errors import Damaged, Frozen, OutOfStep
from sarhad.ledger.held import Held
from sarhad.ledger.model import Countersignature, Entry, Extended, Identity, Opening
from sarhad.ledger.store import Guard, Head, Row, Store, StoredCheckpoint, StoredLine, Writing
from sarhad.ledger.writer import Writer
from sarhad.wire import envelope
from sarhad.wire.errors import VerificationError
from sarhad.wire.keys import SecretKey

Check = Callable[[Opening], str]
MAX_EVIDENCE = 200
MAX_EXHIBIT_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Claim:
    """A checkpoint whose log signature verified, with the log's own countersignature line if it came with one."""

    checkpoint: Checkpoint
    signature: bytes
    line: StoredLine | None
    raw: bytes


class Mirror:
    """Writes partners' logs.

    ``secret`` and ``witness`` are replaced by Ledger.rotate; the rest never changes.
    Whoever calls with a Held holds its ``growing`` lock.
    """

    def __init__(
        self,
        store: Store,
        writer: Writer,
        guard: Guard,
        witness: Identity,
        secret: SecretKey,
        clock: Callable[[], int],
    ) -> None:
        """``secret`` is the witness key of ``witness``, the own log; ``clock`` gives microseconds UTC."""
        self._store = store
        self._writer = writer
        self._guard = guard
        self.witness = witness
        self.secret = secret
        self._clock = clock

    def extend(
        self, held: Held, start: int, commitments: bytes, openings: Sequence[Opening], raw: bytes, check: Check
    ) -> Extended:
        """See Ledger.extend."""
        held.refuse_if_frozen()
        if held.stale:
            held.load(self._store)
        claim = self._open(held, raw)
        at = claim.checkpoint.size
        if at <= held.frontier.size:
            return self._again(held, start, claim, openings)
        if start != held.frontier.size:
            raise OutOfStep(held.log, held.frontier.size)
        if len(commitments) != (at - start) * envelope.COMMITMENT_BYTES:
            raise VerificationError(f"not the {at - start} commitments that lead to the checkpoint", where=held.log)
        frontier, tiles = tree.extend(held.frontier, merkle.leaf_hashes(commitments))
        if frontier.root() != claim.checkpoint.root:
            self._conflict(held, conflicts.NOT_CONTINUED, claim, commitments)
        self._check_cosigned(held, frontier, tiles, claim)
        rows, opened, refused = self._rows(held, start, commitments, openings, check)
        mine = self._cosign(held, claim.checkpoint)

        def write(writing: Writing) -> None:
            writing.add_entries(held.no, rows)
            writing.add_tiles(held.no, tiles)
            _write_claim(writing, held, claim, mine)

        self._durably(held, write, frontier)
        held.grown(frontier)
        self._guarded(held, claim.checkpoint)
        return Extended(start, at, opened, _view(held, claim.checkpoint, mine), refused)

    def disclose(self, held: Held, openings: Sequence[Opening], check: Check) -> list[int]:
        """See Ledger.disclose."""
        held.refuse_if_frozen()
        rows, opened = [], []
        for opening in openings:
            if not 0 <= opening.seq < held.frontier.size:
                raise OutOfStep(held.log, held.frontier.size)
            entry = self._entry(held, opening.seq)
            if entry.body is not None and not entry.refused:
                continue
            envelope.check_commitment(held.head, opening.seq, opening.salt, opening.body, entry.commitment)
            why = check(opening)
            if entry.body is not None and why:
                continue
            rows.append((opening.salt, opening.body, opening.signature, why or None, opening.seq))
            if not why:
                opened.append(opening.seq)
        if rows:
            self._writer.run_sure(
                lambda writing: writing.open_entries(held.no, rows),
                lambda: all(self._entry(held, row[4]).body == row[1] for row in rows),
            )
        return opened

    def add_checkpoint(self, held: Held, raw: bytes, old: int, proof: Sequence[bytes]) -> str:
        """See Ledger.add_checkpoint."""
        held.refuse_if_frozen()
        if held.stale:
            held.load(self._store)
        claim = self._open(held, raw)
        at = claim.checkpoint
        newest = self._newest_cosigned(held)
        if old > at.size:
            raise VerificationError(f"the old size {old} is above the checkpoint's {at.size}", where="old")
        if old != newest.size:
            raise OutOfStep(held.log, newest.size)
        if at.size <= held.frontier.size and held.tree().root(at.size) != at.root:
            self._conflict(held, conflicts.CONTRADICTED, claim, b"")
        if at.size == newest.size and newest.size and at.root != newest.root:
            self._conflict(held, conflicts.TWO_ROOTS, claim, b"")
        merkle.verify_consistency(old, at.size, newest.root, at.root, proof)
        stored = self._store.line(held.no, at.size, self.witness.log)
        if stored is not None:
            self._guarded(held, at)
            return stored.line
        mine = self._cosign(held, at)
        self._writer.run(lambda writing: _write_claim(writing, held, claim, mine))
        self._guarded(held, at)
        return mine.line

    def freeze(self, held: Held, reason: str, exhibits: Sequence[bytes]) -> int:
        """Keep evidence and freeze the log, in one transaction; return the evidence's id.

        What freezes a log is kept however much else is: a person has thawed it since the
        last time.  Only a log that is frozen already, and whose cabinet is full, keeps
        the evidence that it was frozen for.
        """
        full = held.frozen and len(self._store.evidence_ids(held.log)) >= MAX_EVIDENCE
        before = held.evidence if full else 0

        def write(writing: Writing) -> int:
            found = before or writing.add_evidence(held.log, self._clock(), reason, _bounded(exhibits))
            writing.set_frozen(held.no, reason, found)
            return found

        evidence = self._writer.run(write)
        held.evidence, held.frozen = evidence, reason
        return evidence

    def keep(self, held: Held, what: str, exhibits: Sequence[bytes]) -> int:
        """See Ledger.keep_evidence: the oldest are the proof, so a full cabinet takes nothing more."""
        held_already = self._store.evidence_ids(held.log)
        if len(held_already) >= MAX_EVIDENCE:
            return held_already[-1]
        now = self._clock()
        return self._writer.run(lambda writing: writing.add_evidence(held.log, now, what, _bounded(exhibits)))

    def _open(self, held: Held, raw: bytes) -> _Claim:
        """Verify a note: the log's signature, and the log's own countersignature where there is one."""
        parsed = note.parse(raw)
        identity = held.identity_at(checkpoints.parse_text(parsed.text).size)
        checkpoint, signature = checkpoints.open_note(parsed, identity.origin, identity.log_key)
        line = None
        for text in cosignature.lines_of(parsed, identity.witness_name, identity.witness_key):
            time_s = cosignature.open_cosignature(checkpoint, text, identity.witness_name, identity.witness_key)
            line = line or StoredLine(checkpoint.size, held.log, time_s, text)
        return _Claim(checkpoint, signature, line, raw)

    def _again(self, held: Held, start: int, claim: _Claim, openings: Sequence[Opening]) -> Extended:
        """A checkpoint up to what we hold: the same answer as before, or evidence."""
        at = claim.checkpoint
        if held.tree().root(at.size) != at.root:
            self._conflict(held, conflicts.CONTRADICTED, claim, b"")
        mine = self._store.line(held.no, at.size, self.witness.log)
        if mine is None and at.size < held.frontier.size:
            raise OutOfStep(held.log, held.frontier.size)
        if mine is None:
            mine = self._cosign(held, at)
            line = mine
            self._writer.run(lambda writing: _write_claim(writing, held, claim, line))
        elif claim.line is not None:
            self._keep_line(held, claim.line)
        self._guarded(held, at)
        opened = [o.seq for o in openings if start <= o.seq < at.size and self._usable(held, o.seq)]
        return Extended(start, at.size, opened, _view(held, at, mine))

    def _keep_line(self, held: Held, line: StoredLine) -> None:
        """Keep the log's own countersignature if the note came without it the first time."""
        if self._store.line(held.no, line.size, line.by) is None:
            self._writer.run(lambda writing: writing.add_line(held.no, line))

    def _entry(self, held: Held, seq: int) -> Entry:
        found = self._store.entries(held.no, seq, seq + 1, 1)
        if not found:
            raise Damaged("an entry is missing", where=f"{held.log}:{seq}")
        return found[0]

    def _usable(self, held: Held, seq: int) -> bool:
        entry = self._entry(held, seq)
        return entry.body is not None and not entry.refused

    def _rows(
        self, held: Held, start: int, commitments: bytes, openings: Sequence[Opening], check: Check
    ) -> tuple[list[Row], list[int], list[int]]:
        """Check every opening; return the rows to write, and which contents may be used."""
        step = envelope.COMMITMENT_BYTES
        rows: list[Row] = [
            (seq, commitments[at : at + step], None, None, None, None)
            for seq, at in enumerate(range(0, len(commitments), step), start)
        ]
        opened: list[int] = []
        refused: list[int] = []
        for opening, made in zip(openings, _commitments(held.head, openings), strict=True):
            at = opening.seq - start
            if not 0 <= at < len(rows):
                raise VerificationError(f"entry {opening.seq} is not in this extension", where=held.log)
            commitment = rows[at][1]
            if made != commitment:
                envelope.check_commitment(held.head, opening.seq, opening.salt, opening.body, commitment)
            if rows[at][2] is not None:
                raise VerificationError(f"entry {opening.seq} is opened twice", where=held.log)
            why = check(opening)
            (refused if why else opened).append(opening.seq)
            rows[at] = (opening.seq, commitment, opening.salt, opening.body, opening.signature, why or None)
        return rows, opened, refused

    def _check_cosigned(self, held: Held, frontier: tree.Frontier, tiles: list[tree.FullTile], claim: _Claim) -> None:
        """What we countersigned without holding it (add_checkpoint, or before our store was put back) must fit."""
        cosigned = held.cosigned
        if cosigned is None or not held.frontier.size < cosigned.size <= frontier.size:
            return
        fresh = {(tile.level, tile.index): tile.nodes for tile in tiles}
        grown = tree.Tree(frontier, lambda level, index: fresh.get((level, index)) or held.source(level, index))
        if grown.root(cosigned.size) != cosigned.root:
            self._conflict(held, conflicts.not_as_countersigned(cosigned.size), claim, b"")

    def _conflict(self, held: Held, what: str, claim: _Claim, came: bytes) -> None:
        """Keep both sides of a contradiction, freeze the log, raise Frozen."""
        exhibits = [claim.raw]
        for size in {
            min(claim.checkpoint.size, held.frontier.size),
            held.frontier.size,
            self._newest_cosigned(held).size,
        }:
            stored = self._store.newest_checkpoint(held.no, size)
            if stored is not None:
                ours = Checkpoint(held.identity.origin, stored.size, stored.root)
                kept = checkpoints.note_of(ours, held.key_of(stored), stored.signature)
                if kept not in exhibits:
                    exhibits.append(kept)
        if came:
            exhibits.append(came)
        raise Frozen(held.log, what, self.freeze(held, what, exhibits))

    def _newest_cosigned(self, held: Held) -> Head:
        """The greatest tree head of a partner's log that we countersigned."""
        if held.cosigned is not None:
            return held.cosigned
        return Head(0, merkle.EMPTY_ROOT)

    def _cosign(self, held: Held, checkpoint: Checkpoint) -> StoredLine:
        time_s = self._clock() // 1_000_000
        line = cosignature.cosign(checkpoint, self.witness.witness_name, self.secret, time_s)
        return StoredLine(checkpoint.size, self.witness.log, time_s, line)

    def _durably(self, held: Held, write: Callable[[Writing], None], frontier: tree.Frontier) -> None:
        """Write an extension; ``stale`` stays set when the store does not even say whether it landed."""

        def landed() -> bool:
            stored = self._store.checkpoint(held.no, frontier.size)
            return stored is not None and stored.root == frontier.root() and self._store.size(held.no) == frontier.size

        held.stale = True
        self._writer.run_sure(write, landed)
        held.stale = False

    def _guarded(self, held: Held, checkpoint: Checkpoint) -> None:
        """Let the guard hold what we countersigned, before the countersignature leaves."""
        if held.cosigned is None or checkpoint.size > held.cosigned.size:
            head = Head(checkpoint.size, checkpoint.root)
            self._guard.advance(held.log, held.cosigned, head)
            held.cosigned = head


def _commitments(head: bytes, openings: Sequence[Opening]) -> Sequence[bytes]:
    """Return the commitment to each opening, b"" where it must be judged by itself.

    A push nearly always opens a run of entries, and a run is hashed in less time.
    """
    first = openings[0].seq if openings else 0
    run = all(one.seq == seq and len(one.salt) == envelope.SALT_BYTES for seq, one in enumerate(openings, first))
    if not run or not 0 <= first < 2**62:
        return [b""] * len(openings)
    salts = b"".join([one.salt for one in openings])
    return envelope.commit_all(head, first, salts, [one.body for one in openings])


def _write_claim(writing: Writing, held: Held, claim: _Claim, mine: StoredLine) -> None:
    at = claim.checkpoint
    writing.add_checkpoint(held.no, StoredCheckpoint(at.size, at.root, claim.signature))
    writing.add_line(held.no, mine)
    if claim.line is not None:
        writing.add_line(held.no, claim.line)


def _view(held: Held, at: Checkpoint, line: StoredLine) -> Countersignature:
    return Countersignature(held.log, at.size, at.root, line.by, line.time_s, line.line)


def _bounded(exhibits: Sequence[bytes]) -> list[bytes]:
    return [bytes(exhibit[:MAX_EXHIBIT_BYTES]) for exhibit in exhibits[:8]]
