"""Expected covering with busy units: MEXCLP (Daskin 1983).

A unit is busy with probability ``q``, each for itself.  A point within reach of k units
is worth weight * (1 - q**k); the k-th unit adds (1 - q) * q**(k - 1) of it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sarhad.response.siting import highs
from sarhad.response.siting.answer import Answer, Deadline, SitingError, checked
from sarhad.response.siting.kernels import Floats


def expected_covering(
    covers: NDArray[np.bool_],
    weight: Floats,
    units: int,
    busy: float,
    *,
    existing: NDArray[np.int64] | None = None,
    room: int | None = None,
    deadline: Deadline | None = None,
) -> Answer:
    """Place ``units`` new units at candidates so that the expected cover is greatest.

    ``existing``: units that already stand at each candidate.  ``room``: the most new
    units at one candidate.  The answer's ``sites`` name a candidate once for each of its
    units, existing ones among them.  Raises SitingError.
    """
    if not 0 <= busy < 1:
        raise SitingError(f"a share of time busy lies between 0 and 1, not {busy}", where="busy")
    checked(covers.shape, weight, 0, ())
    stand = np.zeros(covers.shape[1], np.int64) if existing is None else existing
    limit = units if room is None else min(room, units)
    if units > limit * covers.shape[1]:
        raise SitingError(f"{units} units do not fit", where="room")
    deadline = deadline or Deadline.after(60.0)
    useful = covers.any(axis=1) & (weight > 0)
    rows, inverse = np.unique(covers[useful], axis=0, return_inverse=True)
    merged = np.bincount(inverse.ravel(), weights=weight[useful], minlength=rows.shape[0]).astype(np.float64)
    before = rows @ stand
    outcome, base = _solve(rows, merged, before, units, limit, busy, deadline)
    unserved = tuple(int(i) for i in np.nonzero(~covers.any(axis=1))[0])
    if outcome.x is None:
        return Answer("unknown", (), 0.0, float(weight.sum()), outcome.nodes, unserved)
    total = stand + np.rint(outcome.x[: covers.shape[1]]).astype(np.int64)
    value = float((weight * (1 - busy ** (covers @ total).astype(float)) * covers.any(axis=1)).sum())
    proved = outcome.proved
    bound = value if proved else max(value, base - outcome.bound)
    sites = tuple(int(j) for j in np.repeat(np.arange(total.size), total))
    return Answer("optimal" if proved else "feasible", sites, value, bound, outcome.nodes, unserved)


def _solve(
    rows: NDArray[np.bool_],
    weight: Floats,
    before: NDArray[np.int64],
    units: int,
    limit: int,
    busy: float,
    deadline: Deadline,
) -> tuple[highs.Outcome, float]:
    """Columns: units at each candidate; then, a point and k, the k-th new unit within its reach."""
    points, candidates = rows.shape
    steps = np.minimum(rows.sum(axis=1) * limit, units)
    owner = np.repeat(np.arange(points), steps)
    k = np.arange(owner.size) - np.repeat(np.cumsum(steps) - steps, steps)
    worth = weight[owner] * (1 - busy) * busy ** (before[owner] + k).astype(float)
    at, column = np.nonzero(rows)
    size = candidates + owner.size
    matrix = sparse.csr_array(
        (
            np.concatenate((np.ones(candidates), np.ones(at.size), -np.ones(owner.size))),
            (
                np.concatenate((np.zeros(candidates, np.int64), at + 1, owner + 1)),
                np.concatenate((np.arange(candidates), column, candidates + np.arange(owner.size))),
            ),
        ),
        shape=(points + 1, size),
    )
    model = highs.Model(
        np.concatenate((np.zeros(candidates), -worth)),
        np.concatenate((np.full(candidates, float(limit)), np.ones(owner.size))),
        np.arange(size) < candidates,
        matrix,
        np.concatenate(([float(units)], np.zeros(points))),
        np.concatenate(([float(units)], np.full(points, math.inf))),
    )
    base = float((weight * (1 - busy ** before.astype(float))).sum())
    return highs.solve(model, deadline), base
