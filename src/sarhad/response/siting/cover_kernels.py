"""The inner loops of maximal covering: the dual bound, and annealed exchanges.

The problem is given twice: ``start`` and ``site`` list the sites that cover each point,
``from_site`` and ``point`` the points that each site covers.
"""

from __future__ import annotations

import numpy as np

from sarhad.response.siting.jit import compiled, inlined
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


@inlined
def _shut(
    start: Ints, site: Small, from_site: Ints, point: Small, weight: Floats, counts: Ints, gain: Floats, j: int
) -> float:
    """Close site ``j``; return the weight lost.  ``gain``: what each site covers that no open one does."""
    lost = 0.0
    for k in range(from_site[j], from_site[j + 1]):
        i = point[k]
        counts[i] -= 1
        if counts[i] == 0:
            lost += weight[i]
            for q in range(start[i], start[i + 1]):
                gain[site[q]] += weight[i]
    return lost


@inlined
def _open(
    start: Ints, site: Small, from_site: Ints, point: Small, weight: Floats, counts: Ints, gain: Floats, j: int
) -> float:
    """Open site ``j``; return the weight won."""
    won = 0.0
    for k in range(from_site[j], from_site[j + 1]):
        i = point[k]
        if counts[i] == 0:
            won += weight[i]
            for q in range(start[i], start[i + 1]):
                gain[site[q]] -= weight[i]
        counts[i] += 1
    return won


@inlined
def _drawn(gain: Floats, is_open: Small, heat: float, near: Ints) -> int:
    """Draw a closed site with the odds exp(gain / heat): the greatest of as many of Gumbel's values (Gumbel 1954).

    An open site gains nothing.  ``near``: room for those that have any chance.
    """
    most, count = 0.0, 0
    for j in range(gain.size):
        most = max(most, gain[j])
    for j in range(gain.size):
        near[count] = j
        count += gain[j] >= most - 20.0 * heat
    best, into = -np.inf, -1
    for q in range(count):
        j = near[q]
        if is_open[j] == 0:
            worth = gain[j] - heat * np.log(-np.log(np.random.random()))
            if worth > best:
                best, into = worth, j
    return into


@compiled
def heat_bath(
    start: Ints, site: Small, from_site: Ints, point: Small, weight: Floats,
    is_open: Small, best: Small, figures: Floats, hot: float, cold: float, steps: int, seed: int,
) -> None:  # fmt: skip
    """Close a random site and open one drawn by what it wins, again and again while it cools (Geman and Geman 1984).

    ``is_open`` is left as the last step has it, ``best`` as the best; ``figures``: [weight
    covered now, most weight covered].  At least one site is open.
    """
    np.random.seed(seed)
    counts, gain = np.zeros(weight.size, np.int64), np.zeros(is_open.size)
    for i in range(weight.size):
        for q in range(start[i], start[i + 1]):
            gain[site[q]] += weight[i]
    opened = np.nonzero(is_open)[0]
    for a in range(opened.size):
        _open(start, site, from_site, point, weight, counts, gain, opened[a])
    heat, slower, near = hot, (cold / hot) ** (1.0 / steps), np.empty(gain.size + 1, np.int64)
    for _ in range(steps):
        heat *= slower
        a = np.random.randint(opened.size)
        out = opened[a]
        figures[0] -= _shut(start, site, from_site, point, weight, counts, gain, out)
        is_open[out] = 0
        into = _drawn(gain, is_open, heat, near)
        figures[0] += _open(start, site, from_site, point, weight, counts, gain, into)
        is_open[into] = 1
        opened[a] = into
        if figures[0] > figures[1] + 1e-9:
            figures[1] = figures[0]
            best[:] = is_open


@compiled
def temper(
    start: Ints, site: Small, from_site: Ints, point: Small, weight: Floats,
    opened: Ints, is_open: Small, counts: Small, gain: Floats, value: Floats,
    heats: Floats, place: Ints, best: Small, figures: Floats, sweeps: int, rounds: int, odd: int, seed: int,
) -> None:  # fmt: skip
    """Take heat-bath steps in every replica, each at its heat, then let neighbours change places; so many rounds.

    ``place``: which replica is at each of ``heats``.  The other arrays have a row a replica;
    ``best`` and ``figures`` ([its cover]) follow the best choice met.
    """
    np.random.seed(seed)
    replicas, sites = opened.shape
    near = np.empty(is_open.shape[1] + 1, np.int64)
    for r in range(rounds):
        for k in range(replicas):
            s = place[k]
            mine, count, win, at, now = is_open[s], counts[s], gain[s], opened[s], value[s]
            for _ in range(sweeps * sites):
                a = np.random.randint(sites)
                now -= _shut(start, site, from_site, point, weight, count, win, at[a])
                mine[at[a]] = 0
                at[a] = _drawn(win, mine, heats[k], near)
                now += _open(start, site, from_site, point, weight, count, win, at[a])
                mine[at[a]] = 1
                if now > figures[0] + 1e-9:
                    figures[0] = now
                    best[:] = mine
            value[s] = now
        for k in range((odd + r) % 2, replicas - 1, 2):
            hotter, cooler = value[place[k]], value[place[k + 1]]
            odds = (hotter - cooler) * (1.0 / heats[k + 1] - 1.0 / heats[k])
            if odds >= 0.0 or np.random.random() < np.exp(odds):
                place[k], place[k + 1] = place[k + 1], place[k]
