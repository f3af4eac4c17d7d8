"""The way that large coverings take, on small ones: its bound, its choices, and that it is right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest
from scipy import optimize, sparse

from sarhad.response import siting
from sarhad.response.siting import Deadline, cover_books, cover_memetic, covering
from sarhad.response.siting.cover_cross import around, crossed
from sarhad.response.siting.cover_memetic import Pools, admitted
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
    monkeypatch.setattr(covering, "STRETCHES", 3)
    monkeypatch.setattr(cover_memetic, "STRETCH", 40)
    monkeypatch.setattr(cover_memetic, "MEMBERS", 4)
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
    """With several breeders at work, and with one thread for all."""
    monkeypatch.setattr(covering, "HIGHS_SOON", -1)
    monkeypatch.setattr(covering, "STRETCHES", 4)
    monkeypatch.setattr(covering, "HIGHS_AT_ALL", -1)
    monkeypatch.setattr(cover_memetic, "MEMBERS", 6)
    monkeypatch.setattr(cover_memetic, "SWEEPS", 40)
    covers, weight = problem(3, 300, 120)
    answers = [siting.maximal_covering(covers, weight, 9)]
    monkeypatch.setattr(cover_memetic, "ThreadPoolExecutor", lambda _: ThreadPoolExecutor(1))
    answers.append(siting.maximal_covering(covers, weight, 9))
    assert answers[0] == answers[1]


def part_of(seed: int, points: int, sites: int, opened: int, reach: float = 0.28, scale: float = 1.0) -> Part:
    random = np.random.default_rng(seed)
    at = random.random((points, 2))
    away = np.linalg.norm(at[:, None] - at[None, :sites], axis=2)
    return Part.of(away < reach, scale * random.integers(1, 60, points).astype(float), np.arange(sites), opened)


@pytest.mark.parametrize("seed", range(20))
def test_a_child_has_a_district_of_the_other_parent_and_the_rest_of_its_own(seed: int) -> None:
    part = part_of(seed, 200, 80, 9, 0.12)
    random = np.random.default_rng(seed)
    mine, other = (np.sort(random.choice(80, 9, replace=False)) for _ in range(2))
    first, count = int(mine[seed % 9]), 1 + seed % 6
    order = around(cover_books.cover(part), first, np.array([seed]))
    new = crossed(mine, other, order, count, 80)
    leave, come = ([j for j in order.tolist() if j in sites] for sites in (mine.tolist(), other.tolist()))
    count = min(count, len(leave), len(come))
    assert len(set(new.tolist())) == 9
    assert set(come[:count]) <= set(new.tolist())
    assert set(mine.tolist()) - set(leave[:count]) <= set(new.tolist())
    assert set(new.tolist()) <= set(mine.tolist()) | set(other.tolist())
    assert crossed(mine, mine, order, count, 80).tolist() == mine.tolist()


def test_a_district_grows_point_by_point_and_ends_where_no_point_is_shared() -> None:
    """Two groups of sites that share no point: the one begun in is listed, the nearest first."""
    at = np.array([0.0, 1.0, 2.0, 3.0, 50.0, 51.0])
    covers = np.abs(at[:, None] - at[None, :]) <= 1.0
    part = Part.of(covers, np.ones(6), np.arange(6), 2)
    for seed in range(10):
        order = around(cover_books.cover(part), 0, np.array([seed]))
        assert order[0] == 0
        assert set(order.tolist()) == {0, 1, 2, 3}
        assert order[-1] == 3
    assert crossed(np.array([0, 4]), np.array([4, 5]), order, 2, 6).tolist() == [0, 4]


def test_who_is_like_is_replaced_and_nobody_by_a_worse_one() -> None:
    members, covered = np.array([np.arange(8), np.arange(10, 18), np.arange(20, 28)]), np.array([50, 90, 70])
    like = np.array([10, 11, 12, 13, 14, 15, 30, 31])
    assert not admitted(members, covered, like, 80, 0, 40), "it differs by two sites from one that covers more"
    assert admitted(members, covered, like, 91, 0, 40)
    assert members[1].tolist() == like.tolist()
    assert covered.tolist() == [50, 91, 70]
    new = np.arange(30, 38)
    assert not admitted(members, covered, new, 70, 2, 40)
    assert not admitted(members, covered, new, 49, 0, 40)
    assert admitted(members, covered, new, 71, 2, 40)
    assert members[2].tolist() == new.tolist()
    assert covered.tolist() == [50, 91, 71]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("scale", [1.0, 0.37], ids=["whole", "fractions"])
def test_breeders_keep_their_books(seed: int, scale: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """After members and children the sums of each are those of its sites; what members cover is what is said."""
    monkeypatch.setattr(cover_memetic, "MEMBERS", 6)
    monkeypatch.setattr(cover_memetic, "SWEEPS", 40)
    part = part_of(seed, 200, 80, 9, scale=scale)
    pools = Pools(part, 0.0)
    for _ in range(3):
        best = pools.run(UNTIL)
        for breeder in pools.breeders:
            one, anew = breeder.one, cover_books.choice(breeder.problem, breeder.one.opened, 1)
            assert set(np.nonzero(one.is_open[:80])[0].tolist()) == set(one.opened.tolist())
            for book in ("opened", "is_open", "counts", "slots", "gain", "own"):
                assert np.array_equal(getattr(one, book), getattr(anew, book))
            assert one.figures[0] == anew.figures[0]
        for sites, covered in zip(pools.members, pools.covered, strict=True):
            assert len(set(sites.tolist())) == 9
            assert covered / cover_books.units(part) == pytest.approx(part.value(sites))
        assert part.value(best) == max(part.value(sites) for sites in pools.members)


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


@pytest.mark.parametrize(("spare", "colder"), [(1e9, 1.0), (0.0, 0.1), (24.0, 0.3)])
def test_where_nearly_all_is_covered_it_goes_on_colder(spare: float, colder: float) -> None:
    part = part_of(1, 2000, 80, 9)
    mean = part.weight.sum() / 9
    assert Pools(part, spare * mean / 200).colder == pytest.approx(colder)


def test_pools_find_the_best_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four of fourteen sites: the best is that of looking at all, and stays when pools follow each other."""
    monkeypatch.setattr(cover_memetic, "STALE", 20)
    monkeypatch.setattr(cover_memetic, "MEMBERS", 4)
    for seed in range(8):
        covers, weight = problem(seed)
        part = Part.of(covers, weight, np.arange(14), 4)
        pools, best = Pools(part, 0.0), most(covers, weight, 4)
        values = [part.value(pools.run(UNTIL)) for _ in range(12)]
        assert values == sorted(values)
        assert values[-1] == best
        assert pools.begun > cover_memetic.JOINED
        assert len(pools.bests) == pools.begun - 1
