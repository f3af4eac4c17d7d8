"""What cannot be responded to: each case through the desk's own calls, and its sentence in every language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import numpy as np
import pytest
import pytest_asyncio
from scipy import sparse

from desk.house import House, settle, words
from sarhad.node.planning_words import PlanWords
from sarhad.response.proposal import Reason
from sarhad.response.reach import VEHICLE
from sarhad.response.reach.travel import place as led
from sarhad.web.catalogue import catalogue
from sarhad.web.settings import WebSettings
from sarhad.wire import kinds as k
from sarhad.wire.values import JOINT, Language, Moment, Names, Place
from web.line import BENCH, MIRJAVEH, Agreed, Line, compute, furnish, unit
from web.served import served

LANGUAGES: tuple[Language, ...] = ("en", "fa", "ur")
SEA = Place(lat=247_000_000, lon=610_000_000, precision=1)
ELSEWHERE = Place(lat=400_000_000, lon=610_000_000, precision=1)
SAID = {
    "none-in-reach": ("no unit of either side with", "هیچ یگانی از دو طرف", "کسی طرف کا کوئی یونٹ"),
    "unit-in-the-sea": ("position lies in the sea", "جای یگان در دریاست", "یونٹ کا مقام سمندر میں ہے"),
    "incident-in-the-sea": ("incident lies in the sea", "رویداد در دریاست", "واقعہ سمندر میں ہے"),
    "incident-outside-region": ("outside the region", "بیرون", "باہر"),
    "no-road": ("no road connects it", "هیچ راهی آن را به رویداد نمی‌رساند", "کوئی سڑک اسے واقعے سے نہیں ملاتی"),
    "crossing-closed": ("C1 stays closed", "C1 بسته می‌ماند", "C1 بند رہتی ہے"),
    "none-in-force": (
        "no agreement with the other side is in force",
        "با طرف دیگر هیچ توافقی برقرار نیست",
        "دوسرے فریق سے کوئی معاہدہ نافذ نہیں",
    ),
    "none-may-cross": (
        "the agreement in force lets no unit cross",
        "توافقی برقرار است، اما به هیچ یگانی اجازهٔ گذر",
        "معاہدہ نافذ ہے، مگر وہ کسی یونٹ کو",
    ),
    "too-late": ("it would be there only after", "پس از", "بعد"),
}
"""What each reason must say: English, Persian, Urdu."""


@pytest_asyncio.fixture
async def line(ir: House, pk: House, settings: WebSettings) -> AsyncIterator[Line]:
    refs = await furnish(ir, pk)
    async with served(ir, settings, compute=compute) as left, served(pk, settings, compute=compute) as right:
        yield Line(left, right, refs)


def lonely_road() -> Place:
    """A place on a road of the western side that no other road of the region leads to."""
    graph = BENCH.graph
    pair = (np.ones(graph.tail.size), (graph.tail, graph.head))
    _, group = sparse.csgraph.connected_components(sparse.coo_array(pair, shape=(graph.lat.size,) * 2), directed=False)
    size = np.bincount(group)
    for edge in np.nonzero((size[group[graph.tail]] < 400) & (graph.bank[graph.tail] == 0))[0]:
        node = graph.tail[edge]
        at = led(graph, VEHICLE, [int(graph.lat[node])], [int(graph.lon[node])])
        if not at.fault[0] and group[graph.tail[at.at.edge[0]]] == group[node]:
            return Place(lat=int(graph.lat[node]), lon=int(graph.lon[node]), precision=1)
    raise AssertionError("the region has no such road")


async def report(line: Line, place: Place) -> None:
    """Report an incident and make it the line's."""
    house = line.ir.house
    when = Moment(start=house.clock.now, end=house.clock.now)
    what = k.Incident(title=words("Drill"), category="disaster", when=when, place=place)
    line.refs["incident"] = await house.act("duty", what, release=JOINT)
    await line.settle()


async def answered(line: Line, **asked: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Propose; return what is unmet and why the nearest is not sent, as both desks show it."""
    status, made = await line.propose(line.ir, **asked)
    assert status == 201, made
    await line.settle()
    shown = []
    for side in (line.ir, line.pk):
        data = (await line.page(side))["response"]["proposals"][-1]["data"]
        assert data.get("adequate_s") is None
        lack = data["unmet"][0]
        nearest = next(fact["texts"][0] for fact in lack["facts"] if fact["name"] == "nearest")
        why = next(one["why"] for one in data["spared"] if one["unit"] == nearest)
        shown.append((lack, why))
    assert shown[0] == shown[1]
    return shown[0]


def sentences(said: dict[str, Any]) -> list[str]:
    """A reason of a record in each language."""
    values = {one["name"]: one["number"] if one.get("number") is not None else tuple(one.get("texts", ())) for one in
              said.get("facts", ())}  # fmt: skip
    return [PlanWords(lang).reason(Reason(code=said["code"], values=values)) for lang in LANGUAGES]


def check(said: dict[str, Any], code: str) -> None:
    assert said["code"] == code
    for sentence, words_of_it in zip(sentences(said), SAID[code], strict=True):
        assert words_of_it in sentence
        assert "{" not in sentence
        assert "[" not in sentence


async def test_a_unit_in_the_sea_is_named_with_what_keeps_it(line: Line) -> None:
    house = line.ir.house
    ref = await house.act("commander", unit("S1", "reaction", "diving"), release=JOINT)
    now = house.clock.now
    at_sea = k.UnitStatus(unit=ref, status="available", as_of=Moment(start=now, end=now), place=SEA)
    await house.act("duty", at_sea, release=JOINT)
    lack, why = await answered(line, capabilities=["diving"])
    check(lack, "none-in-reach")
    check(why, "unit-in-the-sea")


@pytest.mark.parametrize(
    ("place", "code"), [(SEA, "incident-in-the-sea"), (ELSEWHERE, "incident-outside-region"), (None, "no-road")]
)
async def test_an_incident_that_nobody_reaches_says_why(line: Line, place: Place | None, code: str) -> None:
    await report(line, place or lonely_road())
    lack, why = await answered(line, capabilities=["cordon"])
    check(lack, "none-in-reach")
    check(why, code)


@pytest.mark.parametrize(("agreed", "code"), [("nothing", "none-in-force"), ("no crossing", "none-may-cross")])
async def test_no_agreement_is_told_from_one_that_lets_nobody_cross(
    ir: House, pk: House, settings: WebSettings, agreed: Agreed, code: str
) -> None:
    refs = await furnish(ir, pk, agreed)
    async with served(ir, settings, compute=compute) as left, served(pk, settings, compute=compute) as right:
        line = Line(left, right, refs)
        when = Moment(start=pk.clock.now, end=pk.clock.now)
        beyond = Place(lat=290_114_950, lon=615_876_280, precision=1)
        what = k.Incident(title=words("Drill"), category="disaster", when=when, place=beyond)
        line.refs["incident"] = await pk.act("duty", what, release=JOINT)
        await line.settle()
        lack, why = await answered(line, capabilities=["cordon"])
    check(lack, "none-in-reach")
    check(why, code)


@pytest.mark.parametrize(
    ("speed", "form", "limit"),
    [(0, "least", 1), (-5, "least", 1), (5_000, "most", 1_000), (1.5, "type", None), ("fast", "type", None)],
)
async def test_an_impossible_speed_is_refused_where_it_is_stated(
    line: Line, speed: Any, form: str, limit: int | None
) -> None:
    data = {**msgspec.to_builtins(unit("S2", "medical")), "speed_kmh": speed}
    async with line.ir.officer("commander") as client:
        status, said = await client.post("/api/acts/unit", {"data": data, "release": {"to": "joint"}})
    assert (status, said["code"]) == (400, "bad-request"), said
    assert "speed_kmh" in said["what"] + said["where"]
    assert said["values"] == {"form": form, "field": "speed_kmh", **({} if limit is None else {"limit": limit})}
    for lang in LANGUAGES:
        assert "{field}" in catalogue(lang)[f"error.form.{form}"]


async def test_what_is_no_number_at_all_is_told_as_unreadable(line: Line) -> None:
    data = {**msgspec.to_builtins(unit("S2", "medical")), "speed_kmh": float("nan")}
    async with line.ir.officer("commander") as client:
        status, said = await client.post("/api/acts/unit", {"data": data, "release": {"to": "joint"}})
    assert (status, said["code"], said["values"].get("form")) == (400, "bad-request", "unreadable"), said


async def closing(line: Line) -> None:
    """Announce that the crossing closes in ten minutes, for a month."""
    house = line.ir.house
    now = house.clock.now
    shut = k.Closure(start=now + 600_000_000, end=now + 30 * 86_400_000_000)
    gate = k.Crossing(
        code="C1", names=Names(en="Mirjaveh"), place=MIRJAVEH, modes=("road",), status="open", closures=(shut,)
    )
    await house.act("commander", gate, release=JOINT)
    await line.settle()


async def test_a_crossing_that_closes_before_a_unit_is_there_keeps_it_away(line: Line) -> None:
    pk = line.pk.house
    ref = await pk.act("commander", unit("N2", "reaction", "diving"), release=JOINT)
    now, there = pk.clock.now, Place(lat=290_114_950, lon=615_876_280, precision=1)
    stands = k.UnitStatus(unit=ref, status="available", as_of=Moment(start=now, end=now), place=there)
    await pk.act("duty", stands, release=JOINT)
    await closing(line)
    lack, why = await answered(line, capabilities=["diving"])
    check(lack, "none-in-reach")
    check(why, "crossing-closed")


async def test_a_crossing_that_closes_while_a_unit_is_on_its_way_overtakes_the_proposal(line: Line) -> None:
    ref = await line.proposed()
    await line.post(line.ir, "duty", "/api/response/send", proposal=ref)
    await line.settle()
    shut = k.Crossing(code="C1", names=Names(en="Mirjaveh"), place=MIRJAVEH, modes=("road",), status="closed")
    closed = await line.ir.house.act("commander", shut, release=JOINT)
    await line.settle()
    for side in (line.ir, line.pk):
        (said,) = (await line.page(side))["overtaken"]
        assert (said["code"], said["facts"][0]["texts"]) == ("crossing-closed", [closed])


async def test_nobody_in_time_says_before_when_who_is_nearest_and_when_that_one_would_come(line: Line) -> None:
    before = line.ir.house.clock.now + 600_000_000
    lack, why = await answered(line, capabilities=["medical"], before=before)
    assert lack["code"] == "none-in-reach-before"
    for sentence, said in zip(sentences(lack), SAID["none-in-reach"], strict=True):
        assert said in sentence
    assert "UTC" in sentences(lack)[0]
    check(why, "too-late")
    await settle(line.ir.house, line.pk.house)
    _, later = await line.propose(line.ir, capabilities=["medical"], before=before + 86_400_000_000)
    page = await line.page(line.ir)
    newest = page["response"]["proposals"][-1]
    assert newest["ref"] == later["ref"]
    assert newest["data"]["legs"]
