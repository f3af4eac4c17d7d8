"""Canonical JSON: the one byte string that a value has.

The subset of JSON on which every canonicaliser (RFC 8785 among them) agrees:
ASCII keys in ascending order, no white space, no floating-point numbers, integers
between -(2**53 - 1) and 2**53 - 1, the shortest escapes.  Bytes are stored and
checked exactly as they came; nothing is ever re-encoded before it is hashed.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import msgspec

from sarhad.wire.errors import VerificationError

MAX_BODY_BYTES = 64 * 1024
MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1

_LONG_NUMBER = re.compile(rb"[0-9]{16}")


def _no_floats(text: str) -> NoReturn:
    raise VerificationError(f"the number {text[:40]} is not an integer below 2^53")


_encoder = msgspec.json.Encoder(order="sorted")
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=_no_floats)


def encode(value: Any) -> bytes:
    """Return the canonical bytes of ``value`` (a msgspec struct, dict, list or scalar).

    Raises VerificationError when the value has no canonical form (a float, an
    integer out of range, a key that is not ASCII) or is larger than MAX_BODY_BYTES.
    """
    try:
        body = _encoder.encode(value)
    except (msgspec.MsgspecError, TypeError, ValueError, UnicodeEncodeError) as error:
        raise VerificationError(f"not encodable as canonical JSON: {error}") from error
    decode(body)
    return body


def decode(body: bytes) -> Any:
    """Return the value of canonical ``body``; raise VerificationError if it is not canonical."""
    if len(body) > MAX_BODY_BYTES:
        raise VerificationError(f"{len(body)} bytes; a record body holds at most {MAX_BODY_BYTES}")
    try:
        value = _decoder.decode(body)
        again = _encoder.encode(value)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
        raise VerificationError(f"not canonical JSON: {error}") from error
    if again != body:
        raise VerificationError("the bytes are JSON but not in canonical form")
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH or _LONG_NUMBER.search(body) or not body.isascii():
        _walk(value, MAX_DEPTH)
    return value


def _walk(value: Any, depth: int) -> None:
    """Check what the byte comparison cannot see: depth, integer range, ASCII keys."""
    if isinstance(value, dict):
        if depth == 0:
            raise VerificationError(f"nested deeper than {MAX_DEPTH} levels")
        for key, item in value.items():
            if not key.isascii():
                raise VerificationError(f"the key {key[:40]!r} is not ASCII")
            _walk(item, depth - 1)
    elif isinstance(value, list):
        if depth == 0:
            raise VerificationError(f"nested deeper than {MAX_DEPTH} levels")
        for item in value:
            _walk(item, depth - 1)
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise VerificationError(f"the integer {value} is not below 2^53")
