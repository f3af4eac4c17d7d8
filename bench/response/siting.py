"""``python -m bench.response.siting [--quick] [--alone]``: siting beside spopt + HiGHS on the same matrices.

Both sides solve in turn; CPU seconds, the median of the rounds with the least and the
greatest, and their ratio.  The optimum must be the same.  Where spopt has no answer
within minutes, or none that is right, only ours is shown, proved.  Published families:
``bench.response.instances``.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Literal, TypeVar

import numpy as np
from bench.response.instances import warm

from sarhad.response import siting
from sarhad.response.siting import Answer, Deadline
from sarhad.response.siting.kernels import Floats

T = TypeVar("T")
Problem = Literal["maximal covering", "p-median", "p-centre"]
SITES, RADIUS = 10, 100

FULL: tuple[tuple[Problem, int, int, int, int], ...] = (
    ("maximal covering", 500, 500, 3, 3),
    ("maximal covering", 1000, 1000, 3, 3),
    ("maximal covering", 3000, 500, 3, 1),
    ("p-median", 200, 200, 3, 1),
    ("p-median", 500, 500, 3, 1),
    ("p-median", 1000, 1000, 1, 0),
    ("p-median", 3000, 500, 1, 0),
    ("p-centre", 100, 100, 3, 1),
    ("p-centre", 500, 500, 3, 0),
    ("p-centre", 1000, 1000, 3, 0),
    ("p-centre", 3000, 500, 3, 0),
)
"""Problem, demand points, candidates, our rounds, spopt's rounds (0: it has no right answer in minutes)."""

QUICK: tuple[tuple[Problem, int, int, int, int], ...] = (
    ("maximal covering", 200, 200, 1, 1),
    ("p-median", 60, 60, 1, 1),
    ("p-centre", 40, 40, 1, 1),
)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round")
    parser.add_argument("--alone", action="store_true", help="without spopt")
    parser.add_argument("--only", default="", help="problems whose name contains this")
    options = parser.parse_args(argv)
    warm()
    for problem, n, m, rounds, others in QUICK if options.quick else FULL:
        if options.only in problem:
            beside(problem, n, m, rounds, 0 if options.alone else others)


def beside(problem: Problem, n: int, m: int, rounds: int, others: int) -> None:
    random = np.random.default_rng(n + m)
    demand, sites = random.random((n, 2)) * 1000, random.random((m, 2)) * 1000
    cost = np.hypot(*(demand[:, None] - sites[None, :]).transpose(2, 0, 1))
    weight = random.integers(1, 100, n).astype(float)
    ours, answer = _timed(lambda: _ours(problem, cost, weight), rounds)
    line = f"{problem:17} {n:>4} x {m:<4} {_spread(ours)}  {answer.value:,.2f} {answer.status} gap {answer.gap:.2%}"
    if others:
        theirs, other = _timed(lambda: _spopt(problem, cost, weight), others)
        same = "same optimum" if abs(answer.value - other) <= 1e-6 * abs(answer.value) else f"spopt says {other:,.2f}"
        ratio = statistics.median(theirs) / max(statistics.median(ours), 1e-9)
        line += f"  spopt {_spread(theirs)}  {ratio:.1f} x, {same}"
    print(line, flush=True)


def _timed(call: Callable[[], T], rounds: int) -> tuple[list[float], T]:
    took, values = [], []
    for _ in range(rounds):
        begun = time.process_time()
        values.append(call())
        took.append(time.process_time() - begun)
    return took, values[-1]


def _spread(took: list[float]) -> str:
    return f"{statistics.median(took):.2f} s ({min(took):.2f} to {max(took):.2f})"


def _ours(problem: Problem, cost: Floats, weight: Floats) -> Answer:
    until = Deadline.after(300.0)
    if problem == "maximal covering":
        return siting.maximal_covering(cost <= RADIUS, weight, SITES, deadline=until)
    if problem == "p-median":
        return siting.p_median(cost, weight, SITES, deadline=until)
    return siting.p_centre(cost, SITES, deadline=until)


def _spopt(problem: Problem, cost: Floats, weight: Floats) -> float:
    import pulp  # noqa: PLC0415 (a peer, loaded only when its turn comes)
    from spopt.locate import MCLP, PCenter, PMedian  # noqa: PLC0415

    solver = pulp.HiGHS(msg=False, threads=1)
    if problem == "maximal covering":
        model = MCLP.from_cost_matrix(cost, weight, RADIUS, p_facilities=SITES).solve(solver)
    elif problem == "p-median":
        model = PMedian.from_cost_matrix(cost, weight, p_facilities=SITES).solve(solver)
    else:
        model = PCenter.from_cost_matrix(cost, p_facilities=SITES).solve(solver)
    return float(pulp.value(model.problem.objective))


if __name__ == "__main__":
    main()
