"""Words for the search: case-folded, and one form for letters that keyboards send in several.

Arabic, Persian and Urdu keyboards send different code points for the same letter,
and three digit sets are in use.  Unicode's NFKC joins the presentation forms;
the table below joins what NFKC keeps apart, as Persian and Urdu search engines do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import msgspec

from sarhad.wire.record import Record

_LETTERS = {
    "ي": "ی",  # Arabic yeh
    "ى": "ی",  # alef maksura
    "ئ": "ی",  # yeh with hamza
    "ۓ": "ی",  # yeh barree with hamza
    "ے": "ی",  # Urdu yeh barree
    "ك": "ک",  # Arabic kaf
    "ہ": "ه",  # Urdu heh goal
    "ۂ": "ه",  # heh goal with hamza
    "ۀ": "ه",  # heh with yeh above
    "ة": "ه",  # teh marbuta
    "ھ": "ه",  # heh doachashmee
    "ۃ": "ه",  # teh marbuta goal
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ؤ": "و",
    "ں": "ن",  # noon ghunna
}
_DIGITS = {chr(start + n): str(n) for start in (0x0660, 0x06F0) for n in range(10)}
_DROPPED = {"\u0640": "", "\u200c": "", "\u200d": "", "\u200e": "", "\u200f": ""}
"""Kashida, joiners and direction marks: invisible to who searches."""

_TABLE = str.maketrans(_LETTERS | _DIGITS | _DROPPED)
_WORD = re.compile(r"\w+")


def normalise(text: str) -> str:
    """Return the text in the form in which it is compared: one form a letter, no vowel marks, case-folded."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).translate(_TABLE)
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return bare.casefold()


def words_of(text: str) -> list[str]:
    """Return the words of a text in comparable form."""
    return _WORD.findall(normalise(text))


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text in decoded JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)


def record_words(record: Record) -> set[str]:
    """Return the words under which a record is found: its texts and its own name."""
    found = set(words_of("\n".join(texts_of(msgspec.json.decode(record.header.data)))))
    found.update((record.ref, record.kind, record.header.by))
    return found
