"""The cable between the two nodes: a TCP relay on loopback that can be cut and joined again.

The nodes' TLS runs through it unbroken; cutting it closes every connection at once
and refuses new ones, as a pulled cable does.
"""

from __future__ import annotations

import asyncio
import contextlib

CHUNK_BYTES = 65_536


class Relay:
    """Listens on an address of its own and passes bytes to ``target`` while joined."""

    def __init__(self, target: tuple[str, int]) -> None:
        """Name the address that bytes are passed on to; nothing listens yet."""
        self.target = target
        self.joined = True  # written by cut() and join(), read when a connection comes; all in the event loop
        self._writers: set[asyncio.StreamWriter] = set()  # open ends, kept so that cut() can close them
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen on a free port of 127.0.0.1 and return it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def cut(self) -> None:
        """Close every connection and refuse new ones."""
        self.joined = False
        for writer in list(self._writers):
            writer.transport.abort()

    def join(self) -> None:
        """Let connections through again."""
        self.joined = True

    async def stop(self) -> None:
        """Close everything."""
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.joined:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, far_writer))
                group.create_task(_pump(far_reader, writer))
        finally:
            self._writers -= {writer, far_writer}
            writer.transport.abort()
            far_writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes one way until either end closes."""
    with contextlib.suppress(ConnectionError, OSError):
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
