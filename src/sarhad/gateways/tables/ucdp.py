"""UCDP Georeferenced Event Dataset (GED) tables: one row, one incident and UCDP's statement on it.

Columns and codes as in the GED codebook (Sundberg and Melander 2013; Uppsala Conflict
Data Program).  What the data set does not say is not said here either: GED names the
sides of a dyad but records no claim of responsibility, so no claim is made; it records
deaths only, so injured and abducted stay unstated; and it gives no form of attack, so
the category is ``armed-clash`` only where two organised sides both lost lives.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sarhad.gateways.tables import cells
from sarhad.gateways.tables.drafts import PLACEHOLDER, ImportReport, IncidentDraft
from sarhad.gateways.tables.importing import import_rows
from sarhad.gateways.tables.rows import CellError, Row
from sarhad.wire.kinds import Incident, Report
from sarhad.wire.kinds.happenings import Category
from sarhad.wire.values import OWN, Casualties, Moment, Place, Range, Release, Words

LICENCE = "CC BY 4.0 (Uppsala Conflict Data Program)"
CITATION = (
    "Cite: Sundberg and Melander (2013), Introducing the UCDP Georeferenced Event Dataset, "
    "Journal of Peace Research 50(4); Davies, Pettersson and Öberg (2022), Organized violence 1989-2021 "
    "and drone warfare, Journal of Peace Research 59(4)"
)
DEATHS = ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")
REQUIRED = (
    "id", "type_of_violence", "side_a", "side_b", "where_prec", "where_coordinates", "latitude", "longitude",
    "country", "date_prec", "date_start", "date_end", *DEATHS, "best", "high", "low",
)  # fmt: skip
TYPES = {1: "state-based conflict", 2: "non-state conflict", 3: "one-sided violence"}


def drafts_from_ucdp(
    path: Path,
    *,
    known: frozenset[str] = frozenset(),
    country: str = "",
    release: Release = OWN,
    edition: str = "",
    leave_out: Callable[[Place], str] = lambda _place: "",
) -> ImportReport[IncidentDraft]:
    """Read a GED table into drafts.

    ``known`` are external identifiers that are on record already (skipped); ``country``
    (ISO 3166-1 alpha-2) skips rows of any other; ``edition`` is the data set's version
    if known (``22.1``); ``leave_out`` returns why a place is not wanted, "" if it is.
    Raises TableError if the file is no GED table.
    """

    def draft(row: Row) -> IncidentDraft | str:
        made = _draft(row, release, f"UCDP GED {edition}".rstrip())
        return leave_out(made.incident.place) or made

    return import_rows(path, REQUIRED, draft, known=known, country=country, licence=LICENCE, citation=CITATION)


def _draft(row: Row, release: Release, dataset: str) -> IncidentDraft:
    number = cells.whole(row, "id", 1, 10**9)
    external = f"ucdp-ged:{number}"
    violence = cells.whole(row, "type_of_violence", 1, 3)
    deaths = {column: cells.whole(row, column, 0, cells.MAX_COUNT) for column in DEATHS}
    killed = cells.bounded(row, "low", "best", "high")
    if killed is None:
        raise CellError("best", "empty", "Fill in low, best and high")
    incident = Incident(
        title=Words(lang="en", text=_title(row)),
        category=_category(violence, deaths),
        when=_when(row),
        place=cells.place(row, "latitude", "longitude", "where_prec", "where_coordinates"),
        external=external,
    )
    report = Report(
        incident=PLACEHOLDER,
        text=Words(lang="en", text=_text(row, violence, deaths, killed, f"{dataset}, event {number}")),
        category=incident.category,
        when=incident.when,
        place=incident.place,
        casualties=Casualties(killed=killed),
        source=cells.shorten(f"{dataset}, event {number}, {LICENCE}. {_first_source(row)}".rstrip(), 500),
    )
    country = cells.COUNTRIES.get(row.text("country"), "")
    return IncidentDraft(external, country, row.line, release, incident, (report,), _notes(row, deaths, killed))


def _category(violence: int, deaths: dict[str, int]) -> Category:
    both = deaths["deaths_a"] > 0 and deaths["deaths_b"] > 0
    return "armed-clash" if violence in (1, 2) and both else "other"


def _when(row: Row) -> Moment:
    first, last = cells.day(row, "date_start"), cells.day(row, "date_end")
    if last < first:
        raise CellError("date_end", f"{last} is before date_start {first}", "Check the two dates")
    return cells.days(first, last, cells.whole(row, "date_prec", 1, 5))


def _title(row: Row) -> str:
    where = cells.shorten(row.text("where_coordinates") or row.needed("country"), 100)
    return f"{where}: {cells.shorten(row.needed('side_a'), 90)} – {cells.shorten(row.needed('side_b'), 90)}"


def _text(row: Row, violence: int, deaths: dict[str, int], killed: Range, event: str) -> str:
    a, b, civilians, unknown = deaths.values()
    clarity = row.text("event_clarity")
    parts = [
        f"{event}: {TYPES[violence]}, {row.needed('side_a')} and {row.needed('side_b')}"
        + (f" ({row.text('conflict_name')})." if row.text("conflict_name") else "."),
        (
            f"Deaths as counted by UCDP: {killed.best} (low {killed.low}, high {killed.high}); "
            f"of the first side {a}, of the second {b}, civilians {civilians}, unknown {unknown}."
        ),
        f"Where: {row.text('where_description')}." if row.text("where_description") else "",
        "UCDP marks the event as summed up from several (clarity 2)." if clarity == "2" else "",
        f"Sources that UCDP names: {cells.shorten(row.text('source_article'), 6_000)}"
        if row.text("source_article")
        else "",
        f"{LICENCE}. {CITATION}.",
    ]
    return cells.shorten("\n".join(part for part in parts if part), 12_000)


def _first_source(row: Row) -> str:
    named = row.text("source_article").split(";")[0].strip(' "')
    return f"First source named: {named}" if named else ""


def _notes(row: Row, deaths: dict[str, int], killed: Range) -> tuple[str, ...]:
    notes = []
    if sum(deaths.values()) != killed.best:
        notes.append(f"the deaths by side add up to {sum(deaths.values())}, the best estimate is {killed.best}")
    if row.text("code_status") not in ("", "Clear"):
        notes.append(f"UCDP's status of this row is {row.text('code_status')!r}")
    return tuple(notes)
