"""``python -m bench.response.simulation [--quick]``: incidents a second, beside SimPy on the same stream."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from sarhad.response.simulation import Force, Stream, simulate
from simpy_model import with_simpy


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
