"""Reading tables that others made: real CSV (RFC 4180), any of the usual encodings, bounded.

A row that cannot be read is a Problem with its line; a file that cannot be read is a
TableError.  No row is dropped unsaid.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sarhad.gateways.tables.drafts import EmptyTableError, Problem, TableError

MAX_FILE_BYTES = 512_000_000
MAX_LINE_CHARACTERS = 2_000_000
MAX_CELL_CHARACTERS = 20_000
MAX_COLUMNS = 500
MAX_PROBLEMS = 10_000
"""More bad rows than this, and the file is not what it was taken for."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class CellError(Exception):
    """A cell that cannot be used; becomes the row's Problem."""

    def __init__(self, column: str, what: str, do: str) -> None:
        """Name the column, what is wrong, and what to do."""
        super().__init__(what)
        self.column, self.what, self.do = column, what, do


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``line`` where it begins in the file (from 1), and its cells by column name."""

    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return the cell with runs of white space made one space; "" if the table lacks the column.

        Raises CellError for a cell that is too long, not decodable, or holds control characters.
        """
        raw = self.cells.get(column, "")
        if len(raw) > MAX_CELL_CHARACTERS:
            raise CellError(column, f"{len(raw)} characters", f"A cell holds at most {MAX_CELL_CHARACTERS}")
        text = " ".join(raw.split())
        bad = next((c for c in text if unicodedata.category(c) in ("Cc", "Cs")), None)
        if bad is not None and 0xDC80 <= ord(bad) <= 0xDCFF:
            raise CellError(column, f"the byte {ord(bad) - 0xDC00:#04x} is not UTF-8", "Save the table as UTF-8")
        if bad is not None:
            raise CellError(column, f"holds the control character U+{ord(bad):04X}", "Remove it")
        return text

    def needed(self, column: str) -> str:
        """Return the cell's text; raises CellError if it is empty."""
        text = self.text(column)
        if not text:
            raise CellError(column, "empty", "Fill it in; this column is needed")
        return text


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of the file's bytes in hexadecimal; raises TableError if it cannot be read."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise TableError(f"larger than {MAX_FILE_BYTES} bytes", where=str(path), do="Split the table")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}", where=str(path), do="Name a CSV file") from error


def read_rows(path: Path, required: Sequence[str]) -> Iterator[Row | Problem]:
    """Yield every row of the table after its header, or the Problem with it.

    Raises TableError if the header lacks a required column or the file is no table.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
        encoding = next((name for bom, name in _BOMS if start.startswith(bom)), "utf-8")
        errors = "strict" if encoding == "utf-16" else "surrogateescape"
        with path.open(encoding=encoding, errors=errors, newline="") as table:
            yield from _rows(path, table, required)
    except UnicodeError as error:
        raise TableError(f"not {encoding}: {error}", where=str(path), do="Save the table as UTF-8") from error
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}", where=str(path), do="Name a CSV file") from error


def _rows(path: Path, table: TextIO, required: Sequence[str]) -> Iterator[Row | Problem]:
    reader = csv.reader(_lines(path, table), strict=True)
    try:
        header = _header(path, next(reader, None), required)
    except csv.Error as error:
        raise TableError(f"the header cannot be read: {error}", where=str(path), do="Save it as CSV") from error
    problems = 0
    first = True
    while True:
        begins = reader.line_num + 1
        lost = False  # where the next row begins: a cell broke off after more than one line
        try:
            item = _row(path, begins, header, next(reader), first)
        except StopIteration:
            return
        except csv.Error as error:
            item = Problem(path.name, begins, "", *_broken(error, begins, reader.line_num))
            lost = reader.line_num > begins
        first = False
        if item is not None:
            yield item
        if lost:
            return
        problems += isinstance(item, Problem)
        if problems > MAX_PROBLEMS:
            raise TableError(f"more than {MAX_PROBLEMS} rows are broken", where=str(path), do="Check the file")


def _row(path: Path, line: int, header: list[str], cells: list[str], first: bool) -> Row | Problem | None:
    """Return None for a line with nothing in it, and for Humanitarian Exchange Language tags under the header."""
    if not cells or (len(cells) == 1 and not cells[0].strip()):
        return None
    if first and cells[0].startswith("#") and any(cell.startswith("#") for cell in cells[1:]):
        return None
    if len(cells) != len(header):
        what = f"{len(cells)} cells where the header has {len(header)}"
        return Problem(path.name, line, "", what, "Put quotes around a cell that holds a comma")
    return Row(line, dict(zip(header, cells, strict=True)))


def _broken(error: csv.Error, begins: int, ends: int) -> tuple[str, str]:
    """Return what is wrong with a row that the CSV reader refused, and what to do."""
    if ends > begins:
        what = f"a quoted cell is broken or never ends ({error}); lines {begins} to the end were not read"
        return what, "Mend the quotes on that line and import the file again"
    return f"not CSV: {error}", "Mend the quotes on that line"


def _header(path: Path, names: list[str] | None, required: Sequence[str]) -> list[str]:
    if not names or not any(names):
        raise EmptyTableError("the file is empty", where=str(path), do="Name a CSV file with a header")
    header = [name.strip() for name in names]
    if len(header) > MAX_COLUMNS:
        raise TableError(f"{len(header)} columns", where=str(path), do=f"A table has at most {MAX_COLUMNS}")
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise TableError("not separated by commas", where=f"{path}, line 1", do="Save it as CSV with commas")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise TableError(f"the column {twice[0]} is there twice", where=f"{path}, line 1", do="Remove one of them")
    missing = [name for name in required if name not in header]
    if missing:
        what = f"the column{'s' * (len(missing) > 1)} {', '.join(missing)} missing"
        raise TableError(what, where=f"{path}, line 1", do="Check that this is the table you mean")
    return header


def _lines(path: Path, table: TextIO) -> Iterator[str]:
    """Yield lines with their ends, none longer than the limit."""
    number = 0
    while line := table.readline(MAX_LINE_CHARACTERS):
        number += 1
        if len(line) >= MAX_LINE_CHARACTERS:
            raise TableError(
                f"longer than {MAX_LINE_CHARACTERS} characters", where=f"{path}, line {number}", do="Is this a table?"
            )
        yield line
