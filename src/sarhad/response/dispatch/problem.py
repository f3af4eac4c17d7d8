"""A dispatch question in numbers, and what makes an answer adequate."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

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

    @cached_property
    def arrivals(self) -> list[list[int]]:
        """``arrival_s`` as lists, which single look-ups are quicker in."""
        return cast("list[list[int]]", self.arrival_s.tolist())

    @cached_property
    def having(self) -> dict[str, Integers]:
        """For each capability that any incident asks for, which units have it: 1, else 0."""
        return {skill: np.array([skill in skills for skills in self.skills], np.int64) for skill in self._bits}

    @cached_property
    def _bits(self) -> dict[str, int]:
        """A bit for each capability that any incident asks for."""
        asked = sorted({skill for need in self.needs for skill in need.capabilities})
        return {skill: 1 << k for k, skill in enumerate(asked)}

    @cached_property
    def _gives(self) -> list[int]:
        """For each unit what it has of them."""
        return [sum(self._bits.get(skill, 0) for skill in skills) for skills in self.skills]

    @cached_property
    def _wants(self) -> list[int]:
        """For each incident which of them it asks for."""
        return [sum(self._bits[skill] for skill in set(need.capabilities)) for need in self.needs]

    def adequate(self, incident: int, units: Sequence[int]) -> bool:
        """Tell whether these units together are what the incident needs; at least one in any case."""
        missing, persons = self._wants[incident], self.needs[incident].strength
        for unit in units:
            missing &= ~self._gives[unit]
            persons -= self.strength[unit]
        return bool(units) and not missing and persons <= 0

    def may(self, sent: Sequence[int]) -> bool:
        """Tell whether an assignment breaks no caveat and fills no crossing beyond what it lets through."""
        pairs = [(u, j) for u, j in enumerate(sent) if j >= 0] if self.limits else []
        return all(limit.holds(pairs) for limit in self.limits) and not any(
            {sent[u] for u in rule.one} & {sent[u] for u in rule.other} & rule.incidents for rule in self.apart
        )

    def allows(self, sent: Sequence[int]) -> bool:
        """Tell whether an assignment sends only whom may be sent, and together only whom may be together."""
        return self.may(sent) and all(self.arrivals[u][j] < NEVER for u, j in enumerate(sent) if j >= 0)

    def values(self, sent: Sequence[int]) -> tuple[int, ...]:
        """Return what an assignment (for each unit its incident or -1) is worth, stage by stage, less is better.

        Weight of incidents not adequately served; weighted adequate arrivals; posts left
        without cover; seconds on the way; the tie.  Raises ValueError when a unit is not
        eligible, what is sent is not enough, or the combination is forbidden.
        """
        there: dict[int, list[int]] = {}
        for unit, incident in enumerate(sent):
            if incident >= 0:
                there.setdefault(incident, []).append(unit)
        unserved, late = sum(self.weight), 0
        for incident, units in there.items():
            last = max(self.arrivals[u][incident] for u in units)
            if last >= NEVER:
                raise ValueError("a unit is sent to where it cannot go")
            if not self.adequate(incident, units):
                raise ValueError("units are sent that are not enough")
            late += self.weight[incident] * last
            unserved -= self.weight[incident]
        if not self.may(sent):
            raise ValueError("units are sent together that must not be")
        gone = {u for units in there.values() for u in units}
        pairs = tuple(np.array([(u, sent[u]) for u in gone], np.int64).reshape(-1, 2).T)
        return (
            unserved,
            late,
            sum(bool(units) and units <= gone for units in self.posts),
            int(self.travel_s[pairs].sum()),
            int(self.tie[pairs].sum()),
        )

    def served_at(self, sent: Sequence[int]) -> dict[int, int]:
        """Return for each incident that units are sent to when the last of them is there."""
        found: dict[int, int] = {}
        for unit, incident in enumerate(sent):
            if incident >= 0:
                found[incident] = max(found.get(incident, 0), self.arrivals[unit][incident])
        return found

    @cached_property
    def order(self) -> tuple[Integers, Integers, list[int]]:
        """Units × incidents: for each incident the units by arrival, and when; how many of them can serve it."""
        order = np.argsort(self.arrival_s, axis=0, kind="stable")
        times = np.take_along_axis(self.arrival_s, order, axis=0)
        return order, times, np.count_nonzero(times < NEVER, axis=0).tolist()

    @cached_property
    def by_time(self) -> list[list[tuple[int, int]]]:
        """For each incident the units that can serve it, (arrival, unit), earliest first."""
        order, times, able = self.order
        rows = zip(times.T.tolist(), order.T.tolist(), able, strict=True)
        return [list(zip(at[:many], units[:many], strict=True)) for at, units, many in rows]

    def earliest(self, incident: int, taken: Collection[int] = ()) -> int:
        """Return when units that are not taken could adequately serve the incident; NEVER if they cannot.

        What forbids combinations is not looked at: no answer is earlier, some are later.
        """
        missing, persons = self._wants[incident], self.needs[incident].strength
        for at, unit in self.by_time[incident]:
            if unit in taken:
                continue
            missing &= ~self._gives[unit]
            persons -= self.strength[unit]
            if not missing and persons <= 0:
                return at
        return NEVER

    @cached_property
    def alone(self) -> list[int]:
        """``earliest`` for every incident, were it the only one."""
        order, times, able = self.order
        strength = np.array(self.strength, np.int64)
        found = []
        for incident, (need, many) in enumerate(zip(self.needs, able, strict=True)):
            units = order[:many, incident]
            # Of each thing needed, the first unit with which it is there; `many` where it never is.
            last = [int(np.searchsorted(np.cumsum(strength[units]), need.strength))] if need.strength else [0]
            for skill in need.capabilities:
                having = self.having[skill][units]
                last.append(int(having.argmax()) if having.any() else many)
            found.append(int(times[max(last), incident]) if max(last) < many else NEVER)
        return found

    def same_as(self, other: Problem) -> bool:
        """Tell whether another problem of the same units and needs is the same in all that an answer depends on."""
        return (
            bool(np.array_equal(self.arrival_s, other.arrival_s))
            and self.apart == other.apart
            and self.limits == other.limits
        )
