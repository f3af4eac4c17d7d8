"""Larson's hypercube: how busy each unit is and who goes where, without a simulation.

Units that may be busy, a fixed order of preference at each place, Poisson incidents and
exponential service.  Exact up to EXACT_UNITS units (Larson 1974): one state for each set
of busy units, relaxed by Gauss and Seidel's method with the levels held at the
probabilities of M/M/c.  Beyond, by following the chain for a long while, always the same
way; or at once by Larson's approximation of 1975, units busy each for itself, mended by
the chance that M/M/c gives to finding j busy ones before an idle one: its shares are off
by 0.004 on average and its busiest unit by up to 0.03.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sarhad.response.siting.answer import SitingError
from sarhad.response.siting.jit import compiled
from sarhad.response.siting.kernels import Floats, Ints

Bools = NDArray[np.bool_]

EXACT_UNITS = 18
"""Up to here every state is solved: 2 ** 18 of them in some seconds."""

CLOSE, SWEEPS = 1e-8, 5_000

JUMPS, LOOK = 6_000_000, 7
"""Changes of state that are followed, and at every how many of them every place is looked at: an
odd number, since each change turns an even number in the system into an odd one."""

How = Literal["exact", "played", "larson"]


@dataclass(frozen=True, slots=True)
class Hypercube:
    """``busy``: share of time of each unit.  ``share`` (places × units): of a place's incidents, who goes.

    ``full``: chance that an incident finds every unit busy; it then waits, or is lost.
    ``how`` it was found.
    """

    busy: Floats
    share: Floats
    full: float
    how: How

    def mean_s(self, seconds: Floats) -> Floats:
        """Return the mean travel time to each place, over those served; ``seconds`` is units × places."""
        result: Floats = (self.share * seconds.T).sum(axis=1) / self.share.sum(axis=1)
        return result


def hypercube(
    preference: Ints, rate: Floats, service_s: float, *, queue: bool = True, how: How | None = None
) -> Hypercube:
    """Solve for ``preference`` (places × units, best first), ``rate`` (incidents a second at each place).

    ``queue`` False: an incident that finds everybody busy is lost.  ``how`` None: exact up to
    EXACT_UNITS units, played beyond.  Raises SitingError.
    """
    places, units = _checked(preference, rate, service_s)
    if units == 0 or places == 0:
        raise SitingError("there must be at least one place and one unit", where="preference")
    load = float(rate.sum()) * service_s
    if queue and load >= units:
        raise SitingError(f"{units} units cannot do the work of {load:.2f}: the queue grows for ever", where="rate")
    how = how or ("exact" if units <= EXACT_UNITS else "played")
    if how == "exact" and units > EXACT_UNITS:
        raise SitingError(f"{units} units are too many to solve every state, at most {EXACT_UNITS}", where="how")
    levels, full = level_chances(units, load, queue=queue)
    solve = {"exact": _exact, "played": _played, "larson": _approximate}[how]
    busy, share = solve(preference.astype(np.int64), rate, service_s, levels, full, queue)
    return Hypercube(busy, share, full, how)


def level_chances(units: int, load: float, *, queue: bool) -> tuple[Floats, float]:
    """Return the chances that 0 … ``units`` are busy with nobody waiting, and that all are busy (Erlang B, C)."""
    terms = np.array([load**k / math.factorial(k) for k in range(units + 1)])
    tail = terms[-1] / (1 - load / units) if queue else terms[-1]
    total = terms[:-1].sum() + tail
    return terms / total, float(tail / total)


def _checked(preference: Ints, rate: Floats, service_s: float) -> tuple[int, int]:
    if preference.ndim != 2 or rate.shape != preference.shape[:1]:
        raise SitingError("one order of preference and one rate for each place are needed", where="preference")
    if not np.all(np.isfinite(rate)) or np.any(rate < 0) or rate.sum() <= 0:
        raise SitingError("rates must be at least 0, and not all 0", where="rate")
    if not 0 < service_s < math.inf:
        raise SitingError("the mean service must be more than 0 seconds", where="service_s")
    places, units = preference.shape
    if np.any(np.sort(preference, axis=1) != np.arange(units)):
        raise SitingError("an order of preference must name each unit once", where="preference")
    return int(places), int(units)


@compiled
def _first_idle(order: Ints, state: int) -> int:
    for k in range(order.size):
        if not (state >> order[k]) & 1:
            return int(order[k])
    return -1


@compiled
def _flows(preference: Ints, rate: Floats, into: Floats) -> None:
    """Fill ``into`` (states × units) with the rate at which sending a unit leads to a state in which it is busy."""
    for state in range(into.shape[0] - 1):
        for place in range(rate.size):
            unit = _first_idle(preference[place], state)
            into[state | (1 << unit), unit] += rate[place]


@compiled
def _relax(
    into: Floats, arrivals: float, chance: Floats, level: Ints, levels: Floats, service: float, close: float, most: int
) -> int:
    """Relax the balance of every state in turn, each level scaled to its known chance; return the sweeps done."""
    states, units = into.shape
    sums = np.zeros(units + 1)
    for sweep in range(most):
        worst = 0.0
        for turn in range(1, states - 1):
            state = turn if sweep % 2 == 0 else states - 1 - turn
            coming, freed = 0.0, 0.0
            for u in range(units):
                other = chance[state ^ (1 << u)]
                coming += other * into[state, u]
                if not (state >> u) & 1:
                    freed += other
            new = (coming + freed / service) / (arrivals + level[state] / service)
            worst = max(worst, abs(new - chance[state]))
            chance[state] = new
        sums[:] = 0.0
        for state in range(states):
            sums[level[state]] += chance[state]
        for state in range(states):
            chance[state] *= levels[level[state]] / sums[level[state]]
        if worst < close:
            return sweep + 1
    return most


@compiled
def _shares(preference: Ints, chance: Floats, share: Floats) -> None:
    for state in range(chance.size - 1):
        for place in range(share.shape[0]):
            share[place, _first_idle(preference[place], state)] += chance[state]


def _exact(
    preference: Ints, rate: Floats, service_s: float, levels: Floats, full: float, queue: bool
) -> tuple[Floats, Floats]:
    units = preference.shape[1]
    orders, which = np.unique(preference, axis=0, return_inverse=True)  # places of one order are one place
    rates = np.bincount(which.ravel(), weights=rate, minlength=len(orders)).astype(np.float64)
    states = np.arange(2**units)
    level = np.array([int(state).bit_count() for state in states], np.int64)
    into = np.zeros((states.size, units))
    _flows(orders, rates, into)
    chance = (levels / np.array([math.comb(units, k) for k in range(units + 1)]))[level]
    _relax(into, float(rate.sum()), chance, level, levels, service_s, CLOSE / states.size, SWEEPS)
    own = np.zeros((len(orders), units))
    _shares(orders, chance, own)
    share = own[which.ravel()] + (full / units if queue else 0.0)
    busy = np.array([float(chance[(states >> u) & 1 == 1].sum()) for u in range(units)])
    return busy + (full - float(levels[-1]) if queue else 0.0), share


@compiled
def _nearest(order: Ints, at_work: Bools) -> int:
    for k in range(order.size):
        if not at_work[order[k]]:
            return int(order[k])
    return -1


@compiled
def _nth_at_work(at_work: Bools, number: int) -> int:
    for u in range(at_work.size):
        if at_work[u]:
            if number == 0:
                return u
            number -= 1
    return -1


@compiled
def _wander(
    preference: Ints, rate: Floats, service: float, queue: int, jumps: int, busy: Floats, share: Floats
) -> float:
    """Follow the chain for ``jumps``; add the time that each unit is busy, and that each would go to each place.

    Times are expected ones: what a state lasts on average.  Returns the time in all.
    """
    np.random.seed(1)
    arrivals, upto = rate.sum(), np.cumsum(rate)
    at_work = np.zeros(busy.size, np.bool_)
    working, waiting, total = 0, 0, 0.0
    for jump in range(jumps):
        pace = arrivals + working / service
        total += 1.0 / pace
        for u in range(busy.size):
            busy[u] += at_work[u] / pace
        if working < busy.size and jump % LOOK == 0:
            for place in range(rate.size):
                share[place, _nearest(preference[place], at_work)] += LOOK / pace
        if np.random.random() * pace < arrivals:
            place = min(np.searchsorted(upto, np.random.random() * arrivals), rate.size - 1)
            if working == busy.size:
                waiting += queue
            else:
                at_work[_nearest(preference[place], at_work)] = True
                working += 1
        elif waiting > 0:
            waiting -= 1
        else:
            at_work[_nth_at_work(at_work, np.random.randint(working))] = False
            working -= 1
    return total


def _played(
    preference: Ints, rate: Floats, service_s: float, levels: Floats, full: float, queue: bool
) -> tuple[Floats, Floats]:
    places, units = preference.shape
    busy, share = np.zeros(units), np.zeros((places, units))
    total = _wander(preference, rate, service_s, int(queue), JUMPS, busy, share)
    share *= (1 - full) / share.sum(axis=1, keepdims=True)
    return busy / total, share + (full / units if queue else 0.0)


def _approximate(
    preference: Ints, rate: Floats, service_s: float, levels: Floats, full: float, queue: bool
) -> tuple[Floats, Floats]:
    places, units = preference.shape
    load = float(rate.sum()) * service_s
    mean = load / units if queue else load * (1 - full) / units
    mend = _corrections(units, levels, mean)
    busy = np.full(units, mean)
    waits = full * load / units if queue else 0.0
    for _ in range(SWEEPS):
        passed = np.cumprod(busy[preference], axis=1)
        before = np.concatenate((np.ones((places, 1)), passed[:, :-1]), axis=1) * mend  # mended chance to be asked
        asked = np.bincount(preference.ravel(), weights=(before * rate[:, None] * service_s).ravel(), minlength=units)
        new = (asked + waits) / (1 + asked)
        new *= mean * units / new.sum()
        moved = float(np.abs(new - busy).max())
        busy = 0.5 * (busy + new)
        if moved < CLOSE * 1e-2:
            break
    share = np.zeros((places, units))
    np.put_along_axis(share, preference, before * (1 - busy[preference]), axis=1)
    share *= (1 - full) / share.sum(axis=1, keepdims=True)
    return busy, share + (full / units if queue else 0.0)


def _corrections(units: int, levels: Floats, mean: float) -> Floats:
    """Return Larson's Q: the chance in M/M/c that j drawn units are busy and the next idle, over mean**j (1 - mean)."""
    found = np.zeros(units)
    for j in range(units):
        for k in range(j, units):
            drawn = math.prod((k - i) / (units - i) for i in range(j)) * (units - k) / (units - j)
            found[j] += float(levels[k]) * drawn
        found[j] /= mean**j * (1 - mean)
    return found
