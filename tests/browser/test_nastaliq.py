"""Urdu in Nastaliq: the officer's choice, kept, on every screen, without a word that leaves its box."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import FloatRect, Page, expect

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
    page.wait_for_function(f"{loaded}.then((count) => count === 1)")  # the face's style comes by itself
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


CLIPPED = r"""() => {
  // One of each sort: what hides a part of itself, has words of its own, and is not too long for its line.
  const sorts = new Map();
  for (const e of document.querySelectorAll("header *, main *")) {
    const words = [...e.childNodes].some((n) => n.nodeType === 3 && /\p{Script=Arabic}/u.test(n.data));
    const box = e.getBoundingClientRect();
    const inside = box.top > 40 && box.bottom < innerHeight - 60;
    if (!words || !inside || e.scrollWidth > e.clientWidth) continue;
    if (e.matches(".visually-hidden, option, button, summary")) continue;
    if (!["hidden", "clip"].includes(getComputedStyle(e).overflowX)) continue;
    const sort = `${e.parentElement.className} ${e.className}`;
    sorts.set(sort, [...(sorts.get(sort) ?? []), e].slice(0, 3));
  }
  return [...sorts.values()].flat();
}"""
SPREAD = "(e) => { e.style.overflow = 'visible'; }"
BACK = "(e) => { e.style.removeProperty('overflow'); }"


def test_no_stroke_above_or_below_the_line_is_cut_off(desks: Desks) -> None:
    desk = desks["pk"]
    page = chosen(desk)
    page.goto(desk.url)
    page.wait_for_selector("main .name")
    page.evaluate("document.fonts.ready.then(() => undefined)")
    held = page.evaluate_handle(CLIPPED)
    many = page.evaluate("(all) => all.length", held)
    assert many > 3
    for at in range(many):
        element = held.evaluate_handle("(all, at) => all[at]", at).as_element()
        assert element is not None
        box = element.bounding_box()
        assert box is not None
        around: FloatRect = {"x": box["x"], "y": box["y"] - 8, "width": box["width"], "height": box["height"] + 16}
        cut = page.screenshot(clip=around, animations="disabled")
        element.evaluate(SPREAD)
        whole = page.screenshot(clip=around, animations="disabled")
        element.evaluate(BACK)
        assert cut == whole, element.evaluate("(e) => e.outerHTML")
