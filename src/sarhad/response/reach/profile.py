"""How fast each class of road is, as a share of a unit's speed on a good road.

Shares are scale free: a unit that is twice as fast takes half the time everywhere.  So
one search serves every unit of a profile, in *good-road decimetres* (whole numbers, exact).
A unit that states speeds of its own has a profile of its own, weighed on the same skeleton.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np

from sarhad.response.errors import PlanError
from sarhad.response.geometry import Integers
from sarhad.response.graph import CLASSES, RoadGraph
from sarhad.wire.kinds import GroundSpeed

ON_THE_ROAD_M = 100
"""Who does not leave the road is led to a point no further from it than this."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of a unit's speed, parts of ``whole``: on each of CLASSES (0: does not take it), and off the road.

    A ford takes ``ford_per_cent`` of what its road is worth, or, where that is stated, is no
    faster than ``ford_share`` (0: does not go through).
    """

    name: str = "vehicle"
    shares: tuple[int, ...] = (115, 100, 95, 85, 70, 50, 35, 25)
    ford_per_cent: int = 50
    off_road_share: int = 15
    off_road_m: int = 30_000
    """A point further than this from every road is not reached on the ground."""
    whole: int = 100
    ford_share: int | None = None

    def __post_init__(self) -> None:
        """Refuse a profile that cannot move."""
        numbers = (*self.shares, self.ford_per_cent, self.off_road_share)
        if len(self.shares) != len(CLASSES) or min(numbers) < 0 or not any(self.shares):
            raise PlanError("plan-zero-speed", f"the profile {self.name} has no speed on any road", profile=self.name)
        if not (self.ford_per_cent and self.off_road_share):
            raise PlanError("plan-zero-speed", f"the profile {self.name} cannot leave a road", profile=self.name)

    def of_unit(self, speed_kmh: int, speeds: tuple[GroundSpeed, ...]) -> Profile:
        """Return the profile of a unit that states ``speeds``, km/h, beside its speed on a good road."""
        stated = {one.ground: one.kmh for one in speeds}
        if not stated:
            return self
        own = [
            stated[name] * self.whole if name in stated else share * speed_kmh
            for name, share in zip(CLASSES, self.shares, strict=True)
        ]
        ford, off = stated.get("ford"), stated.get("off-road")
        numbers = [self.whole * speed_kmh, *own]
        numbers.append(off * self.whole if off else self.off_road_share * speed_kmh)
        if ford is not None:
            numbers.append(ford * self.whole)
        parts = gcd(*numbers) or 1
        return Profile(
            name="own",
            shares=tuple(share // parts for share in own),
            ford_per_cent=self.ford_per_cent,
            off_road_share=numbers[9] // parts,
            off_road_m=ON_THE_ROAD_M if off == 0 else self.off_road_m,
            whole=numbers[0] // parts,
            ford_share=None if ford is None else numbers[10] // parts,
        )


VEHICLE = Profile()
NO_TRACKS = Profile("no-tracks", (115, 100, 95, 85, 70, 50, 35, 0))


def edge_costs(graph: RoadGraph, profile: Profile) -> Integers:
    """Return each edge's cost in good-road decimetres, rounded up; -1 where the profile does not go.

    Made at the first call and kept with the graph.
    """
    kept: Integers | None = graph._kept.get((edge_costs, profile))
    if kept is None:
        kept = graph._kept[edge_costs, profile] = _edge_costs(graph, profile)
        kept.flags.writeable = False
    return kept


def _edge_costs(graph: RoadGraph, profile: Profile) -> Integers:
    share = np.array(profile.shares, np.int64)[graph.road_class]
    if profile.ford_share is None:
        share = np.where(graph.ford, share * profile.ford_per_cent, share * 100)
    else:
        share = np.where(graph.ford, np.minimum(share, profile.ford_share), share) * 100
    cost: Integers = -(-graph.length_dm * 100 * profile.whole // np.maximum(share, 1))
    return np.where(share > 0, cost, -1)
