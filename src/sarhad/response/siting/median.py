"""p-median: the sites that make the weighted sum of travel times least, with the proof."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sarhad.response.siting.answer import Answer, Deadline, SitingError, checked, filled
from sarhad.response.siting.kernels import Floats
from sarhad.response.siting.sparse import from_matrix, weighted
from sarhad.response.siting.tree import Search


def p_median(
    cost: Floats,
    weight: Floats,
    sites: int,
    *,
    existing: Sequence[int] = (),
    at_most: float | None = None,
    deadline: Deadline | None = None,
) -> Answer:
    """Choose ``sites`` new candidates, besides the ``existing`` ones, with the least weighted cost.

    ``cost``: demand points × candidates, at least 0, infinite where nobody gets there.
    ``at_most`` is what a point costs that nobody serves below it; by default more than
    all finite costs together, so that as many as possible are served.  A point that no
    candidate serves at all is left out of the value and listed as unserved.  Raises SitingError.
    """
    fixed = checked(cost.shape, weight, sites, existing)
    if np.any(np.isnan(cost)) or np.any(cost < 0):
        raise SitingError("every cost must be at least 0", where="cost")
    if sites + int(fixed.sum()) == 0:
        raise SitingError("at least one site is needed", where="sites", code="plan-no-site")
    served = np.isfinite(cost).any(axis=1)
    worst = float(np.max(cost, where=np.isfinite(cost), initial=0.0))
    near, mass = (cost, weight) if served.all() else (cost[served], weight[served])
    some_unreached = bool(np.isinf(near).any())
    default = worst * (float(served.sum()) if some_unreached else 1.0) + 1.0
    cap = mass * (at_most if at_most is not None else default)
    found = Search(from_matrix(near, mass, cap), sites, fixed, deadline or Deadline.after(60.0)).run()
    is_open = filled(found.is_open, sites + int(fixed.sum()))
    chosen = tuple(int(j) for j in np.nonzero(is_open)[0])
    value = float(np.minimum(weighted(near[:, is_open == 1], mass).min(axis=1), cap).sum())
    proved = found.bound >= found.value or (value == found.value and found.bound >= value)
    unserved = tuple(int(i) for i in np.nonzero(~served)[0])
    bound = value if proved else found.bound
    return Answer("optimal" if proved else "feasible", chosen, value, bound, found.nodes, unserved)
