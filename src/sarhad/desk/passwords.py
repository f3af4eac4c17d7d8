"""Passwords: argon2id (RFC 9106), and what a password must be."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sarhad.wire.errors import Refused

MIN_CHARACTERS = 12
MAX_CHARACTERS = 256
CONCURRENT = 2
"""Hashes computed at the same time: each takes Cost.memory_kib."""


class WeakPassword(Refused):
    """The password is shorter or longer than it may be, or is the officer's name."""

    code = "weak-password"


@dataclass(frozen=True, slots=True)
class Cost:
    """argon2id's parameters; the default is RFC 9106's second recommendation."""

    time: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


class Passwords:
    """Makes and checks hashes.  Thread-safe; blocks for tens of milliseconds."""

    def __init__(self, cost: Cost) -> None:
        """Use ``cost`` for new hashes; older ones keep theirs until the next sign-in."""
        self._hasher = PasswordHasher(time_cost=cost.time, memory_cost=cost.memory_kib, parallelism=cost.lanes)
        self._few = threading.BoundedSemaphore(CONCURRENT)  # bounds the memory that a burst of sign-ins takes
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str, officer: str) -> str:
        """Return the hash to store; raise WeakPassword."""
        text = _normal(password)
        if not MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS:
            raise WeakPassword(
                f"a password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters",
                where="password",
                do="Choose a longer one; several words do well",
            )
        if text.casefold() == officer.casefold() or len(set(text)) < 4:
            raise WeakPassword("the password is too easily guessed", where="password", do="Choose several words")
        with self._few:
            return self._hasher.hash(text)

    def matches(self, stored: str | None, password: str) -> bool:
        """Tell whether ``password`` is the stored one; takes as long when there is no account (None)."""
        if len(password) > MAX_CHARACTERS * 4:
            password = ""
        with self._few:
            try:
                self._hasher.verify(stored if stored is not None else self._nobody, _normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Tell whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)


def _normal(password: str) -> str:
    """NFC, as RFC 8265's OpaqueString: two keyboards write the same Persian letter in two ways."""
    return unicodedata.normalize("NFC", password)


def one_time_password() -> str:
    """Return four groups of four letters and digits that nobody misreads: 75 bits, to be read out once."""
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(4)) for _ in range(4))


_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"
