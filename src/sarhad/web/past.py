"""The replay of one desk: the past folded between the desk's other work, one picture at a time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Generator
from typing import TypeVar

from sarhad.picture import Picture
from sarhad.picture.replay import Replay
from sarhad.wire.errors import Unavailable

FORGET_S = 600.0
"""Pictures of the past are let go when nobody has looked at one for so long."""

MAX_ASKING = 1_000

T = TypeVar("T")


class Superseded(Unavailable):
    """The same page has asked for another moment meanwhile."""

    code = "superseded"


class Past:
    """The replay of one desk.  One picture is folded at a time; a page that asks anew gives up what it asked before."""

    def __init__(self, picture: Picture) -> None:
        """Replay what the picture holds."""
        self._replay = Replay(picture)
        self._folding = asyncio.Lock()
        self._asked: OrderedDict[tuple[str, str], int] = OrderedDict()
        """The moment asked for last, by session and side.  Written by ``at``, in the event loop."""
        self._forgetting: asyncio.TimerHandle | None = None  # written by _used()

    async def at(self, token: str, side: str, at_us: int) -> Picture:
        """Return the picture; raises Superseded, or Refused when it is too much."""
        self._asked[token, side] = at_us
        self._asked.move_to_end((token, side))
        if len(self._asked) > MAX_ASKING:
            self._asked.popitem(last=False)

        def wanted() -> bool:
            return self._asked.get((token, side)) == at_us

        async with self._folding:
            return await self._run(self._replay.make(side, at_us), wanted)

    async def times(self, side: str, exercise: str | None) -> list[int]:
        """Return when ``side`` came to know each record of a room, ascending."""
        async with self._folding:
            return (await self._run(self._replay.known(side))).times(exercise)

    async def _run(self, steps: Generator[None, None, T], wanted: Callable[[], bool] = lambda: True) -> T:
        self._used()
        try:
            while True:
                if not wanted():
                    raise Superseded("another moment was asked for", do="Ask again if this one is still wanted")
                try:
                    next(steps)
                except StopIteration as end:
                    made: T = end.value
                    return made
                await asyncio.sleep(0)
        finally:
            steps.close()

    def _used(self) -> None:
        if self._forgetting is not None:
            self._forgetting.cancel()
        self._forgetting = asyncio.get_running_loop().call_later(FORGET_S, self._replay.forget)
