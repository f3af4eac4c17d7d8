"""A file on its way, from a partner or a phone of ours: what has come survives a crash and a broken line."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from sarhad.wire.errors import Unavailable, VerificationError

PREFIX = ".fetch-"
"""Begins the names of files that come from partners."""
UPLOAD_PREFIX = ".upload-"
"""Begins the names of files that our own officers bring, piece by piece."""
_READ_BYTES = 1 << 20


class Partial:
    """The beginning of one file of one sender.  One task uses it; it takes its name only when its hash is right.

    Each sender has its own, so that what a liar sent never spoils the same file of an honest one.
    """

    def __init__(self, folder: Path, sender: str, sha256: str, size: int, prefix: str = PREFIX) -> None:
        """Take where, from whom (a party; with UPLOAD_PREFIX an officer), the SHA-256 that it must have, its bytes."""
        self._folder = folder
        self._path = folder / f"{prefix}{sender}-{sha256}"
        self._sha256 = sha256
        self._size = size
        self._digest = hashlib.sha256()  # of the first ``held`` bytes; written by begin and add
        self._file: BinaryIO | None = None  # written by begin and close
        self.held = 0

    @property
    def left(self) -> int:
        """Bytes that are still to come."""
        return self._size - self.held

    def so_far(self) -> int:
        """Bytes on the disk, without opening anything."""
        return self._path.stat().st_size if self._path.is_file() else 0

    def begin(self) -> None:
        """Open it for more, reading again what is there.  Raises Unavailable when the disk does not let us."""
        try:
            self._file = self._path.open("a+b")
            if self._file.seek(0, os.SEEK_END) > self._size:
                self._file.truncate(0)
            self._file.seek(0)
            while piece := self._file.read(_READ_BYTES):
                self._digest.update(piece)
                self.held += len(piece)
        except OSError as error:
            raise Unavailable("the file cannot be kept", where=str(self._folder)) from error

    def add(self, piece: bytes) -> None:
        """Append a piece; raise VerificationError when more comes than the record says."""
        assert self._file is not None, "begin comes first"
        if len(piece) > self.left:
            raise VerificationError("more bytes than the file was said to have", where=self._sha256)
        try:
            self._file.write(piece)
        except OSError as error:
            raise Unavailable("the file cannot be kept", where=str(self._folder)) from error
        self._digest.update(piece)
        self.held += len(piece)

    def finish(self) -> None:
        """Give the file its name; raise VerificationError, and drop it, when its content is another."""
        assert self._file is not None, "begin comes first"
        if self.left or self._digest.hexdigest() != self._sha256:
            self.drop()
            raise VerificationError("the content does not have the hash that was named", where=self._sha256)
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._path.replace(self._folder / self._sha256)
            sync_folder(self._folder)
        except OSError as error:
            raise Unavailable("the file cannot be kept", where=str(self._folder)) from error

    def drop(self) -> None:
        """Forget what came."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Leave it as it is, for the next time."""
        if self._file is not None:
            self._file.close()
            self._file = None


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
