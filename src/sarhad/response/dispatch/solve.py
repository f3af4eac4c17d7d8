"""The exact optimum by HiGHS: stage after stage, each proved before the next is asked.

For each incident one *level* is chosen, the time by which all its units are there; a
unit may go only if it arrives by the level.  Levels below what the incident could
have alone are never offered.  This is tight where a plain maximum would need large constants.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np

from sarhad.response.dispatch.problem import NEVER, Problem

STAGES = ("unserved", "arrival", "reserve", "travel", "tie")


@dataclass(frozen=True, slots=True)
class Solution:
    """For each unit its incident or -1; ``values`` and ``bounds`` by stage; ``optimal`` only if every stage is proved.

    A stage that was not reached before the time limit has the bound 0, which always holds.
    """

    sent: tuple[int, ...]
    values: tuple[int, ...]
    bounds: tuple[int, ...]
    optimal: bool


@dataclass(slots=True)
class _Rows:
    """A mixed-integer program as it is put together; one owner, used once."""

    upper: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=lambda: [0])
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def column(self) -> int:
        """Add a binary column."""
        self.upper.append(1.0)
        return len(self.upper) - 1

    def row(self, low: float, entries: list[tuple[int, float]], high: float) -> None:
        """Add ``low`` <= sum of entries <= ``high``."""
        self.low.append(low)
        self.high.append(high)
        self.index += [column for column, _ in entries]
        self.value += [value for _, value in entries]
        self.start.append(len(self.index))


def solve(
    problem: Problem, *, limit_s: float = 10.0, stages: int = len(STAGES), clock: Callable[[], float] = time.monotonic
) -> Solution:
    """Return the best assignment by the first ``stages`` of STAGES, within ``limit_s`` seconds of ``clock``."""
    until = clock() + limit_s
    model = _Model(problem)
    idle = tuple(-1 for _ in problem.skills)
    sent, x, bounds, proved = idle, None, [0] * stages, True
    for stage in range(stages):
        left = until - clock()
        if left <= 0:
            proved = False
            break
        x, bound, proved = model.run(stage, left, x)
        sent = sent if x is None else model.assignment(x)
        value = problem.values(sent)[stage]
        bounds[stage] = max(0, min(value, math.ceil(bound - 1e-6))) if math.isfinite(bound) else 0
        proved = proved and bounds[stage] == value  # the solver's word counts only where our own count agrees
        if not proved:
            break
        model.hold(stage, value)
    return Solution(sent, problem.values(sent)[:stages], tuple(bounds), proved)


class _Model:
    """The program of one problem, shared by all stages."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.rows = _Rows()
        self.pair: dict[tuple[int, int], int] = {}
        self.level: dict[tuple[int, int], int] = {}
        self.bare: list[int] = []
        units, incidents = problem.arrival_s.shape
        for incident in range(incidents):
            self._incident(incident)
        for unit in range(units):
            mine = [(column, 1.0) for (u, _), column in self.pair.items() if u == unit]
            if len(mine) > 1:
                self.rows.row(0.0, mine, 1.0)
        for home in sorted({home for home in problem.home if home >= 0}):
            self._post([u for u in range(units) if problem.home[u] == home])
        self.costs = [self._costs(stage) for stage in range(len(STAGES))]

    def _incident(self, incident: int) -> None:
        """Add the pairs and levels of one incident and what adequacy asks; nothing if it cannot be served."""
        problem, need = self.problem, self.problem.needs[incident]
        earliest = problem.earliest(incident)
        if earliest >= NEVER:
            return
        wanted = frozenset(need.capabilities)
        useful = [
            u
            for u in range(len(problem.skills))
            if problem.eligible(u, incident) and (problem.skills[u] & wanted or need.strength or not wanted)
        ]
        arrival = {u: int(problem.arrival_s[u, incident]) for u in useful}
        times = sorted({max(at, earliest) for at in arrival.values()})
        level = {at: self.rows.column() for at in times}
        for u in useful:
            self.pair[u, incident] = self.rows.column()
        self.level.update({(incident, at): column for at, column in level.items()})
        every = [(column, -1.0) for column in level.values()]
        self.rows.row(0.0, [(c, 1.0) for c in level.values()], 1.0)
        for u in useful:
            late = [(column, -1.0) for at, column in level.items() if at >= arrival[u]]
            self.rows.row(-math.inf, [(self.pair[u, incident], 1.0), *late], 0.0)
        for skill in need.capabilities:
            able = [(self.pair[u, incident], 1.0) for u in useful if skill in problem.skills[u]]
            self.rows.row(0.0, able + every, math.inf)
        persons = [(self.pair[u, incident], float(problem.strength[u])) for u in useful]
        self.rows.row(0.0, persons + [(c, -float(need.strength)) for c, _ in every], math.inf)
        self.rows.row(0.0, [(self.pair[u, incident], 1.0) for u in useful] + every, math.inf)

    def _post(self, units: list[int]) -> None:
        """Add a column that is 1 when every unit of the post is sent."""
        bare = self.rows.column()
        self.bare.append(bare)
        mine = [(column, 1.0) for (u, _), column in self.pair.items() if u in units]
        self.rows.row(-math.inf, [*mine, (bare, -1.0)], float(len(units) - 1))

    def _costs(self, stage: int) -> list[tuple[int, float]]:
        problem = self.problem
        if STAGES[stage] == "unserved":
            return [(column, -float(problem.weight[j])) for (j, _), column in self.level.items()]
        if STAGES[stage] == "arrival":
            return [(column, float(problem.weight[j] * at)) for (j, at), column in self.level.items()]
        if STAGES[stage] == "reserve":
            return [(column, 1.0) for column in self.bare]
        by_pair = problem.travel_s if STAGES[stage] == "travel" else problem.tie
        return [(column, float(by_pair[pair])) for pair, column in self.pair.items()]

    def _offset(self, stage: int) -> int:
        return sum(self.problem.weight) if STAGES[stage] == "unserved" else 0

    def hold(self, stage: int, value: int) -> None:
        """Keep later stages from being worse in this one."""
        self.rows.row(-math.inf, self.costs[stage], value - self._offset(stage) + 0.5)

    def assignment(self, x: list[float]) -> tuple[int, ...]:
        """Return for each unit its incident, or -1."""
        sent = [-1] * len(self.problem.skills)
        for (unit, incident), column in self.pair.items():
            if x[column] > 0.5:
                sent[unit] = incident
        return tuple(sent)

    def run(self, stage: int, left_s: float, start: list[float] | None) -> tuple[list[float] | None, float, bool]:
        """Return the best columns found, the bound on the stage's value, and whether it is proved."""
        if not self.costs[stage]:
            return start, float(self._offset(stage)), True
        engine = _engine(left_s)
        engine.passModel(self._handed_over(stage))
        engine.run()  # without a start: from one, HiGHS 1.16 at times says optimal and hands the start back
        info = engine.getInfo()
        found = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
        optimal = engine.getModelStatus() == highspy.HighsModelStatus.kOptimal
        x = [round(v) * 1.0 for v in engine.getSolution().col_value] if found else start
        return x, float(info.mip_dual_bound) + self._offset(stage), optimal and found

    def _handed_over(self, stage: int) -> highspy.HighsLp:
        rows, lp = self.rows, highspy.HighsLp()
        cost = np.zeros(len(rows.upper))
        for column, value in self.costs[stage]:
            cost[column] = value
        lp.num_col_, lp.num_row_ = len(rows.upper), len(rows.low)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(cost.size), np.array(rows.upper)
        lp.row_lower_, lp.row_upper_ = np.array(rows.low), np.array(rows.high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
        lp.a_matrix_.start_, lp.a_matrix_.index_ = np.array(rows.start, np.int32), np.array(rows.index, np.int32)
        lp.a_matrix_.value_ = np.array(rows.value, float)
        lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
        return lp


def _engine(left_s: float) -> highspy.Highs:
    """Return HiGHS with one thread and a fixed seed: the same model, the same answer."""
    engine = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy has no types here
    options: dict[str, bool | int | float] = {
        "log_to_console": False,
        "output_flag": False,
        "threads": 1,
        "random_seed": 1,
        "time_limit": left_s,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 1e-6,
    }
    for name, value in options.items():
        engine.setOptionValue(name, value)
    return engine
