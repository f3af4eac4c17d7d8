"""The order in which a road network is taken apart, made once and kept with its arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from sarhad.response.geometry import Integers


def least_degree(nodes: int, tail: Integers, head: Integers) -> Integers:
    """Return each node's place in a minimum degree order (Liu) of the network, directions and loops ignored.

    It is the order that SciPy's SuperLU makes for a symmetric matrix, where the same is
    asked for: the least fill-in.
    """
    apart = tail != head
    tail, head = tail[apart], head[apart]
    if not tail.size:
        return np.arange(nodes, dtype=np.int64)
    ones = np.ones(2 * tail.size)
    links = sparse.coo_array((ones, (np.r_[tail, head], np.r_[head, tail])), shape=(nodes, nodes)).tocsr()
    degree = np.asarray(links.sum(axis=1)).ravel()
    strong = (sparse.diags_array(degree + 1.0) - links).tocsc()  # diagonally dominant: never singular, nothing pivots
    options = {"SymmetricMode": True, "DiagPivotThresh": 0.0}
    order: NDArray[np.int32] = splu(strong, permc_spec="MMD_AT_PLUS_A", options=options).perm_c
    return order.astype(np.int64)
