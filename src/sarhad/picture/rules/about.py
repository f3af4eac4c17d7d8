"""Rules: records about records: release, receipt, recall and its answer, correction."""

from __future__ import annotations

from sarhad.picture.rules.base import Held, Rule, attached_to, both, own
from sarhad.wire.errors import VerificationError
from sarhad.wire.ids import party_of
from sarhad.wire.kinds import Correction, Recall, RecallAnswer, Receipt, ReleaseAct
from sarhad.wire.record import Record
from sarhad.wire.registry import KINDS, Data
from sarhad.wire.values import valid_release

STANDS_AS_SIGNED = frozenset(
    {"manifest", "agreement", "suspension", "resumption", "release", "pledge"}
    | {"receipt", "recall", "recall-answer", "correction", "watch-handover", "assignment", "proposal", "handover"}
)
"""Kinds that are not corrected: what was signed, said of a record, or promised stays; a new record follows."""

FIXED = frozenset(["to", "urgency", "incident", "about", "of", "unit", "pledge", "code", "officer"])
"""Fields that say what a record is about, and set its clock: a correction leaves them as they are."""


def corrected(correction: Record, target: Record) -> Data | None:
    """Return the target's data as a correction puts it, or None when that is not valid data of the kind."""
    assert isinstance(correction.data, Correction)
    try:
        return correction.data.read_as(KINDS[target.kind], correction.party)
    except VerificationError:
        return None


def _corrects(record: Record, held: Held) -> str:
    assert isinstance(record.data, Correction)
    target = held.get(record.data.record)
    if target is None:
        return ""
    if target.kind in STANDS_AS_SIGNED:
        return "stands-as-signed"
    if target.data is None:
        return "unknown-kind"
    data = corrected(record, target)
    if data is None:
        return "not-valid"
    moved = any(getattr(data, name) != getattr(target.data, name) for name in FIXED & set(data.__struct_fields__))
    return "changes-subject" if moved else ""


def _marking(record: Record, _held: Held) -> str:
    assert isinstance(record.data, ReleaseAct)
    return "" if valid_release(record.data.release) else "contradictory-marking"


def _of_another(record: Record, _held: Held) -> str:
    assert isinstance(record.data, Receipt)
    return "own-record" if party_of(record.data.log) == record.party else ""


def _was_asked(record: Record, held: Held) -> str:
    assert isinstance(record.data, RecallAnswer)
    recall = held.get(record.data.recall)
    if recall is None or not isinstance(recall.data, Recall):
        return ""
    if recall.party == record.party:
        return "not-addressed"
    recalled = held.get(recall.data.record)
    return "" if recalled is None or held.granted(recalled, record.party) else "not-addressed"


def _log(record: Record) -> tuple[str, ...]:
    assert isinstance(record.data, Receipt)
    return (f"log/{record.data.log}",)


RULES = (
    Rule("release", attaches="record", check=both(own("record"), _marking)),
    Rule("receipt", check=_of_another, subjects=_log),
    Rule("recall", attaches="record", check=own("record")),
    Rule(
        "recall-answer",
        attaches="recall",
        check=both(attached_to("recall", "recall", reason="not-a-recall"), _was_asked),
    ),
    Rule("correction", attaches="record", check=both(own("record"), _corrects)),
)
