"""Who has what is open, and when what nobody acknowledged goes to the next officer."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.house import US, House, join, make_house, settle, words
from sarhad.desk.actor import RoleRefused
from sarhad.desk.escalation import escalates_us
from sarhad.picture.views import ItemView, OwnerView
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Agreement, Assignment, Clock, Incident, Officer, Terms, Warn
from sarhad.wire.values import JOINT, OWN, Moment, Names, Place, named

DEADLINE_S = 240


async def two_houses(tmp_path: Path) -> tuple[House, House]:
    """Two partners under terms that give every urgency four minutes."""
    ir, pk = await make_house(tmp_path, "ir"), await make_house(tmp_path, "pk")
    join(ir, pk)
    clocks = tuple(Clock(urgency=u, acknowledge_s=DEADLINE_S, answer_s=0) for u in ("flash", "routine"))
    terms = Terms(
        title=Names(en="terms"), parties=("ir", "pk"), clocks=clocks, notice_distance_m=1, purpose=words(),
        retention_days=1,
    )  # fmt: skip
    proposal = await ir.act("commander", Agreement(terms=terms), release=JOINT)
    await settle(ir, pk)
    await pk.act("commander", Agreement(terms=terms, accepts=proposal), release=JOINT)
    await settle(ir, pk)
    return ir, pk


async def warned(ir: House, pk: House, urgency: str = "flash") -> str:
    ref = await ir.act("duty", Warn(to="pk", urgency=urgency, text=words("now")), release=named("pk"))  # type: ignore[arg-type]
    await settle(ir, pk)
    return ref


def item(house: House, ref: str) -> ItemView:
    return next(one for one in house.desk.picture.inbox(house.party, house.clock()) if one.ref == ref)


def owner(house: House, ref: str) -> OwnerView | None:
    return next((one for one in item(house, ref).owners if one.party == house.party), None)


async def test_who_acknowledges_has_the_item_until_it_is_taken_or_handed_on(tmp_path: Path) -> None:
    ir, pk = await two_houses(tmp_path)
    ref = await warned(ir, pk)
    assert owner(pk, ref) is None
    await pk.desk.receipt(pk.actor("duty"), "acknowledged", [ref])
    held = owner(pk, ref)
    assert held is not None
    assert (held.officer, held.escalated) == ("duty", False)
    await pk.act("duty", Assignment(of=ref, officer="secretary"), release=OWN)
    held = owner(pk, ref)
    assert held is not None
    assert (held.officer, held.by) == ("secretary", "duty")
    await pk.act("commander", Assignment(of=ref, officer="commander"), release=OWN)
    assert (owner(pk, ref) or held).officer == "commander"
    await settle(ir, pk)
    assert [one.officer for one in item(ir, ref).owners] == ["duty"], "the receipt crossed, the assignments did not"
    for house in (ir, pk):
        house.close()


async def test_an_escalation_stands_until_somebody_takes_the_item(tmp_path: Path) -> None:
    ir, pk = await two_houses(tmp_path)
    ref = await warned(ir, pk)
    await pk.act("duty", Assignment(of=ref, officer="duty"), release=OWN)
    await pk.act("duty", Assignment(of=ref, text=words("above my rank")), release=OWN)
    held = owner(pk, ref)
    assert held is not None
    assert (held.officer, held.escalated, held.text) == ("duty", True, words("above my rank"))
    await pk.restart()
    assert owner(pk, ref) == held
    await pk.act("commander", Assignment(of=ref, officer="commander"), release=OWN)
    taken = owner(pk, ref)
    assert taken is not None
    assert (taken.officer, taken.escalated) == ("commander", False)
    for house in (ir, pk):
        house.close()


async def test_only_an_officer_in_service_who_may_answer_is_given_an_item(tmp_path: Path) -> None:
    ir, pk = await two_houses(tmp_path)
    ref = await warned(ir, pk)
    await pk.act("admin", Officer(officer="gone", title=Names(en="x"), roles=("duty",), active=False), release=OWN)
    for officer, why in (("planner", "cannot have an item"), ("gone", "not an officer in service")):
        with pytest.raises(Refused, match=why):
            await pk.act("duty", Assignment(of=ref, officer=officer), release=OWN)
    with pytest.raises(RoleRefused):
        await pk.act("auditor", Assignment(of=ref, officer="auditor"), release=OWN)
    place = Place(lat=0, lon=0, precision=1)
    happened = Incident(title=words(), category="other", when=Moment(start=US, end=US), place=place)
    incident = await pk.act("duty", happened, release=OWN)
    with pytest.raises(Refused, match="of the kind incident"):
        await pk.act("duty", Assignment(of=incident, officer="duty"), release=OWN)
    for house in (ir, pk):
        house.close()


async def test_what_nobody_acknowledged_is_escalated_after_the_share_of_its_deadline(tmp_path: Path) -> None:
    ir, pk = await two_houses(tmp_path)
    ref = await warned(ir, pk)
    held = item(pk, ref)
    assert held.delivered_s is not None
    assert escalates_us(held, "pk", 50) == (held.delivered_s + DEADLINE_S // 2) * US
    assert escalates_us(held, "pk", 100) == held.due_us
    assert escalates_us(held, "pk", 0) is None
    assert escalates_us(item(ir, ref), "ir", 50) is None, "the asking side waits: it is not its to acknowledge"
    await pk.restart()
    assert escalates_us(item(pk, ref), "pk", 50) == (held.delivered_s + DEADLINE_S // 2) * US
    await pk.desk.receipt(pk.actor("duty"), "acknowledged", [ref])
    assert escalates_us(item(pk, ref), "pk", 50) is None
    routine = await warned(ir, pk, "routine")
    assert escalates_us(item(pk, routine), "pk", 50) is None
    immediate = await warned(ir, pk, "immediate")
    assert item(pk, immediate).acknowledge.deadline_s is None
    assert escalates_us(item(pk, immediate), "pk", 50) is None, "without a deadline there is no share of it"
    for house in (ir, pk):
        house.close()
