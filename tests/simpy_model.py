"""The simulation's rules written for SimPy: what ours is held to, and measured beside."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sarhad.response.simulation import Stream
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
