"""The worker's tasks of dispatch: a snapshot in; the explained proposal, its ways, and each side alone out."""

from __future__ import annotations

import msgspec

from sarhad.node.computing import Bench
from sarhad.response.dispatch import adequate_s, propose
from sarhad.response.graph import RoadGraph
from sarhad.response.kept import Kept, Question, WayLine
from sarhad.response.snapshot import IncidentState, Snapshot, UnitState, read
from sarhad.response.ways import Roads, clash, line_of, near_line
from sarhad.wire.kinds import Alone, Clash
from sarhad.wire.values import Place, Range

NOBODY = Range(low=0, best=0, high=0)


def dispatch(bench: Bench, question: bytes) -> bytes:
    """Answer a Question (JSON) with a Proposal's canonical bytes."""
    asked = msgspec.json.decode(question, type=Question)
    return propose(bench.graph, read(bytes(asked.snapshot)), limit_s=asked.limit_ms / 1000).to_bytes()


def respond(bench: Bench, question: bytes) -> bytes:
    """Answer a Question with Kept (JSON): the proposal, the line of each way, clashes with notices, each side alone."""
    asked = msgspec.json.decode(question, type=Question)
    snapshot = msgspec.structs.replace(read(bytes(asked.snapshot)), region=bench.graph.digest)
    proposal = propose(bench.graph, snapshot, limit_s=asked.limit_ms / 1000)
    roads = _roads(bench)
    places = {one.ref: one.place for one in snapshot.incidents}
    ways: list[WayLine] = []
    clashes: list[Clash] = []
    for answer in proposal.answers:
        for chosen in answer.chosen:
            course = roads.course(snapshot, places[answer.incident], chosen)
            if course is None:
                continue
            near = near_line(roads, course, asked.notice_distance_m)
            ways.append(line_of(course, chosen.unit, answer.incident, near))
            found = (clash(course, chosen.unit, notice, snapshot.at) for notice in asked.notices)
            clashes += [one for one in found if one is not None]
    kept = Kept(
        snapshot=msgspec.Raw(snapshot.to_bytes()),
        limit_ms=asked.limit_ms,
        proposal=msgspec.Raw(proposal.to_bytes()),
        ways=tuple(ways),
        clashes=tuple(clashes),
        alone=_alone(bench.graph, snapshot, asked.limit_ms / 1000),
    )
    return msgspec.json.encode(kept)


def warm(bench: Bench, _question: bytes) -> bytes:
    """Read the roads, and compile what an answer takes: on a machine that never did, some ten seconds, kept on disk."""
    lat, lon = (int(bench.graph.lat.mean()), int(bench.graph.lon.mean()))
    here = Place(lat=lat, lon=lon, precision=1)
    unit = UnitState(ref="a:1", party="a", code="1", kind="any", strength=NOBODY, speed_kmh=60, place=here)
    incident = IncidentState(ref="a:2", place=here)
    propose(bench.graph, Snapshot(at=0, party="a", units=(unit,), incidents=(incident,)))
    _roads(bench)
    return b""


def _roads(bench: Bench) -> Roads:
    roads = bench.kept.get("roads")
    if not isinstance(roads, Roads):
        roads = bench.kept["roads"] = Roads(bench.graph)
    return roads


def _alone(graph: RoadGraph, snapshot: Snapshot, limit_s: float) -> tuple[Alone, ...]:
    """Return when the last incident would be served by each side's units alone, none of them crossing."""
    found = []
    for party in sorted({unit.party for unit in snapshot.units}):
        own = tuple(unit for unit in snapshot.units if unit.party == party)
        separate = msgspec.structs.replace(snapshot, units=own, rules=())
        times = adequate_s(graph, separate, limit_s=limit_s).values()
        known = [one for one in times if one is not None]
        found.append(Alone(party=party, adequate_s=max(known) if len(known) == len(times) else None))
    return tuple(found)
