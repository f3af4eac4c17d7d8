"""What a study of the ground is made from: what stands where, who may cross, what happened.  Whole numbers only.

Unlike a snapshot it has no moment of its own: closures and caveats are those in force when
it was taken, so that nothing changes while nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from sarhad.response.errors import PlanError
from sarhad.response.snapshot import CaveatState, CrossingState, Part, PostState, UnitState
from sarhad.wire.kinds import CrossingRule
from sarhad.wire.values import Microseconds, Names

OWN_TABLE = "records"
"""The table of the incidents that a desk put on record itself."""


class Happened(Part, frozen=True, kw_only=True):
    """An incident: where (1e-7 degrees, precision 1 to 7), when, of which category, from which table.

    ``side``: the country (ISO 3166-1 alpha-2) where that is stated, "" where the place tells it.
    """

    lat: int
    lon: int
    precision: Annotated[int, Meta(ge=1, le=7)]
    start: Microseconds
    end: Microseconds
    category: str
    table: str
    side: str = ""


class Standing(Part, frozen=True, kw_only=True):
    """What one party may see.  ``agreed``: whether it has an agreement in force with anybody.

    ``names``: of posts and crossings by reference, of parties by identifier.  ``countries``
    of the parties.  ``origin``: from a node's records, or from what a region package makes up.
    ``offsets_min``: of each crossing's time zone, the minutes east of UTC in force when it was
    taken: summer time while it is summer.
    """

    origin: Literal["records", "region"]
    units: tuple[UnitState, ...] = ()
    crossings: tuple[CrossingState, ...] = ()
    rules: tuple[CrossingRule, ...] = ()
    agreed: bool
    posts: tuple[PostState, ...] = ()
    caveats: tuple[CaveatState, ...] = ()
    names: dict[str, Names] = msgspec.field(default_factory=dict)
    countries: dict[str, str] = msgspec.field(default_factory=dict)
    incidents: tuple[Happened, ...] = ()
    offsets_min: dict[str, int] = msgspec.field(default_factory=dict)

    def home_of(self, unit: UnitState) -> PostState | None:
        """Return the post where the unit is based, None where it is not known."""
        return next((post for post in self.posts if post.ref == unit.home), None) if unit.home else None


def offsets_min(crossings: Iterable[CrossingState], at: int) -> dict[str, int]:
    """Return the minutes east of UTC in force at ``at`` (microseconds) in the crossings' zones.

    Raises PlanError for a zone that is not known.
    """
    found = {}
    for one in sorted(crossings, key=lambda one: one.ref):
        try:
            when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
            offset = when.astimezone(ZoneInfo(one.zone)).utcoffset() or timedelta()
        except (ZoneInfoNotFoundError, ValueError) as error:
            if one.opens_s == one.closes_s:
                continue  # it has no hours that a zone would be needed for
            what = f"the time zone {one.zone!r} of crossing {one.code} is not known"
            raise PlanError("plan-no-zone", what, ref=one.ref) from error
        found[one.zone] = round(offset.total_seconds() / 60)
    return found
