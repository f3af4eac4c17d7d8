"""What was known when, as a page asks for it; and what the map and the time line are drawn from."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from desk.house import US, House, settle, words
from sarhad.web.past import Past, Superseded
from sarhad.wire.kinds import Incident, Note, Unit, UnitStatus, Warn
from sarhad.wire.values import JOINT, OWN, Moment, Names, Place, Range, named
from web.served import Served

PLACE = Place(lat=270_000_000, lon=620_000_000, precision=2)


def incident(name: str) -> Incident:
    return Incident(title=words(name), category="ambush", when=Moment(start=0, end=US), place=PLACE)


async def test_marks_are_columns_of_the_room_and_only_those_named_when_some_are(desk: Served) -> None:
    async with desk.officer("duty") as client:
        _, first = await client.act(incident("one"), OWN)
        _, second = await client.act(incident("two"), OWN)
        await client.act(incident("drill"), OWN, exercise="drill")
        status, whole = await client.get("/api/incidents/marks")
        assert (await client.get("/api/incidents/marks"))[1] == whole
        _, some = await client.get("/api/incidents/marks", params={"ref": second["ref"]})
        _, drill = await client.get("/api/incidents/marks", params={"exercise": "drill"})
        many = [("ref", f"ir:{n}") for n in range(300)]
        refused, _ = await client.get("/api/incidents/marks", params=many)
        _, titles = await client.get("/api/incidents/titles", params=[("ref", second["ref"]), ("ref", "ir:0")])
    assert status == 200
    assert whole["ref"] == [first["ref"], second["ref"]]
    assert (whole["lat"], whole["lasts_us"], whole["categories"]) == ([PLACE.lat] * 2, [US, US], ["ambush"])
    assert some["ref"] == [second["ref"]]
    assert len(drill["ref"]) == 1
    assert refused == 400
    assert [(one["ref"], one["title"]["text"]) for one in titles] == [(second["ref"], "two")]


async def test_a_unit_leaves_a_track_and_the_histogram_counts_the_room(desk: Served) -> None:
    unit = Unit(code="R1", names=Names(en="R1"), unit_kind="reaction", strength=Range(low=1, best=1, high=1))
    async with desk.officer("commander") as client:
        _, made = await client.act(unit, OWN)
        _, before = await client.get("/api/histogram")
        when = desk.house.desk.now()
        for step in range(3):
            where = Place(lat=270_000_000 + step, lon=620_000_000, precision=1)
            as_of = Moment(start=when + step, end=when + step)
            await client.act(UnitStatus(unit=made["ref"], status="en-route", as_of=as_of, place=where), OWN)
        _, tracks = await client.get("/api/tracks")
        _, later = await client.get("/api/tracks", params={"since_us": when + 2})
        _, counted = await client.get("/api/histogram", params={"bins": 4})
        wrong, problem = await client.get("/api/histogram", params={"since_us": 5, "until_us": 4})
    assert [point["lat"] for point in tracks[0]["points"]] == [270_000_000, 270_000_001, 270_000_002]
    assert len(later[0]["points"]) == 1
    assert sum(counted["counts"]) == sum(before["counts"]) + 3
    assert (wrong, problem["where"]) == (422, "until_us")


async def test_each_side_knew_a_warning_from_its_own_proof_on(desk: Served, pk: House) -> None:
    ir = desk.house
    async with desk.officer("duty") as client:
        before = ir.desk.now()
        _, sent = await client.act(Warn(to="pk", urgency="flash", text=words("look out")), named("pk"))
        after = ir.desk.now()
        pk.clock.now = after + 60 * US
        await settle(ir, pk)
        _, ours = await client.get("/api/past", params={"at_us": after})
        _, theirs = await client.get("/api/past", params={"at_us": after, "side": "pk"})
        _, then = await client.get("/api/past", params={"at_us": before})
        end = 2**52
        _, last = await client.get("/api/past", params={"at_us": end, "side": "pk"})
        _, span = await client.get("/api/past/span", params={"side": "pk", "bins": 3})
        _, record = await client.get(f"/api/past/records/{sent['ref']}", params={"at_us": after})
        _, unknown = await client.get(f"/api/past/records/{sent['ref']}", params={"at_us": before})
        _, page = await client.get("/api/past/records", params={"at_us": after, "q": "look"})
    assert [item["ref"] for item in ours["items"]] == [sent["ref"]]
    assert ours["items"][0]["direction"] == "owed-to-us"
    assert theirs["items"] == []
    assert then["items"] == []
    assert last["items"][0]["direction"] == "owed-by-us"
    assert (last["known"], last["after_us"]) == (last["total"], None)
    assert sum(span["counts"]) == span["total"] == last["total"]
    assert record["record"]["bracket"]["not_after_s"] is None
    assert record["incident"] is None
    assert unknown == {"record": None, "incident": None}
    assert [one["ref"] for one in page["records"]] == [sent["ref"]]


async def test_stepping_back_and_forth_by_record_visits_each(desk: Served) -> None:
    async with desk.officer("duty") as client:
        refs = [(await client.act(Note(text=words(f"note {n}")), OWN))[1]["ref"] for n in range(3)]
        at: int | None = 2**52
        seen: list[str] = []
        while at is not None and len(seen) < 4:
            _, past = await client.get("/api/past", params={"at_us": at})
            seen.append(past["records"]["records"][0]["ref"])
            at = past["before_us"]
        assert seen[:3] == refs[::-1]
        _, past = await client.get("/api/past", params={"at_us": past["after_us"]})
    assert past["records"]["records"][0]["ref"] == refs[0]


async def test_the_marks_of_the_past_are_those_of_then(desk: Served) -> None:
    async with desk.officer("duty") as client:
        _, first = await client.act(incident("one"), JOINT)
        between = desk.house.desk.now()
        await client.act(incident("two"), JOINT)
        _, marks = await client.get("/api/past/marks", params={"at_us": between})
        _, titles = await client.get("/api/past/titles", params={"at_us": between, "ref": first["ref"]})
    assert titles[0]["title"]["text"] == "one"
    assert marks["ref"] == [first["ref"]]


@pytest.mark.parametrize("path", ["/api/past?at_us=1&side=xx", "/api/past/span?side=xx"])
async def test_the_past_of_a_stranger_is_not_found(desk: Served, path: str) -> None:
    async with desk.officer("auditor") as client:
        assert (await client.get(path))[0] == 404


async def test_who_asks_for_another_moment_gives_up_the_one_before(ir: House) -> None:
    for number in range(300):
        await ir.act("duty", Note(text=words(f"note {number}")), release=OWN)
    past = Past(ir.desk.picture)
    first = asyncio.create_task(past.at("one", "ir", 2**52))
    await asyncio.sleep(0)
    others: list[Any] = [past.at("one", "ir", 2**51), past.at("two", "ir", 2**52), past.at("one", "pk", 2**52)]
    made = await asyncio.gather(*others)
    with pytest.raises(Superseded):
        await first
    assert made[0] is made[1]
