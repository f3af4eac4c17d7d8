"""Reach and dispatch on a made-up land: gates, clocks, bad input, reasons, the same bytes whatever the order."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sarhad.response.dispatch import Proposal, propose
from sarhad.response.errors import PlanError
from sarhad.response.graph import RoadGraph, complete
from sarhad.response.reach import FAR, VEHICLE, Profile, Traveller, gates_of, matrix
from sarhad.response.reach.roads import Arcs, Ends, Oracle
from sarhad.response.snapshot import Closure, CrossingState, IncidentState, Need, Snapshot, UnitState, read
from sarhad.wire.kinds import CrossingRule
from sarhad.wire.values import Place, Range

AT = 1_790_000_000_000_000 // 86_400_000_000 * 86_400_000_000
"""Midnight UTC."""
HOUR = 3600


def land() -> RoadGraph:
    """One road along the equator from 0 to 0.9° east, line at 0.45°, an island of road to the north."""
    lon = np.array([*(k * 1_000_000 for k in range(10)), 2_000_000, 2_500_000], np.int64)
    lat = np.array([0] * 10 + [4_000_000] * 2, np.int64)
    tail, head = np.array([*range(9), 10]), np.array([*range(1, 10), 11])
    spots = []
    for edge, (a, b) in enumerate(zip(tail, head, strict=True)):
        for share in range(11):
            at = lon[a] + (lon[b] - lon[a]) * share // 10
            spots.append((edge, 100_000 * share // 10, lat[a], at))
    made: dict[str, Any] = {
        "tail": tail,
        "head": head,
        "length_dm": np.full(10, 100_000),
        "road_class": np.full(10, 1),
        "oneway": np.zeros(10, bool),
        "ford": np.zeros(10, bool),
        "spots": np.array(spots, np.int64),
    }
    ring = np.array(
        [(-5_000_000, -5_000_000), (-5_000_000, 12_000_000), (8_000_000, 12_000_000), (8_000_000, -5_000_000)]
    )
    return RoadGraph(
        digest="made-up",
        parties=("west", "east"),
        line=np.array([(9_000_000, 4_500_000), (-9_000_000, 4_500_000)]),
        land_from=ring,
        land_to=np.roll(ring, -1, axis=0),
        bounds=np.array([-8_000_000, -8_000_000, 8_000_000, 12_000_000]),
        **dict[str, Any](complete(lat, lon, np.where(lon < 4_500_000, 0, 1), made)),
    )


def unit(number: int, lon: int, **fields: object) -> UnitState:
    base = UnitState(
        ref=f"west:{number}",
        party="west",
        code=f"Demo-{number}",
        kind="medical",
        capabilities=("first-aid",),
        strength=Range(low=4, best=5, high=6),
        speed_kmh=60,
        crosses_line=True,
        place=Place(lat=0, lon=lon, precision=1),
        home=f"post-{number}",
    )
    return msgspec.structs.replace(base, **fields)


GATE = CrossingState(
    ref="west:1", party="west", code="C1", place=Place(lat=0, lon=4_500_000, precision=1), modes=("road", "air")
)
RULE = CrossingRule(crossing="west:1", parties=("west", "east"))
BEYOND = IncidentState(
    ref="east:9", place=Place(lat=0, lon=8_000_000, precision=1), need=Need(capabilities=("medical",))
)


def scene(**fields: object) -> Snapshot:
    base = Snapshot(
        at=AT, party="west", units=(unit(2, 1_000_000),), crossings=(GATE,), rules=(RULE,), incidents=(BEYOND,)
    )
    return msgspec.structs.replace(base, **fields)


def arrival(snapshot: Snapshot) -> int | None:
    answer = propose(land(), snapshot).answers[0]
    return answer.adequate_s


def why_not(snapshot: Snapshot) -> str:
    answer = propose(land(), snapshot).answers[0]
    assert answer.adequate_s is None
    assert answer.unmet[0].nearest is not None
    return answer.unmet[0].nearest.why.code


def test_a_way_over_an_open_crossing_takes_what_its_length_takes() -> None:
    assert arrival(scene()) == 70 * 60  # seven edges of 10 km at 60 km/h


def test_a_unit_that_comes_before_opening_waits() -> None:
    gate = msgspec.structs.replace(GATE, opens_s=2 * HOUR, closes_s=10 * HOUR)
    assert arrival(scene(crossings=(gate,))) == 2 * HOUR + 40 * 60  # the whole edge over the line lies behind the gate


def test_hours_are_those_of_the_owners_zone() -> None:
    gate = msgspec.structs.replace(GATE, opens_s=7 * HOUR, closes_s=10 * HOUR, zone="Asia/Karachi")
    assert arrival(scene(crossings=(gate,))) == 2 * HOUR + 40 * 60  # seven in Karachi is two UTC


def test_a_crossing_that_closes_under_way_holds_the_unit_until_it_opens_again() -> None:
    closing = Closure(start=AT + 20 * 60 * 1_000_000, end=AT + 5 * HOUR * 1_000_000)
    gate = msgspec.structs.replace(GATE, closures=(closing,))
    found = propose(land(), scene(crossings=(gate,)))
    assert found.answers[0].adequate_s == 5 * HOUR + 40 * 60
    assert found.answers[0].chosen[0].way.passings[0].wait_s == 5 * HOUR - 30 * 60
    assert found.faster is not None
    assert (found.faster.rule.code, found.faster.saved_s) == ("crossing-hours", 5 * HOUR - 30 * 60)


@pytest.mark.parametrize(
    ("snapshot", "word"),
    [
        (scene(units=(unit(2, 1_000_000, crosses_line=False),)), "stays-on-its-side"),
        (scene(rules=()), "no-permission"),
        (scene(rules=(CrossingRule(crossing="west:1", parties=("east",)),)), "no-permission"),
        (scene(rules=(CrossingRule(crossing="west:1", parties=("west",), units=("liaison",)),)), "no-permission"),
        (scene(crossings=(msgspec.structs.replace(GATE, status="closed"),)), "crossing-closed"),
        (scene(units=(unit(2, 1_000_000, status="out-of-service"),)), "not-available"),
        (scene(units=(unit(2, 1_000_000, caveats=("east",)),)), "caveat"),
        (scene(units=(unit(2, 1_000_000, place=Place(lat=-7_000_000, lon=0, precision=1)),)), "unit-in-the-sea"),
        (scene(units=(unit(2, 1_000_000, place=Place(lat=90_000_000, lon=0, precision=1)),)), "unit-outside-region"),
        (
            scene(incidents=(msgspec.structs.replace(BEYOND, place=Place(lat=0, lon=900_000_000, precision=1)),)),
            "incident-outside-region",
        ),
        (
            scene(incidents=(msgspec.structs.replace(BEYOND, need=Need(capabilities=("medical",), before=AT + 1)),)),
            "too-late",
        ),
    ],
)  # fmt: skip
def test_what_keeps_the_nearest_unit_away_has_its_own_word(snapshot: Snapshot, word: str) -> None:
    assert why_not(snapshot) == word


def test_a_zero_speed_is_told_and_not_divided_by() -> None:
    with pytest.raises(PlanError) as told:
        propose(land(), scene(units=(unit(2, 1_000_000, speed_kmh=0),)))
    assert told.value.code == "plan-zero-speed"
    with pytest.raises(PlanError):
        Profile("still", (0,) * 8)


def test_nobody_is_led_onto_a_road_that_hangs_on_nothing() -> None:
    graph = land()
    object.__setattr__(graph, "connected", np.array([True] * 9 + [False]))
    point = graph.snap(np.array([4_000_000]), np.array([2_200_000]))
    assert point.edge[0] != 9
    assert point.away_dm[0] > 400_000


def test_aviation_flies_straight_and_over_the_line_by_permission_only() -> None:
    flyer = unit(2, 1_000_000, kind="aviation", speed_kmh=200)
    need = Need(capabilities=("first-aid",))
    incident = msgspec.structs.replace(BEYOND, need=need)
    found = propose(land(), scene(units=(flyer,), incidents=(incident,))).answers[0]
    assert found.chosen[0].way.how == "air"
    assert found.adequate_s is not None
    assert abs(found.adequate_s - 77.84 / 200 * 3600) < 5
    assert why_not(scene(units=(flyer,), incidents=(incident,), rules=())) == "no-permission"


def test_nearer_units_passed_over_are_told_why() -> None:
    units = (
        unit(2, 1_000_000),
        unit(3, 7_000_000, kind="patrol", capabilities=()),
        unit(4, 2_000_000, notice_s=9 * HOUR),
        unit(5, 3_000_000, status="resting", crosses_line=False),
    )
    answer = propose(land(), scene(units=units)).answers[0]
    assert [one.code for one in answer.chosen] == ["Demo-2"]
    assert {one.code: one.why.code for one in answer.passed_over} == {
        "Demo-3": "lacks-capability",
        "Demo-4": "arrives-later",
        "Demo-5": "stays-on-its-side",
    }


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32))
def test_the_order_of_the_input_changes_no_byte(seed: int) -> None:
    units = tuple(unit(k, 1_000_000 * (k % 9)) for k in range(2, 9))
    incidents = (BEYOND, msgspec.structs.replace(BEYOND, ref="west:7", place=Place(lat=0, lon=2_000_000, precision=2)))
    chance = random.Random(seed)
    other = scene(units=tuple(chance.sample(units, 7)), incidents=tuple(chance.sample(incidents, 2)))
    assert proposal_of(other) == proposal_of(scene(units=units, incidents=incidents))


def proposal_of(snapshot: Snapshot) -> bytes:
    found: Proposal = propose(land(), read(snapshot.to_bytes()))
    return found.to_bytes()


def test_a_matrix_says_where_there_is_no_way() -> None:
    graph = land()
    gates = gates_of(graph, VEHICLE, scene())
    west = Traveller(0, 0, 60, party="west", kind="medical", crosses_line=True)
    stays = Traveller(0, 0, 60, party="west", kind="medical")
    found = matrix(graph, [west, stays], [0, 0], [4_000_000, 5_000_000], gates)
    assert found.tolist() == [[40 * 60, 50 * 60], [40 * 60, -1]]


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 12), st.data())
def test_the_oracle_is_equal_to_relaxing_every_arc(nodes: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 40))
    ends = [[data.draw(st.integers(0, nodes - 1)) for _ in range(count)] for _ in (0, 1)]
    cost = [data.draw(st.integers(1, 100)) for _ in range(count)]
    arcs = Arcs(nodes, np.array(ends[0]), np.array(ends[1]), np.array(cost))
    best = np.full((nodes, nodes), FAR)
    np.fill_diagonal(best, 0)
    for _ in range(nodes):
        for tail, head, price in zip(ends[0], ends[1], cost, strict=True):
            best[:, head] = np.minimum(best[:, head], best[:, tail] + price)
    every = Ends.at(np.arange(nodes))
    assert (Oracle(arcs).matrix(every, every) == np.minimum(best, FAR)).all()
