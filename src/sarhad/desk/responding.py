"""The joint response at the desk: proposed, then ordered of one's own units and asked of the other side's.

The planner only proposes: every order and every request is an officer's act of its own
(law 6).  Each step may be repeated: what was ordered or asked already is passed over.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator, Awaitable, Iterable
from dataclasses import dataclass
from typing import Protocol

import msgspec
import structlog

from sarhad.desk.actor import Actor, NotFound, node_actor
from sarhad.desk.attachments import Attachments
from sarhad.desk.desk import Desk
from sarhad.picture.views import ProposalView, ResponseView
from sarhad.response import joint
from sarhad.response.errors import PlanError
from sarhad.response.kept import Kept, Question
from sarhad.response.proposal import Proposal as Plan
from sarhad.wire import canonical
from sarhad.wire.errors import Refused, Unavailable
from sarhad.wire.ids import party_of
from sarhad.wire.kinds import Answer, Attachment, Clash, Correction, Incident, Leg, Response, Tasking, Unit, UnitRequest
from sarhad.wire.record import Record
from sarhad.wire.values import OWN, Moment, Place, Release, Urgency, Words, may_read, named

LIMIT_MS = 10_000
"""The planner's time; the demonstration region takes some tenths of a second."""
TIMEOUT_S = 60.0
US = 1_000_000


log = structlog.get_logger("sarhad.responding")


class Computing(Protocol):
    """Puts a question to a worker process."""

    def __call__(self, task: str, question: bytes, *, timeout_s: float = 30.0) -> Awaitable[bytes]:
        """Return the answer."""
        ...


class Clashes(Refused):
    """A unit's way leads through an announced area while the notice is in force."""

    code = "notice-clash"


class Overtaken(Refused):
    """The proposal no longer holds."""

    code = "overtaken"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is needed at an incident, and who may read the response (None: as it was opened).

    ``before`` (microseconds): an arrival after it is of no use to this proposal (None: no such time).
    """

    incident: str
    urgency: Urgency
    capabilities: tuple[str, ...] = ()
    strength: int = 0
    release: Release | None = None
    text: Words | None = None
    without: tuple[str, ...] = ()
    before: int | None = None


class Responding:
    """Responses of one desk.  Use it within the desk's event loop."""

    def __init__(self, desk: Desk, files: Attachments) -> None:
        """Act at ``desk``; keep proposals among its ``files``."""
        self._desk = desk
        self._files = files
        # One step at a time for each incident, so that two officers do not order a unit twice.
        self._turns: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    def _turn(self, incident: str) -> asyncio.Lock:
        return self._turns.setdefault(incident, asyncio.Lock())

    # Proposing

    async def propose(self, actor: Actor, wanted: Wanted, compute: Computing) -> Record:
        """Open the response if nobody has, ask the planner, put its answer on record; return that record.

        A later proposal asks only for what the units that are coming do not give, and
        names what overtook the one before.  Raises Refused when nothing is lacking, PlanError
        and Unavailable as the planner does; a response that was opened stays open then.
        """
        turn = self._turn(wanted.incident)
        async with turn:
            view = await self._opened(actor, wanted)
            desk, now = self._desk, self._desk.now()
            ground = desk.picture.ground(view.exercise)
            late = [one.unit for one in joint.estimates(view, now) if one.late_s > 0]
            need = joint.left(view, ground, late)
            if joint.served(view, need, late):
                raise Refused("all that is needed is coming", where="incident", do="Wait, or ask for more")
            asked = joint.snapshot(
                desk.picture,
                desk.party,
                now,
                view.incident,
                msgspec.structs.replace(need, before=wanted.before),
                view.urgency,
                view.exercise,
                (*wanted.without, *late),
            )
            kept = await self._ask(view, asked.to_bytes(), now, compute)
            return await self._put_on_record(actor, view, now, kept)

    async def _opened(self, actor: Actor, wanted: Wanted) -> ResponseView:
        """Return the response as it is to be planned for; opens it, or corrects what ours says it needs."""
        desk = self._desk
        held = desk.held(wanted.incident)
        if held is None or not isinstance(held.data, Incident):
            raise NotFound("there is no such incident here", where=wanted.incident[:60], do="Check the number")
        exercise = held.header.exercise
        view = desk.picture.response(wanted.incident)
        data = Response(
            incident=wanted.incident,
            urgency=wanted.urgency,
            capabilities=wanted.capabilities,
            strength=wanted.strength,
            text=wanted.text,
        )
        if view is None:
            await desk.act(actor, data, release=wanted.release or self.readers_of(wanted.incident), exercise=exercise)
        elif view.party == desk.party and (view.capabilities, view.strength) != (data.capabilities, data.strength):
            same = msgspec.structs.replace(data, urgency=view.urgency, text=view.text)
            change = Correction(
                record=view.ref,
                data=msgspec.Raw(canonical.encode(same)),
                reason=Words(lang="en", text="What is needed has changed"),
            )
            await desk.act(actor, change, release=self._release(view), exercise=exercise)
        found = desk.picture.response(wanted.incident)
        assert found is not None, "it was opened just now"
        return found

    async def _ask(self, view: ResponseView, snapshot: bytes, now: int, compute: Computing) -> bytes:
        picture = self._desk.picture
        question = Question(
            snapshot=msgspec.Raw(snapshot),
            limit_ms=LIMIT_MS,
            notices=joint.notices(picture, view.incident, now, view.exercise),
            notice_distance_m=joint.notice_distance_m(picture, self._desk.party),
        )
        return await compute("respond", msgspec.json.encode(question), timeout_s=TIMEOUT_S)

    async def _put_on_record(self, actor: Actor, view: ResponseView, now: int, raw: bytes) -> Record:
        """Keep the proposal with its snapshot at home, and put on record what the response's readers may see of it."""
        desk, release = self._desk, self._release(view)
        kept = msgspec.json.decode(raw, type=Kept)
        plan = msgspec.json.decode(kept.proposal, type=Plan)
        sha256, size = await self._files.put(_once(raw))
        file = Attachment(
            sha256=sha256, size=size, media_type="application/json", name=f"proposal-{plan.snapshot[:12]}.json"
        )
        attachment = await desk.act(node_actor(desk.party), file, release=OWN, exercise=view.exercise)
        said = joint.record_of(view.ref, now, kept, plan, attachment.ref, self._readable(view, release))
        if view.proposals:
            reasons = joint.overtaken(desk.picture, view, now)
            said = msgspec.structs.replace(said, replaces=view.proposals[-1].ref, overtaken=reasons)
        return await desk.act(actor, said, release=release, exercise=view.exercise)

    def _readable(self, view: ResponseView, release: Release) -> frozenset[str]:
        """Return the units and caveats that everybody who may read the response may read too: only they are told of."""
        desk = self._desk
        partners = desk.partners()
        readers = {party for party in partners if may_read(release, party, partners)}
        ground = desk.picture.ground(view.exercise)
        said = [(one.ref, one.party) for one in ground.units] + [(one.ref, one.party) for one in ground.caveats]
        return frozenset(
            ref
            for ref, party in said
            if not readers or (party == desk.party and readers <= desk.readers(ref)) or party in readers
        )

    # Sending

    async def send(
        self,
        actor: Actor,
        proposal: str,
        units: Iterable[str] | None,
        text: Words | None,
        compute: Computing | None,
        *,
        despite: bool,
    ) -> list[Record]:
        """Order one's own proposed units out and ask for the other side's; return what was written.

        ``units`` None: all.  Raises Overtaken or Clashes, unless ``despite``, before anything is written.
        The ways of one's own are looked at anew (``compute``), the other side looks at its own when it accepts.
        """
        view, found = self._proposal(proposal)
        turn = self._turn(view.incident)
        async with turn:
            view, found = self._proposal(proposal)
            legs = _legs(found, units)
            if not despite:
                self._still_holds(view, found)
                for leg in legs:
                    await self._no_clash(leg.unit, view.incident, found.data.clashes, view.exercise, compute)
            return [record for leg in legs for record in await self._send(actor, view, found, leg, text)]

    async def _send(
        self, actor: Actor, view: ResponseView, found: ProposalView, leg: Leg, text: Words | None
    ) -> list[Record]:
        state = next((one.state for one in view.turnouts if one.unit == leg.unit), None)
        if state in joint.OUT or state == "asked":
            return []
        party, due = party_of(leg.unit), _due(found.data.as_of, leg)
        if party == self._desk.party:
            data = Tasking(
                unit=leg.unit, incident=view.incident, status="ordered", place=self._place(view), due=due, text=text,
                proposal=found.ref,
            )  # fmt: skip
            return [await self._desk.act(actor, data, release=self._release(view), exercise=view.exercise)]
        request = UnitRequest(
            to=party, urgency=view.urgency, incident=view.incident, unit=leg.unit, proposal=found.ref,
            place=self._place(view), due=due, text=text,
        )  # fmt: skip
        return [await self._desk.act(actor, request, release=named(party), exercise=view.exercise)]

    # Replying

    async def reply(
        self, actor: Actor, request: str, outcome: str, text: Words, compute: Computing | None, *, despite: bool
    ) -> list[Record]:
        """Answer a request for one of our units; ``will`` orders it out as well.

        Its way is looked at anew (``compute``), from where it is now and under every notice that is in force
        here: the side that proposed it may know of fewer.  Raises Refused when it was answered already,
        Clashes unless ``despite``; nothing is written then.
        """
        held = self._desk.held(request)
        if held is None or not isinstance(held.data, UnitRequest) or held.data.to != self._desk.party:
            raise NotFound("there is no such request to us here", where=request[:60], do="Check the number")
        asked = held.data
        turn = self._turn(asked.incident)
        async with turn:
            exercise = held.header.exercise
            view = self._desk.picture.response(asked.incident)
            turnouts = () if view is None else view.turnouts
            mine = next((one for one in turnouts if one.asked is not None and one.asked.ref == request), None)
            if mine is not None and mine.state in joint.OUT[1:]:
                raise Refused(
                    f"the unit is sent already: {mine.state}", where="request", do="Report how far it has come"
                )
            found = next((one for one in (() if view is None else view.proposals) if one.ref == asked.proposal), None)
            if outcome == "will" and not despite:
                told = () if found is None else found.data.clashes
                await self._no_clash(asked.unit, asked.incident, told, exercise, compute)
            return await self._answer(
                actor, held, outcome, text, answered=mine is not None and mine.state == "promised"
            )

    async def _answer(self, actor: Actor, held: Record, outcome: str, text: Words, *, answered: bool) -> list[Record]:
        asked, release = held.data, self._back_to(held)
        assert isinstance(asked, UnitRequest)
        written = []
        if not answered:
            said = msgspec.convert({"of": held.ref, "outcome": outcome, "text": msgspec.to_builtins(text)}, Answer)
            written.append(await self._desk.act(actor, said, release=release, exercise=held.header.exercise))
        if outcome == "will":
            order = Tasking(
                unit=asked.unit, incident=asked.incident, status="ordered", place=asked.place, due=asked.due,
                answers=held.ref, proposal=asked.proposal,
            )  # fmt: skip
            written.append(await self._desk.act(actor, order, release=release, exercise=held.header.exercise))
        return written

    # Looking up

    def kept(self, proposal: ProposalView) -> Kept | None:
        """Return the proposal with its snapshot, None where this side does not hold it.  Blocks on the disk."""
        held = self._desk.held(proposal.data.kept) if proposal.data.kept is not None else None
        if held is None or not isinstance(held.data, Attachment) or not self._files.holds(held.data.sha256):
            return None
        return msgspec.json.decode(self._files.path(held.data.sha256).read_bytes(), type=Kept)

    def readers_of(self, ref: str) -> Release:
        """Return the marking for the partners that may read a record, its author among them; own if none may."""
        held = self._desk.held(ref)
        readers = set(self._desk.readers(ref))
        if held is not None and held.party != self._desk.party:
            readers = {held.party}
        readers &= self._desk.partners()
        return named(*readers) if readers else OWN

    def _release(self, view: ResponseView) -> Release:
        return self.readers_of(view.ref)

    def _back_to(self, held: Record) -> Release:
        return named(held.party)

    def _proposal(self, ref: str) -> tuple[ResponseView, ProposalView]:
        held = self._desk.held(ref)
        response = self._desk.held(getattr(held.data, "response", "")) if held is not None else None
        incident = getattr(response.data, "incident", "") if response is not None else ""
        view = self._desk.picture.response(incident)
        found = next((one for one in (() if view is None else view.proposals) if one.ref == ref), None)
        if view is None or found is None:
            raise NotFound("there is no such proposal here", where=ref[:60], do="Check the number")
        return view, found

    def _place(self, view: ResponseView) -> Place | None:
        incident = self._desk.picture.incident(view.incident)
        return None if incident is None else incident.place

    def _still_holds(self, view: ResponseView, found: ProposalView) -> None:
        newest = view.proposals[-1]
        if found.ref != newest.ref:
            raise Overtaken(f"{newest.ref} is newer", where="proposal", do="Use the newest, or send it despite that")
        if joint.overtaken(self._desk.picture, view, self._desk.now()):
            raise Overtaken("the proposal is overtaken", where="proposal", do="Propose again")

    async def _no_clash(
        self, unit: str, incident: str, told: Iterable[Clash], exercise: str | None, compute: Computing | None
    ) -> None:
        """Raise Clashes for a notice that is still in force on the way of a unit.

        Our own unit's way is found anew; what was ``told`` in the proposal counts where it cannot be, and for others'.
        """
        found = await self._met(unit, incident, exercise, compute)
        clashes = found if found is not None else tuple(one for one in told if one.unit == unit)
        standing = {one.ref: one for one in self._desk.picture.ground(exercise, self._desk.now()).notices}
        for one in clashes:
            notice = standing.get(one.notice)
            if notice is not None and notice.recalled != "complied":
                raise Clashes(
                    f"the way of {unit} leads through the area of {notice.party}'s notice {notice.ref}",
                    where="units",
                    do="Speak with that side, then send it despite the notice, or propose again",
                )

    async def _met(
        self, unit: str, incident: str, exercise: str | None, compute: Computing | None
    ) -> tuple[Clash, ...] | None:
        """Return the notices that our unit's way meets, from where it is now; None where no way can be found now."""
        desk, held = self._desk, self._desk.held(unit)
        if compute is None or held is None or held.party != desk.party or not isinstance(held.data, Unit):
            return None
        try:
            question = joint.way_question(
                desk.picture, desk.party, desk.now(), incident, held.data.code, exercise, distance_m=0
            )
            raw = await compute("respond", msgspec.json.encode(question), timeout_s=TIMEOUT_S)
        except (PlanError, Unavailable) as error:
            log.warning("a way cannot be looked at anew; the proposal's word counts", unit=unit, what=str(error))
            return None
        kept = msgspec.json.decode(raw, type=Kept)
        return kept.clashes if kept.ways else None


def _legs(found: ProposalView, units: Iterable[str] | None) -> list[Leg]:
    legs = {leg.unit: leg for leg in found.data.legs}
    wanted = list(legs) if units is None else list(units)
    for ref in wanted:
        if ref not in legs:
            raise Refused(f"{ref} is not proposed", where="units", do="Name units of the proposal")
    if not wanted:
        raise Refused("no unit is proposed", where="proposal", do="Propose again with other needs")
    return [legs[ref] for ref in wanted]


def _due(as_of: int, leg: Leg) -> Moment:
    arrive = as_of + leg.arrival_s * US
    return Moment(start=arrive, end=arrive + leg.uncertainty_s * US)


async def _once(raw: bytes) -> AsyncIterator[bytes]:
    yield raw
