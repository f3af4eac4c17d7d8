"""A drill's response over two desks, with the drill's own records on the real ground; the live desk sees none of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from desk.house import House, settle, words
from sarhad.response import joint
from sarhad.response.from_picture import standing_of
from sarhad.response.snapshot import Need, Snapshot
from sarhad.web.settings import WebSettings
from sarhad.wire import kinds as k
from sarhad.wire.values import JOINT, Moment, Names, Place
from web.line import MIRJAVEH, Line, compute, furnish, states
from web.served import served

DRILL = "flood-2027"
WHERE = Place(lat=289_500_000, lon=614_800_000, precision=1)
STANDS = {
    "Z1": Place(lat=293_441_050, lon=611_342_330, precision=1),
    "Z2": Place(lat=289_600_000, lon=614_900_000, precision=1),
    "N1": Place(lat=290_114_950, lon=615_876_280, precision=1),
}


@pytest_asyncio.fixture
async def line(ir: House, pk: House, settings: WebSettings) -> AsyncIterator[Line]:
    """The live line, with a live incident that nobody answers yet; then the drill's statuses and its incident."""
    refs = await furnish(ir, pk)
    refs["live"] = refs.pop("incident")
    for code, place in STANDS.items():
        await stand(pk if code == "N1" else ir, refs[code], place, DRILL)
    refs["incident"] = await report(ir, DRILL)
    await settle(ir, pk)
    async with served(ir, settings, compute=compute) as left, served(pk, settings, compute=compute) as right:
        yield Line(left, right, refs)


async def stand(house: House, unit: str, place: Place, exercise: str | None, status: Any = "available") -> None:
    now = house.clock.now
    said = k.UnitStatus(unit=unit, status=status, as_of=Moment(start=now, end=now), place=place)
    await house.act("duty", said, release=JOINT, exercise=exercise)


async def report(house: House, exercise: str | None) -> str:
    when = Moment(start=house.clock.now, end=house.clock.now)
    what = k.Incident(title=words("Drill: flood"), category="disaster", when=when, place=WHERE)
    return await house.act("duty", what, release=JOINT, exercise=exercise)


def ground(house: House, incident: str, exercise: str | None) -> Snapshot:
    """What a proposal made now would rest on."""
    need = Need(capabilities=("medical",))
    picture = house.desk.picture
    return joint.snapshot(picture, house.party, house.clock.now, incident, need, "flash", exercise)


async def test_a_drill_is_proposed_tasked_accepted_and_ended_with_records_of_the_drill_alone(line: Line) -> None:
    ref = await line.proposed()
    page = await line.page(line.pk)
    assert page["response"]["exercise"] == DRILL
    assert {leg["unit"] for leg in page["response"]["proposals"][0]["data"]["legs"]} == {
        line.refs["N1"],
        line.refs["Z2"],
    }
    status, made = await line.post(line.ir, "duty", "/api/response/send", proposal=ref)
    assert (status, len(made["records"])) == (201, 2)
    await line.settle()
    page = await line.page(line.pk)
    request = next(one["asked"]["ref"] for one in page["response"]["turnouts"] if one["asked"])
    say = {"lang": "en", "text": "WILCO"}
    status, made = await line.post(line.pk, "duty", "/api/response/reply", request=request, outcome="will", text=say)
    assert status == 201, made
    for house, code in ((line.pk.house, "N1"), (line.ir.house, "Z2")):
        for step in ("accepted", "en-route", "arrived"):
            done = k.Tasking(unit=line.refs[code], incident=line.refs["incident"], status=step)
            await house.act("duty", done, release=JOINT, exercise=DRILL)
    await line.settle()
    assert states(await line.page(line.ir)) == {"N1": "arrived", "Z2": "arrived"}
    async with line.ir.officer("auditor") as client:
        _, drilled = await client.get("/api/response-statistics", params={"exercise": DRILL})
        _, live = await client.get("/api/response-statistics")
    assert drilled
    assert not live
    for side in (line.ir, line.pk):
        picture = side.house.desk.picture
        assert picture.responses(None) == []
        assert picture.taskings(None) == ()
        assert picture.response(line.refs["live"]) is None


async def test_a_live_plan_sees_nothing_of_a_drills_closure_tasking_position_or_notice(line: Line) -> None:
    house, live = line.ir.house, line.refs["live"]
    before, standing = ground(house, live, None), standing_of(house.desk.picture, "ir", 1, ())
    assert line.refs["N1"] in {unit.ref for unit in before.units}
    ref = await line.proposed()
    await line.post(line.ir, "duty", "/api/response/send", proposal=ref)
    now = house.clock.now
    shut = k.Crossing(code="C1", names=Names(en="Mirjaveh"), place=MIRJAVEH, modes=("road",), status="closed")
    await house.act("commander", shut, release=JOINT, exercise=DRILL)
    when = Moment(start=now, end=now + 86_400_000_000)
    notice = k.ZoneNotice(activity="engineering", when=when, place=WHERE, radius_m=9_000, text=words("Drill"))
    await house.act("duty", notice, release=JOINT, exercise=DRILL)
    far = Place(lat=293_000_000, lon=611_000_000, precision=1)
    await stand(house, line.refs["Z1"], far, DRILL, "out-of-service")
    caveat = k.Caveat(code="K1", unit=line.refs["Z2"], part="no", reason=words("drill"))
    await house.act("commander", caveat, release=JOINT, exercise=DRILL)
    await line.settle()
    for side in (line.ir.house, line.pk.house):
        after = ground(side, live, None)
        assert after.crossings[0].status == "open"
        assert {unit.status for unit in after.units} == {"available"}
        assert not after.caveats
        assert joint.notices(side.desk.picture, live, now, None) == ()
        inside = ground(side, line.refs["incident"], DRILL)
        assert inside.crossings[0].status == "closed"
        assert {unit.ref: unit.status for unit in inside.units}[line.refs["Z1"]] == "out-of-service"
        assert {caveat.code for caveat in inside.caveats} == {"K1"}
        assert len(joint.notices(side.desk.picture, line.refs["incident"], now, DRILL)) == 1
    unchanged = ground(house, live, None)
    assert (unchanged.units, unchanged.crossings) == (before.units, before.crossings)
    assert standing_of(house.desk.picture, "ir", 1, ()) == standing
    body = {"incident": live, "urgency": "flash", "capabilities": ["medical"]}
    status, made = await line.post(line.ir, "duty", "/api/response/propose", **body)
    assert status == 201, made
    view = house.desk.picture.response(live)
    assert view is not None
    assert [leg.unit for leg in view.proposals[-1].data.legs] == [line.refs["N1"]]


async def test_a_drill_sees_nothing_of_what_live_units_do(line: Line) -> None:
    house = line.ir.house
    body = {"incident": line.refs["live"], "urgency": "flash", "capabilities": ["medical", "cordon"]}
    status, made = await line.post(line.ir, "duty", "/api/response/propose", **body)
    assert status == 201, made
    await line.post(line.ir, "duty", "/api/response/send", proposal=made["ref"])
    await stand(house, line.refs["Z2"], WHERE, None, "on-scene")
    await line.settle()
    for side in (line.ir.house, line.pk.house):
        assert {unit.status for unit in ground(side, line.refs["incident"], DRILL).units} == {"available"}
    await line.proposed()
    page = await line.page(line.pk)
    legs = page["response"]["proposals"][0]["data"]["legs"]
    assert {leg["unit"] for leg in legs} == {line.refs["N1"], line.refs["Z2"]}
