"""The loops of a journey over gates, compiled: Dijkstra's search for each traveller, waiting at each gate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sarhad.response.geometry import Integers
from sarhad.response.jit import compiled

Flags = NDArray[np.bool_]
FAR = 2**60
LONGEST = 2**50


@compiled
def milliseconds(cost: int, speed_kmh: int) -> int:
    """Return the time that good-road decimetres take at a speed, rounded up; FAR stays FAR."""
    return FAR if cost >= FAR else -(-min(cost, LONGEST) * 360 // speed_kmh)


@compiled
def let_in(at: int, begin: int, end: int, opens: Integers, closes: Integers) -> int:
    """Return when one who is at a gate is let in; FAR: never.  Its open times stand from ``begin`` up to ``end``."""
    span = begin + np.searchsorted(closes[begin:end], at, side="right")
    return FAR if span >= end else max(at, opens[span])


@compiled
def journeys(
    row: Integers,
    speed: Integers,
    depart: Integers,
    allowed: Flags,
    passing: Integers,
    hop_gate: Integers,
    hop_cost: Integers,
    direct: Integers,
    to_hop: Integers,
    between: Integers,
    from_hop: Integers,
    first: Integers,
    opens: Integers,
    closes: Integers,
) -> tuple[Integers, Integers, Integers, Integers, Integers, Integers]:
    """Return the arrays of reach.travel.Travel: arrival, via; reached, let in, behind, before.

    ``allowed``: travellers × hops; ``passing``: travellers × gates, milliseconds; gate g is
    open in the times from ``first[g]`` up to ``first[g + 1]``; the rest is as in Ways.
    """
    many, hops, places = row.size, hop_gate.size, direct.shape[1]
    arrival, via = np.full((many, places), FAR, np.int64), np.full((many, places), -1, np.int64)
    reached, entered = np.full((many, hops), FAR, np.int64), np.full((many, hops), FAR, np.int64)
    behind, before = np.full((many, hops), FAR, np.int64), np.full((many, hops), -1, np.int64)
    for t in range(many):
        _search(
            depart[t], speed[t], allowed[t].copy(), passing[t], hop_gate, hop_cost, to_hop[row[t]], between,
            first, opens, closes, reached[t], entered[t], behind[t], before[t],
        )  # fmt: skip
        for p in range(places):
            arrival[t, p] = min(depart[t] + milliseconds(direct[row[t], p], speed[t]), FAR)
        for hop in range(hops):
            if behind[t, hop] < FAR:
                for p in range(places):
                    after = behind[t, hop] + milliseconds(from_hop[hop, p], speed[t])
                    if after < arrival[t, p]:
                        arrival[t, p], via[t, p] = after, hop
    return arrival, via, reached, entered, behind, before


@compiled
def _search(
    depart: int,
    speed: int,
    waiting: Flags,
    passing: Integers,
    hop_gate: Integers,
    hop_cost: Integers,
    to_hop: Integers,
    between: Integers,
    first: Integers,
    opens: Integers,
    closes: Integers,
    reached: Integers,
    entered: Integers,
    behind: Integers,
    before: Integers,
) -> None:
    """Fill one traveller's last four arrays; the hops that are ``waiting`` are those that it may pass."""
    for h in range(hop_gate.size):
        way = milliseconds(to_hop[h], speed)
        if waiting[h] and way < FAR:
            reached[h] = depart + way
    for _ in range(hop_gate.size):
        hop, at = -1, FAR
        for h in range(hop_gate.size):
            if waiting[h] and reached[h] < at:
                hop, at = h, reached[h]
        if hop < 0:
            break
        waiting[hop] = False
        gate = hop_gate[hop]
        moment = let_in(at, first[gate], first[gate + 1], opens, closes)
        if moment >= FAR:
            continue
        entered[hop] = moment
        behind[hop] = moment + passing[gate] + milliseconds(hop_cost[hop], speed)
        for h in range(hop_gate.size):
            then = behind[hop] + milliseconds(between[hop, h], speed)
            if waiting[h] and then < reached[h]:
                reached[h], before[h] = then, hop


@compiled
def passed(able: Flags, via: Integers, before: Integers, entered: Integers) -> Integers:
    """Return every hop that is passed on a way that is ``able``, last first: traveller, place, hop, let in when."""
    size = 0
    found = np.empty((256, 4), np.int64)
    for t in range(via.shape[0]):
        for p in range(via.shape[1]):
            hop = via[t, p] if able[t, p] else -1
            while hop >= 0:
                if size == found.shape[0]:
                    longer = np.empty((2 * size, 4), np.int64)
                    longer[:size] = found
                    found = longer
                found[size] = t, p, hop, entered[t, hop]
                size += 1
                hop = before[t, hop]
    return found[:size].copy()
