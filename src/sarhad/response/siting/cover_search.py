"""Covers of so many sites, looked for by exchanges.

The problem is given twice: ``start`` and ``site`` list the sites that cover each point,
``from_site`` and ``point`` the points that each site covers.
"""

from __future__ import annotations

import numpy as np

from sarhad.response.siting.jit import compiled
from sarhad.response.siting.kernels import Ints, Small


@compiled
def _open(
    start: Ints, site: Ints, from_site: Ints, point: Ints, heavy: Ints,
    counts: Ints, is_open: Small, gain: Ints, loss: Ints, j: int,
) -> None:  # fmt: skip
    """Open site ``j``; ``gain``: what a site would newly cover, ``loss``: what an open one alone covers."""
    is_open[j] = 1
    for k in range(from_site[j], from_site[j + 1]):
        i = point[k]
        if counts[i] == 0:
            for q in range(start[i], start[i + 1]):
                gain[site[q]] -= heavy[i]
            loss[j] += heavy[i]
        elif counts[i] == 1:
            for q in range(start[i], start[i + 1]):
                if is_open[site[q]] and site[q] != j:
                    loss[site[q]] -= heavy[i]
        counts[i] += 1


@compiled
def _shut(
    start: Ints, site: Ints, from_site: Ints, point: Ints, heavy: Ints,
    counts: Ints, is_open: Small, gain: Ints, loss: Ints, j: int,
) -> None:  # fmt: skip
    """Close site ``j``: the reverse of opening it."""
    is_open[j] = 0
    for k in range(from_site[j], from_site[j + 1]):
        i = point[k]
        if counts[i] == 1:
            for q in range(start[i], start[i + 1]):
                gain[site[q]] += heavy[i]
            loss[j] -= heavy[i]
        elif counts[i] == 2:
            for q in range(start[i], start[i + 1]):
                if is_open[site[q]]:
                    loss[site[q]] += heavy[i]
        counts[i] -= 1


@compiled
def _bare(counts: Ints) -> int:
    """Return a random point that no open site covers, -1 if there is none."""
    seen, pick = 0, -1
    for i in range(counts.size):
        if counts[i] == 0:
            seen += 1
            if np.random.randint(seen) == 0:
                pick = i
    return pick


@compiled
def _best(worth: Ints, last: Ints, among: Ints, barred: int) -> int:
    """Return which of the sites is worth most, the one longest left alone of equals, -1 if only ``barred`` is there."""
    best = -1
    for q in range(among.size):
        j = among[q]
        if j != barred and (best < 0 or worth[j] > worth[best] or (worth[j] == worth[best] and last[j] < last[best])):
            best = j
    return best


@compiled
def covered(start: Ints, site: Ints, from_site: Ints, point: Ints, is_open: Small, steps: int, seed: int) -> bool:
    """Exchange open sites for others until every point is covered; True if so, ``is_open`` then says by which.

    Points that stay bare grow heavier (Gao, Weise and Li 2014): each step closes the
    site that loses least and opens the one that wins most at a random bare point.
    """
    np.random.seed(seed)
    heavy, counts = np.ones(start.size - 1, np.int64), np.zeros(start.size - 1, np.int64)
    gain, loss, last = np.zeros_like(from_site), np.zeros_like(from_site), np.zeros_like(from_site)
    for q in range(site.size):
        gain[site[q]] += 1
    opened = np.nonzero(is_open)[0]
    is_open[:] = 0
    for q in range(opened.size):
        _open(start, site, from_site, point, heavy, counts, is_open, gain, loss, opened[q])
    barred = -1
    for step in range(1, steps + 1):
        pick = _bare(counts)
        if pick < 0:
            return True
        out = _best(-loss, last, opened, barred)
        if out < 0:
            return False
        _shut(start, site, from_site, point, heavy, counts, is_open, gain, loss, out)
        into = _best(gain, last, site[start[pick] : start[pick + 1]], out)
        barred = into if into >= 0 else out
        _open(start, site, from_site, point, heavy, counts, is_open, gain, loss, barred)
        opened[opened == out] = barred
        last[out] = last[barred] = step
        for i in range(counts.size):
            if counts[i] == 0:
                heavy[i] += 1
                for q in range(start[i], start[i + 1]):
                    gain[site[q]] += 1
    return False
