"""Ways between fixed points, found once for many questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from sarhad.response.geometry import Integers
from sarhad.response.graph import RoadGraph
from sarhad.response.reach.gates import Gate
from sarhad.response.reach.hierarchy import Hierarchy, Skeleton
from sarhad.response.reach.profile import VEHICLE, Profile
from sarhad.response.reach.roads import FAR, Engine, arcs_of
from sarhad.response.reach.travel import AIR, Fleet, Points, Travel, Traveller, Ways, air_ways, place, road_ways, travel

Engines = Callable[[RoadGraph, Profile], Engine]
"""Who searches the roads: an engine for a profile."""


def engine_of(graph: RoadGraph, profile: Profile) -> Engine:
    """Return the search engine for a profile, made at the first call and kept with the graph."""
    engine: Engine | None = graph._kept.get(profile)
    if engine is None:
        engine = graph._kept[profile] = Hierarchy(skeleton_of(graph), arcs_of(graph, profile))
    return engine


def skeleton_of(graph: RoadGraph) -> Skeleton:
    """Return the network taken apart, the same for every profile; made at the first call and kept with the graph."""
    skeleton: Skeleton | None = graph._kept.get(Skeleton)
    if skeleton is None:
        inside = ~graph.over_line
        skeleton = graph._kept[Skeleton] = Skeleton.of(graph.rank, graph.tail[inside], graph.head[inside])
    return skeleton


@dataclass(frozen=True, slots=True)
class Leg:
    """The ways of those who move alike: by road under one profile, or in the air.  ``row`` finds an origin."""

    origins: Points
    places: Points
    ways: Ways
    row: dict[tuple[int, int], int]


Rows = dict[Profile | None, tuple[Integers, Integers]]
"""For each way to move, who moves so and each one's row among the origins."""


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
        engines: Engines = engine_of,
    ) -> None:
        """Find the ways that ``travellers`` (or others from the same points, moving alike) can need."""
        self._profile = profile
        alike: dict[Profile | None, set[tuple[int, int]]] = {}
        for who in travellers:
            alike.setdefault(self._way(who), set()).add((who.lat, who.lon))
        self._legs: dict[Profile | None, Leg] = {}
        for way in sorted(alike, key=repr):
            spots = sorted(alike[way])
            used = way or profile
            origins = place(graph, used, [lat for lat, _ in spots], [lon for _, lon in spots])
            ends = places if used == profile else place(graph, used, places.lat, places.lon)
            if way is None:
                ways = air_ways(gates, origins, ends)
            else:
                ways = road_ways(graph, used, engines(graph, used), gates, origins, ends)
            self._legs[way] = Leg(origins, ends, ways, {spot: row for row, spot in enumerate(spots)})
        self.places = places

    def of(self, which: slice) -> Field:
        """Return the ways to some of the places, found already."""
        part = copy(self)
        part.places = self.places.part(which)
        part._legs = {
            way: Leg(leg.origins, leg.places.part(which), leg.ways.part(which), leg.row)
            for way, leg in self._legs.items()
        }
        return part

    def _way(self, who: Traveller) -> Profile | None:
        """Return the profile that the traveller drives by, None if it flies."""
        if who.kind in AIR:
            return None
        return self._profile.of_unit(who.speed_kmh, who.speeds) if who.speeds else self._profile

    def leg(self, who: Traveller) -> tuple[Leg, int]:
        """Return the ways that the traveller moves by, and its row among the origins."""
        leg = self._legs[self._way(who)]
        return leg, leg.row[(who.lat, who.lon)]

    def rows(self, travellers: Sequence[Traveller | None]) -> Rows:
        """Return where each of those who set out from this field's points stands in it."""
        found: dict[Profile | None, tuple[list[int], list[int]]] = {way: ([], []) for way in self._legs}
        for index, who in enumerate(travellers):
            if who is not None:
                way = self._way(who)
                indices, rows = found[way]
                indices.append(index)
                rows.append(self._legs[way].row[(who.lat, who.lon)])
        return {way: (np.array(part[0], np.int64), np.array(part[1], np.int64)) for way, part in found.items()}

    def travel(self, fleet: Fleet, rows: Rows, gates: Sequence[Gate]) -> Travel:
        """Return the arrivals of a fleet whose travellers stand at ``rows``, over these gates.

        The gates must be those of the field, or the same ones with other rules, hours, closures.
        """
        parts = [
            (indices, travel(self._legs[way].ways, gates, fleet.part(indices), row))
            for way, (indices, row) in rows.items()
            if indices.size
        ]
        return together(parts, fleet.speed_kmh.size, len(self.places))


def together(parts: Sequence[tuple[Integers, Travel]], travellers: int, places: int) -> Travel:
    """Return the journeys of all travellers, from those of groups of them; who is in no group arrives nowhere."""
    gates: list[int] = []
    arrival, via = np.full((travellers, places), FAR, np.int64), np.full((travellers, places), -1, np.int64)
    hops = sum(len(part.hop_gate) for _, part in parts)
    reached, let_in, behind = (np.full((travellers, hops), FAR, np.int64) for _ in range(3))
    before = np.full((travellers, hops), -1, np.int64)
    for indices, part in parts:
        first = len(gates)
        gates += part.hop_gate
        mine, span = indices, slice(first, len(gates))
        arrival[mine], via[mine] = part.arrival_ms, _moved(part.via, first)
        reached[mine, span], let_in[mine, span], behind[mine, span] = part.reached_ms, part.let_in_ms, part.behind_ms
        before[mine, span] = _moved(part.before, first)
    return Travel(arrival, via, tuple(gates), reached, let_in, behind, before)


def _moved(hop: Integers, first: int) -> Integers:
    return np.where(hop >= 0, hop + first, hop)
