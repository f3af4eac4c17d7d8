"""The land of a region: its places, its roads, and the ways between points of it, found once and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np

from sarhad.gateways.geo.manifest import Region, RegionError, read_region
from sarhad.gateways.geo.places import read_placenames, read_places
from sarhad.picture.places import PlaceIndex
from sarhad.response import graph as roads
from sarhad.response.geometry import Integers
from sarhad.response.reach import FAR, VEHICLE, Points, Profile, engine_of, place
from sarhad.response.reach.roads import Ends
from sarhad.response.siting.instances import haversine
from sarhad.response.siting.kernels import Floats
from sarhad.wire.values import Names, Place

GATE_M = 5_000
"""A road over the line no further than this from a crossing is that crossing's."""
KEPT = 16
"""So many tables of ways are kept; the one asked for longest ago goes first."""
CLASSES = {"towns": ("city", "town"), "villages": ("village",)}


@dataclass(frozen=True, slots=True)
class Spot:
    """A named position in 1e-7 degrees, the party whose land it is, what it is, and its record if it has one."""

    name: str
    lat: int
    lon: int
    party: str
    what: str
    ref: str = ""

    @property
    def key(self) -> str:
        """A name that no other spot has: what decides between equal choices, whatever the order of the files."""
        return f"{self.party}/{self.what}/{self.name}/{self.lat}/{self.lon}/{self.ref}"

    @property
    def mark(self) -> str:
        """A short name for an address: the position in 1e-4 degrees."""
        return f"{self.lat // 1000}x{self.lon // 1000}"


class Land:
    """One region package: what of it no record changes."""

    def __init__(self, folder: Path, graph: Callable[[], roads.RoadGraph] | None = None) -> None:
        """Read the manifest and the places in ``folder``; ``graph`` gives its roads where they are read already.

        Raises RegionError.
        """
        self.folder = folder
        self.region: Region = read_region(folder)
        self.places: tuple[Spot, ...] = _places(folder, self.region)
        self._called = read_placenames(folder, self.region)
        self._graph = graph
        self._kept: dict[tuple[object, ...], Integers] = {}  # written by _cost

    @cached_property
    def graph(self) -> roads.RoadGraph:
        """The region's road graph."""
        return roads.load(self.folder) if self._graph is None else self._graph()

    @cached_property
    def index(self) -> PlaceIndex:
        """The region's places by the sound of their names."""
        return read_places(self.folder) or PlaceIndex(())

    def names_of(self, spot: Spot) -> Names:
        """Return what a place is called: in each language as the region says, else by its local name."""
        local = spot.name or "?"
        held = self._called.get(spot.name)
        if held is None:
            return Names(en=local)
        return Names(en=held.en or local, fa=held.fa or local, ur=held.ur or local)

    def party_of(self, party: str, country: str) -> str:
        """Return the region's party for a party of a node: the same, else the one of its country, else ""."""
        banks = self.region.banks.values()
        if any(info.party == party for info in banks):
            return party
        return next((info.party for info in banks if info.country == country), "")

    def side_at(self, lat: Sequence[int], lon: Sequence[int]) -> list[str]:
        """Return the party on whose side of the line each point lies."""
        banks = self.graph.banks(np.array(lat, np.int64), np.array(lon, np.int64))
        return [self.graph.parties[bank] for bank in banks.tolist()]

    def points(self, spots: Sequence[Spot], profile: Profile = VEHICLE) -> Points:
        """Lead spots to the roads of their side of the line."""
        return place(self.graph, profile, [spot.lat for spot in spots], [spot.lon for spot in spots])

    def seconds(
        self, sources: Sequence[Spot], targets: Sequence[Spot], speed_kmh: Floats, profile: Profile = VEHICLE
    ) -> Floats:
        """Return travel seconds by road, sources × targets, at each source's speed; infinite where there is no way.

        Nothing goes over the line.
        """
        key = ("spots", profile, tuple(sources), tuple(targets))
        if key not in self._kept:
            leave, reach = self.points(sources, profile).leave, self.points(targets, profile).reach
            self._keep(key, leave, reach, profile)
        return in_seconds(self._kept[key], speed_kmh)

    def to_gates(self, sources: Sequence[Spot], gates: Ends, speed_kmh: Floats, profile: Profile = VEHICLE) -> Floats:
        """Return travel seconds from spots to gates."""
        key = ("to gates", profile, tuple(sources), gates.node.tobytes(), gates.cost.tobytes())
        if key not in self._kept:
            self._keep(key, self.points(sources, profile).leave, gates, profile)
        return in_seconds(self._kept[key], speed_kmh)

    def from_gates(self, gates: Ends, targets: Sequence[Spot], speed_kmh: Floats, profile: Profile = VEHICLE) -> Floats:
        """Return travel seconds from gates to spots, all at one speed each."""
        key = ("from gates", profile, tuple(targets), gates.node.tobytes(), gates.cost.tobytes())
        if key not in self._kept:
            self._keep(key, gates, self.points(targets, profile).reach, profile)
        return in_seconds(self._kept[key], speed_kmh)

    def everywhere(self, sources: Ends, speed_kmh: Floats) -> Floats:
        """Return travel seconds from points of the network to each of its nodes."""
        nodes = Ends.at(np.arange(self.graph.nodes, dtype=np.int64))
        return in_seconds(engine_of(self.graph, VEHICLE).matrix(sources, nodes), speed_kmh)

    def _keep(self, key: tuple[object, ...], sources: Ends, targets: Ends, profile: Profile) -> None:
        while len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = engine_of(self.graph, profile).matrix(sources, targets)

    def gates(self, crossings: Sequence[Place]) -> dict[str, Ends]:
        """Return, by party, the road ends at each crossing on that party's bank: up to two, for two carriageways.

        Of the roads over the line those within GATE_M count, whose end hangs on that bank's network.
        """
        graph, over = self.graph, np.nonzero(self.graph.over_line)[0]
        whole = graph.connected & ~graph.over_line
        good = np.zeros(graph.nodes, bool)
        good[graph.tail[whole]] = good[graph.head[whole]] = True
        found: dict[str, list[list[int]]] = {party: [] for party in graph.parties}
        for crossing in crossings:
            at = np.array([crossing.lon / 1e7]), np.array([crossing.lat / 1e7])
            for bank, party in enumerate(graph.parties):
                nodes = np.unique(np.concatenate([graph.tail[over], graph.head[over]]))
                nodes = nodes[(graph.bank[nodes] == bank) & good[nodes]]
                away = haversine(*at, graph.lon[nodes] / 1e7, graph.lat[nodes] / 1e7)[0]
                near = np.argsort(away, kind="stable")[:2]
                found[party].append([int(nodes[i]) for i in near if away[i] <= GATE_M])
        return {party: _ends(nodes) for party, nodes in found.items()}


def in_seconds(cost: Integers, speed_kmh: Floats) -> Floats:
    """Return good-road decimetres as seconds, rows at each one's speed; infinite where there is no way."""
    good: Floats = np.where(cost >= FAR, np.inf, cost / 10.0)
    return good * 3.6 / speed_kmh[:, None]


def _ends(gates: Sequence[Sequence[int]]) -> Ends:
    node = np.array([[*gate, 0, 0][:2] for gate in gates], np.int64).reshape(-1, 2)
    cost = np.array([[0] * len(gate) + [int(FAR)] * (2 - len(gate)) for gate in gates], np.int64).reshape(-1, 2)
    return Ends(node, cost)


def _places(folder: Path, region: Region) -> tuple[Spot, ...]:
    party = {info.iso3: info.party for info in region.banks.values()}
    layer = next((layer for layer in region.layers if layer.id == "places"), None)
    if layer is None:
        raise RegionError("there is no layer of places", where="region.json", do="Add one of kind points, id places")
    features = msgspec.json.decode((folder / layer.file).read_bytes())["features"]
    found = (
        Spot(
            str(feature["properties"].get("name", "")),
            round(feature["geometry"]["coordinates"][1] * 1e7),
            round(feature["geometry"]["coordinates"][0] * 1e7),
            party[feature["properties"]["country"]],
            str(feature["properties"].get("class", "")),
        )
        for feature in features
        if feature["properties"].get("country") in party
    )
    return tuple(sorted(found, key=astuple))
