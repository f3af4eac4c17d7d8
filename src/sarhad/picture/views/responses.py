"""The joint answer to an incident: who leads, what was proposed, what each unit does, how long it took."""

from __future__ import annotations

from typing import Literal

from sarhad.picture.views.items import StepStatistics
from sarhad.picture.views.records import AnswerView, Bracket, View
from sarhad.wire.kinds import Proposal
from sarhad.wire.values import Moment, Place, Urgency, Words


class ProposalView(View, frozen=True, kw_only=True):
    """What the planner suggested, as the record of ``party`` says it."""

    ref: str
    party: str
    by: str
    at: int
    data: Proposal


class AskedView(View, frozen=True, kw_only=True):
    """The newest request for a unit and what its owner replied; ``delivered_s`` is proved by its countersignature."""

    ref: str
    party: str
    by: str
    at: int
    urgency: Urgency
    proposal: str | None
    due: Moment | None
    text: Words | None
    delivered_s: int | None
    answer: AnswerView | None


class StepView(View, frozen=True, kw_only=True):
    """One status that a unit's own side wrote of its tasking."""

    ref: str
    by: str
    at: int
    status: str
    text: Words | None
    due: Moment | None
    answers: str | None
    proposal: str | None
    bracket: Bracket


TurnoutState = Literal["asked", "promised", "declined", "ordered", "accepted", "en-route", "arrived", "closed"]
"""``asked``: no reply yet.  ``promised``: its owner said that it comes, and has not ordered it yet."""


class TurnoutView(View, frozen=True, kw_only=True):
    """One unit's part in the response; ``steps`` oldest first.

    ``accept_s`` and ``arrive_s``: seconds from the proved start to the proof of that step, None while
    either is not proved.  The start of a unit that was asked for is the request's delivery, of
    one's own unit the first countersignature that covers its order.
    """

    unit: str
    party: str
    state: TurnoutState
    asked: AskedView | None
    steps: tuple[StepView, ...]
    start_s: int | None
    accept_s: int | None
    arrive_s: int | None


class LeadView(View, frozen=True, kw_only=True):
    """A party that leads, or led, and the record by which the lead came to it."""

    party: str
    ref: str
    at: int


class LeadHandoverView(View, frozen=True, kw_only=True):
    """A handover of the lead.  ``void``: its author did not lead when it would have passed."""

    ref: str
    party: str
    by: str
    to: str
    at: int
    when: Moment
    crossing: str | None
    place: Place | None
    text: Words | None
    state: Literal["offered", "accepted", "declined", "void"]
    answer: AnswerView | None
    bracket: Bracket


class ResponseView(View, frozen=True, kw_only=True):
    """The response to an incident.

    ``ref`` is the record that opened it, ``beside`` those that opened it once more.  ``leads``
    oldest first, so that the last one leads now.  ``proposals`` oldest first by claimed time.
    """

    ref: str
    incident: str
    party: str
    by: str
    at: int
    exercise: str | None
    urgency: Urgency
    capabilities: tuple[str, ...]
    strength: int
    text: Words | None
    beside: tuple[str, ...]
    lead: str
    leads: tuple[LeadView, ...]
    handovers: tuple[LeadHandoverView, ...]
    proposals: tuple[ProposalView, ...]
    turnouts: tuple[TurnoutView, ...]


class ResponseStatistics(View, frozen=True, kw_only=True):
    """How fast ``party`` turns its units out: to acceptance and to arrival, by urgency."""

    party: str
    exercise: str | None
    steps: tuple[StepStatistics, ...]
