"""The watch passes by two signatures; a field officer speaks for its unit alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.house import US, House, join, make_house, settle, words
from sarhad.desk.actor import RoleRefused
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Incident, Note, Officer, OpenItem, Report, Tasking, Unit, UnitStatus, Warn, WatchHandover
from sarhad.wire.values import JOINT, OWN, Moment, Names, Place, Range, named

PLACE = Place(lat=289_000_000, lon=615_000_000, precision=1, radius_m=12)
NOW = Moment(start=US, end=US)


async def unit(house: House, code: str) -> str:
    data = Unit(code=code, names=Names(en=f"Unit {code}"), unit_kind="patrol", strength=Range(low=4, best=4, high=4))
    return await house.act("admin", data, release=JOINT)


async def field_officer(house: House, name: str, ref: str) -> None:
    await house.act("admin", Officer(officer=name, title=Names(en=name), roles=("field",), unit=ref), release=OWN)


async def incident(house: House) -> str:
    data = Incident(title=words("fire"), category="other", when=NOW, place=PLACE)
    return await house.act("duty", data, release=OWN)


async def second_duty(house: House) -> None:
    await house.act("admin", Officer(officer="duty2", title=Names(en="Second"), roles=("duty",)), release=OWN)


async def test_the_watch_passes_when_the_incoming_officer_signs(tmp_path: Path) -> None:
    house = await make_house(tmp_path, "pk")
    await second_duty(house)
    await house.act("duty", WatchHandover(incoming="duty"), release=OWN)
    assert house.desk.picture.watch("pk").officer == "duty"
    open_one = await incident(house)
    offer = WatchHandover(incoming="duty2", open=(OpenItem(ref=open_one, owner="duty"),), text=words("quiet"))
    ref = await house.act("duty", offer, release=OWN)
    watch = house.desk.picture.watch("pk")
    assert (watch.officer, watch.offered and watch.offered.ref) == ("duty", ref)
    with pytest.raises(Refused, match="offered to duty2"):
        await house.act("duty", WatchHandover(incoming="duty", accepts=ref), release=OWN)
    taken = await house.act("duty2", WatchHandover(incoming="duty2", accepts=ref), release=OWN)
    watch = house.desk.picture.watch("pk")
    assert (watch.officer, watch.since, watch.offered) == ("duty2", taken, None)
    assert [one.accepted for one in watch.handovers if one.ref == ref] == [taken]
    with pytest.raises(Refused, match="not offered now"):
        await house.act("duty2", WatchHandover(incoming="duty2", accepts=ref), release=OWN)
    house.close()


async def test_only_who_has_the_watch_or_a_commander_hands_it_over(tmp_path: Path) -> None:
    house = await make_house(tmp_path, "pk")
    await second_duty(house)
    await house.act("duty", WatchHandover(incoming="duty"), release=OWN)
    for incoming in ("duty2", "commander"):
        with pytest.raises(Refused, match="duty has the watch"):
            await house.act("duty2", WatchHandover(incoming=incoming), release=OWN)
    for incoming, why in (("planner", "cannot have"), ("nobody", "not an officer in service"), ("duty", "already")):
        with pytest.raises(Refused, match=why):
            await house.act("duty", WatchHandover(incoming=incoming), release=OWN)
    await house.act("commander", WatchHandover(incoming="commander"), release=OWN)
    assert house.desk.picture.watch("pk").officer == "commander"
    with pytest.raises(RoleRefused):
        await house.act("secretary", WatchHandover(incoming="secretary"), release=OWN)
    assert house.desk.picture.watch("pk", "drill").officer is None
    house.close()


async def test_a_field_officer_writes_of_its_own_unit_to_its_own_desk(tmp_path: Path) -> None:
    house = await make_house(tmp_path, "pk")
    ours, other, happening = await unit(house, "A1"), await unit(house, "B2"), await incident(house)
    await field_officer(house, "leader", ours)
    again = await unit(house, "A1")  # a later record of the same unit is the same unit
    for mine in (ours, again):
        await house.act("leader", UnitStatus(unit=mine, status="on-scene", as_of=NOW, place=PLACE), release=OWN)
    await house.act("leader", UnitStatus(unit=again, status="committed", as_of=NOW, help=True), release=OWN)
    view = next(one for one in house.desk.picture.ground().units if one.code == "A1")
    assert view.last is not None
    assert view.last.help
    await house.act("leader", Report(incident=happening, text=words(), place=PLACE), release=OWN)
    await house.act("leader", Note(text=words()), release=OWN)
    await house.act("leader", Tasking(unit=ours, incident=happening, status="arrived"), release=OWN)
    for data, why in (
        (UnitStatus(unit=other, status="available", as_of=NOW), "not your unit"),
        (Tasking(unit=other, incident=happening, status="arrived"), "not your unit"),
        (Tasking(unit=ours, incident=happening, status="ordered"), "does not order itself"),
    ):
        with pytest.raises(Refused, match=why):
            await house.act("leader", data, release=OWN)
    with pytest.raises(Refused, match="own desk"):
        await house.act("leader", Note(text=words()), release=JOINT)
    with pytest.raises(RoleRefused):
        await house.act("leader", WatchHandover(incoming="leader"), release=OWN)
    house.close()


async def test_a_field_officer_sees_but_the_duty_desk_acknowledges(tmp_path: Path) -> None:
    pk, ir = await make_house(tmp_path, "pk"), await make_house(tmp_path, "ir")
    join(pk, ir)
    await field_officer(pk, "leader", await unit(pk, "A1"))
    ref = await ir.act("duty", Warn(to="pk", urgency="flash", text=words("take cover")), release=named("pk"))
    await settle(pk, ir)
    with pytest.raises(Refused, match="duty desk acknowledges"):
        await pk.desk.receipt(pk.actor("leader"), "acknowledged", [ref])
    assert len(await pk.desk.receipt(pk.actor("leader"), "seen", [ref])) == 1
    for house in (pk, ir):
        house.close()


async def test_a_field_officer_has_a_unit_of_its_own_party(tmp_path: Path) -> None:
    house = await make_house(tmp_path, "pk")
    with pytest.raises(Refused, match="leads a unit"):
        await house.act("admin", Officer(officer="leader", title=Names(en="x"), roles=("field",)), release=OWN)
    house.close()
