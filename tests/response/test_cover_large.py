"""The way that large coverings take, on small ones: its bound, its choices, and that it is right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, product

import numpy as np
import pytest
from scipy import optimize, sparse

from sarhad.response import siting
from sarhad.response.siting import Deadline, cover_books, cover_temper, covering
from sarhad.response.siting.cover_meet import balanced, recombined
from sarhad.response.siting.cover_part import Part
from sarhad.response.siting.cover_relaxed import Relaxation, project
from sarhad.response.siting.cover_temper import Population, Populations, heats

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
    monkeypatch.setattr(covering, "STRETCHES", 3)
    monkeypatch.setattr(cover_temper, "STRETCH", 20)
    monkeypatch.setattr(cover_temper, "STALE", 5)
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
    """With several populations at work, and with one thread for all."""
    monkeypatch.setattr(covering, "HIGHS_SOON", -1)
    monkeypatch.setattr(covering, "STRETCHES", 4)
    monkeypatch.setattr(cover_temper, "STRETCH", 30)
    monkeypatch.setattr(cover_temper, "STALE", 40)
    covers, weight = problem(3, 300, 120)
    answers = [siting.maximal_covering(covers, weight, 9)]
    monkeypatch.setattr(cover_temper, "ThreadPoolExecutor", lambda _: ThreadPoolExecutor(1))
    answers.append(siting.maximal_covering(covers, weight, 9))
    assert answers[0] == answers[1]


def part_of(seed: int, points: int, sites: int, opened: int, reach: float = 0.28, scale: float = 1.0) -> Part:
    random = np.random.default_rng(seed)
    at = random.random((points, 2))
    away = np.linalg.norm(at[:, None] - at[None, :sites], axis=2)
    return Part.of(away < reach, scale * random.integers(1, 60, points).astype(float), np.arange(sites), opened)


@pytest.mark.parametrize("seed", range(20))
def test_groups_are_swapped_for_the_most_that_keeps_the_number(seed: int) -> None:
    random = np.random.default_rng(seed)
    gains, more = random.integers(-20, 20, 9), random.integers(-3, 4, 9)
    best = max(
        int(gains[list(chosen)].sum())
        for count in range(10)
        for chosen in combinations(range(9), count)
        if more[list(chosen)].sum() == 0
    )
    swapped = balanced(gains, more).astype(bool)
    assert more[swapped].sum() == 0
    assert gains[swapped].sum() == best


@pytest.mark.parametrize("seed", range(20))
def test_two_choices_recombined_are_the_best_of_both(seed: int) -> None:
    """Every choice that takes whole groups from one or the other is tried."""
    part = part_of(seed, 200, 80, 7, 0.08)
    random = np.random.default_rng(seed)
    mine, other = (np.sort(random.choice(80, 7, replace=False)) for _ in range(2))
    problem = cover_books.cover(part)
    new = recombined(problem, mine, other)
    groups = apart(part, mine, other)
    best = max(
        part.value(np.array(sorted(sites), np.int64))
        for taken in product((0, 1), repeat=len(groups))
        if len(sites := set().union(*(group[side] for group, side in zip(groups, taken, strict=True)))) == 7
    )
    found = part.value(mine) if not new.size else part.value(new)
    assert found == best
    assert not new.size or len(set(new.tolist())) == 7
    assert recombined(problem, mine, mine).size == 0


def apart(part: Part, mine: np.ndarray, other: np.ndarray) -> list[tuple[set[int], set[int]]]:
    """The groups: sites of the one and of the other that share points, and what both have by itself."""
    both = set(mine.tolist()) & set(other.tolist())
    bare = ~part.covered(np.array(sorted(both), np.int64))
    left = sorted((set(mine.tolist()) | set(other.tolist())) - both)
    groups: list[set[int]] = []
    for site in left:
        near = {site}
        for group in [g for g in groups if any(shares(part, bare, site, one) for one in g)]:
            near |= group
            groups.remove(group)
        groups.append(near)
    sides = [({j for j in g if j in mine}, {j for j in g if j in other}) for g in groups]
    return [*sides, (both, both)]


def shares(part: Part, bare: np.ndarray, a: int, b: int) -> bool:
    return bool(((part.covers[:, [a, b]].sum(axis=1) == 2) & bare).any())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("scale", [1.0, 0.37], ids=["whole", "fractions"])
def test_replicas_keep_their_books(seed: int, scale: float) -> None:
    """After exchanges, refinements and recombinations every replica's sums are those of its sites."""
    part = part_of(seed, 200, 80, 9, scale=scale)
    population = Population.of(part, seed, np.geomspace(60.0, 4.0, 6) * cover_books.units(part))
    population.cool(UNTIL)
    population.run(100, UNTIL)
    for one in population.choices:
        assert len(set(one.opened.tolist())) == 9
        assert set(np.nonzero(one.is_open[:80])[0].tolist()) == set(one.opened.tolist())
        anew = cover_books.choice(population.problem, one.opened, 1)
        for book in ("opened", "is_open", "counts", "slots", "gain", "own"):
            assert np.array_equal(getattr(one, book), getattr(anew, book))
        assert one.figures[0] == anew.figures[0]
        assert one.figures[0] / cover_books.units(part) == pytest.approx(part.value(one.opened))
        assert one.figures[1] / cover_books.units(part) == pytest.approx(part.value(one.best))
    assert population.covered == max(int(one.figures[1]) for one in population.choices)


def test_the_books_of_a_choice_are_those_of_a_count() -> None:
    part = part_of(1, 120, 50, 6)
    one = cover_books.choice(cover_books.cover(part), np.array([3, 9, 14, 20, 33, 41]), 1)
    covers, counts = part.covers.toarray(), part.covers[:, one.opened].sum(axis=1)
    assert np.array_equal(one.counts, counts)
    assert np.array_equal(one.gain[:50], part.weight[counts == 0] @ covers[counts == 0])
    for slot, site in enumerate(one.opened):
        alone = (counts == 1) & covers[:, site]
        assert np.array_equal(one.own[slot][:50], part.weight[alone] @ covers[alone])
    assert one.figures[0] == part.value(one.opened)


@pytest.mark.parametrize(("spare", "coldest", "replicas"), [(1e9, 0.002, 10), (0.0, 0.0002, 16), (24.0, 0.0006, 13)])
def test_where_nearly_all_is_covered_it_goes_on_colder(spare: float, coldest: float, replicas: int) -> None:
    part = part_of(1, 2000, 80, 9)
    mean = part.weight.sum() / 9
    ladder = heats(part, spare * mean / 200)
    assert ladder.size == replicas
    assert ladder[-1] == pytest.approx(coldest * mean)
    assert np.allclose(np.diff(np.log(ladder)), np.log(ladder[1] / ladder[0]))


def test_populations_find_the_best_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four of fourteen sites: the best is that of looking at all, and stays when populations follow each other."""
    monkeypatch.setattr(cover_temper, "STRETCH", 30)
    monkeypatch.setattr(cover_temper, "STALE", 20)
    for seed in range(8):
        covers, weight = problem(seed)
        part = Part.of(covers, weight, np.arange(14), 4)
        populations, best = Populations(part, 0.0), most(covers, weight, 4)
        values = [part.value(populations.run(UNTIL)) for _ in range(6)]
        assert values == sorted(values)
        assert values[-1] == best
        assert populations.begun > cover_temper.POPULATIONS
