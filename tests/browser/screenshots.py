"""Pictures of the desk for the README: ``python tests/browser/screenshots.py URL OFFICER PASSWORD [FOLDER]``.

Takes a desk that is running (``sarhad demo`` prints address and sign-ins) and writes the
watch in three languages, dark and light, wide and on a phone.  ``--room NAME`` shows a drill.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Browser, Page, sync_playwright

from browser.desks import FLAGS, sign_in
from provision import find_chromium

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
WIDE, PHONE = (1440, 900), (390, 800)
SHOTS = {
    "watch-en": ("en", "dark", WIDE),
    "watch-en-light": ("en", "light", WIDE),
    "watch-fa": ("fa", "light", WIDE),
    "watch-ur": ("ur", "dark", WIDE),
    "watch-ur-phone": ("ur", "dark", PHONE),
    "watch-fa-phone": ("fa", "light", PHONE),
}


def open_watch(browser: Browser, asked: argparse.Namespace, language: str, theme: str, size: tuple[int, int]) -> Page:
    """Sign in and wait until the watch is drawn."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_init_script(
        f"localStorage.setItem('sarhad.language', '{language}'); localStorage.setItem('sarhad.theme', '{theme}')"
    )
    page = context.new_page()
    page.goto(asked.url + (f"/?room={asked.room}" if asked.room else ""))
    sign_in(page, asked.officer, asked.password)
    page.locator(".item").first.wait_for()
    page.locator(".log-panel .row").nth(3).wait_for(state="attached")
    page.wait_for_timeout(2_500)  # tiles and labels are drawn after the last answer
    return page


def select_oldest(page: Page, words: str) -> None:
    """Open the oldest record that the search finds, then show the whole log again."""
    page.fill("#search", words)
    page.wait_for_url("**q=**")
    page.wait_for_timeout(800)
    page.locator(".log-panel .row").last.click()
    page.fill("#search", "")
    page.wait_for_timeout(1_500)  # the map moves to it


def shoot(browser: Browser, asked: argparse.Namespace) -> None:
    """Write every picture; in the wide ones the record asked for is open."""
    for name, (language, theme, size) in SHOTS.items():
        page = open_watch(browser, asked, language, theme, size)
        if size == WIDE and asked.select:
            select_oldest(page, asked.select)
        page.screenshot(path=asked.folder / f"{name}.png")
        print(asked.folder / f"{name}.png")
        page.context.close()


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("url")
    parser.add_argument("officer")
    parser.add_argument("password")
    parser.add_argument("folder", nargs="?", type=Path, default=IMAGES)
    parser.add_argument("--room", default="", help="show this exercise")
    parser.add_argument("--select", default="", help="words that find the record to open")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        shoot(browser, asked)
        browser.close()


if __name__ == "__main__":
    main()
