"""Shortest ways by SciPy: what every engine of ours must agree with, to the unit."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from sarhad.response.geometry import Integers
from sarhad.response.reach.roads import FAR, Arcs, Ends


class Oracle:
    """SciPy's Dijkstra: one search for each node that a source hangs on."""

    def __init__(self, arcs: Arcs) -> None:
        order = np.lexsort((arcs.cost, arcs.head, arcs.tail))
        tail, head, cost = arcs.tail[order], arcs.head[order], arcs.cost[order]
        first = np.ones(tail.size, bool)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        self._links = sparse.csr_array(
            (cost[first].astype(float), (tail[first], head[first])), shape=(arcs.nodes, arcs.nodes)
        )

    def matrix(self, sources: Ends, targets: Ends) -> Integers:
        """See Engine."""
        result = np.full((len(sources), len(targets)), FAR, np.int64)
        if not result.size:
            return result
        wanted = np.unique(sources.node[sources.cost < FAR])
        row = np.searchsorted(wanted, sources.node)
        for part in range(0, wanted.size, 64):
            found = dijkstra(self._links, indices=wanted[part : part + 64])
            whole = np.where(np.isfinite(found), found, 2.0**60).astype(np.int64)
            for which in (0, 1):
                mine = np.nonzero((sources.cost[:, which] < FAR) & (row[:, which] // 64 == part // 64))[0]
                start = sources.cost[mine, which][:, None]
                for end in (0, 1):
                    way = start + whole[row[mine, which] - part][:, targets.node[:, end]]
                    way = np.minimum(way, FAR) + np.minimum(targets.cost[:, end], FAR)
                    result[mine] = np.minimum(result[mine], way)
        return np.minimum(result, FAR)
