"""What the picture keeps: the records held, who names whom, receipts, and facts of time.

Everything here only grows, and adding is commutative and idempotent: sets, least
values, frontiers.  Every view is computed from it, so the order in which records
came can never show.  Nothing is removed; a record that must not count is judged so
each time it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Literal

from sarhad.picture.order import SortedKeys, key_of, log_name, position, ref_order
from sarhad.picture.rules import GROUND_KINDS, RULES
from sarhad.picture.rules.about import corrected
from sarhad.picture.rules.base import same_exercise, target_ref
from sarhad.picture.spans import SpanMap
from sarhad.picture.views import Bracket
from sarhad.picture.witness import Facts
from sarhad.wire.errors import VerificationError
from sarhad.wire.ids import party_of
from sarhad.wire.kinds import Attachment, Receipt, ReleaseAct
from sarhad.wire.record import Record
from sarhad.wire.registry import Data, refs_of
from sarhad.wire.values import may_read

CHAIN = 4
"""How many records deep a remark on a remark still belongs to its incident."""

BACKDATED_US = 120 * 1_000_000
"""How far a claimed time may lie outside its bracket before it is flagged."""

Step = Literal["delivered", "seen", "acknowledged"]
STEPS: tuple[Step, ...] = ("delivered", "seen", "acknowledged")

_NONE: frozenset[str] = frozenset()


class State:
    """The grow-only state.  Written by ``hold`` and ``facts.add`` only, on the caller's one thread."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.links: dict[str, set[str]] = {}
        """A reference to the records that name it, held or not."""
        self.links_of_kind: dict[tuple[str, str], set[str]] = {}
        """The same by (reference, kind of the naming record): a unit has thousands of statuses and few corrections."""
        self.receipts: dict[tuple[str, str, str, str | None], SpanMap] = {}
        """(log, receiving party, step, exercise) to the first receipt of each entry."""
        self.lists: dict[tuple[str | None, str, str], SortedKeys] = {}
        """(exercise, kind, party) to the records' keys."""
        self.receivers: dict[str, set[str]] = {}
        """A log to the parties that gave receipts for it."""
        self.files: dict[str, set[str]] = {}
        """A file's SHA-256 to the attachment records that name it."""
        self.parties: set[str] = set()
        """Authors of the records held."""
        self.facts = Facts()
        self._chain: list[Record] = []
        """What ``chain`` found last: a fold asks four times for the same one.  Emptied by ``hold``."""

    def hold(self, record: Record) -> bool:
        """Add a record; False when it is held already.

        Raises VerificationError when another body is held at the same place (the
        ledger freezes such a log before it comes here).
        """
        known = self.records.get(record.ref)
        if known is not None:
            if known.body != record.body:
                raise VerificationError("two bodies at one place of a log", where=record.ref)
            return False
        self.records[record.ref] = record
        self._chain = []
        header = record.header
        self.parties.add(header.party)
        name = (header.exercise, header.kind, header.party)
        keys = self.lists.get(name)
        if keys is None:
            keys = self.lists[name] = SortedKeys()
        keys.add(key_of(record))
        data = record.data
        if data is None:
            return True
        if data.kind_info.ref_fields:
            for target in refs_of(data):
                self._link(target, header.kind, record.ref)
        if isinstance(data, Receipt):
            self._hold_receipt(record, data)
        elif isinstance(data, Attachment):
            self.files.setdefault(data.sha256, set()).add(record.ref)
        return True

    def _link(self, target: str, kind: str, ref: str) -> None:
        naming = self.links.get(target)
        if naming is None:
            naming = self.links[target] = set()
        naming.add(ref)
        of_kind = self.links_of_kind.get((target, kind))
        if of_kind is None:
            of_kind = self.links_of_kind[target, kind] = set()
        of_kind.add(ref)

    def _hold_receipt(self, record: Record, data: Receipt) -> None:
        if party_of(data.log) == record.party:
            return
        name = (data.log, record.party, data.step, record.header.exercise)
        spans = self.receipts.setdefault(name, SpanMap())
        where = position(record)
        for first, last in data.spans:
            spans.add(first, last, where)
        self.receivers.setdefault(data.log, set()).add(record.party)

    # What the rules look up.

    def get(self, ref: str) -> Record | None:
        """Return the record, or None when it is not held."""
        return self.records.get(ref)

    def granted(self, record: Record, party: str) -> bool:
        """Tell whether the record's marking or a release act lets ``party`` (taken as a partner) read it."""
        return next(self.grants(record, party), None) is not None

    # Judgements.

    def reason(self, record: Record) -> str:
        """Return why the record is disregarded, "" when it counts (or its subject is not held yet)."""
        rule = RULES.get(record.kind)
        if rule is None or record.data is None:
            return ""
        if rule.bound:
            ref = target_ref(record, rule)
            target = self.records.get(ref) if ref is not None else None
            if target is not None and not same_exercise(record, target):
                return "other-exercise"
        return rule.check(record, self)

    def attached(self, target: Record, *kinds: str) -> list[Record]:
        """Return the records of ``kinds`` that hang on ``target`` and count, in reference order."""
        return [r for r in self.hanging(target, *kinds) if same_exercise(r, target) and not self.reason(r)]

    def hanging(self, target: Record, *kinds: str) -> list[Record]:
        """Return the records of ``kinds`` (none: all) that name ``target`` by the field they attach by."""
        named = [self.naming(target.ref, kind) for kind in kinds] if kinds else [self.links.get(target.ref, _NONE)]
        found = []
        for ref in (ref for refs in named for ref in refs):
            record = self.records[ref]
            rule = RULES.get(record.kind)
            if rule is not None and target_ref(record, rule) == target.ref:
                found.append(record)
        found.sort(key=ref_order)
        return found

    def naming(self, ref: str, kind: str) -> Set[str]:
        """Return the records of ``kind`` that name ``ref`` by any field."""
        return self.links_of_kind.get((ref, kind), _NONE)

    def corrections(self, record: Record) -> list[Record]:
        """Return the corrections of ``record`` that count, oldest first."""
        return self.attached(record, "correction") if record.ref in self.links else []

    def effective(self, record: Record) -> Data | None:
        """Return what the record says now: the data of its newest correction, else its own."""
        newest = self.corrections(record)
        if not newest or record.data is None:
            return record.data
        return corrected(newest[-1], record)

    def newest(self, kind: str, party: str, exercise: str | None) -> list[Record]:
        """Return a party's records of ``kind`` that count, in its own order: live, and of the exercise if given."""
        marks = {None, exercise} if kind in GROUND_KINDS else {exercise}
        found = [r for mark in marks for r in self.listed(mark, kind, party) if not self.reason(r)]
        found.sort(key=position)
        return found

    def listed(self, exercise: str | None, kind: str, party: str | None = None) -> Iterator[Record]:
        """Yield the records of one kind and exercise, by claimed time within each party."""
        for (mark, name, author), keys in self.lists.items():
            if mark == exercise and name == kind and party in (None, author):
                for _, log, seq in keys.sorted():
                    yield self.records[f"{log}:{seq}"]

    # Who may read, and since when it is proved that they have it.

    def grants(self, record: Record, party: str) -> Iterator[Record]:
        """Yield what lets ``party`` read ``record``: the record itself, release acts of its own party."""
        only = frozenset({party})
        if may_read(record.header.release, party, only):
            yield record
        if record.ref not in self.links:
            return
        for act in self.attached(record, "release"):
            assert isinstance(act.data, ReleaseAct)
            if may_read(act.data.release, party, only):
                yield act

    def delivered(self, record: Record, party: str) -> int | None:
        """When (s) ``party`` first countersigned a grant of ``record``, or None."""
        times = [self.facts.covered_by(grant.log, grant.seq, party) for grant in self.grants(record, party)]
        return min((time for time in times if time is not None), default=None)

    def bracket(self, record: Record) -> Bracket:
        """Return between which two foreign signatures the record was written."""
        after = self.facts.not_after(record.log, record.seq)
        known = [
            time
            for seen in record.header.seen
            if party_of(seen.log) != record.party and (time := self.facts.published(seen.log, seen.size)) is not None
        ]
        before = max(known, default=None)
        at = record.header.at
        early = before is not None and at < before * 1_000_000 - BACKDATED_US
        late = after is not None and at > after * 1_000_000 + BACKDATED_US
        return Bracket(not_before_s=before, not_after_s=after, backdated=early or late)

    def receipt(self, record: Record, party: str, step: str) -> Record | None:
        """Return the first receipt by ``party`` of that step for a record, of the same exercise; or None."""
        spans = self.receipts.get((record.log, party, step, record.header.exercise))
        found = spans.get(record.seq) if spans is not None else None
        return None if found is None else self.records[f"{log_name(party, found[0])}:{found[1]}"]

    def chain(self, record: Record) -> list[Record]:
        """Return the record, what it attaches to, what that attaches to: CHAIN deep, as far as held."""
        if self._chain and self._chain[0] is record:
            return self._chain
        found = [record]
        while len(found) <= CHAIN:
            rule = RULES.get(found[-1].header.kind)
            ref = target_ref(found[-1], rule) if rule is not None else None
            following = self.records.get(ref) if ref is not None else None
            if following is None:
                break
            found.append(following)
        self._chain = found
        return found
