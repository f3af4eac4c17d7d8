"""What the node refuses, in the reader's language.

The node says it in English: each sentence stands in the English catalogue under ``refused`` (what is wrong) or
``advice`` (what to do), with braces for what it is about, and is found there again by its form.  A program that asks
for no language hears English, as does everybody of what stands in no catalogue.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from sarhad.web.catalogue import catalogue
from sarhad.wire.values import Language

LANGUAGES: tuple[Language, ...] = ("en", "fa", "ur")
SLOT = re.compile(r"\{(\w+)\}")
LONGEST = 1000
"""Characters of a sentence that is looked for: one may hold what somebody sent, and forms take time by its square."""

LISTS = re.compile(r", | or an | or ")
WORDS = {
    "kind": "kind",
    "kinds": "kind",
    "roles": "role",
    "state": "admin.state",
    "unitstate": "response.state",
    "step": "step",
    "release": "release",
}
"""Where the catalogue has the words for a value of a sentence, by the name of its braces."""


class Sentence(NamedTuple):
    """A sentence of the catalogue, and the form that it is recognised by."""

    key: str
    form: re.Pattern[str]


@cache
def sentences(about: str) -> tuple[Sentence, ...]:
    """Return the sentences ``about`` it, those with most letters of their own first."""
    texts = {key: text for key, text in catalogue("en").items() if key.startswith(f"{about}.")}
    longest = sorted(texts, key=lambda key: len(SLOT.sub("", texts[key])), reverse=True)
    return tuple(Sentence(key, _form(texts[key])) for key in longest)


def _form(text: str) -> re.Pattern[str]:
    parts = (f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(SLOT.split(text)))
    return re.compile("".join(parts), re.S)


def reader(accept: str) -> Language:
    """Return the language that a call asks for first (its Accept-Language); English where it is none of ours."""
    asked = accept.split(",", maxsplit=1)[0].strip()[:2].lower()
    return next((language for language in LANGUAGES if language == asked), "en")


def told(about: Literal["refused", "advice"], said: str, language: Language) -> str:
    """Return what was ``said`` in ``language``, or as it was said when no catalogue has it."""
    for key, form in sentences(about) if language != "en" and len(said) <= LONGEST else ():
        found = form.fullmatch(said)
        if found is not None:
            text = catalogue(language)[key]
            for name, value in found.groupdict().items():
                text = text.replace(f"{{{name}}}", _value(name, value, language))
            return text
    return said


def _value(name: str, value: str, language: Language) -> str:
    if name not in WORDS:
        return value
    texts, plain = catalogue(language), value.strip("'")
    parts = LISTS.split(plain) if name in ("kinds", "roles") else [plain]
    return "، ".join(texts.get(f"{WORDS[name]}.{part}", part) for part in parts)
