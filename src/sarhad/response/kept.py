"""A question of dispatch, and its answer kept with all that it was made from, so that it can be made again."""

from __future__ import annotations

import msgspec

from sarhad.wire.kinds import Alone, Clash, Window
from sarhad.wire.values import Metres, Microseconds, Place, Point


class NoticeState(msgspec.Struct, frozen=True, kw_only=True):
    """A zone notice in force or to come: its area, from and to when (microseconds), the units that it is about."""

    ref: str
    start: Microseconds
    end: Microseconds
    place: Place
    radius_m: Metres = 0
    ring: tuple[Point, ...] = ()
    units: tuple[str, ...] = ()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What the planner is asked: a Snapshot's canonical bytes, and how long it may take.

    ``notices`` are those that ways are checked against, ``notice_distance_m`` the agreement's.
    """

    snapshot: msgspec.Raw
    limit_ms: int
    notices: tuple[NoticeState, ...] = ()
    notice_distance_m: Metres = 0


class WayLine(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed unit's way to an incident: points (lat, lon in 1e-7 degrees) and when it passes each (seconds).

    ``near_line``: when it is within the notice distance of the line.
    """

    unit: str
    incident: str
    points: tuple[tuple[int, int], ...]
    at_s: tuple[int, ...]
    near_line: Window | None = None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal with all that it was made from; ``sarhad plan dispatch FILE --replay`` makes it again.

    ``ways``, ``clashes`` and ``alone`` follow from the same snapshot, for one incident.
    """

    format: str = "sarhad-plan/v1"
    snapshot: msgspec.Raw
    limit_ms: int
    proposal: msgspec.Raw
    ways: tuple[WayLine, ...] = ()
    clashes: tuple[Clash, ...] = ()
    alone: tuple[Alone, ...] = ()
