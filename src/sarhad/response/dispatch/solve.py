"""The exact optimum by HiGHS: stage after stage, each proved before the next is asked.

For each incident one *level* is chosen, the time by which all its units are there; a
unit may go only if it arrives by the level.  The bound by prices (``bounding``) leaves
few levels, often one: the solver is asked only what is left open.  A stage whose bound is
reached already is proved without it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from sarhad.response.dispatch.bounding import SAFE, Ascent, Best, Market, Windows, arrival_market, unserved_market
from sarhad.response.dispatch.greedy import first_answer
from sarhad.response.dispatch.model import STAGES, Model, Room
from sarhad.response.dispatch.problem import NEVER, Problem
from sarhad.response.dispatch.scarcity import lost
from sarhad.response.geometry import Floats

__all__ = ["STAGES", "Prices", "Solution", "solve", "undercut"]

Prices = tuple[Floats | None, Floats | None]
"""Prices of the units that bound unserved weight, and arrivals."""
ALL = (NEVER, NEVER)
"""Any answer is better than this."""
ARRIVALS = STAGES.index("arrival")
SPARE_LEVELS, MANY = 20, 3
"""So many levels more than incidents may stay as they are; else so many other ways to the best arrivals are tried."""
ANY = NEVER * NEVER
"""More than any sum of arrivals."""


@dataclass(frozen=True, slots=True)
class Solution:
    """For each unit its incident or -1; ``values`` and ``bounds`` by stage; ``optimal`` only if every stage is proved.

    A stage that was not reached before the time limit has the bound 0, which always holds.
    ``prices`` of the units, by which a question alike is bounded sooner: for unserved weight, for arrivals.
    """

    sent: tuple[int, ...]
    values: tuple[int, ...]
    bounds: tuple[int, ...]
    optimal: bool
    prices: Prices = field(default=(None, None), compare=False, repr=False)

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Who is sent, and to which incident."""
        return [(unit, incident) for unit, incident in enumerate(self.sent) if incident >= 0]


def solve(problem: Problem, *, limit_s: float = 10.0, clock: Callable[[], float] = time.monotonic) -> Solution:
    """Return the best assignment by all STAGES, within ``limit_s`` seconds of ``clock``."""
    until = clock() + limit_s
    course = _Course(problem, first_answer(problem))
    stages, proved = len(STAGES), 0
    while proved < stages and course.prove(proved, lambda: until - clock()):
        proved += 1
    bounds = (*course.bounds[: min(proved + 1, stages)], *(0 for _ in range(proved + 1, stages)))
    prices = course.prices[0], course.prices[1]
    return Solution(course.best.sent, course.best.values, bounds, proved == stages, prices)


def hope_of(problem: Problem, solution: Solution) -> tuple[int, int]:
    """Return by how much an answer to a question alike could be better in the first two stages at the most."""
    course = _Course(problem, (-1,) * len(problem.skills), (solution.values[0], solution.values[1]), solution.prices)
    return course.hope()


def undercut(
    problem: Problem,
    known: tuple[int, ...],
    than: tuple[int, int],
    prices: Prices,
    *,
    enough: int,
    left_s: Callable[[], float],
) -> tuple[tuple[int, ...] | None, bool]:
    """Return the best assignment by the first two stages where one is better than ``than``, and whether that is proved.

    Where less weight than ``enough`` is unserved, the arrivals are not looked at.  ``known`` is an
    allowed assignment, ``prices`` are those of a question alike: both save time only.
    """
    course = _Course(problem, known, than, prices)
    if not course.prove(0, left_s):
        return None, False
    if course.bounds[0] > than[0]:
        return None, True
    if course.best.values[0] < enough:
        return course.best.sent, True
    proved = course.prove(1, left_s)
    return (course.best.sent if proved and course.best.values[:2] < than else None), proved


class _Course:
    """One problem on its way through the stages; what is not better than ``than`` is not looked for."""

    def __init__(
        self,
        problem: Problem,
        sent: tuple[int, ...],
        than: tuple[int, int] = ALL,
        prices: Prices = (None, None),
    ) -> None:
        self.problem = problem
        self.best = Best.of(problem, sent)
        self.bounds = [0] * len(STAGES)
        self.prices = list(prices)
        self._than = than
        self._served = sum(w for w, at in zip(problem.weight, problem.alone, strict=True) if at >= NEVER)
        self._room: Room | None = None
        self._model: Model | None = None

    def _below(self, stage: int) -> int:
        """Return what a stage's value has to be less than, to be of interest."""
        if stage == 0:
            return self._than[0] + 1  # as much unserved, and sooner: that is better
        return self._than[1] if stage == 1 and self.best.values[0] == self._than[0] else ANY

    @cached_property
    def _floor(self) -> int:
        """What is unserved at the least: whom nobody can serve, and for whom too few have what is asked."""
        return self._served + lost(self.problem)

    @property
    def _wide(self) -> bool:
        """Tell whether so many levels are left that later stages had better know them to be needed."""
        return self._room is not None and sum(map(len, self._room.levels)) > len(self._room.levels) + SPARE_LEVELS

    def hope(self) -> tuple[int, int]:
        """Return how much less than ``than`` the first two stages could be at the most, by the prices as they are."""
        problem, (unserved, late) = self.problem, self._than
        least = self._served if self._served == unserved else self._floor
        if least < unserved:
            ascent = Ascent(problem, unserved_market(problem), 0, self.prices[0])
            least = max(least, math.ceil(ascent.bound - SAFE))
        if least != unserved:
            return unserved - least, late
        market = self._arrival_market(unserved, late - 1)
        return 0, late - math.ceil(Ascent(problem, market, 1, self.prices[1]).bound - SAFE) if market else 0

    def prove(self, stage: int, left_s: Callable[[], float]) -> bool:
        """Find the best value of a stage among what is best by those before; False where that is not proved.

        Where the bound shows that nothing of interest is left, that is proof as well.
        """
        if stage == 0:
            self.bounds[0] = self._served if self.best.values[0] == self._served else self._floor
            if self.best.values[0] > self.bounds[0] and left_s() > 0:
                self._climb(Ascent(self.problem, unserved_market(self.problem), 0, self.prices[0]))
        elif stage == 1 and left_s() > 0:
            self._arrivals()
        if stage == ARRIVALS and self._than == ALL and self._wide and self.best.values[stage]:
            return self._ask_arrivals(left_s)
        if self.best.values[stage] > self.bounds[stage] and self.bounds[stage] < self._below(stage):
            left = left_s()
            return left > 0 and self._ask(stage, left)
        if self._model is not None:
            self._model.hold(stage, self.best.values[stage])
        return True

    def _climb(self, ascent: Ascent) -> Windows:
        """Raise a stage's bound by prices."""
        stage = ascent.stage
        found = ascent.climb(self.best, self._below(stage))
        self.prices[stage] = found.prices
        bound = min(self.best.values[stage], self._below(stage), math.ceil(found.bound - SAFE))
        self.bounds[stage] = max(self.bounds[stage], bound)
        return found

    def _arrivals(self) -> None:
        """Bound the weighted arrivals, and note the levels that are left."""
        unserved, most = self.best.values[0], min(self.best.values[1], self._below(1) - 1)
        market = self._arrival_market(unserved, most)
        if market is None:
            self.bounds[1] = most + 1
            return
        found = self._climb(Ascent(self.problem, market, 1, self.prices[1]))
        served = unserved == self._served
        if served and any(at < NEVER and not found.levels[j] for j, at in enumerate(self.problem.alone)):
            self.bounds[1] = max(self.bounds[1], most + 1)
        self._room = Room(found.levels, served)

    def _arrival_market(self, unserved: int, most: int) -> Market | None:
        """Return the market of answers whose weighted arrivals are ``most`` or less; None if there are none."""
        problem, alone = self.problem, self.problem.alone
        if unserved != self._served:
            latest = [max(most // w, 0) for w in problem.weight]
            return arrival_market(problem, latest, unserved, all_served=False)
        # Whoever can be served is: each has what the others' least leaves.
        spare = most - sum(w * at for w, at in zip(problem.weight, alone, strict=True) if at < NEVER)
        latest = [at + spare // w if at < NEVER else 0 for at, w in zip(alone, problem.weight, strict=True)]
        return arrival_market(problem, latest, unserved, all_served=True) if spare >= 0 else None

    def _ask_arrivals(self, left_s: Callable[[], float]) -> bool:
        """Ask for arrivals other than the best known and no worse; where there are few, only their levels are left."""
        room = self._room
        assert room is not None
        model, known = Model(self.problem, room), [self.problem.served_at(self.best.sent)]
        model.hold(0, self.bounds[0])
        model.hold(ARRIVALS, self.best.values[ARRIVALS])
        while (left := left_s()) > 0:
            model.exclude(known[-1])
            value = self.best.values[ARRIVALS]
            found, bound, proved = model.run(ARRIVALS, left)
            if proved and bound == math.inf:
                self.bounds[ARRIVALS] = value
                levels = ({one[j] for one in known if j in one} for j in range(len(room.levels)))
                self._room = Room(tuple(tuple(sorted(some)) for some in levels), room.served)
                return True
            if found is not None:
                self.best.offer(found)
            if not proved or found is None:
                least = math.ceil(bound - 1e-6) if math.isfinite(bound) else 0
                self.bounds[ARRIVALS] = max(self.bounds[ARRIVALS], min(self.best.values[ARRIVALS], least))
                return False
            self.bounds[ARRIVALS] = self.best.values[ARRIVALS]
            if self.best.values[ARRIVALS] < value:
                model.hold(ARRIVALS, self.best.values[ARRIVALS])
                known = []
            known.append(self.problem.served_at(found))
            if len(known) > MANY:
                return True
        return self.bounds[ARRIVALS] == self.best.values[ARRIVALS]

    def _ask(self, stage: int, left_s: float) -> bool:
        """Ask the solver."""
        most = self._below(stage) - 1
        model = self._model
        if model is None:
            model = Model(self.problem, self._room if stage else None)
            for before in range(stage):
                model.hold(before, self.bounds[before])
            self._model = model if stage else None  # without room it knows nothing of times
        if most < self.best.values[stage]:
            model.hold(stage, most)
        found, bound, proved = model.run(stage, left_s)
        if proved and bound == math.inf and most < self.best.values[stage]:
            self.bounds[stage] = most + 1
            return True
        if found is not None:
            self.best.offer(found)
        value = self.best.values[stage]
        if math.isfinite(bound):
            self.bounds[stage] = max(self.bounds[stage], min(value, math.ceil(bound - 1e-6)))
        model.hold(stage, value)
        return proved and self.bounds[stage] == value  # the solver's word counts only where our own count agrees
