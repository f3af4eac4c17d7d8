"""Time, passed in: a clock and a way to wait, so that tests move it by hand."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any, Protocol

SECOND = 1_000_000
"""Microseconds."""


class Timers(Protocol):
    """A clock in microseconds UTC and a wait that follows it."""

    def now(self) -> int:
        """Return the time, microseconds UTC."""

    async def until(self, at_us: int) -> None:
        """Return once ``now()`` is at least ``at_us``."""


class RealTimers:
    """The machine's clock."""

    def now(self) -> int:
        """Return the time, microseconds UTC."""
        return time.time_ns() // 1_000

    async def until(self, at_us: int) -> None:
        """Sleep in steps, so that a clock that is set does not leave a queue asleep for hours."""
        while (left := at_us - self.now()) > 0:  # noqa: ASYNC110  (it is a clock, there is no event)
            await asyncio.sleep(min(left / SECOND, 30.0))


class Backoff:
    """Growing pauses with jitter: from ``first_us``, doubling, to ``most_us``; each drawn from half to whole.

    Owned by one queue; not shared.
    """

    def __init__(
        self, first_us: int = SECOND // 4, most_us: int = 60 * SECOND, draw: random.Random | None = None
    ) -> None:
        """Take the bounds; ``draw`` makes the jitter repeatable in tests."""
        self._first = first_us
        self._most = most_us
        self._draw = draw or random.Random()  # noqa: S311  (jitter, not a secret)
        self.failures = 0  # in a row; written by the owning queue through failed and worked

    def failed(self) -> int:
        """Count a failure and return how long to pause, microseconds."""
        whole = min(self._first << min(self.failures, 30), self._most)
        self.failures += 1
        return whole // 2 + self._draw.randrange(whole // 2 + 1)

    def worked(self) -> None:
        """Forget the failures."""
        self.failures = 0


async def first_of(event: asyncio.Event, timers: Timers, at_us: int | None) -> None:
    """Return when ``event`` is set or, unless ``at_us`` is None, when that time has come."""
    waits: list[asyncio.Task[Any]] = [asyncio.create_task(event.wait())]
    if at_us is not None:
        waits.append(asyncio.create_task(timers.until(at_us)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
