"""``python -m bench.response.siting [--quick] [--instances DIR]``: siting beside spopt + HiGHS, and published problems.

Both sides solve the same matrices in turn; CPU seconds, the median of the rounds with
the least and the greatest, and their ratio.  The optimum must be the same.
"""

from __future__ import annotations

import argparse
import csv
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sarhad.response import siting
from sarhad.response.siting import Answer, Deadline, instances
from sarhad.response.siting.kernels import Floats

LIMIT_S = 30.0


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round")
    parser.add_argument("--instances", type=Path, help="folder with pmed*.txt, sjc/, mclp_city/ and README.md")
    options = parser.parse_args(argv)
    _warm()
    rounds = 1 if options.quick else 3
    sizes = [(200, 200)] if options.quick else [(500, 500), (1000, 1000), (3000, 500)]
    for n, m in sizes:
        beside(f"maximal covering {n} x {m}", n, m, rounds, covering=True)
    for n, m in [(60, 60)] if options.quick else [(200, 200)]:
        beside(f"p-median {n} x {m}", n, m, rounds, covering=False)
    if options.instances:
        published(options.instances, quick=options.quick)


def _warm() -> None:
    cost = np.random.default_rng(0).random((30, 30))
    siting.p_median(cost, np.ones(30), 3)
    siting.maximal_covering(cost < 0.1, np.ones(30), 3)


def _timed(call: Callable[[], float], rounds: int) -> tuple[list[float], float]:
    took, value = [], 0.0
    for _ in range(rounds):
        begun = time.process_time()
        value = call()
        took.append(time.process_time() - begun)
    return took, value


def beside(name: str, n: int, m: int, rounds: int, *, covering: bool) -> None:
    random = np.random.default_rng(n + m)
    demand, sites = random.random((n, 2)) * 1000, random.random((m, 2)) * 1000
    cost = np.hypot(*(demand[:, None] - sites[None, :]).transpose(2, 0, 1))
    weight = random.integers(1, 100, n).astype(float)
    ours, value = _timed(lambda: _ours(cost, weight, covering=covering), rounds)
    theirs, other = _timed(lambda: _spopt(cost, weight, covering=covering), rounds)
    same = "same optimum" if abs(value - other) <= 1e-6 * abs(value) else f"spopt says {other:,.1f}"
    ratio = statistics.median(theirs) / max(statistics.median(ours), 1e-9)
    print(f"{name:28} {_spread(ours)}  spopt {_spread(theirs)}  {ratio:.1f} x  {value:,.1f} ({same})", flush=True)


def _spread(took: list[float]) -> str:
    return f"{statistics.median(took):.2f} s ({min(took):.2f} to {max(took):.2f})"


def _ours(cost: Floats, weight: Floats, *, covering: bool) -> float:
    answer = siting.maximal_covering(cost <= 100, weight, 10) if covering else siting.p_median(cost, weight, 10)
    assert answer.status == "optimal"
    return answer.value


def _spopt(cost: Floats, weight: Floats, *, covering: bool) -> float:
    import pulp  # noqa: PLC0415 (a peer, loaded only when its turn comes)
    from spopt.locate import MCLP, PMedian  # noqa: PLC0415

    solver = pulp.HiGHS(msg=False, threads=1)
    if covering:
        model = MCLP.from_cost_matrix(cost, weight, 100, p_facilities=10).solve(solver)
    else:
        model = PMedian.from_cost_matrix(cost, weight, p_facilities=10).solve(solver)
    return float(pulp.value(model.problem.objective))


def _say(name: str, answer: Answer, known: float, took: float) -> None:
    mark = "=" if answer.value == known else f"known {known:,.0f}"
    print(
        f"{name:18} {answer.value:>12,.0f} bound {answer.bound:>12,.0f} {answer.status:9} {mark} {took:6.2f} s",
        flush=True,
    )


def published(folder: Path, *, quick: bool) -> None:
    readme = (folder / "README.md").read_text()
    for name, known in re.findall(r"\| (pmed\d+) \| (\d+) \|", readme)[: 4 if quick else None]:
        problem = instances.read_pmed((folder / f"{name}.txt").read_text())
        begun, until = time.process_time(), Deadline.after(LIMIT_S)
        answer = siting.p_median(problem.distance, np.ones(len(problem.distance)), problem.p, deadline=until)
        _say(name, answer, float(known), time.process_time() - begun)
    rows = list(csv.DictReader((folder / "sjc" / "computed_optima.csv").read_text().splitlines()))
    for row in rows[: 4 if quick else None]:
        paths = (folder / "sjc" / f"{row['instance']}.txt", folder / "sjc" / f"demand-{row['instance']}.dat")
        place = instances.read_sjc(*(path.read_text() for path in paths))
        name = f"{row['instance']} p={row['p']}"
        _cover(name, instances.planar(place) <= float(row["S"]), place.weight, int(row["p"]), float(row["covered"]))
    if quick:
        return
    for city, p, radius, best in re.findall(r"\| (\w+) \| (\d+) \| (\d+) \| (\d+) \|", readme):
        place = instances.read_city((folder / "mclp_city" / f"{city}.txt").read_text())
        away = instances.haversine(place.x, place.y, place.x, place.y)
        _cover(f"{city} p={p}", away <= float(radius), place.weight, int(p), float(best))


def _cover(name: str, covers: np.typing.NDArray[np.bool_], weight: Floats, p: int, known: float) -> None:
    begun = time.process_time()
    answer = siting.maximal_covering(covers, weight, p, deadline=Deadline.after(LIMIT_S - 2))
    _say(name, answer, known, time.process_time() - begun)


if __name__ == "__main__":
    main()
