"""The way that large coverings take, on small ones: its bound, its choices, and that it is right."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import optimize, sparse

from sarhad.response import siting
from sarhad.response.siting import Deadline, covering
from sarhad.response.siting.cover_anneal import anew, near
from sarhad.response.siting.cover_part import Part
from sarhad.response.siting.cover_relaxed import Relaxation, project

UNTIL = Deadline.after(600.0)


def problem(seed: int, points: int = 40, sites: int = 14) -> tuple[np.ndarray, np.ndarray]:
    """Random points in a square, some of them sites; what is near is covered."""
    random = np.random.default_rng(seed)
    at = random.random((points, 2))
    away = np.linalg.norm(at[:, None] - at[None, :sites], axis=2)
    return away < 0.28, random.integers(1, 60, points).astype(float)


def most(covers: np.ndarray, weight: np.ndarray, sites: int) -> float:
    return max(
        float(weight[covers[:, list(chosen)].any(axis=1)].sum())
        for chosen in combinations(range(covers.shape[1]), sites)
    )


def relaxed(part: Part) -> float:
    """The relaxation's optimum, by another solver."""
    points, free = part.covers.shape
    rows = sparse.hstack((-part.covers.astype(float), sparse.eye_array(points)))
    found = optimize.linprog(
        np.concatenate((np.zeros(free), -part.weight)),
        A_ub=rows,
        b_ub=np.zeros(points),
        A_eq=np.concatenate((np.ones(free), np.zeros(points)))[None, :],
        b_eq=[part.sites],
        bounds=(0, 1),
    )
    return -float(found.fun)


@pytest.mark.parametrize("seed", range(12))
def test_the_relaxation_comes_to_its_optimum_and_never_below(seed: int) -> None:
    covers, weight = problem(seed)
    part = Part.whole(covers, weight, np.zeros(14, np.int32), 3)
    relaxation = Relaxation(part)
    relaxation.improve(20_000, UNTIL)
    optimum = relaxed(part)
    assert optimum - 1e-6 <= relaxation.bound <= optimum * 1.001


@pytest.mark.parametrize("seed", range(20))
def test_what_is_projected_is_nearest(seed: int) -> None:
    """One level for all that are neither shut nor open; beyond it the shut, below it the open."""
    random = np.random.default_rng(seed)
    wish, step, x = random.normal(0.3, 1.0, 30), random.uniform(0.05, 3.0, 30), np.zeros(30)
    sites = int(random.integers(1, 29))
    project(wish, step, sites, x)
    assert x.sum() == pytest.approx(sites, abs=1e-6)
    assert np.all((x >= 0) & (x <= 1))
    level = (wish - x) / step
    between = level[(x > 1e-9) & (x < 1 - 1e-9)]
    assert np.ptp(between) < 1e-6 if between.size else True
    assert level[x == 0].max(initial=-np.inf) <= level[x > 0].min(initial=np.inf) + 1e-6
    assert level[x < 1].max(initial=-np.inf) <= level[x == 1].min(initial=np.inf) + 1e-6


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("exact", [True, False], ids=["with-highs", "without"])
def test_a_covering_taken_for_large_is_right(seed: int, exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "HIGHS_SOON", -1)
    monkeypatch.setattr(covering, "HIGHS_AT_ALL", 10**9 if exact else -1)
    monkeypatch.setattr(covering, "LIKELY", 6)
    monkeypatch.setattr(covering, "RENEWALS", 4)
    covers, weight = problem(seed)
    sites = 2 + seed % 4
    answer, best = siting.maximal_covering(covers, weight, sites), most(covers, weight, sites)
    assert answer.value <= best <= answer.bound + 1e-6
    assert len(answer.sites) == sites
    assert answer.value == weight[covers[:, list(answer.sites)].any(axis=1)].sum()
    if exact:
        assert (answer.status, answer.value) == ("optimal", best)


def test_the_same_question_has_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "HIGHS_SOON", -1)
    covers, weight = problem(3, 300, 120)
    assert siting.maximal_covering(covers, weight, 9) == siting.maximal_covering(covers, weight, 9)


@pytest.mark.parametrize("seed", range(10))
def test_a_neighbourhood_annealed_anew_is_never_worse_and_keeps_the_rest(seed: int) -> None:
    covers, weight = problem(seed, 200, 80)
    part = Part.whole(covers, weight, np.zeros(80, np.int32), 8)
    random = np.random.default_rng(seed)
    opened = np.sort(random.choice(part.number.size, 8, replace=False))
    released = near(part, opened, 5, 4)
    assert released[0] == 5
    assert len(set(released.tolist())) == released.size <= 4
    new = anew(part, opened, released, (20.0, 1.0), 300, seed, UNTIL, 60.0)
    assert set(np.delete(opened, released)) <= set(new.tolist())
    assert len(set(new.tolist())) == 8
    assert part.value(new) > part.value(opened)
