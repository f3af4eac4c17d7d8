"""Reading a zip that a hostile hand may have made.

Everything is bounded before it is read: the directory, the members, their names,
sizes and packing ratio.  The bytes come out as streams of bounded length; whatever
is wrong with the file comes out as VerificationError.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from sarhad.ledger.bundle_format import MAX_LINE, Limits
from sarhad.wire.errors import VerificationError

_END = b"PK\x05\x06"
_END_BYTES = 22
_LOCATOR = b"PK\x06\x07"
_END64 = b"PK\x06\x06"
_CHUNK = 1 << 18
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    AttributeError,  # zipfile before 3.13, on a directory whose extra fields contradict it
    IndexError,
)
"""What zipfile raises on broken input; nothing else runs under these handlers."""


@contextmanager
def _broken(where: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise VerificationError(f"the zip is broken: {error}", where=where) from error


class Archive:
    """A zip opened under limits: a member is found by its exact name and read as a stream.

    Raises VerificationError, and nothing else, for whatever the file holds.
    ``names`` is written here once and never changed.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open ``path`` and check the directory; FileNotFoundError and the like come through."""
        self.limits = limits
        self._file = path.open("rb")
        try:
            _check_end(self._file, limits)
            with _broken(path.name):
                self._zip = zipfile.ZipFile(self._file)
            self.names = self._check_directory(path.name)
        except VerificationError:
            self._file.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_directory(self, where: str) -> dict[str, zipfile.ZipInfo]:
        """Refuse what no bundle has: doubles, paths, encryption, odd methods, overlaps, bombs, hidden bytes."""
        names: dict[str, zipfile.ZipInfo] = {}
        total = 0
        for info in self._zip.infolist():
            name = info.filename
            if name in names:
                raise VerificationError("the name stands twice in the zip", where=name)
            if name != info.orig_filename or not _plain(name):
                raise VerificationError("not a name that a bundle holds", where=name[:80])
            if info.flag_bits & ~0x0806 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise VerificationError("encrypted, or packed by a method that a bundle does not use", where=name)
            if info.file_size > 4096 and info.file_size > info.compress_size * self.limits.ratio:
                raise VerificationError("unpacks to implausibly much (a zip bomb)", where=name)
            total += info.file_size
            names[name] = info
        if total > self.limits.total_bytes:
            raise VerificationError(f"unpacks to {total} bytes, more than is accepted", where=where)
        _check_overlap(names)
        return names

    def size(self, name: str) -> int:
        """Bytes of the member when unpacked, as the directory says; VerificationError when it is not there."""
        info = self.names.get(name)
        if info is None:
            raise VerificationError("missing from the bundle", where=name)
        return info.file_size

    def read(self, name: str, limit: int) -> bytes:
        """Return the whole of a small member of at most ``limit`` bytes."""
        if self.size(name) > limit:
            raise VerificationError(f"{self.size(name)} bytes, more than the {limit} accepted", where=name)
        with _broken(name), self._zip.open(self.names[name]) as member:
            data = member.read(limit + 1)
        if len(data) != self.size(name):
            raise VerificationError("the member is shorter than the directory says", where=name)
        return data

    def stream(self, name: str, chunk: int = _CHUNK) -> Iterator[bytes]:
        """Yield the member in pieces of at most ``chunk`` bytes (all but the last are full)."""
        left = self.size(name)
        with _broken(name):
            member = self._zip.open(self.names[name])
        with member:
            while left:
                with _broken(name):
                    data = member.read(min(chunk, left))
                if not data:
                    raise VerificationError("the member is shorter than the directory says", where=name)
                left -= len(data)
                yield data
            with _broken(name):
                if member.read(1):  # the last read is where the checksum is compared
                    raise VerificationError("the member is longer than the directory says", where=name)

    def lines(self, name: str) -> Iterator[list[bytes]]:
        """Yield the member's lines in batches, without their newlines; each line must end with one."""
        rest = b""
        for data in self.stream(name):
            lines = (rest + data).split(b"\n")
            rest = lines.pop()
            if len(rest) > MAX_LINE:
                raise VerificationError(f"a line longer than {MAX_LINE} bytes", where=name)
            if lines:
                yield lines
        if rest:
            raise VerificationError("the last line is cut off", where=name)


def _plain(name: str) -> bool:
    """Tell whether ``name`` is one to three plain parts: no root, no parent, no backslash, ASCII only."""
    parts = name.split("/")
    return (
        name.isascii()
        and name.isprintable()
        and len(name) <= 200
        and "\\" not in name
        and ":" not in name
        and len(parts) <= 4
        and all(part not in ("", ".", "..") for part in parts)
    )


def _check_overlap(names: dict[str, zipfile.ZipInfo]) -> None:
    """Refuse members that share bytes: the way to a bomb that each single ratio hides."""
    end = 0
    for info in sorted(names.values(), key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise VerificationError("shares bytes with another member", where=info.filename)
        end = info.header_offset + 30 + len(info.filename) + info.compress_size


def _check_end(file: IO[bytes], limits: Limits) -> None:
    """Read the end record before zipfile does, so that a huge directory is refused unread.

    Format: APPNOTE.TXT 6.3.10, 4.3.14 to 4.3.16.  A comment, several disks or bytes
    after the end are refused: no bundle has them.
    """
    size = file.seek(0, 2)
    if size < _END_BYTES:
        raise VerificationError("not a zip: too short")
    file.seek(size - _END_BYTES)
    end = file.read(_END_BYTES)
    if not end.startswith(_END) or end[20:22] != b"\0\0":
        raise VerificationError("not a bundle: the zip has no plain end (cut off, or with a comment)")
    disk, first, here, count, length, offset = struct.unpack("<HHHHII", end[4:20])
    if disk or first or here != count:
        raise VerificationError("the zip is in several parts")
    if count == 0xFFFF or length == 0xFFFFFFFF or offset == 0xFFFFFFFF:
        count, length, offset = _end64(file, size)
        tail = 56 + 20 + _END_BYTES
    else:
        tail = _END_BYTES
    if count > limits.members or length > limits.directory_bytes:
        raise VerificationError(f"{count} members in a directory of {length} bytes: more than is accepted")
    if offset + length + tail != size:
        raise VerificationError("the zip has bytes before, after or between what its directory names")
    file.seek(0)


def _end64(file: IO[bytes], size: int) -> tuple[int, int, int]:
    """Return count, length and offset of a zip64 directory."""
    at = size - _END_BYTES - 20
    if at < 56:
        raise VerificationError("not a zip: too short")
    file.seek(at)
    locator = file.read(20)
    place = int.from_bytes(locator[8:16], "little")
    if not locator.startswith(_LOCATOR) or place != at - 56:
        raise VerificationError("the zip64 end is broken")
    file.seek(place)
    end = file.read(56)
    if not end.startswith(_END64):
        raise VerificationError("the zip64 end is broken")
    _, count, length, offset = struct.unpack("<QQQQ", end[24:56])
    return count, length, offset
