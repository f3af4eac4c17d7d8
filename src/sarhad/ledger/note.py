"""Signed notes (C2SP signed-note v1.0.0, https://c2sp.org/signed-note).

A text that ends in a newline, an empty line, then signature lines.  This module
reads and writes the form; who may sign is decided by checkpoint.py and cosignature.py.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from sarhad.wire.errors import VerificationError

MAX_NOTE_BYTES = 64 * 1024
MAX_SIGNATURES = 64
KEY_ID_BYTES = 4
ED25519 = 0x01
COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the key's name, its four-byte id, and the signature without the id."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """The signed text, its last newline included, and its signatures in order."""

    text: str
    signatures: tuple[Signature, ...]


def parse(raw: bytes) -> Note:
    """Read a note; raise VerificationError when it is not well formed.

    Nothing is verified: the text must not be used before a known key's signature is.
    """
    if len(raw) > MAX_NOTE_BYTES:
        raise VerificationError(f"{len(raw)} bytes; a note holds at most {MAX_NOTE_BYTES}")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise VerificationError("a note must be UTF-8") from error
    if any(char < " " and char != "\n" for char in whole):
        raise VerificationError("a note must not hold control characters")
    text, gap, tail = whole.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise VerificationError("a note is a text, an empty line, and signature lines that each end in a newline")
    lines = tail.split("\n")[:-1]
    if len(lines) > MAX_SIGNATURES:
        raise VerificationError(f"{len(lines)} signatures; a note holds at most {MAX_SIGNATURES}")
    return Note(text + "\n", tuple(parse_line(text_line + "\n") for text_line in lines))


def parse_line(text: str) -> Signature:
    """Read one signature line, its newline included; raise VerificationError."""
    dash, _, rest = text.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—" or not encoded.endswith("\n") or not valid_name(name):
        raise VerificationError("not a signature line", where=text[:40])
    blob = decode_base64(encoded[:-1])
    if len(blob) <= KEY_ID_BYTES:
        raise VerificationError("a signature line without a signature", where=text[:40])
    return Signature(name, blob[:KEY_ID_BYTES], blob[KEY_ID_BYTES:])


def line(signature: Signature) -> str:
    """Return the signature's line, its newline included."""
    return f"— {signature.name} {base64.b64encode(signature.key_id + signature.blob).decode()}\n"


def serialise(note: Note) -> bytes:
    """Return the bytes of a note."""
    return f"{note.text}\n{''.join(map(line, note.signatures))}".encode()


def valid_name(name: str) -> bool:
    """Tell whether ``name`` may name a key: not empty, no white space, no plus sign."""
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return the four-byte id of a key: SHA-256(name || 0x0A || kind || public key)[:4]."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, kind: int, public: bytes) -> str:
    """Return the key in the text form that other tools take (a "vkey"): name+hex id+base64."""
    encoded = base64.b64encode(bytes([kind]) + public).decode()
    return f"{name}+{key_id(name, kind, public).hex()}+{encoded}"


def decode_base64(text: str) -> bytes:
    """Decode standard base64 in its one canonical spelling; raise VerificationError."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError("not base64", where=text[:40]) from error
    if base64.b64encode(raw).decode() != text:
        raise VerificationError("base64 that is not in its canonical form", where=text[:40])
    return raw
