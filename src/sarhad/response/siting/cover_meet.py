"""What one choice of sites can take over from another.

Where two choices differ, their sites fall into groups that share no point: what one has in a
group can be taken over by the other without touching the rest (as Houdayer's clusters, 2001,
but the best of all such exchanges that keep the number of sites).
"""

from __future__ import annotations

import numpy as np

from sarhad.response.siting.cover_books import Cover
from sarhad.response.siting.jit import compiled, inlined
from sarhad.response.siting.kernels import Ints, Small

MINE, OTHER, BOTH = 1, 2, 3


@inlined
def _root(parent: Ints, a: int) -> int:
    while parent[a] != a:
        a = parent[a]
    return a


@compiled
def _tied(problem: Cover, whose: Small, sites: Ints, first: Small, by: Small) -> Ints:
    """Return a site of the same group for each of the ``sites`` that differ.

    ``first`` and ``by``: the first of them that covers each point, and whose cover it;
    points that a site of both covers, too, tie nothing together.
    """
    for j in range(whose.size):
        if whose[j] == BOTH:
            for k in range(problem.from_site[j], problem.from_site[j + 1]):
                by[problem.point[k]] = -1
    parent = np.arange(sites.size)
    for q in range(sites.size):
        for k in range(problem.from_site[sites[q]], problem.from_site[sites[q] + 1]):
            i = problem.point[k]
            if by[i] >= 0:
                by[i] |= whose[sites[q]]
                if first[i] < 0:
                    first[i] = q
                a, b = _root(parent, q), _root(parent, first[i])
                parent[max(a, b)] = min(a, b)
    return parent


@compiled
def _groups(problem: Cover, whose: Small, sites: Ints) -> tuple[Ints, Ints]:
    """Return the group of each of the ``sites`` that differ, and what each group wins by the other's sites."""
    first, by = np.full(problem.weight.size, -1, np.int32), np.zeros(problem.weight.size, np.int32)
    parent = _tied(problem, whose, sites, first, by)
    group, number, groups = np.empty(sites.size, np.int64), np.empty(sites.size, np.int64), 0
    for q in range(sites.size):
        root = _root(parent, q)
        if root == q:
            number[q] = groups
            groups += 1
        group[q] = number[root]
    gains = np.zeros(groups, np.int64)
    for i in range(first.size):
        if by[i] == MINE:
            gains[group[first[i]]] -= problem.weight[i]
        elif by[i] == OTHER:
            gains[group[first[i]]] += problem.weight[i]
    return group, gains


@compiled
def balanced(gains: Ints, more: Ints) -> Small:
    """Return 1 for each group to swap so that ``gains`` add up to most and ``more`` to 0; all 0 if nothing is won."""
    room = int(np.abs(more).sum())
    most, after = np.full(2 * room + 1, -(2**62), np.int64), np.empty(2 * room + 1, np.int64)
    taken, swapped = np.zeros((gains.size, 2 * room + 1), np.int32), np.zeros(gains.size, np.int32)
    most[room] = 0
    for c in range(gains.size):
        for at in range(2 * room + 1):
            before = at - more[c]
            won = most[before] + gains[c] if 0 <= before <= 2 * room else most[at]
            after[at] = max(won, most[at])
            taken[c, at] = won > most[at]
        most[:] = after
    at = room
    for c in range(gains.size - 1, -1, -1):
        if taken[c, at]:
            swapped[c] = 1
            at -= more[c]
    return swapped


@compiled
def recombined(problem: Cover, mine: Ints, other: Ints) -> Ints:
    """Return the best choice that is ``mine`` in some groups and ``other`` in the rest; no site if none is better."""
    whose = np.zeros(problem.from_site.size - 1, np.int32)
    for j in mine:
        whose[j] |= MINE
    for j in other:
        whose[j] |= OTHER
    sites = np.array([j for j in range(whose.size) if whose[j] in (MINE, OTHER)], dtype=np.int64)
    if sites.size == 0:
        return np.empty(0, np.int64)
    group, gains = _groups(problem, whose, sites)
    more = np.zeros(gains.size, np.int64)
    for q in range(sites.size):
        more[group[q]] += 1 if whose[sites[q]] == OTHER else -1
    swapped = balanced(gains, more)
    if (swapped * gains).sum() <= 0:
        return np.empty(0, np.int64)
    for q in range(sites.size):
        whose[sites[q]] = BOTH if (whose[sites[q]] == OTHER) == (swapped[group[q]] == 1) else 0
    return np.nonzero(whose == BOTH)[0]
