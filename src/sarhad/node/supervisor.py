"""Keeps the node's parts running: one that fails is told, and started again after a pause."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0

log = structlog.get_logger("sarhad.supervisor")


async def supervise(parts: Mapping[str, Callable[[], Awaitable[None]]], *, ending: str) -> None:
    """Run every part until the part named ``ending`` returns; then cancel the others and wait for them.

    A part that raises is started again, after 0.5 s at first, twice as long each time,
    at the most 30 s; a minute without failure forgets earlier ones.  Any other part may
    return when its work is done.
    """
    tasks = {name: asyncio.create_task(_keep(name, part), name=name) for name, part in parts.items()}
    try:
        await tasks[ending]
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


async def _keep(name: str, part: Callable[[], Awaitable[None]]) -> None:
    loop = asyncio.get_running_loop()
    pause_s = FIRST_PAUSE_S
    while True:
        started = loop.time()
        try:
            await part()
        except asyncio.CancelledError:
            raise
        except Exception:
            if loop.time() - started > STEADY_S:
                pause_s = FIRST_PAUSE_S
            log.exception("part failed; starting it again", part=name, pause_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        else:
            return
