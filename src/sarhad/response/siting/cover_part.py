"""A maximal covering, or what is left of it: points and sites as sparse incidences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sarhad.response.siting.dominance import maximal
from sarhad.response.siting.kernels import Floats, Ints, Small

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Part:
    """Points (merged) × free sites, ``number`` of each site in the input, how many ``sites`` to open."""

    covers: sparse.csr_array
    by_site: sparse.csc_array
    weight: Floats
    number: Ints
    sites: int

    @classmethod
    def of(cls, covers: Bools, weight: Floats, number: Ints, sites: int) -> Part:
        """Return the part of these incidences, as they are."""
        matrix = sparse.csr_array(covers)
        return cls(matrix, sparse.csc_array(matrix), weight, number.astype(np.int64), min(sites, number.size))

    @classmethod
    def whole(cls, covers: Bools, weight: Floats, fixed: Small, sites: int) -> Part:
        """Leave out sites that another free one replaces; points with the same sites become one."""
        number = np.nonzero(fixed == 0)[0]
        small = covers[weight > 0][:, number]
        mass = weight[weight > 0]
        small, (mass,) = merged(small, mass)
        given = cls.of(small, mass, number, sites)
        if small.size:
            keep = maximal(*given.rows, *given.columns)
            small, (mass,) = merged(small[:, keep], mass)
            given = cls.of(small, mass, number[keep], sites)
        return given

    @property
    def rows(self) -> tuple[Ints, Small]:
        """Where each point's sites start, and which they are."""
        return self.covers.indptr.astype(np.int64), self.covers.indices.astype(np.int32)

    @property
    def columns(self) -> tuple[Ints, Small]:
        """Where each site's points start, and which they are."""
        return self.by_site.indptr.astype(np.int64), self.by_site.indices.astype(np.int32)

    @property
    def size(self) -> int:
        """Incidences."""
        return int(self.covers.nnz)

    def covered(self, local: Ints) -> Bools:
        """Tell which points the part's own sites ``local`` cover."""
        result: Bools = np.asarray(self.covers[:, local].sum(axis=1)) > 0
        return result

    def value(self, local: Ints) -> float:
        """Return the weight that the part's own sites ``local`` cover."""
        return float(self.weight[self.covered(local)].sum())

    def among(self, keep: Ints, rows: Bools, sites: int) -> Part:
        """Return the part of its sites ``keep`` and its points ``rows`` alone."""
        small, (mass,) = merged(self.covers[rows][:, keep].toarray(), self.weight[rows])
        return Part.of(small, mass, self.number[keep], sites)


def merged(covers: Bools, *figures: Floats) -> tuple[Bools, list[Floats]]:
    """Make points with the same sites one, adding up each of the figures; drop points that no site covers."""
    some = covers.any(axis=1)
    covers, figures = covers[some], tuple(figure[some] for figure in figures)
    packed = np.packbits(covers, axis=1)
    if not packed.size:
        return covers, list(figures)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    sums = [np.bincount(inverse, weights=figure, minlength=first.size).astype(np.float64) for figure in figures]
    return covers[first], sums


def greedy(part: Part) -> Ints:
    """Open, again and again, the site that adds the most weight."""
    bare, chosen = part.weight.copy(), list[int]()
    start, point = part.columns
    gain = np.asarray(part.by_site.T @ bare)
    for _ in range(part.sites):
        gain[chosen] = -1.0
        j = int(np.argmax(gain))
        chosen.append(j)
        bare[point[start[j] : start[j + 1]]] = 0.0
        gain = np.asarray(part.by_site.T @ bare)
    return np.array(chosen, np.int64)
