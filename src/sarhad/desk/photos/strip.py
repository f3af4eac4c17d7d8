"""Taking out what a photo tells besides the picture, without decoding it: every pixel stays as it is.

What is kept is named (an allow-list), so that what nobody thought of goes too.  Kept besides
the picture's own data: the colour profile, and which way up it is.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from sarhad.desk.photos.pieces import JPEG, PNG, NoPicture, Piece, pieces, type_of

_ORIENTATION = 0x0112
_JFIF_BYTES = 16  # without a small view of the picture in it
_VP8X_EXIF, _VP8X_XMP = 0x08, 0x04


def stripped(data: bytes) -> bytes:
    """Return the same picture with nothing told besides it; raises NoPicture (a Refused)."""
    found = list(pieces(data))
    turned = orientation(data, found)
    kind = type_of(data)
    if kind == JPEG:
        return b"".join(_jpeg(data, found, turned))
    if kind == PNG:
        return b"".join(_png(data, found, turned))
    return _webp(data, found, turned)


def told(data: bytes) -> tuple[str, ...]:
    """Return the words for what the file tells besides its picture, in alphabetical order."""
    return tuple(sorted({piece.what for piece in pieces(data)} - {"picture"}))


def orientation(data: bytes, found: list[Piece]) -> int:
    """Return which way up the picture is, as EXIF says it (1 to 8; 1 when it says nothing)."""
    for piece in found:
        if piece.what == "exif":
            body = data[piece.start : piece.end]
            for head in (b"II*\0", b"MM\0*"):
                at = body.find(head)
                if 0 <= at <= 24:
                    return _tag(body[at:], "<" if head[:1] == b"I" else ">")
    return 1


def _tag(tiff: bytes, order: str) -> int:
    """Read the orientation from the first directory of a TIFF structure."""
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for index in range(count):
            tag, _kind, _count, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * index)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _turned_only(turned: int) -> bytes:
    """Make a TIFF structure that says which way up the picture is, and nothing else."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)


def _jpeg(data: bytes, found: list[Piece], turned: int) -> Iterator[bytes]:
    for piece in found:
        if piece.what != "picture":
            continue
        body = data[piece.start : piece.end]
        if piece.name == b"\xe0":
            body = _jfif(body)
        yield body
        if piece.start == 0 and turned != 1:
            exif = b"Exif\0\0" + _turned_only(turned)
            yield b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif


def _jfif(body: bytes) -> bytes:
    """Cut the small view out of a JFIF header: it may show what the picture no longer shows."""
    body = b"\xff" + body.lstrip(b"\xff")
    if len(body) < 2 + _JFIF_BYTES:
        raise NoPicture("a header is too short")
    return body[:2] + struct.pack(">H", _JFIF_BYTES) + body[4:16] + b"\0\0"


def _png(data: bytes, found: list[Piece], turned: int) -> Iterator[bytes]:
    for piece in found:
        if piece.what == "picture":
            yield data[piece.start : piece.end]
        if piece.name == b"IHDR" and turned != 1:
            body = b"eXIf" + _turned_only(turned)
            yield struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _webp(data: bytes, found: list[Piece], turned: int) -> bytes:
    kept: list[bytes] = []
    extended = any(piece.name == b"VP8X" for piece in found)
    for piece in found[1:]:
        if piece.what != "picture":
            continue
        body = data[piece.start : piece.end]
        if piece.name == b"VP8X":
            flags = body[8] & ~(_VP8X_EXIF | _VP8X_XMP) | (_VP8X_EXIF if turned != 1 else 0)
            body = body[:8] + bytes([flags]) + body[9:]
        kept.append(body)
    if turned != 1 and extended:
        exif = _turned_only(turned)
        kept.append(b"EXIF" + struct.pack("<I", len(exif)) + exif)
    whole = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole
