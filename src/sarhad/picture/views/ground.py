"""The ground and what moves on it."""

from __future__ import annotations

from typing import Literal

from sarhad.picture.views.records import View
from sarhad.wire.kinds import Closure, GroundSpeed
from sarhad.wire.values import Moment, Names, Place, Point, Range, Words


class SectorView(View, frozen=True, kw_only=True):
    """A stretch of the border as one party keeps it."""

    ref: str
    party: str
    code: str
    names: Names
    line: tuple[Point, ...]


class CrossingView(View, frozen=True, kw_only=True):
    """A crossing as one party keeps it; seconds after that party's local midnight."""

    ref: str
    party: str
    code: str
    names: Names
    place: Place
    modes: tuple[str, ...]
    status: str
    opens_s: int
    closes_s: int
    source: str
    passing_s: int
    vehicles_per_h: int
    closures: tuple[Closure, ...]


class PostView(View, frozen=True, kw_only=True):
    """Where units are based."""

    ref: str
    party: str
    code: str
    names: Names
    place: Place
    sector: str | None


class UnitStatusView(View, frozen=True, kw_only=True):
    """The last known status and position of a unit, and how old it is (``as_of``).

    ``blurs``: it states that record more coarsely, which is not readable here.
    """

    ref: str
    status: str
    as_of: Moment
    place: Place | None
    text: Words | None
    help: bool
    blurs: str | None


class UnitView(View, frozen=True, kw_only=True):
    """What can respond.  ``place`` is the last stated position, else its home post's."""

    ref: str
    party: str
    code: str
    names: Names
    unit_kind: str
    capabilities: tuple[str, ...]
    strength: Range
    home: str | None
    notice_to_move_s: int
    speed_kmh: int
    crosses_line: bool
    vehicles: int
    speeds: tuple[GroundSpeed, ...]
    last: UnitStatusView | None
    place: Place | None


class NoticeView(View, frozen=True, kw_only=True):
    """Planned activity near the line."""

    ref: str
    party: str
    activity: str
    when: Moment
    place: Place
    radius_m: int
    ring: tuple[Point, ...]
    units: tuple[str, ...]
    to: str | None
    about: str | None
    text: Words
    recalled: Literal["", "asked", "complied", "refused"]


class CaveatView(View, frozen=True, kw_only=True):
    """A restriction as its author last stated it; one that is lifted is not shown, ``until`` is for the reader."""

    ref: str
    party: str
    code: str
    on_party: str | None
    on_unit: str | None
    withhold: tuple[str, ...]
    part: Literal["yes", "apart", "no"]
    incidents: tuple[str, ...]
    reason: Words
    listing: str
    until: int | None


class GroundView(View, frozen=True, kw_only=True):
    """The ground: what each party last said of its sectors, crossings, posts, units and caveats, and the notices."""

    exercise: str | None
    sectors: tuple[SectorView, ...]
    crossings: tuple[CrossingView, ...]
    posts: tuple[PostView, ...]
    units: tuple[UnitView, ...]
    notices: tuple[NoticeView, ...]
    caveats: tuple[CaveatView, ...] = ()
