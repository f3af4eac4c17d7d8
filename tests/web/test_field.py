"""The field page's one answer: a unit's own taskings and what concerns it, and nothing of another unit."""

from __future__ import annotations

from desk.house import US, House, settle, words
from sarhad.desk.actor import Actor
from sarhad.wire.kinds import Incident, Note, Officer, Tasking, Unit, UnitStatus, Warn, ZoneNotice
from sarhad.wire.values import JOINT, OWN, Moment, Names, Place, Range, named
from web.served import PASSWORD, Served

HERE = Place(lat=289_000_000, lon=615_000_000, precision=1, radius_m=12)
NEAR = Place(lat=290_000_000, lon=615_000_000, precision=1)
FAR = Place(lat=250_000_000, lon=615_000_000, precision=1)
NOW = Moment(start=US, end=US)


async def unit(house: House, code: str) -> str:
    data = Unit(code=code, names=Names(en=f"Unit {code}"), unit_kind="patrol", strength=Range(low=4, best=4, high=4))
    return await house.act("admin", data, release=JOINT)


async def leader(desk: Served, ref: str, name: str = "leader") -> Actor:
    officer = Officer(officer=name, title=Names(en=name), roles=("field",), unit=ref)
    await desk.house.act("admin", officer, release=OWN)
    desk.accounts.set_password(name, PASSWORD)
    return desk.house.actor(name)


async def incident(house: House, **more: str) -> str:
    data = Incident(title=words("fire at the mill"), category="other", when=NOW, place=NEAR)
    return await house.act("duty", data, release=OWN, **more)


def order(unit: str, about: str, status: str = "ordered", **more: object) -> Tasking:
    return Tasking(unit=unit, incident=about, status=status, **more)  # type: ignore[arg-type]


async def test_a_leader_sees_the_order_as_it_was_given_and_how_far_it_has_come(desk: Served) -> None:
    house = desk.house
    mine, other, about = await unit(house, "A1"), await unit(house, "B2"), await incident(house)
    await leader(desk, mine)
    due = Moment(start=9_000_000_000_000_000, end=9_000_000_000_000_000)
    first = await house.act("duty", order(mine, about, place=HERE, due=due, text=words("hold the bridge")), release=OWN)
    await house.act("duty", order(other, about), release=OWN)
    await house.act("leader", order(mine, about, "accepted"), release=OWN)
    await house.act("leader", order(mine, about, "en-route", text=words("by the north road")), release=OWN)
    async with desk.officer("leader") as client:
        status, view = await client.get("/api/field")
    assert status == 200
    assert (view["unit"]["code"], view["units"]) == ("A1", [])
    [tasking] = view["taskings"]
    assert (tasking["order"], tasking["status"], tasking["title"]["text"]) == (first, "en-route", "fire at the mill")
    assert (tasking["text"]["text"], tasking["place"]["radius_m"], tasking["due"]["end"]) == (
        "hold the bridge",
        12,
        due.end,
    )
    assert [step["status"] for step in tasking["steps"]] == ["ordered", "accepted", "en-route"]


async def test_open_orders_come_before_ended_ones_and_other_rooms_are_named(desk: Served) -> None:
    house = desk.house
    mine = await unit(house, "A1")
    await leader(desk, mine)
    done, drill, live = await incident(house), await incident(house, exercise="drill-1"), await incident(house)
    for status in ("ordered", "closed"):
        await house.act("duty", order(mine, done, status), release=OWN)
    await house.act("duty", order(mine, live), release=OWN)
    await house.act("duty", order(mine, drill), release=OWN, exercise="drill-1")
    async with desk.officer("leader") as client:
        _, view = await client.get("/api/field")
        _, room = await client.get("/api/field?exercise=drill-1")
    assert [one["incident"] for one in view["taskings"]] == [live, done]
    assert view["elsewhere"] == ["drill-1"]
    assert ([one["incident"] for one in room["taskings"]], room["elsewhere"]) == ([drill], [""])


async def test_what_is_near_the_unit_or_about_it_is_shown_and_nothing_else(desk: Served, pk: House) -> None:
    house = desk.house
    mine, about = await unit(house, "A1"), await incident(house)
    await leader(desk, mine)
    await house.act("duty", order(mine, about), release=OWN)
    await house.act("leader", UnitStatus(unit=mine, status="available", as_of=NOW, place=HERE), release=OWN)
    now = house.desk.now()
    later = Moment(start=now, end=now + 3_600 * US)
    for place, text in ((NEAR, "near"), (FAR, "far")):
        notice = ZoneNotice(activity="patrol", when=later, place=place, text=words(text))
        await house.act("duty", notice, release=JOINT)
    past = ZoneNotice(activity="patrol", when=NOW, place=NEAR, text=words("past"))
    await house.act("duty", past, release=JOINT)
    await house.act("duty", Note(text=words("water at the post"), about=mine), release=OWN)
    await house.act("duty", Note(text=words("road is mined"), about=about), release=OWN)
    await house.act("duty", Note(text=words("not for you")), release=OWN)
    async with desk.officer("leader") as client:
        _, view = await client.get("/api/field")
    assert [one["text"]["text"] for one in view["notices"]] == ["near"]
    assert [one["text"]["text"] for one in view["messages"]] == ["road is mined", "water at the post"]
    assert view["warnings"] == []


async def test_a_leader_may_not_look_as_another_unit_and_a_duty_officer_chooses_one(desk: Served) -> None:
    house = desk.house
    mine, other = await unit(house, "A1"), await unit(house, "B2")
    again = await unit(house, "A1")  # a later record of the same unit is the same unit
    await leader(desk, mine)
    async with desk.officer("leader") as client:
        assert (await client.get(f"/api/field?unit={other}"))[0] == 403
        status, view = await client.get(f"/api/field?unit={again}")
        assert (status, view["unit"]["code"]) == (200, "A1")
    async with desk.officer("duty") as client:
        _, view = await client.get("/api/field")
        assert (view["unit"], [one["code"] for one in view["units"]]) == (None, ["A1", "B2"])
        _, view = await client.get(f"/api/field?unit={other}")
        assert view["unit"]["code"] == "B2"
        assert (await client.get("/api/field?unit=ir:0"))[0] == 404
    async with desk.officer("planner") as client:
        assert (await client.get("/api/field"))[0] == 403


async def test_a_partners_warning_near_the_unit_reaches_its_leader(desk: Served, pk: House) -> None:

    house = desk.house
    mine = await unit(house, "A1")
    await leader(desk, mine)
    await house.act("leader", UnitStatus(unit=mine, status="available", as_of=NOW, place=HERE), release=OWN)
    for place in (NEAR, FAR):
        warning = Warn(to="ir", urgency="flash", text=words("take cover"), place=place)
        await pk.act("duty", warning, release=named("ir"))
    await settle(house, pk)
    async with desk.officer("leader") as client:
        _, view = await client.get("/api/field")
    assert [(one["party"], one["place"]["lat"]) for one in view["warnings"]] == [("pk", NEAR.lat)]


async def test_the_stream_names_the_unit_that_was_ordered(desk: Served) -> None:
    house = desk.house
    mine, about = await unit(house, "A1"), await incident(house)
    subscription = house.desk.subscribe()
    await house.act("duty", order(mine, about), release=OWN)
    event = await subscription.next()
    assert event is not None
    assert f"tasking/{mine}" in event.subjects
    subscription.close()


async def test_a_call_for_help_stands_from_its_first_status_until_it_is_called_off(desk: Served) -> None:
    house = desk.house
    mine = await unit(house, "A1")
    await leader(desk, mine)

    async def status(second: int, *, help_: bool, **more: object) -> str:
        at = Moment(start=second * US, end=second * US)
        data = UnitStatus(unit=mine, status="on-scene", as_of=at, help=help_, **more)  # type: ignore[arg-type]
        return await house.act("leader", data, release=OWN)

    await status(1, help_=False)
    first = await status(2, help_=True)
    await status(3, help_=True, place=HERE)
    async with desk.officer("duty") as client:
        [call] = (await client.get("/api/help"))[1]
        assert (call["ref"], call["since"], call["place"]["lat"]) == (first, 2 * US, HERE.lat)
        assert (call["answered_by"], call["exercise"]) == (None, None)
        await house.act("leader", Note(text=words("hurry"), about=mine), release=OWN)
        assert (await client.get("/api/help"))[1][0]["answered_by"] is None
        await house.act("duty", Note(text=words("on our way"), about=mine), release=OWN)
        await status(4, help_=True)
        assert (await client.get("/api/help"))[1][0]["answered_by"] == "duty"
        await status(5, help_=False)
        assert (await client.get("/api/help"))[1] == []
