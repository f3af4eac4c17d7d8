"""A plan as a file: GeoJSON and CSV for other programs, HTML and PDF for people."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sarhad.node.planner.board import Board
from sarhad.node.planner.jointness import value_jointness
from sarhad.node.planner.solve import site
from sarhad.response.errors import PlanError
from sarhad.web.plan_shapes import (
    DividendExport,
    DividendView,
    FileMade,
    Format,
    Scenario,
    SitedView,
    SiteExport,
    Stamp,
)
from sarhad.wire.errors import Unavailable

if TYPE_CHECKING:
    from sarhad.node.planner.brief import Brief

TYPES: dict[Format, str] = {
    "geojson": "application/geo+json",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}
Row = dict[str, Any]


def sites(board: Board, order: SiteExport, stamp: Stamp) -> FileMade:
    """Return one scenario, or two, as the file asked for."""
    if order.b is not None and order.b.spread_provinces != order.a.spread_provinces:
        raise PlanError(
            "plan-other-incidents", "both scenarios must rest on the same incidents", where="b.spread_provinces",
            do="Set both alike",
        )  # fmt: skip
    asked = [(scenario, site(board, scenario)) for scenario in (order.a, order.b) if scenario is not None]
    if order.format in ("pdf", "html"):
        _require_calendars()
        from sarhad.node.planner.briefs import site_brief  # noqa: PLC0415  (an extra: only pages need it)

        return _page("sites", site_brief(board, asked, stamp, order.lang), order.format, stamp)
    rows = [
        row for letter, (scenario, made) in zip("AB", asked, strict=False) for row in _site_rows(letter, scenario, made)
    ]
    return _table("sites", rows, order.format)


def dividend(board: Board, order: DividendExport, stamp: Stamp) -> FileMade:
    """Return the dividend as the file asked for."""
    made = value_jointness(board, order)
    if order.format in ("pdf", "html"):
        _require_calendars()
        from sarhad.node.planner.briefs import dividend_brief  # noqa: PLC0415  (as above)

        return _page("dividend", dividend_brief(board, order, made, stamp, order.lang), order.format, stamp)
    return _table("dividend", _place_rows(board, order, made), order.format)


def _require_calendars() -> None:
    """Pages are dated in both calendars, which come with an extra; data does without them."""
    if importlib.util.find_spec("jdatetime") is None:
        raise Unavailable("this node makes no pages", where="jdatetime", do="Install it with: sarhad[pdf]")


def _page(name: str, page: Brief, form: Format, stamp: Stamp) -> FileMade:
    from sarhad.node.planner import brief  # noqa: PLC0415  (as above)

    content = brief.pdf(page, stamp.now_us) if form == "pdf" else brief.html(page).encode()
    return FileMade(name=f"sarhad-{name}-{page.lang}.{form}", media_type=TYPES[form], content=content)


def _table(name: str, rows: Sequence[Row], form: Format) -> FileMade:
    content = geojson(rows) if form == "geojson" else table(rows)
    return FileMade(name=f"sarhad-{name}.{form}", media_type=TYPES[form], content=content)


def _site_rows(letter: str, scenario: Scenario, made: SitedView) -> list[Row]:
    return [
        {
            "scenario": letter,
            "name": one.names.en,
            "lat": one.lat / 1e7,
            "lon": one.lon / 1e7,
            "party": one.party,
            "what": one.what,
            "existing": one.existing,
            "units": one.units,
            "serves": round(one.serves, 4),
            "method": scenario.method,
            "minutes": scenario.minutes,
            "mode": scenario.mode,
            "status": made.status,
            "value": made.value,
            "bound": made.bound,
        }
        for one in made.sites
    ]


def _place_rows(board: Board, order: DividendExport, made: DividendView) -> list[Row]:
    times = zip(board.places, board.weight(order.weights), made.separate_s, made.joint_s, strict=True)
    return [
        {
            "name": spot.name,
            "lat": spot.lat / 1e7,
            "lon": spot.lon / 1e7,
            "party": spot.party,
            "what": spot.what,
            "weight": round(float(weight), 4),
            "separate_s": None if apart < 0 else apart,
            "joint_s": None if joint < 0 else joint,
        }
        for spot, weight, apart, joint in times
    ]


def geojson(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the rows as points (RFC 7946)."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {key: value for key, value in row.items() if key not in ("lat", "lon")},
        }
        for row in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def table(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the rows as CSV (RFC 4180); a text that a spreadsheet would compute is set off by an apostrophe."""
    made = io.StringIO()
    writer = csv.DictWriter(made, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)
    return made.getvalue().encode()


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value
