"""Files by their content: a folder in which a file's name is the SHA-256 of its bytes."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from sarhad.desk.actor import NotFound
from sarhad.desk.partial import PREFIX, UPLOAD_PREFIX, Partial, sync_folder
from sarhad.wire.errors import Refused, SarhadError, Unavailable, VerificationError

MAX_BYTES = 50_000_000
"""The largest file, as in the attachment record."""
RESERVE_BYTES = 1_000_000_000
"""Free space on the disk that files from partners never take: the log needs it."""
KEPT_PARTIALS = 16
UPLOADS_EACH = 8
"""Files that one officer may be bringing at the same time."""
UPLOADS_S = 7 * 24 * 3_600
"""How long a file that an officer began to bring waits for its rest, seconds."""
_NAME = re.compile(r"^[0-9a-f]{64}\Z")
_READ_BYTES = 1 << 20


class TooLarge(Refused):
    """The file holds more than may be attached."""

    code = "too-large"


class Damaged(SarhadError):
    """A stored file no longer has the content that its name says."""

    code = "damaged"


class Attachments:
    """The node's files.  Each is written whole to a temporary name, synced, then renamed.

    A rename within one folder is atomic, so that a name that exists has its whole
    content, also after a crash; what a crash leaves is a temporary file, removed at start.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES, reserve_bytes: int = RESERVE_BYTES) -> None:
        """Use ``folder``, made with mode 0700 when absent."""
        self.folder = folder
        self.max_bytes = max_bytes
        self.reserve_bytes = reserve_bytes
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.glob(".part-*"):
            left.unlink()

    def path(self, sha256: str) -> Path:
        """Return where the file is; raise NotFound unless it is held (any other name is refused too)."""
        path = self.folder / sha256
        if not _NAME.match(sha256) or not path.is_file():
            raise NotFound("no attachment with this content is held here", where=sha256[:70])
        return path

    def holds(self, sha256: str) -> bool:
        """Tell whether the file is held."""
        return bool(_NAME.match(sha256)) and (self.folder / sha256).is_file()

    def size(self, sha256: str) -> int:
        """Return the file's size in bytes; raise NotFound unless held."""
        return self.path(sha256).stat().st_size

    def partial(self, sender: str, sha256: str, size: int) -> Partial:
        """Return the file as far as it has come from ``sender`` (a party); raise Refused for a name that is none."""
        self._possible(sha256, size)
        return Partial(self.folder, sender, sha256, size)

    def upload(self, officer: str, sha256: str, size: int) -> Partial:
        """Return the file as far as ``officer`` of ours has brought it.

        Raises Refused for a name that is none, TooLarge, Unavailable where the disk is
        full.  What was left lying for UPLOADS_S, or lies beyond the newest
        UPLOADS_EACH of the officer, goes.
        """
        if size > self.max_bytes:
            raise TooLarge(f"the file is larger than {self.max_bytes} bytes", do="Send a smaller one")
        self._possible(sha256, size)
        if not self.room_for(size):
            raise Unavailable("the node's disk is nearly full", do="Tell who administers the node")
        self._tidy_uploads(officer)
        return Partial(self.folder, officer, sha256, size, UPLOAD_PREFIX)

    def _possible(self, sha256: str, size: int) -> None:
        if not _NAME.match(sha256) or not 0 < size <= self.max_bytes:
            raise Refused("no file can have this name or size", where=sha256[:70])

    def _tidy_uploads(self, officer: str) -> None:
        names = sorted(self.folder.glob(UPLOAD_PREFIX + "*"), key=lambda path: path.stat().st_mtime_ns)
        mine = [path for path in names if path.name[len(UPLOAD_PREFIX) : -65] == officer]
        oldest = time.time() - UPLOADS_S
        for path in {*mine[:-UPLOADS_EACH], *(one for one in names if one.stat().st_mtime < oldest)}:
            path.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove the oldest of the files that came in part, beyond KEPT_PARTIALS."""
        parts = sorted(self.folder.glob(PREFIX + "*"), key=lambda path: path.stat().st_mtime_ns)
        for path in parts[:-KEPT_PARTIALS]:
            path.unlink(missing_ok=True)

    def room_for(self, size: int) -> bool:
        """Tell whether a file of ``size`` bytes leaves the reserve on the disk untouched."""
        return shutil.disk_usage(self.folder).free - size >= self.reserve_bytes

    async def put(self, chunks: AsyncIterator[bytes], expected: str = "") -> tuple[str, int]:
        """Store a stream; return (SHA-256 in hexadecimal, size in bytes).

        Raises TooLarge as soon as the limit is passed, Refused for an empty file,
        VerificationError when ``expected`` is given and is not the content's hash.
        Nothing is kept then.
        """
        handle, name = tempfile.mkstemp(prefix=".part-", dir=self.folder)
        part = Path(name)
        digest = hashlib.sha256()
        size = 0
        try:
            with os.fdopen(handle, "wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > self.max_bytes:
                        raise TooLarge(f"the file is larger than {self.max_bytes} bytes", do="Send a smaller one")
                    digest.update(chunk)
                    await asyncio.to_thread(file.write, chunk)
                await asyncio.to_thread(_sync, file)
            self._accept(part, digest.hexdigest(), size, expected)
        finally:
            part.unlink(missing_ok=True)  # noqa: ASYNC240  (one directory entry on a local disk)
        return digest.hexdigest(), size

    def _accept(self, part: Path, sha256: str, size: int, expected: str) -> None:
        if size == 0:
            raise Refused("the file is empty", do="Choose a file that has content")
        if expected and expected != sha256:
            raise VerificationError("the content does not have the hash that was named", where=sha256)
        part.replace(self.folder / sha256)
        sync_folder(self.folder)

    def check(self, sha256: str) -> None:
        """Raise Damaged unless the stored bytes still have their hash, NotFound unless held."""
        digest = hashlib.sha256()
        with self.path(sha256).open("rb") as file:
            while chunk := file.read(_READ_BYTES):
                digest.update(chunk)
        if digest.hexdigest() != sha256:
            raise Damaged("the stored file changed", where=sha256, do="Fetch it from the party that attached it")


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
