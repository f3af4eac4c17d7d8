"""The one place where numba's decorator is given a type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function of arrays to machine code at its first call; the result is kept on disk.

    It runs without Python's lock, so that threads of one process run side by side.
    """
    return cast("F", numba.njit(cache=True, nogil=True)(function))


def inlined(function: F) -> F:
    """Compile a helper into each compiled function that calls it.

    A call that stays one counts references to every array that it hands over, with locked
    additions: more than a short helper itself costs.
    """
    return cast("F", numba.njit(cache=True, forceinline=True)(function))
