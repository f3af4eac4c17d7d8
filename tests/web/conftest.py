"""One served desk, its partner, pages and a region."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from desk.conftest import ir, pk
from desk.house import House
from sarhad.web.settings import WebSettings
from web.served import Served, served

__all__ = ["ir", "pk"]


@pytest.fixture
def settings(tmp_path: Path) -> WebSettings:
    """Pages and a region on the disk, a quick heartbeat."""
    pages, region = tmp_path / "pages", tmp_path / "region"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text("<!doctype html><title>desk</title>")
    (pages / "assets" / "app-1.js").write_text("export {}")
    region.mkdir()
    (region / "base.pmtiles").write_bytes(bytes(range(256)) * 40)
    (region / ".hidden").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    (region / "link.txt").symlink_to(tmp_path / "secret.txt")
    return WebSettings(region=region, pages=pages, heartbeat_s=0.05)


@pytest_asyncio.fixture
async def desk(ir: House, pk: House, settings: WebSettings) -> AsyncIterator[Served]:
    """The desk of ir, with pk as a partner."""
    async with served(ir, settings) as made:
        yield made
