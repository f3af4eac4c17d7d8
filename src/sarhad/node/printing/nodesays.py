"""What a node writes by itself is signed in English; its few sentences are known, and printed in the print's language.

``ui/src/model/nodesays.ts`` does the same on the pages, from the same list.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import resources

import msgspec

from sarhad.wire.values import Language, Words


@cache
def _known() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    raw = msgspec.json.decode((resources.files("sarhad.web") / "sentences.json").read_bytes())
    return {
        part: [(re.compile(pattern.replace("(?<", "(?P<"), re.DOTALL), name) for pattern, name in raw[part]]
        for part in ("sentences", "deeds")
    }


def said(words: Words, language: Language, say: Callable[..., str], party_name: Callable[[str], str]) -> Words:
    """Return one of these sentences in ``language`` and with its names, all else as it was written."""
    if words.lang != "en":
        return words

    def tell(text: str, part: str) -> str | None:
        for pattern, name in _known()[part]:
            found = pattern.fullmatch(text)
            if found is None:
                continue
            values = found.groupdict()
            if "party" in values:
                values["party"] = party_name(values["party"])
            if "why" in values:
                values["why"] = tell(values["why"], "sentences") or values["why"]
            if "deed" in values:
                values["deed"] = tell(values["deed"], "deeds") or values["deed"]
            if "roles" in values:
                roles = (say(f"role.{role}") for role in values["roles"].split(", "))
                values["roles"] = (", " if language == "en" else "، ").join(roles)
            return say(f"watch.said.{name}", **values)
        return None

    text = tell(words.text, "sentences")
    return words if text is None else Words(lang=language, text=text)
