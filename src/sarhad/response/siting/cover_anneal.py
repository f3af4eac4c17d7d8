"""Good choices for a small maximal covering: annealed exchanges."""

from __future__ import annotations

import numpy as np

from sarhad.response.siting import cover_books
from sarhad.response.siting.answer import Deadline
from sarhad.response.siting.cover_part import Part
from sarhad.response.siting.kernels import Ints


def anneal(
    part: Part, start: Ints, heats: tuple[float, float], steps: int, looks: int, seed: int,
    deadline: Deadline, allowed_s: float,
) -> Ints:  # fmt: skip
    """Anneal from the part's own sites ``start``; return the best choice met.

    ``heats``: the first and the last.  It takes ``steps`` in ``looks`` pieces; where the
    clock is further on than that, ``allowed_s`` decides how cool it is: what is cut off
    while it is hot is no choice.
    """
    problem, scale = cover_books.cover(part), cover_books.units(part)
    one = cover_books.choice(problem, start, seed)
    slots = np.arange(start.size)
    hot, cooling = heats[0] * scale, heats[1] / heats[0]
    begun, done, look = deadline.left, 0.0, 0
    while done < 1.0 and not deadline.passed:
        heat = hot * cooling**done
        cover_books.walk(problem, one, slots, heat, heat * cooling ** (1.0 / looks), max(steps // looks, 1))
        look += 1
        done = max(look / looks, (begun - deadline.left) / max(allowed_s, 1e-9))
    return np.sort(one.best)
