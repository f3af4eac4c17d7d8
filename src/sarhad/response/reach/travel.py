"""Arrival times of many units at many places, by road, off the road, by air, over the crossings.

Between gates the network stands still; at a gate the clock counts.  So ways between
points and gates come from an engine, exactly, and a search over the few gates (earliest
first, waiting where that is needed) puts them together.  Whoever passes a gate first
is never overtaken by waiting, so earliest-first is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sarhad.response.geometry import Integers, great_circle_m
from sarhad.response.graph import RoadGraph, Snapped
from sarhad.response.reach.gates import Gate
from sarhad.response.reach.profile import Profile, edge_costs
from sarhad.response.reach.roads import FAR, Ends, Engine

AIR = frozenset({"aviation"})
"""Kinds of units that fly."""
SHORE_DM = 15_000
"""So near to a road a point that the coarse coast puts into the sea counts as land."""


@dataclass(frozen=True, slots=True)
class Traveller:
    """One who sets out ``depart_ms`` after the snapshot, ``speed_kmh`` on a good road (or in the air)."""

    lat: int
    lon: int
    speed_kmh: int
    depart_ms: int = 0
    party: str = ""
    kind: str = ""
    crosses_line: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """Points led to the roads: where they hang on the network, and ``fault`` ("" or a stable word) where not."""

    lat: Integers
    lon: Integers
    at: Snapped
    leave: Ends
    reach: Ends
    fault: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.lat.size)


def place(graph: RoadGraph, profile: Profile, lat: Sequence[int] | Integers, lon: Sequence[int] | Integers) -> Points:
    """Lead points (1e-7 degrees) to the roads of their own bank, straight over open ground at the off-road speed."""
    at_lat, at_lon = np.asarray(lat, np.int64), np.asarray(lon, np.int64)
    at = graph.snap(at_lat, at_lon)
    faults = tuple(_fault(at, index, profile) for index in range(at_lat.size))
    good = np.array([not fault for fault in faults], bool)
    cost, length = edge_costs(graph, profile)[at.edge], graph.length_dm[at.edge]
    good &= cost > 0
    off = np.where(good, off_road(at, profile), FAR)
    before, after = (-(-cost * part // length) for part in (at.along_dm, length - at.along_dm))
    oneway = graph.oneway[at.edge]
    nodes = np.stack([graph.tail[at.edge], graph.head[at.edge]], axis=1)
    leave = np.stack([np.where(oneway & (at.along_dm > 0), FAR, before), after], axis=1) + off[:, None]
    reach = np.stack([before, np.where(oneway & (at.along_dm < length), FAR, after)], axis=1) + off[:, None]
    return Points(at_lat, at_lon, at, Ends(nodes, np.minimum(leave, FAR)), Ends(nodes, np.minimum(reach, FAR)), faults)


def off_road(at: Snapped, profile: Profile) -> Integers:
    """Return what the straight way between point and road costs, good-road decimetres (FAR: no road)."""
    near = np.where(np.isfinite(at.away_dm), at.away_dm, 0).astype(np.int64)
    return np.where(np.isfinite(at.away_dm), -(-near * 100 // profile.off_road_per_cent), FAR)


def _fault(at: Snapped, index: int, profile: Profile) -> str:
    """Say why a point cannot be led to a road, "" if it can."""
    if not at.within[index]:
        return "outside-region"
    if not at.on_land[index] and at.away_dm[index] > SHORE_DM:
        return "in-the-sea"
    if at.away_dm[index] > profile.off_road_m * 10:
        return "far-from-roads"
    return ""


@dataclass(frozen=True, slots=True)
class Pass:
    """A gate on the way: when it is reached and when it is behind, milliseconds."""

    gate: int
    reached_ms: int
    behind_ms: int


@dataclass(frozen=True, slots=True)
class Travel:
    """``arrival_ms``: travellers × places, FAR where there is no way.

    ``via``: the last hop before the place, -1 direct.

    ``hops`` of a traveller: for each hop (a passage of a gate) its Pass and the hop before, -1 none.
    """

    arrival_ms: Integers
    via: Integers
    hops: tuple[dict[int, tuple[Pass, int]], ...]

    def passes(self, traveller: int, destination: int) -> tuple[Pass, ...]:
        """Return the gates on the way, in order."""
        found: list[Pass] = []
        hop = int(self.via[traveller, destination])
        while hop >= 0:
            one, hop = self.hops[traveller][hop]
            found.append(one)
        return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class Ways:
    """Good-road decimetres between points, places and hops; nothing in it depends on time, speed or permission."""

    hop_gate: tuple[int, ...]
    hop_cost: Integers
    direct: Integers
    to_hop: Integers
    between: Integers
    from_hop: Integers


def road_ways(
    graph: RoadGraph, profile: Profile, engine: Engine, gates: Sequence[Gate], origins: Points, places: Points
) -> Ways:
    """Return all ways on the ground that any traveller between these points can need."""
    hops = [(index, passage) for index, gate in enumerate(gates) for passage in gate.passages]
    tails = Ends.at(np.array([p.tail for _, p in hops], np.int64))
    heads = Ends.at(np.array([p.head for _, p in hops], np.int64))
    n, m, k = len(origins), len(places), len(hops)
    sources = Ends(np.concatenate([origins.leave.node, heads.node]), np.concatenate([origins.leave.cost, heads.cost]))
    targets = Ends(np.concatenate([places.reach.node, tails.node]), np.concatenate([places.reach.cost, tails.cost]))
    found = engine.matrix(sources, targets)
    direct = np.minimum(found[:n, :m], _same_edge(graph, profile, origins, places))
    return Ways(
        tuple(index for index, _ in hops),
        np.array([p.cost for _, p in hops], np.int64).reshape(k),
        direct,
        found[:n, m:],
        found[n:, m:],
        found[n:, :m],
    )


def _same_edge(graph: RoadGraph, profile: Profile, origins: Points, places: Points) -> Integers:
    """Return the way along one edge where both points hang on it, else FAR."""
    cost, length = edge_costs(graph, profile), graph.length_dm
    result = np.full((len(origins), len(places)), FAR, np.int64)
    for i, j in np.argwhere(origins.at.edge[:, None] == places.at.edge[None, :]):
        edge = origins.at.edge[i]
        ahead = int(places.at.along_dm[j] - origins.at.along_dm[i])
        if origins.fault[i] or places.fault[j] or cost[edge] < 0 or (ahead < 0 and graph.oneway[edge]):
            continue
        off = off_road(origins.at, profile)[i] + off_road(places.at, profile)[j]
        result[i, j] = off - (-int(cost[edge]) * abs(ahead) // int(length[edge]))
    return result


def air_ways(graph: RoadGraph, gates: Sequence[Gate], origins: Points, places: Points) -> Ways:
    """Return straight ways in the air: freely over the own bank, over the line at a crossing for aircraft."""
    hops = [(index, gate) for index, gate in enumerate(gates) if gate.air for _ in (0, 1)]
    bank = np.array([k % 2 for k in range(len(hops))], np.int64)
    lat, lon = (np.array([getattr(gate, name) for _, gate in hops], np.int64) for name in ("lat", "lon"))

    def ways(a: tuple[Integers, Integers, Integers], b: tuple[Integers, Integers, Integers]) -> Integers:
        metres = great_circle_m(a[0][:, None], a[1][:, None], b[0][None, :], b[1][None, :])
        return np.where(a[2][:, None] == b[2][None, :], np.ceil(metres * 10).astype(np.int64), FAR)

    origin = (origins.lat, origins.lon, np.where(origins.at.within, origins.at.bank, 7))
    target = (places.lat, places.lon, np.where(places.at.within, places.at.bank, 9))
    near, far = (lat, lon, bank), (lat, lon, 1 - bank)
    return Ways(
        tuple(index for index, _ in hops),
        np.zeros(len(hops), np.int64),
        ways(origin, target),
        ways(origin, near),
        ways(far, near),
        ways(far, target),
    )


def milliseconds(cost: Integers, speed_kmh: int) -> Integers:
    """Return the time that good-road decimetres take at a speed, rounded up; FAR stays FAR."""
    return np.where(cost >= FAR, FAR, -(-np.minimum(cost, 2**50) * 360 // speed_kmh))


def travel(ways: Ways, gates: Sequence[Gate], travellers: Sequence[Traveller], rows: Sequence[int]) -> Travel:
    """Return when each traveller arrives at each place; ``rows`` are the travellers' rows in ``ways``."""
    arrival = np.full((len(travellers), ways.direct.shape[1]), FAR, np.int64)
    via = np.full(arrival.shape, -1, np.int64)
    hops: list[dict[int, tuple[Pass, int]]] = []
    for index, (who, row) in enumerate(zip(travellers, rows, strict=True)):
        arrival[index] = np.minimum(who.depart_ms + milliseconds(ways.direct[row], who.speed_kmh), FAR)
        passed = _over_gates(ways, gates, who, row)
        hops.append(passed)
        for hop, (one, _) in passed.items():
            after = one.behind_ms + milliseconds(ways.from_hop[hop], who.speed_kmh)
            better = after < arrival[index]
            arrival[index][better], via[index][better] = after[better], hop
    return Travel(np.minimum(arrival, FAR), via, tuple(hops))


def _over_gates(ways: Ways, gates: Sequence[Gate], who: Traveller, row: int) -> dict[int, tuple[Pass, int]]:
    """Return when the traveller is behind each hop that it can pass: earliest first."""
    if not who.crosses_line:
        return {}
    allowed = [k for k, gate in enumerate(ways.hop_gate) if gates[gate].permits(who.party, who.kind)]
    first = milliseconds(ways.to_hop[row], who.speed_kmh)
    between, passage = milliseconds(ways.between, who.speed_kmh), milliseconds(ways.hop_cost, who.speed_kmh)
    reached = {k: (who.depart_ms + int(first[k]), -1) for k in allowed if first[k] < FAR}
    done: dict[int, tuple[Pass, int]] = {}
    while reached:
        hop = min(reached, key=lambda k: (reached[k][0], k))
        at, before = reached.pop(hop)
        through = gates[ways.hop_gate[hop]].through(at)
        if through is None:
            continue
        done[hop] = (Pass(ways.hop_gate[hop], at, through + int(passage[hop])), before)
        for k in allowed:
            then = done[hop][0].behind_ms + int(between[hop, k])
            if k not in done and between[hop, k] < FAR and then < reached.get(k, (int(FAR), -1))[0]:
                reached[k] = (then, hop)
    return done
