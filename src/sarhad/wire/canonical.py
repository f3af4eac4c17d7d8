"""Canonical JSON: the one byte string that a value has.

The subset of JSON on which every canonicaliser (RFC 8785 among them) agrees:
ASCII keys in ascending order, no white space, no floating-point numbers, integers
between -(2**53 - 1) and 2**53 - 1, the shortest escapes.  Strings hold no control characters
but tab, line feed and carriage return: a text that a partner sends is shown in
terminals and kept in databases, and neither may be steered by it.  Bytes are stored
and checked exactly as they came; nothing is ever re-encoded before it is hashed.
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
# The escapes \b, \f and \u00xx (an even run of backslashes before them is text), DEL, and U+0080 to U+009F.
_CONTROL = re.compile(rb"(?<!\\)(?:\\\\)*\\[bfu]|\x7f|\xc2[\x80-\x9f]")


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
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise VerificationError(f"not encodable as canonical JSON: {error}") from error
    decode(body)
    if b"null" in body:
        _refuse_null_floats(value)
    return body


def _refuse_null_floats(value: Any) -> None:
    """Refuse the floats that the encoder would pass over: it writes nan and inf as null."""
    if isinstance(value, float):
        raise VerificationError(f"the number {value} is not an integer below 2^53")
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.astuple(value)
    elif isinstance(value, dict):
        value = tuple(value.values())
    if not isinstance(value, list | tuple | set | frozenset):
        return
    for item in value:
        _refuse_null_floats(item)


def check_bytes(body: bytes) -> None:
    """Check what needs no parsing, so that the work on hostile bytes is bounded: size, control characters.

    Raises VerificationError.
    """
    if len(body) > MAX_BODY_BYTES:
        raise VerificationError(f"{len(body)} bytes; a record body holds at most {MAX_BODY_BYTES}")
    if (b"\\" in body or b"\x7f" in body or b"\xc2" in body) and _CONTROL.search(body):
        raise VerificationError("the text holds a control character, or an escape that is not the shortest")


def decode(body: bytes) -> Any:
    """Return the value of canonical ``body``; raise VerificationError if it is not canonical."""
    check_bytes(body)
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
        raise VerificationError("an integer is not below 2^53")
