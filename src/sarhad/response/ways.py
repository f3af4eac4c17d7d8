"""The line of a proposed unit's way, when it nears the border, and whose announced area it enters.

The times of a proposal stand; here the way is drawn between them: along the roads that cost
least, over the crossings that the proposal names, each stretch at an even pace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from sarhad.response.geometry import EARTH_M, Floats, Integers, great_circle_m, inside, on_sphere
from sarhad.response.graph import RoadGraph
from sarhad.response.kept import NoticeState, WayLine
from sarhad.response.proposal import Chosen
from sarhad.response.reach.profile import VEHICLE, Profile, edge_costs
from sarhad.response.snapshot import CrossingState, Snapshot
from sarhad.wire.kinds import Clash, Window
from sarhad.wire.values import Place

STEP_M = 500
"""A way is drawn, and checked, at points about so far apart."""
LINE_STEP_M = 100
LEAST_AREA_M = 1_000
"""A notice that states a place and no radius is taken to mean so much around it."""
KEPT = 8
"""Networks over different crossings that are kept, some ten megabytes each."""
CROSSING_M = 1_500
"""A road over the line belongs to a crossing on the way when it comes so near to it."""


@dataclass(frozen=True, slots=True)
class Course:
    """Points (lat, lon) and the second after the snapshot at which each is passed."""

    lat: Integers
    lon: Integers
    at_s: Floats


class Roads:
    """One graph ready for drawing ways: made once, used for many.  One thread."""

    def __init__(self, graph: RoadGraph, profile: Profile = VEHICLE) -> None:
        """Prepare ``graph``; every unit is drawn on the roads of ``profile``."""
        self.graph = graph
        self._cost = edge_costs(graph, profile)
        order = np.argsort(graph.spots[:, 0], kind="stable")
        self._spots = graph.spots[order]
        self._first = np.searchsorted(self._spots[:, 0], np.arange(graph.tail.size + 1))
        # For the places of the crossings taken: edges and network; written by _open, the last used last.
        self._kept: dict[tuple[tuple[int, int], ...], tuple[Any, Any]] = {}
        self._line = cKDTree(on_sphere(*_dense(graph.line[:, 0], graph.line[:, 1], LINE_STEP_M)))

    def line_m(self, lat: Integers, lon: Integers) -> Floats:
        """Return each point's distance to the line, metres (right to some 50 m)."""
        chord, _ = self._line.query(on_sphere(lat, lon))
        return 2 * EARTH_M * np.arcsin(np.minimum(np.asarray(chord) / 2, 1.0))

    def course(self, snapshot: Snapshot, incident: Place, chosen: Chosen) -> Course | None:
        """Return a chosen unit's way to the incident; None where its position is not known or no road is found."""
        unit = next((one for one in snapshot.units if one.ref == chosen.unit), None)
        if unit is None or unit.place is None:
            return None
        named = {passing.crossing for passing in chosen.way.passings}
        over = [one for one in snapshot.crossings if one.ref in named]
        if chosen.way.how == "air":
            stops = [(unit.place.lat, unit.place.lon), *((c.place.lat, c.place.lon) for c in over)]
            lat, lon = np.array([*stops, (incident.lat, incident.lon)], np.int64).T
        else:
            found = self._by_road(unit.place, incident, over)
            if found is None:
                return None
            lat, lon = found
        lat, lon = _dense(lat, lon, STEP_M)
        return Course(lat, lon, self._times(chosen, lat, lon))

    def _times(self, chosen: Chosen, lat: Integers, lon: Integers) -> Floats:
        """Spread the proposal's times over the way: even between leaving, each crossing's far side, and arrival."""
        run = np.concatenate([[0.0], np.cumsum(great_circle_m(lat[:-1], lon[:-1], lat[1:], lon[1:]))])
        marks = [(0.0, float(chosen.way.notice_s))]
        turns = np.nonzero(np.diff(self.graph.banks(lat, lon)))[0]
        for at, passing in zip(turns, chosen.way.passings, strict=False):
            before = max(float(passing.behind_s - passing.wait_s), marks[-1][1])
            marks += [(float(run[at]), before), (float(run[at + 1]), max(float(passing.behind_s), before))]
        marks.append((float(run[-1]), max(float(chosen.way.arrival_s), marks[-1][1])))
        where, when = zip(*marks, strict=True)
        times: Floats = np.interp(run, where, when)
        return times

    # By road.

    def _by_road(self, start: Place, end: Place, over: list[CrossingState]) -> tuple[Integers, Integers] | None:
        graph = self.graph
        snapped = graph.snap(np.array([start.lat, end.lat]), np.array([start.lon, end.lon]))
        if not np.isfinite(snapped.away_dm).all():
            return None
        edge, along = snapped.edge, snapped.along_dm
        usable, base = self._open(over)
        links = self._links(base, edge, along)
        source, target = graph.nodes, graph.nodes + 1
        _, before = dijkstra(links, indices=source, return_predecessors=True)
        path = [target]
        while path[-1] != source:
            step = int(before[path[-1]])
            if step < 0:
                return None
            path.append(step)
        pieces = [self._piece(a, b, edge, along, usable) for a, b in zip(path[:0:-1], path[-2::-1], strict=True)]
        lat = np.concatenate([[start.lat], *(piece[:, 2] for piece in pieces), [end.lat]])
        lon = np.concatenate([[start.lon], *(piece[:, 3] for piece in pieces), [end.lon]])
        return lat.astype(np.int64), lon.astype(np.int64)

    def _open(self, over: list[CrossingState]) -> tuple[Any, Any]:
        """Return which edges are taken over these crossings, and the network of them; the last few are kept."""
        key = tuple(sorted((one.place.lat, one.place.lon) for one in over))
        found = self._kept.pop(key, None)
        if found is None:
            usable = (self._cost > 0) & (~self.graph.over_line | self._near(key))
            found = usable, self._network(usable)
        self._kept[key] = found
        for old in list(self._kept)[:-KEPT]:
            del self._kept[old]
        return found

    def _near(self, places: tuple[tuple[int, int], ...]) -> Any:
        """Tell which edges come near one of the places."""
        near = np.zeros(self.graph.tail.size, bool)
        for lat, lon in places:
            away = great_circle_m(self._spots[:, 2], self._spots[:, 3], lat, lon)
            near[self._spots[away <= CROSSING_M, 0]] = True
        return near

    def _network(self, usable: Any) -> Any:
        graph = self.graph
        there, back = np.nonzero(usable)[0], np.nonzero(usable & ~graph.oneway)[0]
        row = np.concatenate([graph.tail[there], graph.head[back]])
        column = np.concatenate([graph.head[there], graph.tail[back]])
        value = np.concatenate([self._cost[there], self._cost[back]]).astype(float)
        order = np.lexsort((value, column, row))
        row, column, value = row[order], column[order], value[order]
        first = np.ones(row.size, bool)
        first[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
        shape = (graph.nodes, graph.nodes)
        return sparse.csr_array((value[first], (row[first], column[first])), shape=shape)

    def _links(self, base: Any, edge: Integers, along: Integers) -> Any:
        """Return the network with one more node for each end, hung on its road."""
        graph, cost = self.graph, self._cost
        part = cost[edge] * along / np.maximum(graph.length_dm[edge], 1) + 1.0
        other = cost[edge] * (graph.length_dm[edge] - along) / np.maximum(graph.length_dm[edge], 1) + 1.0
        source, target = graph.nodes, graph.nodes + 1
        ends = [
            _least((int(graph.tail[e]), float(before)), (int(graph.head[e]), float(after)))
            for e, before, after in zip(edge, part, other, strict=True)
        ]
        if edge[0] == edge[1]:
            ends[0][target] = abs(float(part[0] - part[1])) + 1.0
        start, into = base.indptr.astype(np.int64), sorted(ends[1])
        places = start[np.array(into) + 1]  # at the end of its row: the target has the greatest number
        out = sorted(ends[0])
        columns = np.concatenate([np.insert(base.indices, places, target), out])
        values = np.concatenate([np.insert(base.data, places, [ends[1][n] for n in into]), [ends[0][n] for n in out]])
        for node in into:
            start[node + 1 :] += 1
        rows = np.concatenate([start, [start[-1] + len(out)] * 2])  # the source's row; the target's is empty
        assert rows.size == source + 3
        return sparse.csr_array((values, columns, rows), shape=(source + 2, source + 2))

    def _piece(self, a: int, b: int, edge: Integers, along: Integers, usable: Any) -> Integers:
        """Return the spots between two nodes of the path, in the order in which they are passed."""
        graph, source, target = self.graph, self.graph.nodes, self.graph.nodes + 1
        if a == source or b == target:
            which = 0 if a == source else 1
            spots = self._of(int(edge[which]))
            if a == source and b == target:
                low, high = sorted((int(along[0]), int(along[1])))
                some = spots[(spots[:, 1] >= low) & (spots[:, 1] <= high)]
                between: Integers = some if along[0] <= along[1] else some[::-1]
                return between
            node = b if a == source else a
            to_tail = node == int(graph.tail[edge[which]])
            some = spots[spots[:, 1] <= along[which]] if to_tail else spots[spots[:, 1] >= along[which]]
            backwards = to_tail if a == source else not to_tail
            turned: Integers = some[::-1] if backwards else some
            return turned
        forth = np.nonzero(usable & (graph.tail == a) & (graph.head == b))[0]
        back = np.nonzero(usable & ~graph.oneway & (graph.tail == b) & (graph.head == a))[0]
        both = np.concatenate([forth, back])
        best = int(both[np.argmin(self._cost[both])])
        spots = self._of(best)
        return spots if int(graph.tail[best]) == a else spots[::-1]

    def _of(self, edge: int) -> Integers:
        found: Integers = self._spots[self._first[edge] : self._first[edge + 1]]
        return found


def _least(*pairs: tuple[int, float]) -> dict[int, float]:
    """Return the least value for each key."""
    found: dict[int, float] = {}
    for key, value in pairs:
        found[key] = min(value, found.get(key, value))
    return found


def _dense(lat: Any, lon: Any, step_m: int) -> tuple[Integers, Integers]:
    """Return the line with points at most ``step_m`` apart, and those nearer together than half of it left out."""
    lat, lon = np.asarray(lat, np.int64), np.asarray(lon, np.int64)
    run = np.concatenate([[0.0], np.cumsum(great_circle_m(lat[:-1], lon[:-1], lat[1:], lon[1:]))])
    at = np.linspace(0.0, run[-1], max(2, int(run[-1] / step_m) + 2))
    return np.round(np.interp(at, run, lat)).astype(np.int64), np.round(np.interp(at, run, lon)).astype(np.int64)


def near_line(roads: Roads, course: Course, distance_m: int) -> Window | None:
    """Return when the way is within ``distance_m`` of the line, from the first second to the last; None if never.

    Rather too long than too short, by the step in which the way is drawn.  A distance of 0: nobody asked.
    """
    near = roads.line_m(course.lat, course.lon) <= (distance_m + STEP_M if distance_m else -1)
    return _window(course.at_s[near])


def clash(course: Course, unit: str, notice: NoticeState, at_us: int) -> Clash | None:
    """Return when the way leads through a notice's area while it is in force; None if it never does.

    A notice about the unit itself is no clash.
    """
    if unit in notice.units:
        return None
    start, end = (notice.start - at_us) / 1e6, (notice.end - at_us) / 1e6
    during = (course.at_s >= start) & (course.at_s <= end)
    if notice.ring:
        corners = np.array([(p.lat, p.lon) for p in notice.ring], np.int64)
        within = inside(course.lat, course.lon, corners, np.roll(corners, -1, axis=0))
    else:
        away = great_circle_m(course.lat, course.lon, notice.place.lat, notice.place.lon)
        within = away <= max(notice.radius_m, LEAST_AREA_M)
    window = _window(course.at_s[during & within])
    return None if window is None else Clash(unit=unit, notice=notice.ref, window=window)


def _window(seconds: Floats) -> Window | None:
    if not seconds.size:
        return None
    return Window(from_s=int(seconds.min()), to_s=int(np.ceil(seconds.max())))


def line_of(course: Course, unit: str, incident: str, near: Window | None) -> WayLine:
    """Return the way as it is kept and drawn."""
    points = tuple(zip(course.lat.tolist(), course.lon.tolist(), strict=True))
    return WayLine(
        unit=unit,
        incident=incident,
        points=points,
        at_s=tuple(np.round(course.at_s).astype(int).tolist()),
        near_line=near,
    )
