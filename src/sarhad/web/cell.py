"""The watch and the joint cell: who has it, and what every party at one table may see."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from sarhad.desk import NotFound
from sarhad.picture.views import IncidentView, ItemView, WatchView
from sarhad.web.guards import allow
from sarhad.web.office import Here, Office
from sarhad.web.shapes import Answered
from sarhad.web.watch import Drill
from sarhad.wire.ids import PartyId


class CellInbox(Answered, frozen=True, kw_only=True):
    """What one party owes and is owed, and its watch as far as it was released to the cell."""

    party: str
    items: tuple[ItemView, ...]
    watch: WatchView


class CellView(Answered, frozen=True, kw_only=True):
    """What all ``parties`` may read, and nothing else; incidents with contradictions first, then newest."""

    parties: tuple[str, ...]
    incidents: tuple[IncidentView, ...]
    inboxes: tuple[CellInbox, ...]
    now_us: int


@get("/api/watch", opt=allow(), operation_id="getWatch", tags=["watch"])
async def get_watch(office: Here, exercise: Drill = None) -> WatchView:
    """Who has our watch, what is offered, and the last handovers."""
    return office.desk.picture.watch(office.desk.party, exercise)


@get(
    "/api/cell",
    opt=allow("duty", "commander", "secretary", "auditor"),
    operation_id="getCell",
    tags=["watch"],
)
async def get_cell(
    office: Here,
    exercise: Drill = None,
    partner: Annotated[PartyId | None, QueryParameter(name="partner", required=False)] = None,
) -> CellView:
    """The joint cell with one partner, or with all: a picture folded from nothing but what they all may read."""
    return cell_view(office, exercise, partner)


def cell_view(office: Office, exercise: str | None, partner: str | None) -> CellView:
    """Make the cell's view from a picture that holds no other record, so that no field of it can leak one."""
    partners = office.desk.partners()
    if partner is not None and partner not in partners:
        raise NotFound("no such partner", where=partner[:31], do="Check the name")
    parties = frozenset({office.desk.party}) | (partners if partner is None else {partner})
    shared = office.desk.picture.shared(parties)
    now = office.desk.now()
    incidents = shared.incidents(exercise)
    return CellView(
        parties=tuple(sorted(parties)),
        incidents=tuple(sorted(incidents, key=lambda one: not one.contradictions)),
        inboxes=tuple(
            CellInbox(party=party, items=tuple(shared.inbox(party, now, exercise)), watch=shared.watch(party, exercise))
            for party in sorted(parties)
        ),
        now_us=now,
    )


HANDLERS = [get_watch, get_cell]
