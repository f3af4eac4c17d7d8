"""What runs say of a mean, with its 95 % confidence interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from sarhad.response.siting.kernels import Floats

TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over runs with its 95 % confidence interval, which is infinite where nothing bounds it."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float], least: float = -math.inf, most: float = math.inf) -> Estimate:
        """Estimate from independent runs by Student's t, those without a figure (nan) left out.

        ``least``, ``most``: where no mean can lie beyond; what of the interval lies there covers nothing.
        One run, or an infinite one, gives an infinite interval.
        """
        array = _figures(values)
        if not array.size:
            return cls(math.nan, -math.inf, math.inf)
        mean = float(array.mean())
        if array.size < 2 or not math.isfinite(mean):
            return cls(mean, -math.inf, math.inf)
        half = float(stats.t.ppf(1 - TAIL, array.size - 1) * array.std(ddof=1) / math.sqrt(array.size))
        return cls(mean, max(mean - half, least), min(mean + half, most))

    @classmethod
    def of_shares(cls, values: Sequence[float], incidents: int) -> Estimate:
        """Estimate the mean of shares, 0 to 1, each of the incidents of one run, ``incidents`` in all.

        After Korn and Graubard (1998), Confidence intervals for proportions with small expected
        number of positive counts estimated from survey data, Survey Methodology 24(2), 193-201:
        the runs are clusters; as many independent incidents as would vary so much take the place
        of them all, fewer for having few runs, and the interval is Clopper and Pearson's (1934).
        It never leaves 0 to 1.  Where no run differs from another nothing shows that incidents
        of a run hang together, and each counts.
        """
        array = _figures(values)
        if not array.size:
            return cls(math.nan, 0.0, 1.0)
        mean = min(max(float(array.mean()), 0.0), 1.0)
        if array.size < 2:
            return cls(mean, 0.0, 1.0)
        varies = float(array.var(ddof=1)) / array.size
        alike = mean * (1 - mean) / varies if varies > 1e-15 else float(max(incidents, array.size))
        freedom = stats.t.ppf(1 - TAIL, max(incidents, array.size) - 1) / stats.t.ppf(1 - TAIL, array.size - 1)
        counted = alike * float(freedom) ** 2
        hits = mean * counted
        low = 0.0 if mean <= 0.0 else float(stats.beta.ppf(TAIL, hits, counted - hits + 1))
        high = 1.0 if mean >= 1.0 else float(stats.beta.ppf(1 - TAIL, hits + 1, counted - hits))
        return cls(mean, min(low, mean), max(high, mean))


def _figures(values: Sequence[float]) -> Floats:
    array = np.array(values, dtype=np.float64)
    return array[~np.isnan(array)]
