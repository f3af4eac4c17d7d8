"""Get what the tests need and Python's packages do not bring: a Chromium, and poppler to read PDFs with.

Never fails: where one may not be had, it says so, and the tests that need it are
skipped with the same reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium() -> str | None:
    """Return the path of a Chromium that is installed, or None."""
    named = os.environ.get("SARHAD_CHROMIUM")
    if named and shutil.which(named):
        return named
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    return _playwright_browser()


def _playwright_browser() -> str | None:
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    except Error:
        return None
    return path if path and Path(path).exists() else None


def run(*command: str) -> bool:
    """Run a command quietly; tell whether it succeeded."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, env=env, capture_output=True, timeout=900, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def may_install() -> bool:
    """Tell whether this is a machine whose packages we may add to."""
    return bool(shutil.which("apt-get")) and os.geteuid() == 0


def main() -> None:
    """Install Chromium from the distribution where we may, else by Playwright, else say so; likewise poppler."""
    if not find_chromium():
        print("No Chromium here; installing one for the browser tests", flush=True)
        if may_install() and run("apt-get", "update", "-qq"):
            run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
        if not find_chromium():
            run(sys.executable, "-m", "playwright", "install", "chromium-headless-shell")
        if not find_chromium():
            print("No Chromium could be installed: the browser tests will be skipped", flush=True)
    if not shutil.which("pdftotext"):
        if may_install():
            run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "poppler-utils")
        if not shutil.which("pdftotext"):
            print("No poppler could be installed: what PDFs say will not be read", flush=True)


if __name__ == "__main__":
    main()
