"""The hypercube agrees with Markov chains written out, with queueing theory, and with its own approximations."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sarhad.response.simulation.hypercube import hypercube, level_chances
from sarhad.response.siting import SitingError
from sarhad.response.siting.kernels import Floats, Ints

LINE = 60
"""Waiting incidents that the chain written out has room for: beyond, the chance is nothing."""


def written_out(preference: Ints, rate: Floats, service: float, *, queue: bool) -> tuple[Floats, Floats]:
    """Every state with its flows, solved as linear equations: busy share, and who goes where."""
    places, units = preference.shape
    full = 2**units - 1
    size = 2**units + (LINE if queue else 0)
    flow = np.zeros((size, size))
    for state in range(full):
        for place in range(places):
            goes = next(u for u in preference[place] if not state >> u & 1)
            flow[state, state | 1 << goes] += rate[place]
    for state, u in itertools.product(range(full + 1), range(units)):
        if state >> u & 1:
            flow[state, state & ~(1 << u)] += 1 / service
    for k in range(LINE if queue else 0):
        flow[full + k, full + k + 1] += rate.sum()
        flow[full + k + 1, full + k] += units / service
    balance = (flow - np.diag(flow.sum(axis=1))).T
    balance[-1] = 1.0
    chance = np.linalg.solve(balance, np.eye(size)[-1])
    busy = [sum(chance[s] for s in range(size) if s > full or s >> u & 1) for u in range(units)]
    share = np.zeros((places, units))
    for state, place in itertools.product(range(full), range(places)):
        share[place, next(u for u in preference[place] if not state >> u & 1)] += chance[state]
    return np.array(busy), share + (chance[full:].sum() / units if queue else 0.0)


@st.composite
def forces(draw: st.DrawFn) -> tuple[Ints, Floats, bool]:
    units, places = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    order = draw(st.lists(st.permutations(range(units)), min_size=places, max_size=places))
    rate = np.array(draw(st.lists(st.floats(0.01, 1.0), min_size=places, max_size=places)))
    return np.array(order, np.int64), rate * draw(st.floats(0.1, 0.7)) * units / rate.sum(), draw(st.booleans())


@settings(max_examples=60, deadline=None)
@given(forces())
def test_it_equals_the_chain_written_out(case: tuple[Ints, Floats, bool]) -> None:
    preference, rate, queue = case
    found = hypercube(preference, rate, 1.0, queue=queue)
    busy, share = written_out(preference, rate, 1.0, queue=queue)
    assert found.busy == pytest.approx(busy, abs=1e-6)
    assert found.share == pytest.approx(share, abs=1e-6)


def test_all_busy_is_erlang_b_or_c() -> None:
    units, load = 5, 3.5
    erlang_b = load**units / math.factorial(units) / sum(load**k / math.factorial(k) for k in range(units + 1))
    assert level_chances(units, load, queue=False)[1] == pytest.approx(erlang_b)
    assert level_chances(units, load, queue=True)[1] == pytest.approx(erlang_b / (1 - load / units * (1 - erlang_b)))


def spread(units: int, places: int, load: float) -> tuple[Ints, Floats]:
    random = np.random.default_rng(units)
    homes, at = random.random((units, 2)), random.random((places, 2))
    away = np.hypot(*(at[:, None] - homes[None]).transpose(2, 0, 1))
    rate = random.random(places)
    return np.argsort(away, axis=1), rate * load * units / rate.sum()


@pytest.mark.parametrize("load", [0.2, 0.5, 0.8])
def test_following_the_chain_is_within_a_hundredth_of_the_exact(load: float) -> None:
    preference, rate = spread(12, 30, load)
    exact, played = hypercube(preference, rate, 1.0), hypercube(preference, rate, 1.0, how="played")
    assert np.abs(exact.busy - played.busy).max() < 0.01
    assert np.abs(exact.share - played.share).max() < 0.01


def test_the_closed_approximation_keeps_the_work_and_is_near_on_average() -> None:
    preference, rate = spread(12, 30, 0.5)
    exact, near = hypercube(preference, rate, 1.0), hypercube(preference, rate, 1.0, how="larson")
    assert near.busy.sum() == pytest.approx(exact.busy.sum())
    assert np.abs(exact.share - near.share).mean() < 0.01
    assert near.share.sum(axis=1) == pytest.approx(1.0)


def test_many_units_are_answered_without_solving_every_state() -> None:
    preference, rate = spread(30, 10, 0.5)
    found = hypercube(preference, rate, 1.0)
    assert found.how == "played"
    assert found.busy.mean() == pytest.approx(0.5, abs=0.01)
    with pytest.raises(SitingError, match="too many"):
        hypercube(preference, rate, 1.0, how="exact")


def test_mean_time_weighs_each_unit_by_how_often_it_goes() -> None:
    found = hypercube(np.array([[0, 1]]), np.array([1.0]), 1.0, queue=False)
    # 1 busy: 2/5, 2 busy: 1/5; of the 4/5 served, unit 1 goes when unit 0 alone is busy
    alone = found.share[0, 1]
    assert found.mean_s(np.array([[60.0], [600.0]])) == pytest.approx([(60 * found.share[0, 0] + 600 * alone) / 0.8])


@pytest.mark.parametrize(
    ("preference", "rate", "service", "where"),
    [
        ([[0, 0]], [1.0], 1.0, "preference"),
        ([[0, 1]], [1.0, 1.0], 1.0, "preference"),
        ([[0, 1]], [-1.0], 1.0, "rate"),
        ([[0, 1]], [2.5], 1.0, "rate"),
        ([[0, 1]], [1.0], 0.0, "service_s"),
    ],
)
def test_what_has_no_answer_is_refused(
    preference: list[list[int]], rate: list[float], service: float, where: str
) -> None:
    with pytest.raises(SitingError) as caught:
        hypercube(np.array(preference), np.array(rate), service)
    assert caught.value.where == where
