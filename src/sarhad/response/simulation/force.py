"""The units as arrays of times: what each needs to each place, by its own side and by each crossing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sarhad.response.siting.answer import SitingError
from sarhad.response.siting.kernels import Floats

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Force:
    """``units`` U, places P, crossings K; all times in seconds, infinite where there is no way.

    ``direct`` (U × P): from the order to arrival without crossing the line, notice to
    move included; infinite on the other side.  ``before`` (U × K): from the order to the
    crossing.  ``after`` (U × K × P): from the crossing to the place.  ``allowed``
    (U × K): whether the rules let the unit cross there.  ``hours`` (K × 2): opening and
    closing second of the day, (0, 0) always open.  ``shift`` (U × 2): the same for duty.
    ``foreign`` (U × P): whether the order must first be asked of the other desk.
    """

    direct: Floats
    before: Floats
    after: Floats
    allowed: NDArray[np.bool_]
    hours: Floats
    shift: Floats
    foreign: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit each other, and negative times."""
        (units, places), crossings = self.direct.shape, self.before.shape[1]
        wanted = {
            "before": (units, crossings),
            "after": (units, crossings, places),
            "allowed": (units, crossings),
            "hours": (crossings, 2),
            "shift": (units, 2),
            "foreign": (units, places),
        }
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise SitingError(f"is {getattr(self, name).shape}, must be {shape}", where=f"force.{name}")
        for name in ("direct", "before", "after", "hours", "shift"):
            if not np.all(getattr(self, name) >= 0):
                raise SitingError("a time is negative or not a number", where=f"force.{name}")

    @classmethod
    def on_one_side(cls, direct: Floats) -> Force:
        """Return a force with no line to cross, always on duty."""
        units, places = direct.shape
        return cls(
            direct.astype(np.float64),
            np.zeros((units, 0)),
            np.zeros((units, 0, places)),
            np.zeros((units, 0), bool),
            np.zeros((0, 2)),
            np.zeros((units, 2)),
            np.zeros((units, places), bool),
        )

    def separate(self) -> Force:
        """Return the same units when nobody crosses and nobody is asked across the line."""
        return replace(
            self,
            direct=np.where(self.foreign, np.inf, self.direct),
            allowed=np.zeros_like(self.allowed),
        )
