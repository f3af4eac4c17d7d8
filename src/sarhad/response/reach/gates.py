"""Crossings as gates of the line: which roads pass there, who may, and when.

Both sides may keep the same crossing; then both sides' hours, closures and waiting hold.
Without a rule of the agreement nobody passes: permission fails closed.
Times are whole milliseconds after the snapshot's ``at``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from sarhad.response.errors import PlanError
from sarhad.response.geometry import Integers, great_circle_m
from sarhad.response.graph import WEST, RoadGraph
from sarhad.response.snapshot import CrossingState, Snapshot
from sarhad.wire.kinds import CrossingRule

NEAR_M = 1_000
"""A road over the line belongs to a crossing when it comes so near to it."""
HORIZON_DAYS = 14
"""Opening hours are laid out so far; nobody waits longer."""
DAY_S = 86_400
Spans = tuple[tuple[int, int], ...]
"""Times in which a gate is open, ascending and disjoint: from (inclusive) to (exclusive), milliseconds."""
ALWAYS: Spans = ((0, HORIZON_DAYS * DAY_S * 1000),)


@dataclass(frozen=True, slots=True)
class Passage:
    """One way over the line by road: node to node along ``edge``, from bank ``bank`` to the other."""

    tail: int
    head: int
    edge: int
    bank: int


@dataclass(frozen=True, slots=True)
class Gate:
    """One crossing as all that keep it keep it; ``refs`` are their records, ``code`` the first one's.

    ``vehicles_per_h`` get through in an hour (0: as many as come): a unit's last vehicle is
    through as much later, and dispatch counts what passes within any hour.
    """

    refs: tuple[str, ...]
    code: str
    lat: int
    lon: int
    passages: tuple[Passage, ...]
    air: bool
    closed: bool
    spans: Spans
    wait_ms: int
    rules: tuple[CrossingRule, ...]
    everybody: bool = False
    vehicles_per_h: int = 0

    def permits(self, party: str, kind: str) -> bool:
        """Tell whether the agreement lets a party's unit of this kind pass here (whatever the hour)."""
        return self.everybody or any(
            party in rule.parties and (not rule.units or kind in rule.units) for rule in self.rules
        )

    def through(self, arrival_ms: int) -> int | None:
        """Return when one who arrives at ``arrival_ms`` is let in, None if never within the horizon.

        Who was let in while it was open gets through, which takes ``passing_ms``.
        """
        if self.closed:
            return None
        at = bisect_right(self.spans, arrival_ms, key=lambda span: span[1])
        return None if at == len(self.spans) else max(arrival_ms, self.spans[at][0])

    def passing_ms(self, vehicles: int) -> int:
        """Return what passing takes a unit of so many vehicles once it is let in."""
        return self.wait_ms + int(self.queue_ms(np.array(vehicles)))

    def queue_ms(self, vehicles: Integers) -> Integers:
        """Return how long the last of so many vehicles stands behind the others of its unit."""
        if not self.vehicles_per_h:
            return np.zeros_like(vehicles)
        return -(-vehicles * 3_600_000 // self.vehicles_per_h)

    def without_limit(self) -> Gate:
        """Return the gate letting through as many as come, for the question what its capacity costs."""
        return replace(self, vehicles_per_h=0)

    def always_open(self) -> Gate:
        """Return the gate without hours or closure, for the question what they cost."""
        return replace(self, closed=False, spans=ALWAYS)

    def for_everybody(self) -> Gate:
        """Return the gate with permission for all, for the question what the rule costs."""
        return replace(self, everybody=True)


def gates_of(graph: RoadGraph, snapshot: Snapshot) -> tuple[Gate, ...]:
    """Return the snapshot's crossings as gates, by reference; raise PlanError for an unknown time zone."""
    groups: list[tuple[list[CrossingState], set[int]]] = []
    for crossing in snapshot.ordered().crossings:
        edges = _edges_near(graph.spots_over, crossing) if "road" in crossing.modes else set()
        same = [group for group in groups if _same(group, crossing, edges)]
        kept = ([crossing], edges)
        for group in same:
            groups.remove(group)
            kept = (group[0] + kept[0], group[1] | kept[1])
        groups.append(kept)
    found = [_gate(graph, sorted(keepers, key=lambda c: c.ref), sorted(edges), snapshot) for keepers, edges in groups]
    return tuple(sorted(found, key=lambda gate: gate.refs))


def _edges_near(spots: Integers, crossing: CrossingState) -> set[int]:
    away = great_circle_m(spots[:, 2], spots[:, 3], crossing.place.lat, crossing.place.lon)
    return {int(edge) for edge in spots[away <= NEAR_M, 0]}


def _same(group: tuple[list[CrossingState], set[int]], crossing: CrossingState, edges: set[int]) -> bool:
    """Tell whether a crossing is the group's: on the same road, or (by air) at the same place."""
    if edges & group[1]:
        return True
    place = crossing.place
    return any(great_circle_m(c.place.lat, c.place.lon, place.lat, place.lon) <= NEAR_M for c in group[0])


def _gate(graph: RoadGraph, keepers: Sequence[CrossingState], edges: Iterable[int], snapshot: Snapshot) -> Gate:
    passages: list[Passage] = []
    for edge in edges:
        tail, head = int(graph.tail[edge]), int(graph.head[edge])
        passages.append(Passage(tail, head, edge, int(graph.bank[tail])))
        if not graph.oneway[edge]:
            passages.append(Passage(head, tail, edge, int(graph.bank[head])))
    refs = tuple(crossing.ref for crossing in keepers)
    spans: Spans = ALWAYS
    for crossing in keepers:
        spans = _both(spans, _open(crossing, snapshot.at))
    return Gate(
        refs=refs,
        code=keepers[0].code,
        lat=keepers[0].place.lat,
        lon=keepers[0].place.lon,
        passages=tuple(passages),
        air=all("air" in crossing.modes for crossing in keepers),
        closed=any(crossing.status == "closed" for crossing in keepers),
        spans=spans,
        wait_ms=1000 * max(crossing.wait_s for crossing in keepers),
        rules=tuple(rule for rule in snapshot.rules if rule.crossing in refs),
        vehicles_per_h=min((c.vehicles_per_h for c in keepers if c.vehicles_per_h), default=0),
    )


def _open(crossing: CrossingState, at: int) -> Spans:
    """Return the times in which one keeper has the crossing open, closures taken out."""
    spans = ALWAYS
    if crossing.opens_s or crossing.closes_s:
        spans = _both(ALWAYS, _daily(crossing, at))
    for closure in crossing.closures:
        start, end = (closure.start - at) // 1000, -((at - closure.end) // 1000)
        spans = _both(spans, ((-(2**60), start), (max(start, end), 2**60)))
    return spans


def _daily(crossing: CrossingState, at: int) -> Spans:
    """Lay out daily hours in the keeper's zone (a day of 23 or 25 hours included); over midnight if closes < opens."""
    try:
        zone = ZoneInfo(crossing.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise PlanError(
            "plan-no-zone",
            f"the time zone {crossing.zone!r} of crossing {crossing.code} is not known",
            ref=crossing.ref,
        ) from error
    first = datetime.fromtimestamp(at // 1_000_000, zone).date() - timedelta(days=1)
    closes = crossing.closes_s + (DAY_S if crossing.closes_s <= crossing.opens_s else 0)
    found: list[tuple[int, int]] = []
    for day in range(HORIZON_DAYS + 2):
        start, end = (_moment(first + timedelta(days=day), s, zone, at) for s in (crossing.opens_s, closes))
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)


def _moment(day: date, seconds: int, zone: ZoneInfo, at: int) -> int:
    """Return the wall clock's ``seconds`` after midnight of ``day``, in milliseconds after ``at``."""
    wall = datetime.combine(day + timedelta(days=seconds // DAY_S), datetime.min.time(), tzinfo=UTC)
    local = (wall + timedelta(seconds=seconds % DAY_S)).replace(tzinfo=zone)
    return (int(local.timestamp()) * 1_000_000 - at) // 1000


def _both(a: Spans, b: Spans) -> Spans:
    """Return the times that lie in both."""
    found = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, end = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if start < end:
            found.append((start, end))
        if a[i][1] <= b[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def bank_name(graph: RoadGraph, bank: int) -> str:
    """Return the party whose bank it is."""
    return graph.parties[0 if bank == WEST else 1]
