"""The event stream, as a page reads it."""

from __future__ import annotations

import aiohttp

from desk.house import House, words
from sarhad.web.settings import WebSettings
from sarhad.wire.kinds import Note
from sarhad.wire.values import OWN
from web.served import Client, Served, served


async def frame(stream: aiohttp.StreamReader, wanted: str) -> dict[str, str]:
    """Read up to the next event (or comment) named ``wanted``."""
    while True:
        raw = (await stream.readuntil(b"\n\n")).decode()
        fields = dict(line.split(": ", 1) for line in raw.strip().split("\n") if not line.startswith(":"))
        if fields.get("event") == wanted or f": {wanted}" in raw:
            return fields


def opened(client: Client, **headers: str) -> aiohttp.client._RequestContextManager:
    return client.session.get("/api/events", headers={key.replace("_", "-"): value for key, value in headers.items()})


async def test_what_changed_is_told_at_once(desk: Served) -> None:
    async with desk.officer("duty") as client, opened(client) as response:
        assert response.content_type == "text/event-stream"
        await frame(response.content, "connected")
        _, written = await client.act(Note(text=words()), OWN)
        event = await frame(response.content, "changed")
        assert f"record/{written['ref']}" in event["data"]


async def test_a_page_that_lost_its_link_resumes_where_it_was(desk: Served) -> None:
    async with desk.officer("duty") as client:
        _, before = await client.get("/api/desk")
        refs = [(await client.act(Note(text=words()), OWN))[1]["ref"] for _ in range(2)]
        async with opened(client, Last_Event_ID=before["event"]) as response:
            for ref in refs:
                assert f"record/{ref}" in (await frame(response.content, "changed"))["data"]
        async with client.session.get("/api/events", params={"after": before["event"]}) as response:
            assert f"record/{refs[0]}" in (await frame(response.content, "changed"))["data"]


async def test_a_page_of_an_earlier_run_is_told_to_fetch_everything(desk: Served) -> None:
    async with desk.officer("duty") as client, opened(client, Last_Event_ID="1-1") as response:
        await frame(response.content, "resync")


async def test_a_silent_stream_beats_and_ends_with_the_session(desk: Served) -> None:
    async with desk.officer("duty") as client, opened(client) as response:
        await frame(response.content, "heartbeat")
        await client.call("DELETE", "/api/session")
        await frame(response.content, "signed-out")
        assert await response.content.read() == b""


async def test_a_closed_page_leaves_nothing_behind(desk: Served) -> None:
    async with desk.officer("duty") as client:
        for _ in range(30):
            async with opened(client) as response:
                await frame(response.content, "connected")


async def test_one_session_opens_only_so_many_streams(ir: House, settings: WebSettings) -> None:
    few = WebSettings(pages=settings.pages, max_streams=1, heartbeat_s=0.05)
    async with served(ir, few) as desk, desk.officer("duty") as client, opened(client) as first:
        await frame(first.content, "connected")
        assert (await client.get("/api/events"))[0] == 429


async def test_stopping_the_node_ends_the_streams(desk: Served) -> None:
    async with desk.officer("duty") as client, opened(client) as response:
        await frame(response.content, "connected")
        desk.house.desk.close()
        while await response.content.readline():
            pass
