"""How a unit's time was found: its way, the waits on it, how sure it is."""

from __future__ import annotations

from collections.abc import Iterator

from sarhad.response.dispatch.scene import Scene
from sarhad.response.proposal import Passing, Reached, Reason, Way
from sarhad.response.reach import AIR, Traveller
from sarhad.response.reach.travel import Pass
from sarhad.wire.values import Place

SPREAD_M = {1: 0, 2: 25_000, 3: 50_000, 4: 150_000, 5: 25_000, 6: 500_000, 7: 500_000}
"""How far off a place may be by its precision (UCDP where_prec) when no radius is stated."""
ROADS_PER_CENT = 15
"""How much longer or shorter a way may take than its class of road says: surfaces and traffic are not known."""
WINDING = 2
"""A kilometre in a straight line is taken as two on the ground where a place is vague."""
OLD_S = 900
"""A position older than this is told so."""
OFF_ROAD_M = 500
"""Open ground further than this is told."""


def way(scene: Scene, u: int, j: int) -> Way:
    """Return how the time of a unit that gets there was found."""
    unit, mover = scene.snapshot.units[u], scene.movers[u]
    at = scene.arrival_s(u, j)
    assert mover is not None
    assert at is not None
    assert unit.place is not None
    leg, row = scene.field.leg(mover)
    air = mover.kind in AIR
    off = 0 if air else round(float(leg.origins.at.away_dm[row] + leg.places.at.away_dm[j]) / 10)
    passes = scene.travel.passes(u, j)
    passings = tuple(_passing(scene, one, mover.vehicles) for one in passes)
    vague = WINDING * (spread_m(unit.place) + spread_m(scene.snapshot.incidents[j].place))
    moving = max(at - unit.notice_s - sum(p.wait_s for p in passings), 0)
    age = None if unit.as_of is None else max(scene.snapshot.at - unit.as_of, 0) // 1_000_000
    notes = (*_of_places(scene, u, j, age, off), *(n for one in passes for n in _of_pass(scene, mover, one)))
    return Way(
        how="air" if air else "road",
        notice_s=unit.notice_s,
        arrival_s=at,
        off_road_m=off,
        passings=passings,
        uncertainty_s=vague * 36 // (10 * unit.speed_kmh) + (0 if air else moving * ROADS_PER_CENT // 100),
        position_age_s=age,
        notes=notes,
    )


def reached(scene: Scene) -> Iterator[Reached]:
    """Yield every unit's way to every incident, or what keeps it away: incident by incident, earliest first."""
    units = scene.snapshot.units
    for j, incident in enumerate(scene.snapshot.incidents):
        for u in sorted(range(len(units)), key=lambda u: (_when(scene, u, j), units[u].ref)):
            yield Reached(
                incident=incident.ref,
                unit=units[u].ref,
                code=units[u].code,
                party=units[u].party,
                straight_m=scene.straight_m(u, j),
                way=way(scene, u, j) if scene.arrival_s(u, j) is not None else None,
                obstacle=scene.obstacle(u, j),
            )


def _when(scene: Scene, u: int, j: int) -> tuple[bool, int]:
    at = scene.arrival_s(u, j)
    return scene.obstacle(u, j) is not None, 2**40 if at is None else at


def _passing(scene: Scene, one: Pass, vehicles: int) -> Passing:
    gate = scene.gates[one.gate]
    through = one.let_in_ms + gate.passing_ms(vehicles)
    return Passing(
        crossing=gate.refs[0],
        code=gate.code,
        reached_s=-(-one.reached_ms // 1000),
        wait_s=-(-(through - one.reached_ms) // 1000),
        behind_s=-(-one.behind_ms // 1000),
    )


def _of_places(scene: Scene, u: int, j: int, age_s: int | None, off_m: int) -> Iterator[Reason]:
    unit, incident = scene.snapshot.units[u], scene.snapshot.incidents[j]
    assert unit.place is not None
    if age_s is None:
        yield Reason(code="position-home")
    elif age_s > OLD_S:
        yield Reason(code="position-old", values={"age_s": age_s})
    if unit.blurred or spread_m(unit.place) > OFF_ROAD_M:
        yield Reason(code="position-blurred", values={"radius_m": spread_m(unit.place)})
    if spread_m(incident.place) > OFF_ROAD_M:
        yield Reason(code="incident-vague", values={"radius_m": spread_m(incident.place)})
    if off_m > OFF_ROAD_M:
        yield Reason(code="off-road", values={"off_road_m": off_m})


def _of_pass(scene: Scene, mover: Traveller, one: Pass) -> Iterator[Reason]:
    gate = scene.gates[one.gate]
    waits = -(-(one.let_in_ms - one.reached_ms) // 1000)
    if waits:
        open_then = gate.through(mover.depart_ms) == mover.depart_ms
        code = "closes-under-way" if open_then else "waits-to-open"
        yield Reason(code=code, values={"code": gate.code, "wait_s": waits})
    if gate.passing_ms(mover.vehicles):
        yield Reason(code="passing", values={"code": gate.code, "wait_s": gate.passing_ms(mover.vehicles) // 1000})


def spread_m(place: Place) -> int:
    """Return how far off a place may be, metres."""
    return place.radius_m or SPREAD_M[place.precision]
