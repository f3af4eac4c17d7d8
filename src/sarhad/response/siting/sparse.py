"""The sparse problem that median and covering share, and how a fixed site shrinks it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sarhad.response.siting.kernels import Floats, Ints, Small


@dataclass(frozen=True, slots=True)
class Sparse:
    """Demand points with the sites that serve them below ``cap``, cheapest first (see kernels).

    ``start`` has n + 1 offsets into ``site`` and ``cost``; ``cap`` is what a point costs
    when none of its sites is open; ``sites`` is the number of candidates.
    """

    start: Ints
    site: Small
    cost: Floats
    cap: Floats
    sites: int

    def reduced(self, state: Small) -> Sparse:
        """Return the problem of the free sites: an open site lowers caps, a closed one is gone.

        ``state``: 1 open, 0 free, -1 closed.  Demand points keep their numbers.
        """
        owner = np.repeat(np.arange(self.cap.size), np.diff(self.start))
        cap = self.cap.copy()
        is_open = state[self.site] == 1
        np.minimum.at(cap, owner[is_open], self.cost[is_open])
        keep = (state[self.site] == 0) & (self.cost < cap[owner])
        counts = np.bincount(owner[keep], minlength=cap.size)
        start = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        return Sparse(start, self.site[keep], self.cost[keep], cap, self.sites)


def from_matrix(cost: Floats, cap: Floats) -> Sparse:
    """Return the sparse problem of a cost matrix, demand points × sites; costs at or above the cap are dropped."""
    order = np.argsort(cost, axis=1, kind="stable")
    ascending = np.take_along_axis(cost, order, axis=1)
    keep = ascending < cap[:, None]
    start = np.concatenate(([0], np.cumsum(keep.sum(axis=1)))).astype(np.int64)
    return Sparse(start, order[keep].astype(np.int32), ascending[keep], cap.astype(np.float64), cost.shape[1])


def integral(*arrays: Floats) -> bool:
    """Tell whether every number is whole, so that a cost below a known one is at least 1 below it."""
    return all(bool(np.all(np.abs(a) < 2**50) and np.all(a == np.rint(a))) for a in arrays)
