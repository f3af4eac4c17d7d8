"""What a unit in the field needs, in one small answer: its taskings, what is said about them, what is near it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from sarhad.desk import Actor, NotFound
from sarhad.desk.actor import RoleRefused
from sarhad.picture.views import (
    IncidentView,
    ItemView,
    NoticeView,
    OfficerView,
    RecordFilter,
    RecordView,
    RemarkView,
    TaskingStep,
    TaskingView,
    UnitView,
)
from sarhad.web.guards import allow
from sarhad.web.office import Call, Here, Office, signed_in
from sarhad.web.session import officer_view
from sarhad.web.shapes import Answered, PartyView
from sarhad.web.watch import Drill, party_view
from sarhad.wire.ids import Ref
from sarhad.wire.kinds import Unit
from sarhad.wire.values import Moment, Names, Place, Urgency, Words

DAY_US = 86_400_000_000
NEAR_M = 50_000.0
"""Notices and warnings within this distance of a unit concern it."""
MAX_MESSAGES = 20
MAX_TASKINGS = 20
MAX_STATUSES = 200
ENDED = frozenset({"closed", "declined"})
EARTH_M = 6_371_008.8

OfUnit = Annotated[
    Ref | None,
    QueryParameter(name="unit", required=False, description="A unit of ours; a field officer's own if absent"),
]


class FieldTasking(Answered, frozen=True, kw_only=True):
    """A tasking of the unit: the order as it stands, and how far it has come.

    ``order`` is the newest record that orders it, and ``place``, ``due`` and ``text`` are
    that record's.  ``title``, ``category``, ``when`` and
    ``incident_place`` are the incident's, None where it is not held.
    """

    unit: str
    incident: str
    order: str
    ordered_by: str
    ordered_at: int
    status: str
    place: Place | None
    incident_place: Place | None
    due: Moment | None
    text: Words | None
    title: Words | None
    category: str | None
    when: Moment | None
    steps: tuple[TaskingStep, ...]


class FieldWarning(Answered, frozen=True, kw_only=True):
    """A partner's warning about the unit's incident, or near the unit."""

    ref: str
    party: str
    urgency: Urgency
    at: int
    text: Words | None
    place: Place | None


class UnitChoice(Answered, frozen=True, kw_only=True):
    """A unit that the officer may write for."""

    ref: str
    code: str
    names: Names


class FieldPage(Answered, frozen=True, kw_only=True):
    """The field page.  ``units`` are those to choose from, none for a field officer, who has one.

    ``elsewhere``: the other rooms ("" the live desk, else an exercise) in which the unit has an open
    tasking.  ``event`` is where the event stream stands.
    """

    party: str
    manifest: PartyView | None
    partners: tuple[PartyView, ...]
    officer: OfficerView
    units: tuple[UnitChoice, ...]
    unit: UnitView | None
    taskings: tuple[FieldTasking, ...]
    notices: tuple[NoticeView, ...]
    warnings: tuple[FieldWarning, ...]
    messages: tuple[RemarkView, ...]
    elsewhere: tuple[str, ...]
    now_us: int
    event: str


@get("/api/field", opt=allow("field", "duty", "commander"), operation_id="getField", tags=["field"])
async def get_field(request: Call, office: Here, unit: OfUnit = None, exercise: Drill = None) -> FieldPage:
    """One unit's own page: taskings, messages, and the warnings and notices near it."""
    actor = signed_in(request).actor
    desk = office.desk
    ours = [one for one in desk.picture.ground(exercise).units if one.party == desk.party]
    mine = _unit(office, actor, ours, unit)
    taskings = [] if mine is None else _taskings(office, mine.code, exercise)
    incidents = [found for one in taskings if (found := desk.picture.incident(one.incident)) is not None]
    held = {one.ref: one for one in incidents}
    manifests = (party_view(office, partner) for partner in sorted(desk.partners()))
    return FieldPage(
        party=desk.party,
        manifest=party_view(office, desk.party),
        partners=tuple(one for one in manifests if one is not None),
        officer=officer_view(office, actor.officer),
        units=() if _bound(actor) else tuple(UnitChoice(ref=u.ref, code=u.code, names=u.names) for u in ours),
        unit=mine,
        taskings=tuple(_tasking(one, held.get(one.incident)) for one in taskings),
        notices=() if mine is None else tuple(_notices(office, mine, exercise)),
        warnings=() if mine is None else tuple(_warnings(office, mine, frozenset(held), exercise)),
        messages=() if mine is None else _messages(office, mine, incidents, exercise),
        elsewhere=() if mine is None else tuple(_elsewhere(office, mine.code, exercise)),
        now_us=desk.now(),
        event=f"{desk.hub.epoch}-{desk.hub.seq}",
    )


def _bound(actor: Actor) -> bool:
    """Tell whether the officer may speak for its own unit only."""
    return not actor.roles & {"duty", "commander"}


def _unit(office: Office, actor: Actor, ours: list[UnitView], asked: str | None) -> UnitView | None:
    """Return the unit asked for, by any record of its code; raise where the officer may not speak for it."""
    own = _code(office, actor.unit)
    code = own if asked is None else _code(office, asked)
    if asked is not None and code is None:
        raise NotFound(f"{asked} is not a unit of {office.desk.party}", where="unit", do="Choose one of the list")
    if asked is not None and _bound(actor) and code != own:
        raise RoleRefused(f"{asked} is not your unit", where="unit", do="Leave it out")
    return next((one for one in ours if one.code == code), None)


def _code(office: Office, ref: str | None) -> str | None:
    held = None if ref is None else office.desk.held(ref)
    ours = held is not None and held.party == office.desk.party and isinstance(held.data, Unit)
    return held.data.code if ours and held is not None and isinstance(held.data, Unit) else None


def _taskings(office: Office, code: str, exercise: str | None) -> list[TaskingView]:
    """The unit's taskings: open ones first, the newest order first; long ended ones are left out."""
    party = office.desk.party
    mine = [one for one in office.desk.picture.taskings(exercise) if (one.party, one.unit_code) == (party, code)]
    since = office.desk.now() - DAY_US
    mine = [one for one in mine if one.status not in ENDED or one.steps[-1].at >= since]
    mine.sort(key=lambda one: (one.status in ENDED, -one.order.at))
    return mine[:MAX_TASKINGS]


def _tasking(tasking: TaskingView, incident: IncidentView | None) -> FieldTasking:
    return FieldTasking(
        unit=tasking.unit,
        incident=tasking.incident,
        order=tasking.order.ref,
        ordered_by=tasking.order.by,
        ordered_at=tasking.order.at,
        status=tasking.status,
        place=tasking.place,
        incident_place=incident.place if incident is not None else None,
        due=tasking.due,
        text=tasking.text,
        title=incident.title if incident is not None else None,
        category=incident.category if incident is not None else None,
        when=incident.when if incident is not None else None,
        steps=tasking.steps,
    )


def _notices(office: Office, unit: UnitView, exercise: str | None) -> Iterator[NoticeView]:
    """Notices in force within a day that name the unit or are near it."""
    now = office.desk.now()
    for notice in office.desk.picture.ground(exercise).notices:
        current = notice.when.end >= now and notice.when.start <= now + DAY_US and notice.recalled != "complied"
        if current and (unit.ref in notice.units or _near(unit.place, notice.place, notice.radius_m)):
            yield notice


def _warnings(
    office: Office, unit: UnitView, incidents: frozenset[str], exercise: str | None
) -> Iterator[FieldWarning]:
    """Partners' warnings of the last day about the unit's incidents or near it, newest first."""
    now = office.desk.now()
    items = office.desk.picture.inbox(office.desk.party, now, exercise)
    for item in sorted(items, key=lambda one: -one.at):
        fresh = item.kind == "warning" and item.direction == "owed-by-us" and item.at >= now - DAY_US
        if fresh and item.state != "recalled" and (item.about in incidents or _near(unit.place, item.place, 0)):
            yield _warning(item)


def _warning(item: ItemView) -> FieldWarning:
    return FieldWarning(
        ref=item.ref, party=item.party, urgency=item.urgency, at=item.at, text=item.text, place=item.place
    )


def _near(a: Place | None, b: Place | None, further_m: float) -> bool:
    return a is not None and b is not None and distance_m(a, b) <= NEAR_M + further_m


def distance_m(a: Place, b: Place) -> float:
    """Great-circle distance in metres on the mean sphere (haversine formula)."""
    lat_a, lat_b = math.radians(a.lat / 1e7), math.radians(b.lat / 1e7)
    lon = math.radians((b.lon - a.lon) / 1e7)
    chord = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(lon / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(chord)))


def _messages(
    office: Office, unit: UnitView, incidents: list[IncidentView], exercise: str | None
) -> tuple[RemarkView, ...]:
    """Notes on the unit, and what is remarked on its incidents, newest first."""
    page = office.desk.picture.records(
        RecordFilter(exercise=exercise, kinds=("note",), about=unit.ref, limit=MAX_MESSAGES)
    )
    notes = [note for record in page.records if (note := _note(record, unit.ref)) is not None]
    found = {one.ref: one for one in (*notes, *(remark for incident in incidents for remark in incident.remarks))}
    return tuple(sorted(found.values(), key=lambda one: (-one.at, one.ref))[:MAX_MESSAGES])


def _note(record: RecordView, unit: str) -> RemarkView | None:
    said = record.data.get("text")
    if not isinstance(said, dict):
        return None
    words = msgspec.convert(said, Words)
    return RemarkView(ref=record.ref, kind="note", of=unit, party=record.party, by=record.by, at=record.at, text=words)


def _elsewhere(office: Office, code: str, exercise: str | None) -> Iterator[str]:
    for room in ("", *sorted(office.desk.exercises)):
        if room != (exercise or "") and any(one.status not in ENDED for one in _taskings(office, code, room or None)):
            yield room


class HelpCall(Answered, frozen=True, kw_only=True):
    """A unit of ours that calls for help: since when (µs UTC, as its leader says), where, and who answered it first.

    ``exercise`` None: live.  ``ref`` is the status that called first.
    """

    unit: str
    code: str
    names: Names
    ref: str
    since: int
    place: Place | None
    exercise: str | None
    answered_by: str | None
    answered_at: int | None


@get("/api/help", opt=allow(), operation_id="getHelp", tags=["field"])
async def get_help(office: Here) -> list[HelpCall]:
    """Calls for help that stand, live ones first: a desk that looks at a drill must not miss a live one."""
    return help_calls(office)


def help_calls(office: Office) -> list[HelpCall]:
    """The calls for help of our own units, in every room."""
    rooms = (None, *sorted(office.desk.exercises))
    return [_call(office, unit, room) for room in rooms for unit in _calling(office, room)]


def _calling(office: Office, room: str | None) -> list[UnitView]:
    units = office.desk.picture.ground(room).units
    return [one for one in units if one.party == office.desk.party and one.last is not None and one.last.help]


def _call(office: Office, unit: UnitView, room: str | None) -> HelpCall:
    """Tell one call from its first status on: later ones that still ask are the same call."""
    assert unit.last is not None
    about = RecordFilter(exercise=room, kinds=("unit-status",), about=unit.ref, limit=MAX_STATUSES)
    held = office.desk.picture.records(about).records
    said = sorted(held, key=lambda one: (-int(one.data["as_of"]["end"]), -one.seq))
    asking = list(itertools.takewhile(lambda one: bool(one.data.get("help")), said))
    first = asking[-1] if asking else office.desk.picture.record(unit.last.ref)
    assert first is not None
    notes = RecordFilter(exercise=room, kinds=("note",), about=unit.ref, since_us=first.at, limit=MAX_STATUSES)
    answers = [one for one in office.desk.picture.records(notes).records if one.by != first.by]
    answer = answers[-1] if answers else None
    return HelpCall(
        unit=unit.ref,
        code=unit.code,
        names=unit.names,
        ref=first.ref,
        since=int(first.data["as_of"]["start"]),
        place=unit.last.place or unit.place,
        exercise=room,
        answered_by=answer.by if answer else None,
        answered_at=answer.at if answer else None,
    )


HANDLERS = [get_field, get_help]
"""Put into the application by ``app.api``."""
