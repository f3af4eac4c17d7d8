"""The board: places, candidates and units with the times between them, found once and kept.

What an officer moves on the screen (weights, crossings, hour, delay, number of sites) changes
no way on the ground, so that a new answer costs a solve only.  Screen and command line ask the same board.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sarhad.node.planner.candidates import SPEED_KMH, candidates_of
from sarhad.node.planner.incidents import Incidents
from sarhad.node.planner.land import Land, Spot
from sarhad.node.planner.passages import Passage, passages_of
from sarhad.node.planner.region import standing_of_region, tables_of_region
from sarhad.node.planner.units import Fielded, field_force
from sarhad.response.errors import PlanError
from sarhad.response.reach.roads import Ends
from sarhad.response.simulation import Force
from sarhad.response.siting.kernels import Floats
from sarhad.response.standing import OWN_TABLE, Standing
from sarhad.web.plan_shapes import Rules, Scenario
from sarhad.wire.values import Names

DAY_S = 86_400.0


class Board:
    """One land with what stands on it; incidents known to a province spread or left out."""

    def __init__(self, land: Land, standing: Standing, *, spread_provinces: bool = False) -> None:
        """Lay what stands on the land; raises RegionError, TableError, PlanError.

        Where no imported incident is on record, those of the region's tables stand in.
        """
        self.land = land
        self.standing = standing
        happened = standing.incidents
        self.lent = all(one.table == OWN_TABLE for one in happened)
        """Whether imported incidents are the region package's."""
        if self.lent:
            happened = (*tables_of_region(land), *happened)
        self.incidents = Incidents.of(land, happened, spread_provinces=spread_provinces)
        self._rows: dict[tuple[str, ...], tuple[Floats, Floats]] = {}  # written by _times

    @classmethod
    def of_region(cls, folder: Path, at: int, *, spread_provinces: bool = False) -> Board:
        """Return the board of what a region package itself makes up, with clocks as set at ``at`` (microseconds)."""
        land = Land(folder)
        return cls(land, standing_of_region(land, at), spread_provinces=spread_provinces)

    @cached_property
    def digest(self) -> str:
        """A name for all that the board holds: answers of one ground have one."""
        whole = (self.standing, self.incidents.places, len(self.incidents.used))
        return hashlib.sha256(msgspec.json.encode(whole)).hexdigest()[:16]

    # What there is

    @property
    def sides(self) -> tuple[str, ...]:
        """The region's two parties, by name."""
        return tuple(sorted(info.party for info in self.land.region.banks.values()))

    def side(self, party: str) -> str:
        """Return the region's party of a party, "" where it is of neither side."""
        return self.land.party_of(party, self.standing.countries.get(party, ""))

    def names_of(self, side: str) -> Names | None:
        """Return what a side is called: its party's name, the first one's where it has several."""
        named = self.standing.names
        return next((named[p] for p in sorted(self.standing.countries) if self.side(p) == side and p in named), None)

    @property
    def places(self) -> tuple[Spot, ...]:
        """The places where incidents may have been, in the order of every array of places."""
        return self.incidents.places

    @cached_property
    def party(self) -> NDArray[np.str_]:
        """The party of each place."""
        return np.array([spot.party for spot in self.places])

    def weight(self, said: Mapping[str, float]) -> Floats:
        """Return the weight of each place when incidents count as ``said``; raises PlanError when none is left."""
        return self.incidents.weight(said)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The crossings of the agreement."""
        return passages_of(self.standing, self.side)

    def open_now(self, rules: Rules) -> list[bool]:
        """Tell which passages are open: as agreed, or as the officer says; raises PlanError for an unknown code."""
        if rules.open is None:
            return [passage.agreed for passage in self.passages]
        codes = {passage.code for passage in self.passages}
        for code in rules.open:
            if code not in codes:
                raise PlanError(
                    "plan-unknown-crossing", f"there is no crossing {code!r}", where="open",
                    do=f"Name some of {sorted(codes)}", crossing=code, known=", ".join(sorted(codes)),
                )  # fmt: skip
        return [passage.code in rules.open for passage in self.passages]

    # Where units could stand

    def spots(self, scenario: Scenario) -> tuple[Spot, ...]:
        """Return the candidates; raises PlanError when there are none, or one that is named is no place."""
        usual = self.incidents.by_place
        return candidates_of(self.land, self.standing, scenario, self.side, usual)

    def cost(self, scenario: Scenario, spots: Sequence[Spot] | None = None) -> Floats:
        """Return seconds from each candidate to each place, places × candidates; infinite where nobody gets there."""
        spots = self.spots(scenario) if spots is None else spots
        direct, before = self._times(spots)
        if scenario.mode == "separate":
            return direct.T
        own = np.array([spot.party for spot in spots])
        best = direct.copy()
        asked = scenario.hour * 3600.0 + scenario.answer_s
        for k, (passage, is_open) in enumerate(zip(self.passages, self.open_now(scenario), strict=True)):
            if not is_open:
                continue
            for party in passage.parties or self.sides:
                mine, theirs = np.nonzero(own == party)[0], np.nonzero(self.party != party)[0]
                gate = before[mine, k]
                wait = waits(asked + gate, float(passage.opens_s), float(passage.closes_s))
                there = gate + wait + passage.wait_s
                via = scenario.answer_s + there[:, None] + self._beyond[party][k][theirs][None]
                best[np.ix_(mine, theirs)] = np.minimum(best[np.ix_(mine, theirs)], via)
        return best.T

    def _times(self, spots: Sequence[Spot]) -> tuple[Floats, Floats]:
        """Seconds from spots to each place on their own side; seconds to each gate of their own bank."""
        key = tuple(spot.key for spot in spots)
        if key not in self._rows:
            land, speed = self.land, np.full(len(spots), float(SPEED_KMH))
            own = np.array([spot.party for spot in spots])
            direct = land.seconds(spots, self.places, speed)
            direct[own[:, None] != self.party[None]] = np.inf
            before = np.full((len(spots), len(self.passages)), np.inf)
            for party, gates in self._gates.items():
                mine = np.nonzero(own == party)[0]
                if mine.size and len(gates):
                    before[mine] = land.to_gates([spots[n] for n in mine.tolist()], gates, speed[mine])
            before[:, [not passage.road for passage in self.passages]] = np.inf
            while len(self._rows) >= 4:
                del self._rows[next(iter(self._rows))]
            self._rows[key] = direct, before
        return self._rows[key]

    @cached_property
    def _gates(self) -> dict[str, Ends]:
        return self.land.gates([passage.place for passage in self.passages])

    @cached_property
    def _beyond(self) -> dict[str, Floats]:
        """Seconds from each gate's far bank to each place, gates × places, by the party that comes."""
        speed = np.full(len(self.passages), float(SPEED_KMH))
        return {
            party: self.land.from_gates(self._gates[self._other(party)], self.places, speed) for party in self._gates
        }

    def _other(self, party: str) -> str:
        return next(name for name in self._gates if name != party)

    def nodes(self, scenario: Scenario, chosen: Sequence[int]) -> Floats:
        """Return seconds from the chosen candidates to every node of the road graph."""
        spots = self.spots(scenario)
        if any(j >= len(spots) for j in chosen):
            raise PlanError(
                "plan-other-candidates", f"there are {len(spots)} candidates", where="candidates",
                do="Ask for the sites again", count=len(spots),
            )  # fmt: skip
        picked = tuple(spots[j] for j in sorted(set(chosen)))
        speed = np.full(len(picked), float(SPEED_KMH))
        best: Floats = self.land.everywhere(self.land.points(picked).leave, speed).min(axis=0)
        if scenario.mode == "joint":
            best = np.minimum(best, self._over(scenario, picked))
        return best

    def _over(self, scenario: Scenario, picked: Sequence[Spot]) -> Floats:
        """Return seconds to every node over the crossings, infinite where no crossing helps."""
        best = np.full(self.land.graph.nodes, np.inf)
        _, before = self._times(picked)
        asked = scenario.hour * 3600.0 + scenario.answer_s
        speed = np.full(len(self.passages), float(SPEED_KMH))
        for party in self._gates:
            mine = [n for n, spot in enumerate(picked) if spot.party == party]
            gates = np.full(len(self.passages), np.inf)
            for k, (passage, is_open) in enumerate(zip(self.passages, self.open_now(scenario), strict=True)):
                if is_open and mine and (not passage.parties or party in passage.parties):
                    gate = before[mine, k]
                    wait = waits(asked + gate, float(passage.opens_s), float(passage.closes_s))
                    gates[k] = (scenario.answer_s + gate + wait + passage.wait_s).min()
            if np.isfinite(gates).any():
                beyond = self.land.everywhere(self._gates[self._other(party)], speed)
                best = np.minimum(best, (gates[:, None] + beyond).min(axis=0))
        return best

    # The units that there are

    @cached_property
    def kinds(self) -> dict[str, dict[str, int]]:
        """Units that count by kind and party."""
        found: dict[str, dict[str, int]] = {}
        for unit, party in zip(self.fielded.units, self.fielded.parties, strict=True):
            held = found.setdefault(unit.kind, {})
            held[party] = held.get(party, 0) + 1
        return dict(sorted(found.items()))

    @cached_property
    def fielded(self) -> Fielded:
        """Every unit that can be counted."""
        return field_force(self.land, self.standing, self.passages, self.places)

    def no_units(self, kind: str) -> PlanError:
        """Return the refusal of a kind of which no unit can be counted."""
        if not self.kinds:
            return PlanError(
                "plan-no-units", "no unit that can be counted is on record", where="kinds",
                do="Put units on record with a home post or a position inside the region",
            )  # fmt: skip
        return PlanError(
            "plan-unknown-kind", f"no unit of the kind {kind!r} can be counted", where="kinds",
            do=f"Name some of {sorted(self.kinds)}", kind=kind, known=", ".join(sorted(self.kinds)),
        )  # fmt: skip

    def force(self, kinds: Sequence[str], rules: Rules) -> tuple[Force, NDArray[np.bool_]]:
        """Return the units of these kinds under the rules, and whose party lets them cross; raises PlanError."""
        whole = self.fielded
        mine = np.array([unit.kind in kinds for unit in whole.units], bool)
        if not mine.any():
            raise self.no_units(", ".join(kinds))
        f = whole.force
        allowed = f.allowed[mine].copy()
        for k, (passage, is_open) in enumerate(zip(self.passages, self.open_now(rules), strict=True)):
            if not is_open:
                allowed[:, k] = False
            elif not passage.agreed:  # opened by the officer: for whoever may cross at all
                allowed[:, k] = whole.willing[mine]
        part = replace(
            f, direct=f.direct[mine], before=f.before[mine], after=f.after[mine], allowed=allowed,
            shift=f.shift[mine], foreign=f.foreign[mine],
        )  # fmt: skip
        return part, whole.willing[mine]


def waits(at: Floats, opens: float, closes: float) -> Floats:
    """Return the seconds to wait at ``at`` until a daily window is open; both 0: never any; infinite stays so."""
    if opens == closes:
        return np.zeros_like(at)
    finite = np.isfinite(at)
    now = np.where(finite, np.where(finite, at, 0.0) % DAY_S, 0.0)
    until: Floats = (opens - now) % DAY_S
    is_open = (opens <= now) & (now < closes) if opens < closes else ~((closes <= now) & (now < opens))
    return np.where(is_open, 0.0, until)
