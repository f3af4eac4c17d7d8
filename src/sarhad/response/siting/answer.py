"""What every siting method returns: the sites, the value, and how far it is proved."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sarhad.response.errors import PlanError
from sarhad.response.siting.kernels import Floats, Small

Status = Literal["optimal", "feasible", "infeasible", "unknown"]
"""``optimal``: value and bound agree, proved.  ``feasible``: stopped at the time limit with a
gap.  ``infeasible``: proved that no choice exists.  ``unknown``: stopped before any choice was found."""


class SitingError(PlanError):
    """The siting question cannot be asked as it stands; ``where`` names the field."""

    def __init__(self, what: str, *, where: str = "", do: str = "", code: str = "siting", **values: str | int) -> None:
        """Say what is wrong; ``code`` names the case where it has a word of its own."""
        super().__init__(code, what, where=where, do=do, **values)


@dataclass(frozen=True, slots=True)
class Answer:
    """Chosen sites with the proof of how good they are.

    ``sites`` are indices of candidates, ascending, the existing ones among them.
    ``value`` is the objective of exactly these sites, recomputed from the input;
    ``bound`` what no choice can beat (below ``value`` when costs are minimised, above
    when cover is maximised).  ``unserved``: demand points that no candidate serves.
    """

    status: Status
    sites: tuple[int, ...]
    value: float
    bound: float
    nodes: int = 0
    unserved: tuple[int, ...] = ()
    why: str = ""

    @property
    def gap(self) -> float:
        """Return |value - bound| / |value|: 0 when proved, infinite when nothing is known."""
        if self.value == self.bound:
            return 0.0
        if self.value in (float("inf"), float("-inf")) or self.value == 0:
            return float("inf")
        return abs(self.value - self.bound) / abs(self.value)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When to stop, by a clock in seconds that is passed in."""

    at: float
    clock: Callable[[], float]

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> Deadline:
        """Return the deadline ``seconds`` from now."""
        return cls(clock() + seconds, clock)

    def part(self, share: float) -> Deadline:
        """Return the deadline when so much of what is left has passed."""
        return Deadline(self.clock() + share * self.left, self.clock)

    @property
    def left(self) -> float:
        """Return the seconds left, at least 0."""
        return max(self.at - self.clock(), 0.0)

    @property
    def passed(self) -> bool:
        """Tell whether no time is left."""
        return self.clock() >= self.at


def checked(shape: tuple[int, ...], weight: Floats, sites: int, existing: Sequence[int]) -> Small:
    """Check what every method is given; return the existing sites as an array of 0 and 1.  Raises SitingError."""
    if len(shape) != 2 or shape[1] == 0 or shape[0] == 0:
        raise SitingError("there must be at least one demand point and one candidate", where="matrix")
    if weight.shape != (shape[0],) or not np.all(np.isfinite(weight)) or np.any(weight < 0):
        raise SitingError(
            f"one weight of at least 0 for each of the {shape[0]} demand points is needed", where="weight"
        )
    if any(not 0 <= j < shape[1] for j in existing):
        raise SitingError(f"an existing site is not one of the {shape[1]} candidates", where="existing")
    fixed = np.zeros(shape[1], np.int32)
    fixed[list(existing)] = 1
    room = shape[1] - int(fixed.sum())
    if not 0 <= sites <= room:
        raise SitingError(
            f"{sites} new sites are asked for, {room} candidates are free", where="sites", code="plan-too-many-sites",
            sites=sites, room=room,
        )  # fmt: skip
    return fixed


def filled(is_open: Small, count: int) -> Small:
    """Open the first closed sites until ``count`` are open: one more never hurts."""
    result = is_open.copy()
    missing = count - int(result.sum())
    if missing > 0:
        result[np.nonzero(result == 0)[0][:missing]] = 1
    return result
