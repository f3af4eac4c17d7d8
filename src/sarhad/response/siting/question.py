"""A siting question as a whole, asked so that the order in which it was written does not matter.

Demand and candidates are put into one order (by name, then by their costs) before a
method sees them, and the answer's numbers are led back.  Of two equal choices it is
then always the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np

from sarhad.response.siting.answer import Answer, Deadline, SitingError
from sarhad.response.siting.centre import p_centre
from sarhad.response.siting.cover_all import set_covering
from sarhad.response.siting.covering import maximal_covering
from sarhad.response.siting.expected import expected_covering
from sarhad.response.siting.kernels import Floats, Ints
from sarhad.response.siting.median import p_median

Method = Literal["maximal", "all", "median", "centre", "expected"]
METHODS: tuple[Method, ...] = get_args(Method)


@dataclass(frozen=True, slots=True)
class Question:
    """``cost``: demand points × candidates, infinite where there is no way.  ``existing``: candidates that stay.

    ``capacity``: the most weight that each candidate serves (maximal covering only).
    """

    demand: Sequence[str]
    candidates: Sequence[str]
    cost: Floats
    weight: Floats
    existing: Sequence[int] = ()
    capacity: Floats | None = field(default=None)

    def __post_init__(self) -> None:
        """Refuse parts that do not fit each other."""
        shape = (len(self.demand), len(self.candidates))
        if self.cost.shape != shape:
            raise SitingError(f"is {self.cost.shape}, must be {shape}", where="cost")
        if np.any(np.isnan(self.cost)) or np.any(self.cost < 0):
            raise SitingError("every cost must be at least 0", where="cost")


def ask(
    question: Question, method: Method, count: int, *, within: float, busy: float = 0.0, deadline: Deadline
) -> Answer:
    """Put the question to a method; ``within`` is the cost that counts as reached.  Raises SitingError.

    The same question, in whatever order, gets the same answer; points without weight
    count for no method.
    """
    if question.capacity is not None and method != "maximal":
        raise SitingError("capacities are kept by maximal covering only", where="capacity")
    rows, columns = _order(question)
    counted = rows[question.weight[rows] > 0]
    if not counted.size:
        raise SitingError("no demand point has any weight", where="weight", code="plan-no-weight")
    new = np.empty(columns.size, np.int64)
    new[columns] = np.arange(columns.size)
    answer = _ask(
        replace(
            question,
            demand=[question.demand[i] for i in counted],
            candidates=[question.candidates[j] for j in columns],
            cost=question.cost[np.ix_(counted, columns)],
            weight=question.weight[counted],
            existing=sorted(int(new[j]) for j in question.existing),
            capacity=None if question.capacity is None else question.capacity[columns],
        ),
        method, count, within, busy, deadline,
    )  # fmt: skip
    return replace(
        answer,
        sites=tuple(sorted(int(columns[j]) for j in answer.sites)),
        unserved=tuple(sorted(int(counted[i]) for i in answer.unserved)),
    )


def _ask(q: Question, method: Method, count: int, within: float, busy: float, deadline: Deadline) -> Answer:
    match method:
        case "maximal":
            reached = q.cost <= within
            return maximal_covering(
                reached, q.weight, count, existing=q.existing, capacity=q.capacity, deadline=deadline
            )
        case "all":
            return set_covering(q.cost <= within, existing=q.existing, deadline=deadline)
        case "median":
            return p_median(q.cost, q.weight, count, existing=q.existing, deadline=deadline)
        case "centre":
            return p_centre(q.cost, count, existing=q.existing, deadline=deadline)
        case "expected":
            stand = np.zeros(q.cost.shape[1], np.int64)
            stand[list(q.existing)] = 1
            return expected_covering(q.cost <= within, q.weight, count, busy, existing=stand, deadline=deadline)


def _order(q: Question) -> tuple[Ints, Ints]:
    """Return the order of demand points and of candidates: by name, then by sorted costs, then by the costs themselves.

    Points that agree in all of these are interchangeable.
    """
    own = np.zeros(len(q.candidates)) if q.capacity is None else q.capacity
    stays = np.isin(np.arange(len(q.candidates)), list(q.existing))
    rows = _ranked(q.demand, q.weight, lambda: np.sort(q.cost, axis=1))
    columns = _ranked(q.candidates, own + stays, lambda: np.sort(q.cost.T, axis=1))
    columns = columns[
        _ranked([q.candidates[j] for j in columns], (own + stays)[columns], lambda: q.cost[np.ix_(rows, columns)].T)
    ]
    rows = rows[_ranked([q.demand[i] for i in rows], q.weight[rows], lambda: q.cost[np.ix_(rows, columns)])]
    return rows, columns


def _ranked(names: Sequence[str], figure: Floats, costs: Callable[[], Floats]) -> Ints:
    """Rank by name; costs, a matrix as large as the question's, are made only where names are not enough."""
    if len(set(names)) == len(names):
        return np.array(sorted(range(len(names)), key=names.__getitem__), np.int64)
    keys = [row.tobytes() for row in np.ascontiguousarray(costs(), dtype=">f8")]
    return np.array(sorted(range(len(names)), key=lambda i: (names[i], figure[i], keys[i])), np.int64)
