"""A cable that can be cut: a real TCP relay between a node and its partner."""

from __future__ import annotations

import asyncio
import contextlib


class Cable:
    """Passes bytes from ``port`` to ``target``; cut at will, also in the middle of a body.

    ``cut_after_up``: cut once that many bytes went towards the target in one connection.
    ``lose_answers``: pass what is asked and cut as soon as the first answer that is
    longer than a handshake would come back.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.cut_after_up: int | None = None
        self.lose_after_down: int | None = None
        self.cuts = 0
        self.broken = asyncio.Event()
        self.whole = True

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()

    def cut(self) -> None:
        """Break every connection, and refuse new ones until ``mend``."""
        self.whole = False
        self._break()

    def mend(self) -> None:
        """Let connections through again."""
        self.whole = True
        self.cut_after_up = self.lose_after_down = None

    def _break(self) -> None:
        self.cuts += 1
        self.broken.set()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.whole:
            writer.transport.abort()
            return
        there, to_there = await asyncio.open_connection("127.0.0.1", self._target)
        self._open |= {writer, to_there}
        await asyncio.gather(
            self._pump(reader, to_there, up=True), self._pump(there, writer, up=False), return_exceptions=True
        )
        for one in (writer, to_there):
            self._open.discard(one)
            one.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, up: bool) -> None:
        passed = 0
        with contextlib.suppress(ConnectionError):
            while piece := await source.read(16_384):
                passed += len(piece)
                limit = self.cut_after_up if up else self.lose_after_down
                if limit is not None and passed > limit:
                    self._break()
                    return
                sink.write(piece)
                await sink.drain()
            sink.close()
