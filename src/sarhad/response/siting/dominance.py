"""Which sets contain another: what makes covering problems small before they are solved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
