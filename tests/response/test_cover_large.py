"""The way that large coverings take, on small ones: its bound, its choices, and that it is right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy import optimize, sparse

from sarhad.response import siting
from sarhad.response.siting import Deadline, cover_books, cover_memetic, cover_pools, covering
from sarhad.response.siting.cover_cross import around, crossed
from sarhad.response.siting.cover_memetic import Pool, admitted, values
from sarhad.response.siting.cover_part import Part
from sarhad.response.siting.cover_pools import Pools
from sarhad.response.siting.cover_relaxed import Relaxation, project
from sarhad.response.siting.dominance import maximal

UNTIL = Deadline.after(1e9)


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
    monkeypatch.setattr(covering, "HIGHS_AT_ONCE", -1)
    monkeypatch.setattr(covering, "HIGHS_AT_ALL", 10**9 if exact else -1)
    monkeypatch.setattr(covering, "STRETCHES", 3)
    monkeypatch.setattr(cover_memetic, "STRETCH", 40)
    monkeypatch.setattr(cover_pools, "MEMBERS", 4)
    monkeypatch.setattr(covering, "DECIDED", 1.0 if exact else 0.0)
    covers, weight = problem(seed)
    sites = 2 + seed % 4
    answer, best = siting.maximal_covering(covers, weight, sites), most(covers, weight, sites)
    assert answer.value <= best <= answer.bound + 1e-6
    assert len(answer.sites) == sites
    assert answer.value == weight[covers[:, list(answer.sites)].any(axis=1)].sum()
    if exact:
        assert (answer.status, answer.value) == ("optimal", best)


@pytest.mark.parametrize("noise", [(0.0,), (0.2,)], ids=["right", "noised"])
def test_the_same_question_has_the_same_answer(noise: tuple[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """With several breeders at work, and with one thread for all."""
    for name, value in (("HIGHS_SOON", -1), ("HIGHS_AT_ONCE", -1), ("HIGHS_AT_ALL", -1), ("STRETCHES", 12)):
        monkeypatch.setattr(covering, name, value)
    for name, value in (("MEMBERS", 6), ("STALE", 40), ("SETTLED", 20)):
        monkeypatch.setattr(cover_pools, name, value)
    monkeypatch.setattr(cover_pools, "NOISE", noise)
    monkeypatch.setattr(cover_memetic, "SWEEPS", 40)
    monkeypatch.setattr(cover_memetic, "STRETCH", 20)
    covers, weight = problem(3, 300, 120)
    answers = [siting.maximal_covering(covers, weight, 9)]
    monkeypatch.setattr(cover_pools, "ThreadPoolExecutor", lambda _: ThreadPoolExecutor(1))
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
    """By wrong weights and by right ones the sums are those of its sites, and members cover what is said."""
    monkeypatch.setattr(cover_memetic, "SWEEPS", 40)
    part = part_of(seed, 200, 80, 9, scale=scale)
    wrong = part.weight * np.random.default_rng(seed).uniform(0.5, 1.5, part.weight.size)
    pool = Pool(part, wrong, 0.0, seed)
    with ThreadPoolExecutor(2) as threads:
        pool.begin(6, threads, UNTIL)
        assert len(pool.members) == 6
        for weight in (wrong, part.weight):
            weighed = replace(part, weight=weight)
            for _ in range(2):
                pool.breed(threads, UNTIL)
                for breeder in pool.breeders:
                    books_are_right(breeder.problem, breeder.one)
                for sites, covered in zip(pool.members, pool.covered, strict=True):
                    assert len(set(sites.tolist())) == 9
                    unit = cover_books.units(weighed)
                    assert covered / unit == pytest.approx(weighed.value(sites), abs=part.weight.size / unit)
            pool.weigh(part.weight)


def books_are_right(problem: cover_books.Cover, one: cover_books.Choice) -> None:
    anew = cover_books.choice(problem, one.opened, 1)
    assert set(np.nonzero(one.is_open[:80])[0].tolist()) == set(one.opened.tolist())
    for book in ("opened", "is_open", "counts", "slots", "gain", "own"):
        assert np.array_equal(getattr(one, book), getattr(anew, book))
    assert one.figures[0] == anew.figures[0]


def test_what_members_cover_is_counted_once() -> None:
    part = part_of(4, 150, 60, 7)
    members = np.array([np.random.default_rng(k).choice(60, 7, replace=False) for k in range(9)])
    counted = values(cover_books.cover(part), part.weight, members)
    assert counted.tolist() == [part.value(sites) for sites in members]


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
    assert Pool(part, part.weight, spare * mean / 200, 1).colder == pytest.approx(colder)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pools that end soon."""
    for name, value in (("MEMBERS", 4), ("STALE", 20), ("SETTLED", 20), ("TOPS", 3)):
        monkeypatch.setattr(cover_pools, name, value)
    monkeypatch.setattr(cover_memetic, "STRETCH", 20)
    monkeypatch.setattr(cover_memetic, "SWEEPS", 40)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("scale", [1.0, 0.001], ids=["whole", "fractions"])
def test_pools_find_the_best_choice(scale: float) -> None:
    """Four of fourteen sites: the best is that of looking at all, and stays when pools follow each other."""
    for seed in range(8):
        covers, weight = problem(seed)
        part = Part.of(covers, scale * weight, np.arange(14), 4)
        pools, best = Pools(part, np.ones(14), 0.0), scale * most(covers, weight, 4)
        reached = [part.value(pools.run(UNTIL)) for _ in range(40)]
        assert reached == sorted(reached)
        assert reached[-1] == pytest.approx(best)
        assert pools.fruitless > cover_pools.JOINED


@pytest.mark.usefixtures("short")
def test_every_fourth_pool_begins_with_the_best_of_those_before() -> None:
    part, tops = part_of(5, 300, 120, 9, 0.12), list[np.ndarray]()
    pools, begun = Pools(part, np.random.default_rng(5).uniform(0.8, 1.1, 120), part.weight.sum()), 0
    for _ in range(400):
        ended = pools.pool if pools.spent else None
        if ended is not None and begun % 4:
            best = np.argsort(-ended.covered, kind="stable")[:3]
            tops.append(pools.sites[ended.members[best]])
        pools.run(UNTIL)
        if pools.begun == begun:
            continue
        begun = pools.begun
        assert pools.pool is not None
        if begun % 4 == 0:
            assert np.array_equal(np.sort(pools.sites[pools.pool.members], axis=1), np.concatenate(tops[-3:]))
            assert pools.settle is None, "nothing is wrong about its weights"
        else:
            assert len(pools.pool.members) == 4 * 2 ** min(begun // 4, 3)
    assert begun > 16


@pytest.mark.usefixtures("short")
def test_a_pool_chooses_among_sites_worth_a_share_of_the_last_that_would_be_opened() -> None:
    part, worth = part_of(6, 300, 120, 9), np.linspace(1.2, 0.0, 120)
    pools = Pools(part, worth, 0.01 * part.weight.sum())
    known = set(pools.chosen.tolist())
    pools.run(UNTIL)
    assert set(pools.sites.tolist()) == set(np.nonzero(worth >= 0.95 * worth[8])[0].tolist()) | known
    level = Pools(part, worth, -1.0)
    level.run(UNTIL)
    assert level.sites.tolist() == list(range(120)), "where a bound tells nothing every site is as likely"


@pytest.mark.parametrize("seed", range(20))
def test_no_choice_is_better_by_clipped_weights_only_nor_by_right_ones_only(seed: int) -> None:
    covers, weight = problem(seed, 60)
    part = Part.of(covers, weight, np.arange(14), 5)
    pools = Pools(part, np.ones(14), 0.0)
    clipped, known, better = pools._clipped(part), pools.chosen, 0
    for chosen in combinations(range(14), 5):
        covered = part.covered(np.array(chosen))
        gained = clipped[covered].sum() - clipped[part.covered(known)].sum()
        assert (gained > 0) == (part.value(np.array(chosen)) > pools.value)
        better += gained > 0
    assert clipped.max() <= weight.sum() - pools.value
    assert better or most(covers, weight, 5) == pools.value


@pytest.mark.parametrize("seed", range(30))
def test_a_site_that_another_one_replaces_is_left_out(seed: int) -> None:
    """Sites as sets of points: one stays that lies within no other; of equal ones the first."""
    random = np.random.default_rng(seed)
    covers = random.random((8, 25)) < random.uniform(0.1, 0.7)
    covers[:, random.integers(25)] = False
    sets = [frozenset(np.nonzero(column)[0].tolist()) for column in covers.T]
    whole = Part.of(covers, np.ones(8), np.arange(25), 3)
    kept = maximal(*whole.rows, *whole.columns)
    for j, points in enumerate(sets):
        replaced = any(points < other or (points == other and k < j) for k, other in enumerate(sets))
        assert kept[j] == (bool(points) and not replaced)
