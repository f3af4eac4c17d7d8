"""Zone notices that the node writes itself, over two real ledgers and the real roads."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import pytest_asyncio

from desk.conftest import ir, pk
from desk.house import House, settle, words
from sarhad.node.noticing import Noticing
from sarhad.picture.views import NoticeView
from sarhad.wire import kinds as k
from sarhad.wire.errors import Unavailable
from sarhad.wire.values import JOINT, OWN, Moment, Names, Place, Range, Release
from web.line import compute, furnish

__all__ = ["ir", "pk"]


@dataclass
class Line:
    """Both houses, what was written on the ground, and the node's announcer at ir."""

    ir: House
    pk: House
    refs: dict[str, str]
    noticing: Noticing

    async def order(self, code: str, release: Release = JOINT) -> str:
        data = k.Tasking(unit=self.refs[code], incident=self.refs["incident"], status="ordered")
        return await self.ir.act("duty", data, release=release)

    def notices(self) -> list[NoticeView]:
        return [one for one in self.ir.desk.picture.ground().notices if one.activity == "response"]


@pytest_asyncio.fixture
async def line(ir: House, pk: House) -> Line:
    return Line(ir, pk, await furnish(ir, pk), Noticing(ir.desk, compute))


async def test_an_order_that_leads_near_the_line_is_announced_by_the_node(line: Line) -> None:
    await line.order("Z2")
    await line.noticing.catch_up()
    (notice,) = line.notices()
    held = line.ir.desk.held(notice.ref)
    assert held is not None
    assert held.header.by == "node"
    assert (notice.to, notice.about, notice.units) == ("pk", line.refs["incident"], (line.refs["Z2"],))
    assert notice.when.end > notice.when.start
    await settle(line.ir, line.pk)
    items = line.pk.desk.picture.inbox("pk", line.pk.clock())
    assert [one.kind for one in items if one.ref == notice.ref] == ["zone-notice"]


async def test_it_is_announced_once_also_after_a_restart(line: Line) -> None:
    await line.order("Z2")
    await line.noticing.catch_up()
    await line.noticing.catch_up()
    await Noticing(line.ir.desk, compute).catch_up()
    assert len(line.notices()) == 1


async def test_what_stays_away_from_the_line_is_not_announced(line: Line) -> None:
    far = Place(lat=294_900_000, lon=608_600_000, precision=1)
    when = Moment(start=line.ir.clock.now, end=line.ir.clock.now)
    incident = k.Incident(title=words("Drill"), category="disaster", when=when, place=far)
    ref = await line.ir.act("duty", incident, release=JOINT)
    await line.ir.act("duty", k.Tasking(unit=line.refs["Z1"], incident=ref, status="ordered"), release=JOINT)
    await line.noticing.catch_up()
    assert line.notices() == []


async def test_a_unit_that_the_partner_may_not_know_is_not_named(line: Line) -> None:
    secret = k.Unit(
        code="Z9", names=Names(en="Z9"), unit_kind="patrol", strength=Range(low=1, best=2, high=3), speed_kmh=60
    )
    line.refs["Z9"] = await line.ir.act("commander", secret, release=OWN)
    at = line.ir.clock.now
    place = Place(lat=289_600_000, lon=614_900_000, precision=1)
    status = k.UnitStatus(unit=line.refs["Z9"], status="available", as_of=Moment(start=at, end=at), place=place)
    await line.ir.act("duty", status, release=OWN)
    await line.order("Z9", OWN)
    await line.noticing.catch_up()
    (notice,) = line.notices()
    assert notice.units == ()


async def test_a_worker_that_does_not_answer_is_asked_again(line: Line) -> None:
    async def down(task: str, question: bytes, *, timeout_s: float = 30.0) -> bytes:
        raise Unavailable("the computing broke down")

    await line.order("Z2")
    noticing = Noticing(line.ir.desk, down)
    await noticing.catch_up()
    assert line.notices() == []
    noticing._compute = compute
    await noticing.catch_up()
    assert len(line.notices()) == 1


@pytest.mark.parametrize("status", ["declined", "closed"])
async def test_an_order_that_has_ended_is_not_announced(line: Line, status: str) -> None:
    await line.order("Z2")
    data = {"unit": line.refs["Z2"], "incident": line.refs["incident"], "status": status}
    await line.ir.act("duty", k.Tasking(**data), release=JOINT)  # type: ignore[arg-type]
    await line.noticing.catch_up()
    assert line.notices() == []


@pytest.mark.parametrize("status", ["declined", "closed"])
async def test_when_the_order_ends_the_notice_ends_on_record_at_both_desks(line: Line, status: str) -> None:
    await line.order("Z2")
    await line.noticing.catch_up()
    (notice,) = line.notices()
    await settle(line.ir, line.pk)
    line.ir.clock.now = line.pk.clock.now = notice.when.start + 60_000_000
    data = {"unit": line.refs["Z2"], "incident": line.refs["incident"], "status": status}
    await line.ir.act("duty", k.Tasking(**data), release=JOINT)  # type: ignore[arg-type]
    at = line.ir.clock.now
    await Noticing(line.ir.desk, compute).catch_up()  # a node that was started anew knows what it announced
    (once,) = line.notices()
    await line.noticing.catch_up()
    await settle(line.ir, line.pk)
    assert at <= once.when.end <= line.ir.clock.now
    for house in (line.ir, line.pk):
        (ended,) = [one for one in house.desk.picture.ground().notices if one.activity == "response"]
        assert (ended.ref, ended.when.start, ended.when.end) == (notice.ref, notice.when.start, once.when.end)
        assert (ended.place, ended.units) == (notice.place, notice.units)
        held = house.desk.held(notice.ref)
        assert held is not None
        assert isinstance(held.data, k.ZoneNotice)
        assert held.data.when == notice.when  # what was announced stays readable
        house.clock.now += 1_000_000
        assert house.desk.picture.ground(None, house.clock.now).notices == ()


async def test_a_notice_whose_time_has_not_come_is_ended_at_once(line: Line) -> None:
    await line.order("Z1")
    await line.noticing.catch_up()
    (notice,) = line.notices()
    assert notice.when.start > line.ir.clock.now
    decline = k.Tasking(unit=line.refs["Z1"], incident=line.refs["incident"], status="declined", text=words("No fuel"))
    await line.ir.act("duty", decline, release=JOINT)
    await line.noticing.catch_up()
    (ended,) = line.notices()
    assert ended.when.start == ended.when.end < notice.when.start


async def test_a_unit_that_is_ordered_anew_is_announced_anew(line: Line) -> None:
    await line.order("Z2")
    await line.noticing.catch_up()
    (first,) = line.notices()
    line.ir.clock.now += 60_000_000
    await line.order("Z2")
    await line.noticing.catch_up()
    now = line.ir.clock.now + 1
    (second,) = [one for one in line.notices() if one.when.end > now]
    assert second.ref != first.ref
