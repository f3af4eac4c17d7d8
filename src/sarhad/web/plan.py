"""Planning: where to stand, what that reaches, what acting jointly is worth; as answers and as files.

Nothing here is written to the log, and nothing is computed here: questions go to the
worker for plans, with the ground as this party may see it.  A newer question of the same
page takes the place of the older one.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody, QueryParameter

from sarhad.response.errors import PlanError
from sarhad.response.from_picture import happened, standing_of
from sarhad.web.errors import ErrorView, status_of, view_of
from sarhad.web.guards import allow
from sarhad.web.latest import Superseded
from sarhad.web.office import Call, Here, Office, signed_in
from sarhad.web.plan_shapes import (
    Asked,
    DividendBody,
    DividendExport,
    DividendOrder,
    DividendView,
    FileMade,
    Mark,
    PlaceFound,
    PlanView,
    ReachBody,
    ReachView,
    Scenario,
    Search,
    SitedView,
    SiteExport,
    SiteOrder,
    Stamp,
)
from sarhad.web.shapes import Answered
from sarhad.web.watch import Drill

READERS = allow("planner", "commander", "auditor")
PATIENCE_S = 150.0
"""The first question reads the region and compiles; later ones take a part of a second, and their own limit."""

Name = Annotated[
    str | None,
    QueryParameter(name="text", required=False, min_length=1, max_length=80, description="A part of the place's name"),
]
Marks = Annotated[
    list[Mark] | None,
    QueryParameter(name="mark", required=False, max_items=40, description="These places, whatever their names"),
]
Spread = Annotated[bool, QueryParameter(required=False, description="Spread what is known to a province over it")]
T = TypeVar("T")


class Unanswered(Answered, frozen=True, kw_only=True):
    """Why a question of planning has no answer: as it was put, with what to change; or a newer one took its place."""

    unanswered: ErrorView


async def _ask(
    request: Call,
    office: Office,
    task: str,
    question: msgspec.Struct,
    answer: type[T],
    exercise: str | None,
    asker: str = "",
) -> T:
    actor = signed_in(request).actor
    office.plan_calls.take(actor.officer)
    asked = Asked(ground=msgspec.Raw(_ground(office, exercise)), question=msgspec.Raw(msgspec.json.encode(question)))
    asking = office.planner(task, msgspec.json.encode(asked), timeout_s=PATIENCE_S)
    if asker:
        return msgspec.json.decode(await office.latest.run(f"{actor.officer} {task} {asker}", asking), type=answer)
    return msgspec.json.decode(await asking, type=answer)


async def _answer(
    request: Call,
    office: Office,
    task: str,
    question: Scenario | ReachBody | DividendBody,
    answer: type[T],
    exercise: str | None,
) -> T | Unanswered:
    """Ask; that a question has no answer is an answer, too: an officer who moves a slider has done nothing wrong."""
    try:
        return await _ask(request, office, task, question, answer, exercise, question.asker)
    except Superseded as error:
        return Unanswered(unanswered=view_of(error))
    except PlanError as error:
        if status_of(error) != 422:
            raise
        return Unanswered(unanswered=view_of(error))


def _ground(office: Office, exercise: str | None) -> bytes:
    """Return what this party may see of the ground in an exercise (None: live) as JSON.

    The incidents are read anew only when any changed.
    """
    desk = office.desk
    marks = desk.picture.marks(exercise)
    if office.plan_incidents is None or office.plan_incidents[0] is not marks:
        office.plan_incidents = (marks, happened(desk.picture, exercise))
    taken = standing_of(desk.picture, desk.party, desk.now(), office.plan_incidents[1], exercise)
    return msgspec.json.encode(taken)


@get("/api/plan", opt=READERS, operation_id="getPlan", tags=["plan"])
async def get_plan(request: Call, office: Here, spread_provinces: Spread = False, exercise: Drill = None) -> PlanView:
    """What a plan is made from: incidents by table and precision, places, candidates, crossings, units."""
    return await _ask(request, office, "plan-describe", Scenario(spread_provinces=spread_provinces), PlanView, exercise)


@get("/api/plan/places", opt=READERS, operation_id="searchPlaces", tags=["plan"])
async def search_places(
    request: Call, office: Here, text: Name = None, mark: Marks = None, exercise: Drill = None
) -> list[PlaceFound]:
    """Places of the region by name, as further candidates; or those of a scenario, by mark, to have their names."""
    asked = Search(text=text or "", marks=tuple(mark or ()))
    return await _ask(request, office, "plan-places", asked, list[PlaceFound], exercise)


@post("/api/plan/site", opt=READERS, operation_id="planSite", tags=["plan"], status_code=200)
async def plan_site(
    request: Call, office: Here, data: JSONBody[Scenario], exercise: Drill = None
) -> SitedView | Unanswered:
    """Choose sites: the answer with its bound, and the cover that it gives."""
    return await _answer(request, office, "plan-site", data, SitedView, exercise)


@post("/api/plan/reach", opt=READERS, operation_id="planReach", tags=["plan"], status_code=200)
async def plan_reach(
    request: Call, office: Here, data: JSONBody[ReachBody], exercise: Drill = None
) -> ReachView | Unanswered:
    """The area that chosen candidates reach by road within 30, 60 and 120 minutes."""
    return await _answer(request, office, "plan-reach", data, ReachView, exercise)


@post("/api/plan/dividend", opt=READERS, operation_id="planDividend", tags=["plan"], status_code=200)
async def plan_dividend(
    request: Call, office: Here, data: JSONBody[DividendBody], exercise: Drill = None
) -> DividendView | Unanswered:
    """The same units as two forces and as one, what each rule costs; with ``runs`` simulated under load, too."""
    return await _answer(request, office, "plan-dividend", data, DividendView, exercise)


@post("/api/plan/site/export", opt=READERS, operation_id="exportSites", tags=["plan"], status_code=200)
async def export_sites(
    request: Call, office: Here, data: JSONBody[SiteExport], exercise: Drill = None
) -> Response[bytes]:
    """One scenario, or two side by side, as GeoJSON, CSV, HTML or PDF."""
    return await _file(
        request, office, "plan-site-file", SiteOrder(order=data, stamp=_stamp(request, office)), exercise
    )


@post("/api/plan/dividend/export", opt=READERS, operation_id="exportDividend", tags=["plan"], status_code=200)
async def export_dividend(
    request: Call, office: Here, data: JSONBody[DividendExport], exercise: Drill = None
) -> Response[bytes]:
    """The dividend as GeoJSON or CSV, or as the one-page result (HTML, PDF)."""
    return await _file(
        request, office, "plan-dividend-file", DividendOrder(order=data, stamp=_stamp(request, office)), exercise
    )


async def _file(
    request: Call, office: Office, task: str, question: msgspec.Struct, exercise: str | None
) -> Response[bytes]:
    file = await _ask(request, office, task, question, FileMade, exercise)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.media_type, headers=headers)


def _stamp(request: Call, office: Office) -> Stamp:
    """Who has it made, when, and by which clocks it is dated."""
    desk = office.desk
    zones = []
    for party in (desk.party, *sorted(desk.partners())):
        found = desk.named(party)
        if found is not None:
            zones.append((party, found.zone))
    return Stamp(party=desk.party, officer=signed_in(request).actor.officer, now_us=desk.now(), zones=tuple(zones))


HANDLERS = [get_plan, search_places, plan_site, plan_reach, plan_dividend, export_sites, export_dividend]
"""Put into the application by ``app.api``."""
