"""Calling a partner: one HTTPS connection, kept open, to the holder of the pinned certificate."""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import AsyncIterator, Sequence

import aiohttp

from sarhad.exchange import messages
from sarhad.exchange.errors import NotForUs, Told, TooLarge, Unreachable
from sarhad.exchange.messages import Problem, PushReply, Standing
from sarhad.wire.errors import VerificationError

CALL_SECONDS = 60.0
SLOWEST_BYTES_S = 2_048
"""The slowest line that a call allows for; a large body gets time in proportion."""
CONNECT_SECONDS = 10.0
SILENT_SECONDS = 30.0
"""How long a file may bring nothing before its line counts as broken."""
PIECE_BYTES = 256 * 1024
_AT_ONCE_BYTES = 1024 * 1024
_HEADERS = {"content-type": messages.CONTENT_TYPE}


class Client:
    """The calls to one partner.  Used by its queue only, one call at a time."""

    def __init__(
        self,
        endpoint: str,
        context: ssl.SSLContext,
        *,
        older: Sequence[ssl.SSLContext] = (),
        server_name: str | None = None,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        """Take the partner's https address and a context that trusts exactly its certificate.

        ``older``: contexts that show our former certificates, for a partner that may not
        know the new one yet; where one fails the next is tried.  ``server_name`` tells the
        partner which of its certificates we pinned (see tls.name_of).
        """
        self.endpoint = endpoint.rstrip("/")
        self._contexts = [context, *older]  # the one in use first; written by _call
        self._server_name = server_name
        self._call_seconds = call_seconds
        self._session: aiohttp.ClientSession | None = None  # written by _opened and close

    async def push(self, body: bytes) -> PushReply:
        """Send an encoded Push; returns when the partner has stored it durably.

        Raises Told (the partner refused), Unreachable, VerificationError (no such answer).
        """
        return messages.decode(await self._call("POST", "/exchange/v1/push", body), PushReply)

    async def standing(self) -> Standing:
        """Ask which of our checkpoints the partner countersigned last."""
        return messages.decode(await self._call("GET", "/exchange/v1/witnessed", None), Standing)

    async def file(self, sha256: str, start: int, left: int) -> AsyncIterator[bytes]:
        """Yield a file from byte ``start`` on, which must be exactly ``left`` bytes.

        Raises Told (also where the file is not for us), Unreachable, and
        VerificationError as soon as the answer is of another length.
        """
        headers = {"range": f"bytes={start}-"} if start else {}
        timeout = aiohttp.ClientTimeout(
            total=self._call_seconds + left / SLOWEST_BYTES_S, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS
        )
        path = f"{self.endpoint}/exchange/v1/attachment/{sha256}"
        try:
            async with self._opened().get(
                path, headers=headers, allow_redirects=False, timeout=timeout, server_hostname=self._server_name
            ) as response:
                if response.status != (206 if start else 200):
                    raise Told(_problem(await _read(response), response.status))
                if response.content_length != left:
                    response.close()
                    raise VerificationError(f"the partner offers {response.content_length} bytes, not {left}")
                async for piece in response.content.iter_chunked(PIECE_BYTES):
                    yield piece
        except (aiohttp.ClientError, OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise Unreachable(f"the file did not come ({_short(error)})", where=self.endpoint) from error

    async def close(self) -> None:
        """Drop the connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(ssl=self._contexts[0], limit=2, keepalive_timeout=60.0)
            self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        return self._session

    async def _call(self, method: str, path: str, body: bytes | None) -> bytes:
        """Call with the certificate that worked last; where that fails, with each other one that we still have."""
        for left in reversed(range(len(self._contexts))):
            try:
                return await self._attempt(method, path, body)
            except (Unreachable, Told) as error:
                if not left or (isinstance(error, Told) and error.code != NotForUs.code):
                    raise
                self._contexts.append(self._contexts.pop(0))
                await self.close()
        raise AssertionError("a client has a certificate")

    async def _attempt(self, method: str, path: str, body: bytes | None) -> bytes:
        total = self._call_seconds + len(body or b"") / SLOWEST_BYTES_S
        timeout = aiohttp.ClientTimeout(total=total, sock_connect=CONNECT_SECONDS)
        try:
            async with self._opened().request(
                method,
                self.endpoint + path,
                data=_payload(body),
                headers=_HEADERS,
                allow_redirects=False,
                timeout=timeout,
                server_hostname=self._server_name,
            ) as response:
                answer = await _read(response)
                status = response.status
        except (aiohttp.ClientError, OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise Unreachable(f"no answer from the partner ({_short(error)})", where=self.endpoint) from error
        if status == 200:
            return answer
        raise Told(_problem(answer, status))


def _payload(body: bytes | None) -> bytes | io.BytesIO | None:
    """Let aiohttp send a large body in pieces, so that the event loop goes on."""
    return io.BytesIO(body) if body is not None and len(body) > _AT_ONCE_BYTES else body


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read an answer, at most a message long."""
    answer = bytearray()
    async for piece in response.content.iter_chunked(256 * 1024):
        answer += piece
        if len(answer) > messages.MAX_MESSAGE_BYTES:
            response.close()
            raise TooLarge("the partner's answer is larger than a message may be")
    return bytes(answer)


def _problem(answer: bytes, status: int) -> Problem:
    """Read the partner's reason; an answer without one can be tried again."""
    try:
        return messages.decode(answer, Problem)
    except VerificationError:
        return Problem(code=f"http-{status}", what=f"the partner answered {status}", retry=True)


def _short(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    return text[:160]
