"""A question gets one answer whatever the order that it is written in, and none is called proved that is not."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sarhad.response import siting
from sarhad.response.siting import Answer, Deadline, SitingError
from sarhad.response.siting.kernels import Floats
from sarhad.response.siting.question import METHODS, Method, Question, ask

SOON = Deadline(0.0, lambda: 1.0)
"""A deadline that has passed before anything began."""


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Small questions full of ties: few costs and weights, names that may repeat, points without weight."""
    n, m = draw(st.integers(1, 7)), draw(st.integers(2, 6))
    number = st.one_of(st.integers(0, 4).map(float), st.just(float("inf")))
    cost = np.array(draw(st.lists(st.lists(number, min_size=m, max_size=m), min_size=n, max_size=n)))
    weight = np.array(draw(st.lists(st.integers(0, 2).map(float), min_size=n, max_size=n)))
    if not weight.any():
        weight[0] = 1.0
    unique = draw(st.booleans())
    points = [f"d{i}" for i in range(n)] if unique else draw(st.lists(st.sampled_from("ab"), min_size=n, max_size=n))
    existing = tuple(draw(st.sets(st.integers(0, m - 1), max_size=1)))
    return Question(points, [f"c{j}" for j in range(m)], cost, weight, existing)


def shuffled(q: Question, seed: int) -> Question:
    random = np.random.default_rng(seed)
    rows, columns = random.permutation(len(q.demand)), random.permutation(len(q.candidates))
    back = {int(j): k for k, j in enumerate(columns)}
    return Question(
        [q.demand[i] for i in rows],
        [q.candidates[j] for j in columns],
        q.cost[np.ix_(rows, columns)],
        q.weight[rows],
        [back[j] for j in q.existing],
    )


def said(q: Question, method: Method) -> object:
    """The answer by name, or the refusal."""
    try:
        answer = ask(q, method, 1, within=2.0, busy=0.3, deadline=Deadline.after(60))
    except SitingError as error:
        return error.where
    names = sorted(q.candidates[j] for j in answer.sites)
    lost = sorted((q.demand[i], float(q.weight[i])) for i in answer.unserved)
    return answer.status, names, answer.value.hex(), answer.bound.hex(), lost


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(questions(), st.integers(0, 5))
def test_the_order_of_points_and_candidates_changes_nothing(method: Method, q: Question, seed: int) -> None:
    assert said(q, method) == said(shuffled(q, seed), method)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=15, deadline=None)
@given(questions())
def test_points_without_weight_count_for_no_method(method: Method, q: Question) -> None:
    more = Question(
        [*q.demand, "extra"],
        q.candidates,
        np.vstack((q.cost, np.full((1, len(q.candidates)), np.inf))),
        np.append(q.weight, 0.0),
        q.existing,
    )
    assert said(q, method) == said(more, method)


@pytest.mark.parametrize("method", METHODS)
def test_out_of_time_is_never_called_optimal_unless_the_bound_meets_the_value(method: Method) -> None:
    random = np.random.default_rng(4)
    cost, weight = random.random((120, 60)) * 100, random.integers(1, 100, 120).astype(float)
    q = Question([f"{i:03}" for i in range(120)], [f"{j:03}" for j in range(60)], cost, weight)
    stopped = ask(q, method, 7, within=8.0, busy=0.2, deadline=SOON)
    assert stopped.status in ("feasible", "unknown")
    assert stopped.gap > 0


def test_all_sites_or_none() -> None:
    cost, weight = np.array([[1.0, 5.0], [5.0, 2.0]]), np.array([1.0, 2.0])
    every: list[tuple[Callable[[], Answer], float]] = [
        (lambda: siting.maximal_covering(cost <= 2, weight, 2), 3.0),
        (lambda: siting.p_median(cost, weight, 2), 5.0),
        (lambda: siting.p_centre(cost, 2), 2.0),
        (lambda: siting.maximal_covering(cost <= 2, weight, 0), 0.0),
        (lambda: siting.maximal_covering(cost <= 2, weight, 0, existing=[1]), 2.0),
        (lambda: siting.p_median(cost, weight, 0, existing=[0]), 11.0),
        (lambda: siting.p_centre(cost, 0, existing=[0]), 5.0),
        (lambda: siting.expected_covering(cost <= 2, weight, 0, 0.5), 0.0),
    ]
    for call, value in every:
        answer = call()
        assert (answer.status, answer.value, answer.bound) == ("optimal", value, value)
    for call in (lambda: siting.p_median(cost, weight, 0), lambda: siting.p_centre(cost, 0)):
        with pytest.raises(SitingError, match="at least one site"):
            call()
    with pytest.raises(SitingError, match="3 new sites"):
        siting.p_median(cost, weight, 3)


@st.composite
def with_capacity(draw: st.DrawFn) -> tuple[np.ndarray, Floats, Floats, int, tuple[int, ...]]:
    n, m = draw(st.integers(1, 5)), draw(st.integers(2, 4))
    covers = np.array(draw(st.lists(st.lists(st.booleans(), min_size=m, max_size=m), min_size=n, max_size=n)))
    weight = np.array(draw(st.lists(st.integers(0, 6).map(float), min_size=n, max_size=n)))
    capacity = np.array(draw(st.lists(st.integers(0, 8).map(float), min_size=m, max_size=m)))
    existing = tuple(draw(st.sets(st.integers(0, m - 1), max_size=1)))
    return covers, weight, capacity, draw(st.integers(0, m - len(existing))), existing


@settings(max_examples=30, deadline=None)
@given(with_capacity())
def test_capacities_with_existing_sites_equal_the_best_of_all_choices(
    case: tuple[np.ndarray, Floats, Floats, int, tuple[int, ...]],
) -> None:
    covers, weight, capacity, count, existing = case

    def most(chosen: tuple[int, ...]) -> float:  # the least cut between sites and points
        return min(
            float(capacity[list(part)].sum())
            + float(weight[covers[:, [j for j in chosen if j not in part]].any(axis=1)].sum())
            for size in range(len(chosen) + 1)
            for part in combinations(chosen, size)
        )

    rest = [j for j in range(covers.shape[1]) if j not in existing]
    answer = siting.maximal_covering(covers, weight, count, existing=existing, capacity=capacity)
    assert answer.status == "optimal"
    assert answer.value == pytest.approx(max(most((*existing, *new)) for new in combinations(rest, count)))
    assert set(existing) <= set(answer.sites)
    assert len(answer.sites) == count + len(existing)
