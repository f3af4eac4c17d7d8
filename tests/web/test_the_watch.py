"""Who is called and when, over HTTP: the moment of an escalation, who sits at a desk, the joint table narrowed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from desk.house import US, House, settle, words
from desk.test_owners_and_escalation import DEADLINE_S, two_houses
from sarhad.web.settings import WebSettings
from sarhad.wire.kinds import Incident, Officer, Report, Warn
from sarhad.wire.values import JOINT, OWN, Casualties, Moment, Names, Place, Range, named
from web.served import Served, served

PLACE = Place(lat=289_000_000, lon=615_000_000, precision=2, name="Mirjaveh")


async def test_the_inbox_names_the_moment_of_an_escalation_by_the_node_s_setting(tmp_path: Path) -> None:
    ir, pk = await two_houses(tmp_path)
    warning = Warn(to="ir", urgency="flash", text=words("now"))
    await pk.act("duty", warning, release=named("ir"))
    await settle(ir, pk)
    for percent, share in ((50, DEADLINE_S // 2), (25, DEADLINE_S // 4), (0, None)):
        settings = WebSettings(escalate_percent=percent)
        async with served(ir, settings) as desk, desk.officer("auditor") as client:
            (item,) = (await client.get("/api/inbox"))[1]
            wanted = None if share is None else (item["delivered_s"] + share) * US
            assert item["escalates_us"] == wanted
            assert (await client.get("/api/desk"))[1]["escalate_percent"] == percent
    for house in (ir, pk):
        house.close()


async def test_who_may_be_given_an_item_and_who_sits_at_a_desk_is_told(desk: Served) -> None:
    gone = Officer(officer="gone", title=Names(en="gone"), roles=("duty",), active=False)
    await desk.house.act("admin", gone, release=OWN)
    async with desk.officer("duty") as client, desk.officer("commander") as other:
        found = (await client.get("/api/watch/officers"))[1]
        assert [one["officer"] for one in found] == ["commander", "duty", "secretary"]
        assert not any(one["at_desk"] for one in found)
        async with other.session.get("/api/events") as stream:
            await asyncio.wait_for(stream.content.readline(), 10)
            found = (await client.get("/api/watch/officers"))[1]
            assert {one["officer"] for one in found if one["at_desk"]} == {"commander"}


async def test_the_joint_table_is_narrowed_by_words_and_by_contradiction(desk: Served, pk: House) -> None:
    refs = []
    for title in ("Ambush at the bridge", "Fire in the port"):
        happened = Incident(title=words(title), category="other", when=Moment(start=US, end=US), place=PLACE)
        refs.append(await desk.house.act("duty", happened, release=JOINT))
    await settle(desk.house, pk)
    for house, count in ((desk.house, 2), (pk, 3)):
        number = Casualties(killed=Range(low=count, best=count, high=count))
        await house.act("duty", Report(incident=refs[0], text=words("seen"), casualties=number), release=JOINT)
    await settle(desk.house, pk)

    async def table(query: str) -> list[str]:
        async with desk.officer("secretary") as client:
            status, answer = await client.get(f"/api/cell?{query}")
            assert status == 200, answer
            assert answer["contradicting"] <= answer["total"] or query == "show=contradictions"
            return [one["ref"] for one in answer["incidents"]]

    assert await table("") == refs
    assert await table("show=contradictions") == refs[:1]
    assert await table("q=PORT%20fire") == refs[1:]
    assert await table("q=mirjaveh&partner=pk") == refs
    assert await table("q=nothing-like-it") == []
    async with desk.officer("secretary") as client:
        assert (await client.get("/api/cell?show=all-of-it"))[0] == 400
        assert (await client.get("/api/cell?partner=xx"))[0] == 404
    async with desk.officer("planner") as client:
        assert (await client.get("/api/cell"))[0] == 403
