"""What the map and the time line are drawn from: incidents as columns, tracks, how many records when."""

from __future__ import annotations

from typing import Annotated, cast

from litestar import Response, get
from litestar.params import QueryParameter

from sarhad.picture.views import HistogramView, MarksView, TitleView, TrackView
from sarhad.web.errors import BadRequest
from sarhad.web.guards import allow
from sarhad.web.office import Here
from sarhad.web.watch import Drill
from sarhad.wire.values import Microseconds

MAX_NAMED = 200
Refs = Annotated[
    list[str] | None,
    QueryParameter(name="ref", required=False, max_items=MAX_NAMED, description="Only these; absent: all"),
]
Since = Annotated[Microseconds | None, QueryParameter(required=False)]
Bins = Annotated[int, QueryParameter(ge=1, le=400, required=False)]
TRACK_US = 24 * 3600 * 1_000_000
"""How far back tracks go unless the caller says so."""


@get("/api/incidents/marks", opt=allow(), operation_id="getMarks", tags=["watch"])
async def get_marks(office: Here, exercise: Drill = None, refs: Refs = None) -> Response[MarksView]:
    """Incidents as columns for a map: all of the room, or those named.  One answer holds a hundred thousand."""
    if refs is None:
        return office.encoded.of(office.desk.picture.marks(exercise))
    return cast("Response[MarksView]", Response(office.desk.picture.marks(exercise, checked(refs))))


def checked(refs: list[str]) -> tuple[str, ...]:
    """Refuse what is longer than any reference."""
    if any(len(ref) > 60 for ref in refs):
        raise BadRequest("a reference is longer than any of ours", where="ref", do="Write it like pk:42")
    return tuple(refs)


@get("/api/incidents/titles", opt=allow(), operation_id="getTitles", tags=["watch"])
async def get_titles(office: Here, refs: Refs = None) -> list[TitleView]:
    """What the incidents named are called."""
    return office.desk.picture.titles(checked(refs or []))


@get("/api/tracks", opt=allow(), operation_id="getTracks", tags=["watch"])
async def get_tracks(office: Here, exercise: Drill = None, since_us: Since = None) -> list[TrackView]:
    """Where each unit said that it was, oldest first; of the last 24 hours unless ``since_us`` says otherwise."""
    since = office.desk.now() - TRACK_US if since_us is None else since_us
    return list(office.desk.picture.tracks(exercise, since))


@get("/api/histogram", opt=allow(), operation_id="getHistogram", tags=["watch"])
async def get_histogram(
    office: Here, exercise: Drill = None, since_us: Since = None, until_us: Since = None, bins: Bins = 120
) -> HistogramView:
    """How many records of the room were written in each of equal stretches of time."""
    return office.desk.picture.histogram(exercise, since_us, until_us, bins)


HANDLERS = [get_marks, get_titles, get_tracks, get_histogram]
