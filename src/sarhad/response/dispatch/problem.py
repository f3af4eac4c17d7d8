"""A dispatch question in numbers, and what makes an answer adequate."""

from __future__ import annotations

from dataclasses import dataclass

from sarhad.response.geometry import Integers
from sarhad.response.snapshot import Need

NEVER = 2**40
"""Seconds: the unit cannot serve the incident."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Units × incidents: ``arrival_s`` after the snapshot (NEVER: not eligible), ``travel_s`` on the way.

    ``skills`` of each unit (its capabilities and its kind), ``strength`` in persons at the
    least, ``home`` the index of the post that it covers (-1 none); ``needs`` and ``weight``
    of each incident; ``tie`` small whole numbers that decide between equal answers.
    """

    arrival_s: Integers
    travel_s: Integers
    skills: tuple[frozenset[str], ...]
    strength: tuple[int, ...]
    home: tuple[int, ...]
    needs: tuple[Need, ...]
    weight: tuple[int, ...]
    tie: Integers

    def eligible(self, unit: int, incident: int) -> bool:
        """Tell whether the unit can serve the incident at all."""
        return bool(self.arrival_s[unit, incident] < NEVER)

    def adequate(self, incident: int, units: list[int]) -> bool:
        """Tell whether these units together are what the incident needs; at least one in any case."""
        need = self.needs[incident]
        have = frozenset().union(*(self.skills[u] for u in units))
        return (
            bool(units) and have.issuperset(need.capabilities) and sum(self.strength[u] for u in units) >= need.strength
        )

    def values(self, sent: tuple[int, ...]) -> tuple[int, ...]:
        """Return what an assignment (for each unit its incident or -1) is worth, stage by stage, less is better.

        Weight of incidents not adequately served; weighted adequate arrivals; posts left
        without a unit; seconds on the way; the tie.  Raises ValueError when a unit is not eligible.
        """
        unserved = late = 0
        for incident, weight in enumerate(self.weight):
            units = [u for u, where in enumerate(sent) if where == incident]
            if any(not self.eligible(u, incident) for u in units):
                raise ValueError("a unit is sent to where it cannot go")
            if self.adequate(incident, units):
                late += weight * max(int(self.arrival_s[u, incident]) for u in units)
            else:
                unserved += weight
                if units:
                    raise ValueError("units are sent that are not enough")
        posts = {home for home in self.home if home >= 0}
        kept = {home for u, home in enumerate(self.home) if sent[u] < 0}
        pairs = [(u, where) for u, where in enumerate(sent) if where >= 0]
        return (
            unserved,
            late,
            len(posts - kept),
            sum(int(self.travel_s[p]) for p in pairs),
            sum(int(self.tie[p]) for p in pairs),
        )

    def earliest(self, incident: int) -> int:
        """Return when the incident could be adequately served if it were the only one; NEVER if it cannot."""
        able = [u for u in range(len(self.skills)) if self.eligible(u, incident)]
        units: list[int] = []
        for unit in sorted(able, key=lambda u: int(self.arrival_s[u, incident])):
            units.append(unit)
            if self.adequate(incident, units):
                return int(self.arrival_s[unit, incident])
        return NEVER
