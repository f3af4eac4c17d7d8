"""``python -m bench.response.hypercube [--quick]``: busy units solved exactly, beside SciPy's sparse solver.

Random places and units in a square, the nearest first, half of the time busy.  SciPy is given
the balance of the same chain, ready made: only its solving counts.  There incidents are lost
when all are busy; in the larger ones, which are ours alone, they wait.  CPU seconds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import spsolve

from sarhad.response.simulation.hypercube import hypercube

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PLACES, LOAD = 30, 0.5


def case(units: int) -> tuple[Ints, Floats]:
    """Return preferences (places × units) and incidents for one mean service."""
    random = np.random.default_rng(units)
    homes, at = random.random((units, 2)), random.random((PLACES, 2))
    away = np.hypot(*(at[:, None] - homes[None]).transpose(2, 0, 1))
    rate = random.random(PLACES)
    return np.argsort(away, axis=1), rate * LOAD * units / rate.sum()


def balance(preference: Ints, rate: Floats) -> sparse.csc_array:
    """Return the balance equations of all states, the last one replaced by: all chances add up to 1."""
    units = preference.shape[1]
    states = np.arange(2**units)
    some = states[:-1]
    rows, columns, values = [], [], []
    for order, arrivals in zip(preference, rate, strict=True):
        idle = (some[:, None] >> order[None, :]) & 1 == 0
        goes = order[np.argmax(idle, axis=1)]
        rows.append(some | (1 << goes))
        columns.append(some)
        values.append(np.full(some.size, arrivals))
    for u in range(units):
        busy = states[(states >> u) & 1 == 1]
        rows.append(busy & ~(1 << u))
        columns.append(busy)
        values.append(np.ones(busy.size))
    flow = sparse.coo_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(states.size, states.size)
    ).tocsr()
    whole = sparse.lil_array(flow - sparse.diags_array(np.asarray(flow.sum(axis=0)).ravel()))
    whole[-1] = np.ones(states.size)
    return sparse.csc_array(whole)


def timed(task: Callable[[], object], rounds: int) -> list[float]:
    """Return the CPU seconds of each round."""
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        task()
        spent.append(time.process_time() - begun)
    return spent


def told(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})"


def beside_scipy(units: int, rounds: int) -> None:
    preference, rate = case(units)
    equations, one = balance(preference, rate), np.zeros(2**units)
    one[-1] = 1.0
    chance = spsolve(equations, one)
    states = np.arange(2**units)
    busy = np.array([chance[(states >> u) & 1 == 1].sum() for u in range(units)])
    assert np.allclose(hypercube(preference, rate, 1.0, queue=False).busy, busy, atol=1e-6)
    ours = timed(lambda: hypercube(preference, rate, 1.0, queue=False), rounds)
    theirs = timed(lambda: spsolve(equations, one), rounds)
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(f"{units} units  {told(ours)}  SciPy {told(theirs)}  {ratio:.1f} x, the same shares within 1e-6")


def alone(units: int, rounds: int) -> None:
    preference, rate = case(units)
    exact, played = hypercube(preference, rate, 1.0), hypercube(preference, rate, 1.0, how="played")
    off = max(np.abs(exact.busy - played.busy).max(), np.abs(exact.share - played.share).max())
    ours = timed(lambda: hypercube(preference, rate, 1.0), rounds)
    print(f"{units} units  {told(ours)}  following the chain is off by {off:.4f} at most")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer units, one round")
    options = parser.parse_args(argv)
    small, large, rounds = ((8,), (10,), 1) if options.quick else ((10, 12), (14, 16, 18), 5)
    for units in small:
        beside_scipy(units, rounds)
    for units in large:
        alone(units, rounds)


if __name__ == "__main__":
    main()
