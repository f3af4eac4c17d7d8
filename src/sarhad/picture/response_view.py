"""A response as a view: who leads, what was proposed, how far each unit has come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from sarhad.picture.order import key_of, position, ref_order
from sarhad.picture.record_view import answer_views
from sarhad.picture.state import State
from sarhad.picture.statistics import percentile
from sarhad.picture.views.items import StepStatistics
from sarhad.picture.views.records import AnswerView
from sarhad.picture.views.responses import (
    AskedView,
    LeadHandoverView,
    LeadView,
    ProposalView,
    ResponseStatistics,
    ResponseView,
    StepView,
    TurnoutState,
    TurnoutView,
)
from sarhad.wire.kinds import Handover, Proposal, Response, Tasking, Unit, UnitRequest
from sarhad.wire.record import Record
from sarhad.wire.values import Urgency

ACCEPTED = ("will", "done")
DECLINED = ("cannot", "refuse")
KEPT_PROPOSALS = 20


def response_view(state: State, incident: Record) -> ResponseView | None:
    """Render the response to an incident, None where nobody has opened one."""
    opened = sorted(state.attached(incident, "response"), key=key_of)
    if not opened:
        return None
    first = opened[0]
    said = state.effective(first)
    assert isinstance(said, Response)
    offers = sorted((one for each in opened for one in state.attached(each, "handover")), key=ref_order)
    leads, counted = _leads(state, first, offers)
    proposals = sorted((one for each in opened for one in state.attached(each, "proposal")), key=key_of)
    return ResponseView(
        ref=first.ref,
        incident=incident.ref,
        party=first.party,
        by=first.header.by,
        at=first.header.at,
        exercise=incident.header.exercise,
        urgency=said.urgency,
        capabilities=said.capabilities,
        strength=said.strength,
        text=said.text,
        beside=tuple(one.ref for one in opened[1:]),
        lead=leads[-1].party,
        leads=tuple(leads),
        handovers=tuple(_handover(state, one, leads[-1].party, counted) for one in offers),
        proposals=tuple(_proposal(one) for one in proposals[-KEPT_PROPOSALS:]),
        turnouts=tuple(_turnouts(state, incident)),
    )


def _proposal(record: Record) -> ProposalView:
    assert isinstance(record.data, Proposal)
    return ProposalView(ref=record.ref, party=record.party, by=record.header.by, at=record.header.at, data=record.data)


# Who leads.


def _leads(state: State, first: Record, offers: list[Record]) -> tuple[list[LeadView], set[str]]:
    """Follow the lead from who opened, over each accepted handover by who led then; return also which counted.

    A handover moves the lead when its author led when it was written, by the author's own
    order: after the record by which the lead had come to it.
    """
    leads = [LeadView(party=first.party, ref=first.ref, at=first.header.at)]
    since, counted = position(first), set[str]()
    while True:
        passed = [
            (position(one), one, reply)
            for one in offers
            if one.party == leads[-1].party and position(one) > since and (reply := _acceptance(state, one)) is not None
        ]
        if not passed:
            return leads, counted
        _, one, reply = min(passed, key=lambda entry: entry[0])
        counted.add(one.ref)
        answer = state.records[reply.ref]
        leads.append(LeadView(party=answer.party, ref=answer.ref, at=answer.header.at))
        since = position(answer)


def _reply(state: State, offer: Record) -> AnswerView | None:
    """Return the addressee's newest answer that accepts or declines."""
    assert isinstance(offer.data, Handover | UnitRequest)
    to = offer.data.to
    said = [a for a in answer_views(state, offer) if a.party == to and a.outcome in ACCEPTED + DECLINED]
    return said[-1] if said else None


def _acceptance(state: State, offer: Record) -> AnswerView | None:
    reply = _reply(state, offer)
    return reply if reply is not None and reply.outcome in ACCEPTED else None


def _handover(state: State, record: Record, lead: str, counted: set[str]) -> LeadHandoverView:
    data, reply = record.data, _reply(state, record)
    assert isinstance(data, Handover)
    word: Literal["offered", "accepted", "declined", "void"] = "offered"
    if record.ref in counted:
        word = "accepted"
    elif reply is not None and reply.outcome in DECLINED:
        word = "declined"
    elif reply is not None or record.party != lead:
        word = "void"
    return LeadHandoverView(
        ref=record.ref,
        party=record.party,
        by=record.header.by,
        to=data.to,
        at=record.header.at,
        when=data.when,
        crossing=data.crossing,
        place=data.place,
        text=data.text,
        state=word,
        answer=reply,
        bracket=state.bracket(record),
    )


# What each unit does.


def _turnouts(state: State, incident: Record) -> Iterator[TurnoutView]:
    """Render each unit that was asked for or ordered, by party and by its newest name."""
    found: dict[tuple[str, str], tuple[list[Record], list[Record]]] = {}
    for record in sorted(state.attached(incident, "unit-request", "tasking"), key=ref_order):
        assert isinstance(record.data, UnitRequest | Tasking)
        asked, steps = found.setdefault(_unit_key(state, record.data.unit), ([], []))
        (asked if isinstance(record.data, UnitRequest) else steps).append(record)
    for key in sorted(found):
        yield _turnout(state, *found[key])


def _unit_key(state: State, ref: str) -> tuple[str, str]:
    """Return by what a unit is known: its party and code, or the name of its record while that is not held."""
    record = state.records.get(ref)
    party = ref.partition(":")[0].partition(".")[0]
    known = record is not None and isinstance(record.data, Unit)
    return party, record.data.code if known and record is not None and isinstance(record.data, Unit) else ref


def _turnout(state: State, requests: list[Record], taskings: list[Record]) -> TurnoutView:
    newest = (taskings or requests)[-1]
    assert isinstance(newest.data, UnitRequest | Tasking)
    asked = _asked(state, requests[-1]) if requests else None
    steps = tuple(_step(state, one) for one in taskings)
    start = _start(asked, steps)
    return TurnoutView(
        unit=newest.data.unit,
        party=newest.data.unit.partition(":")[0].partition(".")[0],
        state=_state(asked, steps),
        asked=asked,
        steps=steps,
        start_s=start,
        accept_s=_took(start, steps, ("accepted", "en-route", "arrived")),
        arrive_s=_took(start, steps, ("arrived",)),
    )


def _asked(state: State, record: Record) -> AskedView:
    said = state.effective(record)
    assert isinstance(said, UnitRequest)
    return AskedView(
        ref=record.ref,
        party=record.party,
        by=record.header.by,
        at=record.header.at,
        urgency=said.urgency,
        proposal=said.proposal,
        due=said.due,
        text=said.text,
        delivered_s=state.delivered(record, said.to),
        answer=_reply(state, record),
    )


def _step(state: State, record: Record) -> StepView:
    said = state.effective(record)
    assert isinstance(said, Tasking)
    return StepView(
        ref=record.ref,
        by=record.header.by,
        at=record.header.at,
        status=said.status,
        text=said.text,
        due=said.due,
        answers=said.answers,
        proposal=said.proposal,
        bracket=state.bracket(record),
    )


def _state(asked: AskedView | None, steps: tuple[StepView, ...]) -> TurnoutState:
    """Return how far the unit has come: its own side's newest word, unless it was asked for again since."""
    last: TurnoutState | None = steps[-1].status if steps else None  # type: ignore[assignment]  # a tasking's statuses are among them
    if last is not None and last not in ("declined", "closed"):
        return last
    if asked is not None and not any(step.answers == asked.ref for step in steps):
        if asked.answer is None:
            return "asked"
        return "promised" if asked.answer.outcome in ACCEPTED else "declined"
    assert last is not None
    return last


def _start(asked: AskedView | None, steps: tuple[StepView, ...]) -> int | None:
    if asked is not None:
        return asked.delivered_s
    return next((step.bracket.not_after_s for step in steps if step.status == "ordered"), None)


def _took(start: int | None, steps: tuple[StepView, ...], statuses: tuple[str, ...]) -> int | None:
    proved = [s.bracket.not_after_s for s in steps if s.status in statuses and s.bracket.not_after_s is not None]
    return None if start is None or not proved else max(0, min(proved) - start)


# How fast.


def response_statistics(views: Iterable[ResponseView], exercise: str | None) -> list[ResponseStatistics]:
    """Return how fast each party's units accepted and arrived, by urgency, from countersigned times."""
    took: dict[str, dict[tuple[Literal["accept", "arrive"], Urgency], list[int]]] = {}
    steps: tuple[Literal["accept", "arrive"], ...] = ("accept", "arrive")
    for view in views:
        for one in view.turnouts:
            for step, seconds in zip(steps, (one.accept_s, one.arrive_s), strict=True):
                if seconds is not None:
                    took.setdefault(one.party, {}).setdefault((step, view.urgency), []).append(seconds)
    return [
        ResponseStatistics(
            party=party,
            exercise=exercise,
            steps=tuple(
                _measured(step, urgency, sorted(took[party][step, urgency])) for step, urgency in sorted(took[party])
            ),
        )
        for party in sorted(took)
    ]


def _measured(step: Literal["accept", "arrive"], urgency: Urgency, ascending: list[int]) -> StepStatistics:
    return StepStatistics(
        step=step,
        urgency=urgency,
        measured=len(ascending),
        median_s=percentile(ascending, 50),
        p90_s=percentile(ascending, 90),
        met=0,
        late=0,
        unproven=0,
        overdue=0,
        open=0,
    )
