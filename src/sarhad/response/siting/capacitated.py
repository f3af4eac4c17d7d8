"""Maximal covering where a site serves only so much: one model, one call of HiGHS."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sarhad.response.siting import highs
from sarhad.response.siting.answer import Answer, Deadline, SitingError, filled
from sarhad.response.siting.kernels import Floats, Small


def capacitated(
    covers: NDArray[np.bool_],
    weight: Floats,
    fixed: Small,
    sites: int,
    capacity: Floats,
    unserved: tuple[int, ...],
    deadline: Deadline,
) -> Answer:
    """Choose ``sites`` besides the ``fixed`` ones so that the flow from sites to points is greatest.

    A point takes at most its weight, an open site gives at most its capacity.
    """
    candidates = covers.shape[1]
    if capacity.shape != (candidates,) or np.any(capacity < 0):
        raise SitingError("one capacity of at least 0 for each candidate is needed", where="capacity")
    outcome = highs.solve(_model(covers, weight, fixed, sites, capacity), deadline)
    if outcome.x is None:
        return Answer("unknown", (), 0.0, math.fsum(weight), outcome.nodes, unserved)
    is_open = filled((outcome.x[:candidates] > 0.5).astype(np.int32), sites + int(fixed.sum()))
    chosen = tuple(int(j) for j in np.nonzero(is_open)[0])
    bound = -outcome.value if outcome.proved else max(-outcome.bound, -outcome.value)
    return Answer("optimal" if outcome.proved else "feasible", chosen, -outcome.value, bound, outcome.nodes, unserved)


def _model(covers: NDArray[np.bool_], weight: Floats, fixed: Small, sites: int, capacity: Floats) -> highs.Model:
    pair, (points, m) = sparse.coo_array(covers), covers.shape
    flows = pair.row.size
    columns, at = np.arange(flows) + m, np.arange(m)
    # rows: the number of sites; each point's weight; each site's capacity; a flow only from an open site
    data = np.concatenate((np.ones(m), np.ones(flows), np.ones(flows), -capacity, np.ones(flows), -weight[pair.row]))
    row = np.concatenate(
        (
            np.zeros(m, np.int64),
            1 + pair.row,
            1 + points + pair.col,
            1 + points + at,
            1 + points + m + np.arange(flows),
            1 + points + m + np.arange(flows),
        )
    )
    column = np.concatenate((at, columns, columns, at, columns, pair.col))
    shape = (1 + points + m + flows, m + flows)
    high = np.concatenate(([float(sites + fixed.sum())], weight, np.zeros(m + flows)))
    model = highs.Model(
        np.concatenate((np.zeros(m), -np.ones(flows))),
        np.concatenate((np.ones(m), np.full(flows, math.inf))),
        np.arange(m + flows) < m,
        sparse.csr_array((data, (row, column)), shape=shape),
        np.full(shape[0], -math.inf),
        high,
    )
    forced = sparse.csr_array((fixed > 0).astype(float).reshape(1, -1))
    return _with_forced(model, forced, float(fixed.sum()))


def _with_forced(model: highs.Model, forced: sparse.csr_array, count: float) -> highs.Model:
    wide = sparse.csr_array((forced.data, forced.indices, forced.indptr), shape=(1, model.cost.size))
    rows = sparse.csr_array(sparse.vstack((model.rows, wide)))
    low = np.concatenate((model.low, [count]))
    high = np.concatenate((model.high, [math.inf]))
    return highs.Model(model.cost, model.upper, model.whole, rows, low, high)
