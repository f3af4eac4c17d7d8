"""Urdu in Nastaliq: the officer's choice, kept, on every screen, without a word that leaves its box."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from browser.desks import Desk, Desks, axe, overflowing
from browser.screens import screens

FAMILY = "getComputedStyle(document.body).fontFamily"


def chosen(desk: Desk) -> Page:
    """Choose Nastaliq on the account's page, by keyboard."""
    page = desk.watch("ur")
    page.goto(f"{desk.url}/account")
    page.get_by_role("radio", name="نستعلیق").press("Space")
    expect(page.locator("html")).to_have_attribute("data-face", "nastaliq")
    loaded = "document.fonts.load('14px \"Noto Nastaliq Urdu\"', 'سرحد').then((faces) => faces.length)"
    assert page.evaluate(loaded) == 1
    return page


def test_urdu_is_set_in_nastaliq_by_choice_and_stays_so(desks: Desks) -> None:
    page = chosen(desks["pk"])
    assert "Nastaliq" in page.evaluate(FAMILY)
    page.reload()
    page.wait_for_selector("#face-title")
    assert "Nastaliq" in page.evaluate(FAMILY)
    page.get_by_role("button", name="فارسی").click()
    expect(page.locator("html")).to_have_attribute("lang", "fa")
    assert "Nastaliq" not in page.evaluate(FAMILY)
    expect(page.locator("#face-title")).to_have_count(0)


def test_nothing_overflows_in_nastaliq_on_any_screen(desks: Desks) -> None:
    desk = desks["pk"]
    page = chosen(desk)
    ref = page.request.get(f"{desk.url}/api/incidents").json()[0]["ref"]
    folder = os.environ.get("SARHAD_LOOK")
    for screen in screens():
        if screen.role != "duty" or screen.name == "field":
            continue
        page.goto(desk.url + screen.at(ref))
        page.wait_for_selector("#main:not(.wait)")
        page.evaluate("document.fonts.ready.then(() => undefined)")
        for width in (1440, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert overflowing(page) == [], (screen.name, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if folder:
                page.screenshot(path=Path(folder) / f"nastaliq-{screen.name}-{width}.png")
        page.set_viewport_size({"width": 1440, "height": 900})
        assert axe(page) == [], screen.name
