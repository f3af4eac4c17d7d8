"""Streams of incidents: as they were on record, or drawn from a Poisson model fitted to them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from sarhad.picture.views import PartnerStatistics
from sarhad.response.siting.answer import SitingError
from sarhad.response.siting.kernels import Floats, Ints
from sarhad.wire.values import Urgency

YEAR_S = 365.2425 * 86_400


@dataclass(frozen=True, slots=True)
class Stream:
    """Incidents in the order of ``time`` (seconds), each with its ``place`` (index).

    ``scene``: seconds of work there.  ``delay``: seconds until the other desk has
    answered, should it be asked.
    """

    time: Floats
    place: Ints
    scene: Floats
    delay: Floats


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a desk takes to answer the other: a log-normal with this median and 90th percentile, seconds."""

    median_s: float
    p90_s: float
    measured: int

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` delays; always the median when the two figures agree."""
        if self.median_s <= 0 or self.p90_s <= self.median_s:
            return np.full(count, max(self.median_s, 0.0))
        spread = math.log(self.p90_s / self.median_s) / 1.2815515655446004
        result: Floats = np.exp(math.log(self.median_s) + spread * random.standard_normal(count))
        return result

    @classmethod
    def from_ledger(cls, statistics: list[PartnerStatistics], urgency: Urgency = "flash") -> Delay | None:
        """Return the delay from delivery to acknowledgement as countersigned, None if none was measured.

        The worse of the pairs stands for both.
        """
        found = [
            cls(float(step.median_s), float(step.p90_s), step.measured)
            for pair in statistics
            for step in pair.steps
            if step.step == "acknowledge" and step.urgency == urgency
            if step.median_s is not None and step.p90_s is not None
        ]
        return max(found, key=lambda delay: (delay.median_s, delay.p90_s), default=None)


@dataclass(frozen=True, slots=True)
class Fit:
    """A Poisson model of incidents: a rate a year for each place, and how well it fits.

    ``dispersion`` is the variance of the yearly counts over their mean (1 for a Poisson
    process); ``p_value`` the chance that a Poisson process disperses as much (chi-squared).
    """

    rate_a_year: Floats
    years: int
    incidents: float
    dispersion: float
    p_value: float

    @property
    def words(self) -> str:
        """Say in one line how far the model can be trusted."""
        verdict = "fits" if self.p_value >= 0.05 else "does not fit: incidents come in bursts, waits are underestimated"
        return (
            f"Poisson, {self.incidents:g} incidents in {self.years} years, "
            f"dispersion {self.dispersion:.2f} (p = {self.p_value:.3g}): {verdict}"
        )


def fit_poisson(year: Ints, place_weight: Floats) -> Fit:
    """Fit rates to incidents: ``year`` of each, ``place_weight`` (incidents × places), a row summing to 1.

    Raises SitingError when there are fewer than two years.
    """
    if year.size == 0 or int(year.max()) == int(year.min()):
        raise SitingError("a rate needs incidents of at least two years", where="year", code="plan-two-years")
    years = int(year.max() - year.min()) + 1
    counts = np.bincount(year - year.min(), minlength=years)
    mean = float(counts.mean())
    statistic = float(((counts - mean) ** 2).sum() / mean)
    dispersion = float(counts.var(ddof=1) / mean)
    p_value = float(stats.chi2.sf(statistic, years - 1))
    return Fit(place_weight.sum(axis=0) / years, years, float(year.size), dispersion, p_value)


def generate(fit: Fit, years: float, scene_s: float, delay: Delay, seed: int | np.random.SeedSequence) -> Stream:
    """Draw a stream of ``years`` from the model: exponential work at the scene of mean ``scene_s`` seconds."""
    random = np.random.default_rng(seed)
    total = float(fit.rate_a_year.sum())
    count = int(random.poisson(total * years))
    time = np.sort(random.random(count)) * years * YEAR_S
    place = random.choice(fit.rate_a_year.size, count, p=fit.rate_a_year / total).astype(np.int64)
    return Stream(time, place, random.exponential(scene_s, count), delay.draw(random, count))


@dataclass(frozen=True, slots=True)
class Recorded:
    """The incidents on record: each happened between ``start`` and ``end`` (seconds), somewhere by ``share``.

    ``share`` is incidents × places, a row summing to 1.
    """

    start: Floats
    end: Floats
    share: Floats

    def __post_init__(self) -> None:
        """Refuse what does not fit, and an end before its start."""
        if not self.start.shape == self.end.shape == self.share.shape[:1]:
            raise SitingError(
                "there must be one start, one end and one row of shares for each incident", where="record"
            )
        if np.any(self.end < self.start):
            raise SitingError("an incident ends before it starts", where="record.end")


def replay_record(record: Recorded, scene_s: float, delay: Delay, seed: int | np.random.SeedSequence) -> Stream:
    """Return the incidents on record in order, from 0: hour and place are drawn from what is known of each."""
    random = np.random.default_rng(seed)
    count = record.start.size
    at = record.start + random.random(count) * (record.end - record.start)
    upto = np.cumsum(record.share, axis=1)
    place = np.minimum((random.random(count)[:, None] * upto[:, -1:] >= upto).sum(axis=1), record.share.shape[1] - 1)
    order = np.argsort(at, kind="stable")
    begin = math.floor(record.start.min() / 86_400) * 86_400 if count else 0.0
    scene = random.exponential(scene_s, count)
    return Stream(at[order] - begin, place[order].astype(np.int64), scene, delay.draw(random, count))


def draw(
    model: Fit | Recorded, years: float, scene_s: float, delay: Delay, seed: int | np.random.SeedSequence
) -> Stream:
    """Return a stream by whichever model is given; ``years`` is for a fit only."""
    if isinstance(model, Recorded):
        return replay_record(model, scene_s, delay, seed)
    return generate(model, years, scene_s, delay, seed)


def replay(time: Floats, place: Ints, scene_s: float, delay: Delay, seed: int, *, hour_known: bool = False) -> Stream:
    """Return the incidents on record as a stream, in order; a clock time that is not on record is drawn in its day."""
    random = np.random.default_rng(seed)
    at = time if hour_known else np.floor(time / 86_400) * 86_400 + random.random(time.size) * 86_400
    order = np.argsort(at, kind="stable")
    shifted = at[order] - (math.floor(at.min() / 86_400) * 86_400 if at.size else 0.0)
    scene = random.exponential(scene_s, time.size)
    return Stream(shifted, place[order].astype(np.int64), scene, delay.draw(random, time.size))
