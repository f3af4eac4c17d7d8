"""What changed since an event: the same as the single calls would say, made once for all who ask."""

from __future__ import annotations

from desk.house import words
from sarhad.web import encoded
from sarhad.wire.kinds import Incident, Note
from sarhad.wire.values import OWN, Moment, Place
from web.served import Client, Served


def incident() -> Incident:
    at = Moment(start=1_556_000_000_000_000, end=1_556_000_000_000_000)
    place = Place(lat=280_000_000, lon=610_000_000, precision=1)
    return Incident(title=words("Khash road"), category="bombing", when=at, place=place)


async def position(client: Client) -> str:
    return str((await client.get("/api/desk"))[1]["event"])


async def news(client: Client, after: str, **more: str) -> dict[str, object]:
    status, said = await client.get("/api/news", params={"after": after, **more})
    assert status == 200, said
    return dict(said)


async def test_news_say_what_the_single_calls_say(desk: Served) -> None:
    async with desk.officer("duty") as client:
        await client.act(Note(text=words("before")), OWN)
        after = await position(client)
        _, first = await client.act(incident(), OWN)
        _, second = await client.act(Note(text=words("on it"), about=first["ref"]), OWN)
        said = await news(client, after)
        assert said["whole"] is False
        assert said["event"] == await position(client)
        page = (await client.get("/api/records"))[1]
        told = [one["ref"] for one in said["records"]]  # type: ignore[attr-defined]
        assert told == [second["ref"], first["ref"]]
        assert said["records"] == page["records"][:2]
        assert said["total"] == page["total"]
        assert said["items"] == (await client.get("/api/inbox"))[1]
        assert said["help"] == (await client.get("/api/help"))[1]
        ref = {"ref": first["ref"]}
        assert said["marks"] == (await client.get("/api/incidents/marks", params=ref))[1]
        assert said["titles"] == (await client.get("/api/incidents/titles", params=ref))[1]


async def test_nothing_new_is_nothing(desk: Served) -> None:
    async with desk.officer("duty") as client:
        said = await news(client, await position(client))
        assert (said["records"], said["marks"], said["whole"]) == ([], None, False)


async def test_a_drill_is_not_told_in_the_live_room_nor_the_other_way(desk: Served) -> None:
    async with desk.officer("duty") as client:
        after = await position(client)
        _, live = await client.act(incident(), OWN)
        _, drill = await client.act(incident(), OWN, exercise="drill-1")
        for room, mine in ((None, live), ("drill-1", drill)):
            said = await news(client, after, **({"exercise": room} if room else {}))
            assert [one["ref"] for one in said["records"]] == [mine["ref"]]  # type: ignore[attr-defined]
            assert said["marks"]["ref"] == [mine["ref"]]  # type: ignore[index]


async def test_too_much_or_another_run_asks_for_everything(desk: Served) -> None:
    async with desk.officer("duty") as client:
        assert (await news(client, "1-1"))["whole"] is True
        after = await position(client)
        hub = desk.house.desk.hub
        hub.publish("changed", [f"record/ir:{n}" for n in range(201)], desk.house.desk.now())
        said = await news(client, after)
        assert (said["whole"], said["records"]) == (True, [])
        status, problem = await client.get("/api/news", params={"after": "yesterday"})
        assert (status, problem["where"]) == (400, "after")


def test_one_answer_is_made_once_for_the_same_question_and_old_ones_go() -> None:
    made: list[int] = []
    answers = encoded.Answers(most=2)

    def make(value: int) -> int:
        made.append(value)
        return value

    assert [answers.of(key, lambda key=key: make(key)) for key in (1, 1, 2, 3, 1)] == [b"1", b"1", b"2", b"3", b"1"]  # type: ignore[misc]
    assert made == [1, 2, 3, 1]
