"""A snapshot on the ground: every unit's way to every incident, and what keeps a unit from it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sarhad.response.dispatch.problem import NEVER, Problem
from sarhad.response.geometry import great_circle_m
from sarhad.response.graph import RoadGraph
from sarhad.response.proposal import Passing, Reason, Way
from sarhad.response.reach import AIR, FAR, Field, Gate, Profile, Travel, Traveller, gates_of, place
from sarhad.response.snapshot import MOBILE, Need, Snapshot, UnitState
from sarhad.wire.values import Place

WEIGHT = {"flash": 8, "immediate": 4, "priority": 2, "routine": 1}
"""What an incident counts by its urgency."""
SPREAD_M = {1: 0, 2: 25_000, 3: 50_000, 4: 150_000, 5: 25_000, 6: 500_000, 7: 500_000}
"""How far off a place may be by its precision (UCDP where_prec) when no radius is stated."""
ROADS_PER_CENT = 15
"""How much longer or shorter a way may take than its class of road says: surfaces and traffic are not known."""
WINDING = 2
"""A kilometre in a straight line is taken as two on the ground where a place is vague."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything computed once for a snapshot; ``relaxed`` gives the same with a rule changed."""

    snapshot: Snapshot
    graph: RoadGraph
    profile: Profile
    gates: tuple[Gate, ...]
    field: Field
    movers: tuple[Traveller | None, ...]
    travel: Travel

    @classmethod
    def of(cls, graph: RoadGraph, snapshot: Snapshot, profile: Profile) -> Scene:
        """Lay a snapshot on the ground; raises PlanError where it makes no sense."""
        snapshot = snapshot.ordered()
        snapshot.check()
        gates = gates_of(graph, profile, snapshot)
        movers = tuple(_mover(unit) for unit in snapshot.units)
        places = place(
            graph, profile, [i.place.lat for i in snapshot.incidents], [i.place.lon for i in snapshot.incidents]
        )
        field = Field(graph, [m for m in movers if m is not None], places, gates, profile=profile)
        return cls(snapshot, graph, profile, gates, field, movers, _travel(field, movers, gates))

    def relaxed(
        self, *, gates: tuple[Gate, ...] | None = None, movers: tuple[Traveller | None, ...] | None = None
    ) -> Scene:
        """Return the scene over other gates or with other movers from the same points."""
        gates, movers = gates or self.gates, movers or self.movers
        return replace(self, gates=gates, movers=movers, travel=_travel(self.field, movers, gates))

    def arrival_s(self, unit: int, incident: int) -> int | None:
        """Return when the unit is there, seconds after the snapshot, rounded up; None: never."""
        at = int(self.travel.arrival_ms[unit, incident])
        return None if at >= FAR else -(-at // 1000)

    def straight_m(self, unit: int, incident: int) -> int | None:
        """Return the great-circle distance, metres; None where the position is not known."""
        a, b = self.snapshot.units[unit].place, self.snapshot.incidents[incident].place
        return None if a is None else round(float(great_circle_m(a.lat, a.lon, b.lat, b.lon)))

    def problem(self) -> Problem:
        """Return the dispatch question in numbers."""
        units, incidents = self.snapshot.units, self.snapshot.incidents
        arrival = np.full((len(units), len(incidents)), NEVER, np.int64)
        travel = np.zeros_like(arrival)
        tie = np.zeros_like(arrival)
        for u, unit in enumerate(units):
            for j, incident in enumerate(incidents):
                tie[u, j] = 1 + int.from_bytes(hashlib.sha256(f"{unit.ref} {incident.ref}".encode()).digest()[:2])
                at = self.arrival_s(u, j)
                if at is not None and self.obstacle(u, j) is None:
                    arrival[u, j], travel[u, j] = at, at - unit.notice_s
        homes = sorted({u.home for u in units if u.home and u.status in MOBILE})
        return Problem(
            arrival_s=arrival,
            travel_s=np.maximum(travel, 0),
            skills=tuple(frozenset({*u.capabilities, u.kind}) for u in units),
            strength=tuple(u.strength.low for u in units),
            home=tuple(homes.index(u.home) if u.home in homes and u.status in MOBILE else -1 for u in units),
            needs=tuple(i.need for i in incidents),
            weight=tuple(WEIGHT[i.urgency] for i in incidents),
            tie=tie,
        )

    def obstacle(self, u: int, j: int) -> Reason | None:
        """Return what keeps a unit from an incident, None if nothing does."""
        unit, incident, mover = self.snapshot.units[u], self.snapshot.incidents[j], self.movers[u]
        if unit.status not in MOBILE:
            return Reason(code="not-available", values={"status": unit.status})
        if mover is None:
            return Reason(code="no-position")
        if incident.ref in unit.caveats or incident.ref.partition(":")[0] in unit.caveats:
            return Reason(code="caveat", values={"incident": incident.ref})
        at = self.arrival_s(u, j)
        if at is None:
            return self._no_way(mover, j)
        if _after(incident.need, self.snapshot.at + at * 1_000_000):
            return Reason(code="too-late", values={"arrival_s": at})
        return None

    def _no_way(self, mover: Traveller, j: int) -> Reason:
        row, on_ground = self.field.row(mover), mover.kind not in AIR
        origins, places = self.field.origins, self.field.places
        if not places.at.within[j] or (on_ground and places.fault[j]):
            return Reason(code=f"incident-{places.fault[j]}")
        if not origins.at.within[row] or (on_ground and origins.fault[row]):
            return Reason(code=f"unit-{origins.fault[row]}")
        if origins.at.bank[row] == places.at.bank[j]:
            return Reason(code="no-road")
        if not mover.crosses_line:
            return Reason(code="stays-on-its-side")
        usable = [gate for gate in self.gates if (gate.passages if on_ground else gate.air)]
        may = [gate for gate in usable if gate.permits(mover.party, mover.kind)]
        if not may:
            return Reason(code="no-permission", values={"crossings": tuple(gate.code for gate in usable)})
        shut = [gate for gate in may if gate.through(mover.depart_ms) is None]
        if len(shut) == len(may):
            return Reason(code="crossing-closed", values={"crossings": tuple(gate.code for gate in shut)})
        return Reason(code="no-road")

    def way(self, u: int, j: int) -> Way:
        """Return how the time of a unit that gets there was found."""
        unit, mover = self.snapshot.units[u], self.movers[u]
        at = self.arrival_s(u, j)
        assert mover is not None
        assert at is not None
        row, air = self.field.row(mover), mover.kind in AIR
        off = 0 if air else round(float(self.field.origins.at.away_dm[row] + self.field.places.at.away_dm[j]) / 10)
        passings = tuple(self._passing(one.gate, one.reached_ms, one.behind_ms) for one in self.travel.passes(u, j))
        assert unit.place is not None
        vague = WINDING * (_spread(unit.place) + _spread(self.snapshot.incidents[j].place))
        moving = max(at - unit.notice_s - sum(p.wait_s for p in passings), 0)
        return Way(
            how="air" if air else "road",
            notice_s=unit.notice_s,
            arrival_s=at,
            off_road_m=off,
            passings=passings,
            uncertainty_s=vague * 36 // (10 * unit.speed_kmh) + (0 if air else moving * ROADS_PER_CENT // 100),
            position_age_s=None if unit.as_of is None else max(self.snapshot.at - unit.as_of, 0) // 1_000_000,
        )

    def _passing(self, index: int, reached_ms: int, behind_ms: int) -> Passing:
        gate = self.gates[index]
        through = gate.through(reached_ms)
        wait = 0 if through is None else through - reached_ms
        return Passing(crossing=gate.refs[0], code=gate.code, wait_s=-(-wait // 1000), behind_s=-(-behind_ms // 1000))


def _mover(unit: UnitState) -> Traveller | None:
    if unit.place is None:
        return None
    return Traveller(
        unit.place.lat,
        unit.place.lon,
        unit.speed_kmh,
        unit.notice_s * 1000,
        unit.party,
        unit.kind,
        unit.crosses_line,
    )


def _travel(field: Field, movers: Sequence[Traveller | None], gates: tuple[Gate, ...]) -> Travel:
    """Return the arrivals of all movers; a unit without a position arrives nowhere."""
    known = [index for index, mover in enumerate(movers) if mover is not None]
    found = field.travel([m for m in movers if m is not None], gates)
    arrival = np.full((len(movers), len(field.places)), FAR, np.int64)
    via = np.full(arrival.shape, -1, np.int64)
    arrival[known], via[known] = found.arrival_ms, found.via
    hops = dict(zip(known, found.hops, strict=True))
    return Travel(arrival, via, tuple(hops.get(index, {}) for index in range(len(movers))))


def _after(need: Need, moment: int) -> bool:
    return need.before is not None and moment > need.before


def _spread(place: Place) -> int:
    return place.radius_m or SPREAD_M[place.precision]


def without_notice(movers: tuple[Traveller | None, ...]) -> tuple[Traveller | None, ...]:
    """Return the movers ready to leave at once."""
    return tuple(None if m is None else replace(m, depart_ms=0) for m in movers)


def crossing_all(movers: tuple[Traveller | None, ...]) -> tuple[Traveller | None, ...]:
    """Return the movers, each allowed by its own side to cross."""
    return tuple(None if m is None else replace(m, crosses_line=True) for m in movers)
