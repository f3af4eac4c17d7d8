"""One Chromium and two real nodes for all browser tests; each test gets fresh pages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from browser.desks import FLAGS, Desk, Desks, Kept
from provision import find_chromium

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_MS = 20_000
PAGES = ROOT / "src" / "sarhad" / "web" / "static" / "index.html"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless; skips with the reason where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium here: run python -m tests.provision, or set SARHAD_CHROMIUM")
    if not PAGES.exists():
        pytest.skip("the pages are not built: run python hatch_build.py")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@dataclass
class Stage:
    """The process that holds both nodes."""

    process: subprocess.Popen[str]
    told: dict[str, dict[str, object]]
    kept: dict[str, Kept] = field(default_factory=dict)
    """Sessions that outlive a test, by party: typing and checking a password for each page takes longest."""

    def desks(self, browser: Browser) -> Desks:
        """Both desks, without an open page."""
        return Desks(
            {
                party: Desk.told(browser, party, told, self.kept.setdefault(party, {}))
                for party, told in self.told.items()
            }
        )

    def order(self, word: str) -> None:
        """Cut or heal the cables; returns when it is done."""
        pipes: tuple[IO[str] | None, IO[str] | None] = (self.process.stdin, self.process.stdout)
        assert pipes[0] is not None
        assert pipes[1] is not None
        pipes[0].write(word + "\n")
        pipes[0].flush()
        assert pipes[1].readline().strip() == word


@contextmanager
def two_nodes(folder: Path, script: str = "two_desks.py", *more: str) -> Iterator[Stage]:
    """Two nodes in a process of their own."""
    command = [sys.executable, str(Path(__file__).parent / script), str(folder), *more]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        line = process.stdout.readline()
        assert line, "the two nodes did not start: see the lines above"
        yield Stage(process, json.loads(line))
        process.stdin.close()
        process.wait(60)


@pytest.fixture(scope="session")
def shared_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The nodes that the tests share: starting and filling two takes longer than most tests."""
    with two_nodes(tmp_path_factory.mktemp("desks") / "stage") as made:
        yield made


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two nodes.  A test that is tried once more gets new ones: what its first try left would mislead the second."""
    if getattr(request.node, "execution_count", 1) > 1:
        with two_nodes(tmp_path_factory.mktemp("anew") / "stage") as made:
            yield made
    else:
        yield request.getfixturevalue("shared_stage")


@pytest.fixture(autouse=True)
def patience() -> None:
    """What is waited for is a node's answer, on a machine that may be busy."""
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def desks(browser: Browser, stage: Stage) -> Iterator[Desks]:
    """Both desks, no page open.  At the end no page may have complained or asked outside."""
    made = stage.desks(browser)
    yield made
    made.close()
