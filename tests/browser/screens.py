"""The screens as the pages list them, so that a new one is not forgotten by what holds on every screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

VIEWS = Path(__file__).resolve().parents[2] / "ui" / "src" / "views"
ROLES = ("duty", "commander", "secretary", "planner", "auditor", "administrator", "field")


class Screen(NamedTuple):
    """A screen, or a part of one that has an address of its own; ``role`` is shown the way to it."""

    name: str
    path: str
    role: str
    listed: bool

    def at(self, incident: str) -> str:
        """The address, with the incident that it is about."""
        return self.path.replace(":ref", incident)


def screens() -> list[Screen]:
    """Every screen of the pages' list."""
    text = (VIEWS / "screens.ts").read_text(encoding="utf-8")
    begin = text.index("SCREENS: readonly Screen[] = [")
    found = [screen for line in text[begin : text.index("\n];", begin)].split("\n  {")[1:] for screen in _read(line)]
    assert found[0].name == "watch"
    return found


def _read(line: str) -> Iterator[Screen]:
    [(_, name), (_, path)] = re.findall(r'\b(name|path): "([^"]+)"', line)
    roles = re.search(r"roles: \[([^\]]*)\]", line)
    allowed = re.findall(r'"(\w+)"', roles.group(1)) if roles else ["duty"]
    role = next(role for role in ROLES if role in allowed)
    if ":part" not in path:
        yield Screen(name, path, role, "listed: true" in line)
        return
    [view] = re.findall(r'import\("\./([\w/]+\.svelte)"\)', line)
    parts = re.search(r"PARTS = \{([^}]*)\}", (VIEWS / view).read_text(encoding="utf-8"))
    assert parts, f"{view} names no parts"
    first = next(role for role in ("administrator", *ROLES) if role in allowed)
    for part in re.findall(r"(\w+):", parts.group(1)):
        yield Screen(f"{name}-{part}", path.replace(":part", part), first, listed=False)
