"""Arrival times of many units at many places, by road, off the road, by air, over the crossings.

Between gates the network stands still; at a gate the clock counts.  So ways between
points and gates come from an engine, exactly, and a search over the few gates (earliest
first, waiting where that is needed; ``passing``) puts them together.  Whoever passes a gate first
is never overtaken by waiting, so earliest-first is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sarhad.response.geometry import Integers, great_circle_m
from sarhad.response.graph import RoadGraph, Snapped
from sarhad.response.reach import passing
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

    def part(self, which: slice) -> Points:
        """Return some of them."""
        leave, reach = self.leave.part(which), self.reach.part(which)
        return Points(self.lat[which], self.lon[which], self.at.part(which), leave, reach, self.fault[which])


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

    def part(self, which: slice) -> Ways:
        """Return the ways to some of the places."""
        return replace(self, direct=self.direct[:, which].copy(), from_hop=self.from_hop[:, which].copy())


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


@dataclass(frozen=True, slots=True)
class Fleet:
    """Travellers as arrays; None among them has no position and arrives nowhere (``depart_ms`` 0).

    ``sort`` is the place of each one's party and kind among ``sorts``.
    """

    speed_kmh: Integers
    depart_ms: Integers
    vehicles: Integers
    crosses: NDArray[np.bool_]
    sorts: tuple[tuple[str, str], ...]
    sort: Integers

    @classmethod
    def of(cls, travellers: Sequence[Traveller | None]) -> Fleet:
        """Return the arrays."""
        some = [NOBODY if who is None else who for who in travellers]
        sorts = tuple(sorted({(who.party, who.kind) for who in some}))
        which = {sort: index for index, sort in enumerate(sorts)}
        numbers = [(who.speed_kmh, who.depart_ms, who.vehicles, which[who.party, who.kind]) for who in some]
        speed, depart, vehicles, sort = np.array(numbers, np.int64).reshape(-1, 4).T.copy()
        return cls(speed, depart, vehicles, np.array([who.crosses_line for who in some], bool), sorts, sort)

    def part(self, indices: Integers) -> Fleet:
        """Return some of them."""
        return Fleet(
            self.speed_kmh[indices],
            self.depart_ms[indices],
            self.vehicles[indices],
            self.crosses[indices],
            self.sorts,
            self.sort[indices],
        )

    def without_notice(self) -> Fleet:
        """Return them ready to leave at once."""
        return replace(self, depart_ms=np.zeros_like(self.depart_ms))

    def crossing_all(self) -> Fleet:
        """Return them, each allowed by its own side to cross."""
        return replace(self, crosses=np.ones_like(self.crosses))

    def staying(self) -> Fleet:
        """Return them, none allowed to cross."""
        return replace(self, crosses=np.zeros_like(self.crosses))

    def permitted(self, gates: Sequence[Gate]) -> NDArray[np.bool_]:
        """Tell which traveller may pass which gate, whatever the hour."""
        may = np.array([[gate.permits(*sort) for gate in gates] for sort in self.sorts], bool)
        allowed: NDArray[np.bool_] = may.reshape(len(self.sorts), len(gates))[self.sort] & self.crosses[:, None]
        return allowed

    def passing_ms(self, gates: Sequence[Gate]) -> Integers:
        """Return what passing each gate takes each traveller once it is let in (see Gate.passing_ms)."""
        queue = [gate.queue_ms(self.vehicles) + gate.wait_ms for gate in gates]
        return np.stack(queue, axis=1) if queue else np.zeros((len(self.speed_kmh), 0), np.int64)


NOBODY = Traveller(0, 0, 1)


def travel(ways: Ways, gates: Sequence[Gate], fleet: Fleet, row: Integers) -> Travel:
    """Return when each traveller arrives at each place; ``row`` are the travellers' rows in ``ways``."""
    hop_gate = np.array(ways.hop_gate, np.int64)
    spans = [() if gate.closed else gate.spans for gate in gates]
    first = np.cumsum([0, *(len(some) for some in spans)])
    opens, closes = np.array([span for some in spans for span in some], np.int64).reshape(-1, 2).T.copy()
    found = passing.journeys(
        row,
        fleet.speed_kmh,
        fleet.depart_ms,
        fleet.permitted(gates)[:, hop_gate] & (ways.hop_cost < FAR)[None],
        fleet.passing_ms(gates),
        hop_gate,
        ways.hop_cost,
        ways.direct,
        ways.to_hop,
        ways.between,
        ways.from_hop,
        first,
        opens,
        closes,
    )
    arrival, via, *hops = found
    return Travel(arrival, via, ways.hop_gate, *hops)
