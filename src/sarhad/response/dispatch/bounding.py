"""How late each incident can be in the best answer: bounds by prices on units (Lagrange), and answers on the way.

Held and Karp's subgradient method: units that several incidents want become dearer.
Whatever the prices, the bound holds; what an incident would pay at a level tells whether
any answer as good as the one known can have it there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

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
OPEN, RAMBLES = 1e-3, 300
"""The share left open between bound and best answer from which on orders of buying are tried, and how many."""
SAFE = 1e-3
"""Costs are whole numbers; sums of prices are not."""


@dataclass(slots=True)
class Best:
    """The best answer met so far, and what it is worth; those that are at hand add to it."""

    problem: Problem
    sent: tuple[int, ...]
    values: tuple[int, ...]
    _seen: set[tuple[int, ...]] = field(default_factory=set)

    @classmethod
    def of(cls, problem: Problem, sent: tuple[int, ...]) -> Best:
        """Begin with an answer that is allowed."""
        return cls(problem, sent, problem.values(sent))

    def offer(self, sent: tuple[int, ...]) -> None:
        """Take an answer that is better, or as good and earlier in the order of all; who is not enough stays."""
        if sent in self._seen:
            return
        self._seen.add(sent)
        sent = _adequate(self.problem, sent)
        if self.problem.may(sent):
            values = self.problem.values(sent)
            if (values, sent) < (self.values, self.sent):
                self.sent, self.values = sent, values


@dataclass(frozen=True, slots=True)
class Windows:
    """``bound`` on a stage, the levels that each incident can still have, ascending, and the prices that tell it."""

    bound: float
    levels: tuple[tuple[int, ...], ...]
    prices: Floats


@dataclass(frozen=True, slots=True)
class Market:
    """The problem in arrays, the incidents that can be served one after the other.

    ``weight`` is what a second counts, ``unserved`` what an incident pays at the most (for staying unserved);
    what all pay, less the prices, and ``offset`` make the bound.
    """

    incidents: list[int]
    first: Integers
    unit: Integers
    at: Integers
    mask: Integers
    persons: Integers
    full: Integers
    need: Integers
    weight: Floats
    unserved: Floats
    offset: float

    @property
    def goods(self) -> tuple[Integers, Integers, Integers, Integers, Integers, Integers, Integers, Floats]:
        """What every loop takes, in its order."""
        return self.first, self.unit, self.at, self.mask, self.persons, self.full, self.need, self.weight


def _market(problem: Problem, latest: list[int]) -> Market:
    incidents = [j for j, at in enumerate(problem.alone) if at < NEVER]
    order, times, able = problem.order
    strength = np.array(problem.strength, np.int64)
    units, moments, masks, persons = ([np.zeros(0, np.int64)] for _ in range(4))
    wishes: list[tuple[int, int]] = []
    for j in incidents:
        wanted, asked = problem.needs[j].capabilities[:MASKS], problem.needs[j].strength
        step = max(1, -(-(asked + 1) * (1 << len(wanted)) // STATES))
        least = 0 if wanted or asked else 1  # nothing in particular is needed: one unit, whichever
        unit = order[: min(int(np.searchsorted(times[:, j], latest[j], side="right")), able[j]), j]
        bits = sum((problem.having[skill][unit] << k for k, skill in enumerate(wanted)), np.zeros(unit.size, np.int64))
        if not asked and not least:
            unit, bits = unit[bits > 0], bits[bits > 0]
        units.append(unit)
        moments.append(np.maximum(problem.arrival_s[unit, j], problem.alone[j]))
        masks.append(bits)
        persons.append(-(-strength[unit] // step) if asked else np.full(unit.size, least))
        wishes.append(((1 << len(wanted)) - 1, -(-asked // step) if asked else least))
    first = np.cumsum([one.size for one in units])
    full, need = np.array(wishes, np.int64).reshape(-1, 2).T.copy()
    weight = np.array([float(problem.weight[j]) for j in incidents])
    unit, at, mask, there = (np.concatenate(one).astype(np.int64) for one in (units, moments, masks, persons))
    return Market(incidents, first, unit, at, mask, there, full, need, weight, np.full(weight.size, np.inf), 0.0)


def unserved_market(problem: Problem) -> Market:
    """Return the market in which only weight of unserved incidents counts."""
    market = _market(problem, [NEVER - 1] * len(problem.needs))
    offset = sum(problem.weight) - float(market.weight.sum())
    return replace(market, weight=np.zeros_like(market.weight), unserved=market.weight, offset=offset)


def arrival_market(problem: Problem, latest: list[int], unserved: int, *, all_served: bool) -> Market:
    """Return the market in which weighted arrivals count.

    ``latest``: levels that are known not to be left.  ``all_served``: whoever can be served is;
    else a weight of ``unserved`` stays so, which is the least there is.
    """
    market = _market(problem, latest)
    if all_served:
        return market
    dear = 2.0 * max((problem.alone[j] for j in market.incidents), default=0)
    left = unserved - (sum(problem.weight) - float(market.weight.sum()))
    return replace(market, unserved=dear * market.weight, offset=-dear * left)


class Ascent:
    """Prices on their way to a higher and higher bound on one stage.  Owned by ``solve``."""

    def __init__(self, problem: Problem, market: Market, stage: int, start: Floats | None = None) -> None:
        """Begin at the prices ``start``, which may come from a problem alike."""
        units = len(problem.skills)
        self.problem, self.market, self.stage = problem, market, stage
        self.prices: Floats = np.zeros(units) if start is None else start
        self._level = np.zeros(market.unit.size)
        self._least, self._sent = np.zeros(len(market.incidents)), np.zeros(units, np.int64)
        self._weights = np.array([problem.weight[j] for j in market.incidents], np.int64)
        self._never = sum(problem.weight) - int(self._weights.sum())
        self._heavy = np.argsort(-self._weights, kind="stable")
        self._alone = np.array([problem.alone[j] for j in market.incidents], np.int64) * self._weights
        self._left = np.array([*market.incidents, -1])  # by place among those that can be served; -1 is nobody's
        self.bound, self._slope = self._at(self.prices)

    def _at(self, price: Floats, *, whole: bool = False) -> tuple[float, Floats]:
        """Return the bound at these prices, and for each unit by how much it is wanted too often."""
        market = self.market
        paid = pricing.bound(*market.goods, market.unserved, price, self._level, self._least, self._sent, whole)
        slope: Floats = self._sent.astype(np.float64) - 1.0
        slope[(price <= 0) & (slope < 0)] = 0
        return paid - float(price.sum()) + market.offset, slope

    def climb(self, best: Best, below: int) -> Windows:
        """Raise the bound until no answer can be better than ``best`` or than ``below``, or no more is gained.

        The levels are those of answers as good as ``best`` and better than ``below``.
        """
        price, slope, total = self.prices, self._slope, self.bound
        reach, still = 1.0, 0
        for turn in range(ROUNDS):
            if turn:
                total, slope = self._at(price)
                if total > self.bound + 1e-6 * abs(self.bound):
                    self.bound, self.prices, self._slope, still = total, price, slope, 0
                else:
                    still += 1
            if turn % 5 == 0:
                self._buy(price, best)
            top = min(best.values[self.stage], below)
            if top - self.bound < 1 - SAFE or not slope.any() or reach < WEARY:
                break
            if still >= PATIENCE:
                reach, still, price, slope, total = reach / 2, 0, self.prices, self._slope, self.bound
            step = reach * max(top - total, 1.0) / float(slope @ slope)
            price = np.maximum(price + step * slope, 0.0)
        if min(best.values[self.stage], below) - self.bound > OPEN * self.bound:
            self._ramble(best)
        total, _ = self._at(self.prices, whole=True)
        spare = min(best.values[self.stage], below - 1) - total
        return Windows(total, self._levels(spare), self.prices)

    def _levels(self, spare: float) -> tuple[tuple[int, ...], ...]:
        """Return the levels at which an incident pays no more over its least than is to spare."""
        market = self.market
        found: list[tuple[int, ...]] = [() for _ in self.problem.needs]
        for k, j in enumerate(market.incidents):
            part = slice(int(market.first[k]), int(market.first[k + 1]))
            good = self._level[part] - self._least[k] <= spare + SAFE
            found[j] = tuple(np.unique(market.at[part][good]).tolist())
        return tuple(found)

    def _buy(self, price: Floats, best: Best) -> None:
        """Let incidents buy in turn at these prices, and offer what comes of it."""
        where, late = np.empty(price.size, np.int64), np.empty(self._alone.size, np.int64)
        for order in (self._heavy, np.argsort(self._alone - self._least, kind="stable")):
            pricing.in_turn(*self.market.goods, price, order, where, late)
            self._offer(best, where, late)

    def _ramble(self, best: Best) -> None:
        """Look for a better order of buying at the prices found: where much is left open, the first ones are poor."""
        self._at(self.prices)
        for order in (self._heavy.copy(), np.argsort(self._alone - self._least, kind="stable")):
            where, late = np.empty(self.prices.size, np.int64), np.empty(self._alone.size, np.int64)
            pricing.ramble(*self.market.goods, self.prices, self._weights, order, where, late, RAMBLES)
            self._offer(best, where, late)

    def _offer(self, best: Best, where: Integers, late: Integers) -> None:
        served = late >= 0
        worth = self._never + int(self._weights[~served].sum()), int((self._weights * late)[served].sum())
        if worth <= best.values[:2]:  # where the tables left something out it is worth less than that
            best.offer(tuple(self._left[where].tolist()))


def _adequate(problem: Problem, sent: tuple[int, ...]) -> tuple[int, ...]:
    """Return the assignment without those who are not enough together: the tables may have left something out."""
    there: dict[int, list[int]] = {}
    for unit, incident in enumerate(sent):
        if incident >= 0:
            there.setdefault(incident, []).append(unit)
    good = {incident for incident, units in there.items() if problem.adequate(incident, units)}
    return sent if len(good) == len(there) else tuple(i if i in good else -1 for i in sent)
