"""Identifiers: parties, officers, logs and the references between records."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple

import msgspec

from sarhad.wire.errors import VerificationError

_PARTY = r"[a-z][a-z0-9-]{0,30}"
_LOG = rf"{_PARTY}(?:\.(?:[2-9]|[1-9][0-9]{{1,3}}))?"
END = r"$(?!\n)"
"""The end of a pattern, in Python and in ECMAScript alike: Python's bare ``$`` also matches before a last newline."""

_REF = rf"^{_LOG}:(?:0|[1-9][0-9]{{0,14}}){END}"

PartyId = Annotated[str, msgspec.Meta(pattern=rf"^{_PARTY}{END}", description="A party's short name")]
"""A party's short name, 1 to 31 of a-z 0-9 and '-', beginning with a letter: ``pk``."""

LogName = Annotated[str, msgspec.Meta(pattern=rf"^{_LOG}{END}", description="A log's short name")]
"""The party's name, for its later logs followed by '.' and a generation from 2 on: ``pk.2``."""

OfficerId = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z][a-z0-9.-]{0,62}" + END, description="An officer's sign-in name")
]
"""An officer's sign-in name within the party; ``node`` is the node acting by itself."""

Ref = Annotated[str, msgspec.Meta(pattern=_REF, description="log:sequence of a record")]
"""A record's name, ``log:sequence`` (sequence from 0), short enough to be read out: ``pk:42``."""

NODE_OFFICER = "node"

_ref_pattern = re.compile(_REF)


class LogPosition(NamedTuple):
    """Where a reference points: a log's name and a sequence number in it."""

    log: str
    seq: int


def parse_ref(ref: str) -> LogPosition:
    """Split ``log:sequence``; raise VerificationError if ``ref`` is not of that form."""
    if not _ref_pattern.match(ref):
        raise VerificationError(f"{ref[:60]!r} is not a reference of the form party:sequence")
    log, _, seq = ref.rpartition(":")
    return LogPosition(log, int(seq))


def make_ref(log: str, seq: int) -> str:
    """Return the reference of entry ``seq`` of ``log``."""
    return f"{log}:{seq}"


def party_of(log_or_ref: str) -> str:
    """Return the party that writes the log that a log name or a reference names."""
    return log_or_ref.partition(":")[0].partition(".")[0]


def sort_key(ref: str) -> tuple[str, int]:
    """Order references by log, then by number (not by text: pk:9 before pk:10)."""
    log, _, seq = ref.rpartition(":")
    return (log, int(seq))
