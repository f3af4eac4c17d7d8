"""The picture as we, or a partner, provably knew it at a moment.  It is folded between the desk's other work."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from sarhad.desk import NotFound
from sarhad.picture import Picture
from sarhad.picture.views import (
    GroundView,
    IncidentView,
    ItemView,
    MarksView,
    Page,
    RecordFilter,
    RecordView,
    TitleView,
    TrackView,
)
from sarhad.web.chart import TRACK_US, Refs, checked
from sarhad.web.guards import allow
from sarhad.web.office import Call, Here, Office, signed_in
from sarhad.web.records import Cursor, Limit, Words
from sarhad.web.shapes import Answered
from sarhad.web.watch import Drill
from sarhad.wire.ids import PartyId
from sarhad.wire.registry import Role
from sarhad.wire.values import Microseconds

Side = Annotated[PartyId | None, QueryParameter(name="side", required=False, description="Absent: our own")]
At = Annotated[Microseconds, QueryParameter(name="at_us", description="The moment, µs UTC")]
Bins = Annotated[int, QueryParameter(ge=1, le=400, required=False)]
WHO: tuple[Role, ...] = ("duty", "commander", "secretary", "planner", "auditor")


class PastView(Answered, frozen=True, kw_only=True):
    """What ``side`` knew at ``at_us``: its inbox, the ground, the newest records.

    ``known`` records of the room out of the ``total`` that it knows of by now;
    ``before_us`` and ``after_us`` are the nearest moments at which it came to know another.
    """

    side: str
    at_us: int
    exercise: str | None
    known: int
    total: int
    before_us: int | None
    after_us: int | None
    items: tuple[ItemView, ...]
    ground: GroundView
    tracks: tuple[TrackView, ...]
    records: Page


class PastSpan(Answered, frozen=True, kw_only=True):
    """From when to when ``side`` came to know the records of the room, and how many in each of equal stretches."""

    side: str
    exercise: str | None
    first_us: int | None
    last_us: int | None
    total: int
    counts: tuple[int, ...]


class PastRecord(Answered, frozen=True, kw_only=True):
    """One record with what had been said about it, None when it was not known; and its incident if it is one."""

    record: RecordView | None
    incident: IncidentView | None


def _side(office: Office, side: str | None) -> str:
    if side is None or side == office.desk.party:
        return office.desk.party
    if side not in office.desk.partners():
        raise NotFound("no such partner", where=side[:31], do="Check the name")
    return side


async def _made(request: Call, office: Office, side: str | None, at_us: int) -> Picture:
    token = signed_in(request).session.token
    return await office.past.at(token, _side(office, side), at_us)


@get("/api/past", opt=allow(*WHO), operation_id="getPast", tags=["past"])
async def get_past(request: Call, office: Here, at_us: At, side: Side = None, exercise: Drill = None) -> PastView:
    """What a side knew at a moment: by what is proved of a partner's records, by their claimed times of its own."""
    who = _side(office, side)
    times = await office.past.times(who, exercise)
    made = await _made(request, office, who, at_us)
    known = bisect_right(times, at_us)
    return PastView(
        side=who,
        at_us=at_us,
        exercise=exercise,
        known=known,
        total=len(times),
        before_us=_before(times, known),
        after_us=times[known] if known < len(times) else None,
        items=tuple(made.inbox(who, at_us, exercise)),
        ground=made.ground(exercise, at_us),
        tracks=made.tracks(exercise, at_us - TRACK_US),
        records=made.records(RecordFilter(exercise=exercise, limit=100)),
    )


def _before(times: list[int], known: int) -> int | None:
    """The moment at which the newest record known was not known yet, and the one before it was."""
    earlier = bisect_left(times, times[known - 1]) if known else 0
    return times[earlier - 1] if earlier else None


@get("/api/past/span", opt=allow(*WHO), operation_id="getPastSpan", tags=["past"])
async def get_past_span(office: Here, side: Side = None, exercise: Drill = None, bins: Bins = 120) -> PastSpan:
    """From when to when the time line runs, and where on it much became known."""
    who = _side(office, side)
    times = await office.past.times(who, exercise)
    first, last = (times[0], times[-1]) if times else (None, None)
    counts = (0,) * bins
    if first is not None and last is not None:
        edges = [bisect_left(times, first + (last + 1 - first) * i // bins) for i in range(bins + 1)]
        counts = tuple(edges[i + 1] - edges[i] for i in range(bins))
    return PastSpan(side=who, exercise=exercise, first_us=first, last_us=last, total=len(times), counts=counts)


@get("/api/past/marks", opt=allow(*WHO), operation_id="getPastMarks", tags=["past"])
async def get_past_marks(
    request: Call, office: Here, at_us: At, side: Side = None, exercise: Drill = None
) -> Response[MarksView]:
    """The incidents that a side knew of at a moment, as columns for a map."""
    return office.encoded.of((await _made(request, office, side, at_us)).marks(exercise))


@get("/api/past/titles", opt=allow(*WHO), operation_id="getPastTitles", tags=["past"])
async def get_past_titles(
    request: Call, office: Here, at_us: At, side: Side = None, refs: Refs = None
) -> list[TitleView]:
    """What the incidents named were called then."""
    return (await _made(request, office, side, at_us)).titles(checked(refs or []))


@get("/api/past/records", opt=allow(*WHO), operation_id="getPastRecords", tags=["past"])
async def get_past_records(
    request: Call,
    office: Here,
    at_us: At,
    side: Side = None,
    exercise: Drill = None,
    q: Words = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page:
    """The records that a side held at a moment, newest claimed time first, a page at a time."""
    made = await _made(request, office, side, at_us)
    return made.records(RecordFilter(exercise=exercise, q=q, cursor=cursor, limit=limit))


@get("/api/past/records/{ref:str}", opt=allow(*WHO), operation_id="getPastRecord", tags=["past"])
async def get_past_record(request: Call, office: Here, ref: FromPath[str], at_us: At, side: Side = None) -> PastRecord:
    """One record as a side knew it at a moment, and what had been said about it by then."""
    made = await _made(request, office, side, at_us)
    return PastRecord(record=made.record(ref), incident=made.incident(ref))


HANDLERS = [get_past, get_past_span, get_past_marks, get_past_titles, get_past_records, get_past_record]
