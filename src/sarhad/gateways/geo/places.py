"""The region's places: the layer ``places``, GeoJSON points with ``name`` (and ``name_en``, ``name_fa``, …)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sarhad.gateways.geo.manifest import Region, read_json, read_region
from sarhad.picture.places import PlaceIndex, PlaceView

LAYER = "places"
FURTHER_NAMES = ("name_en", "name_fa", "name_ur", "name_ar", "int_name", "alt_name")


class _Point(msgspec.Struct, frozen=True):
    coordinates: tuple[float, float]


class _Feature(msgspec.Struct, frozen=True):
    geometry: _Point
    properties: dict[str, str | int | float | None]


class _Collection(msgspec.Struct, frozen=True):
    features: list[_Feature]


PlaceName = Annotated[str, Meta(min_length=1, max_length=200)]


class Called(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a place is called in the languages of the desk, where that is known."""

    en: PlaceName | None = None
    fa: PlaceName | None = None
    ur: PlaceName | None = None

    def all(self) -> tuple[str, ...]:
        """Return the names there are."""
        return tuple(name for name in (self.en, self.fa, self.ur) if name)


class _Called(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["sarhad-placenames/v1"]
    names: dict[PlaceName, Called]


def read_placenames(folder: Path, region: Region) -> dict[str, Called]:
    """Return what places are called, by their local names; empty without such a layer.  Raises RegionError."""
    layer = next((one for one in region.layers if one.kind == "names"), None)
    return {} if layer is None else dict(read_json(folder / layer.file, _Called).names)


def read_places(folder: Path) -> PlaceIndex | None:
    """Index the places of a region package; None when it has no such layer.  Raises RegionError."""
    region = read_region(folder)
    layer = next((one for one in region.layers if one.id == LAYER), None)
    if layer is None:
        return None
    return PlaceIndex(_named(read_json(folder / layer.file, _Collection), read_placenames(folder, region)))


def _named(collection: _Collection, called: dict[str, Called]) -> Iterator[tuple[PlaceView, tuple[str, ...]]]:
    """Yield the places that have a name, in 1e-7 degrees."""
    for feature in collection.features:
        said = feature.properties
        name = said.get("name")
        if not isinstance(name, str) or not name:
            continue
        lon, lat = (round(degrees * 10_000_000) for degrees in feature.geometry.coordinates)
        view = PlaceView(
            name=name,
            place_class=str(said.get("class") or ""),
            country=str(said.get("country") or ""),
            lat=lat,
            lon=lon,
        )
        others = tuple(str(said[key]) for key in FURTHER_NAMES if said.get(key))
        yield view, (*others, *called.get(name, Called()).all())
