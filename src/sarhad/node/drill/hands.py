"""Whose hands play a scenario: an officer signed in at a desk, or whoever directs the drill at the node's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import msgspec

from sarhad.desk import Actor, Desk
from sarhad.node.officer import OfficerClient
from sarhad.picture.views import RecordFilter
from sarhad.wire.record import Record
from sarhad.wire.registry import KINDS, Role
from sarhad.wire.values import Release

PAGE = 500
NOT_LENT: frozenset[Role] = frozenset({"node", "field"})
"""Roles that nobody directs a drill with: the program's own, and one that speaks for a single unit."""
GROUND = ("unit", "post", "sector", "crossing")


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record of an exercise: its reference, its place in its log, and its data as first written (plain JSON)."""

    ref: str
    place: tuple[str, int]
    data: Any


class Hand(Protocol):
    """What a player does with a desk."""

    @property
    def where(self) -> str:
        """The desk, for messages."""

    async def now_us(self) -> int:
        """The desk's time, µs UTC."""

    async def holds(self, ref: str) -> bool:
        """Tell whether the record's content has come to this desk."""

    async def ground(self, marker: str) -> str | None:
        """Return the newest record of ``party/kind/code``, or None."""

    async def records(self, exercise: str, kind: str, party: str) -> list[HeldRecord]:
        """The party's records of a kind in an exercise."""

    async def act(self, kind: str, data: Any, release: Any, exercise: str, key: str) -> str:
        """Write one record, once for each ``key``; return its reference."""

    async def confirm(self, step: str, ref: str) -> bool:
        """Confirm a record; False when it was confirmed before."""


class SignedInHand:
    """An officer's own hand, over HTTP."""

    def __init__(self, officer: OfficerClient) -> None:
        """Use the sign-in of ``officer``."""
        self._officer = officer

    @property
    def where(self) -> str:
        """The desk's address."""
        return self._officer.base_url

    async def now_us(self) -> int:
        """The desk's time."""
        now: int = (await self._officer.get("/api/desk"))["now_us"]
        return now

    async def holds(self, ref: str) -> bool:
        """Tell whether the record is at the desk."""
        return await self._officer.until(f"/api/records/{ref}", lambda _: True, 0) is not None

    async def ground(self, marker: str) -> str | None:
        """Look in what the desk shows of the ground."""
        party, kind, code = marker.split("/", 2)
        views = (await self._officer.get("/api/ground"))[f"{kind}s"]
        return next((str(view["ref"]) for view in views if (view["party"], view["code"]) == (party, code)), None)

    async def records(self, exercise: str, kind: str, party: str) -> list[HeldRecord]:
        """Page through what the desk has."""
        found: list[HeldRecord] = []
        more: dict[str, str] = {}
        while True:
            page = await self._officer.get(
                "/api/records", exercise=exercise, kind=kind, party=party, limit=PAGE, **more
            )
            found += [
                HeldRecord(view["ref"], (view["log"], view["seq"]), view["first_data"] or view["data"])
                for view in page["records"]
            ]
            if not page["next"]:
                return found
            more = {"cursor": page["next"]}

    async def act(self, kind: str, data: Any, release: Any, exercise: str, key: str) -> str:
        """Write as the officer."""
        return await self._officer.act(kind, data, release, exercise, key)

    async def confirm(self, step: str, ref: str) -> bool:
        """Confirm as the officer."""
        written = await self._officer.post("/api/receipts", {"step": step, "refs": [ref]})
        return bool(written["refs"])


class DirectorsHand:
    """The hand of the officer who directs the drill at this desk.

    It writes under the director's own name, never under another officer's, and in the
    exercise only: there the roles of whoever would write it are lent to the director.
    """

    def __init__(self, desk: Desk, director: Actor) -> None:
        """Write at ``desk`` as ``director``."""
        self._desk = desk
        self._director = director

    @property
    def where(self) -> str:
        """The own party."""
        return self._desk.party

    async def now_us(self) -> int:
        """The desk's time."""
        return self._desk.now()

    async def holds(self, ref: str) -> bool:
        """Tell whether the record is folded."""
        return self._desk.known(ref)

    async def ground(self, marker: str) -> str | None:
        """Look in the picture's ground."""
        party, kind, code = marker.split("/", 2)
        views = getattr(self._desk.picture.ground(), f"{kind}s")
        return next((str(view.ref) for view in views if (view.party, view.code) == (party, code)), None)

    async def records(self, exercise: str, kind: str, party: str) -> list[HeldRecord]:
        """Look through the picture."""
        return [
            HeldRecord(one.ref, (one.log, one.seq), msgspec.json.decode(one.header.data))
            for one in of_exercise(self._desk, exercise, (kind,), (party,))
        ]

    async def act(self, kind: str, data: Any, release: Any, exercise: str, key: str) -> str:
        """Write the record in the exercise, which is never empty here."""
        info = KINDS[kind]
        actor = replace(self._director, roles=self._director.roles | (info.authors - NOT_LENT))
        written = await self._desk.act(
            actor,
            info.decode(msgspec.json.encode(data)),
            release=msgspec.convert(release, Release),
            exercise=exercise,
            key=key,
        )
        return written.ref

    async def confirm(self, step: str, ref: str) -> bool:
        """Confirm as the director; a record of an exercise is confirmed in it."""
        actor = replace(self._director, roles=self._director.roles | (KINDS["receipt"].authors - NOT_LENT))
        return bool(await self._desk.receipt(actor, step, [ref]))


def of_exercise(
    desk: Desk, exercise: str | None, kinds: tuple[str, ...] = (), parties: tuple[str, ...] = ()
) -> Iterator[Record]:
    """Yield the records held of an exercise (None: live)."""
    cursor = ""
    while True:
        wanted = RecordFilter(exercise=exercise, kinds=kinds, parties=parties, limit=PAGE, cursor=cursor)
        page = desk.picture.records(wanted)
        for view in page.records:
            held = desk.held(view.ref)
            if held is not None and held.header.exercise == exercise:
                yield held
        cursor = page.next
        if not cursor:
            return
