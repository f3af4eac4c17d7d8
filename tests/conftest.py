"""What holds for all tests: their order, and how long a property test may think.

Playwright's synchronous interface keeps an event loop running in its thread, and no
asynchronous test can run there afterwards: tests with a browser come last, and ``make
test`` gives them a process of their own.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

BROWSER = Path(__file__).parent / "browser"

# No test is timed: a slow machine is no fault. Continuous integration draws the same
# examples each time, so that it fails for what changed and for nothing else.
settings.register_profile(
    "sarhad", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("sarhad")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the browser's tests behind all others, keeping the order otherwise."""
    items.sort(key=lambda item: BROWSER in item.path.parents)
