"""Searches over one road network without the line: what an engine promises.

An engine answers in good-road decimetres, exactly; every engine gives the same answer to the unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sarhad.response.geometry import Integers
from sarhad.response.graph import RoadGraph
from sarhad.response.reach.profile import Profile, edge_costs

FAR = np.int64(2**60)
"""No way there.  Sums of two stay within 64 bits."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """A directed network: ``cost`` >= 1 from ``tail`` to ``head``, ``nodes`` in all."""

    nodes: int
    tail: Integers
    head: Integers
    cost: Integers


@dataclass(frozen=True, slots=True)
class Ends:
    """Where ways begin or end: for each point the nodes it hangs on and what getting there costs.

    Both arrays are points × 2; a cost of FAR or more means: not this one.
    """

    node: Integers
    cost: Integers

    @classmethod
    def at(cls, nodes: Integers) -> Ends:
        """Return ends that stand at nodes."""
        return cls(np.stack([nodes, nodes], 1), np.stack([np.zeros_like(nodes), np.full_like(nodes, FAR)], 1))

    def __len__(self) -> int:
        return len(self.node)

    def part(self, which: slice) -> Ends:
        """Return some of them."""
        return Ends(self.node[which], self.cost[which])


class Engine(Protocol):
    """Shortest ways on the ground."""

    def matrix(self, sources: Ends, targets: Ends) -> Integers:
        """Return the least cost from each source to each target, sources × targets; FAR where there is no way."""
        ...


def arcs_of(graph: RoadGraph, profile: Profile) -> Arcs:
    """Return the network that the profile drives on, without what goes over the line."""
    cost = edge_costs(graph, profile)
    there = (cost > 0) & ~graph.over_line
    back = there & ~graph.oneway
    return Arcs(
        graph.nodes,
        np.concatenate([graph.tail[there], graph.head[back]]),
        np.concatenate([graph.head[there], graph.tail[back]]),
        np.concatenate([cost[there], cost[back]]),
    )
