"""A choice of sites that changes by one site at a time, and what every other site would cover instead.

A site's choice is drawn by what each would win (heat bath: Geman and Geman 1984).  Two sums
are kept up to date, so that a draw reads them and nothing else: what a closed site would add,
and of what each open one alone covers how much each other site covers, too.  Only the points
that a change newly covers or leaves touch them; mostly the site just closed is drawn again,
and nothing is touched.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sarhad.response.siting.cover_part import Part
from sarhad.response.siting.jit import compiled, inlined
from sarhad.response.siting.kernels import Floats, Ints, Small

BLOCK = 64
"""Sites whose greatest worth is looked at together; arrays over sites are filled up to a multiple of it."""

CHANCE = 12.0
"""What is worth so many heats less than the best site is never drawn: exp(-12) of its odds."""

WHOLE = 2**30
"""All weight is at most so many units: sums stay within 32 bits."""


class Cover(NamedTuple):
    """A part for compiled code: the sites of each point, the points of each site, and the points' weights in units."""

    start: Ints
    site: Small
    from_site: Ints
    point: Small
    weight: Small


class Choice(NamedTuple):
    """Open sites, one in each slot, and what follows from them."""

    opened: Ints
    """The site in each slot."""
    is_open: Small
    """1 for an open site, and for those that only fill the last block."""
    counts: Small
    """By how many open sites each point is covered."""
    slots: Small
    """The sum of these slots: of a point covered once, its slot."""
    gain: Small
    """What each site covers that no open one does."""
    own: Small
    """Slots × sites: of what the slot's site alone covers, how much the other covers, too."""
    figures: Ints
    """What is covered now, and the most so far."""
    best: Ints
    """The sites that covered most."""
    state: Ints
    """The random numbers' state."""


def units(part: Part) -> float:
    """Return how many units one of weight is: 1 where all are whole, else the most that sums have room for."""
    total = float(part.weight.sum())
    if total <= WHOLE and bool(np.all(part.weight == np.round(part.weight))):
        return 1.0
    return WHOLE / total


def cover(part: Part) -> Cover:
    """Return the part for compiled code; each site's points go up."""
    part.by_site.sort_indices()
    weight = np.floor(part.weight * units(part) + 0.5).astype(np.int32)
    return Cover(*part.rows, *part.columns, weight)


def choice(problem: Cover, opened: Ints, seed: int) -> Choice:
    """Return the choice of these sites."""
    sites = problem.from_site.size - 1
    room = -(-sites // BLOCK) * BLOCK
    points = problem.weight.size
    new = Choice(
        opened.astype(np.int64),
        (np.arange(room) >= sites).astype(np.int32),
        np.zeros(points, np.int32),
        np.zeros(points, np.int32),
        np.zeros(room, np.int32),
        np.zeros((opened.size, room), np.int32),
        np.zeros(2, np.int64),
        opened.astype(np.int64),
        np.array([seed], np.int64),
    )
    _begin(problem, new)
    return new


@inlined
def uniform(state: Ints) -> float:
    """Return a random number from 0 up to 1 (SplitMix64: Steele, Lea and Flood 2014)."""
    z = np.uint64(state[0]) + np.uint64(0x9E3779B97F4A7C15)
    state[0] = np.int64(z)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


@inlined
def _leave(problem: Cover, one: Choice, a: int, i: int) -> None:
    """Let slot ``a`` no longer cover point ``i``."""
    one.counts[i] -= 1
    one.slots[i] -= a
    if one.counts[i] == 0:
        for q in range(problem.start[i], problem.start[i + 1]):
            one.gain[problem.site[q]] += problem.weight[i]
            one.own[a, problem.site[q]] -= problem.weight[i]
    elif one.counts[i] == 1:
        b = one.slots[i]
        for q in range(problem.start[i], problem.start[i + 1]):
            one.own[b, problem.site[q]] += problem.weight[i]


@inlined
def _join(problem: Cover, one: Choice, a: int, i: int) -> None:
    """Let slot ``a`` cover point ``i``: the reverse of leaving it."""
    if one.counts[i] == 0:
        for q in range(problem.start[i], problem.start[i + 1]):
            one.gain[problem.site[q]] -= problem.weight[i]
            one.own[a, problem.site[q]] += problem.weight[i]
    elif one.counts[i] == 1:
        b = one.slots[i]
        for q in range(problem.start[i], problem.start[i + 1]):
            one.own[b, problem.site[q]] -= problem.weight[i]
    one.counts[i] += 1
    one.slots[i] += a


@compiled
def _begin(problem: Cover, one: Choice) -> None:
    for i in range(problem.weight.size):
        for q in range(problem.start[i], problem.start[i + 1]):
            one.gain[problem.site[q]] += problem.weight[i]
    for a in range(one.opened.size):
        j = one.opened[a]
        one.is_open[j] = 1
        one.figures[0] += one.gain[j]
        for k in range(problem.from_site[j], problem.from_site[j + 1]):
            _join(problem, one, a, problem.point[k])
    one.figures[1] = one.figures[0]


@compiled
def put(problem: Cover, one: Choice, a: int, into: int) -> None:
    """Put the closed site ``into`` in slot ``a`` in place of the one there."""
    j, point, from_site = one.opened[a], problem.point, problem.from_site
    one.figures[0] += np.int64(one.gain[into]) + one.own[a, into] - one.own[a, j]
    k, end, q, last = from_site[j], from_site[j + 1], from_site[into], from_site[into + 1]
    while k < end or q < last:
        if q >= last or (k < end and point[k] < point[q]):
            _leave(problem, one, a, point[k])
            k += 1
        elif k >= end or point[q] < point[k]:
            _join(problem, one, a, point[q])
            q += 1
        else:
            k += 1
            q += 1
    one.is_open[j], one.is_open[into], one.opened[a] = 0, 1, into


@inlined
def _note(one: Choice) -> None:
    if one.figures[0] > one.figures[1]:
        one.figures[1] = one.figures[0]
        one.best[:] = one.opened


@compiled
def forget(one: Choice) -> None:
    """Let the best choice met be what it is now."""
    one.figures[1] = one.figures[0]
    one.best[:] = one.opened


@compiled
def become(problem: Cover, one: Choice, target: Ints) -> None:
    """Make it the choice of the sites ``target``."""
    wanted, x = np.zeros(one.gain.size, np.int32), 0
    for q in range(target.size):
        wanted[target[q]] = 1
    for a in range(one.opened.size):
        if not wanted[one.opened[a]]:
            while one.is_open[target[x]]:
                x += 1
            put(problem, one, a, target[x])
    _note(one)


@inlined
def _drawn(gain: Small, own: Small, is_open: Small, j: int, heat: float, u: float, near: Small, odds: Floats) -> int:
    """Draw a closed site, or ``j`` again, with the odds exp(what it wins / heat).  ``near``, ``odds``: room."""
    most, blocks = np.int32(0), gain.size // BLOCK
    for b in range(blocks):
        top = np.int32(0)
        for k in range(BLOCK):
            won = np.int32(gain[b * BLOCK + k] + own[b * BLOCK + k])
            top = won if won > top else top
        near[b] = top
        most = top if top > most else most
    bar, count = most - CHANCE * heat, blocks
    for b in range(blocks):
        if near[b] >= bar:
            for k in range(b * BLOCK, b * BLOCK + BLOCK):
                near[count] = k
                count += (gain[k] + own[k] >= bar) & ((is_open[k] == 0) | (k == j))
    total = 0.0
    for q in range(blocks, count):
        total += np.exp((gain[near[q]] + own[near[q]] - most) / heat)
        odds[q] = total
    for q in range(blocks, count):
        if odds[q] > u * total:
            return int(near[q])
    return int(near[count - 1])


@compiled
def walk(problem: Cover, one: Choice, slots: Ints, hot: float, cold: float, steps: int) -> None:
    """Draw the site of a random one of ``slots`` anew, so many times, while it cools."""
    room = one.gain.size + one.gain.size // BLOCK + 1
    near, odds = np.empty(room, np.int32), np.empty(room)
    heat, slower = hot, (cold / hot) ** (1.0 / max(steps, 1))
    for _ in range(steps):
        a = slots[int(uniform(one.state) * slots.size)]
        j = one.opened[a]
        into = _drawn(one.gain, one.own[a], one.is_open, j, heat, uniform(one.state), near, odds)
        if into != j:
            put(problem, one, a, into)
            _note(one)
        heat *= slower
