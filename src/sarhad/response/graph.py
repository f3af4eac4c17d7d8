"""The region's road graph in arrays: who reads the package's files, and how a point finds its road.

A region package (examples/*/README.md) gives nodes, edges with class and length, the
border line, land and bounds.  Reading takes some seconds and is kept as an ``.npz``,
named by the hash of the files that it was made from.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from sarhad.response.errors import PlanError
from sarhad.response.geometry import EARTH_M, Floats, Integers, inside, on_sphere, west_of
from sarhad.response.ordering import least_degree

CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "minor", "service", "track")
TRACK = CLASSES.index("track")
FORMAT = 4
"""Changes whenever the arrays change their meaning, so that no older cache is read."""
SPACING_M = 200.0
"""A road is known at points at most so far apart; a point is led to the nearest of them."""
WHOLE = 200
"""A piece of the graph with fewer nodes than this hangs on nothing: no unit is led onto it."""
WEST, EAST = 0, 1


@dataclass(frozen=True)
class RoadGraph:
    """Nodes (``lat``, ``lon`` in 1e-7 degrees, ``bank`` WEST or EAST) and edges.

    An edge goes from ``tail`` to ``head``, ``length_dm`` decimetres, of a class of CLASSES,
    both ways unless ``oneway``; ``over_line`` where its ends are on different banks; ``ford``.
    ``connected``: the edge hangs on the road network of its bank.  ``spots`` are points along the
    edges: edge, decimetres from the tail, lat, lon.  ``rank``: see ordering.  ``parties`` are those
    of the west and the east bank.
    """

    digest: str
    lat: Integers
    lon: Integers
    bank: Integers
    tail: Integers
    head: Integers
    length_dm: Integers
    road_class: Integers
    oneway: NDArray[np.bool_]
    ford: NDArray[np.bool_]
    over_line: NDArray[np.bool_]
    connected: NDArray[np.bool_]
    rank: Integers
    spots: Integers
    line: Integers
    land_from: Integers
    land_to: Integers
    bounds: Integers
    parties: tuple[str, str]
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """Searches prepared for a profile; written by reach, a value a key, idempotently."""

    @property
    def nodes(self) -> int:
        """Count of nodes."""
        return int(self.lat.size)

    @cached_property
    def _trees(self) -> tuple[tuple[cKDTree, Integers], ...]:
        """For each bank: the nearest-point search over spots of connected edges, and their rows in ``spots``."""
        edge = self.spots[:, 0]
        good = self.connected[edge] & ~self.over_line[edge]
        found = []
        for bank in (WEST, EAST):
            rows = np.nonzero(good & (self.bank[self.tail[edge]] == bank))[0]
            at = on_sphere(self.spots[rows, 2], self.spots[rows, 3]) if rows.size else np.full((1, 3), 9.0)
            found.append((cKDTree(at), rows))
        return tuple(found)

    @cached_property
    def spots_over(self) -> Integers:
        """Those of ``spots`` that lie on connected edges over the line."""
        edge = self.spots[:, 0]
        return self.spots[self.over_line[edge] & self.connected[edge]]

    def banks(self, lat: Integers, lon: Integers) -> Integers:
        """Return the bank of each point: which side of the line it lies on."""
        return np.where(west_of(lat, lon, self.line), WEST, EAST)

    def snap(self, lat: Integers, lon: Integers) -> Snapped:
        """Lead each point to the nearest connected road of its own bank (never over the line)."""
        bank = self.banks(lat, lon)
        row, away = np.zeros(lat.size, np.int64), np.full(lat.size, np.inf)
        at = on_sphere(lat, lon)
        for which, (tree, rows) in enumerate(self._trees):
            mine = np.nonzero(bank == which)[0]
            if mine.size and rows.size:
                chord, nearest = tree.query(at[mine])
                away[mine] = 2 * EARTH_M * np.arcsin(np.minimum(chord / 2, 1.0))
                row[mine] = rows[nearest]
        south, west, north, east = self.bounds
        within = (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)
        on_land = inside(lat, lon, self.land_from, self.land_to) if self.land_from.size else np.ones(lat.size, bool)
        return Snapped(self.spots[row, 0], self.spots[row, 1], np.ceil(away * 10), bank, within, on_land)


@dataclass(frozen=True, slots=True)
class Snapped:
    """Points on roads: the edge, decimetres from its tail, decimetres from the point to it (inf: no road at all).

    ``within`` the region's bounds; ``on_land`` (a road nearby counts too, coasts are drawn coarsely).
    """

    edge: Integers
    along_dm: Integers
    away_dm: Floats
    bank: Integers
    within: NDArray[np.bool_]
    on_land: NDArray[np.bool_]

    def part(self, which: slice) -> Snapped:
        """Return some of them."""
        along, away = self.along_dm[which], self.away_dm[which]
        return Snapped(self.edge[which], along, away, self.bank[which], self.within[which], self.on_land[which])


class _Layer(msgspec.Struct, frozen=True):
    kind: str
    file: str
    id: str = ""


class _Region(msgspec.Struct, frozen=True):
    bounds: dict[str, int]
    banks: dict[str, dict[str, str]]
    layers: tuple[_Layer, ...]

    def file(self, folder: Path, kind: str, id_: str = "") -> Path:
        """Return the file of the layer of this kind."""
        for layer in self.layers:
            if layer.kind == kind and id_ in ("", layer.id):
                return folder / layer.file
        raise PlanError("plan-no-layer", "the region has no layer of the kind that reach needs", layer=kind)


def default_cache() -> Path:
    """Return the user's cache folder (XDG base directories)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sarhad"


def load(region: Path, cache: Path | None = None) -> RoadGraph:
    """Return the region package's road graph, from the cache where it holds this very one.

    Raises PlanError when a file is missing or is not what the package format says.
    """
    try:
        manifest = msgspec.json.decode((region / "region.json").read_bytes(), type=_Region)
        extract = any(layer.kind == "road-extract" for layer in manifest.layers)
        tables = ("road-extract",) if extract else ("road-nodes", "road-edges")
        roads = [manifest.file(region, kind) for kind in tables]
        raw = [path.read_bytes() for path in (*roads, manifest.file(region, "line"))]
        raw.append(manifest.file(region, "polygons", "land").read_bytes())
    except (OSError, msgspec.MsgspecError) as error:
        raise PlanError("plan-no-region", f"the region cannot be read: {error}", region=str(region)) from error
    mark = hashlib.sha256(repr((FORMAT, sorted(manifest.bounds.items()))).encode())
    for content in raw:
        mark.update(hashlib.sha256(content).digest())
    digest = mark.hexdigest()
    kept = (cache or default_cache()) / f"roads-{digest[:24]}.npz"
    arrays: dict[str, Any] | None = _kept(kept)
    if arrays is None:
        made = _extract(roads[0]) if extract else _tables(*raw[:2])
        arrays = _laid(made, raw[-2], raw[-1], manifest)
        _keep(kept, arrays)
    parties = (manifest.banks["west"]["party"], manifest.banks["east"]["party"])
    return RoadGraph(digest=digest, parties=parties, **arrays)


def _kept(path: Path) -> dict[str, Any] | None:
    try:
        with np.load(path, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (OSError, ValueError, EOFError):
        return None


def _keep(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Keep the arrays, whole or not at all; a cache that cannot be written is only slower."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}.tmp.npz")
        np.savez(fresh, **arrays)  # type: ignore[arg-type]  # numpy's stub takes its own keyword for an array's name
        fresh.replace(path)
    except OSError:
        return


def _extract(path: Path) -> dict[str, NDArray[Any]]:
    from sarhad.response.osm import read_extract  # noqa: PLC0415  (it makes graphs itself; few regions have one)

    return read_extract(path)


def _tables(nodes: bytes, edges: bytes) -> dict[str, NDArray[Any]]:
    table = np.loadtxt(io.BytesIO(gzip.decompress(nodes)), delimiter=",", skiprows=1)
    lat, lon = np.round(table[:, 2] * 1e7).astype(np.int64), np.round(table[:, 1] * 1e7).astype(np.int64)
    return {"lat": lat, "lon": lon} | _edges(edges)


def _laid(made: dict[str, NDArray[Any]], line: bytes, land: bytes, manifest: _Region) -> dict[str, NDArray[Any]]:
    """Return the whole graph's arrays: nodes and edges on the ground that the region's line and land give."""
    lat, lon = made["lat"], made["lon"]
    border = _vertices(line)[0]
    bank = np.where(west_of(lat, lon, border), WEST, EAST)
    rings = _vertices(land)
    bounds = [manifest.bounds[name] for name in ("south", "west", "north", "east")]
    return complete(lat, lon, bank, made) | {
        "line": border,
        "land_from": np.concatenate([ring[:-1] for ring in rings]),
        "land_to": np.concatenate([ring[1:] for ring in rings]),
        "bounds": np.array(bounds, np.int64),
    }


def complete(lat: Integers, lon: Integers, bank: Integers, made: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the arrays of nodes and edges with what follows: edges over the line, connected edges, rank."""
    tail, head = made["tail"], made["head"]
    over = bank[tail] != bank[head]
    each, joined = (_whole(lat.size, tail, head, made["oneway"], used) for used in (~over, np.ones_like(over)))
    connected = np.where(over, joined[tail] & joined[head], each[tail] & each[head])
    rank = least_degree(lat.size, tail[~over], head[~over])
    return made | {"lat": lat, "lon": lon, "bank": bank, "over_line": over, "connected": connected, "rank": rank}


def _whole(
    nodes: int, tail: Integers, head: Integers, oneway: NDArray[np.bool_], used: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which nodes belong to a large piece of the network, in which every node can be reached from every other."""
    back = used & ~oneway
    rows, columns = np.concatenate([tail[used], head[back]]), np.concatenate([head[used], tail[back]])
    links = sparse.csr_array((np.ones(rows.size, np.int8), (rows, columns)), shape=(nodes, nodes))
    _, label = sparse.csgraph.connected_components(links, connection="strong")
    size = np.bincount(label)
    large: NDArray[np.bool_] = size[label] >= min(WHOLE, size.max())
    return large


def _edges(raw: bytes) -> dict[str, NDArray[Any]]:
    """Read what can be driven: nothing under construction, nothing in a third country."""
    kept: list[tuple[int, int, int, int, bool, bool]] = []
    spots: list[NDArray[np.int64]] = []
    for row in csv.DictReader(io.TextIOWrapper(io.BytesIO(gzip.decompress(raw)), encoding="utf-8")):
        if row["construction"] == "1" or row["country"] == "AFG" or row["class"] not in CLASSES:
            continue
        length = max(1, round(float(row["length_km"]) * 10_000))
        spots.append(_spots(len(kept), length, row["coords"]))
        kept.append(
            (
                int(row["u"]),
                int(row["v"]),
                length,
                CLASSES.index(row["class"]),
                row["oneway"] == "1",
                row["structure"] == "ford",
            )
        )
    tail, head, length_dm, road_class, oneway, ford = (np.array(one) for one in zip(*kept, strict=True))
    return {
        "tail": tail,
        "head": head,
        "length_dm": length_dm,
        "road_class": road_class,
        "oneway": oneway,
        "ford": ford,
        "spots": np.concatenate(spots),
    }


def _spots(edge: int, length_dm: int, coords: str) -> NDArray[np.int64]:
    """Return points along an edge, both ends included: edge, decimetres from its tail, lat, lon."""
    shape = np.array([one.split(",") for one in coords.split()], float)
    step = np.hypot(np.diff(shape[:, 0]) * np.cos(np.radians(shape[0, 1])), np.diff(shape[:, 1]))
    run = np.concatenate([[0.0], np.cumsum(step)])
    share = np.linspace(0.0, 1.0, 2 + int(length_dm / 10 / SPACING_M))
    at = share * run[-1]
    lat, lon = np.interp(at, run, shape[:, 1]), np.interp(at, run, shape[:, 0])
    columns = (np.full(share.size, edge), share * length_dm, lat * 1e7, lon * 1e7)
    return np.stack([np.round(one).astype(np.int64) for one in columns], axis=1)


def _vertices(raw: bytes) -> list[Integers]:
    """Return every line or ring of a GeoJSON file as points × (lat, lon)."""
    found: list[Integers] = []

    def walk(item: Any) -> None:
        if item and isinstance(item[0][0], int | float):
            found.append(np.round(np.array(item, float)[:, 1::-1] * 1e7).astype(np.int64))
            return
        for part in item:
            walk(part)

    for feature in msgspec.json.decode(raw)["features"]:
        walk(feature["geometry"]["coordinates"])
    return found
