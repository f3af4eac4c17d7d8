"""Order of the tests: those with a browser come last.

Playwright's synchronous interface keeps an event loop running in its thread, and no
asynchronous test can run there afterwards.  ``make test`` gives them a process of their own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

BROWSER = Path(__file__).parent / "browser"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the browser's tests behind all others, keeping the order otherwise."""
    items.sort(key=lambda item: BROWSER in item.path.parents)
