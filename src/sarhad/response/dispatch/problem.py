"""A dispatch question in numbers, and what makes an answer adequate."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sarhad.response.geometry import Integers
from sarhad.response.snapshot import Need

NEVER = 2**40
"""Seconds: the unit cannot serve the incident."""
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Apart:
    """Two sets of units that must not be sent to one incident, at the incidents named."""

    one: frozenset[int]
    other: frozenset[int]
    incidents: frozenset[int]


@dataclass(frozen=True, slots=True)
class Limit:
    """A gate that lets ``per_h`` vehicles through within any hour.

    ``passes``: for a unit's way to an incident, when it is let in (milliseconds) and its
    vehicles, at most ``per_h`` of them counted: a longer column passes alone, and slowly.
    """

    per_h: int
    passes: dict[tuple[int, int], tuple[int, int]]

    def windows(self, pairs: Sequence[tuple[int, int]]) -> Iterator[list[tuple[tuple[int, int], int]]]:
        """Yield for each hour that may be too full the pairs that pass in it with their vehicles, hours in order."""
        mine = sorted((self.passes[pair][0], pair) for pair in pairs if pair in self.passes)
        told = 0
        for first, (begin, _) in enumerate(mine):
            if first and mine[first - 1][0] == begin:
                continue
            end = bisect_left(mine, (begin + HOUR_MS, (-1, -1)))
            within = [(pair, self.passes[pair][1]) for _, pair in mine[first:end]]
            most: dict[int, int] = {}
            for (unit, _), vehicles in within:
                most[unit] = max(most.get(unit, 0), vehicles)
            if end > told and sum(most.values()) > self.per_h:  # an hour that ends no later holds nothing new
                told = end
                yield within

    def holds(self, pairs: Sequence[tuple[int, int]]) -> bool:
        """Tell whether all of these can pass."""
        return not any(True for _ in self.windows(pairs))


@dataclass(frozen=True)
class Problem:
    """Units × incidents: ``arrival_s`` after the snapshot (NEVER: not eligible), ``travel_s`` on the way.

    ``skills`` of each unit (its capabilities and its kind), ``strength`` in persons at the
    least; ``posts``: for each post the units any of which, left idle, keeps it covered;
    ``needs`` and ``weight`` of each incident; ``tie`` small whole numbers that decide
    between equal answers; ``apart`` and ``limits`` forbid combinations.
    """

    arrival_s: Integers
    travel_s: Integers
    skills: tuple[frozenset[str], ...]
    strength: tuple[int, ...]
    posts: tuple[frozenset[int], ...]
    needs: tuple[Need, ...]
    weight: tuple[int, ...]
    tie: Integers
    apart: tuple[Apart, ...] = ()
    limits: tuple[Limit, ...] = ()

    def eligible(self, unit: int, incident: int) -> bool:
        """Tell whether the unit can serve the incident at all."""
        return bool(self.arrival_s[unit, incident] < NEVER)

    def adequate(self, incident: int, units: Sequence[int]) -> bool:
        """Tell whether these units together are what the incident needs; at least one in any case."""
        need = self.needs[incident]
        have = frozenset().union(*(self.skills[u] for u in units))
        return (
            bool(units) and have.issuperset(need.capabilities) and sum(self.strength[u] for u in units) >= need.strength
        )

    def may(self, sent: Sequence[int]) -> bool:
        """Tell whether an assignment breaks no caveat and fills no crossing beyond what it lets through."""
        return all(limit.holds([(u, j) for u, j in enumerate(sent) if j >= 0]) for limit in self.limits) and not any(
            {sent[u] for u in rule.one} & {sent[u] for u in rule.other} & rule.incidents for rule in self.apart
        )

    def values(self, sent: tuple[int, ...]) -> tuple[int, ...]:
        """Return what an assignment (for each unit its incident or -1) is worth, stage by stage, less is better.

        Weight of incidents not adequately served; weighted adequate arrivals; posts left
        without cover; seconds on the way; the tie.  Raises ValueError when a unit is not
        eligible, what is sent is not enough, or the combination is forbidden.
        """
        unserved = late = 0
        there: dict[int, list[int]] = {}
        for unit, incident in enumerate(sent):
            if incident >= 0:
                there.setdefault(incident, []).append(unit)
        for incident, weight in enumerate(self.weight):
            units = there.get(incident, [])
            if any(not self.eligible(u, incident) for u in units):
                raise ValueError("a unit is sent to where it cannot go")
            if self.adequate(incident, units):
                late += weight * max(int(self.arrival_s[u, incident]) for u in units)
            else:
                unserved += weight
                if units:
                    raise ValueError("units are sent that are not enough")
        if not self.may(sent):
            raise ValueError("units are sent together that must not be")
        pairs = [(u, where) for u, where in enumerate(sent) if where >= 0]
        return (
            unserved,
            late,
            sum(bool(units) and all(sent[u] >= 0 for u in units) for units in self.posts),
            sum(int(self.travel_s[p]) for p in pairs),
            sum(int(self.tie[p]) for p in pairs),
        )

    @cached_property
    def by_time(self) -> list[list[tuple[int, int]]]:
        """For each incident the units that can serve it, (arrival, unit), earliest first."""
        found = []
        for incident in range(len(self.needs)):
            times = self.arrival_s[:, incident]
            able = np.nonzero(times < NEVER)[0]
            able = able[np.argsort(times[able], kind="stable")]
            found.append(list(zip(times[able].tolist(), able.tolist(), strict=True)))
        return found

    def earliest(self, incident: int, taken: Collection[int] = ()) -> int:
        """Return when units that are not taken could adequately serve the incident; NEVER if they cannot.

        What forbids combinations is not looked at: no answer is earlier, some are later.
        """
        need = self.needs[incident]
        missing, persons = set(need.capabilities), need.strength
        for at, unit in self.by_time[incident]:
            if unit in taken:
                continue
            missing -= self.skills[unit]
            persons -= self.strength[unit]
            if not missing and persons <= 0:
                return at
        return NEVER

    @cached_property
    def alone(self) -> list[int]:
        """``earliest`` for every incident, were it the only one."""
        return [self.earliest(incident) for incident in range(len(self.needs))]

    def same_as(self, other: Problem) -> bool:
        """Tell whether another problem of the same units and needs is the same in all that an answer depends on."""
        return (
            bool(np.array_equal(self.arrival_s, other.arrival_s))
            and self.apart == other.apart
            and self.limits == other.limits
        )
