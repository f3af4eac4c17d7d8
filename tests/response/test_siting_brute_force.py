"""Every small random case of siting equals the best of all choices tried."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sarhad.response import siting
from sarhad.response.siting.kernels import Floats


@st.composite
def matrices(draw: st.DrawFn) -> tuple[Floats, Floats, int, tuple[int, ...]]:
    """Costs (some infinite), weights, a number of new sites, existing sites."""
    n, m = draw(st.integers(1, 8)), draw(st.integers(1, 7))
    number = st.one_of(st.integers(0, 12).map(float), st.just(float("inf")))
    cost = np.array(draw(st.lists(st.lists(number, min_size=m, max_size=m), min_size=n, max_size=n)))
    whole = draw(st.booleans())
    weights = st.integers(0, 9).map(float) if whole else st.floats(0, 9, allow_subnormal=False)
    weight = np.array(draw(st.lists(weights, min_size=n, max_size=n)))
    existing = tuple(sorted(draw(st.sets(st.integers(0, m - 1), max_size=min(2, m - 1)))))
    return cost, weight, draw(st.integers(1, m - len(existing))), existing


def choices(m: int, sites: int, existing: tuple[int, ...]) -> list[list[int]]:
    rest = [j for j in range(m) if j not in existing]
    return [[*existing, *chosen] for chosen in combinations(rest, sites)]


@settings(max_examples=150, deadline=None)
@given(matrices())
def test_maximal_covering_is_the_best_of_all_choices(case: tuple[Floats, Floats, int, tuple[int, ...]]) -> None:
    cost, weight, sites, existing = case
    covers = cost <= 5
    answer = siting.maximal_covering(covers, weight, sites, existing=existing)
    best = max(float(weight[covers[:, c].any(axis=1)].sum()) for c in choices(cost.shape[1], sites, existing))
    assert answer.status == "optimal"
    assert answer.value == pytest.approx(best)
    assert answer.gap == 0
    assert set(existing) <= set(answer.sites)
    assert len(answer.sites) == sites + len(existing)


@settings(max_examples=150, deadline=None)
@given(matrices())
def test_p_median_is_the_best_of_all_choices(case: tuple[Floats, Floats, int, tuple[int, ...]]) -> None:
    cost, weight, sites, existing = case
    answer = siting.p_median(cost, weight, sites, existing=existing, at_most=20.0)
    served = np.isfinite(cost).any(axis=1)
    capped = np.minimum(cost, 20.0)[served] * weight[served, None]
    best = min(float(capped[:, c].min(axis=1).sum()) for c in choices(cost.shape[1], sites, existing))
    assert answer.status == "optimal"
    assert answer.value == pytest.approx(best)
    assert set(existing) <= set(answer.sites)


@settings(max_examples=100, deadline=None)
@given(matrices())
def test_p_centre_is_the_best_of_all_choices(case: tuple[Floats, Floats, int, tuple[int, ...]]) -> None:
    cost, _, sites, existing = case
    near = cost[np.isfinite(cost).any(axis=1)]
    if not near.size:
        with pytest.raises(siting.SitingError, match="no candidate reaches any"):
            siting.p_centre(cost, sites, existing=existing)
        return
    answer = siting.p_centre(cost, sites, existing=existing)
    worst = [float(near[:, c].min(axis=1).max(initial=0.0)) for c in choices(cost.shape[1], sites, existing)]
    assert answer.value == min(worst)
    assert answer.status == ("optimal" if np.isfinite(min(worst)) else "infeasible")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 3), st.integers(1, 3), st.booleans())
@example(7, 1, 2, False)  # a point that the existing site reaches at the higher of two levels
def test_p_centre_beside_existing_sites_is_the_best_of_all_choices(
    seed: int, standing: int, sites: int, whole: bool
) -> None:
    random = np.random.default_rng(seed)
    n, m = int(random.integers(10, 60)), int(random.integers(6, 14))
    cost = np.hypot(*(random.random((n, 1, 2)) - random.random((1, m, 2))).transpose(2, 0, 1))
    cost = np.round(cost * 20) if whole else cost
    cost[random.random(cost.shape) < 0.3] = np.inf
    existing = tuple(range(standing))
    answer = siting.p_centre(cost, sites, existing=existing)
    near = cost[np.isfinite(cost).any(axis=1)]
    assert answer.value == min(float(near[:, c].min(axis=1).max()) for c in choices(m, sites, existing))
    assert set(existing) <= set(answer.sites) or answer.status == "infeasible"


@settings(max_examples=100, deadline=None)
@given(matrices())
def test_set_covering_uses_the_fewest_sites(case: tuple[Floats, Floats, int, tuple[int, ...]]) -> None:
    cost, _, _, existing = case
    covers = cost <= 5
    answer = siting.set_covering(covers, existing=existing)
    need = covers.any(axis=1)
    fewest = next(
        k
        for k in range(cost.shape[1] - len(existing) + 1)
        if any(covers[need][:, c].any(axis=1).all() for c in choices(cost.shape[1], k, existing))
    )
    assert answer.status == "optimal"
    assert answer.value == fewest + len(existing)
    assert answer.unserved == tuple(np.nonzero(~need)[0])


@settings(max_examples=60, deadline=None)
@given(matrices(), st.integers(1, 3), st.floats(0, 0.9))
def test_expected_covering_is_the_best_of_all_placements(
    case: tuple[Floats, Floats, int, tuple[int, ...]], units: int, busy: float
) -> None:
    cost, weight, _, _ = case
    covers = cost <= 5
    answer = siting.expected_covering(covers, weight, units, busy)

    def worth(placed: tuple[int, ...]) -> float:
        counts = covers[:, list(placed)].sum(axis=1)
        return float((weight * np.where(counts > 0, 1 - busy**counts, 0.0)).sum())

    best = max(worth(placed) for placed in combinations_with_replacement(range(cost.shape[1]), units))
    assert answer.status == "optimal"
    assert answer.value == pytest.approx(best, abs=1e-6)
