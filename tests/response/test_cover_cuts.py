"""The cuts of maximal covering: no choice of sites breaks one, and they close what halves of sites leave open."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import sparse

from sarhad.response import siting
from sarhad.response.siting import Deadline, covering, highs
from sarhad.response.siting.cover_cuts import Cuts, broken

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
        assert np.all(cuts.rows(30) @ np.concatenate((x, y)) <= 1)
    best = siting.maximal_covering(covers, weight, 4)
    assert best.status == "optimal"
    for _ in range(20):
        bound = cuts.bound(matrix, weight, 4, random.random(30) * 30, random.random(15) * 20)
        assert bound >= best.value


def test_halves_of_sites_are_cut_off() -> None:
    """Two triangles, three sites: the relaxation covers all six points by halves, no choice more than five."""
    covers = np.block([[TRIANGLE, np.zeros_like(TRIANGLE)], [np.zeros_like(TRIANGLE), TRIANGLE]])
    part = covering._part(covers, np.arange(1.0, 7.0), np.zeros(6, np.int32), 3)
    until, order = Deadline.after(60.0), np.argsort(part.weight)
    model = covering._model(part, -math.inf)
    halves = np.full(6, 0.5)
    found = broken(part.covers, part.weight, halves, np.ones(6))
    assert [sorted(order.argsort()[row]) for row in found] == [[3, 4, 5], [0, 1, 2]]
    cuts = Cuts.of(part.covers, found)
    before, after = highs.duals(model, until), highs.duals(highs.with_most(model, cuts.rows(6), 1.0), until)
    assert before is not None
    assert after is not None
    assert part.weight @ before[0][6:] == pytest.approx(21, abs=1e-4)
    u, v = np.maximum(after[1][2:8], 0.0), np.maximum(-after[1][8:], 0.0)
    assert cuts.bound(part.covers, part.weight, 3, u, v) == pytest.approx(20, abs=1e-3)
