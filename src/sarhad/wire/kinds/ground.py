"""The ground and what moves on it: sectors, crossings, posts, units, zone notices."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sarhad.wire.ids import PartyId, Ref
from sarhad.wire.registry import Data, anothers, kind, own
from sarhad.wire.values import (
    Metres,
    Microseconds,
    Moment,
    Names,
    Place,
    Point,
    Range,
    Seconds,
    Short,
    Value,
    Words,
)

Line = Annotated[tuple[Point, ...], Meta(min_length=2, max_length=500)]
Ring = Annotated[tuple[Point, ...], Meta(min_length=3, max_length=500)]


@kind("sector", authors={"commander", "administrator", "planner"})
class Sector(Data, frozen=True, kw_only=True):
    """A stretch of the border: ``line`` from one end to the other, ``code`` unique per party.

    Authors: administrator, commander, planner.
    """

    code: Short
    names: Names
    line: Line


class Closure(Value, frozen=True, kw_only=True):
    """A time, announced beforehand, in which a crossing lets nobody through: from ``start`` up to ``end``."""

    start: Microseconds
    end: Microseconds

    def __post_init__(self) -> None:
        """Refuse a closure that ends before it starts."""
        if self.end < self.start:
            raise ValueError("the closure ends before it starts")


@kind("crossing", authors={"commander", "administrator", "planner"})
class Crossing(Data, frozen=True, kw_only=True):
    """A place to cross the line, as the author's side keeps it.

    ``opens_s`` and ``closes_s`` are seconds after local midnight of the author's zone
    (both 0: always).  ``passing_s`` is what the formalities take a unit, ``vehicles_per_h``
    how many vehicles get through in an hour (0: not stated).  A later record with the same
    ``code`` replaces the earlier.

    Authors: administrator, commander, planner.
    """

    code: Short
    names: Names
    place: Place
    modes: Annotated[tuple[Literal["road", "rail", "foot", "air"], ...], Meta(min_length=1)]
    status: Literal["open", "restricted", "closed"]
    opens_s: Annotated[int, Meta(ge=0, le=86_400)] = 0
    closes_s: Annotated[int, Meta(ge=0, le=86_400)] = 0
    source: Annotated[str, Meta(max_length=500)] = ""
    passing_s: Seconds = 0
    vehicles_per_h: Annotated[int, Meta(ge=0, le=100_000)] = 0
    closures: Annotated[tuple[Closure, ...], Meta(max_length=50)] = ()


@kind("post", authors={"commander", "administrator", "planner"})
class Post(Data, frozen=True, kw_only=True):
    """Where units are based; a later record with the same ``code`` replaces the earlier.

    Authors: administrator, commander, planner.
    """

    code: Short
    names: Names
    place: Place
    sector: Ref | None = None


UnitKind = Literal["patrol", "reaction", "medical", "engineer", "explosive-disposal", "aviation", "drone", "liaison"]
CAPABILITIES = (
    "air-lift", "bridge", "clear-road", "command", "cordon", "decontaminate", "drone-watch", "engineering",
    "evacuate", "explosive-disposal", "fire-fighting", "first-aid", "forensics", "interpret", "lift", "medical",
    "night", "observe", "pursue", "render-safe", "search", "secure", "supply", "surgery", "water-rescue",
)  # fmt: skip
"""The words for capabilities that every desk has in its languages; a unit may state others, shown as they stand."""
Ground = Literal[
    "motorway", "trunk", "primary", "secondary", "tertiary", "minor", "service", "track", "ford", "off-road"
]


class GroundSpeed(Value, frozen=True, kw_only=True):
    """A unit's speed on one class of road, at fords, or off the road; 0: it does not go there."""

    ground: Ground
    kmh: Annotated[int, Meta(ge=0, le=300)]


@kind("unit", authors={"commander", "administrator", "planner"})
class Unit(Data, frozen=True, kw_only=True):
    """What can respond.  A later record with the same ``code`` replaces the earlier.

    ``capabilities`` in the desk's own words where one fits; ``strength`` in persons;
    ``notice_to_move_s`` from order to wheels rolling; ``speed_kmh`` on a good road (in the
    air for aviation), ``speeds`` where it differs from the usual share of that;
    ``vehicles`` that pass a crossing; ``crosses_line`` False keeps it on its own side.

    Authors: administrator, commander, planner.
    """

    code: Short
    names: Names
    unit_kind: UnitKind
    capabilities: Annotated[tuple[Short, ...], Meta(max_length=20)] = ()
    strength: Range
    home: Ref | None = None
    notice_to_move_s: Seconds = 0
    speed_kmh: Annotated[int, Meta(ge=1, le=1_000)] = 50
    crosses_line: bool = False
    vehicles: Annotated[int, Meta(ge=1, le=1_000)] = 1
    speeds: Annotated[tuple[GroundSpeed, ...], Meta(max_length=10)] = ()

    def __post_init__(self) -> None:
        """Refuse two speeds on one ground, and a unit that stands still on every one that it names."""
        grounds = [one.ground for one in self.speeds]
        if len(set(grounds)) < len(grounds):
            raise ValueError("a ground stands twice among the speeds")
        if len(grounds) == 10 and not any(one.kmh for one in self.speeds):
            raise ValueError("the unit has no speed on any ground")


@kind("unit-status", authors={"duty", "commander", "planner", "field", "node"})
class UnitStatus(Data, frozen=True, kw_only=True):
    """Where a unit is and what it is doing, as known ``as_of`` that time.

    ``unit`` names the unit's record, of the same party.  ``help``: it asks for help, until its next status.
    ``blurs`` names the exact status that this one states more coarsely, for those who may not read that one.

    Authors: commander, duty, field, node, planner.
    """

    unit: Ref
    status: Literal["available", "committed", "en-route", "on-scene", "resting", "out-of-service"]
    as_of: Moment
    place: Place | None = None
    text: Words | None = None
    help: bool = False
    blurs: Ref | None = None

    def check(self, party: str) -> None:
        """A party speaks for its own units only."""
        own(party, self.unit, self.blurs)


@kind("zone-notice", authors={"duty", "commander", "planner", "node"}, act=True, expects="acknowledge")
class ZoneNotice(Data, frozen=True, kw_only=True):
    """Planned activity near the line: ``who`` (units), where (a ring, or a place with a radius), when.

    The node writes one itself, as the agreement asks, when a unit that an officer has
    ordered out will come within its notice distance of the line (activity ``response``).
    ``about`` names the incident that it follows from.

    Authors: commander, duty, node, planner.
    """

    activity: Literal["patrol", "exercise", "engineering", "pursuit", "flight", "response", "other"]
    when: Moment
    place: Place
    radius_m: Metres = 0
    ring: Ring | None = None
    units: Annotated[tuple[Ref, ...], Meta(max_length=50)] = ()
    to: PartyId | None = None
    about: Ref | None = None
    text: Words

    def check(self, party: str) -> None:
        """A notice goes to another party and names own units."""
        anothers(party, self.to)
        own(party, *self.units)
