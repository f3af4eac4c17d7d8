"""Dispatch written down anew for SCIP (through OR-Tools): the peer of the benchmark, the check of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ortools.linear_solver import pywraplp

from sarhad.response.dispatch.problem import NEVER, Problem

Pairs = dict[tuple[int, int], Any]
STAGES = 5


@dataclass(frozen=True)
class Checked:
    """The optimum's values as far as SCIP proved them; of the next stage its best value and its bound (else None)."""

    proved: tuple[int, ...]
    best: float | None = None
    bound: float | None = None

    @property
    def gap(self) -> float:
        """What is left between best and bound of the stage that was not proved, as a share of best; 0 if all are."""
        if self.best is None or self.bound is None:
            return 0.0 if len(self.proved) == STAGES else float("inf")
        return (self.best - self.bound) / max(abs(self.best), 1.0)


def solve(
    problem: Problem, *, stages: int = STAGES, limit_s: float = 120.0, known: tuple[int, ...] | None = None
) -> Checked:
    """Return the optimum's values stage by stage, each held before the next, ``limit_s`` seconds for each.

    One column for each unit and incident, and for each moment at which a unit can reach an
    incident one that says "served then or later": going from moment to moment costs what
    lies between.  ``known`` values, proved by nobody, only leave out what is worse than them.
    """
    solver = pywraplp.Solver.CreateSolver("SCIP")
    solver.SetTimeLimit(round(limit_s * 1000))
    latest = _latest(problem, known)
    units, incidents = problem.arrival_s.shape
    sent = {
        (u, j): solver.BoolVar("")
        for u in range(units)
        for j in range(incidents)
        if problem.arrival_s[u, j] <= latest[j]
    }
    served = [solver.BoolVar("") for _ in range(incidents)]
    _needs(solver, problem, sent, served)
    late = _late(solver, problem, sent, served)
    for u in range(units):
        solver.Add(sum(x for (v, _), x in sent.items() if v == u) <= 1)
    objectives = (
        sum(w * (1 - served[j]) for j, w in enumerate(problem.weight)),
        late,
        sum(_bare(solver, problem, sent), 0 * served[0]),
        sum((int(problem.travel_s[pair]) * x for pair, x in sent.items()), 0 * served[0]),
        sum((int(problem.tie[pair]) * x for pair, x in sent.items()), 0 * served[0]),
    )
    values: list[int] = []
    for objective in objectives[:stages]:
        solver.Minimize(objective)
        status = solver.Solve()
        if status == pywraplp.Solver.FEASIBLE:
            return Checked(tuple(values), solver.Objective().Value(), solver.Objective().BestBound())
        if status != pywraplp.Solver.OPTIMAL:
            return Checked(tuple(values))
        values.append(round(solver.Objective().Value()))
        solver.Add(objective <= values[-1] + 0.5)
    return Checked(tuple(values))


def _latest(problem: Problem, known: tuple[int, ...] | None) -> list[int]:
    """Return after which moment each incident is not served in an answer as good as the known one."""
    if known is None or known[0] > sum(w for w, at in zip(problem.weight, problem.alone, strict=True) if at >= NEVER):
        return [NEVER - 1] * len(problem.weight)
    least = [0 if at >= NEVER else at for at in problem.alone]
    spare = known[1] - sum(w * at for w, at in zip(problem.weight, least, strict=True))
    return [at + spare // w for at, w in zip(least, problem.weight, strict=True)]


def _needs(solver: Any, problem: Problem, sent: Pairs, served: list[Any]) -> None:
    for j, need in enumerate(problem.needs):
        there = {u: x for (u, i), x in sent.items() if i == j}
        for x in there.values():
            solver.Add(x <= served[j])
        solver.Add(sum(there.values()) >= served[j])
        for skill in need.capabilities:
            solver.Add(sum(x for u, x in there.items() if skill in problem.skills[u]) >= served[j])
        solver.Add(sum(problem.strength[u] * x for u, x in there.items()) >= need.strength * served[j])
    for rule in problem.apart:
        for j in rule.incidents:
            for pair in ((u, v) for u in rule.one for v in rule.other):
                if all((unit, j) in sent for unit in pair):
                    solver.Add(sent[pair[0], j] + sent[pair[1], j] <= 1)


def _late(solver: Any, problem: Problem, sent: Pairs, served: list[Any]) -> Any:
    """Return the weighted arrivals; an incident is served no earlier than the last unit that is sent there."""
    total = 0 * served[0]
    for j, weight in enumerate(problem.weight):
        there = {u: int(problem.arrival_s[u, j]) for (u, i) in sent if i == j}
        moments = sorted(set(there.values()))
        then = {at: solver.BoolVar("") for at in moments}
        for one, next_one in pairwise(moments):
            solver.Add(then[next_one] <= then[one])
        for u, at in there.items():
            solver.Add(sent[u, j] <= then[at])
        steps = pairwise([0, *moments])
        total += weight * sum((after - before) * then[after] for before, after in steps)
    return total


def _bare(solver: Any, problem: Problem, sent: Pairs) -> list[Any]:
    found = []
    for units in problem.posts:
        bare = solver.BoolVar("")
        solver.Add(bare >= sum(x for (u, _), x in sent.items() if u in units) - len(units) + 1)
        found.append(bare)
    return found
