"""The pieces that a JPEG, PNG or WebP file is made of, and what each is for.  Nothing is decoded.

Sources: ITU-T T.81 annex B (JPEG markers), JFIF 1.02, PNG third edition, the WebP container specification.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from sarhad.wire.errors import Refused

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)
_JPEG_PICTURE = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, *range(0xC0, 0xD0)}) - {0xC8}
_PNG_PICTURE = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD pHYs cICP mDCV cLLI acTL fcTL fdAT".split()
)
_WEBP_PICTURE = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"})


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes ``start`` to ``end`` of a file.  ``what``: "picture", or the word for what is said besides it."""

    what: str
    name: bytes
    start: int
    end: int


class NoPicture(Refused):
    """The file is not a well-formed picture of a format that is known here."""

    code = "no-picture"

    def __init__(self, why: str) -> None:
        """Say why it cannot be read."""
        super().__init__(f"this picture cannot be read: {why}", do="Save it again as JPEG, PNG or WebP")


def type_of(data: bytes) -> str:
    """Return the media type by the first bytes, "" for anything but JPEG, PNG and WebP."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(PNG_HEAD):
        return PNG
    return WEBP if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def pieces(data: bytes) -> Iterator[Piece]:
    """Yield every piece in order, together all bytes of the file; raises NoPicture."""
    kind = type_of(data)
    if kind == JPEG:
        yield from _jpeg(data)
    elif kind == PNG:
        yield from _png(data)
    elif kind == WEBP:
        yield from _webp(data)
    else:
        raise NoPicture("it is no JPEG, PNG or WebP")


def _jpeg(data: bytes) -> Iterator[Piece]:
    yield Piece("picture", b"\xd8", 0, 2)
    at = 2
    while at < len(data):
        start = at
        if data[at] != 0xFF:
            raise NoPicture("bytes between two segments")
        while data[at : at + 1] == b"\xff":
            at += 1
        marker = data[at] if at < len(data) else 0
        at += 1
        if marker == 0xD9:
            yield Piece("picture", b"\xd9", start, at)
            if at < len(data):
                yield Piece("trailer", b"", at, len(data))
            return
        length = int.from_bytes(data[at : at + 2], "big")
        end = at + length
        if length < 2 or end > len(data):
            raise NoPicture("a segment reaches beyond the end")
        if marker == 0xDA:
            found = _NEXT_MARKER.search(data, end)
            if found is None:
                raise NoPicture("it ends in the middle")
            end = found.start()
        yield Piece(_jpeg_word(marker, data[at + 2 : at + 40]), bytes([marker]), start, end)
        at = end
    raise NoPicture("it ends in the middle")


def _jpeg_word(marker: int, head: bytes) -> str:
    if marker == 0xDA or marker in _JPEG_PICTURE:
        return "picture"
    if marker == 0xFE:
        return "comment"
    known = {
        (0xE0, b"JFIF\0"): "picture",
        (0xEE, b"Adobe"): "picture",
        (0xE2, b"ICC_PROFILE\0"): "picture",
        (0xE1, b"Exif\0"): "exif",
        (0xE1, b"http://ns.adobe.com/"): "xmp",
        (0xED, b"Photoshop "): "iptc",
    }
    return next((word for (one, name), word in known.items() if one == marker and head.startswith(name)), "other")


def _png(data: bytes) -> Iterator[Piece]:
    yield Piece("picture", b"", 0, 8)
    words = {b"eXIf": "exif", b"tIME": "text", b"tEXt": "text", b"zTXt": "text", b"iTXt": "text"}
    at = 8
    while at + 12 <= len(data):
        name = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            raise NoPicture("a chunk reaches beyond the end")
        yield Piece("picture" if name in _PNG_PICTURE else words.get(name, "other"), name, at, end)
        at = end
        if name == b"IEND":
            if at < len(data):
                yield Piece("trailer", b"", at, len(data))
            return
    raise NoPicture("it ends in the middle")


def _webp(data: bytes) -> Iterator[Piece]:
    end_of_all = 8 + int.from_bytes(data[4:8], "little")
    if end_of_all > len(data):
        raise NoPicture("it ends in the middle")
    yield Piece("picture", b"", 0, 12)
    at = 12
    while at + 8 <= end_of_all:
        name = data[at : at + 4]
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if name in (b"ANIM", b"ANMF"):
            raise NoPicture("it moves")
        if end > end_of_all:
            raise NoPicture("a chunk reaches beyond the end")
        yield Piece(
            "picture" if name in _WEBP_PICTURE else {b"EXIF": "exif", b"XMP ": "xmp"}.get(name, "other"), name, at, end
        )
        at = end
    if at < len(data):
        yield Piece("trailer", b"", at, len(data))


def dimensions(data: bytes) -> tuple[int, int]:
    """Return the largest width and height that any header of the file states, pixels; raises NoPicture."""
    kind = type_of(data)
    found = [_stated(kind, data, piece) for piece in pieces(data) if piece.what == "picture"]
    stated = [size for size in found if size is not None]
    if not stated:
        raise NoPicture("it states no size")
    return max(width for width, _ in stated), max(height for _, height in stated)


def _stated(kind: str, data: bytes, piece: Piece) -> tuple[int, int] | None:
    body = data[piece.start : piece.start + 30]
    try:
        if (
            kind == JPEG
            and piece.name
            and piece.name[0] in range(0xC0, 0xD0)
            and piece.name[0] not in (0xC4, 0xC8, 0xCC)
        ):
            body = data[piece.start : piece.end].lstrip(b"\xff")
            height, width = struct.unpack_from(">HH", body, 4)
            return width, height
        if kind == PNG and piece.name == b"IHDR":
            return struct.unpack_from(">II", body, 8)
        if kind == WEBP and piece.name == b"VP8X":
            return int.from_bytes(body[12:15], "little") + 1, int.from_bytes(body[15:18], "little") + 1
        if kind == WEBP and piece.name == b"VP8 ":
            width, height = struct.unpack_from("<HH", body, 14)
            return width & 0x3FFF, height & 0x3FFF
        if kind == WEBP and piece.name == b"VP8L":
            bits = int.from_bytes(body[9:13], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    except struct.error as error:
        raise NoPicture("a header is too short") from error
    return None
