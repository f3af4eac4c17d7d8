"""The inner loops of the median solver: Lagrangian bound and interchange search.

All take the same sparse problem.  Demand point ``i`` of ``n`` has the sites that can
serve it below ``cap[i]`` in ``site[start[i]:start[i + 1]]``, with their costs, in
ascending order; whoever gets none of them costs ``cap[i]``.  At most ``p`` of the ``m``
sites may be opened.

Bound: the assignment constraints are relaxed with a multiplier a demand point,
``0 <= u[i] <= cap[i]``; then L(u) = sum(u) + the p smallest of
rho[j] = sum_i min(0, cost[i, j] - u[i])   (Cornuejols, Fisher, Nemhauser 1977).
Search: best exchange of one open for one closed site, after Resende and Werneck 2007.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sarhad.response.siting.jit import compiled

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Small: TypeAlias = NDArray[np.int32]

BEYOND = 1.0 + 2e-4
"""Polyak's step aims so far beyond the best cost known: aimed at that cost itself, the bound of a
part in which nothing is better comes nearer to it for ever and never gets there."""


@compiled
def gains(start: Ints, site: Small, cost: Floats, cap: Floats, gain: Floats) -> None:
    """Fill ``gain`` with what opening each site alone saves below the caps."""
    gain[:] = 0.0
    for i in range(cap.size):
        for k in range(start[i], start[i + 1]):
            gain[site[k]] += cap[i] - cost[k]


@compiled
def relax(start: Ints, site: Small, cost: Floats, u: Floats, rho: Floats) -> float:
    """Fill ``rho`` with each site's worth at the multipliers ``u``; return their sum."""
    rho[:] = 0.0
    total = 0.0
    for i in range(u.size):
        ui = u[i]
        total += ui
        for k in range(start[i], start[i + 1]):
            if cost[k] >= ui:
                break
            rho[site[k]] += cost[k] - ui
    return total


@compiled
def direction(start: Ints, site: Small, cost: Floats, u: Floats, chosen: Small, move: Floats) -> float:
    """Fill ``move`` with the subgradient smoothed by the move before; return its squared length."""
    length = 0.0
    for i in range(u.size):
        served = 0
        for k in range(start[i], start[i + 1]):
            if cost[k] >= u[i]:
                break
            served += chosen[site[k]]
        move[i] = (1.0 - served) + 0.3 * move[i]
        length += move[i] * move[i]
    return length


@compiled
def serve(start: Ints, site: Small, cost: Floats, cap: Floats, is_open: Small) -> float:
    """Return the cost of an open set: each demand point goes to its cheapest open site or pays its cap."""
    total = 0.0
    for i in range(cap.size):
        paid = cap[i]
        for k in range(start[i], start[i + 1]):
            if is_open[site[k]]:
                paid = cost[k]
                break
        total += paid
    return total


@compiled
def _two_best(start: Ints, site: Small, cost: Floats, cap: Floats, is_open: Small, i: int) -> tuple[int, float, float]:
    first, c1, c2 = -1, cap[i], cap[i]
    for k in range(start[i], start[i + 1]):
        if is_open[site[k]]:
            if first < 0:
                first, c1 = site[k], cost[k]
            else:
                c2 = cost[k]
                break
    return first, c1, c2


@compiled
def _weigh(
    start: Ints, site: Small, cost: Floats, cap: Floats, is_open: Small, place: Small, extra: Floats
) -> tuple[Floats, Floats]:
    """Return what each site would gain if opened and lose if closed; ``extra`` corrects pairs."""
    gain = np.zeros(is_open.size)
    loss = np.zeros(extra.shape[1])
    extra[:, :] = 0.0
    for i in range(cap.size):
        first, c1, c2 = _two_best(start, site, cost, cap, is_open, i)
        if first >= 0:
            loss[place[first]] += c2 - c1
        for k in range(start[i], start[i + 1]):
            c = cost[k]
            if c >= c2:
                break
            j = site[k]
            if is_open[j]:
                continue
            if c < c1:
                gain[j] += c1 - c
            if first >= 0:
                extra[j, place[first]] += c2 - max(c, c1)
    return gain, loss


@compiled
def interchange(
    start: Ints, site: Small, cost: Floats, cap: Floats, is_open: Small, usable: Small, rounds: int
) -> float:
    """Improve the open set in place by best exchanges until none helps; return its cost.

    ``usable`` 0 forbids a site from being opened.  The number of open sites does not change.
    """
    opened = np.nonzero(is_open)[0]
    place = np.zeros(is_open.size, np.int32)
    extra = np.zeros((is_open.size, max(opened.size, 1)))
    value = serve(start, site, cost, cap, is_open)
    if opened.size == 0:
        return value
    for _ in range(rounds):
        for r in range(opened.size):
            place[opened[r]] = r
        gain, loss = _weigh(start, site, cost, cap, is_open, place, extra)
        best, best_in, best_out = 1e-9 * (1.0 + abs(value)), -1, -1
        for j in range(is_open.size):
            if is_open[j] or not usable[j] or gain[j] <= 0.0:
                continue
            for r in range(opened.size):
                profit = gain[j] - loss[r] + extra[j, r]
                if profit > best:
                    best, best_in, best_out = profit, j, r
        if best_in < 0:
            break
        is_open[opened[best_out]] = 0
        is_open[best_in] = 1
        opened[best_out] = best_in
        value = serve(start, site, cost, cap, is_open)
    return value


@compiled
def _select(rho: Floats, free: Ints, p: int, chosen: Small) -> tuple[float, float, float]:
    """Choose the ``p`` smallest of the free sites; return their sum, the last chosen's and the first left out's rho."""
    values = rho[free]
    order = np.argsort(values, kind="mergesort")
    chosen[:] = 0
    total = 0.0
    for r in range(min(p, free.size)):
        chosen[free[order[r]]] = 1
        total += values[order[r]]
    last = values[order[p - 1]] if 0 < p <= free.size else 0.0
    after = values[order[p]] if p < free.size else 0.0
    return total, last, after


@compiled
def _settle(bound: float, last: float, after: float, rho: Floats, chosen: Small, state: Small, limit: float) -> int:
    """Fix sites whose other choice would reach ``limit``: 1 open, -1 closed; return how many."""
    fixed = 0
    for j in range(state.size):
        if state[j] != 0:
            continue
        if chosen[j]:
            if bound - rho[j] + after >= limit:
                state[j] = 1
                fixed += 1
        elif bound - last + rho[j] >= limit:
            state[j] = -1
            fixed += 1
    return fixed


@compiled
def ascend(
    start: Ints,
    site: Small,
    cost: Floats,
    cap: Floats,
    p: int,
    free: Ints,
    u: Floats,
    state: Small,
    best: Small,
    figures: Floats,
    rounds: int,
    search_every: int,
    shrink_after: int,
) -> tuple[float, Floats]:
    """Raise the bound by a subgradient method with Polyak's step; find better open sets on the way.

    ``figures``: [best cost known, least improvement that counts, first and last step
    factor].  On return ``u`` are the best
    multipliers, ``state`` has what they fix, ``best`` and ``figures[0]`` the best open
    set.  Returns the bound and the share of late rounds in which each site was chosen.
    """
    usable = (state == 0).astype(np.int32)
    rho, move = np.zeros(state.size), np.zeros(u.size)
    chosen, trial = np.zeros(state.size, np.int32), np.zeros(state.size, np.int32)
    share, here = np.zeros(state.size), u.copy()
    bound, factor, idle = -np.inf, figures[2], 0
    for t in range(rounds):
        total = relax(start, site, cost, here, rho)
        picked, last, after = _select(rho, free, p, chosen)
        value = total + picked
        share *= 0.95
        share += 0.05 * chosen
        limit = figures[0] - figures[1]
        idle = 0 if value > bound + 1e-7 * abs(value) else idle + 1
        if value > bound:
            bound = value
            u[:] = here
            _settle(value, last, after, rho, chosen, state, limit)
        if search_every and t % search_every == search_every - 1:
            trial[:] = chosen
            found = interchange(start, site, cost, cap, trial, usable, 1000)
            if found < figures[0] - 1e-9 * (1.0 + abs(found)):
                figures[0] = found
                best[:] = trial
        if bound >= figures[0] - figures[1] or factor < figures[3]:
            break
        if idle >= shrink_after:
            factor, idle = factor * 0.5, 0
            here[:] = u
            move[:] = 0.0
            continue
        length = direction(start, site, cost, here, chosen, move)
        if length < 1e-12:
            break
        step = factor * max(figures[0] * BEYOND - value, 1e-9) / length
        for i in range(here.size):
            here[i] = min(max(here[i] + step * move[i], 0.0), cap[i])
    return bound, share
