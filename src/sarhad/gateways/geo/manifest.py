"""The region's manifest: ``region.json``, format ``sarhad-region/v1``.

The folder is served to the desk's pages as it is; the map reads this file first.
Bounds and centre are in 1e-7 degrees (WGS 84), sizes in bytes, paths relative to the
folder.  The format is described in the region's README.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from sarhad.gateways.geo.line import Bank
from sarhad.wire.errors import SarhadError
from sarhad.wire.ids import PartyId
from sarhad.wire.values import Hex32, Latitude, Longitude, Names, Point, Short

FILE_NAME = "region.json"
MAX_FILE_BYTES = 8_000_000
"""No file of a region is larger: a region travels in a repository and on a memory stick."""

LayerKind = Literal[
    "pmtiles", "names", "polygons", "lines", "line", "points", "table", "road-nodes", "road-edges", "road-extract"
]
TableKind = Literal["ucdp-ged", "incidents", "reports"]
T = TypeVar("T")
RelativePath = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9.-]*)*$", max_length=200)]


class RegionError(SarhadError):
    """The region package, or a file of it, cannot be used."""

    code = "region"


class Bounds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A box in 1e-7 degrees; it never crosses the date line."""

    west: Longitude
    south: Latitude
    east: Longitude
    north: Latitude

    def hold(self, point: Point) -> bool:
        """Tell whether the point lies in the box, edges included."""
        return self.south <= point.lat <= self.north and self.west <= point.lon <= self.east


class RegionFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the region: where, how large, its SHA-256, whom to name and under what licence."""

    file: RelativePath
    bytes: Annotated[int, Meta(ge=1, le=MAX_FILE_BYTES)]
    sha256: Hex32
    attribution: Annotated[str, Meta(min_length=1, max_length=500)]
    licence: Short


class Layer(RegionFile, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to draw or to compute with.  ``line`` is the one border line."""

    id: Short
    kind: LayerKind
    names: Names


class Table(RegionFile, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table to import; ``country`` (ISO 3166-1 alpha-2) is the side whose records its rows become."""

    id: Short
    kind: TableKind
    country: Annotated[str, Meta(pattern="^([A-Z]{2})?$")] = ""


class GroundEntry(RegionFile, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ground file of one party."""

    party: PartyId


class TermsEntry(RegionFile, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file with the terms of the agreement."""


class BankInfo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose land lies on one bank of the border line."""

    party: PartyId
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    iso3: Annotated[str, Meta(pattern="^[A-Z]{3}$")]


class Region(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``region.json`` says."""

    format: Literal["sarhad-region/v1"]
    id: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,62}$")]
    names: Names
    bounds: Bounds
    centre: Point
    zoom: Annotated[int, Meta(ge=0, le=22)]
    banks: dict[Bank, BankInfo]
    layers: list[Layer]
    tables: list[Table] = []
    ground: list[GroundEntry] = []
    terms: TermsEntry | None = None

    def files(self) -> Iterator[RegionFile]:
        """Yield every file that the manifest names."""
        yield from self.layers
        yield from self.tables
        yield from self.ground
        if self.terms is not None:
            yield self.terms

    def bank_of(self, party: str) -> Bank | None:
        """Return the bank of the line that is this party's land, None if the region does not say."""
        return next((bank for bank, info in self.banks.items() if info.party == party), None)


def read_region(folder: Path) -> Region:
    """Read ``folder``/region.json; raise RegionError with the field at fault."""
    return read_json(folder / FILE_NAME, Region)


def read_json(path: Path, wanted: type[T]) -> T:
    """Read a JSON file of the region as ``wanted``; raise RegionError with the file and the field."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=wanted)
    except FileNotFoundError as error:
        raise RegionError("the file is not there", where=str(path), do="Name the folder of a region package") from error
    except OSError as error:
        raise RegionError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise RegionError(
            str(error), where=str(path), do="Mend that field; the region's README has the format"
        ) from error


def check_file(folder: Path, entry: RegionFile) -> str:
    """Return what is wrong with one file against its manifest entry, "" if nothing."""
    path = folder / entry.file
    if not path.is_file():
        return f"{entry.file}: the file is not there"
    content = path.read_bytes()
    if len(content) != entry.bytes or hashlib.sha256(content).hexdigest() != entry.sha256:
        return f"{entry.file}: the content is not what region.json says (size or SHA-256)"
    return ""
