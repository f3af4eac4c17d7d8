"""Pictures of the incident page: ``python tests/browser/incident_pictures.py [FOLDER]``.

Starts two nodes of its own, lets one attach a stripped photo, and writes the page of both desks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Page, sync_playwright

from browser.desks import FLAGS, Desk
from photo_maker import photo
from provision import find_chromium

ROOT = Path(__file__).resolve().parents[2]
WIDE, PHONE = (1440, 900), (390, 800)
SHOTS = {
    "incident-en": ("ir", "en", "dark", WIDE),
    "incident-fa": ("ir", "fa", "light", WIDE),
    "incident-ur-phone": ("pk", "ur", "dark", PHONE),
}


def attach(page: Page) -> None:
    """Attach one photo for the partner and leave a second on its way, so that what it tells is seen."""
    for name in ("dusk at the crossing.jpg", "tracks.jpg"):
        content = photo(width=640, height=420)
        page.set_input_files("input[type=file]", {"name": name, "mimeType": "image/jpeg", "buffer": content})
        page.wait_for_selector(".told")
        if name.startswith("dusk"):
            page.locator(".attach select").select_option("ir")
            page.locator(".attach .preview", has_text="●").wait_for()
            page.locator(".attach .primary").click()
            page.locator(".files img").first.wait_for()
    page.locator(".attach").scroll_into_view_if_needed()


def shoot(told: dict[str, dict[str, object]], folder: Path) -> None:
    """Write every picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        desks = {party: Desk.told(browser, party, one) for party, one in told.items()}
        page = desks["pk"].watch()
        held = page.request.get(f"{desks['pk'].url}/api/incidents").json()
        ref = next(one["ref"] for one in held if one["party"] == "pk")
        page.goto(f"{desks['pk'].url}/incident/{ref}")
        page.wait_for_selector("#proof article")
        attach(page)
        page.screenshot(path=folder / "incident-photo.png")
        for name, (party, language, theme, size) in SHOTS.items():
            page = desks[party].watch(language, theme, size)
            page.goto(f"{desks[party].url}/incident/{ref}")
            page.locator(".files img").first.wait_for()
            page.wait_for_selector("#proof article")
            page.wait_for_timeout(800)  # the photo is drawn after it is asked for
            page.screenshot(path=folder / f"{name}.png", full_page=False)
        browser.close()


def main() -> None:
    """Set the stage and take the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, str(Path(__file__).parent / "two_desks.py"), f"{place}/stage"]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as stage:
            assert stage.stdout is not None
            assert stage.stdin is not None
            shoot(json.loads(stage.stdout.readline()), folder)
            stage.stdin.close()
            stage.wait(60)


if __name__ == "__main__":
    main()
