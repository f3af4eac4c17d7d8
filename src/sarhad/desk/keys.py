"""Idempotency keys: the same act sent twice is written once, also across a restart.

Before an act with a key is appended, the intention (what, which body, from which size
of the log) is stored durably.  When the same key comes again, the log itself tells
whether the body was appended: nothing can be in one place and not in the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from sarhad.desk.actor import KeyReused
from sarhad.desk.rules import Intended
from sarhad.ledger.ledger import Ledger
from sarhad.wire import canonical
from sarhad.wire.errors import Refused

MAX_KEY = 120
_PREFIX = "desk/key/"


class Intention(msgspec.Struct, frozen=True):
    """``content`` is the digest of what the officer asked, ``body`` of what was to be written, from ``start`` on."""

    content: str
    body: str
    start: int


def content_digest(intended: Intended) -> str:
    """The digest of an act as asked: kind, data, release, exercise."""
    asked = [intended.kind, intended.data, intended.release, intended.exercise]
    return hashlib.sha256(canonical.encode(asked)).hexdigest()


def body_digest(body: bytes) -> str:
    """The digest of a body."""
    return hashlib.sha256(body).hexdigest()


def state_key(officer: str, key: str) -> str:
    """Where the intention is stored; raise Refused for a key that is empty or too long."""
    if not 0 < len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise Refused(f"a key has 1 to {MAX_KEY} printable ASCII characters", where="key", do="Send a UUID")
    return f"{_PREFIX}{officer}/{key}"


def find(ledger: Ledger, name: str, intended: Intended) -> int | None:
    """Return the sequence number at which the act of this key stands, None when it was not written.

    Raises KeyReused when the key was used for something else.
    """
    raw = ledger.get_state(name)
    if raw is None:
        return None
    known = msgspec.json.decode(raw, type=Intention)
    if known.content != content_digest(intended):
        raise KeyReused("this key was used for another record", where="key", do="Send a new key with a new record")
    return next(_places(ledger, known), None)


def place_of(ledger: Ledger, name: str) -> int | None:
    """Return the sequence number of what was written with this key, whatever it is; None: nothing was."""
    raw = ledger.get_state(name)
    return None if raw is None else next(_places(ledger, msgspec.json.decode(raw, type=Intention)), None)


def _places(ledger: Ledger, known: Intention) -> Iterator[int]:
    for entry in ledger.entries(ledger.log, known.start, ledger.size(ledger.log)):
        if entry.body is not None and body_digest(entry.body) == known.body:
            yield entry.seq


def remember(ledger: Ledger, name: str, intended: Intended, body: bytes) -> None:
    """Store the intention durably, before the append."""
    intention = Intention(content_digest(intended), body_digest(body), ledger.size(ledger.log))
    ledger.put_state(name, msgspec.json.encode(intention))
