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
from dataclasses import dataclass

from sarhad.response.dispatch.bounding import SAFE, Windows, arrival_bound, unserved_bound
from sarhad.response.dispatch.greedy import first_answer
from sarhad.response.dispatch.model import STAGES, Model, Room
from sarhad.response.dispatch.problem import NEVER, Problem

__all__ = ["STAGES", "Solution", "solve"]


@dataclass(frozen=True, slots=True)
class Solution:
    """For each unit its incident or -1; ``values`` and ``bounds`` by stage; ``optimal`` only if every stage is proved.

    A stage that was not reached before the time limit has the bound 0, which always holds.
    """

    sent: tuple[int, ...]
    values: tuple[int, ...]
    bounds: tuple[int, ...]
    optimal: bool


def solve(
    problem: Problem,
    *,
    limit_s: float = 10.0,
    stages: int = len(STAGES),
    known: tuple[int, ...] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Solution:
    """Return the best assignment by the first ``stages`` of STAGES, within ``limit_s`` seconds of ``clock``.

    ``known`` is an allowed assignment, where there is one to begin with.
    """
    until = clock() + limit_s
    course = _Course(problem, first_answer(problem, known))
    proved = 0
    while proved < stages and course.prove(proved, lambda: until - clock()):
        proved += 1
    bounds = (*course.bounds[: min(proved + 1, stages)], *(0 for _ in range(proved + 1, stages)))
    return Solution(course.sent, problem.values(course.sent)[:stages], bounds, proved == stages)


class _Course:
    """One problem on its way through the stages.  Owned by ``solve``."""

    def __init__(self, problem: Problem, sent: tuple[int, ...]) -> None:
        self.problem = problem
        self.sent = sent
        self.bounds = [0] * len(STAGES)
        self._served = sum(w for w, at in zip(problem.weight, problem.alone, strict=True) if at >= NEVER)
        self._room: Room | None = None
        self._model: Model | None = None

    @property
    def values(self) -> tuple[int, ...]:
        """What the best answer so far is worth."""
        return self.problem.values(self.sent)

    def prove(self, stage: int, left_s: Callable[[], float]) -> bool:
        """Find the best value of a stage among what is best by those before; False where that is not proved."""
        if stage == 0:
            self.bounds[0] = self._served
            if self.values[0] > self.bounds[0] and left_s() > 0:
                self._take(unserved_bound(self.problem, self.sent), 0)
        elif stage == 1 and left_s() > 0:
            self._take(self._arrivals(), 1)
        if self.values[stage] > self.bounds[stage]:
            left = left_s()
            return left > 0 and self._ask(stage, left)
        if self._model is not None:
            self._model.hold(stage, self.values[stage])
        return True

    def _take(self, found: Windows, stage: int) -> None:
        """Take over a bound by prices, and the better answer met on the way."""
        self.sent = found.best
        self.bounds[stage] = max(self.bounds[stage], min(self.values[stage], math.ceil(found.bound - SAFE)))

    def _arrivals(self) -> Windows:
        """Bound the weighted arrivals, and note the levels that are left."""
        problem, alone = self.problem, self.problem.alone
        served = self.values[0] == self._served
        if served:  # whoever can be served is: each has what the others' least leaves
            spare = self.values[1] - sum(w * at for w, at in zip(problem.weight, alone, strict=True) if at < NEVER)
            latest = [at + spare // w if at < NEVER else 0 for at, w in zip(alone, problem.weight, strict=True)]
        else:
            latest = [max(self.values[1] // w, 0) for w in problem.weight]
        found = arrival_bound(problem, latest, self.sent, all_served=served)
        self._room = Room(found.levels, served)
        return found

    def _ask(self, stage: int, left_s: float) -> bool:
        """Ask the solver."""
        model = self._model
        if model is None:
            model = Model(self.problem, self._room if stage else None)
            for before in range(stage):
                model.hold(before, self.bounds[before])
            self._model = model if stage else None  # without room it knows nothing of times
        found, bound, proved = model.run(stage, left_s)
        if found is not None:
            self.sent = min(self.sent, found, key=self.problem.values)
        value = self.values[stage]
        if math.isfinite(bound):
            self.bounds[stage] = max(self.bounds[stage], min(value, math.ceil(bound - 1e-6)))
        model.hold(stage, value)
        return proved and self.bounds[stage] == value  # the solver's word counts only where our own count agrees
