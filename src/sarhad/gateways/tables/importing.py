"""The loop that every table goes through: each row accepted, skipped or rejected, and said so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Sequence
from pathlib import Path

import msgspec

from sarhad.gateways.tables.drafts import D, ImportReport, IncidentDraft, Problem, Skipped
from sarhad.gateways.tables.rows import CellError, Row, fingerprint, read_rows

ON_RECORD = "on record already"


def import_rows(
    path: Path,
    required: Sequence[str],
    draft: Callable[[Row], D | str],
    *,
    known: frozenset[str],
    country: str,
    licence: str,
    citation: str,
) -> ImportReport[D]:
    """Make a draft of every row of the table.

    ``draft`` returns the draft, or why the row is not wanted, or raises CellError.
    Rows whose identifier is in ``known``, that came earlier in the file, or that are of
    another country than ``country`` (if one is given) are skipped;
    one that came earlier with another content is rejected.  Raises TableError.
    """
    sha256 = fingerprint(path)
    accepted: dict[str, D] = {}
    contents: dict[str, bytes] = {}  # hash by identifier, to tell a repeated row from a contradicting one
    skipped: list[Skipped] = []
    rejected: list[Problem] = []
    for row in read_rows(path, required):
        if isinstance(row, Problem):
            rejected.append(row)
            continue
        try:
            made = draft(row)
        except CellError as error:
            rejected.append(Problem(path.name, row.line, error.column, error.what, error.do))
            continue
        except (msgspec.ValidationError, ValueError) as error:
            rejected.append(Problem(path.name, row.line, "", str(error), "Check the row"))
            continue
        if isinstance(made, str):
            skipped.append(Skipped(path.name, row.line, f"line {row.line}", made))
            continue
        name = made.external if isinstance(made, IncidentDraft) else made.key
        content = _content(row)
        if name in contents and contents[name] != content:
            what = f"{name} is there twice with different content"
            rejected.append(Problem(path.name, row.line, "id", what, "Keep the right one"))
        elif why := _left_out(name, made.country, known, contents, country):
            skipped.append(Skipped(path.name, row.line, name, why))
        else:
            accepted[name] = made
        contents.setdefault(name, content)
    return ImportReport(path, sha256, licence, citation, tuple(accepted.values()), tuple(skipped), tuple(rejected))


def _content(row: Row) -> bytes:
    cells = "\x1f".join(row.cells.values())
    return hashlib.sha256(cells.encode("utf-8", "surrogateescape")).digest()


def _left_out(name: str, where: str, known: frozenset[str], earlier: Container[str], country: str) -> str:
    """Return why a sound row is not wanted, "" if it is."""
    if name in known:
        return ON_RECORD
    if name in earlier:
        return "there twice in this file"
    if country and where != country:
        return f"of {where or 'another country'}, not of {country}"
    return ""
