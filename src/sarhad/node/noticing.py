"""Zone notices that the node writes itself: a unit that was ordered out will come near the line.

When the order ends (declined, closed, ordered anew) the notice is corrected to end then.

The agreement asks each side to announce what it does within its notice distance; both
sides' officers signed that, and an officer ordered the unit.  The node only does the
arithmetic and the announcing: it orders nobody (law 6), and names to a partner nothing
that this partner may not read already (law 2).
"""

from __future__ import annotations

import msgspec
import structlog

from sarhad.desk import Desk
from sarhad.desk.actor import KeyReused, node_actor
from sarhad.picture.views import NoticeView, TaskingView, TermsView
from sarhad.response import joint
from sarhad.response.errors import PlanError
from sarhad.response.kept import Kept, WayLine
from sarhad.response.proposal import Proposal as Plan
from sarhad.web.settings import Compute
from sarhad.wire import canonical
from sarhad.wire.errors import Unavailable
from sarhad.wire.kinds import Correction, ZoneNotice
from sarhad.wire.values import Moment, Place, Words, named

US = 1_000_000
ON_ITS_WAY = ("ordered", "accepted", "en-route")
ENDED = ("declined", "closed")
METRES_A_DEGREE = 111_195

log = structlog.get_logger("sarhad.notices")


class Noticing:
    """Watches our own orders: announces those that lead near the line, and ends that with them.  One task runs it."""

    def __init__(self, desk: Desk, compute: Compute) -> None:
        """Announce from ``desk``; ``compute`` finds the ways."""
        self._desk = desk
        self._compute = compute
        # Orders that were looked at in this run of the node, and those whose notices were ended; written by catch_up.
        self._looked: set[str] = set()
        self._ended: set[str] = set()

    async def run(self) -> None:
        """Announce what is due now, then whatever is ordered, until the desk closes."""
        subscription = self._desk.subscribe()
        try:
            await self.catch_up()
            while (event := await subscription.next()) is not None:
                if event.name == "resync" or any(subject.startswith("incident/") for subject in event.subjects):
                    await self.catch_up()
        finally:
            subscription.close()

    async def catch_up(self) -> None:
        """Look at every order of ours that is under way or has ended, and was not looked at yet."""
        for exercise in (None, *sorted(self._desk.exercises)):
            for tasking in self._desk.picture.taskings(exercise):
                if tasking.party != self._desk.party:
                    continue
                await self._end(tasking)
                if tasking.status in ON_ITS_WAY:
                    await self._look(tasking)

    async def _look(self, tasking: TaskingView) -> None:
        order = tasking.order
        if order.ref in self._looked:
            return
        told = {partner: terms for partner in sorted(self._desk.partners()) if (terms := self._terms(partner))}
        try:
            for partner, terms in told.items():
                await self._announce(tasking, order.ref, order.at, partner, terms)
        except Unavailable as error:
            log.warning("a way could not be found now; it is tried again", order=order.ref, what=str(error))
            return
        except PlanError as error:
            log.warning("no way can be found for an order: announce it by hand", order=order.ref, what=str(error))
        self._looked.add(order.ref)

    # Ending what was announced

    async def _end(self, tasking: TaskingView) -> None:
        """End the notices of the orders that no longer hold: all but the newest; the newest too when all is over."""
        desk, over = self._desk, tasking.status in ENDED
        ground = desk.picture.ground(tasking.exercise, desk.now())
        standing = {n.ref: n for n in ground.notices if n.party == desk.party and n.activity == "response"}
        for step in tasking.steps if standing else ():
            if step.status != "ordered" or step.ref in self._ended or not (over or step.ref != tasking.order.ref):
                continue
            for partner in sorted(desk.partners()):
                made = await desk.made_with(node_actor(desk.party), _key(step.ref, partner))
                notice = None if made is None else standing.get(made.ref)
                if notice is not None and notice.recalled != "complied":
                    await self._correct(notice, tasking, partner)
            self._ended.add(step.ref)

    async def _correct(self, notice: NoticeView, tasking: TaskingView, partner: str) -> None:
        desk, now = self._desk, self._desk.now()
        ended = ZoneNotice(
            activity="response",
            when=Moment(start=min(notice.when.start, now), end=now),
            place=notice.place,
            radius_m=notice.radius_m,
            units=notice.units,
            to=notice.to,
            about=notice.about,
            text=notice.text,
        )
        change = Correction(record=notice.ref, data=msgspec.Raw(canonical.encode(ended)), reason=ending(tasking.status))
        await desk.act(node_actor(desk.party), change, release=named(partner), exercise=tasking.exercise)

    # Announcing

    def _terms(self, partner: str) -> TermsView | None:
        terms = self._desk.picture.agreement_in_force(self._desk.party, partner)
        return terms if terms is not None and terms.notice_distance_m else None

    async def _announce(self, tasking: TaskingView, order: str, at: int, partner: str, terms: TermsView) -> None:
        way, uncertainty_s = await self._way(tasking, at, terms.notice_distance_m)
        if way is None or way.near_line is None:
            return
        desk = self._desk
        place, radius_m = _area(way)
        readable = partner in desk.readers(tasking.unit)
        known = tasking.incident.startswith((f"{partner}:", f"{partner}.")) or partner in desk.readers(tasking.incident)
        notice = ZoneNotice(
            activity="response",
            when=Moment(
                start=at + (max(0, way.near_line.from_s - uncertainty_s)) * US,
                end=at + (way.near_line.to_s + uncertainty_s) * US,
            ),
            place=place,
            radius_m=radius_m,
            units=(tasking.unit,) if readable else (),
            to=partner,
            about=tasking.incident if known else None,
            text=announcement(desk.party),
        )
        try:
            await desk.act(
                node_actor(desk.party),
                notice,
                release=named(partner),
                exercise=tasking.exercise,
                key=_key(order, partner),
            )
        except KeyReused:
            return  # announced before a restart, from where the unit stood then

    async def _way(self, tasking: TaskingView, at: int, distance_m: int) -> tuple[WayLine | None, int]:
        """Return the unit's way to its incident, and how uncertain its times are; None where it finds none."""
        desk, unit = self._desk, tasking.unit_code
        question = joint.way_question(
            desk.picture, desk.party, at, tasking.incident, unit, tasking.exercise, distance_m=distance_m
        )
        kept = msgspec.json.decode(await self._compute("respond", msgspec.json.encode(question)), type=Kept)
        (answer,) = msgspec.json.decode(kept.proposal, type=Plan).answers
        if not kept.ways or not answer.chosen:
            return None, 0
        return kept.ways[0], answer.chosen[0].way.uncertainty_s


def _key(order: str, partner: str) -> str:
    """Return the idempotency key under which an order is announced to a partner."""
    return f"notice {order} {partner}"


def announcement(party: str) -> Words:
    """Say what comes near the line; the pages read this sentence in the reader's language (``nodesays.ts``)."""
    return Words(lang="en", text=f"A unit of {party} responds near the line")


def ending(status: str) -> Words:
    """Say why the announced activity ends now; the pages read it in the reader's language, too."""
    said = {"declined": "The unit cannot come", "closed": "The unit's task is closed"}
    return Words(lang="en", text=said.get(status, "The unit was ordered anew"))


def _area(way: WayLine) -> tuple[Place, int]:
    """Return a circle around the part of the way that is near the line: its middle, and a radius in metres."""
    assert way.near_line is not None
    near = [
        point
        for point, at in zip(way.points, way.at_s, strict=True)
        if way.near_line.from_s <= at <= way.near_line.to_s
    ] or [way.points[-1]]
    lat, lon = (sum(point[i] for point in near) // len(near) for i in (0, 1))
    # A degree of longitude is shorter than one of latitude, so the radius is rather too long.
    far = max(max(abs(point[0] - lat), abs(point[1] - lon)) for point in near)
    return Place(lat=lat, lon=lon, precision=1), max(1_000, int(far * 1e-7 * METRES_A_DEGREE * 1.5))
