"""The mixed-integer program of one dispatch problem, as HiGHS takes it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import highspy
import numpy as np

from sarhad.response.dispatch.problem import NEVER, Apart, Limit, Problem
from sarhad.response.siting.highs import Quiet

STAGES = ("unserved", "arrival", "reserve", "travel", "tie")
Entries = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Room:
    """The levels that each incident may have, ascending; ``served``: none that can be served is left out."""

    levels: tuple[tuple[int, ...], ...]
    served: bool


@dataclass(slots=True)
class _Rows:
    """A mixed-integer program as it is put together; one owner, used once."""

    columns: int = 0
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=lambda: [0])
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def column(self) -> int:
        """Add a binary column."""
        self.columns += 1
        return self.columns - 1

    def row(self, low: float, entries: Entries, high: float) -> None:
        """Add ``low`` <= sum of entries <= ``high``."""
        self.low.append(low)
        self.high.append(high)
        self.index += [column for column, _ in entries]
        self.value += [value for _, value in entries]
        self.start.append(len(self.index))


class Model:
    """The program of one problem, shared by all stages."""

    def __init__(self, problem: Problem, room: Room | None = None) -> None:
        """Put the program together; what has no ``room`` is left out."""
        self.problem = problem
        self.rows = _Rows()
        self.pair: dict[tuple[int, int], int] = {}
        self.level: dict[tuple[int, int], int] = {}
        self.bare: list[int] = []
        incidents = problem.arrival_s.shape[1]
        for incident in range(incidents):
            self._incident(incident, room)
        mine: dict[int, Entries] = {}
        for (unit, _), column in self.pair.items():
            mine.setdefault(unit, []).append((column, 1.0))
        for entries in mine.values():
            if len(entries) > 1:
                self.rows.row(0.0, entries, 1.0)
        for rule in problem.apart:
            self._apart(rule)
        for limit in problem.limits:
            self._limit(limit)
        for units in problem.posts:
            self._post(units, mine)
        self.costs = [self._costs(stage) for stage in range(len(STAGES))]

    def _incident(self, incident: int, room: Room | None) -> None:
        """Add the pairs and levels of one incident and what adequacy asks; nothing if it cannot be served."""
        problem, need = self.problem, self.problem.needs[incident]
        if problem.alone[incident] >= NEVER:
            return
        wanted = frozenset(need.capabilities)
        # Without room only whether it is served is asked: one level says it.
        levels = (problem.by_time[incident][-1][0],) if room is None else room.levels[incident]
        if not levels:
            return
        arrival = {
            u: at
            for at, u in problem.by_time[incident]
            if at <= levels[-1] and (problem.skills[u] & wanted or need.strength or not wanted)
        }
        level = {at: self.rows.column() for at in levels}
        for u in arrival:
            self.pair[u, incident] = self.rows.column()
        self.level.update({(incident, at): column for at, column in level.items()})
        every = [(column, -1.0) for column in level.values()]
        least = 1.0 if room is not None and room.served else 0.0
        self.rows.row(least, [(c, 1.0) for c in level.values()], 1.0)
        for u, there in arrival.items():
            late = [(column, -1.0) for at, column in level.items() if at >= there]
            self.rows.row(-math.inf, [(self.pair[u, incident], 1.0), *late], 0.0)
        for skill in need.capabilities:
            able = [(self.pair[u, incident], 1.0) for u in arrival if skill in problem.skills[u]]
            self.rows.row(0.0, able + every, math.inf)
        if need.strength:
            persons = [(self.pair[u, incident], float(problem.strength[u])) for u in arrival]
            self.rows.row(0.0, persons + [(c, -float(need.strength)) for c, _ in every], math.inf)
        if not wanted and not need.strength:
            self.rows.row(0.0, [(self.pair[u, incident], 1.0) for u in arrival] + every, math.inf)

    def _apart(self, rule: Apart) -> None:
        """Let each incident that the rule is about have units of one side only: a column says of which."""
        for incident in sorted(rule.incidents):
            one = [c for u in sorted(rule.one) if (c := self.pair.get((u, incident))) is not None]
            other = [c for u in sorted(rule.other) if (c := self.pair.get((u, incident))) is not None]
            if not one or not other:
                continue
            side = self.rows.column()
            for column in one:
                self.rows.row(-math.inf, [(column, 1.0), (side, 1.0)], 1.0)
            for column in other:
                self.rows.row(-math.inf, [(column, 1.0), (side, -1.0)], 0.0)

    def _limit(self, limit: Limit) -> None:
        for within in limit.windows(list(self.pair)):
            self.rows.row(-math.inf, [(self.pair[pair], float(count)) for pair, count in within], float(limit.per_h))

    def _post(self, units: frozenset[int], mine: dict[int, Entries]) -> None:
        """Add a column that is 1 when every unit that covers the post is sent; none where one certainly stays."""
        if not units or any(unit not in mine for unit in units):
            return
        bare = self.rows.column()
        self.bare.append(bare)
        entries = [entry for unit in sorted(units) for entry in mine[unit]]
        self.rows.row(-math.inf, [*entries, (bare, -1.0)], float(len(units) - 1))

    def _costs(self, stage: int) -> Entries:
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

    def exclude(self, levels: dict[int, int]) -> None:
        """Forbid that all of these incidents are served at these very levels."""
        entries = [(self.level[incident, at], 1.0) for incident, at in levels.items()]
        self.rows.row(-math.inf, entries, float(len(entries) - 1))

    def _assignment(self, x: list[float]) -> tuple[int, ...]:
        """Return for each unit its incident, or -1; units sent to what is not served stay."""
        served = {incident for (incident, _), column in self.level.items() if x[column] > 0.5}
        sent = [-1] * len(self.problem.skills)
        for (unit, incident), column in self.pair.items():
            if x[column] > 0.5 and incident in served:
                sent[unit] = incident
        return tuple(sent)

    def run(self, stage: int, left_s: float) -> tuple[tuple[int, ...] | None, float, bool]:
        """Return the best assignment found, the bound on the stage's value, and whether it is proved.

        No assignment, and proved: there is none that holds what is to be held.
        """
        if not self.costs[stage]:
            return None, float(self._offset(stage)), True
        engine = _engine(left_s)
        engine.passModel(self._handed_over(stage))
        engine.run()  # without a start: from one, HiGHS 1.16 at times says optimal and hands the start back
        info = engine.getInfo()
        found = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
        status = engine.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None, math.inf, True
        sent = self._assignment(list(engine.getSolution().col_value)) if found else None
        return (
            sent,
            float(info.mip_dual_bound) + self._offset(stage),
            found and status == highspy.HighsModelStatus.kOptimal,
        )

    def _handed_over(self, stage: int) -> highspy.HighsLp:
        rows, lp = self.rows, highspy.HighsLp()
        cost = np.zeros(rows.columns)
        for column, value in self.costs[stage]:
            cost[column] = value
        lp.num_col_, lp.num_row_ = rows.columns, len(rows.low)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(rows.columns), np.ones(rows.columns)
        lp.row_lower_, lp.row_upper_ = np.array(rows.low), np.array(rows.high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
        lp.a_matrix_.start_, lp.a_matrix_.index_ = np.array(rows.start, np.int32), np.array(rows.index, np.int32)
        lp.a_matrix_.value_ = np.array(rows.value, float)
        lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
        return lp


def _engine(left_s: float) -> highspy.Highs:
    """Return HiGHS with one thread and a fixed seed: the same model, the same answer."""
    engine = Quiet()
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
