"""What the desk shows: frame, inbox, incidents, ground, partners, statistics."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter

from sarhad.desk import LinkView, NotFound
from sarhad.desk.escalation import escalates_us
from sarhad.picture.views import (
    GroundView,
    IncidentView,
    PartnerStatistics,
    PledgeView,
    TaskingView,
    TermsView,
)
from sarhad.web.guards import allow, anyone
from sarhad.web.office import Call, Here, Office, signed_in
from sarhad.web.session import officer_view
from sarhad.web.shapes import DeskView, DigestView, Exercise, HealthView, InboxItem, KindView, PartnerView, PartyView
from sarhad.wire.registry import KINDS

Drill = Annotated[Exercise | None, QueryParameter(name="exercise", required=False, description="Absent: the live desk")]


def party_view(office: Office, party: str) -> PartyView | None:
    """What the party says it is, None for a stranger."""
    found = office.desk.named(party)
    if found is None:
        return None
    return PartyView(
        party=party,
        log=found.log,
        names=found.names,
        country=found.country,
        zone=found.zone,
        calendar=found.calendar,
    )


def partner_view(office: Office, partner: str) -> PartnerView:
    """Everything about one partner."""
    desk = office.desk
    return PartnerView(
        party=partner,
        manifest=party_view(office, partner),
        link=desk.links.get(partner) or LinkView(partner=partner, state="never"),
        terms=desk.picture.agreement_in_force(desk.party, partner),
        suspended_by_us=desk.picture.suspension(desk.party, partner),
        suspended_by_them=desk.picture.suspension(partner, desk.party),
    )


@get("/api/desk", opt=allow(), operation_id="getDesk", tags=["watch"])
async def get_desk(request: Call, office: Here) -> DeskView:
    """The frame of every screen: who we are, the partners and their links, the kinds that I may write."""
    actor = signed_in(request).actor
    kinds = [
        KindView(
            kind=kind.name,
            authors=tuple(sorted(kind.authors)),
            act=kind.act,
            expects=kind.expects,
            allowed=bool(kind.authors & actor.roles),
        )
        for kind in KINDS.values()
    ]
    return DeskView(
        party=office.desk.party,
        manifest=party_view(office, office.desk.party),
        partners=tuple(partner_view(office, partner) for partner in sorted(office.desk.partners())),
        officer=officer_view(office, actor.officer),
        kinds=tuple(kinds),
        exercises=tuple(sorted(office.desk.exercises)),
        escalate_percent=office.settings.escalate_percent,
        now_us=office.desk.now(),
        event=f"{office.desk.hub.epoch}-{office.desk.hub.seq}",
    )


@get("/api/inbox", opt=allow(), operation_id="getInbox", tags=["watch"])
async def get_inbox(office: Here, exercise: Drill = None) -> list[InboxItem]:
    """Open and recent warnings, requests, allegations, notices and recalls, both ways, by deadline."""
    return inbox(office, exercise)


def inbox(office: Office, exercise: str | None) -> list[InboxItem]:
    """The items of a room as they stand now."""
    desk, percent = office.desk, office.settings.escalate_percent
    return [
        InboxItem(**msgspec.structs.asdict(item), escalates_us=escalates_us(item, desk.party, percent))
        for item in desk.picture.inbox(desk.party, desk.now(), exercise)
    ]


@get("/api/incidents", opt=allow(), operation_id="getIncidents", tags=["watch"])
async def get_incidents(office: Here, exercise: Drill = None) -> list[IncidentView]:
    """Every incident with each side's statements."""
    return list(office.desk.picture.incidents(exercise))


@get("/api/incidents/{ref:str}", opt=allow(), operation_id="getIncident", tags=["watch"])
async def get_incident(ref: FromPath[str], office: Here) -> IncidentView:
    """One incident."""
    found = office.desk.picture.incident(ref)
    if found is None:
        raise NotFound("there is no such incident here", where=ref[:60], do="Check the number")
    return found


@get("/api/ground", opt=allow(), operation_id="getGround", tags=["watch"])
async def get_ground(office: Here, exercise: Drill = None) -> GroundView:
    """Sectors, crossings, posts, units with their last status, and zone notices."""
    return office.desk.picture.ground(exercise)


@get("/api/statistics", opt=allow(), operation_id="getStatistics", tags=["watch"])
async def get_statistics(office: Here, exercise: Drill = None) -> list[PartnerStatistics]:
    """How fast each party answers, from countersigned times only."""
    return list(office.desk.picture.statistics(exercise, office.desk.now()))


@get("/api/pledges", opt=allow(), operation_id="getPledges", tags=["watch"])
async def get_pledges(office: Here, exercise: Drill = None) -> list[PledgeView]:
    """What was promised, and how far it has come."""
    return list(office.desk.picture.pledges(exercise))


@get("/api/taskings", opt=allow(), operation_id="getTaskings", tags=["watch"])
async def get_taskings(office: Here, exercise: Drill = None) -> list[TaskingView]:
    """What each party ordered its own units to do."""
    return list(office.desk.picture.taskings(exercise))


@get("/api/agreements", opt=allow(), operation_id="getAgreements", tags=["watch"])
async def get_agreements(office: Here) -> list[TermsView]:
    """Terms proposed, in force and replaced."""
    return list(office.desk.picture.agreements())


@get("/api/partners/{partner:str}", opt=allow(), operation_id="getPartner", tags=["watch"])
async def get_partner(partner: FromPath[str], office: Here) -> PartnerView:
    """One partner and the link to it."""
    return partner_view(office, known_partner(office, partner))


@get("/api/partners/{partner:str}/digest", opt=allow(), operation_id="getDigest", tags=["watch"])
async def get_digest(partner: FromPath[str], office: Here) -> DigestView:
    """The digest of the picture that both parties may read; compare it with the partner's."""
    shared = office.desk.picture.shared_bytes(frozenset({office.desk.party, known_partner(office, partner)}))
    digest = await asyncio.to_thread(lambda: hashlib.sha256(shared).hexdigest())
    return DigestView(partner=partner, sha256=digest)


def known_partner(office: Office, partner: str) -> str:
    """Return the partner's name; raise NotFound."""
    if partner not in office.desk.partners():
        raise NotFound("no such partner", where=partner[:31], do="Check the name")
    return partner


@get("/api/health", opt=anyone(), operation_id="getHealth", tags=["health"])
async def get_health(office: Here) -> HealthView:
    """The node answers."""
    return HealthView(status="ok", party=office.desk.party, now_us=office.desk.now())


HANDLERS = [
    get_desk,
    get_inbox,
    get_incidents,
    get_incident,
    get_ground,
    get_statistics,
    get_pledges,
    get_taskings,
    get_agreements,
    get_partner,
    get_digest,
    get_health,
]
