"""A choice of sites that is one parent's in a district and the other's everywhere else.

A district is what is nearest to some site, by shared points; as many sites come from the one
parent as leave the other (as edge assembly keeps the number of edges: Nagata and Kobayashi 2013).
"""

from __future__ import annotations

import numpy as np

from sarhad.response.siting import cover_books
from sarhad.response.siting.cover_books import Cover
from sarhad.response.siting.jit import compiled
from sarhad.response.siting.kernels import Ints

MINE, OTHER = 1, 2


@compiled
def around(problem: Cover, first: int, state: Ints) -> Ints:
    """Return ``first`` and all sites that points lead to from it, those of fewer steps first, else in random order."""
    seen, met = np.zeros(problem.weight.size, np.int32), np.zeros(problem.from_site.size - 1, np.int32)
    queue, head, tail = np.empty(met.size, np.int64), 0, 1
    queue[0], met[first] = first, 1
    while head < tail:
        low, high = problem.from_site[queue[head]], problem.from_site[queue[head] + 1]
        head += 1
        turned = int(cover_books.uniform(state) * (high - low))
        for k in range(low, high):
            i = problem.point[k + turned - (high - low if k + turned >= high else 0)]
            if seen[i]:
                continue
            seen[i] = 1
            for q in range(problem.start[i], problem.start[i + 1]):
                j = problem.site[q]
                if not met[j]:
                    met[j], queue[tail] = 1, j
                    tail += 1
    return queue[:tail]


@compiled
def crossed(mine: Ints, other: Ints, order: Ints, count: int, sites: int) -> Ints:
    """Return ``mine`` with its ``count`` first by ``order`` replaced by the other's first as many.

    ``sites``: how many there are.  Where one would be there twice, one of those that left stays.
    """
    whose, new = np.zeros(sites, np.int32), np.zeros(sites, np.int32)
    whose[mine] |= MINE
    whose[other] |= OTHER
    leave, come = order[whose[order] & MINE > 0], order[whose[order] & OTHER > 0]
    count = min(count, leave.size, come.size)
    new[mine] = 1
    new[leave[:count]] = 0
    new[come[:count]] = 1
    short = mine.size - int(new.sum())
    for j in leave[:count]:
        if short > 0 and not new[j]:
            new[j] = 1
            short -= 1
    return np.nonzero(new)[0]
