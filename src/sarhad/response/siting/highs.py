"""HiGHS with the model built from arrays: one call, one outcome with its bound.

A model is handed over whole (no expression objects): building is what costs the time
in modelling layers.  One thread and a fixed seed, so that the same model gives the
same answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sarhad.response.siting.answer import Deadline
from sarhad.response.siting.kernels import Floats


class Quiet(highspy.Highs):
    """HiGHS that says nothing: with its callbacks on, making one prints a banner among our own output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()


@dataclass(frozen=True, slots=True)
class Model:
    """Minimise ``cost`` x subject to ``low`` <= ``rows`` x <= ``high``, 0 <= x <= ``upper``.

    ``rows`` is a CSR matrix, rows × columns; ``whole`` marks the integer columns.
    """

    cost: Floats
    upper: Floats
    whole: NDArray[np.bool_]
    rows: sparse.csr_array
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Outcome:
    """What HiGHS found: ``x`` None without a solution; ``bound`` on the minimum; ``proved`` optimal or infeasible."""

    x: Floats | None
    value: float
    bound: float
    proved: bool
    infeasible: bool
    nodes: int


def solve(model: Model, deadline: Deadline, *, step: float = 0.0) -> Outcome:
    """Solve ``model`` until proved or until the deadline.

    ``step``: objective values are multiples of it (0: not known), so that a smaller gap
    is no gap.  The solver is given no point to begin with: from one, HiGHS 1.16 at times
    calls that very point optimal although a better one exists.
    """
    engine = Quiet()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 1),
        ("time_limit", max(deadline.left, 0.01)),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", max(step - 1e-6, 1e-9)),
    ):
        engine.setOptionValue(option, value)
    engine.passModel(_handed_over(model))
    engine.run()
    return _outcome(engine, int(model.whole.sum()))


def relaxed(model: Model, deadline: Deadline) -> Outcome:
    """Solve the linear relaxation."""
    return solve(replace(model, whole=np.zeros_like(model.whole)), deadline)


def _handed_over(model: Model) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    rows = model.rows
    lp.num_col_, lp.num_row_ = model.cost.size, model.low.size
    lp.col_cost_ = model.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(model.cost.size), model.upper
    lp.row_lower_, lp.row_upper_ = model.low, model.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = model.cost.size, model.low.size
    lp.a_matrix_.start_ = rows.indptr.astype(np.int32)
    lp.a_matrix_.index_ = rows.indices.astype(np.int32)
    lp.a_matrix_.value_ = rows.data.astype(np.float64)
    if model.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in model.whole]
    return lp


def _outcome(engine: highspy.Highs, integers: int) -> Outcome:
    status, info = engine.getModelStatus(), engine.getInfo()
    infeasible = status == highspy.HighsModelStatus.kInfeasible
    optimal = status == highspy.HighsModelStatus.kOptimal
    feasible = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    x = np.array(engine.getSolution().col_value) if feasible and not infeasible else None
    value = float(info.objective_function_value) if x is not None else math.inf
    proved = value if optimal else -math.inf
    bound = float(info.mip_dual_bound) if integers else proved
    nodes = max(int(info.mip_node_count), 0)
    return Outcome(x, value, math.inf if infeasible else bound, optimal or infeasible, infeasible, nodes)
