"""The way that large coverings take, on small ones: its bound, its choices, and that it is right."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import optimize, sparse

from sarhad.response import siting
from sarhad.response.siting import Deadline, covering
from sarhad.response.siting.cover_part import Part
from sarhad.response.siting.cover_relaxed import Relaxation, project
from sarhad.response.siting.cover_temper import Population, balanced, recombined

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
    monkeypatch.setattr(covering, "STRETCHES", 2)
    monkeypatch.setattr(covering, "STRETCH", 20)
    monkeypatch.setattr(covering, "DECIDED", 1.0 if exact else 0.0)
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


def part_of(seed: int, points: int, sites: int, opened: int, reach: float = 0.28) -> Part:
    random = np.random.default_rng(seed)
    at = random.random((points, 2))
    away = np.linalg.norm(at[:, None] - at[None, :sites], axis=2)
    return Part.of(away < reach, random.integers(1, 60, points).astype(float), np.arange(sites), opened)


@pytest.mark.parametrize("seed", range(20))
def test_groups_are_swapped_for_the_most_that_keeps_the_number(seed: int) -> None:
    random = np.random.default_rng(seed)
    gains, more = random.normal(0, 10, 9), random.integers(-3, 4, 9)
    best = max(
        (float(gains[list(chosen)].sum()), chosen)
        for count in range(10)
        for chosen in combinations(range(9), count)
        if more[list(chosen)].sum() == 0
    )
    swapped = balanced(gains, more)
    if best[0] <= 1e-9:
        assert swapped is None
    else:
        assert swapped is not None
        assert more[swapped].sum() == 0
        assert gains[swapped].sum() == pytest.approx(best[0])


@pytest.mark.parametrize("seed", range(20))
def test_two_choices_recombined_are_better_than_either_or_nothing(seed: int) -> None:
    """Sites far from each other: the best of both in every corner, where the numbers allow it."""
    part = part_of(seed, 300, 120, 12, 0.06)
    random = np.random.default_rng(seed)
    mine, other = (np.sort(random.choice(120, 12, replace=False)) for _ in range(2))
    new = recombined(part, mine, other)
    assert new is not None
    assert len(set(new.tolist())) == 12
    assert set(new.tolist()) <= set(mine.tolist()) | set(other.tolist())
    assert part.value(new) > part.value(mine)
    assert recombined(part, mine, mine) is None


@pytest.mark.parametrize("seed", range(6))
def test_replicas_keep_their_books(seed: int) -> None:
    """After exchanges and recombinations every replica's cover and gains are those of its sites."""
    part = part_of(seed, 200, 80, 9)
    population = Population(part, np.geomspace(60.0, 4.0, 6), seed)
    population.cool(UNTIL)
    population.run(200, UNTIL)
    assert sorted(population.place.tolist()) == list(range(6))
    for s in range(6):
        opened = np.sort(population.opened[s])
        assert np.array_equal(np.nonzero(population.is_open[s])[0], opened)
        assert len(set(opened.tolist())) == 9
        assert population.value[s] == pytest.approx(part.value(opened))
        bare = np.where(part.covered(opened), 0.0, part.weight)
        assert population.gain[s] == pytest.approx(part.by_site.T @ bare)
    assert population.figures[0] == pytest.approx(part.value(population.choice))
    assert population.figures[0] >= population.value.max() - 1e-6


def test_replicas_find_the_best_choice() -> None:
    """Four of fourteen sites: every one of these replicas' bests is that of looking at all."""
    for seed in range(8):
        covers, weight = problem(seed)
        part = Part.of(covers, weight, np.arange(14), 4)
        population = Population(part, np.geomspace(40.0, 2.0, 4), seed)
        population.run(60, UNTIL)
        assert part.value(population.choice) == most(covers, weight, 4)
