"""Dispatch written down anew for SCIP (through OR-Tools): the peer of the benchmark, the check of the tests."""

from __future__ import annotations

from typing import Any

from ortools.linear_solver import pywraplp

from sarhad.response.dispatch.problem import NEVER, Problem


def solve(problem: Problem, *, stages: int = 5, limit_s: float = 120.0) -> tuple[int, ...]:
    """Return the optimum's values stage by stage, each held before the next.

    One column for each unit and incident, one for each incident served, one for when it is
    served, which no unit sent there comes after.  Raises RuntimeError where SCIP proves nothing in time.
    """
    solver = pywraplp.Solver.CreateSolver("SCIP")
    solver.SetTimeLimit(round(limit_s * 1000))
    sent, served, when = _columns(solver, problem)
    _needs(solver, problem, sent, served)
    for (u, j), x in sent.items():
        solver.Add(when[j] >= int(problem.arrival_s[u, j]) * x)
    for u in range(len(problem.skills)):
        solver.Add(sum(x for (v, _), x in sent.items() if v == u) <= 1)
    bare = _bare(solver, problem, sent)
    objectives = (
        sum(w * (1 - served[j]) for j, w in enumerate(problem.weight)),
        sum(w * when[j] for j, w in enumerate(problem.weight)),
        sum(bare) if bare else 0 * when[0],
        sum(int(problem.travel_s[pair]) * x for pair, x in sent.items()) if sent else 0 * when[0],
        sum(int(problem.tie[pair]) * x for pair, x in sent.items()) if sent else 0 * when[0],
    )
    values = []
    for objective in objectives[:stages]:
        solver.Minimize(objective)
        if solver.Solve() != pywraplp.Solver.OPTIMAL:
            raise RuntimeError("SCIP did not prove an optimum in time")
        values.append(round(solver.Objective().Value()))
        solver.Add(objective <= values[-1] + 0.5)
    return tuple(values)


def _columns(solver: Any, problem: Problem) -> tuple[dict[tuple[int, int], Any], list[Any], list[Any]]:
    units, incidents = problem.arrival_s.shape
    sent = {
        (u, j): solver.BoolVar("") for u in range(units) for j in range(incidents) if problem.arrival_s[u, j] < NEVER
    }
    served = [solver.BoolVar("") for _ in range(incidents)]
    latest = [max((int(problem.arrival_s[u, j]) for u, i in sent if i == j), default=0) for j in range(incidents)]
    return sent, served, [solver.NumVar(0, at, "") for at in latest]


def _needs(solver: Any, problem: Problem, sent: dict[tuple[int, int], Any], served: list[Any]) -> None:
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


def _bare(solver: Any, problem: Problem, sent: dict[tuple[int, int], Any]) -> list[Any]:
    found = []
    for units in problem.posts:
        bare = solver.BoolVar("")
        solver.Add(bare >= sum(x for (u, _), x in sent.items() if u in units) - len(units) + 1)
        found.append(bare)
    return found
