"""Tables kept by hand from public pages: incidents with their disputes, and further reports.

Codes follow UCDP GED (where_prec, date_prec).  The word for the form of attack stays
readable in the text; the record's category is the nearest one of the wire's list, and
``other`` where none is near.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec

from sarhad.gateways.tables import cells
from sarhad.gateways.tables.drafts import PLACEHOLDER, ImportReport, IncidentDraft, ReportDraft
from sarhad.gateways.tables.importing import import_rows
from sarhad.gateways.tables.rows import CellError, Row
from sarhad.wire.kinds import Claim, Incident, Report
from sarhad.wire.kinds.happenings import Category
from sarhad.wire.values import OWN, Casualties, Release, Words

LICENCE = "Facts compiled by hand; rows that name Wikipedia, Wikinews or Wikia: CC BY-SA"
CITATION = "Each record names its source"
INCIDENT_COLUMNS = (
    "id", "date", "date_prec", "place", "lat", "lon", "where_prec", "country", "type", "killed_best", "killed_low",
    "killed_high", "injured", "abducted", "actor_claimed", "description", "conflicting_reports", "source",
)  # fmt: skip
REPORT_COLUMNS = (
    "incident", "date", "reporter", "reporter_country", "place_text", "killed", "injured", "summary", "source",
)  # fmt: skip
CATEGORIES: dict[str, Category] = {
    "bombing": "bombing", "suicide bombing": "suicide-bombing", "ambush": "ambush", "abduction": "abduction",
    "clash": "armed-clash", "armed assault": "armed-clash", "complex attack": "armed-clash",
    "cross-border strike": "air-strike", "shelling": "shelling", "assassination": "assassination",
    "incursion": "incursion", "smuggling": "smuggling", "sabotage": "sabotage", "accident": "accident",
}  # fmt: skip

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")


def drafts_from_hand(
    path: Path, *, known: frozenset[str] = frozenset(), country: str = "", release: Release = OWN
) -> ImportReport[IncidentDraft]:
    """Read a table of incidents; external identifiers are ``hand:<id>``.

    ``known`` are skipped, and rows of another ``country`` (ISO 3166-1 alpha-2) than the
    one given.  Raises TableError.
    """

    def draft(row: Row) -> IncidentDraft:
        return _incident(row, release)

    return import_rows(path, INCIDENT_COLUMNS, draft, known=known, country=country, licence=LICENCE, citation=CITATION)


def drafts_from_reports(
    path: Path, *, known: frozenset[str] = frozenset(), country: str = "", release: Release = OWN
) -> ImportReport[ReportDraft]:
    """Read a table of further reports; its ``incident`` column holds external identifiers.

    ``known`` keys are skipped, and rows of a reporter of another ``country`` than the
    one given.  Raises TableError.
    """

    def draft(row: Row) -> ReportDraft:
        return _report(row, release)

    return import_rows(path, REPORT_COLUMNS, draft, known=known, country=country, licence=LICENCE, citation=CITATION)


def _incident(row: Row, release: Release) -> IncidentDraft:
    name = row.needed("id")
    if not _ID.fullmatch(name):
        raise CellError("id", f"{name[:40]!r} is no identifier", "Use letters, digits, dot, dash and underline")
    kind, where, source = row.needed("type"), row.needed("place"), row.needed("source")
    incident = Incident(
        title=Words(lang="en", text=f"{kind[0].upper()}{cells.shorten(kind[1:], 80)}, {cells.shorten(where, 150)}"),
        category=CATEGORIES.get(kind.lower(), "other"),
        when=cells.around(cells.day(row, "date"), cells.whole(row, "date_prec", 1, 5)),
        place=cells.place(row, "lat", "lon", "where_prec", "place"),
        external=f"hand:{name}",
    )
    statements: tuple[Report | Claim, ...] = (
        _statement(row, incident, source),
        *_dispute(row, source),
        *_claim(row, source),
    )
    country = cells.COUNTRIES.get(row.text("country"), "")
    notes = () if kind.lower() in CATEGORIES else (f"no category is near {kind!r}; kept as other",)
    return IncidentDraft(incident.external, country, row.line, release, incident, statements, notes)


def _statement(row: Row, incident: Incident, source: str) -> Report:
    killed = cells.bounded(row, "killed_low", "killed_best", "killed_high")
    injured = cells.exactly(cells.count_or_none(row, "injured"))
    abducted = cells.exactly(cells.count_or_none(row, "abducted"))
    return Report(
        incident=PLACEHOLDER,
        text=_english(f"{row.needed('type')}: {row.needed('description')}. Source: {source}"),
        category=incident.category,
        when=incident.when,
        place=incident.place,
        casualties=Casualties(killed=killed, injured=injured, abducted=abducted),
        source=cells.shorten(source, 500),
    )


def _dispute(row: Row, source: str) -> tuple[Report, ...]:
    """Return the report that other sources say otherwise; their numbers stay in words, as they were found."""
    other = row.text("conflicting_reports")
    if not other:
        return ()
    text = _english(f"Reports differ: {other}. Source: {source}")
    return (Report(incident=PLACEHOLDER, text=text, source=cells.shorten(source, 500)),)


def _claim(row: Row, source: str) -> tuple[Claim, ...]:
    group = row.text("actor_claimed")
    if not group:
        return ()
    return (Claim(incident=PLACEHOLDER, group=cells.shorten(group, 200), source=cells.shorten(source, 500)),)


def _report(row: Row, release: Release) -> ReportDraft:
    about, reporter, source = row.needed("incident"), row.needed("reporter"), row.needed("source")
    told = cells.day(row, "date")
    casualties = Casualties(
        killed=cells.exactly(cells.count_or_none(row, "killed")),
        injured=cells.exactly(cells.count_or_none(row, "injured")),
    )
    where = row.text("place_text")
    text = f"{reporter}, {told}: {row.needed('summary') if row.text('summary') else 'casualties only'}"
    report = Report(
        incident=PLACEHOLDER,
        text=_english(text + (f". Place as told: {where}" if where else "") + f". Source: {source}"),
        casualties=None if casualties == Casualties() else casualties,
        source=cells.shorten(f"{reporter}, {told}; {source}", 500),
    )
    country = cells.COUNTRIES.get(row.text("reporter_country"), "")
    return ReportDraft(_key(about, report), about, country, row.line, release, report)


def _key(about: str, report: Report) -> str:
    return f"{about}#report-{hashlib.sha256(msgspec.json.encode(report, order='sorted')).hexdigest()[:16]}"


def _english(text: str) -> Words:
    return Words(lang="en", text=cells.shorten(text, 12_000))
