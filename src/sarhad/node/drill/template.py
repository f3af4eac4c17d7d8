"""Data with ``@`` references: checked before a drill, filled in while it runs, recognised afterwards.

A reference is a whole string that begins with ``@``:
``@name`` the record of an inject; ``@party/kind/code`` a party's newest record of the
ground (``@ir/unit/Sabz-11``); ``@now``, ``@now+600``, ``@now-600`` the moment of play
and so many seconds beside it, where a time stands.  ``@@`` begins a text with ``@``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from sarhad.desk.unknown import unknown_fields
from sarhad.wire.registry import Kind

NAME = "[a-z0-9][a-z0-9-]{0,62}"
_INJECT = re.compile(rf"@({NAME})\Z")
_GROUND = re.compile(r"@([a-z][a-z0-9-]{0,30})/(unit|post|sector|crossing)/(.{1,200})\Z")
_NOW = re.compile(r"@now([+-]\d{1,6})?\Z")

_FIRST_PLACEHOLDER = 900_000_000_000_000
"""Sequence numbers from here on stand for references until they are known; no log is so long."""
_NOW_US = 1 << 52
"""Stands for the moment of play until it is known: in the year 2112."""
_SPAN_US = 1_000_000 * 1_000_000

Fill = Callable[[str], str]
"""Gives the reference for a marker (``name`` or ``party/kind/code``); raises KeyError."""


@dataclass(frozen=True, slots=True)
class Template:
    """Valid data of its kind in which placeholders stand for what ``markers`` names."""

    kind: str
    data: Any
    markers: dict[str, str]
    """Placeholder to marker: ``name``, or ``party/kind/code``."""

    def fill(self, ref_of: Fill, now_us: int) -> Any:
        """Return the data to be written; raises KeyError for a marker that is not known yet."""

        def one(value: Any) -> Any:
            if isinstance(value, str) and value in self.markers:
                return ref_of(self.markers[value])
            return now_us + value - _NOW_US if _is_now(value) else value

        return _mapped(self.data, one)

    def fits(self, data: Any, is_ref: Callable[[str, str], bool]) -> bool:
        """Tell whether ``data`` was made from this; ``is_ref`` tells whether a marker may stand for a reference."""
        return self._fits(self.data, data, is_ref)

    def _fits(self, mine: Any, theirs: Any, is_ref: Callable[[str, str], bool]) -> bool:
        if isinstance(mine, dict) and isinstance(theirs, dict):
            same = mine.keys() == theirs.keys()
            return same and all(self._fits(mine[key], theirs[key], is_ref) for key in mine)
        if isinstance(mine, list) and isinstance(theirs, list):
            return len(mine) == len(theirs) and all(self._fits(a, b, is_ref) for a, b in zip(mine, theirs, strict=True))
        if isinstance(mine, str) and mine in self.markers:
            return isinstance(theirs, str) and is_ref(self.markers[mine], theirs)
        return isinstance(theirs, int) if _is_now(mine) else bool(mine == theirs)


def plain(kind: Kind, data: Any) -> Any:
    """Return data in the one form in which it is compared; raises ValueError when it is not of the kind."""
    return msgspec.json.decode(msgspec.json.encode(kind.decode(msgspec.json.encode(data))))


def read_template(kind: Kind, party: str, data: dict[str, Any], authors: Mapping[str, str]) -> Template:
    """Set the references apart and check the rest as data of ``kind`` by ``party``.

    ``authors``: the injects that may be named, with who writes them.  Raises ValueError.
    """
    markers: dict[str, str] = {}

    def one(value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        if value.startswith("@@"):
            return value[1:]
        if now := _NOW.match(value):
            return _NOW_US + int(now[1] or 0) * 1_000_000
        author, marker = _marker(value, authors)
        placeholder = f"{author}:{_FIRST_PLACEHOLDER + len(markers)}"
        markers[placeholder] = marker
        return placeholder

    replaced = _mapped(data, one)
    read = kind.decode(msgspec.json.encode(replaced))
    for unknown in unknown_fields(replaced, read, "data"):
        raise ValueError(f"there is no such field: {unknown}")
    read.check(party)
    return Template(kind.name, plain(kind, replaced), markers)


def _marker(value: str, authors: Mapping[str, str]) -> tuple[str, str]:
    ground = _GROUND.match(value)
    if ground is not None:
        return ground[1], value[1:]
    inject = _INJECT.match(value)
    if inject is None:
        raise ValueError(f"{value[:60]!r} is no reference; a text that begins with @ is written with @@")
    if inject[1] not in authors:
        raise ValueError(f"there is no inject {inject[1]} before this one")
    return authors[inject[1]], inject[1]


def _is_now(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value - _NOW_US) <= _SPAN_US


def _mapped(value: Any, one: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(item, one) for key, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, one) for item in value]
    return one(value)
