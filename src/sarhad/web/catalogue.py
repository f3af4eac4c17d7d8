"""The texts of the pages, for what the server says itself."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from sarhad.wire.values import Language


@cache
def catalogue(language: Language) -> dict[str, str]:
    """Return the texts of a language by key."""
    raw = (resources.files("sarhad.web") / "texts" / f"{language}.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(raw)
    return found
