"""How the planning commands speak: progress on the error stream, an answer's tables, JSON that JSON can hold."""

from __future__ import annotations

import math
import re
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sarhad.node.planner.brief import Grid
from sarhad.node.planner.saying import LTR, MINUS
from sarhad.node.planner.telling import Telling
from sarhad.response.siting import Answer

_FIGURE = re.compile(rf"[{LTR}{MINUS}+]*\d")


@contextmanager
def saying(what: str) -> Iterator[None]:
    """Say on the error stream what is being done, with a moving sign while it lasts; nothing where no one looks."""
    console = Console(file=sys.stderr)
    if console.is_terminal:
        with console.status(escape(what)):
            yield
    else:
        yield


def answer_fields(answer: Answer) -> dict[str, Any]:
    """Return the answer with its gap, for JSON."""
    return asdict(answer) | {"gap": answer.gap}


def plain(value: Any) -> Any:
    """Return what JSON can hold: an infinite or missing number becomes null."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def show(told: Telling) -> None:
    """Print an answer: its sentences, its tables, and what it rests on.

    Widths are those of the terminal's cells, in which a mark above a letter takes none.
    """
    console = Console()
    for sentence in told.sentences:
        _paragraph(console, sentence, "bold")
    for grid in told.grids:
        if grid.rows:
            console.print(_table(grid))
        if grid.note:
            _paragraph(console, grid.note)
    for key, value in told.rests:
        _paragraph(console, f"{key}: {value}")


def _paragraph(console: Console, text: str, style: str | None = None) -> None:
    """Print text in lines that end at spaces only: Rich would end one within a figure, at its narrow spaces, too."""
    for line in text.splitlines():
        wrapped = textwrap.wrap(
            line, console.width, break_long_words=False, break_on_hyphens=False, drop_whitespace=True,
            subsequent_indent=" " * (len(line) - len(line.lstrip(" "))),
        )  # fmt: skip
        for piece in wrapped or [""]:
            console.print(escape(piece), style=style, highlight=False, soft_wrap=True)


def _table(grid: Grid) -> Table:
    """Return the grid for the terminal; columns of figures stand to the right."""
    shown = Table(title=escape(grid.title))
    for number, heading in enumerate(grid.headings):
        figures = number > 0 and any(_FIGURE.match(row[number]) for row in grid.rows)
        shown.add_column(escape(heading), justify="right" if figures else "left", overflow="fold")
    for number, row in enumerate(grid.rows):
        shown.add_row(*map(escape, row), style="bold" if number in grid.strong else None)
    return shown
