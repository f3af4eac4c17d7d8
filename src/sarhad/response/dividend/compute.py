"""Two separate forces beside one joint force, and what each rule at the line costs.

At rest (every unit idle) the joint force can never be slower; under load it can, since a
unit that helps across the line is missing at home.  Both are computed, and a negative
dividend is returned as it is.  Rules are weighed by solving again without each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sarhad.response.simulation.estimate import Estimate
from sarhad.response.simulation.force import Force
from sarhad.response.simulation.loop import travel
from sarhad.response.simulation.run import estimated, simulate
from sarhad.response.simulation.stream import Delay, Fit, Recorded, draw
from sarhad.response.simulation.workers import Told, Workers
from sarhad.response.siting.jit import compiled
from sarhad.response.siting.kernels import Floats, Ints

LIMITS_S = (1800, 3600, 7200)
HOURS = 24


@dataclass(frozen=True, slots=True)
class Cover:
    """First arrival over all incidents and hours of the day, weighted; seconds, infinite where nobody comes.

    ``within``: the share reached within 30, 60 and 120 minutes.  ``curve``: the share
    reached within 0, 5, 10, … 240 minutes.
    """

    within: tuple[float, ...]
    median_s: float
    p90_s: float
    curve: tuple[float, ...]

    @classmethod
    def of(cls, arrival_s: Floats, weight: Floats) -> Cover:
        """Summarise arrivals (hours × places) of places with ``weight``."""
        flat, share = arrival_s.ravel(), np.tile(weight / weight.sum(), arrival_s.shape[0]) / arrival_s.shape[0]
        order = np.argsort(flat, kind="stable")
        ascending, run = flat[order], np.cumsum(share[order])

        def within(limit: float) -> float:
            return float(share[flat <= limit].sum())

        def percentile(part: float) -> float:
            return float(ascending[min(int(np.searchsorted(run, part - 1e-12)), flat.size - 1)])

        curve = tuple(within(60.0 * minute) for minute in range(0, 241, 5))
        return cls(tuple(within(limit) for limit in LIMITS_S), percentile(0.5), percentile(0.9), curve)


@dataclass(frozen=True, slots=True)
class RuleCost:
    """One rule changed, all else as agreed: ``key`` names the change, ``crossing`` where ("" everywhere)."""

    key: str
    crossing: str
    cover: Cover


@dataclass(frozen=True, slots=True)
class Dividend:
    """Two forces, one force, and the rules by what they cost; ``best_s``: the joint first arrival at each place."""

    separate: Cover
    joint: Cover
    rules: tuple[RuleCost, ...]
    separate_s: Floats
    joint_s: Floats

    def gained_s(self, percentile: str) -> float:
        """Return the seconds that jointness saves at ``median_s`` or ``p90_s``; nan when both are infinite."""
        before, after = getattr(self.separate, percentile), getattr(self.joint, percentile)
        return float(before - after) if math.isfinite(after) or math.isfinite(before) else math.nan


@compiled
def _first(
    direct: Floats,
    before: Floats,
    after: Floats,
    allowed: Ints,
    hours: Floats,
    foreign: Ints,
    delay: float,
    out: Floats,
) -> None:
    for h in range(out.shape[0]):
        at = 86_400.0 * h / out.shape[0]
        for i in range(out.shape[1]):
            best = np.inf
            for u in range(direct.shape[0]):
                best = min(best, travel(u, i, at, direct, before, after, allowed, hours, foreign, delay))
            out[h, i] = best


def first_arrivals(force: Force, delay_s: float) -> Floats:
    """Return when the first unit arrives, hours of the day (24) × places, all units idle and on duty."""
    out = np.empty((HOURS, force.direct.shape[1]))
    ways = (force.direct, force.before, force.after, force.allowed.astype(np.int64))
    _first(*ways, force.hours, force.foreign.astype(np.int64), delay_s, out)
    return out


def dividend(
    force: Force, weight: Floats, delay_s: float, crossings: Sequence[str], willing: NDArray[np.bool_]
) -> Dividend:
    """Compare the force as agreed with the same units kept apart, and with each rule changed.

    ``weight``: of each place.  ``delay_s``: until the other desk has answered.
    ``crossings``: their names.  ``willing`` (units): whose own party lets them cross at all.
    """
    separate, joint = first_arrivals(force.separate(), delay_s), first_arrivals(force, delay_s)
    rules = [
        RuleCost(key, name, Cover.of(first_arrivals(changed, wait), weight))
        for key, name, changed, wait in _changes(force, delay_s, crossings, willing)
    ]
    ends = Cover.of(separate, weight), Cover.of(joint, weight)
    return Dividend(*ends, tuple(rules), separate.mean(axis=0), joint.mean(axis=0))


def _changes(
    force: Force, delay_s: float, crossings: Sequence[str], willing: NDArray[np.bool_]
) -> Iterator[tuple[str, str, Force, float]]:
    """Yield each change of one rule: (key, crossing, the force under it, the delay under it)."""
    for k, name in enumerate(crossings):
        if force.allowed[:, k].any():
            yield "closed", name, replace(force, allowed=_column(force.allowed, k, np.zeros_like(willing))), delay_s
        if force.hours[k, 0] != force.hours[k, 1]:
            hours = force.hours.copy()
            hours[k] = 0.0
            yield "always-open", name, replace(force, hours=hours), delay_s
        if not np.array_equal(force.allowed[:, k], willing):
            yield "all-willing-units", name, replace(force, allowed=_column(force.allowed, k, willing)), delay_s
    used: NDArray[np.bool_] = force.allowed.sum(axis=0) > 0
    opened = np.repeat(used[None, :], willing.size, axis=0)
    if not np.array_equal(opened, force.allowed):
        yield "units-kept-home-cross", "", replace(force, allowed=opened), delay_s
    if delay_s:
        yield "no-delay-between-desks", "", force, 0.0


def _column(allowed: NDArray[np.bool_], k: int, column: NDArray[np.bool_]) -> NDArray[np.bool_]:
    changed = allowed.copy()
    changed[:, k] = column
    return changed


@dataclass(frozen=True, slots=True)
class Loaded:
    """The dividend with busy units: means over runs, the same streams for both; gains in seconds and shares."""

    separate: dict[str, Estimate]
    joint: dict[str, Estimate]
    gain: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class _Both:
    """One run as it is sent to a worker."""

    force: Force
    model: Fit | Recorded
    seed: np.random.SeedSequence
    years: float
    scene_s: float
    delay: Delay


def loaded(
    force: Force, model: Fit | Recorded, delay: Delay, *, runs: int, years: float, scene_s: float, seed: int,
    workers: Workers | None = None, told: Told = lambda done: None,
) -> Loaded:  # fmt: skip
    """Simulate both forces on the same streams; ``gain`` is what the joint force wins, negative where it loses.

    The same seed gives the same figures on any number of workers.
    Keys: ``median_s``, ``p90_s``, ``within_<seconds>``, ``reached`` (a share).
    """
    asked = [_Both(force, model, one, years, scene_s, delay) for one in np.random.SeedSequence(seed).spawn(runs)]
    rows: dict[str, list[tuple[float, float]]] = {}
    incidents = 0
    for count, run in (workers or Workers()).map(_both, asked, told):
        incidents += count
        for key, pair in run.items():
            rows.setdefault(key, []).append(pair)
    return Loaded(
        {key: estimated(key, [a for a, _ in pairs], incidents) for key, pairs in rows.items()},
        {key: estimated(key, [b for _, b in pairs], incidents) for key, pairs in rows.items()},
        {key: _gains(key, pairs) for key, pairs in rows.items()},
    )


def _both(run: _Both) -> tuple[int, dict[str, tuple[float, float]]]:
    """Play one stream against both forces; nothing when it has no incident."""
    stream = draw(run.model, run.years, run.scene_s, run.delay, run.seed)
    if not stream.time.size:
        return 0, {}
    apart, joint = simulate(run.force.separate(), stream), simulate(run.force, stream)
    pairs = {key: (apart.percentile(p), joint.percentile(p)) for key, p in (("median_s", 50), ("p90_s", 90))}
    pairs |= {f"within_{limit}": (apart.within(limit), joint.within(limit)) for limit in LIMITS_S}
    reached = (float(np.isfinite(apart.response_s).mean()), float(np.isfinite(joint.response_s).mean()))
    return stream.time.size, pairs | {"reached": reached}


def _gains(key: str, pairs: Sequence[tuple[float, float]]) -> Estimate:
    """Estimate what one force wins: no share wins more than all."""
    most = math.inf if key.endswith("_s") else 1.0
    return Estimate.of([_gain(key, a, b) for a, b in pairs], -most, most)


def _gain(key: str, apart: float, joint: float) -> float:
    if math.isinf(apart) and math.isinf(joint):
        return math.nan
    return apart - joint if key.endswith("_s") else joint - apart
