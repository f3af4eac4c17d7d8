"""What each rule costs: the same as answering again without it, rule by rule, whatever is spared on the way."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from response.test_reach_and_dispatch import BEYOND, GATE, HOUR, RULE, land, scene, unit
from response.trying import everything
from sarhad.response.dispatch import propose
from sarhad.response.dispatch.explain import faster, relaxations
from sarhad.response.dispatch.scene import Scene
from sarhad.response.dispatch.solve import solve
from sarhad.response.proposal import Reason
from sarhad.response.reach import VEHICLE
from sarhad.response.snapshot import CaveatState, IncidentState, Need, Snapshot, UnitState
from sarhad.wire.values import Place, Range

ROADS = land()


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Draw units of both sides on the made-up road, a gate with hours, wait and capacity, and up to two incidents."""
    units = [
        unit(
            k,
            draw(st.integers(0, 9)) * 1_000_000,
            party=(party := draw(st.sampled_from(("west", "east")))),
            ref=f"{party}:{k}",
            kind=draw(st.sampled_from(("medical", "patrol"))),
            capabilities=draw(st.sampled_from(((), ("first-aid",)))),
            strength=Range(low=draw(st.integers(1, 6)), best=6, high=6),
            notice_s=draw(st.sampled_from((0, HOUR, 2 * HOUR))),
            crosses_line=draw(st.booleans()),
            vehicles=draw(st.integers(1, 4)),
        )
        for k in range(2, 2 + draw(st.integers(1, 5)))
    ]
    gate = msgspec.structs.replace(
        GATE,
        opens_s=(opens := draw(st.sampled_from((0, HOUR, 3 * HOUR)))),
        closes_s=20 * HOUR if opens else 0,
        wait_s=draw(st.sampled_from((0, 900))),
        vehicles_per_h=draw(st.sampled_from((0, 3, 5))),
    )
    rule = msgspec.structs.replace(RULE, parties=draw(st.sampled_from((("west",), ("west", "east")))))
    return scene(
        units=tuple(units),
        crossings=(gate,),
        rules=draw(st.sampled_from(((), (rule,)))),
        incidents=tuple(incident(draw, k) for k in range(draw(st.integers(1, 2)))),
        caveats=draw(st.sampled_from(((), (caveat(units[0], "no"),), (caveat(units[0], "apart"),)))),
    )


def incident(draw: st.DrawFn, k: int) -> IncidentState:
    wanted = draw(st.sampled_from(((), ("medical",), ("first-aid", "medical"), ("first-aid", "patrol"))))
    return IncidentState(
        ref=f"east:{90 + k}",
        place=Place(lat=0, lon=draw(st.integers(0, 9)) * 1_000_000, precision=1),
        urgency=draw(st.sampled_from(("flash", "priority", "routine"))),
        need=Need(capabilities=wanted, strength=draw(st.sampled_from((0, 4, 9)))),
    )


def caveat(on: UnitState, part: str) -> CaveatState:
    party = "east" if on.party == "west" else "west"
    return CaveatState(ref=f"{party}:70", party=party, code="V1", on=on.ref, part=part, why="a rule")  # type: ignore[arg-type]


def one_by_one(scene: Scene, values: tuple[int, ...]) -> tuple[tuple[int, int], Reason | None]:
    """Return the greatest gain of any rule left out, and the first rule that has it: each tried whole."""
    best, found = (0, 0), None
    for rule, problem in relaxations(scene):
        without = everything(problem)
        gain = values[0] - without[0], values[1] - without[1]
        if gain > best:
            best, found = gain, rule
    return best, found


@settings(max_examples=150, deadline=None)
@given(snapshots())
def test_the_rule_that_costs_most_is_the_one_found_by_trying_each(snapshot: Snapshot) -> None:
    scene = Scene.of(ROADS, snapshot, VEHICLE)
    solution = solve(scene.problem)
    assert solution.values == everything(scene.problem)
    found, unasked = faster(scene, solution, 60)
    (served, sooner), rule = one_by_one(scene, solution.values)
    assert not unasked
    assert (None if found is None else found.rule) == rule
    if found is not None:
        assert (found.served, found.weighted_s) == (served, 0 if served else sooner)


def test_units_that_would_fill_a_crossing_if_they_left_at_once_are_asked_about_all_the_same() -> None:
    """Without notice the answer that stands is not allowed: both would be at the crossing in one hour."""
    gate = msgspec.structs.replace(GATE, vehicles_per_h=4)
    units = (unit(2, 1_000_000, vehicles=3), unit(3, 1_000_000, vehicles=3, notice_s=2 * HOUR))
    other = msgspec.structs.replace(BEYOND, ref="east:8")
    found = propose(ROADS, scene(units=units, crossings=(gate,), incidents=(BEYOND, other)))
    assert found.stages[0].value == 0
    assert found.faster is not None
    assert found.faster.rule.code == "crossing-capacity"


@pytest.mark.parametrize("limit_s", [0.0])
def test_rules_that_there_was_no_time_for_are_named(limit_s: float) -> None:
    snapshot = scene(units=(unit(2, 1_000_000, notice_s=HOUR), unit(3, 0, notice_s=2 * HOUR)))
    laid = Scene.of(ROADS, snapshot, VEHICLE)
    found, unasked = faster(laid, solve(laid.problem), limit_s)
    assert found is None
    assert [rule.code for rule in unasked] == ["notice-to-move"]


def test_two_units_that_change_places_never_weigh_the_same_in_the_tie() -> None:
    other = msgspec.structs.replace(BEYOND, ref="east:8")
    snapshot = scene(units=tuple(unit(k, 1_000_000) for k in range(2, 40)), incidents=(BEYOND, other))
    tie = Scene.of(ROADS, snapshot, VEHICLE).problem.tie
    assert tie.min() > 0
    assert len(set((tie[:, 0] - tie[:, 1]).tolist())) == len(tie)
