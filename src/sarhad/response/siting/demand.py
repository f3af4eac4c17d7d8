"""Demand from incidents on record: each is spread over the places where it may have been.

The rule, by UCDP's where_prec: 1 (exact) goes to the nearest place; 2 (within about
25 km of a named point) is spread evenly over the places within 25 km, 3 (district) over
those within 50 km, the nearest place if there is none; 4 (province) is left out, or
spread evenly over all places of that side if asked for; 5 to 7 (along a line, country,
sea or air) are left out.  What is left out is counted by precision, never dropped in silence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sarhad.response.siting.answer import SitingError
from sarhad.response.siting.instances import haversine
from sarhad.response.siting.kernels import Floats

SPREAD_M = {2: 25_000.0, 3: 50_000.0}
EARTH_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Event:
    """An incident: degrees, precision 1 to 7, calendar year, its side, its category and the table it comes from.

    It happened between ``start_s`` and ``end_s`` (Unix seconds); nan where that is not asked for.
    """

    lat: float
    lon: float
    precision: int
    year: int
    side: str
    category: str
    source: str
    start_s: float = math.nan
    end_s: float = math.nan


@dataclass(frozen=True, slots=True)
class Demand:
    """``share``: incidents used × places, each row summing to 1; ``factor``: what each counts for.

    ``left_out``: how many incidents of each precision were not used.
    """

    share: Floats
    factor: Floats
    used: tuple[int, ...]
    left_out: Mapping[int, int]

    @property
    def weight(self) -> Floats:
        """Return the weight of each place."""
        result: Floats = self.factor @ self.share
        return result


def demand(
    events: Sequence[Event],
    lat: Floats,
    lon: Floats,
    side: NDArray[np.str_],
    *,
    weights: Mapping[str, float] | None = None,
    spread_provinces: bool = False,
) -> Demand:
    """Spread ``events`` over places (degrees, with the side each is on).

    ``weights``: what an incident of a category or of a source counts for (``category``
    or ``source:<table>``; 1 where nothing is said; both multiply).  Raises SitingError.
    """
    weights = weights or {}
    if any(value < 0 for value in weights.values()):
        raise SitingError("a weight must be at least 0", where="weights")
    if lat.size == 0:
        raise SitingError("there is no place to spread the incidents over", where="places")
    rows, factors, used, left = [], [], [], dict[int, int]()
    for number, event in enumerate(events):
        row = _spread(event, lat, lon, side, spread_provinces)
        if row is None:
            left[event.precision] = left.get(event.precision, 0) + 1
            continue
        rows.append(row)
        used.append(number)
        factors.append(weights.get(event.category, 1.0) * weights.get(f"source:{event.source}", 1.0))
    share = np.array(rows) if rows else np.zeros((0, lat.size))
    return Demand(share, np.array(factors), tuple(used), dict(sorted(left.items())))


def _spread(event: Event, lat: Floats, lon: Floats, side: NDArray[np.str_], provinces: bool) -> Floats | None:
    mine = side == event.side
    if event.precision > (4 if provinces else 3) or not mine.any():
        return None
    if event.precision == 4:
        everywhere: Floats = mine / mine.sum()
        return everywhere
    away = haversine(np.array([event.lon]), np.array([event.lat]), lon, lat, EARTH_M)[0]
    away[~mine] = np.inf
    near = away <= SPREAD_M.get(event.precision, -1.0)
    if not near.any():
        near[int(np.argmin(away))] = True
    row: Floats = near / near.sum()
    return row
