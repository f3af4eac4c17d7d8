"""C2SP tlog-proof: one entry's inclusion under a countersigned checkpoint, as text.

Format: https://c2sp.org/tlog-proof (version 1).  Any tool that knows it can check the
entry against the keys in ``keys/<log>.policy``; the entry's data is the commitment.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sarhad.wire.errors import VerificationError

HEAD = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """``path`` from the leaf's sibling up to the root's child; ``note`` is the checkpoint, verbatim.

    ``extra`` is opaque and authenticated by nothing.
    """

    index: int
    path: tuple[bytes, ...]
    note: bytes
    extra: bytes | None = None


def write(index: int, path: Sequence[bytes], note: bytes) -> bytes:
    """Return the text of a proof without extra data."""
    lines = [HEAD, f"index {index}", *(base64.b64encode(node).decode() for node in path), "", ""]
    return "\n".join(lines).encode() + note


def parse(raw: bytes) -> Proof:
    """Read a proof; raise VerificationError unless it is of the format, byte for byte.  Verifies nothing."""
    head, gap, note = raw.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise VerificationError("a tlog-proof's head is ASCII") from error
    if lines[0] != HEAD or not gap or not note:
        raise VerificationError(f"not a proof of the form {HEAD}")
    rest = lines[1:]
    extra = None
    if rest and rest[0].startswith("extra "):
        extra = _decode(rest.pop(0).removeprefix("extra "))
    match = _INDEX.fullmatch(rest.pop(0)) if rest else None
    if match is None or len(rest) > _MAX_HASHES:
        raise VerificationError("a tlog-proof has one index line and at most 63 hashes")
    path = tuple(_decode(line) for line in rest)
    if any(len(node) != 32 for node in path):
        raise VerificationError("a hash in a tlog-proof has 32 bytes")
    return Proof(int(match[1]), path, note, extra)


def _decode(text: str) -> bytes:
    """Decode standard base64 in its one form."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError("not standard base64") from error
    if base64.b64encode(data).decode() != text:
        raise VerificationError("not the one base64 form of its bytes")
    return data
