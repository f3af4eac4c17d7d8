"""How late each incident can be in the best answer: bounds by prices on units (Lagrange), and answers on the way.

Held and Karp's subgradient method: units that several incidents want become dearer.
Whatever the prices, the bound holds; what an incident would pay at a level tells whether
any answer as good as the one known can have it there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sarhad.response.dispatch import pricing
from sarhad.response.dispatch.problem import NEVER, Problem
from sarhad.response.geometry import Floats, Integers

STATES = 2_048
"""A table of what is there has at most so many entries; beyond, persons are counted in larger steps."""
MASKS = 6
"""So many capabilities of one incident are looked at; leaving some out only weakens the bound."""
ROUNDS, PATIENCE, WEARY = 500, 12, 0.01
"""Rounds at the most, rounds without gain before the step is halved, and the step at which it ends."""
SAFE = 1e-3
"""Costs are whole numbers; sums of prices are not."""


@dataclass(frozen=True, slots=True)
class Windows:
    """``bound`` on a stage, the levels that each incident can still have, ascending, and the best answer met."""

    bound: float
    levels: tuple[tuple[int, ...], ...]
    best: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Market:
    """The problem in arrays, the incidents that are served one after the other."""

    incidents: list[int]
    first: Integers
    unit: Integers
    at: Integers
    mask: Integers
    persons: Integers
    full: Integers
    need: Integers
    weight: Floats
    units: int

    @property
    def goods(self) -> tuple[Integers, Integers, Integers, Integers, Integers, Integers, Integers, Floats]:
        """What every loop takes, in its order."""
        return self.first, self.unit, self.at, self.mask, self.persons, self.full, self.need, self.weight


def _market(problem: Problem, latest: list[int]) -> _Market:
    incidents = [j for j, at in enumerate(problem.alone) if at < NEVER]
    first: list[int] = [0]
    goods: list[tuple[int, int, int, int]] = []
    wishes: list[tuple[int, int]] = []
    for j in incidents:
        wanted, asked = problem.needs[j].capabilities[:MASKS], problem.needs[j].strength
        step = max(1, -(-(asked + 1) * (1 << len(wanted)) // STATES))
        least = 0 if wanted or asked else 1  # nothing in particular is needed: one unit, whichever
        for moment, u in problem.by_time[j]:
            if moment > latest[j]:
                break
            bits = sum(1 << k for k, skill in enumerate(wanted) if skill in problem.skills[u])
            if bits or asked or least:
                persons = -(-problem.strength[u] // step) if asked else least
                goods.append((u, max(moment, problem.alone[j]), bits, persons))
        first.append(len(goods))
        wishes.append(((1 << len(wanted)) - 1, -(-asked // step) if asked else least))
    unit, at, mask, there = np.array(goods, np.int64).reshape(-1, 4).T.copy()
    full, need = np.array(wishes, np.int64).reshape(-1, 2).T.copy()
    weight = np.array([float(problem.weight[j]) for j in incidents])
    return _Market(incidents, np.array(first), unit, at, mask, there, full, need, weight, len(problem.skills))


def unserved_bound(problem: Problem, best: tuple[int, ...]) -> Windows:
    """Return what weight of incidents is unserved at the least, by prices."""
    market = _market(problem, [NEVER - 1] * len(problem.needs))
    idle = replace(market, weight=np.zeros(len(market.incidents)))
    return _ascend(problem, idle, market.weight, best, sum(problem.weight) - float(market.weight.sum()), 0)


def arrival_bound(problem: Problem, latest: list[int], best: tuple[int, ...], *, all_served: bool) -> Windows:
    """Return the least weighted arrivals, and the levels left in answers no worse than ``best``.

    ``latest``: levels that are known not to be left.  ``all_served``: whoever can be served is;
    else the same weight stays unserved as in ``best``, which is the least there is.
    """
    market = _market(problem, latest)
    if all_served:
        return _ascend(problem, market, np.full(len(market.incidents), np.inf), best, 0.0, 1)
    dear = 2.0 * max((problem.alone[j] for j in market.incidents), default=0)
    left = problem.values(best)[0] - (sum(problem.weight) - float(market.weight.sum()))
    return _ascend(problem, market, dear * market.weight, best, -dear * left, 1)


def _ascend(
    problem: Problem, market: _Market, unserved: Floats, best: tuple[int, ...], offset: float, stage: int
) -> Windows:
    """Move the prices to a higher and higher bound on ``stage``, trying answers on the way.

    An incident pays ``unserved`` at the most; the bound is what all pay, less the prices, and ``offset``.
    """
    price: Floats = np.zeros(market.units)
    level = np.zeros(market.unit.size)
    least, sent = np.zeros(len(market.incidents)), np.zeros(market.units, np.int64)
    found, prices, upward, reach, still = 0.0, price, price, 1.0, 0
    for turn in range(ROUNDS):
        total = pricing.bound(*market.goods, unserved, price, level, least, sent, False) - float(price.sum()) + offset
        slope: Floats = sent.astype(np.float64) - 1.0
        slope[(price <= 0) & (slope < 0)] = 0
        if not turn or total > found + 1e-6 * abs(found):
            found, prices, upward, still = total, price, slope, 0
        else:
            still += 1
        if turn % 5 == 0:
            best = _better(problem, market, price, least, best)
        top = problem.values(best)[stage]
        if top - found < 1 - SAFE or not slope.any() or reach < WEARY:
            break
        if still >= PATIENCE:
            reach, still, price, slope, total = reach / 2, 0, prices, upward, found
        step = reach * max(top - total, 1.0) / float(slope @ slope)
        price = np.asarray(np.maximum(price + step * slope, 0.0), np.float64)
    total = pricing.bound(*market.goods, unserved, prices, level, least, sent, True) - float(prices.sum()) + offset
    spare = problem.values(best)[stage] - total
    return Windows(total, _levels(market, level, least, spare, len(problem.needs)), best)


def _levels(market: _Market, level: Floats, least: Floats, spare: float, incidents: int) -> tuple[tuple[int, ...], ...]:
    """Return the levels at which an incident pays no more over its least than is to spare."""
    found: list[tuple[int, ...]] = [() for _ in range(incidents)]
    for k, j in enumerate(market.incidents):
        part = slice(int(market.first[k]), int(market.first[k + 1]))
        good = level[part] - least[k] <= spare + SAFE
        found[j] = tuple(sorted({int(at) for at in market.at[part][good]}))
    return tuple(found)


def _better(problem: Problem, market: _Market, price: Floats, least: Floats, best: tuple[int, ...]) -> tuple[int, ...]:
    """Return a better answer than ``best`` where buying in turn at these prices gives one."""
    where = np.empty(market.units, np.int64)
    weight = np.array([problem.weight[j] for j in market.incidents])
    alone = np.array([problem.alone[j] for j in market.incidents]) * weight
    for order in (np.argsort(-weight, kind="stable"), np.argsort(alone - least, kind="stable")):
        pricing.in_turn(*market.goods, price, order, where)
        sent = _adequate(problem, tuple(market.incidents[j] if j >= 0 else -1 for j in where.tolist()))
        if problem.may(sent):
            best = min(best, sent, key=problem.values)
    return best


def _adequate(problem: Problem, sent: tuple[int, ...]) -> tuple[int, ...]:
    """Return the assignment without those who are not enough together: the tables may have left something out."""
    there: dict[int, list[int]] = {}
    for unit, incident in enumerate(sent):
        if incident >= 0:
            there.setdefault(incident, []).append(unit)
    good = {incident for incident, units in there.items() if problem.adequate(incident, units)}
    return tuple(incident if incident in good else -1 for incident in sent)
