"""The cuts of maximal covering: no choice of sites breaks one, and they close what halves of sites leave open."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from sarhad.response import siting
from sarhad.response.siting import Deadline
from sarhad.response.siting.cover_cuts import Cuts, broken
from sarhad.response.siting.cover_part import Part
from sarhad.response.siting.cover_relaxed import Relaxation

TRIANGLE = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 1]], bool)
"""Three points, three sites, each covers two."""


@pytest.mark.parametrize("seed", range(20))
def test_no_choice_of_sites_breaks_a_cut_and_any_multipliers_bound_the_cover(seed: int) -> None:
    random = np.random.default_rng(seed)
    covers, weight = random.random((30, 12)) < 0.25, random.integers(1, 50, 30).astype(float)
    matrix = sparse.csr_array(covers)
    triples = np.array([np.sort(random.choice(30, 3, replace=False)) for _ in range(15)], np.int64)
    cuts = Cuts.of(matrix, triples)
    for _ in range(20):
        x = np.zeros(12)
        x[random.choice(12, 4, replace=False)] = 1.0
        y = (covers @ x > 0).astype(float)
        assert np.all(cuts.members(30) @ y - cuts.sites @ x <= 1)
    best = siting.maximal_covering(covers, weight, 4)
    assert best.status == "optimal"
    for _ in range(20):
        bound = cuts.bound(matrix, weight, 4, random.random(30) * 30, random.random(15) * 20)
        assert bound >= best.value


def test_halves_of_sites_are_cut_off() -> None:
    """Two triangles, three sites: the relaxation covers all six points by halves, no choice more than five."""
    covers = np.block([[TRIANGLE, np.zeros_like(TRIANGLE)], [np.zeros_like(TRIANGLE), TRIANGLE]])
    part = Part.whole(covers, np.arange(1.0, 7.0), np.zeros(6, np.int32), 3)
    until, order = Deadline.after(60.0), np.argsort(part.weight)
    relaxation = Relaxation(part)
    relaxation.improve(4000, until)
    assert relaxation.bound == pytest.approx(21, abs=1e-3)
    found = broken(part.covers, part.weight, np.full(6, 0.5), np.ones(6))
    assert [sorted(order.argsort()[row]) for row in found] == [[3, 4, 5], [0, 1, 2]]
    assert relaxation.add(found)
    relaxation.improve(4000, until)
    assert relaxation.bound == pytest.approx(20, abs=1e-3)
    assert not relaxation.add(found)
