"""The border line: which side of it a point is on, and how far away.

Decided by the full line of the region package, never by a generalised one.  The
geometry is plain: great circles are not needed, since the distances that matter are
tens of kilometres (the local projection below errs by less than 0.5 % up to 200 km).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from sarhad.wire.errors import SarhadError
from sarhad.wire.values import Point

METRES_PER_UNIT = 6_371_008.8 * math.pi / 180 / 10_000_000
"""Metres in 1e-7 degrees of latitude, on the sphere of the mean Earth radius."""

Bank = Literal["west", "east"]


class LineError(SarhadError):
    """The file does not hold one usable line."""

    code = "border-line"


class _Geometry(msgspec.Struct, frozen=True):
    type: str
    coordinates: msgspec.Raw


class _Feature(msgspec.Struct, frozen=True):
    geometry: _Geometry


class _Collection(msgspec.Struct, frozen=True):
    features: list[_Feature]


@dataclass(frozen=True, slots=True)
class BorderLine:
    """A line that runs from north to south, with one land west and the other east of it.

    Beyond its ends it is taken to go on due north and due south.
    """

    points: tuple[Point, ...]

    def bank(self, point: Point) -> Bank:
        """Tell whether ``point`` is west or east of the line (crossing count of a ray due west)."""
        first, last = self.points[0], self.points[-1]
        crossed = _passes(point, Point(lat=900_000_000, lon=first.lon), first)
        crossed ^= _passes(point, last, Point(lat=-900_000_000, lon=last.lon))
        for a, b in zip(self.points, self.points[1:], strict=False):
            crossed ^= _passes(point, a, b)
        return "east" if crossed else "west"

    def distance_m(self, point: Point) -> float:
        """Return the distance in metres from ``point`` to the nearest part of the line."""
        return min(_to_segment(point, a, b) for a, b in zip(self.points, self.points[1:], strict=False))


def _passes(point: Point, a: Point, b: Point) -> bool:
    """Tell whether the ray due west from ``point`` passes through the segment; each end counts once."""
    if (a.lat > point.lat) == (b.lat > point.lat):
        return False
    return (b.lon - a.lon) * (point.lat - a.lat) / (b.lat - a.lat) + a.lon < point.lon


def _to_segment(point: Point, a: Point, b: Point) -> float:
    shrink = math.cos(math.radians(point.lat / 1e7))
    ax, ay = (a.lon - point.lon) * shrink, float(a.lat - point.lat)
    bx, by = (b.lon - point.lon) * shrink, float(b.lat - point.lat)
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, -(ax * dx + ay * dy) / length))
    return math.hypot(ax + along * dx, ay + along * dy) * METRES_PER_UNIT


def distance_m(a: Point, b: Point) -> float:
    """Return the distance in metres between two points on the sphere (haversine)."""
    la, lb = math.radians(a.lat / 1e7), math.radians(b.lat / 1e7)
    across = math.radians((b.lon - a.lon) / 1e7)
    h = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin(across / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(h))


def read_line(path: Path) -> BorderLine:
    """Read a GeoJSON FeatureCollection (RFC 7946) that holds exactly one LineString, in degrees.

    Raises LineError for anything else, and for a line that does not run southward
    from its first point to its last.
    """
    try:
        features = msgspec.json.decode(path.read_bytes(), type=_Collection).features
        if len(features) != 1 or features[0].geometry.type != "LineString":
            raise LineError("the file must hold exactly one LineString", where=str(path))
        pairs = msgspec.json.decode(features[0].geometry.coordinates, type=list[tuple[float, float]])
        points = tuple(from_degrees(lat, lon) for lon, lat in pairs)
    except OSError as error:
        raise LineError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise LineError(f"not a GeoJSON line: {error}", where=str(path)) from error
    if len(points) < 2 or points[0].lat <= points[-1].lat:
        raise LineError("the line must run from north to south", where=str(path), do="Reverse its points")
    return BorderLine(points)


def from_degrees(lat: float, lon: float) -> Point:
    """Return the point in 1e-7 degrees; raises ValueError outside of the globe."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"{lat}, {lon} is not on the globe")
    return Point(lat=round(lat * 1e7), lon=round(lon * 1e7))


def thin(points: Sequence[Point], tolerance_m: float) -> tuple[Point, ...]:
    """Return the line with points left out that lie within ``tolerance_m`` of it (Douglas-Peucker)."""
    kept = {0, len(points) - 1}
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        worst, at = 0.0, -1
        for i in range(first + 1, last):
            off = _to_segment(points[i], points[first], points[last])
            if off > worst:
                worst, at = off, i
        if worst > tolerance_m:
            kept.add(at)
            stack += [(first, at), (at, last)]
    return tuple(points[i] for i in sorted(kept))
