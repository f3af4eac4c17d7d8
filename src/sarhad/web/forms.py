"""What is wrong with the form of a call, as a word with its values, so that a page says it in its reader's language.

The decoder (msgspec) says it in English sentences only; they are read here, and what is
not among them stays as it came.
"""

from __future__ import annotations

import re

Values = dict[str, str | int]

_AT = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")
_SENTENCES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("short", re.compile(r"Expected `\w+` of length >= (?P<limit>\d+)")),
    ("long", re.compile(r"Expected `\w+` of length <= (?P<limit>\d+)")),
    ("least", re.compile(r"Expected `\w+` >= (?P<limit>-?\d+)")),
    ("most", re.compile(r"Expected `\w+` <= (?P<limit>-?\d+)")),
    ("missing", re.compile(r"Object missing required field `(?P<field>\w+)`")),
    ("unknown", re.compile(r"Object contains unknown field `(?P<field>\w+)`")),
    ("type", re.compile(r"Expected `.+`, got |Invalid (?:enum )?value|Expected `str` matching ")),
    ("unreadable", re.compile(r".*JSON is malformed|Input data was truncated")),
)


def form_of(what: str, where: str = "") -> Values:
    """Return ``form`` (what is wrong), ``field`` (the last part of where) and ``limit``, or nothing."""
    for word, sentence in _SENTENCES:
        found = sentence.match(what)
        if found is not None:
            said = found.groupdict()
            at = _AT.search(what)
            path = (at["path"] if at is not None else where) or where
            field = said.get("field") or re.sub(r"\[[^\]]*\]", "", path).rpartition(".")[2]
            limit: Values = {"limit": int(said["limit"])} if "limit" in said else {}
            return {"form": word, "field": field, **limit}
    return {}
