"""Dispatch is equal to trying everything, on every small case."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from bench.response import _scip as scip
from bench.response.dispatch import random_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from response.trying import everything
from sarhad.response.dispatch.problem import HOUR_MS, NEVER, Apart, Limit, Problem
from sarhad.response.dispatch.solve import solve
from sarhad.response.snapshot import Need

SKILLS = ("medical", "engineer", "observe")


@st.composite
def problems(draw: st.DrawFn, most_units: int = 8, most_incidents: int = 3) -> Problem:
    units, incidents = draw(st.integers(1, most_units)), draw(st.integers(1, most_incidents))
    times = st.one_of(st.integers(0, 30), st.just(NEVER))
    arrival = np.array([[draw(times) for _ in range(incidents)] for _ in range(units)], np.int64)
    travel = np.array([[draw(st.integers(0, 20)) for _ in range(incidents)] for _ in range(units)], np.int64)
    needs = tuple(
        Need(capabilities=tuple(sorted(draw(st.sets(st.sampled_from(SKILLS))))), strength=draw(st.integers(0, 12)))
        for _ in range(incidents)
    )
    some = st.lists(st.integers(0, units - 1), min_size=1, max_size=4).map(frozenset)
    return Problem(
        arrival_s=arrival,
        travel_s=travel,
        skills=tuple(frozenset(draw(st.sets(st.sampled_from(SKILLS)))) for _ in range(units)),
        strength=tuple(draw(st.integers(0, 8)) for _ in range(units)),
        posts=tuple(draw(st.lists(some, max_size=3))),
        needs=needs,
        weight=tuple(draw(st.sampled_from((1, 2, 4, 8))) for _ in range(incidents)),
        tie=np.arange(1, units * incidents + 1).reshape(units, incidents),
        apart=tuple(
            Apart(one, draw(some) - one, frozenset(range(draw(st.integers(1, incidents)))))
            for one in draw(st.lists(some, max_size=2))
        ),
        limits=tuple(draw(limits(units, incidents)) for _ in range(draw(st.integers(0, 1)))),
    )


@st.composite
def limits(draw: st.DrawFn, units: int, incidents: int) -> Limit:
    per_h = draw(st.integers(1, 4))
    hours = st.integers(0, 4).map(lambda half: half * HOUR_MS // 2)
    pairs = [(u, j) for u in range(units) for j in range(incidents) if draw(st.booleans())]
    return Limit(per_h, {pair: (draw(hours), draw(st.integers(1, per_h))) for pair in pairs})


@settings(max_examples=300, deadline=None)
@given(problems())
def test_dispatch_is_equal_to_trying_everything(problem: Problem) -> None:
    found = solve(problem, limit_s=60)
    assert found.optimal
    assert found.values == everything(problem)
    assert found.bounds == found.values


def test_a_time_limit_that_is_over_never_calls_an_answer_optimal() -> None:
    problem = Problem(np.array([[5]]), np.array([[5]]), (frozenset(),), (4,), (), (Need(),), (1,), np.array([[1]]))
    ticks = count(0.0, 100.0)
    found = solve(problem, limit_s=1, clock=lambda: next(ticks))
    assert not found.optimal
    assert found.sent == (0,)
    assert found.bounds[-1] == 0
    assert all(bound <= value for bound, value in zip(found.bounds, found.values, strict=True))


def test_an_answer_is_optimal_only_where_its_own_count_is_the_bound() -> None:
    """From a start, the solver called this one optimal at 18 where 2 can be had."""
    problem = Problem(
        arrival_s=np.array([[1, 7], [NEVER, 2], [2, 0], [NEVER, 2], [7, 1]]),
        travel_s=np.array([[0, 1], [2, 2], [0, 1], [2, 0], [1, 0]]),
        skills=(frozenset(),) * 5,
        strength=(4, 2, 2, 6, 0),
        posts=(frozenset({2}), frozenset({4})),
        needs=(Need(), Need()),
        weight=(2, 8),
        tie=np.arange(1, 11).reshape(5, 2),
    )
    found = solve(problem)
    assert found.optimal
    assert found.values == found.bounds == everything(problem) == (0, 2, 1, 1, 7)


@pytest.mark.parametrize("seed", range(6))
def test_dispatch_is_equal_to_scip_on_larger_cases(seed: int) -> None:
    problem = random_problem(40, 6, seed)
    rules = (Apart(frozenset(range(12)), frozenset(range(12, 24)), frozenset(range(3))),) if seed % 2 else ()
    problem = replace(problem, apart=rules)
    found = solve(problem, limit_s=60)
    assert found.optimal
    assert found.values == scip.solve(problem).proved
