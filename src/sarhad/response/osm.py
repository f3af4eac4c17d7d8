"""Roads from an OpenStreetMap extract (.osm.pbf): what the region package's road tables hold, from the map itself.

Tags are read as the OpenStreetMap wiki gives them (Key:highway, Key:oneway, Key:access).
Ways are cut where they meet; what is between is one edge with its shape.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sarhad.response.errors import PlanError
from sarhad.response.geometry import great_circle_m
from sarhad.response.graph import CLASSES, EAST, FORMAT, SPACING_M, RoadGraph, complete

MAX_BYTES = 2_000_000_000
"""A larger extract is refused: cut it to the region first."""
ROADS = {
    **{name: name for name in ("motorway", "trunk", "primary", "secondary", "tertiary", "service", "track")},
    **{f"{name}_link": name for name in ("motorway", "trunk", "primary", "secondary", "tertiary")},
    **dict.fromkeys(("unclassified", "residential", "living_street", "road"), "minor"),
}
"""Values of ``highway`` that vehicles take, and the class that each is."""
MARGIN = 100_000_000
"""Where an extract has no line, it is drawn so far to the west of it (1e-7 degrees): all lies on the east bank."""


@dataclass(slots=True)
class _Way:
    """One way as it stands in the extract: node numbers, positions (lat, lon), class, direction, ford."""

    nodes: list[int]
    at: list[tuple[int, int]]
    road: str
    oneway: bool
    ford: bool


@dataclass(slots=True)
class _Made:
    """Nodes and edges as they are put together; owned by ``read_extract``."""

    number: dict[int, int] = field(default_factory=dict)
    at: list[tuple[int, int]] = field(default_factory=list)
    edges: list[tuple[int, int, int, int, bool, bool]] = field(default_factory=list)
    spots: list[NDArray[np.int64]] = field(default_factory=list)

    def node(self, name: int, at: tuple[int, int]) -> int:
        """Return the node's place in the arrays."""
        found = self.number.get(name)
        if found is None:
            found = self.number[name] = len(self.at)
            self.at.append(at)
        return found

    def edge(self, way: _Way, first: int, last: int) -> None:
        """Add the part of a way between two of its nodes."""
        shape = np.array(way.at[first : last + 1], np.int64)
        steps = great_circle_m(shape[:-1, 0], shape[:-1, 1], shape[1:, 0], shape[1:, 1]) * 10
        length = max(1, round(float(steps.sum())))
        tail, head = self.node(way.nodes[first], way.at[first]), self.node(way.nodes[last], way.at[last])
        run = np.concatenate([[0.0], np.cumsum(steps)])
        share = np.linspace(0.0, 1.0, 2 + int(length / 10 / SPACING_M))
        where = [np.interp(share * run[-1], run, shape[:, axis]) for axis in (0, 1)]
        columns = (np.full(share.size, len(self.edges)), share * length, *where)
        self.spots.append(np.stack([np.round(one).astype(np.int64) for one in columns], axis=1))
        self.edges.append((tail, head, length, CLASSES.index(way.road), way.oneway, way.ford))


def read_extract(path: Path) -> dict[str, NDArray[Any]]:
    """Return lat and lon of the nodes and the edges' arrays (see RoadGraph); raise PlanError where it is no extract."""
    ways = _ways(path)
    uses = Counter(node for way in ways for node in way.nodes)
    made = _Made()
    for way in ways:
        cuts = [i for i, node in enumerate(way.nodes) if i in (0, len(way.nodes) - 1) or uses[node] > 1]
        for first, last in pairwise(cuts):
            made.edge(way, first, last)
    if not made.edges:
        raise PlanError("plan-no-extract", f"{path.name} holds no road that vehicles take", file=path.name)
    tail, head, length_dm, road_class, oneway, ford = (np.array(one) for one in zip(*made.edges, strict=True))
    lat, lon = np.array(made.at, np.int64).T
    return {
        "lat": lat,
        "lon": lon,
        "tail": tail,
        "head": head,
        "length_dm": length_dm,
        "road_class": road_class,
        "oneway": oneway,
        "ford": ford,
        "spots": np.concatenate(made.spots),
    }


def graph_of_extract(path: Path, party: str) -> RoadGraph:
    """Return the roads of an extract alone, all of it one party's land: no line, no crossing."""
    made = read_extract(path)
    lat, lon = made.pop("lat"), made.pop("lon")
    south, west, north, east = lat.min(), lon.min(), lat.max(), lon.max()
    corners = [(south, west), (south, east), (north, east), (north, west)]
    return RoadGraph(
        digest=hashlib.sha256(f"extract {FORMAT} ".encode() + path.read_bytes()).hexdigest(),
        parties=("", party),
        line=np.array([(900_000_000, west - MARGIN), (-900_000_000, west - MARGIN)]),
        land_from=np.array(corners),
        land_to=np.roll(np.array(corners), -1, axis=0),
        bounds=np.array([south, west, north, east]),
        **dict[str, Any](complete(lat, lon, np.full(lat.size, EAST), made)),
    )


def _ways(path: Path) -> list[_Way]:
    try:
        import osmium  # noqa: PLC0415  (an extra: only who reads extracts needs it)
    except ImportError as error:
        raise PlanError(
            "plan-no-extract",
            "an OpenStreetMap extract is read with osmium, which is not installed",
            do="pip install 'sarhad[roads]'",
            file=path.name,
        ) from error
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise PlanError("plan-no-extract", f"{path.name} is no file of at most {MAX_BYTES} bytes", file=path.name)
    found: list[_Way] = []
    try:
        reader = osmium.FileProcessor(str(path)).with_locations().with_filter(osmium.filter.KeyFilter("highway"))
        for item in reader:
            if isinstance(item, osmium.osm.Way) and (read := _way(item)) is not None:
                found.append(read)
    except RuntimeError as error:  # what osmium raises for a file that it cannot read
        raise PlanError("plan-no-extract", f"{path.name} is no extract: {error}", file=path.name) from error
    return found


def _way(way: Any) -> _Way | None:
    """Read one way; None where no vehicle takes it, or the extract's edge left nothing of it."""
    tags = way.tags
    road = ROADS.get(tags.get("highway", ""))
    access = next((tags[key] for key in ("motor_vehicle", "vehicle", "access") if key in tags), "yes")
    if road is None or access == "no" or tags.get("area") == "yes":
        return None
    inside = [node for node in way.nodes if node.location.valid()]
    nodes = [node.ref for node in inside]
    at = [(round(node.location.lat * 1e7), round(node.location.lon * 1e7)) for node in inside]
    if len(nodes) < 2:
        return None
    direction = tags.get("oneway", "")
    implied = road == "motorway" or tags.get("junction") in ("roundabout", "circular")
    oneway = direction in ("yes", "true", "1", "-1", "reverse") or (implied and direction not in ("no", "false", "0"))
    if direction in ("-1", "reverse"):
        nodes, at = nodes[::-1], at[::-1]
    return _Way(nodes, at, road, oneway, tags.get("ford", "no") not in ("no", ""))
