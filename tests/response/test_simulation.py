"""The simulation agrees with SimPy call by call, and with queueing theory within sampling error."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sarhad.response.simulation import (
    Delay,
    Fit,
    Force,
    Recorded,
    Stream,
    Workers,
    draw,
    fit_poisson,
    generate,
    replicate,
    simulate,
)
from sarhad.response.siting import SitingError
from simpy_model import with_simpy


def stream(seed: int, calls: int, places: int, gap: float = 1000.0, scene: float = 2500.0) -> Stream:
    random = np.random.default_rng(seed)
    time = np.cumsum(random.exponential(gap, calls))
    return Stream(
        time, random.integers(0, places, calls), random.exponential(scene, calls), random.exponential(200.0, calls)
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_same_stream_gives_the_same_responses_as_simpy(seed: int) -> None:
    direct = np.random.default_rng(seed).uniform(100, 3000, (4, 12))
    calls = stream(seed, 2000, 12)
    assert simulate(Force.on_one_side(direct), calls).response_s == pytest.approx(with_simpy(direct, calls))


def test_waiting_agrees_with_erlang_c() -> None:
    units, load = 4, 3.0
    calls = stream(7, 400_000, 1, gap=1000.0, scene=1000.0 * load)
    waited = simulate(Force.on_one_side(np.zeros((units, 1))), calls).response_s > 0
    erlang_b = load**units / math.factorial(units) / sum(load**k / math.factorial(k) for k in range(units + 1))
    erlang_c = erlang_b / (1 - load / units * (1 - erlang_b))
    batches = waited.reshape(40, -1).mean(axis=1)
    assert abs(batches.mean() - erlang_c) < 4 * batches.std(ddof=1) / math.sqrt(40)


def test_loss_agrees_with_erlang_b() -> None:
    units, load = 3, 2.0
    calls = stream(8, 400_000, 1, gap=1000.0, scene=1000.0 * load)
    lost = np.isinf(simulate(Force.on_one_side(np.zeros((units, 1))), calls, queue=False).response_s)
    erlang_b = load**units / math.factorial(units) / sum(load**k / math.factorial(k) for k in range(units + 1))
    batches = lost.reshape(40, -1).mean(axis=1)
    assert abs(batches.mean() - erlang_b) < 4 * batches.std(ddof=1) / math.sqrt(40)


def hypercube(preference: list[list[int]], rates: list[float], service: float) -> list[list[float]]:
    """Larson's hypercube with loss, solved as a Markov chain: the share of each place's calls by unit."""
    units = len(preference[0])
    size = 2**units
    flow = np.zeros((size, size))
    for state in range(size):
        for place, order in enumerate(preference):
            goes = next((u for u in order if not state >> u & 1), None)
            if goes is not None:
                flow[state, state | 1 << goes] += rates[place]
        for u in range(units):
            if state >> u & 1:
                flow[state, state & ~(1 << u)] += 1 / service
    balance = (flow - np.diag(flow.sum(axis=1))).T
    balance[-1] = 1.0
    chance = np.linalg.solve(balance, np.eye(size)[-1])
    shares = [[0.0] * units for _ in preference]
    for state in range(size):
        for place, order in enumerate(preference):
            goes = next((u for u in order if not state >> u & 1), None)
            if goes is not None:
                shares[place][goes] += float(chance[state])
    return shares


def test_who_goes_where_agrees_with_the_hypercube() -> None:
    preference = [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
    direct = np.array([[order.index(u) * 1e-6 for order in preference] for u in range(3)])
    calls = stream(9, 300_000, 3, gap=1000.0, scene=1500.0)
    result = simulate(Force.on_one_side(direct), calls, queue=False)
    wanted = hypercube(preference, [1 / 3000] * 3, 1500.0)
    for place in range(3):
        got = [float((result.server[calls.place == place] == u).mean()) for u in range(3)]
        assert got == pytest.approx(wanted[place], abs=0.01)


def test_a_closed_gate_makes_the_unit_wait_and_a_shift_keeps_it_home() -> None:
    force = Force(
        direct=np.array([[np.inf]]),
        before=np.array([[600.0]]),
        after=np.array([[[300.0]]]),
        allowed=np.array([[True]]),
        hours=np.array([[28_800.0, 64_800.0]]),
        shift=np.array([[0.0, 0.0]]),
        foreign=np.array([[True]]),
    )
    calls = Stream(np.array([27_000.0, 40_000.0]), np.zeros(2, np.int64), np.zeros(2), np.array([60.0, 60.0]))
    # 27,000 + 60 + 600 is at the gate 1,140 s too early
    assert list(simulate(force, calls).response_s) == [2100.0, 960.0]
    from dataclasses import replace

    late = replace(force, shift=np.array([[36_000.0, 50_000.0]]))
    assert list(simulate(late, calls).response_s) == [9000.0 + 960.0, 960.0]
    assert np.isinf(simulate(force.separate(), calls).response_s).all()


def test_a_run_is_reproducible_on_any_number_of_processes() -> None:
    force = Force.on_one_side(np.random.default_rng(1).uniform(100, 3000, (3, 5)))
    fit = Fit(np.full(5, 200.0), 10, 10_000, 1.0, 0.5)
    settings: dict[str, Any] = {"runs": 4, "years": 0.5, "scene_s": 3600.0, "delay": Delay(60, 120, 9), "seed": 3}
    assert replicate(force, fit, **settings) == replicate(force, fit, processes=2, **settings)


def test_the_fit_says_when_incidents_come_in_bursts() -> None:
    steady = fit_poisson(np.repeat(np.arange(2000, 2010), 10), np.full((100, 1), 1.0))
    bursts = fit_poisson(np.repeat([2000, 2009], [10, 90]), np.full((100, 1), 1.0))
    assert steady.p_value > 0.05
    assert "bursts" in bursts.words
    with pytest.raises(SitingError, match="two years"):
        fit_poisson(np.array([2000]), np.ones((1, 1)))


def test_a_drawn_delay_has_the_measured_median_and_percentile() -> None:
    drawn = Delay(300, 900, 12).draw(np.random.default_rng(1), 100_000)
    assert np.percentile(drawn, [50, 90]) == pytest.approx([300, 900], rel=0.03)
    assert list(Delay(300, 300, 1).draw(np.random.default_rng(1), 2)) == [300, 300]


def test_a_generated_stream_has_the_fitted_rates() -> None:
    drawn = generate(Fit(np.array([100.0, 300.0]), 10, 4000, 1.0, 0.5), 50, 10.0, Delay(0, 0, 0), 5)
    assert np.bincount(drawn.place) / 50 == pytest.approx([100, 300], rel=0.05)


def test_the_record_is_replayed_within_what_is_known_of_hour_and_place() -> None:
    day = 86_400.0
    record = Recorded(
        np.array([3 * day, day, 2 * day]),
        np.array([4 * day, day + 60, 2 * day]),
        np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    )
    drawn = [draw(record, 0.0, 600.0, Delay(60, 60, 1), seed) for seed in range(200)]
    assert all(np.all(np.diff(one.time) >= 0) for one in drawn)
    assert {int(one.place[0]) for one in drawn} == {2}
    assert all(0 <= one.time[0] <= 60 and one.time[1] == day for one in drawn)
    assert 60 < sum(int(one.place[2]) for one in drawn) < 140
    assert {int(one.place[2]) for one in drawn} == {0, 1}
    with pytest.raises(SitingError, match="ends before"):
        Recorded(np.ones(1), np.zeros(1), np.ones((1, 1)))


def on(workers: Workers) -> dict[str, Any]:
    force = Force.on_one_side(np.random.default_rng(1).uniform(100, 3000, (3, 5)))
    fit = Fit(np.full(5, 200.0), 10, 10_000, 1.0, 0.5)
    told: list[int] = []
    figures = replicate(
        force,
        fit,
        runs=5,
        years=0.5,
        scene_s=3600.0,
        delay=Delay(60, 120, 9),
        seed=3,
        workers=workers,
        told=told.append,
    )
    assert told[-1] == 5
    return figures


def test_a_ray_cluster_gives_the_same_figures_as_one_process() -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'sarhad[ray]'")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Ray's own, none of them about us
        one, two = (on(Workers(processes=n, ray="local")) for n in (1, 2))
    assert one == two == on(Workers())


def test_a_cluster_that_does_not_answer_is_named() -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'sarhad[ray]'")
    import warnings

    from sarhad.response.simulation.workers import ClusterError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ClusterError, match="no Ray cluster answers") as caught:
            on(Workers(ray="127.0.0.1:1"))
    assert caught.value.retry


def test_nobody_answers_where_there_is_no_unit() -> None:
    stream = Stream(np.array([1.0, 2.0]), np.array([0, 0]), np.zeros(2), np.zeros(2))
    found = simulate(Force.on_one_side(np.zeros((0, 1))), stream)
    assert found.response_s.tolist() == [np.inf, np.inf]
    assert found.server.tolist() == [-1, -1]
    assert found.busy == 0.0
