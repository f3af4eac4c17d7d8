"""The world of a test, closed again when it ends."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from exchange.world import World


@pytest.fixture
def ports() -> Callable[[], int]:
    """Give a free port at each call; the same one is not given twice."""
    given: set[int] = set()

    def free() -> int:
        while True:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            if port not in given:
                given.add(port)
                return port

    return free


@pytest_asyncio.fixture
async def world(tmp_path: Path, ports: Callable[[], int]) -> AsyncIterator[World]:
    made = World(tmp_path, ports)
    yield made
    await made.close()
