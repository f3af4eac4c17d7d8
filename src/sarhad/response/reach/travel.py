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
from numpy.typing import NDArray

from sarhad.response.geometry import Integers, great_circle_m
from sarhad.response.graph import RoadGraph, Snapped
from sarhad.response.reach.gates import Gate
from sarhad.response.reach.profile import Profile, edge_costs
from sarhad.response.reach.roads import FAR, Ends, Engine
from sarhad.wire.kinds import GroundSpeed

AIR = frozenset({"aviation"})
"""Kinds of units that fly."""
SHORE_DM = 15_000
"""So near to a road a point that the coarse coast puts into the sea counts as land."""


@dataclass(frozen=True, slots=True)
class Traveller:
    """One who sets out ``depart_ms`` after the snapshot, ``speed_kmh`` on a good road (or in the air).

    ``speeds`` are what it states of single grounds; ``vehicles`` pass the gates one after the other.
    """

    lat: int
    lon: int
    speed_kmh: int
    depart_ms: int = 0
    party: str = ""
    kind: str = ""
    crosses_line: bool = False
    vehicles: int = 1
    speeds: tuple[GroundSpeed, ...] = ()


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
    return np.where(np.isfinite(at.away_dm), -(-near * profile.whole // profile.off_road_share), FAR)


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
    """A gate on the way: when it is reached, when the unit is let in, and when it is behind, milliseconds."""

    gate: int
    reached_ms: int
    let_in_ms: int
    behind_ms: int


@dataclass(frozen=True, slots=True)
class Travel:
    """When travellers arrive, and over which gates.

    ``arrival_ms``: travellers × places, FAR where there is no way; ``via`` the last hop (a
    passage of a gate) before the place, -1 direct.  Travellers × hops: when each is
    ``reached``, ``let_in``, ``behind`` (FAR: not passed), and the hop ``before`` it, -1 none.
    """

    arrival_ms: Integers
    via: Integers
    hop_gate: tuple[int, ...]
    reached_ms: Integers
    let_in_ms: Integers
    behind_ms: Integers
    before: Integers

    def passes(self, traveller: int, destination: int) -> tuple[Pass, ...]:
        """Return the gates on the way, in order."""
        found: list[Pass] = []
        hop = int(self.via[traveller, destination])
        while hop >= 0:
            at = (traveller, hop)
            moments = (int(self.reached_ms[at]), int(self.let_in_ms[at]), int(self.behind_ms[at]))
            found.append(Pass(self.hop_gate[hop], *moments))
            hop = int(self.before[at])
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
    n, m = len(origins), len(places)
    price = edge_costs(graph, profile)[np.array([p.edge for _, p in hops], np.int64)]
    sources = Ends(np.concatenate([origins.leave.node, heads.node]), np.concatenate([origins.leave.cost, heads.cost]))
    targets = Ends(np.concatenate([places.reach.node, tails.node]), np.concatenate([places.reach.cost, tails.cost]))
    found = engine.matrix(sources, targets)
    direct = np.minimum(found[:n, :m], _same_edge(graph, profile, origins, places))
    return Ways(
        tuple(index for index, _ in hops),
        np.where(price > 0, price, FAR),
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


def air_ways(gates: Sequence[Gate], origins: Points, places: Points) -> Ways:
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


def milliseconds(cost: Integers, speed_kmh: Integers | int) -> Integers:
    """Return the time that good-road decimetres take at a speed, rounded up; FAR stays FAR."""
    return np.where(cost >= FAR, FAR, -(-np.minimum(cost, 2**50) * 360 // speed_kmh))


def travel(ways: Ways, gates: Sequence[Gate], travellers: Sequence[Traveller], rows: Sequence[int]) -> Travel:
    """Return when each traveller arrives at each place; ``rows`` are the travellers' rows in ``ways``.

    Each traveller's search over the gates is Dijkstra's, earliest first; all run in step.
    """
    row, speed = np.asarray(rows, np.int64), np.array([[who.speed_kmh] for who in travellers], np.int64)
    depart = np.array([[who.depart_ms] for who in travellers], np.int64)
    found = _over_gates(ways, gates, travellers, row)
    arrival = np.minimum(depart + milliseconds(ways.direct[row], speed), FAR)
    via = np.full(arrival.shape, -1, np.int64)
    for hop in range(len(ways.hop_gate)):
        behind = found.behind[:, hop, None]
        if (behind >= FAR).all():
            continue
        after = behind + milliseconds(ways.from_hop[hop][None], speed)
        better = after < arrival
        arrival, via = np.where(better, after, arrival), np.where(better, hop, via)
    return Travel(arrival, via, ways.hop_gate, found.reached, found.let_in, found.behind, found.before)


@dataclass(frozen=True, slots=True)
class _Hops:
    """Travellers × hops, as in Travel; written while the searches run."""

    reached: Integers
    let_in: Integers
    behind: Integers
    before: Integers


def _over_gates(ways: Ways, gates: Sequence[Gate], travellers: Sequence[Traveller], row: Integers) -> _Hops:
    """Return when each traveller is behind each hop that it can pass."""
    speed = np.array([[who.speed_kmh] for who in travellers], np.int64)
    depart = np.array([[who.depart_ms] for who in travellers], np.int64)
    allowed = _permitted(ways, gates, travellers)
    first = milliseconds(ways.to_hop[row], speed)
    reached = np.where(allowed & (first < FAR), depart + first, FAR)
    found = _Hops(reached, *(np.full(reached.shape, fill, np.int64) for fill in (FAR, FAR, -1)))
    passing = np.array([[gate.passing_ms(who.vehicles) for gate in gates] for who in travellers], np.int64)
    waiting, everyone = allowed.copy(), np.arange(len(travellers))
    for _ in range(reached.shape[1]):
        hop = np.argmin(np.where(waiting, reached, FAR), axis=1)
        at = np.where(waiting[everyone, hop], reached[everyone, hop], FAR)
        who = np.nonzero(at < FAR)[0]
        if not who.size:
            break
        hop, gate = hop[who], np.array(ways.hop_gate)[hop[who]]
        waiting[who, hop] = False
        let_in = _let_in(gates, gate, at[who])
        who, hop, gate, let_in = (one[let_in < FAR] for one in (who, hop, gate, let_in))
        behind = let_in + passing[who, gate] + milliseconds(ways.hop_cost[hop], speed[who, 0])
        found.let_in[who, hop], found.behind[who, hop] = let_in, behind
        then = behind[:, None] + milliseconds(ways.between[hop], speed[who])
        better = waiting[who] & (then < reached[who])
        reached[who] = np.where(better, then, reached[who])
        found.before[who] = np.where(better, hop[:, None], found.before[who])
    return found


def _permitted(ways: Ways, gates: Sequence[Gate], travellers: Sequence[Traveller]) -> NDArray[np.bool_]:
    """Tell which traveller may pass which hop, whatever the hour."""
    sorts = sorted({(who.party, who.kind) for who in travellers})
    may = np.array([[gates[g].permits(*sort) for g in ways.hop_gate] for sort in sorts], bool)
    which = {sort: index for index, sort in enumerate(sorts)}
    mine = np.array([which[who.party, who.kind] for who in travellers], np.int64)
    crosses = np.array([[who.crosses_line] for who in travellers], bool)
    allowed: NDArray[np.bool_] = may.reshape(len(sorts), len(ways.hop_gate))[mine] & crosses
    return allowed & (ways.hop_cost < FAR)[None]


def _let_in(gates: Sequence[Gate], gate: Integers, at: Integers) -> Integers:
    """Return when those who reach their gates at these moments are let in, FAR if never."""
    result = np.full(at.shape, FAR, np.int64)
    for index in np.unique(gate):
        here = np.nonzero(gate == index)[0]
        spans = np.array(gates[index].spans, np.int64).reshape(-1, 2)
        if gates[index].closed or not len(spans):
            continue
        span = np.searchsorted(spans[:, 1], at[here], side="right")
        within = span < len(spans)
        opens = spans[np.minimum(span, len(spans) - 1), 0]
        result[here] = np.where(within, np.maximum(at[here], opens), FAR)
    return result
