"""The units of both sides as a force: where each stands, how long it takes to every place, who may cross where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sarhad.node.planner.land import Land, Spot
from sarhad.node.planner.passages import Passage
from sarhad.response.geometry import great_circle_m
from sarhad.response.reach import AIR, VEHICLE, Profile
from sarhad.response.simulation import Force
from sarhad.response.siting.kernels import Floats
from sarhad.response.snapshot import UnitState
from sarhad.response.standing import Standing

RESPONDERS = ("patrol", "reaction", "medical", "aviation")
"""Kinds of unit that answer an attack; the others are asked for by name."""


@dataclass(frozen=True, slots=True)
class Away:
    """A unit that cannot be counted, and why: a word of ``plan.away``."""

    unit: UnitState
    why: str


@dataclass(frozen=True, slots=True)
class Fielded:
    """The units that count with the force that they are, and those that do not; parties are the region's.

    ``willing``: whose own party lets them cross at all.  ``blurred`` counts those whose place is coarse.
    """

    force: Force
    units: tuple[UnitState, ...]
    parties: tuple[str, ...]
    homes: tuple[Spot, ...]
    willing: NDArray[np.bool_]
    away: tuple[Away, ...]
    blurred: int


def field_force(land: Land, standing: Standing, passages: Sequence[Passage], places: Sequence[Spot]) -> Fielded:
    """Return every unit that can be counted, with its times to the places."""
    stands, away = _stands(land, standing)
    units = tuple(unit for unit, _ in stands)
    homes = tuple(spot for _, spot in stands)
    parties = tuple(spot.party for spot in homes)
    foreign = np.array([[spot.party != party for spot in places] for party in parties], bool)
    direct, before, after = _ways(land, units, homes, passages, places)
    direct = np.where(foreign, np.inf, direct) if units else direct
    notice = np.array([float(unit.notice_s) for unit in units])[:, None]
    willing = np.array([unit.crosses_line and not _kept_home(standing, unit) for unit in units], bool)
    allowed = np.array(
        [
            [ready and one.agreed and one.permits(party, unit.kind) for one in passages]
            for unit, party, ready in zip(units, parties, willing.tolist(), strict=True)
        ],
        bool,
    ).reshape(len(units), len(passages))
    hours = np.array([[float(one.opens_s), float(one.closes_s)] for one in passages]).reshape(-1, 2)
    force = Force(
        direct + notice, before + notice, after, allowed, hours, np.zeros((len(units), 2)),
        foreign.reshape(len(units), len(places)),
    )  # fmt: skip
    blurred = sum(unit.blurred and standing.home_of(unit) is None for unit in units)
    return Fielded(force, units, parties, homes, willing, away, blurred)


def _stands(land: Land, standing: Standing) -> tuple[list[tuple[UnitState, Spot]], tuple[Away, ...]]:
    """Return the units that can be counted with where they are based, and those that cannot.

    A unit stands at its home post; where that is not known here, at what was released of its position.
    """
    found: list[tuple[UnitState, Spot]] = []
    away: list[Away] = []
    for unit in sorted(standing.units, key=lambda one: (one.party, one.code)):
        home = standing.home_of(unit)
        place = unit.place if home is None else home.place
        side = land.party_of(unit.party, standing.countries.get(unit.party, ""))
        if not side:
            away.append(Away(unit, "no-side"))
        elif place is None:
            away.append(Away(unit, "no-position"))
        elif unit.status == "out-of-service":
            away.append(Away(unit, "out-of-service"))
        elif _barred(standing, unit):
            away.append(Away(unit, "caveat"))
        else:
            spot = Spot(unit.code, place.lat, place.lon, side, unit.kind, unit.ref)
            found.append((unit, spot))
    if not found:
        return found, tuple(away)
    points = land.points([spot for _, spot in found])
    faults = [
        fault if not points.at.within[n] or found[n][0].kind not in AIR else "" for n, fault in enumerate(points.fault)
    ]
    away += [Away(unit, fault) for (unit, _), fault in zip(found, faults, strict=True) if fault]
    kept = [one for one, fault in zip(found, faults, strict=True) if not fault]
    return kept, tuple(sorted(away, key=lambda one: (one.unit.party, one.unit.code)))


def _barred(standing: Standing, unit: UnitState) -> bool:
    """Tell whether its own party keeps the unit out of everything."""
    return any(
        c.part == "no" and not c.incidents and c.party == unit.party and c.on in (unit.ref, unit.party)
        for c in standing.caveats
    )


def _kept_home(standing: Standing, unit: UnitState) -> bool:
    """Tell whether the other side does not let the unit take part in its incidents."""
    return any(
        c.part == "no" and not c.incidents and c.party != unit.party and c.on in (unit.ref, unit.party)
        for c in standing.caveats
    )


def _ways(
    land: Land,
    units: Sequence[UnitState],
    homes: Sequence[Spot],
    passages: Sequence[Passage],
    places: Sequence[Spot],
) -> tuple[Floats, Floats, Floats]:
    """Return seconds to each place, to each gate on the unit's own side, from each gate's far side to each place.

    Formalities at the gate stand in the last.
    """
    direct = np.full((len(units), len(places)), np.inf)
    before = np.full((len(units), len(passages)), np.inf)
    after = np.full((len(units), len(passages), len(places)), np.inf)
    gates = land.gates([one.place for one in passages])
    wait = np.array([float(one.wait_s) for one in passages])[None, :, None]
    groups: dict[tuple[str, Profile | None], list[int]] = {}
    for number, (unit, home) in enumerate(zip(units, homes, strict=True)):
        groups.setdefault((home.party, _profile(unit)), []).append(number)
    for (party, profile), mine in sorted(groups.items(), key=repr):
        spots, speed = [homes[n] for n in mine], np.array([float(units[n].speed_kmh) for n in mine])
        if profile is None:
            direct[mine], before[mine], after[mine] = _flights(spots, passages, places, speed)
            continue
        other = next(name for name in gates if name != party)
        direct[mine] = land.seconds(spots, places, speed, profile)
        if passages:
            closed = np.array([not one.road for one in passages])
            before[mine] = np.where(closed, np.inf, land.to_gates(spots, gates[party], speed, profile))
            beyond = land.from_gates(gates[other], places, np.ones(len(passages)), profile)
            after[mine] = beyond[None] / speed[:, None, None]
    return direct, before, after + wait


def _profile(unit: UnitState) -> Profile | None:
    """Return how the unit drives, None where it flies."""
    if unit.kind in AIR:
        return None
    return VEHICLE.of_unit(unit.speed_kmh, unit.speeds) if unit.speeds else VEHICLE


def _flights(
    homes: Sequence[Spot], passages: Sequence[Passage], places: Sequence[Spot], speed_kmh: Floats
) -> tuple[Floats, Floats, Floats]:
    at = [(one.place.lat, one.place.lon) for one in passages]
    gates = [Spot("", lat, lon, "", "") for lat, lon in at]
    shut = np.array([not one.air for one in passages], bool)
    rate = 3.6 / speed_kmh
    before = np.where(shut, np.inf, _metres(homes, gates) * rate[:, None])
    after = _metres(gates, places)[None] * rate[:, None, None]
    return _metres(homes, places) * rate[:, None], before, after


def _metres(a: Sequence[Spot], b: Sequence[Spot]) -> Floats:
    (lat, lon), (to_lat, to_lon) = (
        (np.array([one.lat for one in part], np.int64), np.array([one.lon for one in part], np.int64))
        for part in (a, b)
    )
    return great_circle_m(lat[:, None], lon[:, None], to_lat[None], to_lon[None])
