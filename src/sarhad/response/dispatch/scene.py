"""A snapshot on the ground: every unit's way to every incident, and what keeps a unit from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from sarhad.response.dispatch.problem import NEVER, Apart, Limit, Problem
from sarhad.response.geometry import Integers, great_circle_m
from sarhad.response.graph import RoadGraph
from sarhad.response.proposal import Reason
from sarhad.response.reach import (
    AIR,
    FAR,
    Engines,
    Field,
    Fleet,
    Gate,
    Profile,
    Rows,
    Travel,
    Traveller,
    engine_of,
    gates_of,
    place,
)
from sarhad.response.reach.passing import passed
from sarhad.response.snapshot import MOBILE, CaveatState, Need, PostState, Snapshot, UnitState

WEIGHT = {"flash": 8, "immediate": 4, "priority": 2, "routine": 1}
"""What an incident counts by its urgency."""
PRIME = 65_521
"""The tie of a unit and an incident is the product of two numbers of their names, modulo this prime: so two
units alike that change places never weigh the same (a sum of two numbers would)."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What no relaxation changes.  ``mobile``, ``notice_s``: units × 1; ``before_s`` of each incident."""

    tie: Integers
    skills: tuple[frozenset[str], ...]
    strength: tuple[int, ...]
    needs: tuple[Need, ...]
    weight: tuple[int, ...]
    mobile: NDArray[np.bool_]
    notice_s: Integers
    before_s: Integers


@dataclass(frozen=True)
class Scene:
    """Everything computed once for a snapshot; ``relaxed`` gives the same with a rule changed."""

    snapshot: Snapshot
    gates: tuple[Gate, ...]
    field: Field
    cover: tuple[tuple[PostState, frozenset[int]], ...]
    fixed: Fixed
    movers: tuple[Traveller | None, ...]
    fleet: Fleet
    rows: Rows
    travel: Travel
    caveats: tuple[CaveatState, ...]

    @classmethod
    def of(cls, graph: RoadGraph, snapshot: Snapshot, profile: Profile, engines: Engines = engine_of) -> Scene:
        """Lay a snapshot on the ground; raises PlanError where it makes no sense."""
        snapshot = snapshot.ordered()
        snapshot.check()
        gates = gates_of(graph, snapshot)
        movers = tuple(_mover(unit) for unit in snapshot.units)
        spots, many = (
            [*(i.place for i in snapshot.incidents), *(p.place for p in snapshot.posts)],
            len(snapshot.incidents),
        )
        places = place(graph, profile, [spot.lat for spot in spots], [spot.lon for spot in spots])
        known = [m for m in movers if m is not None]
        both = Field(graph, known, places, gates, profile=profile, engines=engines)
        fleet, rows = Fleet.of(movers), both.rows(movers)
        home = both.of(slice(many, None)).travel(fleet.staying(), rows, gates)
        field = both.of(slice(0, many))
        travel, cover = field.travel(fleet, rows, gates), tuple(_covered(snapshot, home))
        return cls(snapshot, gates, field, cover, _fixed(snapshot), movers, fleet, rows, travel, snapshot.caveats)

    def relaxed(
        self,
        *,
        gates: tuple[Gate, ...] | None = None,
        fleet: Fleet | None = None,
        caveats: tuple[CaveatState, ...] | None = None,
    ) -> Problem:
        """Return the problem over other gates, with the units moving otherwise, or under other caveats.

        It is for the question what a rule costs in time: posts are left out of it.
        """
        changed = gates is not None or fleet is not None
        gates = self.gates if gates is None else gates
        fleet = self.fleet if fleet is None else fleet
        return replace(
            self,
            gates=gates,
            cover=(),
            fleet=fleet,
            travel=self.field.travel(fleet, self.rows, gates) if changed else self.travel,
            caveats=self.caveats if caveats is None else caveats,
        ).problem

    @cached_property
    def arrivals(self) -> list[list[int | None]]:
        """Units × incidents: when the unit is there, seconds after the snapshot, rounded up; None: never."""
        seconds = -(-self.travel.arrival_ms // 1000)
        return [[None if at >= FAR // 1000 else at for at in row] for row in seconds.tolist()]

    def arrival_s(self, unit: int, incident: int) -> int | None:
        """Return when the unit is there, seconds after the snapshot, rounded up; None: never."""
        return self.arrivals[unit][incident]

    @cached_property
    def straights(self) -> list[list[int | None]]:
        """Units × incidents: the great-circle distance, metres; None where the position is not known."""
        places = [i.place for i in self.snapshot.incidents]
        lat, lon = (np.array([getattr(p, name) for p in places], np.int64) for name in ("lat", "lon"))
        units = [u.place for u in self.snapshot.units]
        stand_lat, stand_lon = (np.array([[getattr(p, n) if p else 0] for p in units]) for n in ("lat", "lon"))
        away = np.rint(great_circle_m(stand_lat, stand_lon, lat[None], lon[None])).astype(np.int64).tolist()
        return [[None] * len(places) if p is None else row for p, row in zip(units, away, strict=True)]

    def straight_m(self, unit: int, incident: int) -> int | None:
        """Return the great-circle distance, metres; None where the position is not known."""
        return self.straights[unit][incident]

    @cached_property
    def barred(self) -> list[dict[int, CaveatState]]:
        """For each unit the incidents that a caveat keeps it from, and which."""
        found: list[dict[int, CaveatState]] = [{} for _ in self.snapshot.units]
        for caveat in self.caveats:
            for u, unit in enumerate(self.snapshot.units):
                for j, incident in enumerate(self.snapshot.incidents):
                    if caveat.bars(unit.ref, unit.party, incident.ref):
                        found[u].setdefault(j, caveat)
        return found

    @property
    def covered(self) -> list[PostState]:
        """The posts that are covered now, in the order of ``problem.posts``."""
        return [post for post, _ in self.cover]

    @cached_property
    def _apart(self) -> list[tuple[CaveatState, Apart]]:
        """Which units must not be sent to one incident, and by which caveat."""
        units, incidents = self.snapshot.units, self.snapshot.incidents
        found = []
        for caveat in self.caveats:
            kept = frozenset(u for u, one in enumerate(units) if caveat.on in (one.ref, one.party))
            theirs = frozenset(u for u, one in enumerate(units) if one.party == caveat.party) - kept
            where = frozenset(j for j, i in enumerate(incidents) if not caveat.incidents or i.ref in caveat.incidents)
            if caveat.part == "apart" and kept and theirs and where:
                found.append((caveat, Apart(kept, theirs, where)))
        return found

    @property
    def apart_by(self) -> list[CaveatState]:
        """The caveats behind ``problem.apart``, in its order."""
        return [caveat for caveat, _ in self._apart]

    @property
    def limited(self) -> list[Gate]:
        """The gates behind ``problem.limits``, in its order."""
        return [gate for gate in self.gates if gate.vehicles_per_h]

    def _limits(self, able: NDArray[np.bool_]) -> tuple[Limit, ...]:
        """Return how many vehicles each gate lets through, and when each unit would pass on its way."""
        found = {index: Limit(gate.vehicles_per_h, {}) for index, gate in enumerate(self.gates) if gate.vehicles_per_h}
        if not found or not self.travel.hop_gate:
            return tuple(found.values())
        passes = passed(able, self.travel.via, self.travel.before, self.travel.let_in_ms)
        gate, vehicles = np.array(self.travel.hop_gate)[passes[:, 2]], self.fleet.vehicles[passes[:, 0]]
        rows = np.stack([passes[:, 0], passes[:, 1], gate, passes[:, 3], vehicles], axis=1)[::-1]
        for u, j, g, let_in, many in rows[rows[:, 4] > 0].tolist():
            if g in found:
                found[g].passes[u, j] = (let_in, min(many, found[g].per_h))
        return tuple(found.values())

    @cached_property
    def problem(self) -> Problem:
        """The dispatch question in numbers."""
        fixed = self.fixed
        seconds = -(-self.travel.arrival_ms // 1000)
        able = (self.travel.arrival_ms < FAR) & fixed.mobile & (seconds <= fixed.before_s)
        for u, out in enumerate(self.barred if self.caveats else ()):
            able[u, list(out)] = False
        return Problem(
            arrival_s=np.where(able, seconds, NEVER),
            travel_s=np.where(able, np.maximum(seconds - fixed.notice_s, 0), 0),
            skills=fixed.skills,
            strength=fixed.strength,
            posts=tuple(units for _, units in self.cover),
            needs=fixed.needs,
            weight=fixed.weight,
            tie=fixed.tie,
            apart=tuple(rule for _, rule in self._apart),
            limits=self._limits(able),
        )

    def obstacle(self, u: int, j: int) -> Reason | None:
        """Return what keeps a unit from an incident, None if nothing does."""
        unit, incident, mover = self.snapshot.units[u], self.snapshot.incidents[j], self.movers[u]
        if unit.status not in MOBILE:
            return Reason(code="not-available", values={"status": unit.status})
        if mover is None:
            return Reason(code="no-position")
        if (caveat := self.barred[u].get(j)) is not None:
            return caveat_reason("caveat", caveat)
        at = self.arrival_s(u, j)
        if at is None:
            return self._no_way(u, mover, j)
        before = incident.need.before
        if before is not None and self.snapshot.at + at * 1_000_000 > before:
            return Reason(code="too-late", values={"arrival_s": at, "before": before})
        return None

    def _no_way(self, u: int, mover: Traveller, j: int) -> Reason:
        on_ground = mover.kind not in AIR
        leg, row = self.field.leg(mover)
        origins, places = leg.origins, leg.places
        if not places.at.within[j] or (on_ground and places.fault[j]):
            return Reason(code=f"incident-{places.fault[j]}")
        if not origins.at.within[row] or (on_ground and origins.fault[row]):
            return Reason(code=f"unit-{origins.fault[row]}")
        if origins.at.bank[row] == places.at.bank[j]:
            return Reason(code="no-road")
        if not mover.crosses_line:
            return Reason(code="stays-on-its-side")
        usable = [gate for gate in self.gates if (gate.passages if on_ground else gate.air)]
        if not usable:
            return Reason(code="no-crossing")
        may = [gate for gate in usable if gate.permits(mover.party, mover.kind)]
        if not self.snapshot.rules:
            return self._no_rule()
        if not may:
            return Reason(code="no-permission", values={"crossings": tuple(gate.code for gate in usable)})
        shut = [gate for gate in may if gate.through(mover.depart_ms) is None or gate in self._found_shut(u)]
        if shut and (len(shut) == len(may) or self._always_open.arrival_ms[u, j] < FAR):
            return Reason(code="crossing-closed", values={"crossings": tuple(gate.code for gate in shut)})
        return Reason(code="no-road")

    def _no_rule(self) -> Reason:
        """Return why nobody at all may cross, as far as the snapshot says."""
        if self.snapshot.agreed is msgspec.UNSET:
            return Reason(code="no-agreement")
        return Reason(code="none-may-cross") if self.snapshot.agreed else Reason(code="none-in-force")

    def _found_shut(self, u: int) -> list[Gate]:
        """Return the gates that a unit gets to when they will not open any more."""
        travel = self.travel
        missed = (travel.reached_ms[u] < FAR) & (travel.let_in_ms[u] >= FAR)
        return [self.gates[travel.hop_gate[hop]] for hop in np.nonzero(missed)[0]]

    @cached_property
    def _always_open(self) -> Travel:
        """When everybody would be there were no crossing ever closed: whether it is a closure that keeps a unit."""
        return self.field.travel(self.fleet, self.rows, tuple(gate.always_open() for gate in self.gates))


def caveat_reason(code: str, caveat: CaveatState) -> Reason:
    """Return a reason that shows a caveat: whose, which, why."""
    return Reason(
        code=code, values={"caveat": caveat.code, "ref": caveat.ref, "party": caveat.party, "why": caveat.why[:300]}
    )


def _covered(snapshot: Snapshot, home: Travel) -> Iterator[tuple[PostState, frozenset[int]]]:
    """Yield each post that a unit covers now with all that do: idle ones of its party based there or near enough."""
    mobile: dict[str, dict[int, str]] = {}
    for u, unit in enumerate(snapshot.units):
        if unit.status in MOBILE:
            mobile.setdefault(unit.party, {})[u] = unit.home
    reach = -(-home.arrival_ms // 1000) <= snapshot.cover_s
    for p, post in enumerate(snapshot.posts):
        near = set(np.nonzero(reach[:, p])[0].tolist())
        units = frozenset(u for u, base in mobile.get(post.party, {}).items() if base == post.ref or u in near)
        if units:
            yield post, units


def _fixed(snapshot: Snapshot) -> Fixed:
    units, incidents = snapshot.units, snapshot.incidents
    names = [np.array([_mark(one.ref) for one in part], np.int64) for part in (units, incidents)]
    before = [i.need.before for i in incidents]
    return Fixed(
        tie=names[0][:, None] * names[1][None] % PRIME,
        skills=tuple(frozenset({*u.capabilities, u.kind}) for u in units),
        strength=tuple(u.strength.low for u in units),
        needs=tuple(i.need for i in incidents),
        weight=tuple(WEIGHT[i.urgency] for i in incidents),
        mobile=np.array([u.status in MOBILE for u in units], bool)[:, None],
        notice_s=np.array([u.notice_s for u in units], np.int64)[:, None],
        before_s=np.array([FAR if at is None else (at - snapshot.at) // 1_000_000 for at in before], np.int64),
    )


def _mark(ref: str) -> int:
    return 1 + int.from_bytes(hashlib.sha256(ref.encode()).digest()[:4]) % (PRIME - 1)


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
        0 if unit.kind in AIR else unit.vehicles,
        unit.speeds,
    )
