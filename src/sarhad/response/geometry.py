"""Distances and sides on the ground.  Coordinates are WGS 84 in 1e-7 degrees; distances are in metres."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sarhad.response.jit import compiled

EARTH_M = 6_371_008.8
"""Mean radius of the earth (IUGG)."""
UNIT = 1e-7

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def great_circle_m(lat_a: Any, lon_a: Any, lat_b: Any, lon_b: Any) -> Floats:
    """Return great-circle distances (haversine), broadcasting."""
    a, b = np.radians(np.asarray(lat_a) * UNIT), np.radians(np.asarray(lat_b) * UNIT)
    turn = np.radians((np.asarray(lon_b) - np.asarray(lon_a)) * UNIT)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(turn / 2) ** 2
    distance: Floats = 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return distance


def on_sphere(lat: Any, lon: Any) -> Floats:
    """Return unit vectors, points × 3, in which nearest is nearest on the ground."""
    phi, theta = np.radians(np.asarray(lat) * UNIT), np.radians(np.asarray(lon) * UNIT)
    return np.stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], axis=-1)


def crossings_east(lat: Integers, lon: Integers, from_: Integers, to: Integers) -> Integers:
    """Count for each point the segments that a ray to its east meets (segments × (lat, lon))."""
    low, high = np.minimum(from_[:, 0], to[:, 0]), np.maximum(from_[:, 0], to[:, 0])
    order = np.argsort(lat, kind="stable")
    sorted_lat, sorted_lon = lat[order], lon[order]
    first = np.searchsorted(sorted_lat, low, side="left")
    last = np.searchsorted(sorted_lat, high, side="left")
    result = np.empty(lat.size, np.int64)
    result[order] = _met(sorted_lat, sorted_lon, np.asarray(from_), np.asarray(to), first, last)
    return result


@compiled
def _met(lat: Integers, lon: Integers, from_: Integers, to: Integers, first: Integers, last: Integers) -> Integers:
    """Count for each point the segments to its east; segment ``k`` may meet the points ``first[k]`` to ``last[k]``."""
    counts = np.zeros(lat.size, np.int64)
    for k in range(first.size):
        for p in range(first[k], last[k]):
            share = (lat[p] - from_[k, 0]) / (to[k, 0] - from_[k, 0])
            if lon[p] < from_[k, 1] + (to[k, 1] - from_[k, 1]) * share:
                counts[p] += 1
    return counts


def west_of(lat: Integers, lon: Integers, line: Integers) -> NDArray[np.bool_]:
    """Tell which points lie west of ``line`` (points × (lat, lon)), prolonged along its ends' meridians."""
    top, bottom = (line[0], line[-1]) if line[0, 0] > line[-1, 0] else (line[-1], line[0])
    ends = np.array([[900_000_001, top[1]], [-900_000_001, bottom[1]]])
    from_ = np.concatenate([line[:-1], ends])
    to = np.concatenate([line[1:], [top], [bottom]])
    odd: NDArray[np.bool_] = crossings_east(lat, lon, from_, to) % 2 == 1
    return odd


def inside(lat: Integers, lon: Integers, ring_from: Integers, ring_to: Integers) -> NDArray[np.bool_]:
    """Tell which points lie inside the rings (even-odd rule) whose sides are given as segments × (lat, lon)."""
    odd: NDArray[np.bool_] = crossings_east(lat, lon, ring_from, ring_to) % 2 == 1
    return odd
