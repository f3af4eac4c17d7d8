"""One incident's response from the picture: what to ask the planner, what still holds, what to say of it.

Pure: the picture and the moment come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from sarhad.picture import Picture
from sarhad.picture.views import GroundView, ResponseView, TurnoutView, UnitView
from sarhad.response.from_picture import incident_state, snapshot_of
from sarhad.response.kept import Kept, NoticeState, Question
from sarhad.response.proposal import Proposal as Plan
from sarhad.response.proposal import Reason as Why
from sarhad.response.snapshot import Need, Snapshot
from sarhad.wire.kinds import Crossing, Fact, Leg, Proposal, Reason, Saving, Spared
from sarhad.wire.values import Place, Urgency

US = 1_000_000
OUT = ("promised", "ordered", "accepted", "en-route", "arrived")
"""States of a turnout in which the unit counts for its incident."""
UNDER_WAY = ("asked", "promised", "ordered", "accepted", "en-route")
NEAR = 100_000
"""1e-7 degrees, about a kilometre."""
WAY_LIMIT_MS = 10_000
SPARED = 40
"""Units passed over that a record tells of; the kept proposal tells of all."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """When a unit is to be there by the proposal that it was sent on, give or take; ``late_s`` seconds past it now."""

    unit: str
    arrive_us: int
    uncertainty_s: int
    late_s: int


def name_of(ground: GroundView, ref: str) -> tuple[str, str]:
    """Return by what a unit is known: party and code, or its record's name while that is not held."""
    unit = next((one for one in ground.units if one.ref == ref), None)
    return (ref.partition(":")[0].partition(".")[0], ref) if unit is None else (unit.party, unit.code)


def busy(picture: Picture, incident: str, exercise: str | None) -> dict[str, str]:
    """Return the units that cannot be proposed for the incident, each with the word for why: sent, or declined."""
    found: dict[str, str] = {}
    for view in picture.responses(exercise):
        for one in view.turnouts:
            if one.state in OUT or (one.state == "asked" and view.incident == incident):
                found[one.unit] = "committed"
            elif one.state == "declined" and view.incident == incident:
                found.setdefault(one.unit, "declined")
    for tasking in picture.taskings(exercise):
        if tasking.status in OUT:
            found[tasking.unit] = "committed"
    return found


def left(view: ResponseView, ground: GroundView, late: Iterable[str]) -> Need:
    """Return what the response still lacks: its need without what the units give that were sent and are not late."""
    given: set[str] = set()
    strength = 0
    slow = frozenset(late)
    for one in view.turnouts:
        unit = _unit(ground, one.unit)
        if unit is None or one.state not in (*OUT, "asked") or one.unit in slow:
            continue
        given |= {*unit.capabilities, unit.unit_kind}
        strength += unit.strength.low
    skills = tuple(skill for skill in view.capabilities if skill not in given)
    return Need(capabilities=skills, strength=max(0, view.strength - strength))


def served(view: ResponseView, need: Need, late: Iterable[str]) -> bool:
    """Tell whether nothing is lacking: somebody comes in time, and all that is needed comes."""
    slow = frozenset(late)
    coming = any(one.state in (*OUT, "asked") and one.unit not in slow for one in view.turnouts)
    return coming and not need.capabilities and not need.strength


def snapshot(
    picture: Picture,
    party: str,
    at: int,
    incident: str,
    need: Need,
    urgency: Urgency,
    exercise: str | None,
    without: Iterable[str] = (),
) -> Snapshot:
    """Return the snapshot to plan one incident's response on; ``without`` units are not proposed."""
    wanted = incident_state(picture, incident, need, urgency)
    made = snapshot_of(picture, party, at, [wanted], exercise=exercise)
    taken = dict.fromkeys(without, "committed") | busy(picture, incident, exercise)
    known = {name_of(picture.ground(exercise), ref): word for ref, word in taken.items()}
    units = tuple(
        msgspec.structs.replace(unit, status=known.get((unit.party, unit.code), unit.status)) for unit in made.units
    )
    return msgspec.structs.replace(made, units=units)


def way_question(
    picture: Picture, party: str, at: int, incident: str, code: str, exercise: str | None, *, distance_m: int
) -> Question:
    """Return the question which way one unit of ours takes to an incident as things stand, and what it meets there.

    Raises PlanError where the incident is not held.
    """
    whole = snapshot_of(picture, party, at, [incident_state(picture, incident, Need(), "immediate")], exercise=exercise)
    ground = picture.ground(exercise)
    mine = tuple(
        msgspec.structs.replace(unit, status="available")
        for unit in whole.units
        if name_of(ground, unit.ref) == (party, code)
    )
    return Question(
        snapshot=msgspec.Raw(msgspec.structs.replace(whole, units=mine).to_bytes()),
        limit_ms=WAY_LIMIT_MS,
        notices=notices(picture, incident, at, exercise),
        notice_distance_m=distance_m,
    )


def notices(picture: Picture, incident: str, at: int, exercise: str | None) -> tuple[NoticeState, ...]:
    """Return the notices in force or to come, of every side, but for those that follow from this very incident."""
    return tuple(
        NoticeState(
            ref=one.ref,
            start=one.when.start,
            end=one.when.end,
            place=one.place,
            radius_m=one.radius_m,
            ring=one.ring,
            units=one.units,
        )
        for one in picture.ground(exercise, at).notices
        if one.about != incident and one.recalled != "complied"
    )


def notice_distance_m(picture: Picture, party: str) -> int:
    """Return the greatest notice distance that the party agreed on with anybody, 0 where it has no agreement."""
    terms = (picture.agreement_in_force(party, other) for other in picture.parties() - {party})
    return max((one.notice_distance_m for one in terms if one is not None), default=0)


# What stands in the record.


def record_of(
    response: str, at: int, kept: Kept, plan: Plan, attachment: str | None, readable: frozenset[str]
) -> Proposal:
    """Return the record of a proposal.

    Of the units passed over only those in ``readable`` (all may read of them) are told of,
    and of a caveat that is not among these only that there is one.
    """
    (answer,) = plan.answers
    ways = {way.unit: way for way in kept.ways}
    legs = tuple(
        Leg(
            unit=one.unit,
            how=one.way.how,
            notice_s=one.way.notice_s,
            arrival_s=one.way.arrival_s,
            uncertainty_s=one.way.uncertainty_s,
            over=tuple(passing.crossing for passing in one.way.passings),
            near_line=ways[one.unit].near_line if one.unit in ways else None,
            why=reason(one.why),
        )
        for one in answer.chosen
    )
    told = {one.unit: one for one in answer.passed_over}
    told |= {one.nearest.unit: one.nearest for one in answer.unmet if one.nearest is not None} | told
    spared = (one for one in told.values() if one.unit in readable)
    return Proposal(
        response=response,
        as_of=at,
        snapshot=plan.snapshot,
        version=plan.version,
        proved=plan.status == "optimal",
        kept=attachment,
        adequate_s=answer.adequate_s,
        legs=legs,
        spared=tuple(
            Spared(unit=one.unit, straight_m=one.straight_m, arrival_s=one.arrival_s, why=_told(one.why, readable))
            for one in list(spared)[:SPARED]
        ),
        unmet=tuple(_unmet(one.what, one.nearest.unit if one.nearest else "", readable) for one in answer.unmet),
        clashes=kept.clashes,
        saving=None
        if plan.faster is None or plan.faster.served or plan.faster.rule.code == "caveats"
        else Saving(rule=reason(plan.faster.rule), saved_s=plan.faster.saved_s),
        alone=kept.alone,
    )


def reason(why: Why) -> Reason:
    """Return a reason as it stands in a record."""
    return Reason(code=why.code, facts=tuple(_fact(name, why.values[name]) for name in sorted(why.values)))


def _told(why: Why, readable: frozenset[str]) -> Reason:
    """Return a reason without what a caveat says that not all may read."""
    ref = why.values.get("ref")
    return reason(why) if not isinstance(ref, str) or ref in readable else Reason(code="caveat-kept")


def _fact(name: str, value: str | int | tuple[str, ...]) -> Fact:
    if isinstance(value, int):
        return Fact(name=name, number=value)
    texts = (value,) if isinstance(value, str) else value
    return Fact(name=name, texts=tuple(text for text in texts if text)[:50])


def _unmet(what: Why, nearest: str, readable: frozenset[str]) -> Reason:
    said = reason(what)
    if nearest not in readable:
        return said
    return msgspec.structs.replace(said, facts=(*said.facts, Fact(name="nearest", texts=(nearest,))))


# What still holds.


def estimates(view: ResponseView, now: int) -> tuple[Estimate, ...]:
    """Return when each unit on its way is to be there: the proposal's arrival, counted from its order or request."""
    return tuple(one for turnout in view.turnouts if (one := _estimate(view, turnout, now)) is not None)


def _estimate(view: ResponseView, turnout: TurnoutView, now: int) -> Estimate | None:
    if turnout.state not in UNDER_WAY:
        return None
    begun = [step for step in turnout.steps if step.status == "ordered"]
    asked = turnout.asked
    ref = (begun[-1].proposal if begun else None) or (asked.proposal if asked is not None else None)
    found = next((one for one in view.proposals if one.ref == ref), None)
    leg = next((leg for leg in found.data.legs if leg.unit == turnout.unit), None) if found is not None else None
    if found is None or leg is None:
        return None
    starts = [found.data.as_of, *(step.at for step in begun[-1:])]
    if not begun and asked is not None:
        starts.append(asked.at)
    arrive = max(starts) + leg.arrival_s * US
    late = max(0, (now - arrive) // US - leg.uncertainty_s)
    return Estimate(unit=turnout.unit, arrive_us=arrive, uncertainty_s=leg.uncertainty_s, late_s=late)


def overtaken(picture: Picture, view: ResponseView, now: int) -> tuple[Reason, ...]:
    """Return why the newest proposal no longer holds: a unit declined, is late or fell out; a crossing closed."""
    if not view.proposals:
        return ()
    newest, ground = view.proposals[-1], picture.ground(view.exercise)
    turnouts = {name_of(ground, one.unit): one for one in view.turnouts}
    late = {one.unit: one for one in estimates(view, now) if one.late_s > 0}
    found: list[Reason] = []
    for leg in newest.data.legs:
        turnout = turnouts.get(name_of(ground, leg.unit))
        found += _of_leg(picture, ground, leg, turnout)
    for ref, one in sorted(late.items()):
        found.append(
            Reason(code="unit-late", facts=(Fact(name="late_s", number=one.late_s), Fact(name="unit", texts=(ref,))))
        )
    return tuple(dict.fromkeys(found))


def _of_leg(picture: Picture, ground: GroundView, leg: Leg, turnout: TurnoutView | None) -> Iterator[Reason]:
    state = turnout.state if turnout is not None else ""
    if state == "declined":
        yield Reason(code="unit-declined", facts=(Fact(name="unit", texts=(leg.unit,)),))
        return
    if state in ("arrived", "closed"):
        return
    for ref in leg.over:
        held = picture.held(ref)
        crossing = held.data if held is not None else None
        if not isinstance(crossing, Crossing):
            continue
        shut = [one for one in ground.crossings if _near(one.place, crossing.place) and one.status == "closed"]
        if shut:
            yield Reason(code="crossing-closed", facts=(Fact(name="crossings", texts=(shut[0].ref,)),))
    unit = _unit(ground, leg.unit)
    status = unit.last.status if unit is not None and unit.last is not None else ""
    if status == "out-of-service" or (status in ("committed", "en-route", "on-scene") and not state):
        facts = (Fact(name="status", texts=(status,)), Fact(name="unit", texts=(leg.unit,)))
        yield Reason(code="unit-unavailable", facts=facts)


def _near(a: Place, b: Place) -> bool:
    """Tell whether two sides' records are of one crossing: within about a kilometre of each other."""
    return abs(a.lat - b.lat) < NEAR and abs(a.lon - b.lon) < NEAR


def _unit(ground: GroundView, ref: str) -> UnitView | None:
    return next((one for one in ground.units if one.ref == ref), None)
