"""Two joined parties and a stranger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from desk.house import House, join, make_house, settle


@pytest_asyncio.fixture
async def ir(tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(tmp_path, "ir")
    yield house
    house.close()


@pytest_asyncio.fixture
async def pk(tmp_path: Path, ir: House) -> AsyncIterator[House]:
    """The partner; both know each other's manifest."""
    house = await make_house(tmp_path, "pk")
    join(ir, house)
    await settle(ir, house)
    yield house
    house.close()
