"""A blurred position over HTTP."""

from __future__ import annotations

from desk.house import START
from sarhad.wire.kinds import Unit, UnitStatus
from sarhad.wire.values import JOINT, OWN, Moment, Names, Place, Range
from web.served import Served


async def test_a_duty_officer_releases_a_cell_and_is_told_what_does_not_blur(desk: Served) -> None:
    strength = Range(low=4, best=4, high=4)
    data = Unit(code="R1", names=Names(en="R1"), unit_kind="patrol", strength=strength)
    unit = await desk.house.act("admin", data, release=JOINT)
    place = Place(lat=289_123_457, lon=615_765_431, precision=1)
    now = Moment(start=START, end=START)
    said = UnitStatus(unit=unit, status="available", as_of=now, place=place)
    exact = await desk.house.act("duty", said, release=OWN)
    body = {"record": exact, "cell_m": 10_000, "release": {"to": "joint"}}
    async with desk.officer("duty") as duty:
        status, written = await duty.post("/api/positions/blurred", body)
        assert status == 201
        held = desk.house.desk.held(written["ref"])
        assert held is not None
        assert isinstance(held.data, UnitStatus)
        assert held.data.blurs == exact
        status, error = await duty.post("/api/positions/blurred", {**body, "record": unit})
        assert (status, error["where"]) == (422, "record")
        assert (await duty.post("/api/positions/blurred", {**body, "cell_m": 5}))[0] == 400
