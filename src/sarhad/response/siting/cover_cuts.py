"""What a maximal covering cannot do with three points at once, and the bound that follows.

A site covers of three points one, two or three; two sites are needed for all three unless
one covers them all, so that for every triple T and every choice of sites

    covered points of T  <=  1 + sum over sites of (points of T that it covers) / 2, rounded up

(a zero-half cut: Caprara and Fischetti 1996).  The linear relaxation, which opens halves
of sites, breaks many of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from sarhad.response.siting.jit import compiled
from sarhad.response.siting.kernels import Floats, Ints

LEAST = 1e-4
"""The share of a site below which the relaxation is taken not to open it."""

BROKEN = 0.05
NEAR, USES = 40, 4
"""How far a cut must be broken to count; how many points beside each are tried, and how many cuts a point is in."""


@compiled
def _mass(start: Ints, site: Ints, share: Floats, b: int, c: int, of_a: Floats) -> tuple[float, float]:
    """Return how much is open of the sites that cover ``b`` and ``c``, and of those that cover ``a``, too."""
    both, all_three = 0.0, 0.0
    k, q = start[b], start[c]
    while k < start[b + 1] and q < start[c + 1]:
        if site[k] == site[q]:
            both += share[site[k]]
            all_three += of_a[site[k]]
            k += 1
            q += 1
        elif site[k] < site[q]:
            k += 1
        else:
            q += 1
    return both, all_three


@compiled
def _broken(
    start: Ints, site: Ints, from_site: Ints, point: Ints, share: Floats, slack: Floats, weight: Floats,
    triple: Ints, by: Floats,
) -> None:  # fmt: skip
    """Fill ``triple`` (points × 2) and ``by`` with the two points beside each that break the cut most."""
    points = slack.size
    mass, of_a = np.zeros(points), np.zeros(share.size)
    for a in range(points):
        if slack[a] > 0.2:
            continue
        near = np.zeros(0, np.int64)
        mass[:] = 0.0
        of_a[:] = 0.0
        for k in range(start[a], start[a + 1]):
            of_a[site[k]] = share[site[k]]
            for q in range(from_site[site[k]], from_site[site[k] + 1]):
                mass[point[q]] += share[site[k]]
        near = np.nonzero((mass > 0.3) & (mass < 0.9) & (slack < 0.2))[0]
        near = near[np.argsort(-weight[near], kind="mergesort")[:NEAR]]
        for m in range(near.size):
            for n in range(m):
                both, all_three = _mass(start, site, share, near[m], near[n], of_a)
                worth = mass[near[m]] + mass[near[n]] + both - 2.0 * all_three - 1.0
                worth -= slack[a] + slack[near[m]] + slack[near[n]]
                if worth > by[a]:
                    by[a] = worth
                    triple[a, 0], triple[a, 1] = near[n], near[m]


def broken(covers: sparse.csr_array, weight: Floats, x: Floats, y: Floats) -> Ints:
    """Return triples of points, cuts × 3, that the shares ``x`` of sites and ``y`` of points break most."""
    share = np.where(x > LEAST, x, 0.0)
    used = sparse.csr_array(covers.multiply(share[None, :] > 0))
    used.eliminate_zeros()
    used.sort_indices()
    columns = sparse.csc_array(used)
    slack = np.maximum(covers @ x - y, 0.0)
    triple, by = np.zeros((weight.size, 2), np.int64), np.full(weight.size, BROKEN)
    parts = (used.indptr, used.indices, columns.indptr, columns.indices)
    start, site, from_site, point = (part.astype(np.int64) for part in parts)
    _broken(start, site, from_site, point, share, slack, weight, triple, by)
    found = np.nonzero(by > BROKEN)[0]
    sets = np.unique(np.sort(np.column_stack((found, triple[found])), axis=1), axis=0)
    order = np.argsort(-weight[sets].min(axis=1), kind="stable")
    uses, taken = np.zeros(weight.size, np.int64), list[Ints]()
    for row in sets[order]:
        if (uses[row] < USES).all():
            uses[row] += 1
            taken.append(row)
    return np.array(taken, np.int64).reshape(len(taken), 3)


@dataclass(frozen=True, slots=True)
class Cuts:
    """Cuts of a problem: ``triples`` (cuts × 3 points), ``sites`` (cuts × sites: half the points covered, up)."""

    triples: Ints
    sites: sparse.csr_array

    @classmethod
    def of(cls, covers: sparse.csr_array, triples: Ints) -> Cuts:
        """Return the cuts of these triples."""
        counts = sparse.csr_array(cls(triples, covers).members(covers.shape[0]) @ covers.astype(np.float64))
        counts.data = np.ceil(counts.data / 2)
        return cls(triples, counts)

    def members(self, points: int) -> sparse.csr_array:
        """Return which points are in each cut, cuts × ``points``."""
        rows = np.repeat(np.arange(len(self.triples)), 3)
        return sparse.csr_array((np.ones(rows.size), (rows, self.triples.ravel())), shape=(len(self.triples), points))

    def worth(self, covers: sparse.csr_array, weight: Floats, u: Floats, v: Floats) -> tuple[float, Floats]:
        """Return what is kept whatever is open, and what each site is worth, at multipliers of at least 0.

        ``u``: of points, ``v``: of cuts.  No choice covers more than what is kept and what its sites are worth.
        """
        kept = weight - u
        np.subtract.at(kept, self.triples.ravel(), np.repeat(v, 3))
        return float(np.maximum(kept, 0.0).sum() + v.sum()), covers.T @ u + self.sites.T @ v

    def bound(self, covers: sparse.csr_array, weight: Floats, sites: int, u: Floats, v: Floats) -> float:
        """Return the Lagrangian bound of any multipliers ``u`` (points) and ``v`` (cuts) of at least 0 each."""
        kept, worth = self.worth(covers, weight, u, v)
        return kept + float(np.sort(worth)[::-1][:sites].sum())
