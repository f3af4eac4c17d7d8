"""From what verification kept to rows of testimony: receipts matched, brackets taken, deadlines judged.

Rows are made one at a time, in log order, by sweeping each reader's receipts beside
the records, so that neither many records nor many receipts are held at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from sarhad.ledger.bundle_format import LogIndex
from sarhad.ledger.spool import Kept, Spool
from sarhad.ledger.testimony import Judgement, Step, Testimony, backdated, judge
from sarhad.wire.ids import make_ref, party_of
from sarhad.wire.kinds import Terms
from sarhad.wire.registry import KINDS

STEPS = ("delivered", "seen", "acknowledged", "answered")
_MAX_AGREEMENTS = 256
_NOT_BEFORE = """
SELECT max(first) FROM (
  SELECT min(w.time_s) AS first FROM cites c
  JOIN checkpoint k ON k.log = c.cited AND k.size = c.size AND k.root = c.root
  JOIN witnessed w ON w.log = c.cited AND w.by = c.cited AND w.size = c.size
  WHERE c.log = ? AND c.seq = ? GROUP BY c.cited, c.size)
"""
_COVERED = "SELECT time_s FROM witnessed WHERE log = ? AND by = ? AND size > ? ORDER BY size, time_s LIMIT 1"
_BEST: tuple[Judgement, ...] = ("met", "unproven", "late", "missing")


@dataclass(frozen=True, slots=True)
class InForce:
    """Terms that every party named has signed; ``signed`` gives each log's signature (its sequence)."""

    terms: Terms
    signed: dict[str, int]


class Rows:
    """The testimony of one verified bundle.  Reads the spool, writes nothing."""

    def __init__(self, spool: Spool, logs: Sequence[LogIndex]) -> None:
        """Take what verification kept, and the logs that the bundle holds."""
        self._spool = spool
        self._logs = [log.log for log in logs]
        self._agreements = list(_agreements(spool, self._logs))
        self._step = lru_cache(maxsize=4096)(self._read_step)

    def __iter__(self) -> Iterator[Testimony]:
        """Yield the rows, log by log, in log order."""
        for log in sorted(self._logs):
            yield from self._of_log(log)

    def _of_log(self, log: str) -> Iterator[Testimony]:
        others = [other for other in sorted(self._logs) if party_of(other) != party_of(log)]
        sweeps = {(other, step): _Sweep(self._spool, log, step, other) for other in others for step in STEPS}
        for row in self._spool.query("SELECT * FROM entry WHERE log = ? AND told ORDER BY seq", log):
            kept = Kept(*row)
            reached = set()
            for other in others:
                steps = {step: sweeps[other, step].at(kept.seq) for step in STEPS}
                if any(seq is not None for seq in steps.values()):
                    reached.add(party_of(other))
                    found = {step: self._step(other, seq) for step, seq in steps.items()}
                    yield self._row(kept, party_of(other), found)
            if not reached or (kept.reader and kept.reader not in reached):
                yield self._row(kept, kept.reader, {})

    def _row(self, kept: Kept, reader: str, steps: dict[str, Step | None]) -> Testimony:
        not_before, not_after = self.bracket(kept.log, kept.seq)
        row = Testimony(
            ref=make_ref(kept.log, kept.seq),
            kind=kept.kind,
            party=kept.party,
            by=kept.by,
            claimed_at=kept.at,
            summary=kept.summary,
            reader=reader,
            not_before_s=not_before,
            not_after_s=not_after,
            backdated=backdated(kept.at, not_before, not_after),
            exercise=kept.exercise,
            urgency=kept.urgency,
            countersigned_s=self._covered(kept.log, kept.seq, reader),
            delivered=steps.get("delivered"),
            seen=steps.get("seen"),
            acknowledged=steps.get("acknowledged"),
            answered=steps.get("answered"),
        )
        return self._judged(row, kept) if reader and kept.urgency else row

    def bracket(self, log: str, seq: int) -> tuple[int | None, int | None]:
        """Return not before and not after, in seconds: by checkpoints cited, and by others' countersignatures."""
        after = [
            self._covered(log, seq, party) for party in {party_of(other) for other in self._logs} - {party_of(log)}
        ]
        not_after = min((time for time in after if time is not None), default=None)
        return self._spool.one(_NOT_BEFORE, log, seq), not_after

    def _covered(self, log: str, seq: int, party: str) -> int | None:
        """Time of the party's first countersignature over the entry."""
        times = [self._spool.one(_COVERED, log, by, seq) for by in self._logs if party_of(by) == party]
        return min((time for time in times if time is not None), default=None)

    def _read_step(self, log: str, seq: int | None) -> Step | None:
        if seq is None:
            return None
        row = self._spool.query("SELECT * FROM entry WHERE log = ? AND seq = ?", log, seq).fetchone()
        if row is None:
            return None
        kept = Kept(*row)
        before, after = self.bracket(log, seq)
        return Step(
            ref=make_ref(log, seq),
            by=kept.by,
            claimed_at=kept.at,
            not_before_s=before,
            not_after_s=after,
            backdated=backdated(kept.at, before, after),
        )

    def _judged(self, row: Testimony, kept: Kept) -> Testimony:
        """Add the deadlines of the agreement in force when the record was written, in its log's order."""
        held = [a for a in self._agreements if {kept.party, row.reader} <= set(a.terms.parties)]
        held = [a for a in held if a.signed.get(kept.log, kept.seq) < kept.seq]
        if not held or row.countersigned_s is None:
            return row
        newest = max(held, key=lambda a: a.signed[kept.log])
        clock = next((c for c in newest.terms.clocks if c.urgency == kept.urgency), None)
        if clock is None:
            return row
        expects = KINDS[kept.kind].expects
        acknowledge_due = row.countersigned_s + clock.acknowledge_s if clock.acknowledge_s else None
        answer_due = row.countersigned_s + clock.answer_s if clock.answer_s and expects == "answer" else None
        either = [judge(acknowledge_due, step) for step in (row.acknowledged, row.answered)]
        return msgspec.structs.replace(
            row,
            agreement=make_ref(kept.log, newest.signed[kept.log]),
            acknowledge_due_s=acknowledge_due,
            acknowledge=min(either, key=_BEST.index) if acknowledge_due is not None else "",
            answer_due_s=answer_due,
            answer=judge(answer_due, row.answered),
        )


class _Sweep:
    """The first record of ``log`` that says ``step`` of an entry, asked for ascending entries.

    ``_open`` is a heap of (record, last entry) of the runs begun; ``_next`` the run
    after them.  Both are written by ``at`` only.
    """

    def __init__(self, spool: Spool, cited: str, step: str, log: str) -> None:
        sql = "SELECT first, last, seq FROM span WHERE cited = ? AND step = ? AND log = ? ORDER BY first, seq"
        self._runs = spool.query(sql, cited, step, log)
        self._next: tuple[int, int, int] | None = self._runs.fetchone()
        self._open: list[tuple[int, int]] = []

    def at(self, seq: int) -> int | None:
        """Return the lowest record that covers ``seq``, or None."""
        while self._next is not None and self._next[0] <= seq:
            _, last, record = self._next
            if last >= seq:
                heapq.heappush(self._open, (record, last))
            self._next = self._runs.fetchone()
        while self._open and self._open[0][1] < seq:
            heapq.heappop(self._open)
        return self._open[0][0] if self._open else None


def _agreements(spool: Spool, logs: Sequence[str]) -> Iterator[InForce]:
    """Yield the terms that all their parties have signed, by the same bytes."""
    signed: dict[bytes, dict[str, int]] = {}
    newest = "SELECT seq, terms FROM agreement WHERE log = ? ORDER BY seq DESC LIMIT ?"
    for log in logs:
        for seq, terms in spool.query(newest, log, _MAX_AGREEMENTS):
            signed.setdefault(terms, {})[log] = seq
    for raw, by in signed.items():
        terms = msgspec.json.decode(raw, type=Terms)
        if set(terms.parties) <= {party_of(log) for log in by}:
            yield InForce(terms, by)
