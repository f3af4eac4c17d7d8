"""The sparse problem that median and covering share, and how a fixed site shrinks it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sarhad.response.siting.kernels import Floats, Ints, Small

ROWS = 256
"""Demand points that are put in order at a time."""


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
        if not state.any():
            return self
        owner = np.repeat(np.arange(self.cap.size, dtype=np.int32), np.diff(self.start))
        cap = self.cap.copy()
        is_open = state[self.site] == 1
        np.minimum.at(cap, owner[is_open], self.cost[is_open])
        keep = (state[self.site] == 0) & (self.cost < cap[owner])
        counts = np.bincount(owner[keep], minlength=cap.size)
        start = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        return Sparse(start, self.site[keep], self.cost[keep], cap, self.sites)


def from_matrix(cost: Floats, weight: Floats, cap: Floats) -> Sparse:
    """Return the sparse problem of a cost matrix, demand points × sites, each row times its weight.

    Costs at or above the cap are dropped; a point without weight costs nothing anywhere.
    """
    # By few rows: products and their order are each as large as the matrix.
    blocks = [slice(first, first + ROWS) for first in range(0, cap.size, ROWS)]
    counts = [(weighted(cost[rows], weight[rows]) < cap[rows, None]).sum(axis=1) for rows in blocks]
    start = np.concatenate(([0], np.cumsum(np.concatenate([np.zeros(0, np.int64), *counts])))).astype(np.int64)
    site, kept = np.empty(start[-1], np.int32), np.empty(start[-1])
    for rows in blocks:
        block = weighted(cost[rows], weight[rows])
        order = np.argsort(block, axis=1, kind="stable")
        ascending = np.take_along_axis(block, order, axis=1)
        keep = ascending < cap[rows, None]
        here = slice(start[rows.start], start[min(rows.stop, cap.size)])
        site[here], kept[here] = order[keep], ascending[keep]
    return Sparse(start, site, kept, cap.astype(np.float64), cost.shape[1])


def weighted(cost: Floats, weight: Floats) -> Floats:
    """Return each row times its weight; 0 without any, however far."""
    with np.errstate(invalid="ignore"):
        return np.where(weight[:, None] > 0, cost * weight[:, None], 0.0)


def integral(*arrays: Floats) -> bool:
    """Tell whether every number is whole, so that a cost below a known one is at least 1 below it."""
    return all(bool(np.all(np.abs(a) < 2**50) and np.all(a == np.rint(a))) for a in arrays)
