"""One record as a view: what it says now, and everything that was said about it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from sarhad.picture.order import ref_order
from sarhad.picture.rules import RULES
from sarhad.picture.rules.base import same_exercise, target_ref
from sarhad.picture.state import STEPS, State
from sarhad.picture.views import (
    AnswerView,
    CorrectionView,
    Disregard,
    LinkedView,
    RecallAnswerView,
    RecallView,
    ReceiptView,
    RecordView,
    WideningView,
)
from sarhad.wire import canonical
from sarhad.wire.kinds import Answer, Correction, Recall, RecallAnswer, ReleaseAct
from sarhad.wire.record import Record
from sarhad.wire.registry import refs_of
from sarhad.wire.values import TLP

Recalled = Literal["", "asked", "complied", "refused"]


def record_view(state: State, record: Record) -> RecordView:
    """Render a record."""
    header = record.header
    first: dict[str, Any] = msgspec.json.decode(header.data)
    corrections = state.corrections(record)
    newest = corrections[-1].data if corrections else None
    data = canonical.decode(bytes(newest.data)) if isinstance(newest, Correction) else first
    return RecordView(
        ref=record.ref,
        log=record.log,
        seq=record.seq,
        party=header.party,
        by=header.by,
        kind=header.kind,
        known=record.data is not None,
        at=header.at,
        bracket=state.bracket(record),
        exercise=header.exercise,
        release=header.release,
        tlp=TLP.get(header.release.to, "TLP:RED"),
        widened=tuple(_widening(act) for act in state.attached(record, "release")),
        data=data,
        first_data=None if data == first else first,
        unknown_fields=record.unknown_fields,
        corrections=tuple(_correction(one, one is corrections[-1]) for one in corrections),
        recall=recall_view(state, record),
        receipts=receipt_views(state, record),
        answers=answer_views(state, record),
        linked=_linked(state, record),
        disregarded=state.reason(record),
        disregards=disregards(state, record),
        waits_for=tuple(sorted({ref for ref in _refs(record) if ref not in state.records})),
    )


def _refs(record: Record) -> tuple[str, ...]:
    return () if record.data is None else tuple(refs_of(record.data))


def _widening(act: Record) -> WideningView:
    assert isinstance(act.data, ReleaseAct)
    return WideningView(ref=act.ref, by=act.header.by, at=act.header.at, release=act.data.release)


def _correction(record: Record, newest: bool) -> CorrectionView:
    assert isinstance(record.data, Correction)
    header = record.header
    return CorrectionView(ref=record.ref, by=header.by, at=header.at, reason=record.data.reason, in_effect=newest)


def _linked(state: State, record: Record) -> tuple[LinkedView, ...]:
    found = sorted((state.records[ref] for ref in state.links.get(record.ref, ())), key=ref_order)
    return tuple(LinkedView(ref=r.ref, kind=r.kind, party=r.party, at=r.header.at) for r in found)


def recall_view(state: State, record: Record) -> RecallView | None:
    """Render the newest recall of a record with the replies to it, or None."""
    recalls = state.attached(record, "recall") if record.ref in state.links else []
    if not recalls:
        return None
    newest = recalls[-1]
    assert isinstance(newest.data, Recall)
    answers = []
    for reply in state.attached(newest, "recall-answer"):
        assert isinstance(reply.data, RecallAnswer)
        answers.append(
            RecallAnswerView(ref=reply.ref, party=reply.party, complied=reply.data.complied, text=reply.data.text)
        )
    header = newest.header
    return RecallView(ref=newest.ref, by=header.by, at=header.at, reason=newest.data.reason, answers=tuple(answers))


def recalled_word(state: State, record: Record) -> Recalled:
    """Return how far a recall has come: each replying party's newest word counts, a refusal before all."""
    view = recall_view(state, record)
    if view is None:
        return ""
    words = {answer.party: answer.complied for answer in view.answers}
    if not words:
        return "asked"
    return "complied" if all(words.values()) else "refused"


def receipt_views(state: State, record: Record) -> tuple[ReceiptView, ...]:
    """Render each party's first receipt of each step for a record, by party and step."""
    found = []
    for party in sorted(state.receivers.get(record.log, ())):
        for step in STEPS:
            receipt = state.receipt(record, party, step)
            if receipt is not None:
                header = receipt.header
                found.append(
                    ReceiptView(
                        party=party,
                        step=step,
                        ref=receipt.ref,
                        by=header.by,
                        at=header.at,
                        bracket=state.bracket(receipt),
                    )
                )
    return tuple(found)


def answer_views(state: State, record: Record) -> tuple[AnswerView, ...]:
    """Render the answers to a record, or the replies to a recall, that count."""
    if record.ref not in state.links:
        return ()
    return tuple(_answer(state, reply) for reply in state.attached(record, "answer", "recall-answer"))


def _answer(state: State, reply: Record) -> AnswerView:
    said = state.effective(reply)
    assert isinstance(said, Answer | RecallAnswer)
    outcome = said.outcome if isinstance(said, Answer) else ("complied" if said.complied else "refused")
    return AnswerView(
        ref=reply.ref,
        party=reply.party,
        by=reply.header.by,
        at=reply.header.at,
        outcome=outcome,
        text=said.text,
        bracket=state.bracket(reply),
    )


def disregards(state: State, record: Record) -> tuple[Disregard, ...]:
    """Return the records hung on this one that do not count, and why."""
    if record.ref not in state.links:
        return ()
    found = []
    for one in state.hanging(record):
        reason = state.reason(one) or ("" if same_exercise(one, record) else "other-exercise")
        if reason:
            found.append(Disregard(ref=one.ref, kind=one.kind, party=one.party, reason=reason))
    return tuple(found)


def attaches(record: Record) -> str | None:
    """Return the reference of what the record hangs on, or None."""
    rule = RULES.get(record.kind)
    return None if rule is None else target_ref(record, rule)
