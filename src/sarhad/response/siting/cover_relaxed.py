"""The linear relaxation of a maximal covering with cuts, by a first-order method.

    maximise  weight · y   where   y <= A x,   M y <= 1 + C x,   sum(x) = sites,   0 <= x, y <= 1

(``A``: which sites cover a point; ``M``, ``C``: cuts).  Primal and dual steps in turn
(Chambolle and Pock 2011) with diagonal steps (Pock and Chambolle 2011), begun anew from the
average where that is better, with the balance of both kinds of step set from how far each
went (Applegate and others 2021).  Any multipliers bound the cover, so that nothing rests on
how far it came: a large city is within 0.1 % in a tenth of the time of an interior point method.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from sarhad.response.siting.answer import Deadline
from sarhad.response.siting.cover_cuts import Cuts
from sarhad.response.siting.cover_part import Part
from sarhad.response.siting.jit import compiled
from sarhad.response.siting.kernels import Floats, Ints, Small

Matrix = tuple[Ints, Small, Floats]

LOOK, PATIENCE, STILL = 200, 6, 1e-5
"""Steps between two looks at the bound; it is near enough when it fell by less than that share in so many looks."""


@compiled
def _ones(start: Ints, at: Small, x: Floats, out: Floats) -> None:
    """Fill ``out`` with the sums of ``x`` over each row."""
    for i in range(start.size - 1):
        total = 0.0
        for k in range(start[i], start[i + 1]):
            total += x[at[k]]
        out[i] = total


@compiled
def _times(matrix: Matrix, x: Floats, out: Floats) -> None:
    """Add matrix · x to ``out``."""
    start, at, value = matrix
    for i in range(start.size - 1):
        for k in range(start[i], start[i + 1]):
            out[i] += value[k] * x[at[k]]


@compiled
def project(wish: Floats, step: Floats, sites: int, x: Floats) -> None:
    """Fill ``x`` with the nearest to ``wish`` of sum ``sites``, each from 0 to 1, distances divided by ``step``.

    That is wish - level · step, clipped; Newton's method finds the level, kept between bounds.
    """
    low, high = np.inf, -np.inf
    for j in range(wish.size):
        low = min(low, (wish[j] - 1.0) / step[j])
        high = max(high, wish[j] / step[j])
    level = 0.5 * (low + high)
    for _ in range(200):
        total, slope = 0.0, 0.0
        for j in range(wish.size):
            share = wish[j] - level * step[j]
            if share >= 1.0:
                total += 1.0
            elif share > 0.0:
                total += share
                slope += step[j]
        if abs(total - sites) < 1e-10 * sites or high - low < 1e-14 * (1.0 + abs(high)):
            break
        if total > sites:
            low = level
        else:
            high = level
        level = level + (total - sites) / slope if slope > 0.0 else low
        if level <= low or level >= high:
            level = 0.5 * (low + high)
    for j in range(wish.size):
        x[j] = min(max(wish[j] - level * step[j], 0.0), 1.0)


@compiled
def _steps(
    start: Ints, site: Small, from_site: Ints, point: Small, cuts: tuple[Matrix, ...],
    weight: Floats, sites: int, pace: float, step: tuple[Floats, ...],
    here: tuple[Floats, ...], total: tuple[Floats, ...], rounds: int,
) -> None:  # fmt: skip
    """Take so many steps from ``here`` (x, y, u, v), adding each point met to ``total``."""
    members, members_t, halves, halves_t = cuts
    x, y, u, v = here
    wish, moved, ahead_x, ahead_y = np.zeros(x.size), np.zeros(x.size), np.zeros(x.size), np.zeros(y.size)
    by_cut, supply, slope, by_site = np.zeros(y.size), np.zeros(y.size), np.zeros(v.size), step[0] / pace
    for _ in range(rounds):
        _ones(from_site, point, u, wish)
        _times(halves_t, v, wish)
        for j in range(x.size):
            wish[j] = x[j] + by_site[j] * wish[j]
        project(wish, by_site, sites, moved)
        for j in range(x.size):
            ahead_x[j] = 2.0 * moved[j] - x[j]
            x[j] = moved[j]
            total[0][j] += x[j]
        by_cut[:] = 0.0
        _times(members_t, v, by_cut)
        for i in range(y.size):
            new = min(max(y[i] + step[1][i] / pace * (weight[i] - u[i] - by_cut[i]), 0.0), 1.0)
            ahead_y[i] = 2.0 * new - y[i]
            y[i] = new
            total[1][i] += new
        _ones(start, site, ahead_x, supply)
        for i in range(y.size):
            u[i] = max(u[i] + pace * step[2][i] * (ahead_y[i] - supply[i]), 0.0)
            total[2][i] += u[i]
        slope[:] = -1.0
        _times(members, ahead_y, slope)
        for c in range(v.size):
            supplied = 0.0
            for k in range(halves[0][c], halves[0][c + 1]):
                supplied += halves[2][k] * ahead_x[halves[1][k]]
            v[c] = max(v[c] + pace * step[3][c] * (slope[c] - supplied), 0.0)
            total[3][c] += v[c]


def _matrix(rows: sparse.csr_array) -> Matrix:
    rows = sparse.csr_array(rows)
    return rows.indptr.astype(np.int64), rows.indices.astype(np.int32), rows.data.astype(np.float64)


@dataclass(slots=True)
class Relaxation:
    """How far the relaxation of ``part`` is solved.

    ``u`` (points) and ``v`` (cuts) are the multipliers of the least ``bound`` of these cuts.
    """

    part: Part
    cuts: Cuts = field(init=False)
    here: tuple[Floats, ...] = field(init=False)
    """Where the steps are: shares of sites and of points, multipliers of points and of cuts."""
    u: Floats = field(init=False)
    v: Floats = field(init=False)
    bound: float = math.inf
    pace: float = 0.0

    def __post_init__(self) -> None:
        """Begin without cuts, with the same share of every site."""
        points, sites = self.part.covers.shape
        self.cuts = Cuts.of(self.part.covers, np.zeros((0, 3), np.int64))
        self.u, self.v = self.part.weight / 2, np.zeros(0)
        self.here = (np.full(sites, self.part.sites / sites), np.ones(points), self.u.copy(), self.v.copy())
        # What a multiplier is to a share, about: the balance is mended on the way.
        self.pace = 8.0 * float(self.part.weight.mean())

    @property
    def x(self) -> Floats:
        """How much of each site is open."""
        return self.here[0]

    @property
    def y(self) -> Floats:
        """How much of each point is covered."""
        return self.here[1]

    def add(self, triples: Ints) -> bool:
        """Take these cuts, too; return whether any is new."""
        known = {tuple(row) for row in self.cuts.triples.tolist()}
        new = [row for row in triples.tolist() if tuple(row) not in known]
        if not new:
            return False
        self.cuts = Cuts.of(self.part.covers, np.concatenate((self.cuts.triples, np.array(new, np.int64))))
        self.v = np.concatenate((self.v, np.zeros(len(new))))
        self.here = (*self.here[:3], np.concatenate((self.here[3], np.zeros(len(new)))))
        return True

    def improve(self, rounds: int, deadline: Deadline, *, enough: float = -math.inf) -> None:
        """Take at most so many steps, until it hardly falls, it is ``enough``, or the deadline has passed."""
        part, cuts = self.part, self.cuts
        members = cuts.members(part.weight.size)
        matrices = tuple(_matrix(m) for m in (members, members.T, cuts.sites, cuts.sites.T))
        step = self._step(members)
        # The least bounds since the last cuts: with new ones it is at first above what is known.
        here, bounds = self.here, [math.inf]
        begun = tuple(values.copy() for values in here)
        for _ in range(0, rounds, LOOK):
            total = tuple(np.zeros_like(values) for values in here)
            _steps(*part.rows, *part.columns, matrices, part.weight, part.sites, self.pace, step, here, total, LOOK)
            mean = tuple(values / LOOK for values in total)
            average, last = self._offer(mean[2], mean[3]), self._offer(here[2], here[3])
            if average < last:
                here = mean
            self._balance(begun, here, step)
            begun = tuple(values.copy() for values in here)
            bounds.append(min(bounds[-1], average, last))
            still = len(bounds) > PATIENCE and bounds[-1 - PATIENCE] - bounds[-1] < STILL * bounds[-1]
            if still or self.bound <= enough or deadline.passed:
                break
        self.here = here

    def _step(self, members: sparse.csr_array) -> tuple[Floats, ...]:
        """Return the steps of sites, points and their and the cuts' multipliers: one by the sum of what each meets."""
        covers, halves = self.part.covers, self.cuts.sites
        sums = (
            covers.sum(axis=0) + halves.sum(axis=0),
            1.0 + members.sum(axis=0),
            1.0 + covers.sum(axis=1),
            3.0 + halves.sum(axis=1),
        )
        return tuple(1.0 / np.maximum(np.asarray(one, np.float64).ravel(), 1.0) for one in sums)

    def _offer(self, u: Floats, v: Floats) -> float:
        bound = self.cuts.bound(self.part.covers, self.part.weight, self.part.sites, u, v)
        if bound < self.bound:
            self.bound, self.u, self.v = bound, u.copy(), v.copy()
        return bound

    def _balance(self, old: tuple[Floats, ...], new: tuple[Floats, ...], step: tuple[Floats, ...]) -> None:
        """Set the pace so that shares and multipliers go as far, each in its own steps; halfway, in logarithms."""
        far = [float(((b - a) ** 2 / s).sum()) for a, b, s in zip(old, new, step, strict=True)]
        shares, multipliers = math.sqrt(far[0] + far[1]), math.sqrt(far[2] + far[3])
        if shares > 1e-12 and multipliers > 1e-12:
            self.pace = math.sqrt(self.pace * multipliers / shares)
