"""Tables for the importer's tests: real ones, and ways to spoil them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

INCIDENTS = Path(__file__).resolve().parents[2] / "examples" / "sistan-balochistan" / "incidents"
UCDP = INCIDENTS / "ucdp-ged.csv"
HAND = INCIDENTS / "iran-side-hand.csv"
REPORTS = INCIDENTS / "demo-reports-hand.csv"

GED_ROW: dict[str, str] = {
    "id": "7", "type_of_violence": "1", "side_a": "Government of A", "side_b": "Group B", "conflict_name": "A: Hills",
    "where_prec": "1", "where_coordinates": "Old bridge", "where_description": "At the old bridge",
    "latitude": "27.5", "longitude": "62.25", "country": "Pakistan", "date_prec": "1",
    "date_start": "2019-04-18 00:00:00.000", "date_end": "2019-04-18", "deaths_a": "1", "deaths_b": "2",
    "deaths_civilians": "0", "deaths_unknown": "0", "best": "3", "high": "4", "low": "2",
    "source_article": '"Agency, 2019-04-18, Clash"', "code_status": "Clear", "event_clarity": "1",
}  # fmt: skip


def ged(**changes: str) -> dict[str, str]:
    """A sound GED row with these cells changed."""
    return {**GED_ROW, **changes}


def as_csv(*rows: Mapping[str, str]) -> str:
    """Write rows as CSV with the header of the first."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def save(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    """Write a table; text becomes UTF-8."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
