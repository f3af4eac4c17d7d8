"""The board: a region's places, candidates and units with the times between them, found once and kept.

What an officer moves on the screen (weights, crossings, hour, delay, number of sites) changes
no way on the ground, so that a new answer costs a solve only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sarhad.gateways.geo.ground import read_terms
from sarhad.gateways.geo.manifest import RegionError
from sarhad.node.planning_siting import UNIT_SPEED_KMH, Fielded, Setting, Spot, candidates, field_force, read_setting
from sarhad.response.reach.roads import Ends
from sarhad.response.simulation import Force
from sarhad.response.siting.kernels import Floats
from sarhad.web.plan_shapes import Rules, Scenario
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Crossing, Unit

DAY_S = 86_400.0
MAX_CANDIDATES = 4_000


@dataclass(frozen=True, slots=True)
class Passage:
    """A crossing with the rule that the agreement has for it."""

    crossing: Crossing
    parties: tuple[str, ...]
    units: tuple[str, ...]
    agreed: bool


class Board:
    """One region, with incidents known to a province spread or left out."""

    def __init__(self, folder: Path, *, spread_provinces: bool) -> None:
        """Read the region package in ``folder``; raises RegionError or TableError."""
        self.setting: Setting = read_setting(folder, weights={}, spread_provinces=spread_provinces)
        self._rows: dict[str, tuple[tuple[Spot, ...], Floats, Floats]] = {}

    # What there is

    @cached_property
    def places(self) -> tuple[Spot, ...]:
        """The places where incidents may have been, in the order of every array of places."""
        return self.setting.wanted[0]

    @cached_property
    def party(self) -> NDArray[np.str_]:
        """The party of each place."""
        return np.array([spot.party for spot in self.places])

    @cached_property
    def share(self) -> Floats:
        """Incidents used × places."""
        return self.setting.demand.share[:, self.setting.demand.weight > 0]

    @cached_property
    def table_weights(self) -> dict[str, float]:
        """What an incident of each table counts for unless told otherwise: tables of different kinds weigh the same."""
        used = [self.setting.events[i] for i in self.setting.demand.used]
        factor = dict(zip((event.source for event in used), self.setting.demand.factor, strict=True))
        return {table: float(factor[table]) for table in sorted(factor)}

    def weight(self, said: Mapping[str, float]) -> Floats:
        """Return the weight of each place when incidents count as ``said``; raises Refused when none is left."""
        used = [self.setting.events[i] for i in self.setting.demand.used]
        tables = {table: said.get(f"source:{table}", usual) for table, usual in self.table_weights.items()}
        factor = np.array([tables[event.source] * said.get(event.category, 1.0) for event in used])
        weight: Floats = factor @ self.share
        if not weight.sum() > 0:
            raise Refused("no incident counts for anything", where="weights", do="Give at least one more than 0")
        return weight

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The crossings that the terms name."""
        setting = self.setting
        if setting.region.terms is None:
            return ()
        found = []
        for rule in read_terms(setting.folder / setting.region.terms.file).crossing_rules:
            party, _, code = rule.crossing.partition("/crossing/")
            both = [c for ground in setting.grounds.values() for c in ground.of(Crossing) if c.code == code]
            kept = next((c for c in setting.grounds[party].of(Crossing) if c.code == code), None)
            if kept is None:
                raise RegionError(f"the terms name {rule.crossing}, which no ground has", where="terms")
            shut = any(c.status == "closed" for c in both)
            found.append(Passage(kept, rule.parties, rule.units, bool(rule.parties) and not shut))
        return tuple(found)

    def open_now(self, rules: Rules) -> list[bool]:
        """Tell which passages are open: as agreed, or as the officer says; raises Refused for an unknown code."""
        if rules.open is None:
            return [passage.agreed for passage in self.passages]
        codes = {passage.crossing.code for passage in self.passages}
        for code in rules.open:
            if code not in codes:
                raise Refused(f"there is no crossing {code!r}", where="open", do=f"Name some of {sorted(codes)}")
        return [passage.crossing.code in rules.open for passage in self.passages]

    # Where units could stand

    def spots(self, at: Sequence[str]) -> tuple[Spot, ...]:
        """Return the candidates; raises Refused when there are none or too many."""
        found = tuple(spot for word in _ordered(at) for spot in self._row(word)[0])
        if not found:
            raise Refused("there is no candidate", where="at", do="Choose posts, crossings or towns")
        return found

    def cost(self, scenario: Scenario) -> Floats:
        """Return seconds from each candidate to each place, places × candidates; infinite where nobody gets there."""
        rows = [self._row(word) for word in _ordered(scenario.at)]
        spots = self.spots(scenario.at)
        direct, before = np.concatenate([row[1] for row in rows]), np.concatenate([row[2] for row in rows])
        if scenario.mode == "separate":
            return direct.T
        own = np.array([spot.party for spot in spots])
        best = direct.copy()
        asked = scenario.hour * 3600.0 + scenario.answer_s
        for k, (passage, is_open) in enumerate(zip(self.passages, self.open_now(scenario), strict=True)):
            if not is_open:
                continue
            for party in passage.parties or tuple(self.setting.grounds):
                mine, theirs = np.nonzero(own == party)[0], np.nonzero(self.party != party)[0]
                gate = before[mine, k]
                there = gate + waits(asked + gate, float(passage.crossing.opens_s), float(passage.crossing.closes_s))
                via = scenario.answer_s + there[:, None] + self._beyond[party][k][theirs][None]
                best[np.ix_(mine, theirs)] = np.minimum(best[np.ix_(mine, theirs)], via)
        return best.T

    def _row(self, word: str) -> tuple[tuple[Spot, ...], Floats, Floats]:
        """Candidates of one kind; seconds to each place on their own side; seconds to each gate of their own bank."""
        if word not in self._rows:
            spots = candidates(self.setting, (word,))
            if len(spots) > MAX_CANDIDATES:
                raise Refused(f"{len(spots)} candidates are too many", where="at", do=f"At most {MAX_CANDIDATES}")
            self._rows[word] = (spots, *self._times(spots))
        return self._rows[word]

    def _times(self, spots: tuple[Spot, ...]) -> tuple[Floats, Floats]:
        setting, speed = self.setting, np.full(len(spots), float(UNIT_SPEED_KMH))
        if not spots:
            return np.zeros((0, len(self.places))), np.zeros((0, len(self.passages)))
        ends = setting.ends(spots)
        own = np.array([spot.party for spot in spots])
        direct = setting.seconds(ends, self._targets, speed)
        direct[own[:, None] != self.party[None]] = np.inf
        before = np.full((len(spots), len(self.passages)), np.inf)
        for party, nodes in self._gates.items():
            mine = np.nonzero(own == party)[0]
            if mine.size and len(nodes):
                before[mine] = setting.seconds(Ends(ends.node[mine], ends.cost[mine]), nodes, speed[mine])
        return direct, before

    @cached_property
    def _targets(self) -> Ends:
        return self.setting.ends(self.places)

    @cached_property
    def _gates(self) -> dict[str, Ends]:
        return self.setting.gates([passage.crossing for passage in self.passages])

    @cached_property
    def _beyond(self) -> dict[str, Floats]:
        """Seconds from each gate's far bank to each place, gates × places, by the party that comes."""
        speed = np.full(len(self.passages), float(UNIT_SPEED_KMH))
        found = {}
        for party in self._gates:
            other = next(name for name in self._gates if name != party)
            found[party] = self.setting.seconds(self._gates[other], self._targets, speed)
        return found

    def nodes(self, scenario: Scenario, chosen: Sequence[int]) -> Floats:
        """Return seconds from the chosen candidates to every node of the road graph."""
        spots = self.spots(scenario.at)
        if any(j >= len(spots) for j in chosen):
            raise Refused(f"there are {len(spots)} candidates", where="candidates", do="Ask for the sites again")
        picked = tuple(spots[j] for j in sorted(set(chosen)))
        graph = self.setting.graph
        everywhere = Ends.at(np.arange(graph.nodes, dtype=np.int64))
        ends, speed = self.setting.ends(picked), np.full(len(picked), float(UNIT_SPEED_KMH))
        best: Floats = self.setting.seconds(ends, everywhere, speed).min(axis=0)
        if scenario.mode == "joint":
            _, before = self._times(picked)
            best = np.minimum(best, self._over(scenario, picked, before, everywhere))
        return best

    def _over(self, scenario: Scenario, picked: Sequence[Spot], before: Floats, everywhere: Ends) -> Floats:
        """Return seconds to every node over the crossings, infinite where no crossing helps."""
        best = np.full(len(everywhere), np.inf)
        asked = scenario.hour * 3600.0 + scenario.answer_s
        speed = np.full(len(self.passages), float(UNIT_SPEED_KMH))
        for party, _ in self._gates.items():
            other = next(name for name in self._gates if name != party)
            mine = [n for n, spot in enumerate(picked) if spot.party == party]
            gates = np.full(len(self.passages), np.inf)
            for k, (passage, is_open) in enumerate(zip(self.passages, self.open_now(scenario), strict=True)):
                if is_open and mine and (not passage.parties or party in passage.parties):
                    gate = before[mine, k]
                    wait = waits(asked + gate, float(passage.crossing.opens_s), float(passage.crossing.closes_s))
                    gates[k] = (scenario.answer_s + gate + wait).min()
            if np.isfinite(gates).any():
                beyond = self.setting.seconds(self._gates[other], everywhere, speed)
                best = np.minimum(best, (gates[:, None] + beyond).min(axis=0))
        return best

    # The units that there are

    @cached_property
    def kinds(self) -> dict[str, dict[str, int]]:
        """Units by kind and party."""
        found: dict[str, dict[str, int]] = {}
        for party, ground in sorted(self.setting.grounds.items()):
            for unit in ground.of(Unit):
                if ground.home_of(unit.code) is not None:
                    held = found.setdefault(unit.unit_kind, {})
                    held[party] = held.get(party, 0) + 1
        return dict(sorted(found.items()))

    @cached_property
    def fielded(self) -> Fielded:
        """Every unit that has a home."""
        return field_force(self.setting, tuple(self.kinds))

    def force(self, kinds: Sequence[str], rules: Rules) -> tuple[Force, NDArray[np.bool_]]:
        """Return the units of these kinds under the rules, and whose party lets them cross; raises Refused."""
        whole = self.fielded
        mine = np.array([unit.unit_kind in kinds for unit in whole.units])
        if not mine.any():
            raise Refused("no unit is of these kinds", where="kinds", do=f"Name some of {sorted(self.kinds)}")
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


def _ordered(at: Sequence[str]) -> list[str]:
    """One order of the candidates, whatever the order of the question."""
    return [word for word in ("posts", "crossings", "towns", "villages") if word in at]
