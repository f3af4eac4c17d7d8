"""Appends go through by themselves; a change of keys waits until none is under way, and holds the next ones back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turnstile:
    """Many may be inside, or one alone.  Event loop only; the fields are written by its methods."""

    def __init__(self) -> None:
        """Begin open and empty."""
        self._inside = 0
        self._open = asyncio.Event()
        self._open.set()
        self._empty = asyncio.Event()
        self._empty.set()

    async def enter(self) -> None:
        """Come in, once nobody is alone inside; nothing is awaited after the way is free."""
        while not self._open.is_set():
            await self._open.wait()
        self._inside += 1
        self._empty.clear()

    def leave(self) -> None:
        """Go out."""
        self._inside -= 1
        if not self._inside:
            self._empty.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Hold the others back, wait until all are out, and be alone."""
        while not self._open.is_set():
            await self._open.wait()
        self._open.clear()
        try:
            await self._empty.wait()
            yield
        finally:
            self._open.set()
