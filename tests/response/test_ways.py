"""Ways drawn between a proposal's times: over the named crossing, near the line, through announced areas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from response.test_reach_and_dispatch import AT, land
from sarhad.node.compute_dispatch import respond
from sarhad.node.computing import Bench
from sarhad.response import graph as roads
from sarhad.response.dispatch import propose
from sarhad.response.kept import Kept, NoticeState, Question
from sarhad.response.proposal import Proposal
from sarhad.response.snapshot import CrossingState, IncidentState, Need, Snapshot, UnitState, read
from sarhad.response.ways import Roads, clash, near_line
from sarhad.wire.kinds import CrossingRule
from sarhad.wire.values import Place, Point, Range

REGION = Path(__file__).parents[2] / "examples" / "sistan-balochistan"


def spot(lon: int, lat: int = 0) -> Place:
    return Place(lat=lat, lon=lon, precision=1)


def snapshot(*, wait_s: int = 0, kind: str = "reaction") -> Snapshot:
    unit = UnitState(
        ref="east:1", party="east", code="E1", kind=kind, strength=Range(low=5, best=5, high=5), speed_kmh=60,
        notice_s=600, crosses_line=True, place=spot(8_000_000),
    )  # fmt: skip
    gate = CrossingState(
        ref="west:7", party="west", code="C", place=spot(4_500_000), modes=("road", "air"), wait_s=wait_s
    )
    incident = IncidentState(ref="west:9", place=spot(1_500_000))
    rule = CrossingRule(crossing="west:7", parties=("east",))
    return Snapshot(at=AT, party="west", units=(unit,), crossings=(gate,), rules=(rule,), incidents=(incident,))


@pytest.mark.parametrize("kind", ["reaction", "aviation"])
def test_a_way_leads_over_its_crossing_and_keeps_the_proposals_times(kind: str) -> None:
    graph, asked = land(), snapshot(wait_s=900, kind=kind)
    chosen = propose(graph, asked).answers[0].chosen[0]
    course = Roads(graph).course(asked.ordered(), spot(1_500_000), chosen)
    assert course is not None
    assert (course.lon[0], course.lon[-1]) == (8_000_000, 1_500_000)
    assert (course.at_s[0], course.at_s[-1]) == (600, chosen.way.arrival_s)
    assert (np.diff(course.lon) < 0).all()
    assert (np.diff(course.at_s) >= 0).all()
    waited = course.at_s[course.lon > 4_510_000].max(), course.at_s[course.lon < 4_490_000].min()
    assert waited[1] - waited[0] > 900


def test_it_is_near_the_line_for_as_long_as_the_agreement_means() -> None:
    graph, asked = land(), snapshot()
    chosen = propose(graph, asked).answers[0].chosen[0]
    drawn = Roads(graph)
    course = drawn.course(asked.ordered(), spot(1_500_000), chosen)
    assert course is not None
    window = near_line(drawn, course, 4_000)
    assert window is not None
    pace = float(np.abs(np.diff(course.lon)).sum() / (course.at_s[-1] - course.at_s[0])) * 1e-7 * 111_195
    assert window.to_s - window.from_s == pytest.approx(8_500 / pace, abs=700 / pace)
    assert near_line(drawn, course, 0) is None


def test_a_notice_on_the_way_clashes_only_while_it_is_in_force_and_not_for_its_own_unit() -> None:
    graph, asked = land(), snapshot()
    chosen = propose(graph, asked).answers[0].chosen[0]
    course = Roads(graph).course(asked.ordered(), spot(1_500_000), chosen)
    assert course is not None
    day = 86_400_000_000
    notice = NoticeState(ref="west:3", start=AT, end=AT + day, place=spot(3_000_000), radius_m=2_000)
    found = clash(course, "east:1", notice, AT)
    assert found is not None
    middle = course.at_s[np.argmin(abs(course.lon - 3_000_000))]
    assert found.window.from_s <= middle <= found.window.to_s
    assert clash(course, "east:1", msgspec.structs.replace(notice, start=AT - day, end=AT), AT) is None
    assert clash(course, "east:1", msgspec.structs.replace(notice, units=("east:1",)), AT) is None
    assert clash(course, "east:1", msgspec.structs.replace(notice, place=spot(3_000_000, 1_000_000)), AT) is None
    corners = [(-100_000, 2_900_000), (-100_000, 3_100_000), (100_000, 3_100_000), (100_000, 2_900_000)]
    ring = tuple(Point(lat=lat, lon=lon) for lat, lon in corners)
    assert clash(course, "east:1", msgspec.structs.replace(notice, ring=ring), AT) is not None


def test_a_response_on_the_real_ground_is_kept_whole_and_made_again_to_the_byte(tmp_path: Path) -> None:
    at = 1_790_000_000_000_000 // 86_400_000_000 * 86_400_000_000 + 8 * 3_600_000_000
    base: dict[str, Any] = {
        "kind": "medical",
        "strength": Range(low=4, best=5, high=6),
        "speed_kmh": 70,
        "crosses_line": True,
    }
    units = (
        UnitState(ref="ir:1", party="ir", code="Z", place=Place(lat=293_441_050, lon=611_342_330, precision=1), **base),
        UnitState(ref="pk:1", party="pk", code="N", place=Place(lat=290_114_950, lon=615_876_280, precision=1), **base),
    )
    crossing = CrossingState(
        ref="ir:8", party="ir", code="C1", place=Place(lat=289_775_000, lon=615_503_000, precision=1)
    )
    incident = IncidentState(
        ref="ir:9", place=Place(lat=289_500_000, lon=614_800_000, precision=1), need=Need(capabilities=("medical",))
    )
    asked = Snapshot(
        at=at, party="ir", units=units, crossings=(crossing,), incidents=(incident,),
        rules=(CrossingRule(crossing="ir:8", parties=("ir", "pk")),),
    )  # fmt: skip
    question = Question(snapshot=msgspec.Raw(asked.to_bytes()), limit_ms=10_000, notice_distance_m=4_000)
    kept = msgspec.json.decode(respond(Bench(REGION), msgspec.json.encode(question)), type=Kept)
    proposal = msgspec.json.decode(kept.proposal, type=Proposal)
    (chosen,) = proposal.answers[0].chosen
    assert chosen.code == "N"
    assert [passing.code for passing in chosen.way.passings] == ["C1"]
    (way,) = kept.ways
    assert way.near_line is not None
    assert way.at_s[-1] == chosen.way.arrival_s
    alone = {one.party: one.adequate_s for one in kept.alone}
    assert alone["pk"] is None
    assert alone["ir"] is not None
    assert chosen.way.arrival_s < alone["ir"]
    again = propose(roads.load(REGION), read(bytes(kept.snapshot)), limit_s=kept.limit_ms / 1000)
    assert again.to_bytes() == bytes(kept.proposal)
