"""Reach and dispatch on a made-up land: gates, clocks, bad input, reasons, the same bytes whatever the order."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from response.oracle import Oracle
from sarhad.response.dispatch import Proposal, propose
from sarhad.response.errors import PlanError
from sarhad.response.graph import RoadGraph, complete, load
from sarhad.response.ordering import least_degree
from sarhad.response.reach import FAR, NO_TRACKS, VEHICLE, Profile, Traveller, engine_of, gates_of, matrix
from sarhad.response.reach.hierarchy import Hierarchy, Skeleton
from sarhad.response.reach.roads import Arcs, Ends, arcs_of
from sarhad.response.snapshot import (
    CaveatState,
    CrossingState,
    IncidentState,
    Need,
    PostState,
    Snapshot,
    UnitState,
    read,
)
from sarhad.wire.kinds import Closure, CrossingRule, GroundSpeed
from sarhad.wire.values import Place, Range

AT = 1_790_000_000_000_000 // 86_400_000_000 * 86_400_000_000
"""Midnight UTC."""
HOUR = 3600
REGION = Path(__file__).resolve().parents[2] / "examples" / "sistan-balochistan"


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
CAVEAT = CaveatState(
    ref="west:70", party="west", code="V1", on="west:2", part="no", incidents=("east:9",), why="a rule"
)
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


@pytest.mark.parametrize(
    ("day", "clock_s"),
    [("2027-03-28", 2 * HOUR), ("2026-10-25", 1 * HOUR), ("2026-01-15", 1 * HOUR), ("2026-07-15", 2 * HOUR)],
    ids=["clocks go forward in the night", "clocks go back in the night", "winter", "summer"],
)
@pytest.mark.parametrize("zone", ["Europe/Zurich", "Europe/Vaduz"])
def test_hours_are_read_by_the_clock_of_the_day(zone: str, day: str, clock_s: int) -> None:
    """Asked at noon of the day before: the crossing opens at six by the clock of the morning after the change."""
    at = int(datetime.fromisoformat(f"{day}T00:00+00:00").timestamp()) - 12 * HOUR
    gate = msgspec.structs.replace(GATE, opens_s=6 * HOUR, closes_s=7 * HOUR, zone=zone)
    opens = 12 * HOUR + 6 * HOUR - clock_s
    assert arrival(msgspec.structs.replace(scene(crossings=(gate,)), at=at * 1_000_000)) == opens + 40 * 60


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
        (scene(rules=()), "no-agreement"),
        (scene(rules=(), agreed=False), "none-in-force"),
        (scene(rules=(), agreed=True), "none-may-cross"),
        (scene(rules=(CrossingRule(crossing="west:1", parties=("east",)),)), "no-permission"),
        (scene(rules=(CrossingRule(crossing="west:1", parties=("west",), units=("liaison",)),)), "no-permission"),
        (scene(crossings=(msgspec.structs.replace(GATE, status="closed"),)), "crossing-closed"),
        (scene(units=(unit(2, 1_000_000, status="out-of-service"),)), "not-available"),
        (scene(caveats=(CAVEAT,)), "caveat"),
        (scene(crossings=()), "no-crossing"),
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
    assert why_not(scene(units=(flyer,), incidents=(incident,), rules=())) == "no-agreement"


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
    gates = gates_of(graph, scene())
    west = Traveller(0, 0, 60, party="west", kind="medical", crosses_line=True)
    stays = Traveller(0, 0, 60, party="west", kind="medical")
    found = matrix(graph, [west, stays], [0, 0], [4_000_000, 5_000_000], gates)
    assert found.tolist() == [[40 * 60, 50 * 60], [40 * 60, -1]]


@pytest.mark.parametrize(
    ("speeds", "minutes"),
    [
        ((GroundSpeed(ground="trunk", kmh=30),), 140),
        ((GroundSpeed(ground="trunk", kmh=60), GroundSpeed(ground="track", kmh=5)), 70),
        ((GroundSpeed(ground="primary", kmh=0),), 70),
    ],
)
def test_a_unit_goes_by_the_speeds_that_it_states(speeds: tuple[GroundSpeed, ...], minutes: int) -> None:
    slow = unit(2, 1_000_000, speeds=speeds)
    assert arrival(scene(units=(slow, unit(3, 0, crosses_line=False)))) == minutes * 60


def test_a_unit_that_takes_no_road_of_the_region_has_no_way() -> None:
    assert why_not(scene(units=(unit(2, 1_000_000, speeds=(GroundSpeed(ground="trunk", kmh=0),)),))) == "no-road"


def test_who_never_leaves_the_road_is_led_to_what_lies_on_it() -> None:
    never = (GroundSpeed(ground="off-road", kmh=0),)
    far = msgspec.structs.replace(BEYOND, place=Place(lat=20_000, lon=8_000_000, precision=1))
    assert arrival(scene(units=(unit(2, 1_000_000, speeds=never),))) == 70 * 60
    assert why_not(scene(units=(unit(2, 1_000_000, speeds=never),), incidents=(far,))) == "incident-far-from-roads"


def test_a_column_takes_its_time_at_a_crossing_and_an_hour_holds_no_more_than_it_lets_through() -> None:
    gate = msgspec.structs.replace(GATE, vehicles_per_h=4)
    two = (unit(2, 1_000_000, vehicles=2), unit(3, 1_000_000, vehicles=3, strength=Range(low=8, best=8, high=8)))
    need = msgspec.structs.replace(BEYOND, need=Need(strength=12))
    assert arrival(scene(units=two, incidents=(need,))) == 70 * 60
    lack = propose(land(), scene(units=two, crossings=(gate,), incidents=(need,)))
    assert lack.answers[0].adequate_s is None
    assert lack.faster is not None
    assert (lack.faster.rule.code, lack.faster.served) == ("crossing-capacity", 4)
    one = propose(land(), scene(units=two, crossings=(gate,)))
    assert one.answers[0].adequate_s == 70 * 60 + 1_800
    assert [note.code for note in one.answers[0].chosen[0].way.notes] == ["position-home", "passing"]


def test_who_would_fill_a_crossing_is_passed_over_for_that() -> None:
    gate = msgspec.structs.replace(GATE, vehicles_per_h=4)
    kinds = [unit(2, 1_000_000, vehicles=3), unit(3, 2_000_000, vehicles=3)]
    answer = propose(land(), scene(units=tuple(kinds), crossings=(gate,))).answers[0]
    assert [one.code for one in answer.chosen] == ["Demo-3"]
    need = Need(capabilities=("medical",), strength=2)
    incidents = (BEYOND, IncidentState(ref="east:8", place=BEYOND.place, need=need))
    full = propose(land(), scene(units=tuple(kinds), crossings=(gate,), incidents=incidents))
    assert [one.adequate_s is None for one in full.answers].count(True) == 1


def test_a_caveat_keeps_units_of_two_parties_apart_and_says_whose_it_is() -> None:
    theirs = unit(0, 6_000_000, ref="east:40", party="east", code="Other-1", strength=Range(low=9, best=9, high=9))
    apart = CaveatState(ref="west:70", party="west", code="V1", on="east:40", part="apart", why="a list")
    need = msgspec.structs.replace(BEYOND, need=Need(capabilities=("medical",), strength=10))
    both = propose(land(), scene(units=(unit(2, 1_000_000), theirs), incidents=(need,)))
    assert len(both.answers[0].chosen) == 2
    units = (unit(2, 1_000_000), unit(3, 0, strength=Range(low=8, best=8, high=8)), theirs)
    found = propose(land(), scene(units=units, incidents=(need,), caveats=(apart,)))
    assert [one.code for one in found.answers[0].chosen] == ["Demo-2", "Demo-3"]
    why = found.answers[0].passed_over[0].why
    assert (why.code, why.values["caveat"], why.values["why"]) == ("caveat-apart", "V1", "a list")
    assert found.faster is not None
    assert found.faster.rule.code == "caveats"


def test_another_partys_caveat_keeps_a_unit_from_that_partys_incidents_only() -> None:
    barred = msgspec.structs.replace(CAVEAT, party="east", incidents=())
    own = msgspec.structs.replace(BEYOND, ref="west:9")
    assert why_not(scene(caveats=(barred,))) == "caveat"
    assert arrival(scene(caveats=(barred,), incidents=(own,))) == 70 * 60


def test_a_post_that_a_neighbour_covers_is_not_left_bare() -> None:
    posts = tuple(
        PostState(ref=f"post-{k}", party="west", code=f"P{k}", place=Place(lat=0, lon=lon, precision=1))
        for k, lon in ((2, 1_000_000), (3, 2_000_000))
    )
    west = msgspec.structs.replace(BEYOND, ref="west:9", place=Place(lat=0, lon=1_500_000, precision=1))
    units = (unit(2, 1_000_000), unit(3, 2_000_000))
    near, far = (scene(units=units, posts=posts, incidents=(west,), cover_s=cover) for cover in (900, 60))
    assert [propose(land(), one).stages[2].value for one in (near, far)] == [0, 1]


def test_a_blurred_position_is_worked_with_and_told() -> None:
    blurred = Place(lat=0, lon=1_000_000, precision=2, radius_m=7_000)
    found = propose(land(), scene(units=(unit(2, 1_000_000, place=blurred, blurred=True, as_of=AT),)))
    way = found.answers[0].chosen[0].way
    assert way.uncertainty_s >= 2 * 7_000 * 3.6 / 60
    assert [(note.code, note.values) for note in way.notes] == [("position-blurred", {"radius_m": 7_000})]


def test_a_crossing_that_closes_under_way_is_told_as_such() -> None:
    closing = Closure(start=AT + 20 * 60 * 1_000_000, end=AT + 5 * HOUR * 1_000_000)
    later = msgspec.structs.replace(GATE, opens_s=2 * HOUR, closes_s=10 * HOUR)
    for gate, word in (
        (msgspec.structs.replace(GATE, closures=(closing,)), "closes-under-way"),
        (later, "waits-to-open"),
    ):
        notes = propose(land(), scene(crossings=(gate,))).answers[0].chosen[0].way.notes
        assert word in [note.code for note in notes]


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
    rank = least_degree(nodes, arcs.tail, arcs.head)
    assert sorted(rank.tolist()) == list(range(nodes))
    hierarchy = Hierarchy(Skeleton.of(rank, arcs.tail, arcs.head), arcs)
    assert (hierarchy.matrix(every, every) == np.minimum(best, FAR)).all()


def test_the_hierarchy_is_equal_to_the_oracle_on_the_example_region_however_it_is_weighed() -> None:
    graph = load(REGION)
    chance = np.random.default_rng(1)
    node, cost = chance.integers(0, graph.nodes, (30, 2)), chance.integers(0, 100_000, (30, 2))
    some = Ends(node, np.where(chance.random((30, 2)) < 0.2, FAR, cost))
    for profile in (VEHICLE, NO_TRACKS, VEHICLE.of_unit(60, (GroundSpeed(ground="track", kmh=7),))):
        oracle = Oracle(arcs_of(graph, profile)).matrix(some, some)
        assert (engine_of(graph, profile).matrix(some, some) == oracle).all()
        assert 0.2 < (oracle < FAR).mean() < 1
