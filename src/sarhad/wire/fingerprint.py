"""The fingerprint: what two people read to each other to know that they hold the same manifest."""

from __future__ import annotations

import hashlib
import unicodedata

from sarhad.wire.errors import VerificationError

GROUPS = 5
DIGITS = 25
"""83 bits: far beyond what a forger can search for, short enough to be read out twice."""


def fingerprint(body: bytes) -> str:
    """Return 25 decimal digits in five groups of five: SHA-256 of the manifest body, as a number, modulo 10^25."""
    number = int.from_bytes(hashlib.sha256(body).digest(), "big") % 10**DIGITS
    digits = f"{number:0{DIGITS}d}"
    return " ".join(digits[i : i + DIGITS // GROUPS] for i in range(0, DIGITS, DIGITS // GROUPS))


def normalise(text: str) -> str:
    """Return a fingerprint as somebody typed it in the form that ``fingerprint`` gives.

    Digits of any script, with any spaces or hyphens between them.  Raises
    VerificationError unless there are 25 of them and nothing else.
    """
    digits = ""
    for character in text:
        digit = unicodedata.digit(character, None)
        if digit is not None:
            digits += str(digit)
        elif not (character.isspace() or character in "-‐–—\u200c\u200e\u200f"):
            raise VerificationError(f"{text[:60]!r} is not a fingerprint", do="Give its 25 digits")
    if len(digits) != DIGITS:
        raise VerificationError(f"a fingerprint has {DIGITS} digits, not {len(digits)}")
    return " ".join(digits[i : i + DIGITS // GROUPS] for i in range(0, DIGITS, DIGITS // GROUPS))
