"""A customisable contraction hierarchy: the roads are ordered once, weighed anew in milliseconds.

Dibbelt, Strasser, Wagner, "Customizable Contraction Hierarchies" (2016): nodes are
eliminated in an order that depends on the roads only; each leaves shortcuts between its
neighbours above it.  A weighing fills all shortcuts from below; a way then only climbs
from both ends.

Answers are exact, and equal to the oracle's to the unit: whole numbers throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from sarhad.response.geometry import Integers
from sarhad.response.reach import climbing
from sarhad.response.reach.roads import FAR, Arcs, Ends


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The order of a network and its shortcuts, without any weights.

    ``rank`` of each node; then, by rank: ``parent`` (-1 none), and the nodes ``above`` it from
    ``first[r]`` up to ``first[r + 1]``, ascending.
    """

    rank: Integers
    parent: Integers
    first: Integers
    above: Integers

    @classmethod
    def of(cls, rank: Integers, tail: Integers, head: Integers) -> Skeleton:
        """Take a network apart in the order ``rank``; the direction of its arcs does not matter."""
        nodes, apart = rank.size, tail != head
        a, b = rank[tail[apart]], rank[head[apart]]
        links = sparse.coo_array((np.ones(2 * a.size, np.int8), (np.r_[a, b], np.r_[b, a])), shape=(nodes, nodes))
        rows = links.tocsr()
        rows.sum_duplicates()
        found = climbing.eliminate(rows.indptr.astype(np.int64), rows.indices.astype(np.int64))
        return cls(rank, *found)

    @property
    def arcs(self) -> int:
        """Count of arcs with all shortcuts."""
        return int(self.above.size)


class Hierarchy:
    """An engine (see roads.Engine): one weighing of a skeleton.

    Weighing again (another profile, a closed road) makes a new one from the same skeleton.
    """

    def __init__(self, skeleton: Skeleton, arcs: Arcs) -> None:
        """Weigh the network of ``arcs``, which must be part of the one that the skeleton was made from."""
        self._skeleton = skeleton
        self._up, self._down = climbing.weigh(
            skeleton.first, skeleton.above, skeleton.rank[arcs.tail], skeleton.rank[arcs.head], arcs.cost, int(FAR)
        )

    def matrix(self, sources: Ends, targets: Ends) -> Integers:
        """See Engine."""
        if not len(sources) or not len(targets):
            return np.full((len(sources), len(targets)), FAR, np.int64)
        if len(sources) > len(targets):  # the side whose climbs are laid out flat is the smaller one
            return climbing.meet(
                *self._climb(targets, self._down), *self._climb(sources, self._up), self._nodes, int(FAR)
            ).T
        return climbing.meet(*self._climb(sources, self._up), *self._climb(targets, self._down), self._nodes, int(FAR))

    @property
    def _nodes(self) -> int:
        return int(self._skeleton.rank.size)

    def _climb(self, ends: Ends, weight: Integers) -> tuple[Integers, Integers, Integers]:
        held = self._skeleton
        return climbing.climb(
            held.parent, held.first, held.above, weight, held.rank[ends.node], np.minimum(ends.cost, FAR), int(FAR)
        )
