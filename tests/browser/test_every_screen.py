"""What holds on every screen, in every language and theme; the screens are read from the pages' own list."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Stage
from browser.desks import Desks, axe, overflowing, undrawn
from browser.screens import Screen, screens

WIDTHS = (1440, 700, 320)
APART = {"field"}
"""Pages that are built apart from the desk, without its frame: a phone has room for one unit."""
ALL = pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.name)
EVERY_LANGUAGE = pytest.mark.parametrize("language", ["en", "fa", "ur"])


class Opened:
    """Both desks with one page for each officer and language, as signing in anew for each screen takes longest."""

    def __init__(self, desks: Desks) -> None:
        self.desks = desks
        self.pages: dict[tuple[str, str, str], Page] = {}

    def screen(self, party: str, screen: Screen, language: str = "en") -> Page:
        """Open a screen as its officer, in its first state."""
        desk = self.desks[party]
        key = (party, screen.role, language)
        if key not in self.pages:
            self.pages[key] = desk.sign_in_as(screen.role, language=language)
            self.pages[key].wait_for_selector(".strip")
        page = self.pages[key]
        page.set_viewport_size({"width": 1440, "height": 900})
        ref = page.request.get(f"{desk.url}/api/incidents").json()[0]["ref"]
        page.goto(desk.url + screen.at(ref))
        page.wait_for_selector("#main:not(.wait)")
        page.wait_for_function("document.fonts.status === 'loaded'")
        return page


@pytest.fixture(scope="module")
def opened(browser: Browser, shared_stage: Stage) -> Iterator[Opened]:
    """Pages that are kept for this file; at its end none may have complained or asked outside."""
    desks = shared_stage.desks(browser)
    yield Opened(desks)
    desks.close()


def leaning(page: Page) -> list[str]:
    """Empty fields whose placeholder begins at the other side than its words do."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("input[placeholder]")]
          .filter((e) => !e.value && /^\\p{Script=Arabic}/u.test(e.placeholder))
          .filter((e) => getComputedStyle(e).direction === "ltr")
          .map((e) => e.placeholder)"""
    )
    return found


@ALL
@EVERY_LANGUAGE
def test_axe_finds_nothing_in_either_theme(opened: Opened, screen: Screen, language: str) -> None:
    page = opened.screen("ir", screen, language)
    assert axe(page) == []
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert axe(page) == []


@ALL
@EVERY_LANGUAGE
def test_nothing_overflows_at_any_width_shuts_anybody_out_at_the_narrowest_or_lacks_a_word(
    opened: Opened, screen: Screen, language: str
) -> None:
    page = opened.screen("pk", screen, language)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflowing(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(page) == []
    assert leaning(page) == []
    assert undrawn(page) == []
    assert not re.search(r"\[[a-z][\w-]*\.[\w.-]+\]", page.locator("body").inner_text())
    assert page.locator("html").get_attribute("dir") == ("ltr" if language == "en" else "rtl")


@ALL
def test_references_and_clock_times_keep_their_direction_in_a_right_to_left_page(
    opened: Opened, screen: Screen
) -> None:
    page = opened.screen("ir", screen, "fa")
    stray = page.evaluate(
        """() => {
          const found = [];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node = walk.nextNode(); node; node = walk.nextNode()) {
            if (!/\\b(ir|pk)(\\.\\d+)?:\\d+\\b/.test(node.data) || !node.parentElement.offsetParent) continue;
            if (node.parentElement.closest("input, textarea, script, style")) continue;
            const isolated = node.parentElement.closest("bdi, .id, [dir], .ltr, code, pre, option");
            if (!isolated || isolated === document.documentElement) found.push(node.data.trim().slice(0, 80));
          }
          return found;
        }"""
    )
    assert stray == []


@pytest.mark.parametrize("screen", [one for one in screens() if one.name not in APART], ids=lambda one: one.name)
def test_both_clocks_and_calendars_the_links_and_what_is_overdue_stand_on_every_screen(
    opened: Opened, screen: Screen
) -> None:
    page = opened.screen("ir", screen)
    frame = page.locator("header.frame")
    expect(frame).to_contain_text("Iran")
    expect(frame).to_contain_text("Pakistan")
    expect(frame).to_contain_text(re.compile(r"\b14\d\d\b"))  # the Jalali year
    expect(frame).to_contain_text(re.compile(r"\b20\d\d\b"))
    expect(frame).to_contain_text("UTC")
    expect(page.locator(".overdue")).to_be_visible()


def test_every_listed_screen_is_reached_by_keyboard_from_the_palette(desks: Desks) -> None:
    page = desks["ir"].watch()
    for screen in screens():
        if not screen.listed or screen.role != "duty":
            continue
        page.locator("body").press("Control+k")
        page.wait_for_selector("dialog[open]")
        name = page.locator(f'nav.screens a[href="{screen.path}"]').inner_text()
        page.keyboard.type(name)
        page.locator("dialog [role=option]", has_text=name).first.wait_for()
        while name not in page.locator("dialog [role=option][aria-selected=true]").inner_text():
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        if screen.name in APART:
            page.wait_for_selector(".page > main")
            page.goto(desks["ir"].url)
            page.wait_for_selector(".inbox-panel", state="attached")
            continue
        expect(page.locator("nav.screens a[aria-current=page]")).to_have_text(name)
