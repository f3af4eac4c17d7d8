"""The HTTP protocol of the exchange address: uvicorn's, with the caller's certificate brought into the scope.

uvicorn does not tell an application which client certificate the TLS handshake
verified.  This subclass puts it where the ASGI TLS extension has its certificates
(scope["extensions"]["tls"]), as DER bytes under ``peer``, and bounds what a connection
may hold: how many there are for each certificate, and how long a request's head may take.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

CONNECTIONS_EACH = 16
"""Open connections of one certificate; the seventeenth is closed at once."""
HEAD_SECONDS = 20.0


class PinnedProtocol(HttpToolsProtocol):
    """One connection of a partner.  Everything here runs on the event loop only."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Start without a peer; connection_made fills it in."""
        super().__init__(config, server_state, app_state, _loop)
        self.peer: bytes = b""  # written once, by connection_made
        self._head_timer: asyncio.TimerHandle | None = None  # runs from a head's first byte to its last

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the certificate of the finished handshake and refuse one connection too many."""
        super().connection_made(transport)
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        shown: bytes | None = tls.getpeercert(binary_form=True) if tls is not None else None
        self.peer = b"" if shown is None else shown
        same = sum(1 for other in self.connections if getattr(other, "peer", None) == self.peer)
        if same > CONNECTIONS_EACH:
            transport.close()
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer with the connection."""
        self._stop_head_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Time the head of a request from its first byte."""
        cycle: RequestResponseCycle | None = self.cycle  # None until the first request, whatever uvicorn declares
        if self._head_timer is None and (cycle is None or cycle.response_complete):
            self._start_head_timer()
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Put the caller's certificate into the scope of each request."""
        super().on_message_begin()
        self.scope["extensions"] = {"tls": {"peer": self.peer}}

    def on_headers_complete(self) -> None:
        """The head is whole; the application bounds the body."""
        self._stop_head_timer()
        super().on_headers_complete()

    def _start_head_timer(self) -> None:
        self._stop_head_timer()
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()
