"""Many open desks on one node: real connections with sessions, each reading the event stream as pages do."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator

import aiohttp

from sarhad.node.demo.stage import Side
from sarhad.node.officer import OfficerClient

PER_SESSION = 10
"""Event streams of one session; the node allows twelve."""
EVENTS = 30
PAUSE_S = 0.7


class OpenDesk:
    """One page: follows the stream, and asks for what changed as the page does."""

    def __init__(self, session: aiohttp.ClientSession, *, asks: bool) -> None:
        """Use a signed-in session; ``asks``: also fetch what an event names."""
        self._session = session
        self._asks = asks
        self.heard: dict[str, float] = {}
        self.shown: dict[str, float] = {}
        self.open = asyncio.Event()

    async def run(self) -> None:
        """Read the stream until cancelled."""
        timeout = aiohttp.ClientTimeout(total=None)
        position = ""
        async with self._session.get("/api/events", timeout=timeout) as response:
            self.open.set()
            async for line in response.content:
                if line.startswith(b"id:"):
                    position = line.decode()[3:].strip()
                elif line.startswith(b"data:") and b"incident/" in line:
                    await self._told(line.decode(), position)

    async def _told(self, line: str, position: str) -> None:
        now = time.perf_counter()
        fresh = [part[9:] for part in line.split('"') if part.startswith("incident/") and part[9:] not in self.heard]
        self.heard.update((ref, now) for ref in fresh)
        if self._asks and fresh:
            run, _, number = position.partition("-")
            await self._read(f"/api/news?after={run}-{int(number) - 1}")  # all that a page asks for
            self.shown.update((ref, time.perf_counter()) for ref in fresh)

    async def _read(self, path: str) -> None:
        async with self._session.get(path) as response:
            await response.read()


async def sessions(side: Side, count: int) -> list[aiohttp.ClientSession]:
    """Sign officers in, one a session."""
    made = []
    for number in range(count):
        name = f"duty-{number}"
        session = aiohttp.ClientSession(
            side.url, cookie_jar=aiohttp.CookieJar(unsafe=True), connector=aiohttp.TCPConnector(limit=0)
        )
        async with session.post("/api/session", json={"officer": name, "password": side.passwords[name]}) as answer:
            assert answer.status == 200, await answer.text()
        made.append(session)
    return made


async def crowd(side: Side, desks: int, *, asks: bool) -> tuple[list[float], list[float]]:
    """Open ``desks``, write EVENTS incidents; return ms from the act's call to each desk's hearing and showing it."""
    held = await sessions(side, -(-desks // PER_SESSION))
    pages = [OpenDesk(held[i // PER_SESSION], asks=asks) for i in range(desks)]
    tasks = [asyncio.create_task(page.run()) for page in pages]
    await asyncio.gather(*(page.open.wait() for page in pages))
    officer = OfficerClient(side.url, "duty", side.passwords["duty"])
    await officer.sign_in()
    sent: dict[str, float] = {}
    for number in range(EVENTS):
        now_us = time.time_ns() // 1_000
        place = {"lat": 270_000_000 + number, "lon": 620_000_000, "precision": 1}
        data = {
            "title": {"lang": "en", "text": f"Event {number}"},
            "category": "ambush",
            "when": {"start": now_us, "end": now_us},
            "place": place,
        }
        began = time.perf_counter()
        ref = await officer.act("incident", data, {"to": "own"})
        sent[ref] = began
        await asyncio.sleep(PAUSE_S)
    await asyncio.sleep(3)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await officer.close()
    for session in held:
        await session.close()
    return list(_late(sent, [p.heard for p in pages])), list(_late(sent, [p.shown for p in pages] if asks else []))


def _late(sent: dict[str, float], told: list[dict[str, float]]) -> Iterator[float]:
    for one in told:
        for ref, began in sent.items():
            yield 1_000 * (one[ref] - began) if ref in one else float("inf")


def quantiles(values: list[float]) -> tuple[float, float, float]:
    """Return median, 99th percentile and maximum."""
    ordered = sorted(values)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], ordered[-1]
