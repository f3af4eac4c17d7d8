"""A position crosses as coarsely as its party wants; a caveat keeps back what it says, and says why."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.house import US, House, settle, words
from sarhad.desk.blur import EARTH_M, LEAST_M, MOST_M, coarse, release_blurred
from sarhad.picture.views import UnitStatusView, UnitView
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Caveat, Incident, Note, ReleaseAct, Unit, UnitStatus
from sarhad.wire.values import JOINT, OWN, Moment, Names, Place, Range, named

EXACT = Place(lat=289_123_457, lon=615_765_431, precision=1, radius_m=12, name="by the well")
NOW = Moment(start=US, end=US)


async def unit(house: House, code: str = "R1") -> str:
    data = Unit(code=code, names=Names(en=code), unit_kind="patrol", strength=Range(low=4, best=4, high=4))
    return await house.act("admin", data, release=JOINT)


async def status(house: House, ref: str, **more: Any) -> str:
    data = UnitStatus(**{"unit": ref, "status": "available", "as_of": NOW, "place": EXACT, "text": words(), **more})
    return await house.act("duty", data, release=OWN)


def seen(house: House) -> tuple[UnitView, UnitStatusView]:
    view = house.desk.picture.ground().units[0]
    assert view.last is not None
    return view, view.last


async def test_the_other_side_learns_the_cell_and_never_the_point(ir: House, pk: House) -> None:
    exact = await status(ir, await unit(ir))
    made = await release_blurred(ir.desk, ir.actor("duty"), exact, named("pk"), 10_000)
    await settle(ir, pk)
    view, last = seen(pk)
    assert last.blurs == exact
    assert view.place == coarse(EXACT, 10_000)
    assert last.place == view.place
    assert last.text is None
    assert seen(ir)[1].ref == exact, "one's own picture keeps the exact position"
    held = b"".join(e.body or b"" for e in pk.ledger.entries("ir", 0, pk.ledger.size("ir")))
    assert pk.desk.held(exact) is None
    for secret in (str(EXACT.lat), str(EXACT.lon), EXACT.name):
        assert secret.encode() not in held
    assert made.ref in {r for r in (made.ref,) if pk.desk.held(r) is not None}


async def test_once_the_exact_position_is_released_it_counts_again(ir: House, pk: House) -> None:
    exact = await status(ir, await unit(ir))
    await release_blurred(ir.desk, ir.actor("duty"), exact, JOINT, 10_000)
    await settle(ir, pk)
    await ir.act("commander", ReleaseAct(record=exact, release=JOINT), release=JOINT)
    await settle(ir, pk)
    assert seen(pk)[1].ref == exact
    assert seen(pk)[0].place == EXACT


async def test_a_blur_that_hides_nothing_or_lies_is_refused(ir: House, pk: House) -> None:
    ref = await unit(ir)
    exact = await status(ir, ref)
    with pytest.raises(Refused, match="does not blur"):
        await release_blurred(ir.desk, ir.actor("duty"), exact, JOINT, LEAST_M - 1)
    nowhere = await status(ir, ref, place=None)
    with pytest.raises(Refused, match="no position"):
        await release_blurred(ir.desk, ir.actor("duty"), nowhere, JOINT, 5_000)
    blurred = await release_blurred(ir.desk, ir.actor("duty"), exact, JOINT, 5_000)
    with pytest.raises(Refused, match="itself a coarser"):
        await release_blurred(ir.desk, ir.actor("duty"), blurred.ref, JOINT, 5_000)
    with pytest.raises(Refused, match="no status"):
        await release_blurred(ir.desk, ir.actor("duty"), ref, JOINT, 5_000)
    elsewhere = Place(lat=280_000_000, lon=610_000_000, precision=2, radius_m=5_000)
    with pytest.raises(Refused, match="no coarser statement"):
        await status(ir, ref, place=elsewhere, blurs=exact)
    other = await unit(ir, "R2")
    with pytest.raises(Refused, match="another unit"):
        await status(ir, other, place=coarse(EXACT, 5_000), blurs=exact)


@given(st.integers(-800_000_000, 800_000_000), st.integers(-1_799_000_000, 1_799_000_000), st.integers(LEAST_M, MOST_M))
def test_every_cell_holds_its_point_and_every_point_of_a_cell_tells_the_same(lat: int, lon: int, cell: int) -> None:
    blurred = coarse(Place(lat=lat, lon=lon, precision=1), cell)
    north = math.radians((lat - blurred.lat) * 1e-7) * EARTH_M
    turn = (lon - blurred.lon + 1_800_000_000) % 3_600_000_000 - 1_800_000_000
    east = math.radians(turn * 1e-7) * EARTH_M * math.cos(math.radians(lat * 1e-7))
    assert math.hypot(north, east) <= blurred.radius_m
    assert blurred.radius_m >= cell // 2
    assert coarse(Place(lat=blurred.lat, lon=blurred.lon, precision=1), cell) == blurred


def caveat(**more: Any) -> Caveat:
    return Caveat(**{"code": "V1", "party": "pk", "withhold": ("note",), "reason": words("national rule"), **more})


async def test_what_a_caveat_withholds_is_not_released_and_the_reason_is_shown(ir: House, pk: House) -> None:
    ref = await ir.act("commander", caveat(), release=OWN)
    with pytest.raises(Refused, match="national rule") as told:
        await ir.act("duty", Note(text=words()), release=JOINT)
    assert told.value.where == "release"
    assert ref in told.value.do
    kept = await ir.act("duty", Note(text=words()), release=OWN)
    with pytest.raises(Refused, match="V1"):
        await ir.act("commander", ReleaseAct(record=kept, release=named("pk")), release=JOINT)
    with pytest.raises(Refused, match="V1"):
        ir.desk.preview(ir.actor("duty"), Note(text=words()), JOINT)
    await ir.act("commander", caveat(lifted=True), release=OWN)
    await ir.act("duty", Note(text=words()), release=JOINT)


async def test_a_caveat_ends_by_itself_and_never_stops_what_the_exchange_rests_on(ir: House, pk: House) -> None:
    await ir.act("commander", caveat(until=ir.clock.now + 60 * US), release=OWN)
    with pytest.raises(Refused, match="V1"):
        await ir.act("duty", Note(text=words()), release=JOINT)
    ir.clock.now += 100 * US
    await ir.act("duty", Note(text=words()), release=JOINT)
    with pytest.raises(Refused, match="rests on receipt"):
        await ir.act("commander", caveat(withhold=("receipt",)), release=OWN)
    with pytest.raises(Refused, match="no kind"):
        await ir.act("commander", caveat(withhold=("everything",)), release=OWN)


async def test_a_unit_under_a_caveat_is_named_to_nobody(ir: House, pk: House) -> None:
    ref = await unit(ir)
    await ir.act("commander", caveat(party=None, unit=ref, withhold=("unit", "unit-status", "release")), release=OWN)
    kept = await status(ir, ref)
    with pytest.raises(Refused, match="V1"):
        await ir.act("duty", UnitStatus(unit=ref, status="available", as_of=NOW), release=JOINT)
    with pytest.raises(Refused, match="V1"):
        await ir.act("commander", ReleaseAct(record=kept, release=JOINT), release=JOINT)
    with pytest.raises(Refused, match="V1"):
        await release_blurred(ir.desk, ir.actor("duty"), kept, JOINT, 10_000)
    with pytest.raises(Refused, match="V1"):
        await unit(ir)
    await unit(ir, "R2")


async def test_a_lifted_caveat_is_gone_from_the_ground(ir: House, pk: House) -> None:
    happened = Incident(title=words(), category="other", when=NOW, place=EXACT)
    incident = await pk.act("duty", happened, release=JOINT)
    await settle(ir, pk)
    await pk.act("commander", caveat(party="ir", withhold=(), part="apart", incidents=(incident,)), release=JOINT)
    await settle(ir, pk)
    assert [(c.party, c.on_party, c.part) for c in ir.desk.picture.ground().caveats] == [("pk", "ir", "apart")]
    await pk.act("commander", caveat(party="ir", lifted=True), release=JOINT)
    await settle(ir, pk)
    assert ir.desk.picture.ground().caveats == ()
