"""A desk served on a real socket, and a browser's manners in a client."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp
import msgspec
import uvicorn

from desk.house import OFFICERS, START, House
from sarhad.desk import Actor
from sarhad.desk.accounts import Accounts, AccountSettings
from sarhad.desk.approvals import Approvals
from sarhad.desk.attachments import Attachments
from sarhad.desk.passwords import Cost
from sarhad.desk.throttle import Limit
from sarhad.node.compute import Compute
from sarhad.web.app import create_app
from sarhad.web.paper import Paper, Text
from sarhad.web.settings import Compute as Computing
from sarhad.web.settings import PrintOrder, WebSettings
from sarhad.wire.registry import Data

PASSWORD = "the wind over Zahedan"
CHEAP = AccountSettings(cost=Cost(time=1, memory_kib=8, lanes=1), per_account=Limit(3, 300), per_address=Limit(50, 900))


class Server(uvicorn.Server):
    """Stops when told; takes no signals; says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell who waits."""
        await super().startup(sockets)
        self.listening.set()

    def install_signal_handlers(self) -> None:
        """The test decides when it ends."""


class Client:
    """One browser: keeps its cookies, sends the token that it was given."""

    def __init__(self, url: str) -> None:
        self.session = aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.token = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def call(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        """Return (status, decoded JSON or bytes)."""
        headers = {"X-CSRF-Token": self.token, **how.pop("headers", {})}
        async with self.session.request(method, path, headers=headers, **how) as response:
            raw = await response.read()
            is_json = response.content_type == "application/json" and raw
            return response.status, msgspec.json.decode(raw) if is_json else raw

    async def get(self, path: str, **how: Any) -> tuple[int, Any]:
        return await self.call("GET", path, **how)

    async def post(self, path: str, body: Any, **how: Any) -> tuple[int, Any]:
        return await self.call("POST", path, json=body, **how)

    async def sign_in(self, officer: str, password: str = PASSWORD) -> tuple[int, Any]:
        status, answer = await self.post("/api/session", {"officer": officer, "password": password})
        if status == 200:
            self.token = answer["csrf"]
        return status, answer

    async def act(self, data: Data, release: Any, **more: Any) -> tuple[int, Any]:
        body = {"data": msgspec.to_builtins(data), "release": msgspec.to_builtins(release), **more}
        return await self.post(f"/api/acts/{data.kind_name()}", body)


class Printer:
    """Prints that say what they were asked for."""

    async def paper(self, order: PrintOrder, actor: Actor) -> Paper:
        made = (Text(t=f"{order.what} {order.ref} for {actor.officer}"),)
        return Paper(
            lang=order.lang, title=made[0], exercise=order.exercise or "", head=(("made", made),), sections=(),
            signatures=(), party="pk", made=made, digest="", digest_label="", references=order.ref,
            references_label="", page_label="",
        )  # fmt: skip

    async def pdf(self, order: PrintOrder, actor: Actor) -> bytes:
        return f"%PDF {order.what} {order.lang} {order.ref} for {actor.officer}".encode()


class Served:
    """One house's desk on a port of 127.0.0.1."""

    def __init__(self, house: House, url: str, accounts: Accounts, exported: list[tuple[str, str]]) -> None:
        self.house = house
        self.url = url
        self.accounts = accounts
        self.exported = exported

    def client(self) -> Client:
        return Client(self.url)

    @asynccontextmanager
    async def officer(self, name: str) -> AsyncIterator[Client]:
        async with self.client() as client:
            status, answer = await client.sign_in(name)
            assert status == 200, answer
            yield client


@asynccontextmanager
async def served(
    house: House, settings: WebSettings, accounts: AccountSettings = CHEAP, compute: Computing | None = None
) -> AsyncIterator[Served]:
    """Serve ``house``'s desk until the block ends; every officer of the cast has PASSWORD."""
    sign_ins = Accounts(house.folder / "accounts.sqlite", lambda: START, accounts)
    for officer in OFFICERS:
        sign_ins.set_password(officer, PASSWORD)
    exported: list[tuple[str, str]] = []

    async def export(audience: str, actor: Actor) -> Path:
        path = house.folder / f"bundle-{len(exported)}.zip"
        path.write_bytes(b"PK" + bytes(300_000))
        exported.append((audience, actor.officer))
        return path

    plans = Compute(settings.region)
    approvals = Approvals(house.folder / "approvals.sqlite", house.desk.now)
    app = create_app(
        house.desk,
        sign_ins,
        Attachments(house.folder / "attachments"),
        settings=settings,
        export=export,
        printer=Printer(),
        plans=plans,
        compute=compute,
        approvals=approvals,
    )
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="on", timeout_keep_alive=120)
    server = Server(config)
    # A TCP socket that says so: asyncio switches Nagle's algorithm off only then, and uvicorn's own does not.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve([sock]))
    await server.listening.wait()
    try:
        yield Served(house, f"http://127.0.0.1:{sock.getsockname()[1]}", sign_ins, exported)
    finally:
        house.desk.close()
        server.should_exit = True
        await task
        await plans.close()
        sock.close()
        sign_ins.close()
        approvals.close()
