"""The response to an incident: propose, order one's own units, ask for the other side's, reply."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from sarhad.desk import NotFound
from sarhad.desk.responding import Wanted
from sarhad.picture.views import ResponseStatistics, ResponseView, UnitView
from sarhad.response import joint
from sarhad.response.kept import Kept, WayLine
from sarhad.response.proposal import Passing
from sarhad.response.proposal import Proposal as Plan
from sarhad.response.snapshot import Need
from sarhad.web.guards import allow
from sarhad.web.office import Call, Here, Office, signed_in
from sarhad.web.shapes import Answered, Body, Written
from sarhad.web.watch import Drill
from sarhad.wire.ids import Ref
from sarhad.wire.kinds import Proposal, Reason, Unit
from sarhad.wire.record import Record
from sarhad.wire.values import Count, Microseconds, Release, Short, Urgency, Words

READERS = allow("duty", "commander", "secretary", "planner", "auditor")


class ProposeBody(Body, frozen=True, kw_only=True):
    """What is needed there.  ``release`` is who may read the response, when this opens it.

    ``without`` names units that are not to be proposed.  ``before``: who would come later is not proposed.
    """

    incident: Ref
    urgency: Urgency
    capabilities: Annotated[tuple[Short, ...], Meta(max_length=20)] = ()
    strength: Count = 0
    release: Release | None = None
    without: Annotated[tuple[Ref, ...], Meta(max_length=50)] = ()
    before: Microseconds | None = None


class SendBody(Body, frozen=True, kw_only=True):
    """Order our units of the proposal and ask for the other side's; ``units`` absent: all of them.

    ``despite``: although a notice is in force on the way, or the proposal is overtaken.
    """

    proposal: Ref
    units: Annotated[tuple[Ref, ...], Meta(min_length=1, max_length=50)] | None = None
    text: Words | None = None
    despite: bool = False


class ReplyBody(Body, frozen=True, kw_only=True):
    """Say whether a unit that the other side asks for will come; ``will`` orders it out too."""

    request: Ref
    outcome: Literal["will", "cannot", "refuse"]
    text: Words
    despite: bool = False


class NamedUnit(Answered, frozen=True, kw_only=True):
    """A unit that the response speaks of, as it is known here; ``view`` None: only its name is known."""

    ref: str
    party: str
    view: UnitView | None


class LegDetail(Answered, frozen=True, kw_only=True):
    """How a proposed unit's time was found; ``position_age_s`` None: its home post's position."""

    unit: str
    off_road_m: int
    position_age_s: int | None
    passings: tuple[Passing, ...]


class ResponsePage(Answered, frozen=True, kw_only=True):
    """The response to an incident at this moment; ``response`` None: nobody has opened one.

    ``overtaken`` says why the newest proposal no longer holds, empty while it does.  ``plan``
    is the newest proposal with all that only this side may know, where this side made it;
    ``details`` and ``ways`` tell more of each unit's way.
    """

    response: ResponseView | None
    estimates: tuple[joint.Estimate, ...]
    overtaken: tuple[Reason, ...]
    lacking: Need | None
    plan: Proposal | None
    details: tuple[LegDetail, ...]
    ways: tuple[WayLine, ...]
    units: tuple[NamedUnit, ...]
    may_plan: bool
    now_us: int


class WrittenAll(Answered, frozen=True, kw_only=True):
    """The records that were written, in order; empty when all had been written before."""

    records: tuple[Written, ...]


@get("/api/response/{incident:str}", opt=READERS, operation_id="getResponse", tags=["response"])
async def get_response(office: Here, incident: FromPath[str]) -> ResponsePage:
    """The response to one incident: who leads, the newest proposal with its reasons, how far each unit has come."""
    desk = office.desk
    if desk.picture.incident(incident) is None:
        raise NotFound("there is no such incident here", where=incident[:60], do="Check the number")
    view, now = desk.picture.response(incident), desk.now()
    if view is None:
        return ResponsePage(
            response=None, estimates=(), overtaken=(), lacking=None, plan=None, details=(), ways=(), units=(),
            may_plan=office.compute is not None, now_us=now,
        )  # fmt: skip
    ground = desk.picture.ground(view.exercise)
    kept = await asyncio.to_thread(office.responding.kept, view.proposals[-1]) if view.proposals else None
    estimates = joint.estimates(view, now)
    late = [one.unit for one in estimates if one.late_s > 0]
    need = joint.left(view, ground, late)
    return ResponsePage(
        response=view,
        estimates=estimates,
        overtaken=joint.overtaken(desk.picture, view, now),
        lacking=None if joint.served(view, need, late) else need,
        plan=None if kept is None else _whole(view, kept),
        details=() if kept is None else _details(kept),
        ways=() if kept is None else kept.ways,
        units=_units(office, view, kept),
        may_plan=office.compute is not None,
        now_us=now,
    )


def _whole(view: ResponseView, kept: Kept) -> Proposal:
    """Return the newest proposal as its own side may see it: every unit that was passed over is told of."""
    plan = msgspec.json.decode(kept.proposal, type=Plan)
    (answer,) = plan.answers
    everything = {one.unit for one in answer.passed_over}
    everything |= {one.nearest.unit for one in answer.unmet if one.nearest is not None}
    everything |= {ref for one in answer.passed_over if isinstance(ref := one.why.values.get("ref"), str)}
    newest = view.proposals[-1].data
    return joint.record_of(newest.response, newest.as_of, kept, plan, newest.kept, frozenset(everything))


def _details(kept: Kept) -> tuple[LegDetail, ...]:
    (answer,) = msgspec.json.decode(kept.proposal, type=Plan).answers
    return tuple(
        LegDetail(
            unit=one.unit,
            off_road_m=one.way.off_road_m,
            position_age_s=one.way.position_age_s,
            passings=one.way.passings,
        )
        for one in answer.chosen
    )


def _units(office: Office, view: ResponseView, kept: Kept | None) -> tuple[NamedUnit, ...]:
    """Return every unit that the response names."""
    picture = office.desk.picture
    ground = picture.ground(view.exercise)
    by_ref = {one.ref: one for one in ground.units}
    by_code = {(one.party, one.code): one for one in ground.units}
    named = {one.unit for one in view.turnouts}
    for proposal in view.proposals:
        data = proposal.data
        named |= {leg.unit for leg in data.legs} | {one.unit for one in data.spared}
        named |= {text for one in data.unmet for fact in one.facts if fact.name == "nearest" for text in fact.texts}
    if kept is not None:
        answer = msgspec.json.decode(kept.proposal, type=Plan).answers[0]
        named |= {one.unit for one in answer.passed_over}
        named |= {one.nearest.unit for one in answer.unmet if one.nearest is not None}
    found = []
    for ref in sorted(named):
        party, held = ref.partition(":")[0].partition(".")[0], picture.held(ref)
        code = held.data.code if held is not None and isinstance(held.data, Unit) else ""
        found.append(NamedUnit(ref=ref, party=party, view=by_ref.get(ref) or by_code.get((party, code))))
    return tuple(found)


@post(
    "/api/response/propose",
    opt=allow("duty", "commander", "planner"),
    status_code=201,
    operation_id="proposeResponse",
    tags=["response"],
)
async def propose(request: Call, data: JSONBody[ProposeBody], office: Here) -> Written:
    """Open the response if nobody has, have the planner propose, and put the proposal on record."""
    wanted = Wanted(
        incident=data.incident,
        urgency=data.urgency,
        capabilities=data.capabilities,
        strength=data.strength,
        release=data.release,
        without=data.without,
        before=data.before,
    )
    made = await office.responding.propose(signed_in(request).actor, wanted, office.responder)
    return _written(made)


@post(
    "/api/response/send",
    opt=allow("duty", "commander"),
    status_code=201,
    operation_id="sendResponse",
    tags=["response"],
)
async def send(request: Call, data: JSONBody[SendBody], office: Here) -> WrittenAll:
    """Order our units of a proposal out, and ask the other side for its."""
    actor = signed_in(request).actor
    made = await office.responding.send(
        actor, data.proposal, data.units, data.text, office.compute, despite=data.despite
    )
    return WrittenAll(records=tuple(map(_written, made)))


@post(
    "/api/response/reply",
    opt=allow("duty", "commander"),
    status_code=201,
    operation_id="replyToUnitRequest",
    tags=["response"],
)
async def reply(request: Call, data: JSONBody[ReplyBody], office: Here) -> WrittenAll:
    """Answer the other side's request for one of our units; ``will`` orders it out as well."""
    actor = signed_in(request).actor
    made = await office.responding.reply(
        actor, data.request, data.outcome, data.text, office.compute, despite=data.despite
    )
    return WrittenAll(records=tuple(map(_written, made)))


@get("/api/response-statistics", opt=READERS, operation_id="getResponseStatistics", tags=["response"])
async def get_response_statistics(office: Here, exercise: Drill = None) -> list[ResponseStatistics]:
    """How fast each side's units accepted and arrived, by urgency, from countersigned times."""
    return office.desk.picture.response_statistics(exercise)


def _written(record: Record) -> Written:
    return Written(ref=record.ref, kind=record.kind, at=record.header.at)


HANDLERS = [get_response, propose, send, reply, get_response_statistics]
