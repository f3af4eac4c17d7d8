"""What every siting method returns: the sites, the value, and how far it is proved."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sarhad.wire.errors import SarhadError

Status = Literal["optimal", "feasible", "infeasible", "unknown"]
"""``optimal``: value and bound agree, proved.  ``feasible``: stopped at the time limit with a
gap.  ``infeasible``: proved that no choice exists.  ``unknown``: stopped before any choice was found."""


class SitingError(SarhadError):
    """The siting question cannot be asked as it stands; ``where`` names the field."""

    code = "siting"


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

    @property
    def left(self) -> float:
        """Return the seconds left, at least 0."""
        return max(self.at - self.clock(), 0.0)

    @property
    def passed(self) -> bool:
        """Tell whether no time is left."""
        return self.clock() >= self.at
