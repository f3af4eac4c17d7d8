"""How long it takes a unit to get somewhere, and how that is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sarhad.response.geometry import Integers
from sarhad.response.graph import RoadGraph
from sarhad.response.reach.field import Engines, Field, Rows, engine_of, skeleton_of
from sarhad.response.reach.gates import Gate, gates_of
from sarhad.response.reach.profile import NO_TRACKS, VEHICLE, Profile
from sarhad.response.reach.roads import FAR, Engine
from sarhad.response.reach.travel import AIR, Fleet, Points, Travel, Traveller, place

__all__ = [
    "AIR",
    "FAR",
    "NO_TRACKS",
    "VEHICLE",
    "Engine",
    "Engines",
    "Field",
    "Fleet",
    "Gate",
    "Points",
    "Profile",
    "Rows",
    "Travel",
    "Traveller",
    "engine_of",
    "gates_of",
    "matrix",
    "place",
    "skeleton_of",
    "times",
]


def times(
    graph: RoadGraph,
    travellers: Sequence[Traveller],
    places: Points,
    gates: Sequence[Gate] = (),
    *,
    profile: Profile = VEHICLE,
    engines: Engines = engine_of,
) -> Travel:
    """Return when each traveller arrives at each place, milliseconds after the snapshot, and over which gates."""
    field = Field(graph, travellers, places, gates, profile=profile, engines=engines)
    return field.travel(Fleet.of(travellers), field.rows(travellers), gates)


def matrix(
    graph: RoadGraph,
    travellers: Sequence[Traveller],
    lat: Sequence[int] | Integers,
    lon: Sequence[int] | Integers,
    gates: Sequence[Gate] = (),
    *,
    profile: Profile = VEHICLE,
    engines: Engines = engine_of,
) -> Integers:
    """Return seconds from setting out to arrival, travellers × places, rounded up; -1 where there is no way.

    ``gates`` are the crossings as they stand at the snapshot's time (``gates_of``); without
    them nobody crosses the line.
    """
    found = times(graph, travellers, place(graph, profile, lat, lon), gates, profile=profile, engines=engines)
    depart = np.array([who.depart_ms for who in travellers], np.int64)[:, None]
    return np.where(found.arrival_ms >= FAR, -1, -(-(found.arrival_ms - depart) // 1000))
