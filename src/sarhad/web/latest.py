"""One question at a time for each page: what it asks anew replaces what it asked before."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from sarhad.wire.errors import SarhadError


class Superseded(SarhadError):
    """The same page has asked anew since."""

    code = "superseded"


class Latest:
    """At most one question an asker: a newer one calls the older back."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[bytes]] = {}  # written by run(), in the event loop

    async def run(self, asker: str, question: Coroutine[Any, Any, bytes]) -> bytes:
        """Return the answer; raise Superseded when the same asker has asked anew meanwhile."""
        task = asyncio.ensure_future(question)
        older, self._running[asker] = self._running.get(asker), task
        if older is not None:
            older.cancel()
        try:
            return await task
        except asyncio.CancelledError:
            if self._running.get(asker) is task:
                raise
            raise Superseded("a newer question of this page took its place", where="asker") from None
        finally:
            if self._running.get(asker) is task:
                del self._running[asker]
