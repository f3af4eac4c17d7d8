"""Siting: known optima, what is reported at the time limit, capacities, readers, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from sarhad.response import siting
from sarhad.response.siting import Answer, Deadline, SitingError, instances
from sarhad.response.siting.demand import Event, demand

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize(("name", "optimum"), [("pmed1", 5819), ("pmed7", 5631)])
def test_a_published_p_median_is_proved(name: str, optimum: int) -> None:
    problem = instances.read_pmed((DATA / f"{name}.txt").read_text())
    answer = siting.p_median(problem.distance, np.ones(len(problem.distance)), problem.p)
    assert (answer.status, answer.value, answer.bound) == ("optimal", optimum, optimum)


def test_a_published_p_centre_is_proved() -> None:
    problem = instances.read_pmed((DATA / "pmed1.txt").read_text())
    answer = siting.p_centre(problem.distance, problem.p)
    assert (answer.status, answer.value) == ("optimal", 127)


def test_stopped_at_the_limit_is_called_feasible_with_a_true_bound() -> None:
    random = np.random.default_rng(1)
    covers, weight = random.random((300, 120)) < 0.06, random.integers(1, 100, 300).astype(float)
    stopped = siting.maximal_covering(covers, weight, 12, deadline=Deadline(0.0, lambda: 1.0))
    proved = siting.maximal_covering(covers, weight, 12)
    assert stopped.status == "feasible"
    assert stopped.gap > 0
    assert stopped.value <= proved.value <= stopped.bound
    assert proved.status == "optimal"


def test_the_order_of_the_demand_does_not_change_the_answer() -> None:
    random = np.random.default_rng(2)
    cost, weight = random.integers(1, 100, (60, 20)).astype(float), random.integers(1, 9, 60).astype(float)
    shuffled = random.permutation(60)
    assert siting.p_median(cost, weight, 4) == siting.p_median(cost[shuffled], weight[shuffled], 4)


def test_capacities_limit_what_a_site_serves() -> None:
    random = np.random.default_rng(3)
    covers, weight = random.random((8, 5)) < 0.6, random.integers(1, 9, 8).astype(float)
    capacity = np.array([6.0, 9.0, 5.0, 12.0, 7.0])
    answer = siting.maximal_covering(covers, weight, 2, capacity=capacity)

    def most(pair: tuple[int, ...]) -> float:  # the least cut between sites and points
        return min(
            float(capacity[list(part)].sum())
            + float(weight[covers[:, [j for j in pair if j not in part]].any(axis=1)].sum())
            for size in range(3)
            for part in combinations(pair, size)
        )

    assert answer.status == "optimal"
    assert answer.value == pytest.approx(max(most(pair) for pair in combinations(range(5), 2)))


@pytest.mark.parametrize(
    ("text", "where"),
    [("", "line 1"), ("2 1 1\n1 x 3", "line 2"), ("2 1 1\n1 5 3", "line 2"), ("2 1 3\n1 2 3", "line 1")],
)
def test_a_broken_file_is_named_by_its_line(text: str, where: str) -> None:
    with pytest.raises(SitingError) as caught:
        instances.read_pmed(text)
    assert caught.value.where == where


def test_city_and_sjc_files_are_read() -> None:
    city = instances.read_city("NODE_COORD_SECTION\n40.5 -73.5\n40.6 -73.4\nDEMAND_SECTION\n7\n9\nEOF\n")
    assert (city.y[1], city.x[1], city.weight[1]) == (40.6, -73.4, 9)
    sjc = instances.read_sjc("2\n0 0\n3 4\n", "5\n6\n")
    assert instances.planar(sjc)[0, 1] == 5
    with pytest.raises(SitingError, match="announced"):
        instances.read_sjc("3\n0 0\n3 4\n", "5\n6\n")


def test_impossible_questions_are_refused_with_the_field() -> None:
    covers, weight = np.ones((2, 2), bool), np.ones(2)
    calls: list[tuple[str, Callable[[], Answer]]] = [
        ("sites", lambda: siting.maximal_covering(covers, weight, 3)),
        ("weight", lambda: siting.maximal_covering(covers, -weight, 1)),
        ("existing", lambda: siting.maximal_covering(covers, weight, 1, existing=[7])),
        ("busy", lambda: siting.expected_covering(covers, weight, 1, 1.0)),
    ]
    for where, call in calls:
        with pytest.raises(SitingError) as caught:
            call()
        assert caught.value.where == where


def event(precision: int, category: str = "bombing") -> Event:
    return Event(28.0, 61.0, precision, 2019, "ir", category, "t")


PLACES = np.array([28.0, 28.1, 28.3, 29.5, 28.0]), np.array([61.0, 61.0, 61.0, 61.0, 61.01])
SIDES = np.array(["ir", "ir", "ir", "ir", "pk"])


def test_an_incident_counts_where_it_may_have_been_and_nowhere_else() -> None:
    found = demand([event(1), event(2), event(3), event(4), event(6)], *PLACES, SIDES)
    assert found.share.tolist() == [
        [1, 0, 0, 0, 0],
        [0.5, 0.5, 0, 0, 0],
        pytest.approx([1 / 3, 1 / 3, 1 / 3, 0, 0]),
    ]
    assert found.left_out == {4: 1, 6: 1}
    spread = demand([event(4)], *PLACES, SIDES, spread_provinces=True)
    assert spread.share.tolist() == [[0.25, 0.25, 0.25, 0.25, 0]]


def test_weights_are_those_that_were_said() -> None:
    found = demand([event(1), event(1, "ambush")], *PLACES, SIDES, weights={"bombing": 3.0, "source:t": 0.5})
    assert found.weight[0] == 3 * 0.5 + 0.5
    with pytest.raises(SitingError, match="at least 0"):
        demand([], *PLACES, SIDES, weights={"bombing": -1.0})


@pytest.mark.parametrize("seed", range(3))
def test_a_large_covering_is_bounded_by_its_linear_relaxation_and_still_exact(seed: int) -> None:
    """So many incidences that the multipliers come from the relaxation; two sites, so that every pair can be tried."""
    chance = np.random.default_rng(seed)
    at = chance.random((700, 2))
    covers = ((at[:, None] - at[None]) ** 2).sum(axis=2) <= 0.3**2
    weight = chance.integers(1, 50, 700).astype(np.float64)
    assert covers.sum() > 60_000
    alone = weight @ covers
    both = alone[:, None] + alone[None] - (covers * weight[:, None]).T @ covers.astype(np.float64)
    answer = siting.maximal_covering(covers, weight, 2)
    assert answer.status == "optimal"
    assert answer.value == answer.bound == both.max()
