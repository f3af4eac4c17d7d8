"""The watch and the joint cell: who has it, and what every party at one table may see."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from litestar import get
from litestar.params import QueryParameter

from sarhad.desk import NotFound
from sarhad.desk.rules_watch import ITEM_ROLES
from sarhad.picture.views import IncidentView, ItemView, WatchView
from sarhad.web.guards import allow
from sarhad.web.office import Here, Office
from sarhad.web.records import Words
from sarhad.web.shapes import Answered, ColleagueView
from sarhad.web.watch import Drill
from sarhad.wire.ids import PartyId

SHOWN = 200
"""Incidents in one answer; the totals say how many there are."""
STEP = 1_000
"""Records looked at before other work gets its turn."""

Show = Literal["all", "contradictions"]


class CellInbox(Answered, frozen=True, kw_only=True):
    """What one party owes and is owed, and its watch as far as it was released to the cell."""

    party: str
    items: tuple[ItemView, ...]
    watch: WatchView


class CellView(Answered, frozen=True, kw_only=True):
    """What all ``parties`` may read, and nothing else; incidents with contradictions first, then newest.

    At most 200 ``incidents`` of the ``total`` that match; ``contradicting`` of these are contradicted.
    """

    parties: tuple[str, ...]
    incidents: tuple[IncidentView, ...]
    total: int
    contradicting: int
    inboxes: tuple[CellInbox, ...]
    now_us: int


@get("/api/watch", opt=allow(), operation_id="getWatch", tags=["watch"])
async def get_watch(office: Here, exercise: Drill = None) -> WatchView:
    """Who has our watch, what is offered, and the last handovers."""
    return office.desk.picture.watch(office.desk.party, exercise)


@get("/api/watch/officers", opt=allow(), operation_id="getColleagues", tags=["watch"])
async def get_colleagues(office: Here) -> list[ColleagueView]:
    """Our officers in service who may have the watch or an item, and who of them has the pages open."""
    return [
        ColleagueView(
            officer=view.officer, title=view.title, roles=view.roles, at_desk=office.present[view.officer] > 0
        )
        for view in office.desk.picture.officers(office.desk.party)
        if view.active and ITEM_ROLES & set(view.roles)
    ]


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
    show: Annotated[Show, QueryParameter(name="show", required=False)] = "all",
    q: Words = "",
) -> CellView:
    """The joint cell with one partner, or with all: a picture folded from nothing but what they all may read."""
    parties = at_table(office, partner)
    for _ in iter(lambda: office.desk.picture.share(parties, STEP), 0):
        await asyncio.sleep(0)
    return cell_view(office, parties, exercise, show, q)


def at_table(office: Office, partner: str | None) -> frozenset[str]:
    """Return who sits at the table: ourselves and one partner, or all of them; raise NotFound."""
    partners = office.desk.partners()
    if partner is not None and partner not in partners:
        raise NotFound("no such partner", where=partner[:31], do="Check the name")
    return frozenset({office.desk.party}) | (partners if partner is None else {partner})


def cell_view(
    office: Office, parties: frozenset[str], exercise: str | None = None, show: Show = "all", q: str = ""
) -> CellView:
    """Make the cell's view from a picture that holds no other record, so that no field of it can leak one."""
    shared = office.desk.picture.shared(parties)
    now = office.desk.now()
    words = q.casefold().split()
    found = [one for one in shared.incidents(exercise) if all(word in _heard(one) for word in words)]
    contradicted = [one for one in found if one.contradictions]
    shown = contradicted if show == "contradictions" else sorted(found, key=lambda one: not one.contradictions)
    return CellView(
        parties=tuple(sorted(parties)),
        incidents=tuple(shown[:SHOWN]),
        total=len(shown),
        contradicting=len(contradicted),
        inboxes=tuple(
            CellInbox(party=party, items=tuple(shared.inbox(party, now, exercise)), watch=shared.watch(party, exercise))
            for party in sorted(parties)
        ),
        now_us=now,
    )


def _heard(incident: IncidentView) -> str:
    """What an incident is found by: its title, its place's name, its reference, and what was said of it."""
    said = (statement.text.text for party in incident.statements for statement in party.statements)
    return " ".join((incident.title.text, incident.place.name, incident.ref, *said)).casefold()


HANDLERS = [get_watch, get_colleagues, get_cell]
