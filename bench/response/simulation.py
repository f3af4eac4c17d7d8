"""``python -m bench.response.simulation [--quick]``: incidents a second, beside SimPy on the same stream."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sarhad.response.simulation import Force, Stream, simulate
from sarhad.response.siting.kernels import Floats


def with_simpy(direct: Floats, calls: Stream) -> Floats:
    """The same rules written for SimPy: the nearest idle unit goes, else the longest waiting is taken."""
    world = simpy.Environment()
    idle, queue = set(range(len(direct))), list[int]()
    response = np.full(calls.time.size, np.inf)

    def serve(unit: int, i: int) -> Generator[Any, Any, None]:
        took = direct[unit, calls.place[i]]
        response[i] = world.now + took - calls.time[i]
        yield world.timeout(took + calls.scene[i])
        if queue:
            world.process(serve(unit, queue.pop(0)))
        else:
            idle.add(unit)

    def source() -> Generator[Any, Any, None]:
        for i, at in enumerate(calls.time):
            yield world.timeout(at - world.now)
            if idle:
                unit = min(sorted(idle), key=lambda u: direct[u, calls.place[i]])
                idle.remove(unit)
                world.process(serve(unit, i))
            else:
                queue.append(i)

    world.process(source())
    world.run()
    return response


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short stream, one round")
    options = parser.parse_args(argv)
    calls, rounds = (20_000, 1) if options.quick else (200_000, 5)
    random = np.random.default_rng(1)
    direct = random.uniform(100, 3000, (10, 100))
    at = np.cumsum(random.exponential(600, calls))
    stream = Stream(at, random.integers(0, 100, calls), random.exponential(2000, calls), np.zeros(calls))
    force = Force.on_one_side(direct)
    simulate(force, stream)
    ours, theirs = [], []
    for _ in range(rounds):
        begun = time.process_time()
        mine = simulate(force, stream).response_s
        ours.append(calls / (time.process_time() - begun))
        begun = time.process_time()
        other = with_simpy(direct, stream)
        theirs.append(calls / (time.process_time() - begun))
        assert np.allclose(mine, other)
    ratio = statistics.median(ours) / statistics.median(theirs)
    for name, rates in (("sarhad", ours), ("SimPy", theirs)):
        print(
            f"{name:7} {statistics.median(rates):>12,.0f} incidents a second ({min(rates):,.0f} to {max(rates):,.0f})"
        )
    print(f"ratio   {ratio:.0f} x, the same responses, 10 units, 100 places, {calls:,} incidents, {rounds} rounds")


if __name__ == "__main__":
    main()
