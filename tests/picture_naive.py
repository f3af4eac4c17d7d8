"""A second, slow picture: everything worked out from the plain list of records each time it is asked.

Written from the contract's words, not from the fast code: no indexes, no caches, no
rules by kind, raw JSON in place of typed data.
"""

from __future__ import annotations

from typing import Any

import msgspec

from picture_cast import Item
from sarhad.picture import Witnessed
from sarhad.wire.ids import party_of
from sarhad.wire.record import Record
from sarhad.wire.registry import KINDS
from sarhad.wire.values import Release, may_read

GROUND = {"manifest", "officer", "agreement", "sector", "crossing", "post", "unit", "caveat"}
HANGS_BY = {
    "report": "incident", "claim": "incident", "tasking": "incident", "note": "about", "correction": "record",
    "recall": "record", "release": "record", "answer": "of", "denial": "of", "recall-answer": "recall",
    "unit-status": "unit", "resumption": "suspension", "measurement": "pledge", "pledge": "accepts", "assignment": "of",
    "response": "incident", "proposal": "response", "unit-request": "incident", "handover": "response",
}  # fmt: skip
OWN_ONLY = {"correction", "recall", "release", "unit-status", "resumption"}
SUBJECT = {
    "report": ["incident"], "claim": ["incident"], "tasking": ["incident"], "recall-answer": ["recall"],
    "answer": ["warning", "request", "allegation", "zone-notice", "unit-request", "handover"],
    "denial": ["allegation", "claim", "report"],
    "unit-status": ["unit"], "resumption": ["suspension"], "measurement": ["pledge"], "pledge": ["pledge"],
    "assignment": ["warning", "request", "allegation", "zone-notice", "recall", "unit-request", "handover"],
    "response": ["incident"], "proposal": ["response"], "unit-request": ["incident"], "handover": ["response"],
}  # fmt: skip
UNCORRECTED = {
    "manifest", "agreement", "suspension", "resumption", "release", "pledge", "receipt", "recall", "recall-answer",
    "correction", "assignment", "proposal", "handover",
}  # fmt: skip
STAYS = ("to", "urgency", "incident", "about", "of", "unit", "pledge", "code", "officer")


def order(record: Record) -> tuple[int, int]:
    return (int(record.log.partition(".")[2] or 1), record.seq)


class Naive:
    """The contract, word by word, over a list."""

    def __init__(self, items: list[Item]) -> None:
        self.records = {item.ref: item for item in items if isinstance(item, Record)}
        self.facts = [item for item in items if isinstance(item, Witnessed)]
        self.said = {ref: msgspec.json.decode(r.header.data) for ref, r in self.records.items()}

    def of_kind(self, kind: str) -> list[Record]:
        return sorted((r for r in self.records.values() if r.kind == kind), key=lambda r: (r.party, order(r)))

    # Does it count?

    def counts(self, record: Record) -> bool:
        said = self.said[record.ref]
        kind = record.kind
        if kind not in KINDS:
            return True
        if kind in ("manifest", "officer", "agreement") and record.header.exercise is not None:
            return False
        subject = self.records.get(said.get(HANGS_BY.get(kind, ""), ""))
        if subject is not None:
            if subject.header.exercise != record.header.exercise and subject.kind not in GROUND:
                return False
            if subject.kind not in SUBJECT.get(kind, [subject.kind]):
                return False
        if kind in OWN_ONLY and party_of(said[HANGS_BY[kind]]) != record.party:
            return False
        return self.counts_by_kind(record, said, subject)

    def counts_by_kind(self, record: Record, said: dict[str, Any], subject: Record | None) -> bool:
        kind = record.kind
        if kind == "unit-request" and party_of(said["unit"]) != said["to"]:
            return False
        if kind in ("warning", "request", "allegation", "zone-notice", "unit-request", "handover"):
            return said.get("to") != record.party
        if kind == "suspension":
            return bool(said["partner"] != record.party)
        if kind == "answer" and subject is not None:
            to = self.said[subject.ref].get("to")
            return record.party == to if to else record.party != subject.party
        if kind == "correction" and subject is not None:
            return self.corrects(said["data"], subject)
        if kind == "release":
            marking = said["release"]
            parties = marking.get("parties", [])
            return bool(parties) if marking["to"] == "named" else not parties
        if kind == "tasking":
            unit = self.records.get(said["unit"])
            return party_of(said["unit"]) == record.party and (unit is None or unit.kind == "unit")
        if kind == "unit-status":
            exact = self.records.get(said.get("blurs", ""))
            return exact is None or exact.kind == "unit-status"
        if kind == "recall-answer" and subject is not None:
            recalled = self.records.get(self.said[subject.ref]["record"])
            asked = subject.party != record.party
            return asked and (recalled is None or self.may_read(recalled, record.party))
        if kind == "resumption" and subject is not None:
            return bool(self.said[subject.ref]["partner"] == said["partner"])
        if kind == "pledge" and subject is not None:
            return bool({**said, "accepts": 0} == {**self.said[subject.ref], "accepts": 0})
        return kind != "agreement" or self.signs(record, said)

    def signs(self, record: Record, said: dict[str, Any]) -> bool:
        accepted = self.records.get(said.get("accepts", ""))
        same = accepted is None or (accepted.kind == "agreement" and self.said[accepted.ref]["terms"] == said["terms"])
        return record.party in said["terms"]["parties"] and same

    def corrects(self, data: dict[str, Any], subject: Record) -> bool:
        if subject.kind in UNCORRECTED or subject.kind not in KINDS:
            return False
        try:
            KINDS[subject.kind].decode(msgspec.json.encode(data)).check(subject.party)
        except (msgspec.ValidationError, ValueError):
            return False
        first = self.said[subject.ref]
        return all(data.get(name) == first.get(name) for name in STAYS)

    def hung(self, subject: Record, kind: str) -> list[Record]:
        """Return the records of a kind that hang on the subject and count, in their parties' order."""
        field = HANGS_BY[kind]
        return [r for r in self.of_kind(kind) if self.said[r.ref].get(field) == subject.ref and self.counts(r)]

    def now_says(self, record: Record) -> dict[str, Any]:
        corrections = self.hung(record, "correction")
        said: dict[str, Any] = self.said[corrections[-1].ref]["data"] if corrections else self.said[record.ref]
        return said

    # Who may read, and what is proved of time.

    def grants(self, record: Record, party: str) -> list[Record]:
        only = frozenset({party})
        found = [record] if may_read(record.header.release, party, only) else []
        for act in self.hung(record, "release"):
            if may_read(msgspec.convert(self.said[act.ref]["release"], Release), party, only):
                found.append(act)
        return found

    def may_read(self, record: Record, party: str) -> bool:
        return bool(self.grants(record, party))

    def covered(self, record: Record, parties: set[str]) -> int | None:
        times = [
            f.time_s for f in self.facts if f.log == record.log and f.size > record.seq and party_of(f.by) in parties
        ]
        return min(times, default=None)

    def delivered(self, record: Record, party: str) -> int | None:
        times = [self.covered(grant, {party}) for grant in self.grants(record, party)]
        return min((t for t in times if t is not None), default=None)

    def not_after(self, record: Record) -> int | None:
        return self.covered(record, {"ir", "pk", "af"} - {record.party})

    def acknowledgements(self, record: Record, party: str) -> list[Record]:
        covering = [
            r
            for r in self.of_kind("receipt")
            if r.party == party != record.party
            and r.header.exercise == record.header.exercise
            and self.said[r.ref]["log"] == record.log
            and self.said[r.ref]["step"] == "acknowledged"
            and any(first <= record.seq <= last for first, last in self.said[r.ref]["spans"])
        ]
        return covering[:1]

    # Terms.

    def clocks(self, a: str, b: str, written: Record | None = None) -> list[dict[str, Any]] | None:
        """Return the clocks of the newest terms that all parties named have signed, or None.

        ``written``: those that the author ``a`` of this record had signed before it.
        """
        signed: dict[bytes, dict[str, list[Record]]] = {}
        for record in self.of_kind("agreement"):
            if self.counts(record):
                terms = self.said[record.ref]["terms"]
                by = signed.setdefault(msgspec.json.encode(terms, order="sorted"), {p: [] for p in terms["parties"]})
                by[record.party].append(record)
        best: tuple[tuple[int, int], list[dict[str, Any]]] | None = None
        for raw, by in signed.items():
            rounds = min(len(records) for records in by.values())
            if not rounds or not {a, b} <= set(by):
                continue
            signatures = [by[min(a, b)][rounds - 1]]
            if written is not None:
                signatures = [mine for mine in by[a][:rounds] if order(mine) < order(written)]
            for signature in signatures:
                if best is None or order(signature) > best[0]:
                    best = (order(signature), msgspec.json.decode(raw)["clocks"])
        return None if best is None else best[1]
