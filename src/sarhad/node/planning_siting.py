"""Siting, simulation and dividend from a region package: what it holds becomes arrays, the answer tables and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sarhad.gateways.geo.ground import Ground, read_grounds, read_terms
from sarhad.gateways.geo.manifest import Region, RegionError, read_region
from sarhad.gateways.tables import drafts_from_hand, drafts_from_ucdp
from sarhad.response import graph as roads
from sarhad.response.reach.profile import VEHICLE, edge_costs
from sarhad.response.reach.roads import FAR, Ends, Oracle, arcs_of
from sarhad.response.simulation import Force
from sarhad.response.siting.answer import SitingError
from sarhad.response.siting.demand import Demand, Event, demand
from sarhad.response.siting.instances import haversine
from sarhad.response.siting.kernels import Floats
from sarhad.wire.kinds import Crossing, Post, Unit

RESPONDERS = ("patrol", "reaction", "medical", "aviation")
"""Kinds of unit that answer an attack; the others are asked for by name."""

UNIT_SPEED_KMH = 60
"""Speed on a good road of a unit that does not stand anywhere yet."""

GATE_M = 5_000
"""A road over the line no further than this from a crossing is that crossing's."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A named position in degrees, the party whose land it is, and what it is."""

    name: str
    lat: float
    lon: float
    party: str
    what: str


@dataclass(frozen=True)
class Setting:
    """A region package read for planning."""

    folder: Path
    region: Region
    grounds: Mapping[str, Ground]
    spots: tuple[Spot, ...]
    demand: Demand
    events: tuple[Event, ...]

    @cached_property
    def graph(self) -> roads.RoadGraph:
        """The region's road graph."""
        return roads.load(self.folder)

    @cached_property
    def engine(self) -> Oracle:
        """Shortest ways on each side's own roads; nothing goes over the line."""
        return Oracle(arcs_of(self.graph, VEHICLE))

    @cached_property
    def wanted(self) -> tuple[tuple[Spot, ...], Floats]:
        """The places that have demand, and its weight."""
        weight = self.demand.weight
        at = np.nonzero(weight > 0)[0]
        return tuple(self.spots[int(i)] for i in at), weight[at]

    def ends(self, spots: Sequence[Spot]) -> Ends:
        """Lead each spot to the two ends of its nearest road, the way there included."""
        lat = np.array([round(spot.lat * 1e7) for spot in spots], np.int64)
        lon = np.array([round(spot.lon * 1e7) for spot in spots], np.int64)
        found, cost = self.graph.snap(lat, lon), edge_costs(self.graph, VEHICLE)
        whole, length = cost[found.edge], np.maximum(self.graph.length_dm[found.edge], 1)
        off = np.minimum(found.away_dm * 100 / VEHICLE.off_road_share, 2.0**59).astype(np.int64)
        far = (whole <= 0) | (found.away_dm > VEHICLE.off_road_m * 10)
        along = whole * found.along_dm // length
        both = np.stack([off + along, off + whole - along], 1)
        both[far] = FAR
        return Ends(np.stack([self.graph.tail[found.edge], self.graph.head[found.edge]], 1), both)

    def seconds(self, sources: Ends, targets: Ends, speed_kmh: Floats) -> Floats:
        """Return travel seconds, sources × targets, at each source's speed; infinite where there is no way."""
        cost = self.engine.matrix(sources, targets)
        good: Floats = np.where(cost >= FAR, np.inf, cost / 10.0)
        return good * 3.6 / speed_kmh[:, None]

    def gates(self, crossings: Sequence[Crossing]) -> dict[str, Ends]:
        """Return, by party, the road ends at each crossing on that party's bank: up to two, for two carriageways.

        Of the roads over the line those within GATE_M count, whose end hangs on that bank's network.
        """
        graph, over = self.graph, np.nonzero(self.graph.over_line)[0]
        whole = graph.connected & ~graph.over_line
        good = np.zeros(graph.nodes, bool)
        good[graph.tail[whole]] = good[graph.head[whole]] = True
        found: dict[str, list[list[int]]] = {party: [] for party in graph.parties}
        for crossing in crossings:
            at = np.array([crossing.place.lon / 1e7]), np.array([crossing.place.lat / 1e7])
            for bank, party in enumerate(graph.parties):
                nodes = np.unique(np.concatenate([graph.tail[over], graph.head[over]]))
                nodes = nodes[(graph.bank[nodes] == bank) & good[nodes]]
                away = haversine(*at, graph.lon[nodes] / 1e7, graph.lat[nodes] / 1e7)[0]
                near = np.argsort(away, kind="stable")[:2]
                found[party].append([int(nodes[i]) for i in near if away[i] <= GATE_M])
        return {party: _ends(nodes) for party, nodes in found.items()}


def _ends(gates: Sequence[Sequence[int]]) -> Ends:
    node = np.array([[*gate, 0, 0][:2] for gate in gates], np.int64).reshape(-1, 2)
    cost = np.array([[0] * len(gate) + [int(FAR)] * (2 - len(gate)) for gate in gates], np.int64).reshape(-1, 2)
    return Ends(node, cost)


def read_setting(
    folder: Path, *, weights: Mapping[str, float], spread_provinces: bool, tables: Sequence[str] = ()
) -> Setting:
    """Read the region package; raise RegionError, TableError, or SitingError for a table that it does not have.

    The tables differ in kind and are never counted together: of the ``tables`` named
    (all of them by default), each counts for the same in all unless ``weights`` says
    otherwise (``source:<table>``).
    """
    region = read_region(folder)
    spots, events = _places(folder, region), _events(folder, region)
    there = sorted({event.source for event in events})
    for table in sorted(set(tables) - set(there)):
        raise SitingError(f"the region has no table of incidents {table!r}", where="--table", do=f"Name one of {there}")
    events = tuple(event for event in events if not tables or event.source in tables)
    lat, lon = np.array([spot.lat for spot in spots]), np.array([spot.lon for spot in spots])
    side = np.array([spot.party for spot in spots])
    said = dict(weights)
    first = demand(events, lat, lon, side, spread_provinces=spread_provinces)
    used = [events[i].source for i in first.used]
    for table in sorted(set(used)):
        said.setdefault(f"source:{table}", len(used) / len(set(used)) / used.count(table))
    spread = demand(events, lat, lon, side, weights=said, spread_provinces=spread_provinces)
    return Setting(folder, region, read_grounds(folder, region), spots, spread, events)


def _places(folder: Path, region: Region) -> tuple[Spot, ...]:
    party = {info.iso3: info.party for info in region.banks.values()}
    layer = next((layer for layer in region.layers if layer.id == "places"), None)
    if layer is None:
        raise RegionError("there is no layer of places", where="region.json", do="Add one of kind points, id places")
    features = msgspec.json.decode((folder / layer.file).read_bytes())["features"]
    found = (
        Spot(
            str(feature["properties"].get("name", "")),
            feature["geometry"]["coordinates"][1],
            feature["geometry"]["coordinates"][0],
            party[feature["properties"]["country"]],
            str(feature["properties"].get("class", "")),
        )
        for feature in features
        if feature["properties"].get("country") in party
    )
    return tuple(sorted(found, key=astuple))


def _events(folder: Path, region: Region) -> tuple[Event, ...]:
    party = {info.country: info.party for info in region.banks.values()}
    found = []
    for table in region.tables:
        if table.kind == "reports":
            continue
        read = drafts_from_ucdp if table.kind == "ucdp-ged" else drafts_from_hand
        for draft in read(folder / table.file, country=table.country).accepted:
            place, when = draft.incident.place, draft.incident.when
            year = datetime.fromtimestamp(when.start / 1e6, UTC).year
            side = party.get(draft.country or table.country, "")
            event = (place.lat / 1e7, place.lon / 1e7, place.precision, year, side, draft.incident.category, table.id)
            found.append(Event(*event, when.start / 1e6, when.end / 1e6))
    return tuple(sorted(found, key=astuple))


@dataclass(frozen=True, slots=True)
class Fielded:
    """The force of a region with the names of what its arrays hold."""

    force: Force
    units: tuple[Unit, ...]
    parties: tuple[str, ...]
    homes: tuple[Spot, ...]
    crossings: tuple[Crossing, ...]
    willing: NDArray[np.bool_]


def field_force(setting: Setting, kinds: Sequence[str] = RESPONDERS) -> Fielded:
    """Return the units of these kinds, with their times to every place that has demand."""
    stands = [
        (unit, party, Spot(unit.code, home.lat / 1e7, home.lon / 1e7, party, unit.unit_kind))
        for party, ground in sorted(setting.grounds.items())
        for unit in sorted(ground.of(Unit), key=lambda unit: unit.code)
        if unit.unit_kind in kinds and (home := ground.home_of(unit.code)) is not None
    ]
    if not stands:
        raise RegionError(f"no unit of kind {', '.join(kinds)} has a home", where="ground")
    units, parties, homes = zip(*stands, strict=True)
    crossings, permitted = _rules(setting, units, parties)
    places, _ = setting.wanted
    speed = np.array([float(unit.speed_kmh) for unit in units])
    notice = np.array([float(unit.notice_to_move_s) for unit in units])
    there, targets, gates = setting.ends(homes), setting.ends(places), setting.gates(crossings)
    foreign = np.array([[spot.party != party for spot in places] for party in parties])
    direct = np.where(foreign, np.inf, setting.seconds(there, targets, speed))
    before, after = _by_gates(setting, parties, there, targets, gates, speed)
    for number, unit in enumerate(units):
        if unit.unit_kind == "aviation":
            direct[number] = np.where(foreign[number], np.inf, _flight_s(homes[number], places, speed[number]))
    hours = np.array([[float(c.opens_s), float(c.closes_s)] for c in crossings]).reshape(-1, 2)
    force = Force(
        direct + notice[:, None], before + notice[:, None], after, permitted, hours, np.zeros((len(units), 2)), foreign
    )
    willing = np.array([unit.crosses_line for unit in units])
    return Fielded(force, units, parties, homes, crossings, willing)


def _by_gates(
    setting: Setting, parties: Sequence[str], there: Ends, targets: Ends, gates: Mapping[str, Ends], speed: Floats
) -> tuple[Floats, Floats]:
    """Return seconds to each gate on the unit's own side, and from each gate on the other side to each place."""
    crossings = len(next(iter(gates.values())))
    before = np.full((len(parties), crossings), np.inf)
    after = np.full((len(parties), crossings, len(targets)), np.inf)
    for party, nodes in gates.items():
        mine = np.array([number for number, whose in enumerate(parties) if whose == party], np.int64)
        other = next(name for name in gates if name != party)
        before[mine] = setting.seconds(Ends(there.node[mine], there.cost[mine]), nodes, speed[mine])
        beyond = setting.seconds(gates[other], targets, np.ones(crossings))
        after[mine] = beyond[None] / speed[mine][:, None, None]
    return before, after


def _rules(
    setting: Setting, units: Sequence[Unit], parties: Sequence[str]
) -> tuple[tuple[Crossing, ...], NDArray[np.bool_]]:
    """Return the crossings that the terms name, and which unit may pass where."""
    if setting.region.terms is None:
        return (), np.zeros((len(units), 0), bool)
    rules = read_terms(setting.folder / setting.region.terms.file).crossing_rules
    crossings, columns = [], []
    for rule in rules:
        party, _, code = rule.crossing.partition("/crossing/")
        kept = next(c for c in setting.grounds[party].of(Crossing) if c.code == code)
        shut = any(c.status == "closed" for g in setting.grounds.values() for c in g.of(Crossing) if c.code == code)
        crossings.append(kept)
        columns.append(
            [
                unit.crosses_line
                and not shut
                and whose in rule.parties
                and (not rule.units or unit.unit_kind in rule.units)
                for unit, whose in zip(units, parties, strict=True)
            ]
        )
    return tuple(crossings), np.array(columns, bool).reshape(len(crossings), len(units)).T


def _flight_s(home: Spot, places: Sequence[Spot], speed_kmh: float) -> Floats:
    lon, lat = np.array([spot.lon for spot in places]), np.array([spot.lat for spot in places])
    metres = haversine(np.array([home.lon]), np.array([home.lat]), lon, lat, 6_371_008.8)[0]
    seconds: Floats = metres * 3.6 / speed_kmh
    return seconds


def candidates(setting: Setting, wanted: Sequence[str]) -> tuple[Spot, ...]:
    """Return where units could stand: ``posts``, ``crossings``, ``towns`` (cities and towns), ``villages``."""
    found: list[Spot] = []
    for party, ground in sorted(setting.grounds.items()):
        for word, kind in (("posts", Post), ("crossings", Crossing)):
            if word in wanted:
                items: tuple[Any, ...] = ground.of(kind)
                found += [Spot(i.names.en, i.place.lat / 1e7, i.place.lon / 1e7, party, word[:-1]) for i in items]
    classes = {"towns": ("city", "town"), "villages": ("village",)}
    chosen = {name for word in wanted for name in classes.get(word, ())}
    return (*sorted(found, key=astuple), *(spot for spot in setting.spots if spot.what in chosen))
