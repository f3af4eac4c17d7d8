"""Readers of published problem files: OR-Library's pmed, the city covering files, the SJC files.

They take the text, not a path; SitingError names the line that cannot be read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sarhad.response.siting.answer import SitingError
from sarhad.response.siting.jit import compiled
from sarhad.response.siting.kernels import Floats

MAX_POINTS = 8_000
"""A table of distances between more points than this is refused."""

CITY_RADIUS_M = 6_378_137.0
"""Earth radius that reproduces the published values of the city files."""


@dataclass(frozen=True, slots=True)
class MedianInstance:
    """A p-median problem: shortest-path distances, points × points, and the number of medians."""

    distance: Floats
    p: int


@dataclass(frozen=True, slots=True)
class CoverInstance:
    """Points that are demand and candidates alike: ``x``, ``y`` (or longitude, latitude in degrees) and weights."""

    x: Floats
    y: Floats
    weight: Floats


@compiled
def _floyd(distance: Floats) -> None:
    n = distance.shape[0]
    for k in range(n):
        for i in range(n):
            through = distance[i, k]
            if through < np.inf:
                for j in range(n):
                    if through + distance[k, j] < distance[i, j]:
                        distance[i, j] = through + distance[k, j]


def read_pmed(text: str) -> MedianInstance:
    """Read an OR-Library pmed file (Beasley 1985): ``n edges p``, then ``i j length`` a line.

    Where an edge is given twice the last counts; distances are shortest paths.
    """
    rows = _numbers(text)
    if not rows or len(rows[0]) != 3 or not all(number == int(number) for number in rows[0]):
        raise SitingError("the first line is not 'vertices edges p'", where="line 1")
    n, edges, p = (int(number) for number in rows[0])
    if n > MAX_POINTS:
        raise SitingError(f"{n} vertices are more than {MAX_POINTS}", where="line 1", do="Ask for less")
    if not 1 <= p <= n or len(rows) - 1 < edges:
        raise SitingError(f"{len(rows) - 1} edges stand, {edges} are announced, p is {p} of {n}", where="line 1")
    distance = np.full((n, n), np.inf)
    np.fill_diagonal(distance, 0.0)
    for number, row in enumerate(rows[1 : edges + 1], 2):
        if len(row) != 3 or not all(1 <= end <= n and end == int(end) for end in row[:2]) or row[2] < 0:
            raise SitingError(f"not 'i j length' with vertices from 1 to {n}", where=f"line {number}")
        i, j = int(row[0]) - 1, int(row[1]) - 1
        distance[i, j] = distance[j, i] = row[2]
    _floyd(distance)
    return MedianInstance(distance, p)


def read_city(text: str) -> CoverInstance:
    """Read a city covering file: ``NODE_COORD_SECTION`` (latitude, longitude), then ``DEMAND_SECTION``."""
    coordinates: list[list[float]] = []
    weights: list[list[float]] = []
    into: list[list[float]] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip()
        if word.startswith("NODE_COORD_SECTION"):
            into = coordinates
        elif word.startswith("DEMAND_SECTION"):
            into = weights
        elif into is not None and word and word != "EOF":
            into.append(_row(word, number))
    if not coordinates or len(coordinates) != len(weights):
        raise SitingError(f"{len(coordinates)} coordinates and {len(weights)} demands", where="sections")
    place = _of_width(coordinates, 2, "NODE_COORD_SECTION")
    return CoverInstance(place[:, 1], place[:, 0], _of_width(weights, 1, "DEMAND_SECTION")[:, 0])


def is_planar(place: CoverInstance) -> bool:
    """Tell whether coordinates cannot be degrees, so that distances between them are straight."""
    return bool(np.any(np.abs(place.y) > 90) or np.any(np.abs(place.x) > 180))


def read_sjc(points: str, demand: str) -> CoverInstance:
    """Read an SJC pair (Lorena and Pereira): the number of points, ``x y`` a line; one demand a line."""
    rows = _numbers(points)
    weights = [row[0] for row in _numbers(demand)]
    count = int(rows[0][0]) if rows and len(rows[0]) == 1 else 0
    if count != len(rows) - 1 or count != len(weights):
        raise SitingError(f"{len(rows) - 1} points and {len(weights)} demands, {count} announced", where="line 1")
    place = _of_width(rows[1:], 2, "the points")
    if not place.size:
        raise SitingError("no point stands in the file", where="line 1")
    return CoverInstance(place[:, 0], place[:, 1], np.array(weights))


def planar(a: CoverInstance) -> Floats:
    """Return Euclidean distances between all points, in the file's own unit."""
    result: Floats = np.hypot(a.x[:, None] - a.x[None, :], a.y[:, None] - a.y[None, :])
    return result


def haversine(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats, radius: float = CITY_RADIUS_M) -> Floats:
    """Return great-circle distances in metres, points × others; degrees in."""
    phi, psi = np.radians(lat)[:, None], np.radians(other_lat)[None, :]
    along = np.radians(other_lon)[None, :] - np.radians(lon)[:, None]
    h = np.sin((psi - phi) / 2) ** 2 + np.cos(phi) * np.cos(psi) * np.sin(along / 2) ** 2
    result: Floats = 2 * radius * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))
    return result


def _numbers(text: str) -> list[list[float]]:
    return [_row(line, number) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _of_width(rows: list[list[float]], width: int, where: str) -> Floats:
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            raise SitingError(f"{len(row)} numbers stand where {width} are needed", where=f"{where}, entry {number}")
    return np.array(rows).reshape(len(rows), width)


def _row(line: str, number: int) -> list[float]:
    try:
        row = [float(word) for word in line.split()]
    except ValueError:
        raise SitingError("not numbers", where=f"line {number}") from None
    if not all(math.isfinite(value) for value in row):
        raise SitingError("not finite numbers", where=f"line {number}")
    return row
