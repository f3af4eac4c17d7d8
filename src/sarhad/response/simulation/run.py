"""One run, and many runs over the cores with confidence intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sarhad.response.simulation.estimate import Estimate
from sarhad.response.simulation.force import Force
from sarhad.response.simulation.loop import play
from sarhad.response.simulation.stream import Delay, Fit, Recorded, Stream, draw
from sarhad.response.simulation.workers import Told, Workers
from sarhad.response.siting.answer import SitingError
from sarhad.response.siting.kernels import Floats, Ints

LIMITS_S = (1800, 3600, 7200)


@dataclass(frozen=True, slots=True)
class Result:
    """One run: seconds from incident to arrival (infinite: nobody came), who went, the share of time busy."""

    response_s: Floats
    server: Ints
    busy: float

    def within(self, seconds: float) -> float:
        """Return the share of incidents reached within ``seconds``."""
        return float((self.response_s <= seconds).mean()) if self.response_s.size else math.nan

    def percentile(self, percent: float) -> float:
        """Return the nearest-rank percentile of the response, infinite if so many were not reached."""
        if not self.response_s.size:
            return math.nan
        rank = max(math.ceil(percent / 100 * self.response_s.size), 1)
        return float(np.partition(self.response_s, rank - 1)[rank - 1])


def simulate(force: Force, stream: Stream, *, back: Floats | None = None, queue: bool = True) -> Result:
    """Play ``stream`` against ``force``.

    ``back`` (units × places): seconds from the scene until free again; by default none.
    ``queue`` False: an incident that finds nobody idle is lost.  Raises SitingError.
    """
    if np.any(np.diff(stream.time) < 0) or np.any(stream.time < 0):
        raise SitingError("incidents must come in the order of time, from 0", where="stream.time")
    if stream.place.size and not 0 <= stream.place.min() <= stream.place.max() < force.direct.shape[1]:
        raise SitingError("a place is not one of the force's", where="stream.place")
    response, server = np.full(stream.time.size, np.inf), np.full(stream.time.size, -1, np.int64)
    if not force.direct.shape[0]:
        return Result(response, server, 0.0)
    home = np.zeros(force.direct.shape) if back is None else back
    f, allowed, foreign = force, force.allowed.astype(np.int64), force.foreign.astype(np.int64)
    busy = play(
        stream.time, stream.place, stream.scene, stream.delay,
        f.direct, f.before, f.after, allowed, f.hours, f.shift, foreign, home,
        int(queue), response, server,
    )  # fmt: skip
    span = float(stream.time[-1]) if stream.time.size else 0.0
    return Result(response, server, busy / (span * force.direct.shape[0]) if span else 0.0)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run as it is sent to a worker."""

    force: Force
    model: Fit | Recorded
    seed: np.random.SeedSequence
    years: float
    scene_s: float
    delay: Delay


def replicate(
    force: Force,
    model: Fit | Recorded,
    *,
    runs: int,
    years: float,
    scene_s: float,
    delay: Delay,
    seed: int,
    processes: int = 1,
    workers: Workers | None = None,
    told: Told = lambda done: None,
) -> dict[str, Estimate]:
    """Run ``runs`` independent streams; the same seed gives the same figures on any number of workers.

    ``model``: drawn from a fit for ``years``, or the incidents on record, whose unknown
    hours and places are drawn anew in each run.  ``told`` hears how many runs are done.
    Keys: ``median_s``, ``p90_s``, ``within_<seconds>`` (a share), ``busy`` (a share).
    """
    seeds = np.random.SeedSequence(seed).spawn(runs)
    asked = [_Run(force, model, one, years, scene_s, delay) for one in seeds]
    rows = (workers or Workers(processes)).map(_one, asked, told)
    incidents = sum(count for count, _ in rows)
    return {key: estimated(key, [row[key] for _, row in rows], incidents) for key in rows[0][1]} if rows else {}


def estimated(key: str, values: list[float], incidents: int) -> Estimate:
    """Estimate a figure by its key: seconds (``_s``), or a share of the incidents of all runs."""
    return Estimate.of(values, least=0.0) if key.endswith("_s") else Estimate.of_shares(values, incidents)


def _one(run: _Run) -> tuple[int, dict[str, float]]:
    stream = draw(run.model, run.years, run.scene_s, run.delay, run.seed)
    result = simulate(run.force, stream)
    figures = {f"within_{limit}": result.within(limit) for limit in LIMITS_S}
    figures |= {"median_s": result.percentile(50), "p90_s": result.percentile(90), "busy": result.busy}
    return stream.time.size, {key: figures[key] for key in ("median_s", "p90_s", *figures)}
