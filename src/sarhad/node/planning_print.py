"""How the planning commands speak: progress on the error stream, an answer's figures, JSON that JSON can hold."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from sarhad.response.siting import Answer


@contextmanager
def saying(what: str) -> Iterator[None]:
    """Say on the error stream what is being done, with a moving sign while it lasts; nothing where no one looks."""
    console = Console(file=sys.stderr)
    if console.is_terminal:
        with console.status(f"{what} …"):
            yield
    else:
        yield


def answer_fields(answer: Answer) -> dict[str, Any]:
    """Return the answer with its gap, for JSON."""
    return asdict(answer) | {"gap": answer.gap}


def headline(method: str, answer: Answer) -> str:
    """Return the answer's proof in one line."""
    return f"{method}: {answer.status}, value {answer.value:,.1f}, bound {answer.bound:,.1f}, gap {answer.gap:.2%}"


def plain(value: Any) -> Any:
    """Return what JSON can hold: an infinite or missing number becomes null."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def show(table: Table, facts: Sequence[tuple[str, str]], why: str = "") -> None:
    """Print a table and what it rests on."""
    console = Console()
    console.print(table)
    for key, value in facts:
        console.print(f"{key}: {value}", highlight=False)
    if why:
        console.print(why)
