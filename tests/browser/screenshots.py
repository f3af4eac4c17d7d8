"""Pictures of the desk for the README: ``python tests/browser/screenshots.py URL OFFICER PASSWORD [FOLDER]``.

Takes a desk that is running (``sarhad demo`` prints address and sign-ins) and writes the
watch in three languages, dark and light, wide and narrow.  ``--room NAME`` shows a drill.
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
SIZES = {"": (1440, 900), "-phone": (390, 800)}


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


def shoot(browser: Browser, asked: argparse.Namespace) -> None:
    """Write one picture a language, theme and size; in the wide ones an incident is open."""
    for language in ("en", "fa", "ur"):
        for theme in ("dark", "light"):
            for suffix, size in SIZES.items():
                page = open_watch(browser, asked, language, theme, size)
                if not suffix and asked.select:
                    page.locator(".row", has=page.locator(".id", has_text=asked.select)).first.click()
                    page.wait_for_timeout(1_200)
                name = f"watch-{language}{suffix}{'-light' if theme == 'light' else ''}.png"
                page.screenshot(path=asked.folder / name)
                print(asked.folder / name)
                page.context.close()


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("url")
    parser.add_argument("officer")
    parser.add_argument("password")
    parser.add_argument("folder", nargs="?", type=Path, default=IMAGES)
    parser.add_argument("--room", default="", help="show this exercise")
    parser.add_argument("--select", default="", help="reference of a record to open")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        shoot(browser, asked)
        browser.close()


if __name__ == "__main__":
    main()
