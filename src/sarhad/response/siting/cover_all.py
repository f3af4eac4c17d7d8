"""Set covering: the fewest sites that reach everyone.

First made small by dominance, then asked of the linear relaxation, and of HiGHS's
integers only where that does not tell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sarhad.response.siting import cover_search, highs
from sarhad.response.siting.answer import Answer, Deadline, checked
from sarhad.response.siting.dominance import undominated

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cover:
    """The least cover found (column indices) or None, and a lower bound on its size."""

    columns: NDArray[np.int64] | None
    least: int
    nodes: int


def set_covering(covers: Bools, *, existing: Sequence[int] = (), deadline: Deadline | None = None) -> Answer:
    """Choose the fewest candidates that, with the ``existing`` ones, cover every demand point that any covers.

    ``covers``: demand points × candidates.  Points that none covers are listed as
    unserved.  The value counts all chosen sites, existing ones among them.  Raises SitingError.
    """
    fixed = checked(covers.shape, np.ones(covers.shape[0]), 0, existing)
    unserved = tuple(int(i) for i in np.nonzero(~covers.any(axis=1))[0])
    open_rows = covers.any(axis=1) & ~covers[:, fixed == 1].any(axis=1)
    result = least_cover(covers[open_rows], math.inf, deadline or Deadline.after(60.0))
    base = int(fixed.sum())
    if result.columns is None:
        return Answer("unknown", (), math.inf, float(base + result.least), result.nodes, unserved)
    chosen = tuple(sorted({*(int(j) for j in existing), *(int(j) for j in result.columns)}))
    status = "optimal" if len(result.columns) <= result.least else "feasible"
    bound = float(base + min(result.least, len(result.columns)))
    return Answer(
        "optimal" if status == "optimal" else "feasible", chosen, float(len(chosen)), bound, result.nodes, unserved
    )


def least_cover(covers: Bools, enough: float, deadline: Deadline) -> Cover:
    """Find a cover of at most ``enough`` columns, or the least one if ``enough`` is infinite."""
    if covers.shape[0] == 0:
        return Cover(np.zeros(0, np.int64), 0, 0)
    rows, columns = undominated(covers)
    small = covers[np.ix_(rows, columns)]
    model = highs.Model(
        np.ones(columns.size),
        np.ones(columns.size),
        np.ones(columns.size, bool),
        sparse.csr_array(small.astype(np.float64)),
        np.ones(rows.size),
        np.full(rows.size, math.inf),
    )
    linear = highs.relaxed(model, deadline)
    least = math.ceil(linear.bound - 1e-6) if math.isfinite(linear.bound) else 1
    if least > enough:
        return Cover(None, least, 1)
    if linear.x is not None and linear.proved and np.all(np.minimum(linear.x, 1 - linear.x) < 1e-7):
        return Cover(columns[linear.x > 0.5], least, 1)
    if math.isfinite(enough):
        rows_and_count = sparse.csr_array(sparse.vstack((model.rows, np.ones((1, columns.size)))))
        low, high = np.append(model.low, -math.inf), np.append(model.high, enough)
        model = highs.Model(model.cost, model.upper, model.whole, rows_and_count, low, high)
    outcome = highs.solve(model, deadline, step=1.0)
    if outcome.infeasible:
        return Cover(None, int(enough) + 1, outcome.nodes)
    least = max(least, math.ceil(outcome.bound - 1e-6)) if math.isfinite(outcome.bound) else least
    return Cover(columns[outcome.x > 0.5] if outcome.x is not None else None, least, outcome.nodes)


def exchanged(covers: Bools, begin: NDArray[np.int64], sites: int, steps: int) -> NDArray[np.int64] | None:
    """Look for a cover of at most ``sites`` columns by so many exchanges from ``begin``; None if none is found."""
    if covers.shape[0] == 0:
        return np.zeros(0, np.int64)
    is_open, rows, columns = np.zeros(covers.shape[1], np.int32), sparse.csr_array(covers), sparse.csc_array(covers)
    is_open[begin[:sites]] = 1
    free = np.nonzero(is_open == 0)[0]
    is_open[free[: sites - int(is_open.sum())]] = 1
    start, site = rows.indptr.astype(np.int64), rows.indices.astype(np.int64)
    from_site, point = columns.indptr.astype(np.int64), columns.indices.astype(np.int64)
    found = cover_search.covered(start, site, from_site, point, is_open, steps, 1)
    return np.nonzero(is_open)[0] if found else None
