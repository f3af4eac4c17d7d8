"""The supervisor: a part that fails starts again; the node ends with the part that ends it."""

from __future__ import annotations

import asyncio

import pytest

from sarhad.node import supervisor


async def test_a_part_that_fails_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_S", 0.0)
    starts = 0
    steady = asyncio.Event()

    async def shaky() -> None:
        nonlocal starts
        starts += 1
        if starts < 3:
            raise ValueError("broken")
        steady.set()
        await asyncio.Event().wait()

    async def ending() -> None:
        await steady.wait()

    await supervisor.supervise({"shaky": shaky, "ending": ending}, ending="ending")
    assert starts == 3


async def test_everything_is_cancelled_when_the_ending_part_returns() -> None:
    ended = asyncio.Event()
    began = asyncio.Event()

    async def other() -> None:
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def ending() -> None:
        await began.wait()

    await supervisor.supervise({"other": other, "ending": ending}, ending="ending")
    assert ended.is_set()
