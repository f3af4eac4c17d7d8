"""A joint response over two desks: proposed, ordered and asked for, answered, overtaken, handed over at the line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest_asyncio

from desk.house import House, words
from sarhad.response.kept import Kept
from sarhad.web.settings import WebSettings
from sarhad.wire import kinds as k
from sarhad.wire.values import JOINT, OWN, Moment, Names, Place, named
from web.line import BENCH, MIRJAVEH, Line, compute, furnish, states
from web.served import served


@pytest_asyncio.fixture
async def line(ir: House, pk: House, settings: WebSettings) -> AsyncIterator[Line]:
    refs = await furnish(ir, pk)
    async with served(ir, settings, compute=compute) as left, served(pk, settings, compute=compute) as right:
        yield Line(left, right, refs)


async def test_a_proposal_is_on_record_at_both_desks_with_its_reasons_and_kept_whole_at_home(line: Line) -> None:
    ref = await line.proposed()
    for side in (line.ir, line.pk):
        page = await line.page(side)
        (proposal,) = page["response"]["proposals"]
        assert proposal["ref"] == ref
        assert {leg["unit"] for leg in proposal["data"]["legs"]} == {line.refs["N1"], line.refs["Z2"]}
        assert page["overtaken"] == []
        assert page["response"]["lead"] == "ir"
    ours, theirs = await line.page(line.ir), await line.page(line.pk)
    assert ours["plan"] is not None
    assert len(ours["ways"]) == 2
    assert theirs["plan"] is None  # the snapshot stays with the side that made it
    alone = {one["party"]: one.get("adequate_s") for one in ours["response"]["proposals"][0]["data"]["alone"]}
    assert alone["ir"] > ours["response"]["proposals"][0]["data"]["adequate_s"]
    assert alone["pk"] is None


async def test_what_was_kept_gives_the_same_proposal_again(line: Line) -> None:
    from sarhad.response.dispatch import propose
    from sarhad.response.snapshot import read

    await line.proposed()
    view = line.ir.house.desk.picture.response(line.refs["incident"])
    assert view is not None
    data = view.proposals[0].data
    assert data.kept is not None
    held = line.ir.house.desk.held(data.kept)
    assert held is not None
    assert isinstance(held.data, k.Attachment)
    kept = msgspec.json.decode((line.ir.house.folder / "attachments" / held.data.sha256).read_bytes(), type=Kept)
    again = propose(BENCH.graph, read(bytes(kept.snapshot)), limit_s=kept.limit_ms / 1000)
    assert again.to_bytes() == bytes(kept.proposal)
    assert again.snapshot == data.snapshot
    assert line.ir.house.desk.readers(data.kept) == frozenset()


async def test_own_units_are_ordered_the_other_sides_asked_for_and_each_side_commands_its_own(line: Line) -> None:
    ref = await line.proposed()
    status, made = await line.post(line.ir, "duty", "/api/response/send", proposal=ref)
    assert status == 201
    assert sorted(one["kind"] for one in made["records"]) == ["tasking", "unit-request"]
    assert await line.post(line.ir, "duty", "/api/response/send", proposal=ref) == (201, {"records": []})
    await line.settle()
    page = await line.page(line.pk)
    assert states(page) == {"N1": "asked", "Z2": "ordered"}
    request = next(one["asked"]["ref"] for one in page["response"]["turnouts"] if one["asked"])
    say = {"lang": "en", "text": "WILCO"}
    status, made = await line.post(line.pk, "duty", "/api/response/reply", request=request, outcome="will", text=say)
    assert [one["kind"] for one in made["records"]] == ["answer", "tasking"]
    again, _ = await line.post(line.pk, "duty", "/api/response/reply", request=request, outcome="will", text=say)
    assert again == 422
    await line.settle()
    assert states(await line.page(line.ir)) == {"N1": "ordered", "Z2": "ordered"}


async def test_times_to_acceptance_and_arrival_are_measured_from_countersigned_times(line: Line) -> None:
    ref = await line.proposed()
    await line.post(line.ir, "duty", "/api/response/send", proposal=ref, units=[line.refs["Z2"]])
    await line.settle()
    for status in ("accepted", "en-route", "arrived"):
        step = k.Tasking(unit=line.refs["Z2"], incident=line.refs["incident"], status=status)
        await line.ir.house.act("duty", step, release=named("pk"))
        await line.settle()
    for side in (line.ir, line.pk):
        (turnout,) = (await line.page(side))["response"]["turnouts"]
        assert turnout["state"] == "arrived"
        assert 0 < turnout["accept_s"] < turnout["arrive_s"]
        async with side.officer("auditor") as client:
            _, found = await client.get("/api/response-statistics")
        steps = {one["step"]: one for one in found[0]["steps"]}
        assert steps["arrive"]["urgency"] == "flash"
        assert steps["arrive"]["median_s"] == turnout["arrive_s"]


async def test_a_declined_unit_overtakes_the_proposal_and_the_next_one_goes_without_it(line: Line) -> None:
    ref = await line.proposed()
    await line.post(line.ir, "duty", "/api/response/send", proposal=ref)
    await line.settle()
    page = await line.page(line.pk)
    request = next(one["asked"]["ref"] for one in page["response"]["turnouts"] if one["asked"])
    say = {"lang": "en", "text": "CANTCO: no fuel"}
    await line.post(line.pk, "duty", "/api/response/reply", request=request, outcome="cannot", text=say)
    await line.settle()
    page = await line.page(line.ir)
    assert states(page)["N1"] == "declined"
    assert [one["code"] for one in page["overtaken"]] == ["unit-declined"]
    assert page["lacking"] == {"capabilities": ["medical"], "strength": 0, "before": None}
    newer = await line.proposed()
    page = await line.page(line.ir)
    newest = page["response"]["proposals"][-1]
    assert newest["ref"] == newer
    assert newest["data"]["replaces"] == ref
    assert [one["code"] for one in newest["data"]["overtaken"]] == ["unit-declined"]
    assert [leg["unit"] for leg in newest["data"]["legs"]] == [line.refs["Z1"]]
    status, said = await line.post(line.ir, "duty", "/api/response/send", proposal=ref)
    assert (status, said["code"]) == (422, "overtaken")


async def test_a_closed_crossing_and_a_late_unit_overtake_it_too(line: Line) -> None:
    ref = await line.proposed()
    shut = k.Crossing(code="C1", names=Names(en="Mirjaveh"), place=MIRJAVEH, modes=("road",), status="closed")
    await line.ir.house.act("commander", shut, release=JOINT)
    # The proposal names the crossing's earlier record; what counts is the crossing, whoever states it last.
    assert [one["code"] for one in (await line.page(line.ir))["overtaken"]] == ["crossing-closed"]
    status, said = await line.post(line.ir, "duty", "/api/response/send", proposal=ref)
    assert (status, said["code"]) == (422, "overtaken")
    body = {"proposal": ref, "units": [line.refs["Z2"]], "despite": True}
    await line.post(line.ir, "duty", "/api/response/send", **body)
    line.ir.house.clock.now += 86_400_000_000
    page = await line.page(line.ir)
    assert {one["code"] for one in page["overtaken"]} == {"crossing-closed", "unit-late"}
    assert page["estimates"][0]["late_s"] > 0


async def test_a_way_through_a_notice_is_refused_with_the_reason_until_said_otherwise(line: Line) -> None:
    now = line.pk.house.clock.now
    notice = k.ZoneNotice(
        activity="engineering", when=Moment(start=now, end=now + 86_400_000_000), place=MIRJAVEH, radius_m=2_000,
        text=words("Blasting"),
    )  # fmt: skip
    ref = await line.pk.house.act("duty", notice, release=JOINT)
    await line.settle()
    proposal = await line.proposed()
    page = await line.page(line.ir)
    clashes = page["response"]["proposals"][0]["data"]["clashes"]
    assert [(one["unit"], one["notice"]) for one in clashes] == [(line.refs["N1"], ref)]
    status, said = await line.post(line.ir, "duty", "/api/response/send", proposal=proposal)
    assert (status, said["code"]) == (422, "notice-clash")
    assert states_or_none(await line.page(line.ir)) == {}
    status, _ = await line.post(line.ir, "duty", "/api/response/send", proposal=proposal, despite=True)
    assert status == 201


async def test_who_accepts_looks_at_the_way_anew_under_notices_that_the_asker_does_not_know(line: Line) -> None:
    ref = await line.proposed()
    await line.post(line.ir, "duty", "/api/response/send", proposal=ref)
    now = line.pk.house.clock.now
    notice = k.ZoneNotice(
        activity="exercise", when=Moment(start=now, end=now + 86_400_000_000), place=MIRJAVEH, radius_m=2_000,
        text=words("Live firing"),
    )  # fmt: skip
    kept_home = await line.pk.house.act("duty", notice, release=OWN)
    await line.settle()
    page = await line.page(line.pk)
    assert page["response"]["proposals"][0]["data"].get("clashes", []) == []
    request = next(one["asked"]["ref"] for one in page["response"]["turnouts"] if one["asked"])
    body = {"request": request, "outcome": "will", "text": {"lang": "en", "text": "WILCO"}}
    status, said = await line.post(line.pk, "duty", "/api/response/reply", **body)
    assert (status, said["code"]) == (422, "notice-clash")
    assert kept_home in said["what"]
    assert states(await line.page(line.pk))["N1"] == "asked"
    # The unit has moved past the area: nothing is in its way any more.
    past = Place(lat=289_300_000, lon=614_800_000, precision=1)
    moved = k.UnitStatus(
        unit=line.refs["N1"], status="available", as_of=Moment(start=now + 60, end=now + 60), place=past
    )
    await line.pk.house.act("duty", moved, release=JOINT)
    status, made = await line.post(line.pk, "duty", "/api/response/reply", **body)
    assert status == 201, made


async def test_own_units_are_looked_at_anew_before_they_are_ordered(line: Line) -> None:
    proposal = await line.proposed()
    now = line.ir.house.clock.now
    place = Place(lat=289_550_000, lon=614_850_000, precision=1)
    when = Moment(start=now, end=now + 86_400_000_000)
    notice = k.ZoneNotice(activity="engineering", when=when, place=place, radius_m=2_000, text=words("Blasting"))
    await line.ir.house.act("duty", notice, release=JOINT)
    status, said = await line.post(line.ir, "duty", "/api/response/send", proposal=proposal)
    assert (status, said["code"]) == (422, "notice-clash")
    assert line.refs["Z2"] in said["what"]


def states_or_none(page: Any) -> dict[str, str]:
    return states(page) if page["response"] else {}


async def test_the_lead_passes_when_both_sides_have_signed(line: Line) -> None:
    await line.proposed()
    response = (await line.page(line.ir))["response"]["ref"]
    now = line.ir.house.clock.now
    when = Moment(start=now, end=now + 3_600_000_000)
    offer = k.Handover(response=response, to="pk", urgency="flash", when=when, crossing=line.refs["C1"])
    ref = await line.ir.house.act("duty", offer, release=named("pk"))
    await line.settle()
    page = await line.page(line.pk)
    assert page["response"]["lead"] == "ir"
    assert page["response"]["handovers"][0]["state"] == "offered"
    await line.pk.house.act("duty", k.Answer(of=ref, outcome="will", text=words("Taken over")), release=named("ir"))
    await line.settle()
    for side in (line.ir, line.pk):
        page = await line.page(side)
        assert page["response"]["lead"] == "pk"
        assert [one["party"] for one in page["response"]["leads"]] == ["ir", "pk"]


async def test_roles_are_kept_and_a_node_without_a_planner_says_so(line: Line, settings: WebSettings) -> None:
    assert (await line.propose(line.ir, "auditor"))[0] == 403
    assert (await line.post(line.ir, "planner", "/api/response/send", proposal="ir:1"))[0] == 403
    status, said = await line.propose(line.ir, capabilities=["surgery"])
    assert status == 201
    page = await line.page(line.ir)
    assert page["response"]["proposals"][0]["data"]["unmet"][0]["code"] == "none-at-all"
    status, said = await line.propose(line.ir, incident="ir:1")
    assert (status, said["code"]) == (404, "not-found")


async def test_two_officers_who_send_at_once_order_a_unit_once(line: Line) -> None:
    ref = await line.proposed()
    async with line.ir.officer("duty") as one, line.ir.officer("commander") as other:
        both = await asyncio.gather(
            one.post("/api/response/send", {"proposal": ref}), other.post("/api/response/send", {"proposal": ref})
        )
    assert sorted(len(made["records"]) for _, made in both) == [0, 2]
