"""Good choices for a maximal covering: annealing, and annealing anew of a neighbourhood.

Two good choices of a large problem differ by how many sites stand in a district.  So it is
first annealed as a whole, several times, and then half of the best choice's sites, those
near one of them, are put where they will, again and again (a large neighbourhood: Shaw 1998).
"""

from __future__ import annotations

import numpy as np

from sarhad.response.siting import cover_kernels
from sarhad.response.siting.answer import Deadline
from sarhad.response.siting.cover_part import Part
from sarhad.response.siting.kernels import Floats, Ints

WAVES = 12
"""How far at most, from site to point to site, the neighbours of a site are looked for."""


def anneal(
    part: Part, start: Ints, heats: tuple[float, float], steps: int, looks: int, seed: int,
    deadline: Deadline, allowed_s: float,
) -> Ints:  # fmt: skip
    """Anneal from the part's own sites ``start``; return the best choice met.

    ``heats``: the first and the last.  It takes ``steps`` in ``looks`` pieces; where the
    clock is further on than that, ``allowed_s`` decides how cool it is: what is cut off
    while it is hot is no choice.
    """
    is_open = np.zeros(part.number.size, np.int32)
    is_open[start] = 1
    now = part.value(start)
    figures, best = np.array([now, now]), is_open.copy()
    arrays = (*part.rows, *part.columns, part.weight, is_open, best, figures)
    hot, cooling = heats[0], heats[1] / heats[0]
    begun, done, look = deadline.left, 0.0, 0
    while done < 1.0 and not deadline.passed:
        heat = hot * cooling**done
        cover_kernels.heat_bath(
            *arrays, heat, heat * cooling ** (1.0 / looks), max(steps // looks, 1), 1000 * seed + look
        )
        look += 1
        done = max(look / looks, (begun - deadline.left) / max(allowed_s, 1e-9))
    return np.nonzero(best)[0]


def near(part: Part, opened: Ints, first: int, count: int) -> Ints:
    """Return which of ``opened`` stand nearest to the one in place ``first``: by the sites between that cover both."""
    mine = part.by_site[:, opened]
    wave = np.zeros(part.weight.size)
    wave[mine[:, [first]].indices] = 1.0
    order, taken = [first], np.zeros(opened.size, bool)
    taken[first] = True
    for _ in range(WAVES):
        between = (part.by_site.T @ wave > 0).astype(float)
        reached: Floats = part.covers @ between
        shared = mine.T @ reached
        new = [int(a) for a in np.argsort(-shared, kind="stable") if shared[a] > 0 and not taken[a]]
        order += new
        taken[new] = True
        if len(order) >= count or not new:
            break
        wave = (reached > 0).astype(float)
    return np.array(order[:count], np.int64)


def anew(
    part: Part, opened: Ints, released: Ints, heats: tuple[float, float], sweeps: int, seed: int,
    deadline: Deadline, allowed_s: float,
) -> Ints:  # fmt: skip
    """Put the sites in places ``released`` of ``opened`` where they cover most; return the new choice, never worse.

    ``sweeps``: steps for each of them; the clock as in ``anneal``.
    """
    rest, out = np.delete(opened, released), opened[released]
    bare = ~part.covered(rest)
    district = np.nonzero(part.by_site.T @ (part.covered(out) & bare).astype(float) > 0)[0]
    keep = np.union1d(district, out)
    small = part.among(keep, bare, out.size)
    if small.sites >= keep.size or not small.weight.size:
        return opened
    start = np.searchsorted(keep, out)
    found = anneal(small, start, heats, sweeps * out.size, 10, seed, deadline, allowed_s)
    if small.value(found) <= small.value(start) + 1e-9 * (1.0 + part.weight.sum()):
        return opened
    return np.sort(np.concatenate((rest, keep[found])))
