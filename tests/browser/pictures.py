"""Pictures of every screen for the documentation: ``make pictures``, or ``python tests/browser/pictures.py [FOLDER]``.

Plays the founding case between two nodes of its own, so that there is something to see, and writes each
screen in English (dark), Persian (light) and Urdu (on a phone).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image
from playwright.sync_api import FilePayload, Page, sync_playwright

from browser.desks import FLAGS, Desk, sign_in
from browser.field_cast import PHONE, SOMEWHERE, caller
from browser.screens import Screen, screens
from photo_maker import photo
from provision import find_chromium

ROOT = Path(__file__).resolve().parents[2]
WIDE, PHONE_SIZE = (1440, 900), (390, 800)
LOOKS = (("en", "dark", WIDE), ("fa", "light", WIDE), ("ur", "dark", PHONE_SIZE))
PARTY = "ir"


def shoot(desk: Desk, folder: Path) -> None:
    """Write every screen in every look."""
    page = desk.watch()
    room = page.request.get(f"{desk.url}/api/desk").json()["exercises"][0]
    incident = main_incident(page, desk, room)
    attach(page, desk, incident, room)
    for language, theme, size in LOOKS:
        opened: dict[str, Page] = {}
        for screen in (one for one in screens() if one.name != "field"):
            if screen.role not in opened:
                opened[screen.role] = desk.sign_in_as(screen.role, language=language, theme=theme, size=size)
            ready(opened[screen.role], desk, screen, incident, room)
            name = f"{screen.name}-{language}{'-phone' if size == PHONE_SIZE else ''}"
            save(opened[screen.role], folder / f"{name}.png")
    overlays(desk, folder, room)
    field_page(desk, folder, incident, room)


def field_page(desk: Desk, folder: Path, incident: str, room: str) -> None:
    """The field page on a leader's phone, with an order to carry out."""
    unit = caller(desk, "field").get("/api/field")["unit"]["ref"]
    now = time.time_ns() // 1_000
    place = {"lat": 289_775_000, "lon": 615_503_000, "precision": 1}
    words = {"lang": "en", "text": "Close the road at the crossing and let nobody pass."}
    order = {"unit": unit, "incident": incident, "status": "ordered", "place": place, "text": words}
    due = now + 1_800_000_000
    caller(desk, "duty").act("tasking", {**order, "due": {"start": due, "end": due}}, exercise=room)
    for language, theme, _ in LOOKS:
        there = {"geolocation": SOMEWHERE, "permissions": ["geolocation"], **PHONE}
        page = desk.open(language=language, theme=theme, size=PHONE_SIZE, **there)
        page.goto(f"{desk.url}/field?room={room}")
        sign_in(page, "field", desk.passwords["field"])
        page.wait_for_selector("article")
        page.wait_for_timeout(1_500)  # the position comes after the order
        save(page, folder / f"field-{language}-phone.png")


def main_incident(page: Page, desk: Desk, room: str) -> str:
    """The incident that most was said about."""
    held = page.request.get(f"{desk.url}/api/incidents", params={"exercise": room}).json()
    return str(max(held, key=lambda one: len(one["timeline"]))["ref"])


def attach(page: Page, desk: Desk, incident: str, room: str) -> None:
    """Attach one photo for the partner, so that there is one to see."""
    page.goto(f"{desk.url}/incident/{incident}?room={room}")
    page.wait_for_selector("#proof article")
    made: FilePayload = {
        "name": "dusk at the crossing.jpg",
        "mimeType": "image/jpeg",
        "buffer": photo(width=640, height=420),
    }
    page.set_input_files("input[type=file]", made)
    page.wait_for_selector(".told")
    page.locator(".attach .primary").click()
    page.locator(".files img").first.wait_for()


def ready(page: Page, desk: Desk, screen: Screen, incident: str, room: str) -> None:
    """Open a screen and wait until what it shows is drawn."""
    address = screen.at(incident)
    about = screen.name in ("watch", "incident", "cell", "handover", "print")
    page.goto(f"{desk.url}{address}{'?' + 'room=' + room if about else ''}")
    page.wait_for_selector("#main:not(.wait)")
    page.wait_for_load_state("load")
    page.wait_for_timeout(2_500)  # tiles, labels and photos are drawn after the last answer


def overlays(desk: Desk, folder: Path, room: str) -> None:
    """What lies over a screen: the form for a new act, the palette, the shortcut sheet."""
    for language, theme, _ in LOOKS[:2]:
        page = desk.watch(language, theme)
        page.goto(f"{desk.url}/?room={room}")
        page.wait_for_selector(".item")
        page.wait_for_timeout(2_500)
        for key, name, there in (
            ("i", "compose", ".composer"),
            ("Control+k", "palette", "dialog[open]"),
            ("Shift+Slash", "keys", "dialog[open]"),
        ):
            page.locator("body").press(key)
            page.wait_for_selector(there)
            save(page, folder / f"{name}-{language}.png")
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
            page.wait_for_selector(there, state="detached")


def save(page: Page, file: Path) -> None:
    """Write one picture in 256 colours, a third of the size and enough for a screen."""
    page.screenshot(path=file)
    with Image.open(file) as full:
        full.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    print(file, flush=True)


def main() -> None:
    """Play the case and take the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "sarhad", "demo", "--json", "--port", "0", "--folder", f"{place}/demo"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as playing:
            try:
                assert playing.stdout is not None
                told = next(line["desks"] for line in map(json.loads, playing.stdout) if "desks" in line)
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
                    shoot(Desk.told(browser, PARTY, told[PARTY], {}), folder)
                    browser.close()
            finally:  # it serves until it is told to end
                playing.terminate()
                playing.wait(60)


if __name__ == "__main__":
    main()
