"""The region's places: the layer ``places``, GeoJSON points with ``name`` (and ``name_en``, ``name_fa``, …)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from sarhad.gateways.geo.manifest import read_json, read_region
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


def read_places(folder: Path) -> PlaceIndex | None:
    """Index the places of a region package; None when it has no such layer.  Raises RegionError."""
    layer = next((one for one in read_region(folder).layers if one.id == LAYER), None)
    return None if layer is None else PlaceIndex(_named(read_json(folder / layer.file, _Collection)))


def _named(collection: _Collection) -> Iterator[tuple[PlaceView, tuple[str, ...]]]:
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
        yield view, tuple(str(said[key]) for key in FURTHER_NAMES if said.get(key))
