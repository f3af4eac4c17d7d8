"""Which sets contain another: what makes covering problems small before they are solved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sarhad.response.siting.jit import compiled
from sarhad.response.siting.kernels import Ints, Small

Bools = NDArray[np.bool_]


def minimal(sets: Bools) -> Bools:
    """Tell which rows contain no other row; of equal rows the first."""
    a = sets.astype(np.float32)
    size = a.sum(axis=1)
    inside = (a @ a.T) >= size[None, :]  # inside[i, k]: row k lies within row i
    smaller = size[None, :] < size[:, None]
    first = np.tri(len(size), k=-1, dtype=bool)
    result: Bools = ~(inside & (smaller | ((size[None, :] == size[:, None]) & first))).any(axis=1)
    return result


@compiled
def maximal(start: Ints, site: Small, from_site: Ints, point: Small) -> Bools:
    """Tell which sites cover what no other one covers all of; of equal sites the first.  One without points does not.

    The sites of point ``i`` are ``site[start[i]:start[i + 1]]``, the points of site ``j``
    ``point[from_site[j]:from_site[j + 1]]``.  Whoever covers all points of a site covers that
    of them, too, which fewest cover: only those are looked at.
    """
    sites, points = from_site.size - 1, start.size - 1
    result, mine = np.zeros(sites, np.bool_), np.full(points, -1, np.int32)
    for j in range(sites):
        size, rare, fewest = from_site[j + 1] - from_site[j], -1, sites + 1
        for k in range(from_site[j], from_site[j + 1]):
            i = point[k]
            mine[i] = j
            if start[i + 1] - start[i] < fewest:
                rare, fewest = i, start[i + 1] - start[i]
        result[j] = size > 0
        for q in range(start[rare], start[rare + 1]) if size > 0 else range(0):
            other = site[q]
            wider = from_site[other + 1] - from_site[other] - size
            if wider < 0 or other == j or (wider == 0 and other > j):
                continue
            both = 0
            for k in range(from_site[other], from_site[other + 1]):
                both += mine[point[k]] == j
            if both == size:
                result[j] = False
                break
    return result


def undominated(covers: Bools) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Leave out rows that another row implies and columns that another column replaces; twice over."""
    rows, columns = np.arange(covers.shape[0]), np.arange(covers.shape[1])
    for _ in range(2):
        small = covers[np.ix_(rows, columns)]
        rows = rows[minimal(small)]
        small = covers[np.ix_(rows, columns)]
        useful = small.any(axis=0)
        columns, small = columns[useful], small[:, useful]
        columns = columns[minimal(~small.T)]
    return rows, columns
