"""What an import gives back: drafts of records, and what became of every row.

A report or a claim names its incident by reference, and an incident has none before
it is in a log.  So a draft holds the incident and the statements that follow it with a
placeholder, and ``after(ref)`` puts the reference in once it is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from sarhad.wire.errors import SarhadError
from sarhad.wire.kinds import Claim, Incident, Report
from sarhad.wire.values import Release, Words

PLACEHOLDER = "draft:0"
"""Stands where the incident's reference will be; no party may be called ``draft``."""


class TableError(SarhadError):
    """The file as a whole cannot be imported; a bad row never raises this."""

    code = "table"


class EmptyTableError(TableError):
    """The file has nothing in it, not even a header."""

    code = "table-empty"


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """One row: an incident, and the statements that follow it.

    ``external`` is the identifier in the outside data set, the same at every import.
    ``country`` is where it happened (ISO 3166-1 alpha-2, "" if the table's word is not
    known).  ``line`` is where the row begins in the file, from 1.
    """

    external: str
    country: str
    line: int
    release: Release
    incident: Incident
    followers: tuple[Report | Claim, ...]
    notes: tuple[str, ...] = ()

    def after(self, ref: str) -> Iterator[tuple[str, Report | Claim]]:
        """Yield (idempotency key, data) of each statement, once the incident is record ``ref``."""
        for number, statement in enumerate(self.followers, 1):
            yield f"{self.external}#{number}", msgspec.structs.replace(statement, incident=ref)


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """One row: a further report on an incident that another table brings.

    ``key`` is made from the row's content, so that the same row has the same key at
    every import; ``about`` is the incident's external identifier.
    """

    key: str
    about: str
    country: str
    line: int
    release: Release
    report: Report

    def resolve(self, incidents: Mapping[str, str]) -> Report:
        """Return the report; ``incidents`` gives references by external identifier.  Raises TableError."""
        if self.about not in incidents:
            raise TableError(f"no incident {self.about} is on record", do="Import the table that holds it first")
        return msgspec.structs.replace(self.report, incident=incidents[self.about])


D = TypeVar("D", bound=IncidentDraft | ReportDraft)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was rejected: where, what, and what to do.  ``line`` is where the row begins, from 1."""

    file: str
    line: int
    column: str
    what: str
    do: str

    def __str__(self) -> str:
        """One line for a terminal."""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}, line {self.line}{column}: {self.what}. {self.do}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is sound and was left out, and why."""

    file: str
    line: int
    external: str
    why: str

    def __str__(self) -> str:
        """One line for a terminal."""
        return f"{self.file}, line {self.line}: {self.external} skipped: {self.why}"


@dataclass(frozen=True, slots=True)
class ImportReport(Generic[D]):
    """What became of every row: ``rows`` is the sum of accepted, skipped and rejected ones.

    ``licence`` and ``citation`` are those of the table; ``sha256`` is of the file's bytes.
    """

    path: Path
    sha256: str
    licence: str
    citation: str
    accepted: tuple[D, ...]
    skipped: tuple[Skipped, ...]
    rejected: tuple[Problem, ...]

    @property
    def rows(self) -> int:
        """How many rows were met."""
        return len(self.accepted) + len(self.skipped) + len(self.rejected)

    def summary(self) -> str:
        """One line for a terminal."""
        return (
            f"{self.path.name}: {self.rows} rows, {len(self.accepted)} accepted, "
            f"{len(self.skipped)} skipped, {len(self.rejected)} rejected"
        )

    def note(self) -> Words:
        """Return the text of the note that an import leaves on the watch: what, from where, under what licence."""
        return Words(lang="en", text=f"{self.summary()}. SHA-256 {self.sha256}. {self.licence}. {self.citation}")
