"""A print as plain data: what the PDF sets and what the pages draw.  Every text is a value, never markup."""

from __future__ import annotations

import msgspec

from sarhad.wire.values import Language


class Text(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line: ``lang`` sets its direction (``id`` for references, times, numbers: left to right).

    ``mark``: the mark of an exercise, white on black.
    """

    t: str
    lang: str = ""
    bold: bool = False
    faint: bool = False
    mark: bool = False


Cell = tuple[Text, ...]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A table; ``widths`` are relative."""

    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A whole document.  ``digest``: see ``digest_of``."""

    lang: Language
    title: Text
    exercise: str
    head: tuple[tuple[str, Cell], ...]
    sections: tuple[Section, ...]
    signatures: tuple[str, ...]
    party: str
    made: Cell
    digest: str
    digest_label: str
    references: str
    references_label: str
    page_label: str
