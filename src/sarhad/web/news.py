"""What changed since a moment, whole enough to be shown: one answer for all the desks that ask for the same.

An event tells hundreds of open pages of the same change at once.  Were each to ask for
the inbox, the log and the map by themselves, the node would make the same answers
hundreds of times; so it makes one, and hands out its bytes.
"""

from __future__ import annotations

from typing import Annotated, Any, cast

from litestar import Response, get
from litestar.enums import MediaType
from litestar.params import QueryParameter

from sarhad.picture.rules import in_room
from sarhad.picture.views import MarksView, RecordFilter, RecordView, TitleView
from sarhad.web.errors import BadRequest
from sarhad.web.events import position
from sarhad.web.field import HelpCall, help_calls
from sarhad.web.guards import allow
from sarhad.web.office import Here, Office
from sarhad.web.shapes import Answered, InboxItem
from sarhad.web.watch import Drill, inbox

MAX_CHANGED = 200
"""More changed records than these are not told one by one: the page asks for everything."""
PAGE = 200
"""So many of the newest records stand in a log that nobody scrolled."""

After = Annotated[str, QueryParameter(max_length=40, description="The id of the last event that the page has taken in")]


class NewsView(Answered, frozen=True, kw_only=True):
    """What is different since ``after``, in one room.

    ``event``: the position that this answer brings the page to.  ``whole``: too much
    changed, or too long ago; nothing else is told, and the page asks for everything.
    ``items``: the whole inbox.  ``records``: those changed, new ones among them, newest
    first; ``total``: how many the room holds.  ``marks``, ``titles``: of the incidents
    changed.  ``help``: every call for help that stands.
    """

    event: str
    whole: bool
    items: tuple[InboxItem, ...]
    records: tuple[RecordView, ...]
    total: int
    marks: MarksView | None
    titles: tuple[TitleView, ...]
    help: tuple[HelpCall, ...]


def news(office: Office, after: tuple[int, int], exercise: str | None) -> NewsView:
    """Say what changed since ``after`` (an event's epoch and number) in a room."""
    hub, picture = office.desk.hub, office.desk.picture
    event = f"{hub.epoch}-{hub.seq}"
    subjects = hub.since(*after)
    if subjects is None or sum(one.startswith("record/") for one in subjects) > MAX_CHANGED:
        return NewsView(event=event, whole=True, items=(), records=(), total=0, marks=None, titles=(), help=())
    incidents = tuple(sorted(_named(subjects, "incident")))
    return NewsView(
        event=event,
        whole=False,
        items=tuple(inbox(office, exercise)),
        records=tuple(_records(office, subjects, exercise)),
        total=picture.records(RecordFilter(exercise=exercise, limit=1)).total,
        marks=picture.marks(exercise, incidents) if incidents else None,
        titles=tuple(picture.titles(incidents)),
        help=tuple(help_calls(office)),
    )


def _records(office: Office, subjects: frozenset[str], exercise: str | None) -> list[RecordView]:
    """The records changed, newest first; where a log was countersigned, also those of it that stand at the top."""
    picture = office.desk.picture
    views = (picture.record(ref) for ref in _named(subjects, "record"))
    found = {view.ref: view for view in views if view is not None and in_room(view.exercise, view.kind, exercise)}
    logs = _named(subjects, "log")
    if logs:
        page = picture.records(RecordFilter(exercise=exercise, limit=PAGE)).records
        found.update((view.ref, view) for view in page if view.ref.partition(":")[0] in logs)
    return sorted(found.values(), key=lambda view: (-view.at, view.ref))


def _named(subjects: frozenset[str], what: str) -> set[str]:
    """The references that the subjects of one sort name."""
    return {one.partition("/")[2] for one in subjects if one.startswith(f"{what}/")}


@get("/api/news", opt=allow(), operation_id="getNews", tags=["watch"])
async def get_news(office: Here, after: After, exercise: Drill = None) -> Response[NewsView]:
    """What changed in a room since an event: inbox, changed records and incidents, calls for help."""
    where = position(after)
    if where is None:
        raise BadRequest("that is not the id of an event", where="after", do="Take it from the event stream")
    moment = (office.desk.hub.seq, office.desk.now() // 1_000_000)  # an item may be overdue in the next second
    made = office.answers.of(("news", where, exercise, moment), lambda: news(office, where, exercise))
    return cast("Response[NewsView]", Response[Any](made, media_type=MediaType.JSON))


HANDLERS = [get_news]
