"""Looking at photos: what they tell, and small views that are safe to show.

A photo is decoded in a process of its own (decoder.py), never in the node: a partner may have made it to
break a decoder.  How large it says to be is checked before.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec

from sarhad.desk.photos import decoder
from sarhad.desk.photos.pieces import NoPicture, dimensions, type_of
from sarhad.desk.photos.strip import told

MAX_PIXELS = 64_000_000
SECONDS = 40.0
EDGES = {"small": 320, "large": 1600}
_HEAD_BYTES = 16


class PhotoPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a photo says that it was taken: 1e-7 degrees, metres."""

    lat: int
    lon: int
    altitude_m: int | None = None


class PhotoFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a photo tells besides its picture.

    ``taken`` and ``offset`` as the device wrote them (its own clock), ``others`` the names of
    further EXIF fields, ``tells`` words for everything that stripping takes out; empty: nothing.
    """

    width: int
    height: int
    tells: tuple[str, ...]
    taken: str = ""
    offset: str = ""
    device: str = ""
    place: PhotoPlace | None = None
    others: tuple[str, ...] = ()


class _Said(msgspec.Struct, frozen=True):
    taken: str
    offset: str
    device: str
    place: PhotoPlace | None
    others: tuple[str, ...]


_SILENT = _Said("", "", "", None, ())


def photo_type(path: Path) -> str:
    """Return image/jpeg, image/png or image/webp by the file's first bytes, "" for anything else."""
    with path.open("rb") as file:
        return type_of(file.read(_HEAD_BYTES))


class Photos:
    """Small views in a folder beside the attachments, one decoder at a time."""

    def __init__(self, folder: Path) -> None:
        """Keep the views in ``folder``/.views: they can be made again at any time."""
        self._folder = folder / ".views"
        self._one = asyncio.Lock()

    async def facts(self, path: Path) -> PhotoFacts:
        """Return what the photo tells; raises NoPicture when it is none."""
        data = await asyncio.to_thread(path.read_bytes)
        width, height = dimensions(data)
        tells = told(data)
        if "exif" not in tells:
            return PhotoFacts(width=width, height=height, tells=tells)
        printed = await self._decode(width * height, "facts", str(path))
        said = msgspec.json.decode(printed, type=_Said)
        if said == _SILENT:
            tells = tuple(word for word in tells if word != "exif")  # it says which way up, and nothing else
        return PhotoFacts(
            width=width,
            height=height,
            tells=tells,
            taken=said.taken,
            offset=said.offset,
            device=said.device,
            place=said.place,
            others=said.others,
        )

    async def view(self, path: Path, size: str) -> Path:
        """Return a JPEG of the photo, ``size`` small (320) or large (1600 pixels a side); raises NoPicture."""
        made = self._folder / f"{path.name}-{EDGES[size]}.jpg"
        if await asyncio.to_thread(made.is_file):
            return made
        data = await asyncio.to_thread(path.read_bytes)
        width, height = dimensions(data)
        await asyncio.to_thread(self._folder.mkdir, mode=0o700, exist_ok=True)
        part = made.with_suffix(".part")
        await self._decode(width * height, "view", str(path), str(part), str(EDGES[size]))
        await asyncio.to_thread(part.replace, made)
        return made

    async def _decode(self, pixels: int, *arguments: str) -> bytes:
        if pixels > MAX_PIXELS:
            raise NoPicture(f"it has {pixels // 1_000_000} million pixels")
        async with self._one:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", decoder.__file__, *arguments,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                async with asyncio.timeout(SECONDS):
                    printed, _nothing = await process.communicate()
            except TimeoutError as error:
                process.kill()
                await process.wait()
                raise NoPicture("it takes too long") from error
        if process.returncode:
            raise NoPicture("its data is broken")
        return printed
