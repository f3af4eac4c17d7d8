"""The listener on the exchange address: uvicorn's protocol on a TLS 1.3 socket, without uvicorn's process.

uvicorn's Server owns the process (signals, exit); a node has a supervisor for that.  So
the listener takes only its HTTP protocol and runs it on the node's own event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from uvicorn.config import Config
from uvicorn.server import ServerState

from sarhad.exchange.messages import CONTENT_TYPE, Problem, encode
from sarhad.exchange.protocol import PinnedProtocol
from sarhad.wire.errors import Unavailable

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HANDSHAKE_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 75
STOP_SECONDS = 5.0

log = structlog.get_logger(__name__)


def at_the_edge(app: App) -> App:
    """Wrap ``app`` so that a fault of ours is logged and told as ``internal``, and the node stays up."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await app(scope, receive, watch)
        except Exception:
            log.exception("exchange.fault", path=scope.get("path"))
            if started:
                raise
            await respond(send, 500, encode(Problem(code="internal", what="a fault at this node", retry=True)))

    return guarded


async def respond(send: Send, status: int, body: bytes, content_type: str = CONTENT_TYPE) -> None:
    """Send a whole response."""
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    if status in (408, 413):
        headers.append((b"connection", b"close"))  # the rest of the body was not read
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Listener:
    """A listening exchange address.  ``start`` and ``stop`` are called by the node's supervisor only."""

    def __init__(self, app: App, context: ssl.SSLContext, host: str, port: int) -> None:
        """Take the application, the server's TLS context (kept, it may gain anchors) and where to listen."""
        self._config = Config(
            at_the_edge(app),
            http=PinnedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        self._context = context
        self._address = (host, port)
        self._state = ServerState()  # uvicorn's own: open connections and running tasks, on the event loop
        self._server: asyncio.Server | None = None  # written by start and stop

    @property
    def port(self) -> int:
        """The port that is listened on (the real one when 0 was asked for)."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen; raises Unavailable when the address is taken or not ours."""
        if not self._config.loaded:
            self._config.load()
        loop = asyncio.get_running_loop()
        host, port = self._address
        try:
            self._server = await loop.create_server(
                lambda: PinnedProtocol(self._config, self._state, {}, loop),
                host,
                port,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
                backlog=128,
            )
        except OSError as error:
            raise Unavailable("cannot listen on the exchange address", where=f"{host}:{port}") from error
        self._address = (host, self.port)

    async def stop(self) -> None:
        """Close the address, let running requests end for a while, then cut them."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.gather(*self._state.tasks, return_exceptions=True)
        for connection in list(self._state.connections):
            if connection.transport is not None:
                # A TLS transport that ended meanwhile has let go of its protocol (Python before 3.11.4).
                with contextlib.suppress(AttributeError):
                    connection.transport.abort()
        self._server = None
