"""The event loop, compiled.  Three kinds of event: an incident, a unit that is free again, a shift that begins.

At an incident the idle unit on duty that would arrive first goes; if none can, the
incident waits, unless no unit ever could: then nobody comes.  A unit that becomes free
or comes on duty takes the incident that has waited longest among those that it can reach.
"""

from __future__ import annotations

import numpy as np

from sarhad.response.siting.jit import compiled, inlined
from sarhad.response.siting.kernels import Floats, Ints

DAY = 86_400.0


@inlined
def until_open(at: float, opens: float, closes: float) -> float:
    """Return the seconds to wait at ``at`` until a daily window is open; both 0: never any."""
    if opens == closes:
        return 0.0
    now = at % DAY
    if opens < closes:
        if now < opens:
            return opens - now
        return 0.0 if now < closes else DAY - now + opens
    return opens - now if closes <= now < opens else 0.0


@inlined
def travel(
    unit: int,
    place: int,
    at: float,
    direct: Floats,
    before: Floats,
    after: Floats,
    allowed: Ints,
    hours: Floats,
    foreign: Ints,
    delay: float,
) -> float:
    """Return the seconds from ``at`` to the unit's arrival, the delay between desks and closed gates included."""
    asked = delay if foreign[unit, place] else 0.0
    best = direct[unit, place] + asked
    for k in range(before.shape[1]):
        if allowed[unit, k]:
            gate = asked + before[unit, k]
            if gate + after[unit, k, place] < best:
                total = gate + until_open(at + gate, hours[k, 0], hours[k, 1]) + after[unit, k, place]
                best = min(best, total)
    return float(best)


@compiled
def play(
    time: Floats, place: Ints, scene: Floats, delay: Floats,
    direct: Floats, before: Floats, after: Floats, allowed: Ints, hours: Floats, shift: Floats, foreign: Ints,
    back: Floats, queue: int, response: Floats, server: Ints,
) -> float:  # fmt: skip
    """Play the stream; fill ``response`` (seconds from incident to arrival) and ``server`` where somebody comes.

    ``back`` (U × P): seconds from the scene until the unit is free again.  ``queue`` 0:
    an incident that finds no idle unit is lost.  Returns the busy seconds of all units.
    """
    units, calls = direct.shape[0], time.size
    free_at = np.full(units, np.inf)  # infinite: idle
    soon = 0  # the unit that is free again first, the lower one of two
    waiting = np.empty(calls, np.int64)
    head, tail, next_call, now, busy = 0, 0, 0, 0.0, 0.0
    shifts = False
    for u in range(units):
        shifts = shifts or shift[u, 0] != shift[u, 1]
    order, least = np.full((direct.shape[1], units), -1, np.int64), np.empty((direct.shape[1], units))
    while True:
        event, who = time[next_call] if next_call < calls else np.inf, -1
        if free_at[soon] <= event and free_at[soon] < np.inf:
            event, who = free_at[soon], soon
        if shifts and head < tail:
            event, who = _next_shift(now, event, who, free_at, shift)
        now = event
        if now == np.inf:
            return busy
        if who < 0:
            i = next_call
            next_call += 1
            if order[place[i], 0] < 0:
                _by_nearness(place[i], direct, before, after, allowed, order[place[i]], least[place[i]])
            who, best = _first_there(
                now, place[i], free_at, order[place[i]], least[place[i]],
                direct, before, after, allowed, hours, foreign, shift, delay[i],
            )  # fmt: skip
            if who < 0:
                # One that nobody can ever reach would be waited for shift after shift without end.
                if queue and least[place[i], 0] < np.inf:
                    waiting[tail] = i
                    tail += 1
                continue
        else:
            free_at[who] = np.inf
            soon = int(np.argmin(free_at))
            i, best = _longest_waiting(
                who, now, waiting, head, tail, place, delay, direct, before, after, allowed, hours, foreign, shift
            )
            if i < 0:
                continue
            _leave(waiting, head, i)
            head += 1
        response[i] = now + best - time[i]
        server[i] = who
        used = best + scene[i] + back[who, place[i]]
        free_at[who] = now + used
        if free_at[who] < free_at[soon] or (free_at[who] == free_at[soon] and who < soon):
            soon = who
        busy += used


@inlined
def _next_shift(now: float, event: float, who: int, free_at: Floats, shift: Floats) -> tuple[float, int]:
    """Return the first of the next event and the idle units' coming on duty."""
    for u in range(free_at.size):
        ahead = until_open(now, shift[u, 0], shift[u, 1])
        if free_at[u] == np.inf and ahead > 0.0 and now + ahead < event:
            event, who = now + ahead, u
    return event, who


@compiled
def _by_nearness(
    place: int, direct: Floats, before: Floats, after: Floats, allowed: Ints, order: Ints, least: Floats
) -> None:
    """Fill ``order`` with the units, the nearest to a place first, and ``least`` with what each takes at the least."""
    found = direct[:, place].copy()
    for u in range(found.size):
        for k in range(before.shape[1]):
            if allowed[u, k]:
                found[u] = min(found[u], before[u, k] + after[u, k, place])
    order[:] = np.argsort(found, kind="mergesort")
    least[:] = found[order]


@inlined
def _first_there(
    now: float,
    place: int,
    free_at: Floats,
    order: Ints,
    least: Floats,
    direct: Floats,
    before: Floats,
    after: Floats,
    allowed: Ints,
    hours: Floats,
    foreign: Ints,
    shift: Floats,
    delay: float,
) -> tuple[int, float]:
    """Return the idle unit on duty that arrives first, the lower one of two, and its time; -1 if none can."""
    best, who = np.inf, -1
    for r in range(order.size):
        if least[r] > best or least[r] == np.inf:
            break  # who comes later is no earlier there
        u = order[r]
        if free_at[u] == np.inf and until_open(now, shift[u, 0], shift[u, 1]) == 0.0:
            took = travel(u, place, now, direct, before, after, allowed, hours, foreign, delay)
            if took < best or (took == best and took < np.inf and u < who):
                best, who = took, u
    return who, best


@inlined
def _leave(waiting: Ints, head: int, i: int) -> None:
    """Take incident ``i`` out of the queue; those before it keep their order."""
    r = head
    while waiting[r] != i:
        r += 1
    for q in range(r, head, -1):
        waiting[q] = waiting[q - 1]


@inlined
def _longest_waiting(
    unit: int,
    now: float,
    waiting: Ints,
    head: int,
    tail: int,
    place: Ints,
    delay: Floats,
    direct: Floats,
    before: Floats,
    after: Floats,
    allowed: Ints,
    hours: Floats,
    foreign: Ints,
    shift: Floats,
) -> tuple[int, float]:
    if until_open(now, shift[unit, 0], shift[unit, 1]) > 0.0:
        return -1, np.inf
    for r in range(head, tail):
        i = waiting[r]
        took = travel(unit, place[i], now, direct, before, after, allowed, hours, foreign, delay[i])
        if took < np.inf:
            return i, took
    return -1, np.inf
