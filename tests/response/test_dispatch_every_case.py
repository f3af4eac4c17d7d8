"""Dispatch is equal to trying everything: every case of a few units by kind, every size with every mixture of rules."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import combinations_with_replacement, product

import numpy as np
import pytest

from response.trying import everything
from sarhad.response.dispatch.problem import HOUR_MS, NEVER, Apart, Limit, Problem
from sarhad.response.dispatch.solve import solve
from sarhad.response.snapshot import Need

A, B = "medical", "engineer"
Kind = tuple[tuple[str, ...], int, tuple[int, ...]]
"""A unit's capabilities, persons, and when it is at each incident."""
WISHES = (
    Need(),
    Need(capabilities=(A,)),
    Need(capabilities=(A, B)),
    Need(strength=2),
    Need(capabilities=(A, B), strength=3),
)


def check(problem: Problem) -> None:
    found = solve(problem, limit_s=60)
    assert found.optimal
    assert found.values == everything(problem), problem
    assert found.bounds == found.values


def case(units: tuple[Kind, ...], needs: tuple[Need, ...], weight: tuple[int, ...]) -> Problem:
    """Return the problem of units by kind: the first covers a post alone, the last two (if there are) another."""
    many, arrival = len(units), np.array([times for *_, times in units], np.int64)
    posts = (frozenset({0}), frozenset({many - 2, many - 1})) if many > 1 else (frozenset({0}),)
    return Problem(
        arrival_s=arrival,
        travel_s=np.where(arrival < NEVER, 3 - arrival, 0),
        skills=tuple(frozenset(skills) for skills, *_ in units),
        strength=tuple(persons for _, persons, _ in units),
        posts=posts,
        needs=needs,
        weight=weight,
        tie=np.arange(1, arrival.size + 1).reshape(arrival.shape),
    )


@pytest.mark.slow
@pytest.mark.parametrize("needs", list(product((WISHES[0], WISHES[1], WISHES[4]), repeat=2)))
def test_one_and_two_units_of_every_kind_at_two_incidents(needs: tuple[Need, ...]) -> None:
    """Kinds: three sets of capabilities, one person or two, early, late or never at either; in any order the same."""
    times = [pair for pair in product((1, 2, NEVER), repeat=2) if pair != (NEVER, NEVER)]
    kinds = list(product(((), (A,), (A, B)), (1, 2), times))
    for many in (1, 2):
        for units in combinations_with_replacement(kinds, many):
            check(case(units, needs, (1, 2)))


@pytest.mark.slow
@pytest.mark.parametrize("need", WISHES)
def test_up_to_three_units_of_every_kind_at_one_incident(need: Need) -> None:
    kinds = list(product(((), (A,), (B,), (A, B)), (1, 2), ((1,), (2,))))
    for many in (1, 2, 3):
        for units in combinations_with_replacement(kinds, many):
            check(case(units, (need,), (4,)))


RULES = ("persons", "never", "posts", "apart", "capacity", "alike")


def mixture(units: int, incidents: int, rules: frozenset[str], seed: int) -> Problem:
    """Return a problem of this size in which the rules named play a part."""
    chance = np.random.default_rng((units, incidents, seed, *(rule in rules for rule in RULES)))
    shape, alike = (units, incidents), "alike" in rules
    arrival = chance.integers(0, 4 if alike else 40, shape)
    if "never" in rules:
        arrival = np.where(chance.random(shape) < 0.4, NEVER, arrival)
    half = frozenset(range(0, units, 2))
    pairs = [(u, j) for u in range(units) for j in range(incidents) if chance.random() < 0.6]
    passes = {at: (int(chance.integers(0, 4)) * HOUR_MS // 2, int(chance.integers(1, 4))) for at in pairs}
    wishes = [tuple(sorted({str(one) for one in chance.choice((A, B), 2)})[: chance.integers(0, 3)]) for _ in range(3)]
    return Problem(
        arrival_s=arrival,
        travel_s=chance.integers(0, 3 if alike else 30, shape),
        skills=tuple(frozenset(k for k in (A, B) if chance.random() < 0.5) for _ in range(units)),
        strength=tuple(int(x) for x in chance.integers(0, 6, units)),
        posts=tuple(frozenset(chance.integers(0, units, 2).tolist()) for _ in range(3)) if "posts" in rules else (),
        needs=tuple(
            Need(capabilities=wishes[j], strength=int(chance.integers(1, 10)) if "persons" in rules else 0)
            for j in range(incidents)
        ),
        weight=tuple(1 if alike else int(x) for x in chance.choice((1, 2, 4, 8), incidents)),
        tie=chance.integers(1, 65_536, shape),
        apart=(Apart(half, frozenset(range(units)) - half, frozenset({0})),) if "apart" in rules and units > 1 else (),
        limits=(Limit(4, passes),) if "capacity" in rules else (),
    )


def mixtures() -> Iterator[frozenset[str]]:
    for some in product((False, True), repeat=len(RULES)):
        yield frozenset(rule for rule, played in zip(RULES, some, strict=True) if played)


@pytest.mark.slow
@pytest.mark.parametrize("incidents", [1, 2, 3])
@pytest.mark.parametrize("units", range(1, 9))
def test_every_size_up_to_eight_units_and_three_incidents_with_every_mixture_of_rules(
    units: int, incidents: int
) -> None:
    for rules in mixtures():
        for seed in range(4):
            check(mixture(units, incidents, rules, seed))


@pytest.mark.slow
@pytest.mark.parametrize("incidents", [2, 3])
@pytest.mark.parametrize("units", [3, 5, 7])
def test_where_many_levels_are_left_the_answer_is_the_same(
    units: int, incidents: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large questions are asked for other arrivals that are as good; here every question is."""
    monkeypatch.setattr(import_module("sarhad.response.dispatch.solve"), "SPARE_LEVELS", -1_000)
    for rules in mixtures():
        for seed in range(100, 104):
            check(mixture(units, incidents, rules, seed))
