"""Siting problems that users bring: published files, tables of points, or a matrix of times.

All take text and return a Question; SitingError names the line or the column.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from sarhad.response.siting import instances
from sarhad.response.siting.answer import SitingError
from sarhad.response.siting.kernels import Floats
from sarhad.response.siting.question import Question

MAX_CELLS = 64_000_000
"""Demand points times candidates: more than fits into half a gigabyte is refused."""

FORMATS = "pmed, SJC, city, JSON, CSV"
EARTH_M = 6_371_008.8


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A problem as JSON; ``cost`` null: no way."""

    cost: list[list[float | None]]
    weight: list[float] | None = None
    demand: list[str] | None = None
    candidates: list[str] | None = None
    existing: list[int] = []
    capacity: list[float] | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """A question that a file asks; ``count``: how many sites the file itself wants; ``unit``: of its costs."""

    question: Question
    count: int | None
    unit: str
    format: str


def read_problem(text: str, weights: str | None = None) -> Brought:
    """Read one file: OR-Library pmed, SJC (with its ``weights`` file), city, JSON, or a CSV matrix.

    The format is told by the content.  Raises SitingError.
    """
    head = text.lstrip("\ufeff \t\r\n")
    if head.startswith("{"):
        return Brought(_from_json(head), None, "the file's own", "json")
    if "NODE_COORD_SECTION" in text:
        city = instances.read_city(text)
        _fits(city.x.size, city.x.size)
        planar = instances.is_planar(city)
        away = instances.planar(city) if planar else instances.haversine(city.x, city.y, city.x, city.y)
        return Brought(_own_points(away, city.weight), None, "the file's own" if planar else "m", "city")
    words = head.split("\n", 1)[0].split()
    if all(_is_number(word) for word in words) and words:
        return _published(text, len(words), weights)
    return Brought(_from_matrix(text), None, "the file's own", "csv")


def _published(text: str, first_line: int, weights: str | None) -> Brought:
    if first_line == 3:
        problem = instances.read_pmed(text)
        return Brought(
            _own_points(problem.distance, np.ones(len(problem.distance))), problem.p, "the file's own", "pmed"
        )
    if first_line != 1:
        raise SitingError(
            "a published file begins with 'vertices edges p' (pmed) or with the number of points (SJC)", where="line 1"
        )
    if weights is None:
        raise SitingError("an SJC file needs its demand file", where="--weights", do="Give demand-SJC….dat")
    place = instances.read_sjc(text, weights)
    _fits(place.x.size, place.x.size)
    return Brought(_own_points(instances.planar(place), place.weight), None, "m", "sjc")


def read_points(demand: str, candidates: str) -> Brought:
    """Read two CSV tables with a header: ``lat, lon`` in degrees, or ``x, y`` in one unit; distances are straight.

    Demand may have ``name`` and ``weight`` (1 without); candidates ``name``, ``existing``
    (1 or 0) and ``capacity``.  Raises SitingError.
    """
    points, sites = _table(demand, "--demand"), _table(candidates, "--candidates")
    _fits(len(points), len(sites))
    round_earth = {"lat", "lon"} <= points[0].keys()
    axes = ("lon", "lat") if round_earth else ("x", "y")
    x, y = (_column(points, axis, "--demand") for axis in axes)
    a, b = (_column(sites, axis, "--candidates") for axis in axes)
    if round_earth and (np.any(np.abs([*y, *b]) > 90) or np.any(np.abs([*x, *a]) > 180)):
        raise SitingError("a latitude lies within 90 degrees, a longitude within 180", where="lat, lon")
    away = instances.haversine(x, y, a, b, EARTH_M) if round_earth else np.hypot(x[:, None] - a, y[:, None] - b)
    question = Question(
        _names(points), _names(sites), away, _column(points, "weight", "--demand", 1.0),
        [int(j) for j in np.nonzero(_column(sites, "existing", "--candidates", 0.0) == 1)[0]],
        _column(sites, "capacity", "--candidates") if "capacity" in sites[0] else None,
    )  # fmt: skip
    return Brought(question, None, "m" if round_earth else "the tables' own", "points")


def _own_points(cost: Floats, weight: Floats) -> Question:
    names = [f"{number:07d}" for number in range(1, len(cost) + 1)]
    return Question(names, names, cost, weight)


def _from_json(text: str) -> Question:
    try:
        said = msgspec.json.decode(text, type=_Written)
    except (msgspec.MsgspecError, ValueError) as error:
        raise SitingError(
            f"this is no problem: {error}", where="--problem", code="plan-no-problem", formats=FORMATS
        ) from error
    rows, columns = len(said.cost), len(said.cost[0]) if said.cost else 0
    if any(len(row) != columns for row in said.cost):
        raise SitingError("the rows are of different lengths", where="cost")
    _fits(rows, columns)
    cost = np.array([[math.inf if value is None else value for value in row] for row in said.cost]).reshape(
        rows, columns
    )
    return Question(
        said.demand or [f"{i:07d}" for i in range(rows)],
        said.candidates or [f"{j:07d}" for j in range(columns)],
        cost,
        np.array(said.weight, float) if said.weight is not None else np.ones(rows),
        said.existing,
        np.array(said.capacity, float) if said.capacity is not None else None,
    )


def _from_matrix(text: str) -> Question:
    """Read a CSV matrix: header ``demand[,weight],candidate…``; a row a demand point; empty: no way."""
    rows = [row for row in csv.reader(text.lstrip("\ufeff").splitlines()) if row]
    if len(rows) < 2 or len(rows[0]) < 2:
        raise SitingError(
            "no problem of a kind that can be read", where="--problem",
            do="A pmed, SJC or city file, JSON with cost, or a CSV matrix: demand,weight,candidate…",
            code="plan-no-problem", formats=FORMATS,
        )  # fmt: skip
    head = [word.strip() for word in rows[0]]
    skip = 2 if head[1].lower() == "weight" else 1
    _fits(len(rows) - 1, len(head) - skip)
    cost, weight = np.full((len(rows) - 1, len(head) - skip), np.inf), np.ones(len(rows) - 1)
    for i, row in enumerate(rows[1:]):
        if len(row) != len(head):
            raise SitingError(f"{len(row)} cells stand where the header has {len(head)}", where=f"line {i + 2}")
        for k, word in enumerate(row[1:], 1):
            if word.strip():
                number = _number(word, f"line {i + 2}, column {head[k]}")
                if k < skip:
                    weight[i] = number
                else:
                    cost[i, k - skip] = number
    return Question([row[0].strip() for row in rows[1:]], head[skip:], cost, weight)


def _table(text: str, where: str) -> list[dict[str, str]]:
    reader = csv.DictReader(text.lstrip("\ufeff").splitlines())
    rows = [{(key or "").strip().lower(): (value or "").strip() for key, value in row.items()} for row in reader]
    if not rows:
        raise SitingError(
            "the table has no row", where=where, do="A header and a line a point: name,lat,lon,weight",
            code="plan-empty-table", file=where,
        )  # fmt: skip
    if not ({"lat", "lon"} <= rows[0].keys() or {"x", "y"} <= rows[0].keys()):
        raise SitingError(
            f"the header has {sorted(rows[0])}; lat and lon, or x and y, are needed", where=where,
            code="plan-no-column", file=where, column="lat, lon / x, y",
        )  # fmt: skip
    return rows


def _column(rows: Sequence[dict[str, str]], name: str, where: str, default: float | None = None) -> Floats:
    if name not in rows[0]:
        if default is None:
            raise SitingError(
                f"the column {name} is missing", where=where, code="plan-no-column", file=where, column=name
            )
        return np.full(len(rows), default)
    return np.array([_number(row[name], f"{where} line {i + 2}, column {name}") for i, row in enumerate(rows)])


def _names(rows: Sequence[dict[str, str]]) -> list[str]:
    """Return the names; a point without one is called by its position, so that order says nothing."""
    return [row.get("name") or ", ".join(row[axis] for axis in ("lat", "lon", "x", "y") if axis in row) for row in rows]


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _number(word: str, where: str) -> float:
    try:
        number = float(word)
    except ValueError:
        raise SitingError(f"{word!r} is no number", where=where, code="plan-no-number", word=word) from None
    if not math.isfinite(number):
        raise SitingError(
            f"{word!r} is no finite number; leave the cell empty where there is no way", where=where,
            code="plan-no-number", word=word,
        )  # fmt: skip
    return number


def _fits(points: int, candidates: int) -> None:
    if points * candidates > MAX_CELLS:
        raise SitingError(f"{points} x {candidates} is more than {MAX_CELLS:,}", where="--problem", do="Ask for less")
