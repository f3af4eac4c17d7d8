"""Set covering (the fewest sites that reach everyone) and p-centre (the least worst time).

p-centre is a bisection over the distinct times: can ``p`` sites reach everyone within
this time?  Each question is a set cover, first made small by dominance, then asked of
the linear relaxation, and of HiGHS's integers only where that does not tell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sarhad.response.siting import highs
from sarhad.response.siting.answer import Answer, Deadline, SitingError
from sarhad.response.siting.covering import checked
from sarhad.response.siting.kernels import Floats

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Cover:
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
    result = _cover(covers[open_rows], math.inf, deadline or Deadline.after(60.0))
    base = int(fixed.sum())
    if result.columns is None:
        return Answer("unknown", (), math.inf, float(base + result.least), result.nodes, unserved)
    chosen = tuple(sorted({*(int(j) for j in existing), *(int(j) for j in result.columns)}))
    status = "optimal" if len(result.columns) <= result.least else "feasible"
    bound = float(base + min(result.least, len(result.columns)))
    return Answer(
        "optimal" if status == "optimal" else "feasible", chosen, float(len(chosen)), bound, result.nodes, unserved
    )


def p_centre(cost: Floats, sites: int, *, existing: Sequence[int] = (), deadline: Deadline | None = None) -> Answer:
    """Choose ``sites`` new candidates, besides the ``existing`` ones, that make the worst cost least.

    ``cost``: demand points × candidates, infinite where nobody gets there.  Points that
    no candidate serves are left out and listed.  Raises SitingError.
    """
    fixed = checked(cost.shape, np.ones(cost.shape[0]), sites, existing)
    if np.any(np.isnan(cost)) or sites + int(fixed.sum()) == 0:
        raise SitingError("costs must be numbers, and at least one site is needed", where="cost")
    deadline = deadline or Deadline.after(60.0)
    served = np.isfinite(cost).any(axis=1)
    if not served.any():
        raise SitingError("no candidate reaches any demand point", where="cost")
    near = cost[served]
    given = near[:, fixed == 1].min(axis=1, initial=np.inf)
    unserved = tuple(int(i) for i in np.nonzero(~served)[0])
    levels = np.unique(near[np.isfinite(near)])
    levels = levels[levels >= float(np.minimum(near.min(axis=1), given).max(initial=0.0))]
    best, high = _greedy_centre(near, given, fixed, sites)
    low, nodes = 0, 0  # levels[low - 1] and below are proved impossible
    top = int(np.searchsorted(levels, high)) if math.isfinite(high) else levels.size
    while low < top and not deadline.passed:
        middle = (low + top) // 2
        within = near <= levels[middle]
        rows = ~(given <= levels[middle])
        result = _cover(within[rows], sites, deadline)
        nodes += result.nodes
        if result.columns is not None and len(result.columns) <= sites:
            best = np.union1d(np.nonzero(fixed)[0], result.columns)
            high = float(near[:, best].min(axis=1).max())
            top = int(np.searchsorted(levels, high))
        elif result.least > sites:
            low = middle + 1
        else:
            break
    return _centre_answer(near, best, levels, low, nodes, unserved)


def _centre_answer(
    near: Floats, best: NDArray[np.int64], levels: Floats, low: int, nodes: int, unserved: tuple[int, ...]
) -> Answer:
    value = float(near[:, best].min(axis=1).max()) if best.size else math.inf
    chosen = tuple(int(j) for j in best)
    if low >= levels.size:
        why = "no choice of that many sites reaches every point that some candidate reaches"
        return Answer("infeasible", (), math.inf, math.inf, nodes, unserved, why)
    bound = float(levels[low])
    return Answer("optimal" if value <= bound else "feasible", chosen, value, min(bound, value), nodes, unserved)


def _greedy_centre(
    near: Floats, given: Floats, fixed: NDArray[np.int32], sites: int
) -> tuple[NDArray[np.int64], float]:
    """Open, again and again, the candidate nearest to the point that is worst off."""
    now, chosen = given.copy(), [int(j) for j in np.nonzero(fixed)[0]]
    for _ in range(sites):
        worst = int(np.argmax(now))
        j = int(np.argmin(near[worst]))
        chosen.append(j)
        now = np.minimum(now, near[:, j])
    return np.unique(np.array(chosen, np.int64)), float(now.max(initial=0.0))


def _cover(covers: Bools, enough: float, deadline: Deadline) -> _Cover:
    """Find a cover of at most ``enough`` columns, or the least one if ``enough`` is infinite."""
    if covers.shape[0] == 0:
        return _Cover(np.zeros(0, np.int64), 0, 0)
    rows, columns = _undominated(covers)
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
        return _Cover(None, least, 1)
    if linear.x is not None and linear.proved and np.all(np.minimum(linear.x, 1 - linear.x) < 1e-7):
        return _Cover(columns[linear.x > 0.5], least, 1)
    if math.isfinite(enough):
        rows_and_count = sparse.csr_array(sparse.vstack((model.rows, np.ones((1, columns.size)))))
        low, high = np.append(model.low, -math.inf), np.append(model.high, enough)
        model = highs.Model(model.cost, model.upper, model.whole, rows_and_count, low, high)
    outcome = highs.solve(model, deadline, step=1.0)
    if outcome.infeasible:
        return _Cover(None, int(enough) + 1, outcome.nodes)
    least = max(least, math.ceil(outcome.bound - 1e-6)) if math.isfinite(outcome.bound) else least
    return _Cover(columns[outcome.x > 0.5] if outcome.x is not None else None, least, outcome.nodes)


def _undominated(covers: Bools) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Leave out rows that another row implies and columns that another column replaces; twice over."""
    rows, columns = np.arange(covers.shape[0]), np.arange(covers.shape[1])
    for _ in range(2):
        small = covers[np.ix_(rows, columns)]
        rows = rows[_minimal(small)]
        small = covers[np.ix_(rows, columns)]
        useful = small.any(axis=0)
        columns, small = columns[useful], small[:, useful]
        columns = columns[_minimal(~small.T)]
    return rows, columns


def _minimal(sets: Bools) -> Bools:
    """Tell which rows contain no other row; of equal rows the first."""
    a = sets.astype(np.float32)
    size = a.sum(axis=1)
    inside = (a @ a.T) >= size[None, :]  # inside[i, k]: row k lies within row i
    smaller = size[None, :] < size[:, None]
    first = np.tri(len(size), k=-1, dtype=bool)
    result: Bools = ~(inside & (smaller | ((size[None, :] == size[:, None]) & first))).any(axis=1)
    return result
