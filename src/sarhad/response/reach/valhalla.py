"""Valhalla as a second engine: its own roads, speeds and turns, behind the same promise as our own.

Valhalla (Mapzen and others, MIT) answers a matrix of travel times; ``ask`` is any way to
put a request to it: pyvalhalla's actor in this process, or a service.  Between crossings
only: what lies on the other bank is never asked for, and Valhalla is told to keep to one country.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sarhad.response.errors import PlanError
from sarhad.response.geometry import Integers
from sarhad.response.graph import RoadGraph
from sarhad.response.reach.roads import FAR, Ends

Ask = Callable[[dict[str, Any]], dict[str, Any]]
"""Put a request of ``/sources_to_targets`` (Valhalla's matrix API, concise answers) and return the answer."""
REFERENCE_KMH = 90
"""Speed on a good road of the car that Valhalla's times are for: its own speed on a trunk road out of town."""
BLOCK = 50
"""Sources or targets in one request: Valhalla's own limit is 2,500 pairs."""
STAY_S = 43_200
"""What crossing a border costs Valhalla's car, its own most: crossings are ours to reckon."""


class Valhalla:
    """An engine (see roads.Engine) that asks Valhalla for ways between nodes of the graph.

    A unit of another speed takes proportionally longer or shorter; shares of classes of
    road are Valhalla's own, a unit's own speeds are not known to it.
    """

    def __init__(self, graph: RoadGraph, ask: Ask, *, reference_kmh: int = REFERENCE_KMH) -> None:
        """Ask for nodes of ``graph``; its times hold for a unit of ``reference_kmh``."""
        self._graph = graph
        self._ask = ask
        self._reference = reference_kmh

    def matrix(self, sources: Ends, targets: Ends) -> Integers:
        """See Engine.  Raises PlanError where Valhalla does not answer, or not as its API says."""
        found = np.full((len(sources), len(targets)), FAR, np.int64)
        begin, end = (np.unique(ends.node[ends.cost < FAR]) for ends in (sources, targets))
        ways = self._ways(begin, end)
        rows, columns = np.searchsorted(begin, sources.node), np.searchsorted(end, targets.node)
        for a in (0, 1):
            mine = np.nonzero(sources.cost[:, a] < FAR)[0]
            for b in (0, 1):
                theirs = np.nonzero(targets.cost[:, b] < FAR)[0]
                way = ways[np.ix_(rows[mine, a], columns[theirs, b])]
                way = way + sources.cost[mine, a][:, None] + targets.cost[theirs, b][None]
                part = np.ix_(mine, theirs)
                found[part] = np.minimum(found[part], np.minimum(way, FAR))
        return found

    def _ways(self, begin: Integers, end: Integers) -> Integers:
        """Return good-road decimetres between nodes, FAR over the line."""
        found = np.full((begin.size, end.size), FAR, np.int64)
        bank = self._graph.bank
        for side in np.unique(bank[begin]):
            rows, columns = np.nonzero(bank[begin] == side)[0], np.nonzero(bank[end] == side)[0]
            for i in range(0, rows.size, BLOCK):
                for j in range(0, columns.size, BLOCK):
                    part = np.ix_(rows[i : i + BLOCK], columns[j : j + BLOCK])
                    found[part] = self._block(begin[rows[i : i + BLOCK]], end[columns[j : j + BLOCK]])
        return found

    def _block(self, begin: Integers, end: Integers) -> Integers:
        request = {
            "sources": self._points(begin),
            "targets": self._points(end),
            "costing": "auto",
            "costing_options": {"auto": {"country_crossing_cost": STAY_S, "country_crossing_penalty": STAY_S}},
            "verbose": False,
        }
        answer = self._ask(request)
        try:
            seconds = answer["sources_to_targets"]["durations"]
            known = np.array([[-1.0 if one is None else float(one) for one in row] for row in seconds])
        except (KeyError, TypeError, ValueError) as error:
            raise PlanError("plan-engine", "Valhalla's answer is no matrix", about=str(answer)[:200]) from error
        if known.shape != (begin.size, end.size):
            raise PlanError("plan-engine", f"Valhalla's answer has the shape {known.shape}", about="matrix")
        cost = np.ceil(known * self._reference * 10 / 3.6).astype(np.int64)
        return np.where(known < 0, FAR, cost)

    def _points(self, nodes: Integers) -> list[dict[str, float]]:
        lat, lon = self._graph.lat[nodes] / 1e7, self._graph.lon[nodes] / 1e7
        return [{"lat": float(a), "lon": float(b)} for a, b in zip(lat, lon, strict=True)]
