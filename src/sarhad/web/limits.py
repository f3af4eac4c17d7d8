"""How many calls one session or address may make: token buckets, with bounded memory."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from sarhad.web.errors import Limited
from sarhad.web.settings import Rate

MAX_BUCKETS = 10_000


class Buckets:
    """One bucket a name; the names used longest ago are forgotten beyond MAX_BUCKETS."""

    def __init__(self, rate: Rate, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Use ``rate`` for every name; ``monotonic`` gives seconds."""
        self._rate = rate
        self._monotonic = monotonic
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # written by take(), in the event loop

    def take(self, name: str) -> None:
        """Count one call; raise Limited when the bucket is empty."""
        now = self._monotonic()
        level, since = self._levels.pop(name, (float(self._rate.burst), now))
        level = min(self._rate.burst, level + (now - since) * self._rate.per_s)
        enough = level >= 1
        self._levels[name] = (level - 1 if enough else level, now)
        if len(self._levels) > MAX_BUCKETS:
            self._levels.popitem(last=False)
        if not enough:
            raise Limited(max(1, math.ceil((1 - level) / self._rate.per_s)))
