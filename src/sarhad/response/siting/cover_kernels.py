"""The inner loops of maximal covering's dual bound: ``start`` and ``site`` list the sites that cover each point."""

from __future__ import annotations

import numpy as np

from sarhad.response.siting.jit import compiled
from sarhad.response.siting.kernels import Floats, Ints, Small


@compiled
def worth(start: Ints, site: Small, weight: Floats, u: Floats, rho: Floats) -> float:
    """Fill ``rho`` with each site's worth at the multipliers ``u``; return what the points keep: sum(weight - u)."""
    rho[:] = 0.0
    kept = 0.0
    for i in range(weight.size):
        kept += weight[i] - u[i]
        if u[i] > 0.0:
            for k in range(start[i], start[i + 1]):
                rho[site[k]] += u[i]
    return kept


@compiled
def descend(
    start: Ints, site: Small, weight: Floats, sites: int, u: Floats, move: Floats, figures: Floats, rounds: int
) -> None:
    """Lower the upper bound sum(weight - u) + the ``sites`` greatest rho by smoothed subgradients, 0 <= u <= weight.

    The constraint that a point is covered only by an open site is relaxed (Galvão and
    ReVelle 1996).  ``figures``: [least bound so far, cover known, step factor, rounds
    since the bound fell, bound that is low enough]; ``u`` and ``move`` go on where they
    were left, and ``u`` ends at the least bound's.
    """
    here, rho = u.copy(), np.zeros(int(site.max()) + 1 if site.size else 1)
    chosen = np.zeros(rho.size, np.int32)
    for _ in range(rounds):
        value = worth(start, site, weight, here, rho)
        order = np.argsort(-rho, kind="mergesort")[:sites]
        chosen[:] = 0
        for j in order:
            chosen[j] = 1
            value += rho[j]
        figures[3] = 0.0 if value < figures[0] - 1e-6 * abs(figures[0]) else figures[3] + 1.0
        if value < figures[0]:
            figures[0] = value
            u[:] = here
        if figures[0] <= figures[4] or figures[2] < 1e-4:
            return
        if figures[3] > 40:
            figures[2] *= 0.7
            figures[3] = 0.0
            here[:] = u
            move[:] = 0.0
        length = 0.0
        for i in range(weight.size):
            slope = 1.0
            for k in range(start[i], start[i + 1]):
                slope -= chosen[site[k]]
            if (slope < 0.0 and here[i] <= 0.0) or (slope > 0.0 and here[i] >= weight[i]):
                slope = 0.0
            move[i] = slope + 0.7 * move[i]
            length += move[i] * move[i]
        if length < 1e-12:
            return
        step = figures[2] * max(value - figures[1], 1e-9) / length
        for i in range(weight.size):
            here[i] = min(max(here[i] + step * move[i], 0.0), weight[i])
