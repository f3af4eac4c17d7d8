"""The loops of the Lagrangian bound, compiled.

Each unit has a price; without the rule that a unit goes to one incident only, every
incident buys for itself what is cheapest: its weight times the level, and the prices of
who is sent.  A table over (capabilities that are there, persons that are there) finds
it, units taken in the order of their arrival.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sarhad.response.geometry import Floats, Integers
from sarhad.response.jit import compiled

Flags = NDArray[np.bool_]


@compiled
def buy(
    unit: Integers,
    at: Integers,
    mask: Integers,
    persons: Integers,
    full: int,
    need: int,
    weight: float,
    price: Floats,
    taken: Flags,
    level: Floats,
    whole: bool,
) -> tuple[float, Integers]:
    """Return the least cost of serving one incident (infinite: it cannot be) and the units bought.

    ``unit``, ``at``, ``mask`` (its capabilities, bits of ``full``) and ``persons`` of those who can
    come, earliest first; ``level[i]`` is set to what it costs to be served when unit ``i`` arrives,
    or less (unless ``whole`` it ends where no later level can be cheaper).
    """  # fmt: skip
    wide, many = need + 1, unit.size
    size = (full + 1) * wide
    table = np.full(size, np.inf)
    table[0] = 0.0
    came = np.full((many, size), -1, np.int32)
    best, last = np.inf, -1
    for i in range(many):
        level[i] = weight * at[i]
        if not whole and weight * at[i] >= best:
            continue
        if not taken[unit[i]]:
            more = price[unit[i]]
            for state in range(size - 1, -1, -1):
                if table[state] < np.inf:
                    there = min(need, state % wide + persons[i])
                    target = ((state // wide) | mask[i]) * wide + there
                    if target != state and table[state] + more < table[target]:
                        table[target] = table[state] + more
                        came[i, target] = state
        level[i] = weight * at[i] + table[size - 1]
        if (i + 1 == many or at[i + 1] > at[i]) and level[i] < best:
            best, last = level[i], i
    chosen = np.empty(many, np.int64)
    count, state = 0, size - 1
    for i in range(last, -1, -1):
        if came[i, state] >= 0:
            chosen[count] = i
            count += 1
            state = came[i, state]
    return best, chosen[:count].copy()


@compiled
def bound(
    first: Integers,
    unit: Integers,
    at: Integers,
    mask: Integers,
    persons: Integers,
    full: Integers,
    need: Integers,
    weight: Floats,
    unserved: Floats,
    price: Floats,
    level: Floats,
    least: Floats,
    sent: Integers,
    whole: bool,
) -> float:
    """Return the Lagrangian bound at these prices (without what the prices add back) and fill three arrays.

    ``least[j]``: what incident j pays; ``sent[u]``: to how many incidents unit u would go;
    ``level``: see buy.  An incident that may stay unserved pays ``unserved[j]`` for it at the most.
    """  # fmt: skip
    nobody = np.zeros(price.size, np.bool_)
    sent[:] = 0
    total = 0.0
    for j in range(first.size - 1):
        part = slice(first[j], first[j + 1])
        cost, chosen = buy(
            unit[part],
            at[part],
            mask[part],
            persons[part],
            full[j],
            need[j],
            weight[j],
            price,
            nobody,
            level[part],
            whole,
        )
        if cost > unserved[j]:
            cost = unserved[j]
        else:
            for i in chosen:
                sent[unit[first[j] + i]] += 1
        least[j] = cost
        total += cost
    return total


@compiled
def in_turn(
    first: Integers,
    unit: Integers,
    at: Integers,
    mask: Integers,
    persons: Integers,
    full: Integers,
    need: Integers,
    weight: Floats,
    price: Floats,
    order: Integers,
    where: Integers,
    late: Integers,
) -> None:
    """Let the incidents buy in turn what is left; fill two arrays.

    ``where``: for each unit its incident or -1; ``late``: when each incident is served, -1 where it is not.
    """
    taken = np.zeros(price.size, np.bool_)
    where[:] = -1
    late[:] = -1
    for j in order:
        part = slice(first[j], first[j + 1])
        level = np.empty(first[j + 1] - first[j])
        _, chosen = buy(
            unit[part], at[part], mask[part], persons[part], full[j], need[j], weight[j], price, taken, level, False
        )
        for i in chosen:
            taken[unit[first[j] + i]] = True
            where[unit[first[j] + i]] = j
            late[j] = max(late[j], at[first[j] + i])


@compiled
def ramble(
    first: Integers,
    unit: Integers,
    at: Integers,
    mask: Integers,
    persons: Integers,
    full: Integers,
    need: Integers,
    weight: Floats,
    price: Floats,
    worth: Integers,
    order: Integers,
    where: Integers,
    late: Integers,
    rounds: int,
) -> None:
    """Move one incident at a time in the ``order`` of buying, keeping what is no worse; fill the best order's arrays.

    ``worth`` is what each incident weighs: first as little of it as can be is left unserved, then none is late.
    """
    np.random.seed(1)
    here, when = where.copy(), late.copy()
    least, sum_least = np.inf, np.inf
    trial = order.copy()
    for turn in range(rounds):
        trial[:] = order
        if turn:
            a, b = np.random.randint(order.size), np.random.randint(order.size)
            moved = order[a]
            if a < b:
                trial[a:b] = order[a + 1 : b + 1]
            else:
                trial[b + 1 : a + 1] = order[b:a]
            trial[b] = moved
        in_turn(first, unit, at, mask, persons, full, need, weight, price, trial, here, when)
        left, total = 0, 0
        for j in range(worth.size):
            if when[j] < 0:
                left += worth[j]
            else:
                total += worth[j] * when[j]
        if left < least or (left == least and total <= sum_least):
            least, sum_least = left, total
            order[:], where[:], late[:] = trial, here, when
