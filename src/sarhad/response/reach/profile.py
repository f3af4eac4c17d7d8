"""How fast each class of road is, as a share of a unit's speed on a good road.

Shares are scale free: a unit that is twice as fast takes half the time everywhere.  So
one search serves every unit of a profile, in *good-road decimetres* (whole numbers, exact).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sarhad.response.errors import PlanError
from sarhad.response.geometry import Integers
from sarhad.response.graph import CLASSES, RoadGraph


@dataclass(frozen=True, slots=True)
class Profile:
    """Per cent of a unit's speed on each of CLASSES (0: does not take it), at fords, and off the road."""

    name: str = "vehicle"
    per_cent: tuple[int, ...] = (115, 100, 95, 85, 70, 50, 35, 25)
    ford_per_cent: int = 50
    off_road_per_cent: int = 15
    off_road_m: int = 30_000
    """A point further than this from every road is not reached on the ground."""

    def __post_init__(self) -> None:
        """Refuse a profile that cannot move."""
        shares = (*self.per_cent, self.ford_per_cent, self.off_road_per_cent)
        if len(self.per_cent) != len(CLASSES) or min(shares) < 0 or not any(self.per_cent):
            raise PlanError("plan-zero-speed", f"the profile {self.name} has no speed on any road", profile=self.name)
        if not (self.ford_per_cent and self.off_road_per_cent):
            raise PlanError("plan-zero-speed", f"the profile {self.name} cannot leave a road", profile=self.name)


VEHICLE = Profile()
NO_TRACKS = Profile("no-tracks", (115, 100, 95, 85, 70, 50, 35, 0))


def edge_costs(graph: RoadGraph, profile: Profile) -> Integers:
    """Return each edge's cost in good-road decimetres, rounded up; -1 where the profile does not go."""
    share = np.array(profile.per_cent, np.int64)[graph.road_class]
    share = np.where(graph.ford, share * profile.ford_per_cent, share * 100)
    cost: Integers = -(-graph.length_dm * 10_000 // np.maximum(share, 1))
    return np.where(share > 0, cost, -1)
