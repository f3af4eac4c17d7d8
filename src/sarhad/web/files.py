"""Files from a folder: ETag, HTTP ranges (RFC 9110), and no way out of the folder."""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar import Request
from litestar.response import Response, Stream

from sarhad.desk import NotFound

CHUNK = 256 * 1024
TYPES = {
    ".pmtiles": "application/vnd.pmtiles",
    ".geojson": "application/geo+json",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
UNSATISFIABLE = (0, -1)
_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")


def within(folder: Path, name: str) -> Path:
    """Return the file ``name`` (with / between folders) in ``folder``; raise NotFound for anything else.

    Names with a part that begins with a dot, and links that lead out, are not found.
    """
    parts = [part for part in name.split("/") if part]
    bad = any(part.startswith(".") or "\\" in part or "\x00" in part for part in parts)
    if not bad and parts:
        root = folder.resolve()
        path = root.joinpath(*parts).resolve()
        if path.is_relative_to(root) and path.is_file():
            return path
    raise NotFound("there is no such file", where=name[:200], do="Check the address")


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """One file to be sent.  ``immutable``: its name changes with its content.

    ``download``: the name under which it is saved, never opened, as Content-Disposition
    writes it.  ``extra``: further headers.
    """

    path: Path
    immutable: bool = False
    private: bool = True
    download: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    def to_response(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """Answer a GET: 304, 206, 416 or 200 as its headers ask."""
        stat = self.path.stat()
        etag = f'"{stat.st_size:x}-{stat.st_mtime_ns:x}"'
        headers = self._headers(etag)
        if etag in [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]:
            return Response(None, status_code=304, headers=headers)
        first, last = 0, stat.st_size - 1
        status = 200
        asked = request.headers.get("range", "")
        if asked and request.headers.get("if-range", etag) == etag:
            wanted = byte_range(asked, stat.st_size)
            if wanted == UNSATISFIABLE:
                headers["Content-Range"] = f"bytes */{stat.st_size}"
                return Response(None, status_code=416, headers=headers)
            if wanted is not None:
                first, last = wanted
                status = 206
                headers["Content-Range"] = f"bytes {first}-{last}/{stat.st_size}"
        headers["Content-Length"] = str(last - first + 1)
        return Stream(
            _read(self.path, first, last - first + 1),
            status_code=status,
            headers=headers,
            media_type=self._type(),
        )

    def _type(self) -> str:
        if self.download:
            return "application/octet-stream"
        suffix = self.path.suffix.lower()
        return TYPES.get(suffix) or mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"

    def _headers(self, etag: str) -> dict[str, str]:
        who = "private" if self.private else "public"
        age = "max-age=31536000, immutable" if self.immutable else "no-cache"
        headers = {"ETag": etag, "Cache-Control": f"{who}, {age}", "Accept-Ranges": "bytes", **dict(self.extra)}
        if self.download:
            headers["Content-Disposition"] = f"attachment; filename={self.download}"
        return headers


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Read a Range header: (first, last), UNSATISFIABLE, or None when it is to be ignored."""
    match = _RANGE.match(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    start, end = match.groups()
    if not start:
        length = int(end)
        return (max(0, size - length), size - 1) if length and size else UNSATISFIABLE
    first, last = int(start), min(int(end), size - 1) if end else size - 1
    if first >= size:
        return UNSATISFIABLE
    return (first, last) if first <= last else None


def read_at(path: Path, offset: int, length: int) -> bytes:
    """Read a part of a file.  Opened anew each time: a caller that goes away leaves no file open."""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(length)


async def _read(path: Path, first: int, length: int) -> AsyncIterator[bytes]:
    while length > 0:
        chunk = await asyncio.to_thread(read_at, path, first, min(CHUNK, length))
        if not chunk:
            return
        first += len(chunk)
        length -= len(chunk)
        yield chunk
