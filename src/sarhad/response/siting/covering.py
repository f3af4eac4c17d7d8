"""Covering: the most demand within reach of N sites, or the fewest sites that reach it all.

Maximal covering (Church and ReVelle 1974) is a median problem whose costs are 0 or the
point's weight.  The Lagrangian tree of that problem opens, closes and often proves it;
what it leaves open goes to HiGHS with every site that it could already decide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sarhad.response.siting import highs, kernels
from sarhad.response.siting.answer import Answer, Deadline, SitingError
from sarhad.response.siting.kernels import Floats, Small
from sarhad.response.siting.sparse import Sparse, integral
from sarhad.response.siting.tree import Found, Search

TREE_NODES = 60
TREE_SHARE = 0.4
"""Nodes and share of the time that the Lagrangian tree gets before HiGHS takes over."""

ANNEALING_SWAPS = 800_000
ANNEALING_PARTS = 40
"""Exchanges tried when the tree leaves a gap, and how many looks at the clock between them."""


@dataclass(frozen=True, slots=True)
class _Merged:
    """Points with the same set of covering sites are one point with the sum of their weights."""

    covers: sparse.csr_array
    weight: Floats


def _merge(covers: NDArray[np.bool_], weight: Floats) -> _Merged:
    packed = np.packbits(covers, axis=1)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    total = np.bincount(inverse, weights=weight, minlength=first.size)
    keep = (total > 0) & covers[first].any(axis=1)
    return _Merged(sparse.csr_array(covers[first[keep]]), total[keep].astype(np.float64))


def maximal_covering(
    covers: NDArray[np.bool_],
    weight: Floats,
    sites: int,
    *,
    existing: Sequence[int] = (),
    capacity: Floats | None = None,
    deadline: Deadline | None = None,
) -> Answer:
    """Choose ``sites`` new candidates, besides the ``existing`` ones, that cover the most weight.

    ``covers``: demand points × candidates, True where the candidate reaches the point in
    time.  ``weight``: at least 0 each.  ``capacity``: the most weight that a candidate can
    serve; a point may then be served in part, by several.  Raises SitingError.
    """
    deadline = deadline or Deadline.after(60.0)
    fixed = checked(covers.shape, weight, sites, existing)
    merged = _merge(covers, weight)
    if capacity is not None:
        return _capacitated(merged, fixed, sites, capacity, deadline)
    problem = _as_median(merged)
    span = Deadline(deadline.clock() + TREE_SHARE * deadline.left, deadline.clock)
    found = Search(problem, sites, fixed, span, max_nodes=TREE_NODES).run()
    total = float(merged.weight.sum())
    step = 1.0 if integral(weight) else 0.0
    is_open, bound, nodes = found.is_open, found.bound, found.nodes
    if not _closed(found.value, bound, step):
        found = _annealed(merged, found, fixed, Deadline(deadline.clock() + 0.3 * deadline.left, deadline.clock))
        is_open = found.is_open
    if not _closed(found.value, bound, step):
        is_open, bound, nodes = _finish(merged, fixed, sites, found, step, deadline)
    unserved = tuple(int(i) for i in np.nonzero(~covers.any(axis=1))[0])
    value = float(weight[covers[:, is_open == 1].any(axis=1)].sum())
    proved = _closed(total - value, bound, step)
    chosen = tuple(int(j) for j in np.nonzero(is_open)[0])
    return Answer(
        "optimal" if proved else "feasible", chosen, value, value if proved else total - bound, nodes, unserved
    )


def _annealed(merged: _Merged, found: Found, fixed: Small, deadline: Deadline) -> Found:
    """Look for a better set by annealed exchanges from the one found; a fixed number of them, unless time is short."""
    by_site = sparse.csc_array(merged.covers)
    start, point = by_site.indptr.astype(np.int64), by_site.indices.astype(np.int32)
    best, current = found.is_open.astype(np.int32), found.is_open.astype(np.int32)
    opened = np.nonzero((current == 1) & (fixed == 0))[0].astype(np.int32)
    shut = np.nonzero(current == 0)[0].astype(np.int32)
    if opened.size == 0 or shut.size == 0:
        return found
    counts = (merged.covers @ current.astype(np.int64)).astype(np.int64)
    total = float(merged.weight.sum())
    heat = 0.02 * (total - found.value) / opened.size
    figures = np.array([total - found.value, total - found.value])
    for part in range(ANNEALING_PARTS):
        if deadline.passed:
            break
        hot, cold = heat * 0.001 ** (part / ANNEALING_PARTS), heat * 0.001 ** ((part + 1) / ANNEALING_PARTS)
        arguments = (start, point, merged.weight, counts, opened, shut, current, best, figures)
        kernels.anneal(*arguments, hot, cold, ANNEALING_SWAPS // ANNEALING_PARTS, part + 1)
    problem = _as_median(merged)
    value = kernels.serve(problem.start, problem.site, problem.cost, problem.cap, best)
    return replace(found, is_open=best, value=value) if value < found.value else found


def _closed(value: float, bound: float, step: float) -> bool:
    return bound >= value - max(step * (1 - 1e-6), 1e-9 * (1 + abs(value)))


def checked(shape: tuple[int, ...], weight: Floats, sites: int, existing: Sequence[int]) -> Small:
    """Check what every method is given; return the existing sites as an array of 0 and 1.  Raises SitingError."""
    if len(shape) != 2 or shape[1] == 0 or shape[0] == 0:
        raise SitingError("there must be at least one demand point and one candidate", where="matrix")
    if weight.shape != (shape[0],) or not np.all(np.isfinite(weight)) or np.any(weight < 0):
        raise SitingError(
            f"one weight of at least 0 for each of the {shape[0]} demand points is needed", where="weight"
        )
    if any(not 0 <= j < shape[1] for j in existing):
        raise SitingError(f"an existing site is not one of the {shape[1]} candidates", where="existing")
    fixed = np.zeros(shape[1], np.int32)
    fixed[list(existing)] = 1
    room = shape[1] - int(fixed.sum())
    if not 0 <= sites <= room:
        raise SitingError(f"{sites} new sites are asked for, {room} candidates are free", where="sites")
    return fixed


def _as_median(merged: _Merged) -> Sparse:
    start = merged.covers.indptr.astype(np.int64)
    site = merged.covers.indices.astype(np.int32)
    return Sparse(start, site, np.zeros(site.size), merged.weight.astype(np.float64), merged.covers.shape[1])


def _model(rest: Sparse, free: NDArray[np.int64], sites: int) -> highs.Model:
    """Columns: free sites, then points left; rows: the number of sites, then sum(sites) - point >= 0."""
    used = np.nonzero(np.diff(rest.start) > 0)[0]
    place = np.full(rest.sites, -1)
    place[free] = np.arange(free.size)
    counts = np.diff(rest.start)[used]
    row = np.repeat(np.arange(used.size), counts) + 1
    column = place[rest.site]
    rows = sparse.csr_array(
        (
            np.concatenate((np.ones(free.size), np.ones(row.size), -np.ones(used.size))),
            (
                np.concatenate((np.zeros(free.size, np.int64), row, np.arange(used.size) + 1)),
                np.concatenate((np.arange(free.size), column, free.size + np.arange(used.size))),
            ),
        ),
        shape=(used.size + 1, free.size + used.size),
    )
    low = np.concatenate(([-math.inf], np.zeros(used.size)))
    high = np.concatenate(([float(sites)], np.full(used.size, math.inf)))
    cost = np.concatenate((np.zeros(free.size), -rest.cap[used]))
    whole = np.concatenate((np.ones(free.size, bool), np.zeros(used.size, bool)))
    return highs.Model(cost, np.ones(cost.size), whole, rows, low, high)


def _finish(
    merged: _Merged, fixed: Small, sites: int, found: Found, step: float, deadline: Deadline
) -> tuple[Small, float, int]:
    """Let HiGHS decide the sites that the tree's root left open; return the set, the bound and the nodes."""
    rest = _as_median(merged).reduced(found.state)
    free = np.nonzero(found.state == 0)[0]
    left = sites + int(fixed.sum()) - int((found.state == 1).sum())
    model = _model(rest, free, left)
    base = float(rest.cap.sum())
    outcome = highs.solve(model, deadline, step=step)
    best, value = found.is_open, found.value
    if outcome.x is not None:
        trial = (found.state == 1).astype(np.int32)
        trial[free[outcome.x[: free.size] > 0.5]] = 1
        problem = _as_median(merged)
        worth = kernels.serve(problem.start, problem.site, problem.cost, problem.cap, trial)
        if worth < value:
            best, value = filled(trial, sites + int(fixed.sum())), worth
    # What the root closed cannot beat the set it knew: the bound of the whole is the lesser of the two.
    bound = value if outcome.infeasible else min(value, max(found.bound, min(base + outcome.bound, found.value)))
    return best, bound, found.nodes + outcome.nodes


def filled(is_open: Small, count: int) -> Small:
    """Open the first closed sites until ``count`` are open: one more never hurts."""
    result = is_open.copy()
    missing = count - int(result.sum())
    if missing > 0:
        result[np.nonzero(result == 0)[0][:missing]] = 1
    return result


def _capacitated(merged: _Merged, fixed: Small, sites: int, capacity: Floats, deadline: Deadline) -> Answer:
    """Flow from sites to points: at most a point's weight, at most a site's capacity if it is open."""
    points, candidates = merged.covers.shape
    if capacity.shape != (candidates,) or np.any(capacity < 0):
        raise SitingError("one capacity of at least 0 for each candidate is needed", where="capacity")
    pair = merged.covers.tocoo()
    m, flows = candidates, pair.row.size
    columns, at = np.arange(flows) + m, np.arange(m)
    # rows: the number of sites; each point's weight; each site's capacity; a flow only from an open site
    data = np.concatenate(
        (np.ones(m), np.ones(flows), np.ones(flows), -capacity, np.ones(flows), -merged.weight[pair.row])
    )
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
    high = np.concatenate(([float(sites + fixed.sum())], merged.weight, np.zeros(m + flows)))
    model = highs.Model(
        np.concatenate((np.zeros(m), -np.ones(flows))),
        np.concatenate((np.ones(m), np.full(flows, math.inf))),
        np.arange(m + flows) < m,
        sparse.csr_array((data, (row, column)), shape=shape),
        np.full(shape[0], -math.inf),
        high,
    )
    forced = sparse.csr_array((fixed > 0).astype(float).reshape(1, -1))
    model = _with_forced(model, forced, float(fixed.sum()))
    outcome = highs.solve(model, deadline)
    if outcome.x is None:
        return Answer("unknown", (), 0.0, float(merged.weight.sum()))
    chosen = tuple(int(j) for j in np.nonzero(outcome.x[:m] > 0.5)[0])
    bound = -outcome.value if outcome.proved else -outcome.bound
    return Answer("optimal" if outcome.proved else "feasible", chosen, -outcome.value, bound, outcome.nodes)


def _with_forced(model: highs.Model, forced: sparse.csr_array, count: float) -> highs.Model:
    wide = sparse.csr_array((forced.data, forced.indices, forced.indptr), shape=(1, model.cost.size))
    rows = sparse.csr_array(sparse.vstack((model.rows, wide)))
    low = np.concatenate((model.low, [count]))
    high = np.concatenate((model.high, [math.inf]))
    return highs.Model(model.cost, model.upper, model.whole, rows, low, high)
