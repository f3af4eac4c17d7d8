"""The texts, references and numbers that a print is put together from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sarhad.web.catalogue import catalogue
from sarhad.web.paper import Cell, Text
from sarhad.wire.values import Language, Range

LONGEST = 4_000
"""Longer texts are cut, with a mark: the record itself has all of it."""


def translator(language: Language) -> Callable[..., str]:
    """Return the function from a key, and values for its braces, to a text."""
    texts = catalogue(language)

    def say(key: str, **values: Any) -> str:
        text = texts.get(key, key)
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    return say


def ident(text: str, *, bold: bool = False, faint: bool = False) -> Text:
    """Return a reference, a time or a number: left to right in every language."""
    return Text(t=text, lang="id", bold=bold, faint=faint)


def words(text: str, lang: str, *, bold: bool = False, faint: bool = False) -> Text:
    """Return somebody's words in their own language, cut when very long."""
    cut = text if len(text) <= LONGEST else text[:LONGEST] + " …"
    return Text(t=cut, lang=lang, bold=bold, faint=faint)


def number(said: Range | None) -> str:
    """Return a stated number: one, or its bounds."""
    if said is None:
        return ""
    return str(said.best) if said.low == said.high else f"{said.best} ({said.low}-{said.high})"


def lines(texts: Iterable[str], *, faint: bool = False) -> Cell:
    """Return times or numbers, one a line."""
    return tuple(ident(text, faint=faint) for text in texts)
