"""How long it takes a unit to get somewhere, and how that is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sarhad.response.geometry import Integers
from sarhad.response.graph import RoadGraph
from sarhad.response.reach.gates import Gate, gates_of
from sarhad.response.reach.profile import NO_TRACKS, VEHICLE, Profile
from sarhad.response.reach.roads import FAR, Engine, Oracle, arcs_of
from sarhad.response.reach.travel import AIR, Points, Travel, Traveller, air_ways, place, road_ways, travel

__all__ = [
    "AIR",
    "FAR",
    "NO_TRACKS",
    "VEHICLE",
    "Engine",
    "Field",
    "Gate",
    "Points",
    "Profile",
    "Travel",
    "Traveller",
    "engine_of",
    "gates_of",
    "matrix",
    "place",
    "times",
]


def engine_of(graph: RoadGraph, profile: Profile) -> Engine:
    """Return the search engine for a profile, made at the first call and kept with the graph."""
    engine: Engine | None = graph._kept.get(profile)
    if engine is None:
        engine = graph._kept[profile] = Oracle(arcs_of(graph, profile))
    return engine


def times(
    graph: RoadGraph,
    travellers: Sequence[Traveller],
    places: Points,
    gates: Sequence[Gate] = (),
    *,
    profile: Profile = VEHICLE,
    engine: Engine | None = None,
) -> Travel:
    """Return when each traveller arrives at each place, milliseconds after the snapshot, and over which gates."""
    return Field(graph, travellers, places, gates, profile=profile, engine=engine).travel(travellers, gates)


class Field:
    """Ways between fixed points, places and gates, found once; rules, hours and speeds may then change freely.

    This is what makes re-weighting a crossing cheap: no way on the ground depends on it.
    """

    def __init__(
        self,
        graph: RoadGraph,
        travellers: Sequence[Traveller],
        places: Points,
        gates: Sequence[Gate] = (),
        *,
        profile: Profile = VEHICLE,
        engine: Engine | None = None,
    ) -> None:
        spots = sorted({(who.lat, who.lon) for who in travellers})
        self._row = {spot: row for row, spot in enumerate(spots)}
        self.origins = place(graph, profile, [lat for lat, _ in spots], [lon for _, lon in spots])
        self.places = places
        used = engine or engine_of(graph, profile)
        self._road = road_ways(graph, profile, used, gates, self.origins, places)
        self._air = air_ways(graph, gates, self.origins, places) if any(w.kind in AIR for w in travellers) else None

    def row(self, who: Traveller) -> int:
        """Return the traveller's row in ``origins``."""
        return self._row[(who.lat, who.lon)]

    def travel(self, travellers: Sequence[Traveller], gates: Sequence[Gate]) -> Travel:
        """Return the arrivals of travellers that set out from this field's points, over these gates.

        The gates must be those of the field, or the same ones with other rules, hours, closures.
        """
        found = travel(self._road, gates, travellers, [self.row(who) for who in travellers])
        flying = [i for i, who in enumerate(travellers) if who.kind in AIR]
        if self._air is None or not flying:
            return found
        some = [travellers[i] for i in flying]
        air = travel(self._air, gates, some, [self.row(who) for who in some])
        hops = list(found.hops)
        for i, index in enumerate(flying):
            found.arrival_ms[index], found.via[index], hops[index] = air.arrival_ms[i], air.via[i], air.hops[i]
        return Travel(found.arrival_ms, found.via, tuple(hops))


def matrix(
    graph: RoadGraph,
    travellers: Sequence[Traveller],
    lat: Sequence[int] | Integers,
    lon: Sequence[int] | Integers,
    gates: Sequence[Gate] = (),
    *,
    profile: Profile = VEHICLE,
    engine: Engine | None = None,
) -> Integers:
    """Return seconds from setting out to arrival, travellers × places, rounded up; -1 where there is no way.

    ``gates`` are the crossings as they stand at the snapshot's time (``gates_of``); without
    them nobody crosses the line.
    """
    found = times(graph, travellers, place(graph, profile, lat, lon), gates, profile=profile, engine=engine)
    depart = np.array([who.depart_ms for who in travellers], np.int64)[:, None]
    return np.where(found.arrival_ms >= FAR, -1, -(-(found.arrival_ms - depart) // 1000))
