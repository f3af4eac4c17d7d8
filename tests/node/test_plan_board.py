"""One board for screen and command line: a node's records or a region's, the same answer in whatever order."""

from __future__ import annotations

import json
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from node.commands import REGION, sarhad
from sarhad.cli import main
from sarhad.node.planner import solve
from sarhad.node.planner.board import Board
from sarhad.node.planner.describe import describe
from sarhad.node.planner.land import Land
from sarhad.node.planner.passages import passages_of
from sarhad.node.planner.region import standing_of_region
from sarhad.response.errors import PlanError
from sarhad.response.snapshot import CrossingState
from sarhad.response.standing import Happened, Standing, offsets_min
from sarhad.web.plan_shapes import Scenario, SitedView
from sarhad.wire.kinds import CrossingRule
from sarhad.wire.values import Place

DAY = 86_400_000_000
AT = 1_790_000_000_000_000 // DAY * DAY + DAY // 4


@pytest.fixture(scope="module")
def land() -> Land:
    return Land(REGION)


@pytest.fixture(scope="module")
def standing(land: Land) -> Standing:
    return standing_of_region(land, AT)


def shuffled(standing: Standing, land: Land, seed: int) -> Board:
    """A board of the same ground, written in another order."""
    chance = random.Random(seed)
    other = Land(REGION, lambda: land.graph)
    other.places = tuple(chance.sample(land.places, len(land.places)))
    parts: dict[str, Any] = {
        name: tuple(chance.sample(getattr(standing, name), len(getattr(standing, name))))
        for name in ("units", "crossings", "posts", "rules")
    }
    return Board(other, msgspec.structs.replace(standing, **parts))


@pytest.mark.parametrize("method", ["maximal", "median", "centre", "expected", "all"])
def test_the_answer_does_not_depend_on_the_order_of_the_ground(land: Land, standing: Standing, method: Any) -> None:
    asked = Scenario(method=method, sites=4, at=("posts", "crossings", "towns"), limit_s=20)
    first = Board(land, standing)
    made = solve.site(first, asked)
    again = shuffled(standing, land, 7)
    other = solve.site(again, asked)
    assert made.status == "optimal"
    assert key(made) == key(other)
    by_place = dict(zip((spot.key for spot in first.places), made.arrival_s, strict=True))
    assert by_place == dict(zip((spot.key for spot in again.places), other.arrival_s, strict=True))


def key(made: SitedView) -> list[tuple[str, int, int, int]]:
    return sorted((site.names.en, site.lat, site.lon, site.units) for site in made.sites)


def test_both_sides_hours_hold_at_a_crossing_that_both_keep(land: Land, standing: Standing) -> None:
    gates = {one.code: one for one in passages_of(standing, lambda party: party)}
    # 08:00 to 18:00 in Tehran (UTC+3:30) and 09:00 to 17:00 in Karachi (UTC+5): 08:00 to 15:30 in Tehran
    assert (gates["C1"].opens_s, gates["C1"].closes_s, gates["C1"].zone) == (28_800, 55_800, "Asia/Tehran")
    assert (gates["C4"].opens_s, gates["C4"].closes_s) == (0, 0)
    assert not gates["C2"].agreed


@pytest.mark.parametrize(("day", "closes_h"), [("2026-01-15", 16), ("2026-07-15", 17)], ids=["winter", "summer"])
def test_two_sides_hours_meet_by_the_clocks_of_the_day(day: str, closes_h: int) -> None:
    """One side changes its clocks, the other never does: what both have open is an hour longer in summer."""
    at = int(datetime.fromisoformat(f"{day}T12:00+00:00").timestamp()) * 1_000_000
    place = Place(lat=289_775_000, lon=615_503_000, precision=1)
    hours = {"code": "C1", "place": place, "opens_s": 8 * 3600}
    keepers = (
        CrossingState(ref="ch:1", party="ch", closes_s=20 * 3600, zone="Europe/Zurich", **hours),  # type: ignore[arg-type]
        CrossingState(ref="xx:1", party="xx", closes_s=15 * 3600, zone="UTC", **hours),  # type: ignore[arg-type]
    )
    rule = CrossingRule(crossing="ch:1", parties=("ch",))
    ground = Standing(
        origin="records", agreed=True, crossings=keepers, rules=(rule,), offsets_min=offsets_min(keepers, at)
    )
    (gate,) = passages_of(ground, lambda party: party)
    assert (gate.opens_s, gate.closes_s) == ((closes_h - 7) * 3600, closes_h * 3600)
    assert gate.offset_min == (closes_h - 15) * 60


def test_a_zone_that_is_not_known_is_named_where_hours_are_read_by_it() -> None:
    place = Place(lat=289_775_000, lon=615_503_000, precision=1)
    always = CrossingState(ref="ir:1", party="ir", code="C1", place=place, zone="Asia/Nowhere")
    assert offsets_min([always], AT) == {}
    with pytest.raises(PlanError, match="Asia/Nowhere"):
        offsets_min([msgspec.structs.replace(always, opens_s=3600)], AT)


def test_a_unit_that_cannot_be_counted_is_told_with_its_reason(land: Land, standing: Standing) -> None:
    sea, far = (
        Place(lat=247_000_000, lon=610_000_000, precision=1),
        Place(lat=400_000_000, lon=610_000_000, precision=1),
    )
    units = {unit.code: unit for unit in standing.units}
    moved = [
        msgspec.structs.replace(units["Sabz-11"], place=sea, home=""),
        msgspec.structs.replace(units["Sabz-12"], place=far, home=""),
        msgspec.structs.replace(units["Sabz-21"], place=None, home=""),
        msgspec.structs.replace(units["Sabz-22"], status="out-of-service"),
        msgspec.structs.replace(units["Sabz-31"], party="xx"),
    ]
    rest = [unit for unit in standing.units if unit.code not in {one.code for one in moved}]
    board = Board(land, msgspec.structs.replace(standing, units=(*rest, *moved)))
    assert {one.unit.code: one.why for one in board.fielded.away} == {
        "Sabz-11": "in-the-sea",
        "Sabz-12": "outside-region",
        "Sabz-21": "no-position",
        "Sabz-22": "out-of-service",
        "Sabz-31": "no-side",
    }
    assert np.isfinite(board.fielded.force.direct).any(axis=1).all()


def test_an_incident_outside_the_region_is_left_out_and_told(land: Land, standing: Standing) -> None:
    common: dict[str, Any] = {"precision": 1, "start": 0, "end": 0, "category": "bombing", "table": "hand"}
    inside = Happened(lat=290_000_000, lon=612_000_000, **common)
    outside = Happened(lat=350_000_000, lon=700_000_000, **common)
    board = Board(land, msgspec.structs.replace(standing, incidents=(inside, outside)))
    plan = describe(board)
    assert (plan.outside, plan.lent) == (1, False)
    assert {spot.party for spot in board.places} == {"ir"}
    nothing = Board(land, msgspec.structs.replace(standing, incidents=(outside,)))
    with pytest.raises(PlanError) as refused:
        nothing.weight({})
    assert (refused.value.code, refused.value.values) == ("plan-all-outside", {"count": 1})
    assert describe(nothing).places.name == ()


@pytest.mark.parametrize(
    ("unit", "crossing", "said"),
    [
        (
            {"lat": 247_000_000, "lon": 610_000_000},
            {},
            {"en": "lies in the sea", "fa": "در دریاست", "ur": "سمندر میں ہے"},
        ),
        ({"speed_kmh": 0}, {}, {"en": "speed of 0 km/h", "fa": "۰ کیلومتر بر ساعت", "ur": "0 کلومیٹر"}),
        ({"speed_kmh": -5}, {}, {"en": "speed of -5 km/h", "fa": "-۵ کیلومتر", "ur": "-5 کلومیٹر"}),
        ({"kind": "patrol"}, {}, {"en": "neither side has released", "fa": "اعلام نکرده", "ur": "نہیں بتایا"}),
        (
            {"party": "pk", "lat": 290_114_950, "lon": 615_876_280, "notice_s": 1_800},
            {"closures": [{"start": AT + 600_000_000, "end": AT + 30 * DAY}]},
            {"en": "C1 stays closed", "fa": "C1 بسته می‌ماند", "ur": "C1 بند رہتی ہے"},
        ),
    ],
    ids=["in the sea", "zero speed", "negative speed", "none that could", "closes on the way"],
)
def test_what_cannot_be_done_is_said_in_every_language(
    tmp_path: Path, unit: dict[str, Any], crossing: dict[str, Any], said: dict[str, str]
) -> None:
    where = {"lat": unit.pop("lat", 289_600_000), "lon": unit.pop("lon", 614_900_000), "precision": 1}
    strength = {"low": 4, "best": 5, "high": 6}
    one = {"ref": "ir:1", "party": "ir", "code": "U1", "kind": "medical", "speed_kmh": 60, "crosses_line": True}
    need = {"capabilities": ["medical"]}
    there = {"lat": 289_500_000, "lon": 614_800_000, "precision": 1}
    gate = {
        "ref": "ir:9",
        "party": "ir",
        "code": "C1",
        "place": {"lat": 289_775_000, "lon": 615_503_000, "precision": 1},
    }
    snapshot = {
        "format": "sarhad-snapshot/v1", "at": AT, "party": "ir",
        "units": [{**one, "strength": strength, "place": where, **unit}],
        "incidents": [{"ref": "ir:5", "place": there, "need": need}],
        "crossings": [{**gate, "zone": "Asia/Tehran", **crossing}],
        "rules": [{"crossing": "ir:9", "parties": ["ir", "pk"]}],
    }  # fmt: skip
    file = tmp_path / "snapshot.json"
    file.write_text(json.dumps(snapshot))
    for lang, words in said.items():
        asked = ["plan", "dispatch", str(file), "--region", str(REGION), "--lang", lang]
        answer = CliRunner().invoke(main, asked, env={"COLUMNS": "300"})
        assert answer.exit_code in (1, 2)
        assert words in answer.output
        if lang != "en":
            assert "served" not in answer.output


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan") / "ir"
    ground = REGION / "ground" / "ir.json"
    who = ("--party", "ir", "--name", "West", "--country", "IR", "--zone", "Asia/Tehran")
    sarhad("init", folder, *who, "--endpoint", "https://127.0.0.1:8443", "--ground", ground, "--region", REGION)
    return folder


def test_a_node_is_planned_on_from_the_command_line(node: Path) -> None:
    said = json.loads(sarhad("plan", "site", "2", "--at", "posts", "--node", node, "--json").stdout)
    facts = dict(said["rests_on"])
    assert facts["ground"] == "on record at this node"
    assert "none is imported on record" in facts["incidents"]
    assert len(said["sites"]) == 2
    assert {site["party"] for site in said["sites"]} == {"ir"}
    told = json.loads(sarhad("plan", "dividend", "--node", node, "--runs", "2", "--json").stdout)
    assert told["separate"] == told["joint"]  # no partner's unit is on record


def test_a_plan_in_an_exercise_rests_on_its_own_incidents(node: Path, tmp_path: Path) -> None:
    table = REGION / "incidents" / "ucdp-ged.csv"
    sarhad("import", node, table, "--as", "ucdp-ged", "--exercise", "drill-1")
    for command in (("site", "2", "--at", "posts"), ("simulate", "--runs", "2", "--years", "1")):
        live, drill = (
            dict(json.loads(sarhad("plan", *command, "--node", node, *words, "--json").stdout)["rests_on"])
            for words in ((), ("--exercise", "drill-1"))
        )
        assert "none is imported on record" in live["incidents"]
        assert "none is imported on record" not in drill["incidents"]
        assert drill["ground"] == live["ground"] == "on record at this node"
    files = sarhad(
        "plan",
        "page",
        "site",
        tmp_path,
        "2",
        "--at",
        "posts",
        "--node",
        node,
        "--exercise",
        "drill-1",
        "--format",
        "csv",
    )
    assert "Wrote" in files.stdout


@pytest.mark.parametrize(
    "words",
    [("site", "2"), ("simulate",), ("dividend",), ("page", "site", "out", "2"), ("page", "dividend", "out")],
    ids=" ".join,
)
def test_an_exercise_that_is_not_held_is_told_with_those_that_are(node: Path, words: tuple[str, ...]) -> None:
    said = sarhad("plan", *words, "--node", node, "--exercise", "drill-9", status=2).stderr
    assert "'drill-9'" in said
    assert "--exercise" in said
    assert "drill-9" in sarhad("plan", "reach", node, "--to", "28.98,61.55", "--exercise", "drill-9", status=2).stderr


def test_parties_are_called_by_their_names_where_these_are_on_record(node: Path) -> None:
    shown = {"COLUMNS": "300"}
    for asked in (["site", "2", "--at", "posts", "--node", str(node)], ["reach", str(node), "--to", "28.98,61.55"]):
        answer = CliRunner().invoke(main, ["plan", *asked], env=shown)
        assert answer.exit_code == 0, answer.output
        assert " West " in answer.output
        assert " ir " not in answer.output
