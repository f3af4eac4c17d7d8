"""The plan's calls: who may ask, what is bounded, what an answer says, what a file holds.  A real worker computes."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from desk.house import House, settle, words
from node.commands import REGION
from sarhad.desk.blur import release_blurred
from sarhad.web.latest import Latest, Superseded
from sarhad.web.settings import WebSettings
from sarhad.wire import kinds as k
from sarhad.wire.values import JOINT, OWN, Moment, Place
from web.laid import lay_ground
from web.line import Agreed, furnish
from web.served import Client, Served, served

READERS = ("planner", "commander", "auditor")
OTHERS = ("duty", "secretary", "admin")


@pytest_asyncio.fixture
async def planner(ir: House, pk: House, settings: WebSettings) -> AsyncIterator[Client]:
    """The planner of a desk that has the example region."""
    assert settings.pages is not None
    await lay_ground(ir, pk)
    async with served(ir, WebSettings(region=REGION, pages=settings.pages)) as desk, desk.officer("planner") as client:
        yield client


async def solved(client: Client, **scenario: Any) -> dict[str, Any]:
    status, answer = await client.post("/api/plan/site", scenario)
    assert status == 200, answer
    found: dict[str, Any] = answer
    return found


@pytest.mark.parametrize("name", OTHERS)
async def test_who_has_no_part_in_planning_is_refused(desk: Served, name: str) -> None:
    async with desk.officer(name) as client:
        for call in (client.get("/api/plan"), client.post("/api/plan/site", {}), client.post("/api/plan/dividend", {})):
            status, answer = await call
            assert (status, answer["code"]) == (403, "role")


@pytest.mark.parametrize("name", READERS)
async def test_a_region_that_cannot_be_read_is_told_to_those_who_may_ask(desk: Served, name: str) -> None:
    async with desk.officer(name) as client:
        status, answer = await client.get("/api/plan")
        assert (status, answer["code"]) == (422, "region")
        assert "region.json" in answer["where"]
        assert answer["do"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("site", {"sites": 61}, "sites"),
        ("site", {"minutes": 1}, "minutes"),
        ("site", {"hour": 24}, "hour"),
        ("site", {"method": "guess"}, "method"),
        ("site", {"limit_s": 3600}, "limit_s"),
        ("site", {"weights": {"bombing": -1}}, "weights"),
        ("site", {"weights": {f"k{n}": 1 for n in range(65)}}, "weights"),
        ("site", {"at": []}, "at"),
        ("site", {"nonsense": 1}, ""),
        ("dividend", {"runs": 201}, "runs"),
        ("dividend", {"answer_s": 86_401}, "answer_s"),
        ("reach", {"candidates": list(range(121))}, "candidates"),
        ("site/export", {"format": "exe", "a": {}}, "format"),
    ],
)
async def test_every_input_has_a_bound_and_the_field_is_named(
    desk: Served, path: str, body: dict[str, Any], field: str
) -> None:
    async with desk.officer("planner") as client:
        status, answer = await client.post(f"/api/plan/{path}", body)
    assert (status, answer["code"]) == (400, "bad-request"), answer
    assert field in f"{answer['where']} {answer['what']}"


async def test_a_plan_says_what_it_rests_on_and_an_answer_how_good_it_is(planner: Client) -> None:
    status, plan = await planner.get("/api/plan")
    assert status == 200
    tables = {table["id"]: table for table in plan["tables"]}
    assert tables["ucdp"]["incidents"] == sum(tables["ucdp"]["precision"].values()) == 225
    assert plan["left_out"]["4"] == 26
    assert {crossing["code"]: crossing["agreed"] for crossing in plan["crossings"]}["C2"] is False
    columns = plan["places"]
    assert len({len(columns[key]) for key in ("name", "lat", "lon", "party", "weight")}) == 1

    joint, apart = await solved(planner, method="centre"), await solved(planner, method="centre", mode="separate")
    for answer in (joint, apart):
        assert answer["status"] == "optimal"
        assert answer["value"] == answer["bound"]
        assert len(answer["arrival_s"]) == len(columns["lat"])
        assert max(answer["arrival_s"]) == pytest.approx(answer["value"], abs=1)
    assert joint["value"] <= apart["value"]

    more = await solved(planner, sites=12)
    assert more["value"] >= (await solved(planner, sites=6))["value"]
    assert sum(site["serves"] for site in more["sites"]) <= more["total"] + 1e-6
    kept = await solved(planner, sites=0, keep_posts=True)
    assert [site["existing"] for site in kept["sites"]] == [True] * plan["candidates"]["posts"]

    candidates = [site["candidate"] for site in more["sites"]]
    status, reach = await planner.post("/api/plan/reach", {"sites": 12, "candidates": candidates})
    assert status == 200
    assert [band["minutes"] for band in reach["bands"]] == [30, 60, 120]
    assert all(first <= last for band in reach["bands"] for _, first, last in band["runs"])


async def test_what_cannot_be_asked_is_refused_with_what_to_do(planner: Client) -> None:
    for path, body, where in (
        ("site", {"open": ["C9"]}, "open"),
        ("site", {"weights": {"source:ucdp": 0, "source:iran-side": 0}}, "weights"),
        ("site", {"weights": {"bombings": 2}}, "weights"),
        ("site", {"weights": {"source:elsewhere": 2}}, "weights"),
        ("dividend", {"weights": {"bombings": 2}}, "weights"),
        ("site", {"at": ["crossings"], "sites": 20}, "sites"),
        ("reach", {"at": ["crossings"], "candidates": [50]}, "candidates"),
        ("dividend", {"kinds": ["cavalry"]}, "kinds"),
        ("dividend", {"runs": 2, "fit": "elsewhere"}, "fit"),
    ):
        status, answer = await planner.post(f"/api/plan/{path}", body)
        assert status == 200
        assert answer["unanswered"]["where"] == where, (body, answer)
        assert answer["unanswered"]["do"]


async def test_a_weight_that_there_is_not_is_named_with_those_that_there_are(planner: Client) -> None:
    _, answer = await planner.post("/api/plan/site", {"weights": {"bombings": 2}})
    refused = answer["unanswered"]
    assert refused["code"] == "plan-unknown-weight"
    assert refused["values"]["weight"] == "bombings"
    assert {"bombing", "source:ucdp", "source:iran-side"} <= set(refused["values"]["known"].split(", "))
    status, file = await planner.post("/api/plan/site/export", {"format": "csv", "a": {"weights": {"bombings": 2}}})
    assert (status, file["code"]) == (422, "plan-unknown-weight")


async def test_the_same_seed_gives_the_same_dividend_and_closing_all_crossings_leaves_none(planner: Client) -> None:
    asked = {"kinds": ["explosive-disposal"], "runs": 4, "years": 2, "seed": 7}
    first, again = [(await planner.post("/api/plan/dividend", asked))[1] for _ in range(2)]
    assert {**first, "took_ms": 0} == {**again, "took_ms": 0}
    assert first["joint"]["median_s"] < first["separate"]["median_s"]
    assert first["load"]["seed"] == 7
    assert first["load"]["gain"]["median_s"]["low"] <= first["load"]["gain"]["median_s"]["mean"]
    _, shut = await planner.post("/api/plan/dividend", {"kinds": ["explosive-disposal"], "open": []})
    assert shut["joint"] == shut["separate"]
    assert shut["load"] is None


async def test_files_hold_what_the_screen_shows(planner: Client) -> None:
    shown = await solved(planner, sites=4)
    order: dict[str, Any] = {"a": {"sites": 4}, "b": {"sites": 4, "method": "median"}}
    _, raw = await planner.post("/api/plan/site/export", {**order, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(raw.decode())))
    mine = [row for row in rows if row["scenario"] == "A"]
    assert [row["name"] for row in mine] == [site["names"]["en"] for site in shown["sites"]]
    assert {row["scenario"] for row in rows} == {"A", "B"}
    _, raw = await planner.post("/api/plan/site/export", {**order, "format": "geojson"})
    features = json.loads(raw)["features"]
    assert features[0]["geometry"]["coordinates"] == pytest.approx([float(mine[0]["lon"]), float(mine[0]["lat"])])
    _, raw = await planner.post("/api/plan/site/export", {**order, "format": "pdf", "lang": "ur"})
    assert raw.startswith(b"%PDF")
    _, raw = await planner.post("/api/plan/dividend/export", {"format": "html", "lang": "fa"})
    assert '<html lang="fa" dir="rtl">' in raw.decode()
    assert "planner@ir" in raw.decode()


async def test_a_newer_question_of_a_page_takes_the_place_of_the_older() -> None:
    latest, free = Latest(), asyncio.Event()

    async def slow() -> bytes:
        await free.wait()
        return b"old"

    async def quick() -> bytes:
        return b"new"

    older = asyncio.create_task(latest.run("page", slow()))
    other = asyncio.create_task(latest.run("another page", slow()))
    await asyncio.sleep(0)
    assert await latest.run("page", quick()) == b"new"
    with pytest.raises(Superseded):
        await older
    free.set()
    assert await other == b"old"


async def test_a_question_that_a_newer_one_replaced_is_answered_so_and_is_no_error(planner: Client) -> None:
    """An officer who moves a slider while the node still computes has done nothing wrong."""
    asked = [{"asker": "page", "kinds": ["explosive-disposal"], "runs": 8, "seed": seed} for seed in (1, 2)]
    answers = await asyncio.gather(*(planner.post("/api/plan/dividend", one) for one in asked))
    assert [status for status, _ in answers] == [200, 200]
    assert sorted(answer.get("unanswered", {}).get("code", "answered") for _, answer in answers) == [
        "answered",
        "superseded",
    ]


async def described(house: House, settings: WebSettings, **params: str) -> dict[str, Any]:
    """What the house's planner is told that a plan is made from."""
    where = WebSettings(region=REGION, pages=settings.pages)
    async with served(house, where) as desk, desk.officer("planner") as client:
        status, plan = await client.get("/api/plan", params=params)
    assert status == 200, plan
    found: dict[str, Any] = plan
    return found


def count(plan: dict[str, Any], party: str) -> int:
    return sum(kind["units"].get(party, 0) for kind in plan["kinds"])


async def test_a_plan_is_made_from_what_this_side_may_see_of_the_ground(
    ir: House, pk: House, settings: WebSettings
) -> None:
    refs = await lay_ground(ir, pk, kept=("pk/unit/Nila-21", "pk/post/Nila-3"))
    own, other = await described(pk, settings), await described(ir, settings)
    assert own["origin"] == other["origin"] == "records"
    assert count(own, "pk") == 13
    assert [(one["code"], one["why"]) for one in other["away"]] == [  # their post was kept home
        ("Nila-31", "no-position"),
        ("Nila-32", "no-position"),
    ]
    assert count(other, "pk") == 10
    assert own["candidates"]["posts"] == 14
    assert other["candidates"]["posts"] == 13
    assert own["lent"]
    assert refs["pk/unit/Nila-21"] not in json.dumps(other)


async def test_a_blurred_position_a_closure_and_a_caveat_count_and_are_told(
    ir: House, pk: House, settings: WebSettings
) -> None:
    refs = await lay_ground(ir, pk, kept=("pk/post/Nila-1",))
    away = [one["code"] for one in (await described(ir, settings))["away"]]
    held = pk.desk.picture.ground().units
    for unit in (one for one in held if one.code in away):
        at = pk.clock.now
        status = k.UnitStatus(
            unit=unit.ref, status="available", as_of=Moment(start=at, end=at),
            place=Place(lat=289_000_000, lon=620_000_000, precision=1),
        )  # fmt: skip
        exact = await pk.act("duty", status, release=OWN)
        await release_blurred(pk.desk, pk.actor("commander"), exact, JOINT, 20_000)
    mirjaveh = refs["ir/crossing/C1"]
    crossing = ir.desk.held(mirjaveh)
    assert crossing is not None
    assert isinstance(crossing.data, k.Crossing)
    now = ir.clock.now
    shut = msgspec.structs.replace(crossing.data, closures=(k.Closure(start=now, end=now + 10**12),))
    await ir.act("commander", shut, release=JOINT)
    ours = next(one for one in ir.desk.picture.ground().units if one.party == "ir")
    caveat = k.Caveat(code="K1", unit=ours.ref, part="no", reason=words("sick"))
    await ir.act("commander", caveat, release=OWN)
    await settle(ir, pk)
    plan = await described(ir, settings)
    assert away
    assert plan["blurred"] == len(away)
    assert [(one["code"], one["why"]) for one in plan["away"]] == [(ours.code, "caveat")]
    gates = {one["code"]: one for one in plan["crossings"]}
    assert (gates["C1"]["agreed"], gates["C1"]["shut"]) == (False, True)
    assert gates["C4"]["agreed"]


async def test_a_plan_in_a_drill_rests_on_the_drills_records_and_a_live_one_on_none_of_them(
    ir: House, pk: House, settings: WebSettings
) -> None:
    refs = await lay_ground(ir, pk)
    crossing = ir.desk.held(refs["ir/crossing/C1"])
    assert crossing is not None
    assert isinstance(crossing.data, k.Crossing)
    live = await described(pk, settings)
    shut = msgspec.structs.replace(crossing.data, status="closed")
    await ir.act("commander", shut, release=JOINT, exercise="flood")
    when = Moment(start=ir.clock.now, end=ir.clock.now)
    what = k.Incident(
        title=words("x"), category="disaster", when=when, place=Place(lat=290_000_000, lon=612_000_000, precision=1)
    )
    await ir.act("duty", what, release=JOINT, exercise="flood")
    await settle(ir, pk)
    assert await described(pk, settings) == live
    drilled = await described(pk, settings, exercise="flood")
    gates = {one["code"]: one for one in drilled["crossings"]}
    assert (gates["C1"]["agreed"], gates["C1"]["shut"]) == (False, True)
    assert {one["id"]: one["incidents"] for one in drilled["tables"]}["records"] == 1
    assert "records" not in {one["id"] for one in live["tables"]}
    assert drilled["kinds"] == live["kinds"]


@pytest.mark.parametrize(("agreed", "in_force"), [("nothing", False), ("no crossing", True)])
async def test_a_plan_tells_no_agreement_from_one_that_lets_nobody_cross(
    ir: House, pk: House, settings: WebSettings, agreed: Agreed, in_force: bool
) -> None:
    await furnish(ir, pk, agreed)
    plan = await described(ir, settings)
    assert plan["agreed"] is in_force
    assert [(one["code"], one["parties"], one["agreed"]) for one in plan["crossings"]] == [("C1", [], False)]
    said = {
        "nothing": ("no agreement is in force", "هیچ توافقی برقرار نیست", "کوئی معاہدہ نافذ نہیں"),
        "no crossing": ("lets no unit cross", "به هیچ یگانی اجازهٔ عبور نمی‌دهد", "کسی یونٹ کو گزرنے کی اجازت نہیں دیتا"),
    }[agreed]
    where = WebSettings(region=REGION, pages=settings.pages)
    async with served(ir, where) as desk, desk.officer("planner") as client:
        for language, words_of_it in zip(("en", "fa", "ur"), said, strict=True):
            order = {"format": "html", "lang": language, "a": {"sites": 2, "at": ["towns"]}}
            _, page = await client.post("/api/plan/site/export", order)
            assert words_of_it in page.decode()


async def test_imported_incidents_take_the_place_of_the_regions(ir: House, pk: House, settings: WebSettings) -> None:
    await lay_ground(ir, pk)
    when = Moment(start=ir.clock.now, end=ir.clock.now)
    for number in range(3):
        what = k.Incident(
            title=words("x"), category="bombing", when=when, external=f"ucdp-ged:{number}" if number else "",
            place=Place(lat=290_000_000, lon=612_000_000, precision=1),
        )  # fmt: skip
        await ir.act("duty", what, release=OWN)
    plan = await described(ir, settings)
    assert not plan["lent"]
    assert {one["id"]: one["incidents"] for one in plan["tables"]} == {"ucdp-ged": 2, "records": 1}
    assert set(plan["places"]["party"]) == {"ir"}
    assert (await described(pk, settings))["lent"]  # none was released to it


async def test_places_are_found_by_name_and_stand_among_the_candidates(planner: Client) -> None:
    status, found = await planner.get("/api/plan/places", params={"text": " زاهدان "})
    assert status == 200
    assert found[0]["names"] == {"en": "Zahedan", "fa": "زاهدان", "ur": "زاهدان"}
    status, same = await planner.get("/api/plan/places", params={"text": "Zahedan"})
    assert (status, same[0]["mark"]) == (200, found[0]["mark"])
    status, named = await planner.get("/api/plan/places", params={"mark": [found[0]["mark"], "1x1"]})
    assert (status, named) == (200, [found[0]])
    for wrong in ({"mark": "here"}, {"mark": ["1x1"] * 41}, {"text": ""}):
        status, refused = await planner.get("/api/plan/places", params=wrong)
        assert status == 400, refused
    asked = {"at": ["villages"], "villages": 30, "sites": 3}
    few = await solved(planner, **asked)
    assert few["candidates"] == 30
    assert {site["what"] for site in few["sites"]} == {"village"}
    more = await solved(planner, **asked, places=[found[0]["mark"]])
    assert more["candidates"] in (30, 31)
    assert more["value"] >= few["value"]
    status, answer = await planner.post("/api/plan/site", {"places": ["1x1"]})
    refused = answer["unanswered"]
    assert (status, refused["code"], refused["values"]) == (200, "plan-unknown-place", {"place": "1x1"})
    status, refused = await planner.post("/api/plan/site/export", {"format": "csv", "a": {"places": ["1x1"]}})
    assert (status, refused["code"]) == (422, "plan-unknown-place")
