"""A unit's position told more coarsely: the other side learns the cell of a fixed grid, never the point.

The grid does not move with the point, so that many statements of one place give no
more away than one of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from sarhad.desk.rules import Intended, Situation
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Unit, UnitStatus
from sarhad.wire.record import Record
from sarhad.wire.values import Place, Release

if TYPE_CHECKING:
    from sarhad.desk.actor import Actor
    from sarhad.desk.desk import Desk

LEAST_M, MOST_M = 500, 200_000
"""Side of a cell.  Below, the blur hides nothing; above, the planner has nothing to work with."""
EARTH_M = 6_371_008.8
UNIT_M = math.radians(1e-7) * EARTH_M
"""Metres in a unit of 1e-7 degrees along a meridian."""


def coarse(place: Place, cell_m: int) -> Place:
    """Return the cell of the grid that holds the place: its middle, and the radius that covers it whole.

    Cells are ``cell_m`` high and, at their middle, as wide.  Raises Refused where the cell is no blur.
    """
    if not LEAST_M <= cell_m <= MOST_M or 2 * place.radius_m > cell_m:
        raise Refused(
            f"a cell of {cell_m} m does not blur this position",
            where="cell_m",
            do=f"Choose {max(LEAST_M, 2 * place.radius_m)} to {MOST_M} m",
        )
    lat, half = _middle(place.lat, cell_m / UNIT_M, 900_000_000)
    across = cell_m / UNIT_M / max(math.cos(math.radians(lat * 1e-7)), 0.01)
    lon, half_lon = _middle(place.lon, across, 1_800_000_000)
    wide = half_lon * math.cos(math.radians(max(abs(lat) - half, 0) * 1e-7))
    radius = math.ceil(math.hypot(half, wide) * UNIT_M) + place.radius_m + 1
    return Place(lat=lat, lon=lon, precision=2 if radius <= 25_000 else 3 if radius <= 50_000 else 4, radius_m=radius)


def _middle(value: int, step: float, limit: int) -> tuple[int, float]:
    low = math.floor((value + limit) / step) * step - limit
    high = min(low + step, limit)
    return round((low + high) / 2), (high - low) / 2


def blurred(exact: UnitStatus, ref: str, cell_m: int) -> UnitStatus:
    """Return a status that states the same with the place blurred and without free words, which might tell it."""
    if exact.place is None:
        raise Refused(f"{ref} states no position", where="record", do="Release it as it stands")
    return msgspec.structs.replace(exact, place=coarse(exact.place, cell_m), text=None, blurs=ref)


async def release_blurred(
    desk: Desk, actor: Actor, ref: str, release: Release, cell_m: int, *, key: str | None = None
) -> Record:
    """Write a coarser statement of the own unit status ``ref``, released as said; the exact one stays as it is.

    Raises Refused (or a subclass) where ``ref`` is no status of an own unit, is itself a
    blur, or the rules forbid the release.
    """
    held = desk.held(ref)
    if held is None or not isinstance(held.data, UnitStatus) or held.party != desk.party:
        raise Refused(f"{ref} is no status of a unit of ours", where="record", do="Name a unit-status record")
    if held.data.blurs is not None:
        raise Refused(f"{ref} is itself a coarser statement", where="record", do=f"Name {held.data.blurs}")
    data = blurred(held.data, ref, cell_m)
    return await desk.act(actor, data, release=release, exercise=held.header.exercise, key=key)


def check_blur(now: Situation, intended: Intended, data: UnitStatus) -> None:
    """Raise Refused unless a coarser statement is of the same unit, is coarser, and holds what it coarsens."""
    if data.blurs is None:
        return
    held = now.held(data.blurs)
    assert held is not None, "check_reference has seen to it"
    exact = held.data
    if not isinstance(exact, UnitStatus) or _code(now, exact.unit) != _code(now, data.unit):
        raise Refused(f"{data.blurs} is of another unit", where="data.blurs", do="Name a status of the same unit")
    if exact.place is None or data.place is None:
        return
    if data.place.radius_m <= exact.place.radius_m or _away_m(exact.place, data.place) > data.place.radius_m:
        raise Refused(
            f"this place is no coarser statement of {data.blurs}",
            where="data.place",
            do="Give a larger radius that holds the exact place",
        )


def _away_m(a: Place, b: Place) -> float:
    north = (a.lat - b.lat) * UNIT_M
    turn = (a.lon - b.lon + 1_800_000_000) % 3_600_000_000 - 1_800_000_000
    return math.hypot(north, turn * UNIT_M * math.cos(math.radians((a.lat + b.lat) / 2 * 1e-7)))


def _code(now: Situation, ref: str) -> str:
    held = now.held(ref)
    return held.data.code if held is not None and isinstance(held.data, Unit) else ref
