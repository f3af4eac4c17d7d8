"""The map and the time line under it: what is drawn, told in a list, measured, placed and narrowed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browser.calls import act, words
from browser.desks import Desks, axe, overflowing

OLD_UNIT = """async (code) => {
  const csrf = (await (await fetch("/api/session")).json()).csrf;
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": csrf};
  const act = async (kind, data) => {
    const body = JSON.stringify({data, release: {to: "own"}});
    return (await fetch("/api/acts/" + kind, {method: "POST", headers, body})).json();
  };
  const strength = {low: 1, best: 1, high: 1};
  const unit = await act("unit", {code, names: {en: code}, unit_kind: "patrol", strength});
  for (const [minutes, lon] of [[58, 615], [50, 617]]) {
    const at = (Date.now() - minutes * 60000) * 1000;
    const place = {lat: 270000000, lon: lon * 1e6, precision: 1};
    await act("unit-status", {unit: unit.ref, status: "en-route", as_of: {start: at, end: at}, place});
  }
  return unit.ref;
}"""
"""Makes a unit whose last position is fifty minutes old."""

LANGUAGES = ("en", "fa", "ur")
AT_THE_LINE = "28.9775, 61.55"


def drawn(page: Page) -> Page:
    """Wait until the incidents stand on the map."""
    page.wait_for_selector("#map[data-incidents]:not([data-incidents='0'])")
    return page


def until(page: Page, holds: Callable[[], object]) -> None:
    """Wait until ``holds`` gives something true; the page's policy lets no test evaluate in it while it waits."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(50)
    pytest.fail("it never held")


def inked(page: Page) -> int:
    """How many pixels of the incidents' own layer are painted."""
    found: int = page.evaluate(
        """() => { const c = document.querySelector("#map canvas.dots");
          const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
          let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; }"""
    )
    return found


def test_incidents_are_drawn_without_an_object_for_each_and_the_map_reads_from_left_to_right(desks: Desks) -> None:
    desks["ir"].expected.append("willReadFrequently")
    page = drawn(desks["ir"].watch("fa"))
    assert page.locator("#map").get_attribute("dir") == "ltr"
    assert inked(page) > 500
    expect(page.locator(".credit")).to_contain_text("© OpenStreetMap contributors")


WRITES = """
window.written = [];
const plain = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  window.written.push(text);
  return plain.call(this, text, ...rest);
};"""


def test_how_many_incidents_a_mark_stands_for_is_written_in_the_digits_of_the_page(desks: Desks) -> None:
    page = desks["ir"].watch("fa")
    for title in ("One of two", "Two of two"):
        place = {"lat": 301_000_000, "lon": 611_000_000, "precision": 1}
        moment = {"start": 1_555_900_000_000_000, "end": 1_555_900_000_000_000}
        act(page, "incident", {"title": words(title), "category": "accident", "when": moment, "place": place})
    page.context.add_init_script(WRITES)
    page.reload()
    drawn(page)
    until(page, lambda: page.evaluate("window.written.some((text) => /^[۲-۹][۰-۹]*( ≈)?$/.test(text))"))
    assert not page.evaluate("window.written.filter((text) => /^\\d+( ≈)?$/.test(text))")


def test_a_place_is_taken_in_every_notation_and_shown_in_the_one_chosen(desks: Desks) -> None:
    page = desks["pk"].watch()
    page.get_by_label("How positions are written").select_option("mgrs")
    page.keyboard.press("Escape")
    page.locator("body").press("n")
    place = page.get_by_label("Place", exact=True)
    for typed in (AT_THE_LINE, "۲۸٫۹۷۷۵ ۶۱٫۵۵", "28°58'39\"N 61°33'E", "41R LN 58731 06358", "41 N 358731 3206359"):
        place.fill(typed)
        expect(page.locator("#place-read")).to_contain_text("41R LN 5873 0635")
    place.fill("41R LN 58 06")
    expect(page.locator("#place-read")).to_contain_text("a square of 1 km")
    for typed, said in (("41R AA 12345 67890", "square AA"), ("128.9 61.5", "no latitude"), ("28.9775", "Two numbers")):
        place.fill(typed)
        expect(page.locator("#place-read")).to_contain_text(said)
        expect(place).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Discard the draft").click()
    page.get_by_label("How positions are written").select_option("decimal")


def test_a_distance_is_measured_by_keyboard_and_by_pointer(desks: Desks) -> None:
    page = drawn(desks["pk"].watch())
    page.locator("body").press("g")
    tool = page.get_by_role("group", name="Measure")
    expect(tool).to_contain_text("Click the corners")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")

    # The map glides there; a corner at the place of the last one is none.
    def cornered() -> bool:
        page.keyboard.press("Enter")
        return "km" in tool.inner_text()

    until(page, cornered)
    while "At least two points" not in tool.inner_text():
        page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    expect(tool).to_have_count(0)
    page.get_by_role("button", name="Measure a distance").click()
    for x in (400, 480, 520):
        page.locator("#map").click(position={"x": x, "y": 150})
    page.get_by_role("button", name="Finish").click()
    expect(tool).to_contain_text(re.compile(r"Length\s*[\d.]+ km"))
    expect(tool).to_contain_text("Bearing")
    assert axe(page) == []


@pytest.mark.parametrize("language", ["fa", "ur"])
def test_on_a_phone_the_tool_leaves_the_map_to_the_finger_and_its_keys_are_large(desks: Desks, language: str) -> None:
    page = desks["pk"].watch(language, size=(390, 844))
    page.locator("nav.tabs button").nth(1).click()
    drawn(page)
    page.locator("body").press("g")
    tool = page.locator("#map ~ .corner [role=group]")
    tool.wait_for()
    ground = page.locator("#map").bounding_box()
    assert ground is not None
    for x, y in ((60, 60), (180, 120), (300, 90)):
        page.mouse.click(ground["x"] + x, ground["y"] + y)
    tool.get_by_role("button").nth(1).click()
    expect(tool).to_contain_text({"fa": "کیلومتر", "ur": "کلو میٹر"}[language])
    box = tool.bounding_box()
    assert box is not None
    assert box["y"] > ground["y"] + ground["height"] / 3
    assert min(one.bounding_box()["height"] for one in tool.get_by_role("button").all()) >= 44  # type: ignore[index]
    assert overflowing(page) + axe(page) == []


def test_the_area_of_a_zone_notice_is_drawn_and_stands_in_the_record(desks: Desks) -> None:
    page = drawn(desks["pk"].watch())
    page.locator("body").press("z")
    page.wait_for_selector("#new-title")
    page.get_by_label("Words", exact=True).fill("Work in a drawn area")
    page.get_by_role("button", name="Now", exact=True).click()
    page.get_by_role("button", name="Area", exact=True).click()
    for x, y in ((400, 90), (480, 90), (480, 150)):
        page.locator("#map").click(position={"x": x, "y": y})
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".composer")).to_contain_text("Area with 3 corners")
    expect(page.get_by_label("Place", exact=True)).to_have_value(re.compile(r"° N"))
    with page.expect_response("**/api/acts/zone-notice") as answered:
        page.keyboard.press("Control+Enter")
    sent = json.loads(answered.value.request.post_data or "")
    assert len(sent["data"]["ring"]) == 3
    assert answered.value.status == 201
    expect(page.locator("#detail")).to_contain_text("Work in a drawn area")


def test_everything_on_the_map_is_in_the_list_too(desks: Desks) -> None:
    page = drawn(desks["ir"].watch())
    ground = page.locator("#detail")
    for heading in ("Units", "Notices in force", "Crossings", "Incidents", "Posts", "Sectors"):
        expect(ground.get_by_role("heading", name=re.compile(heading))).to_be_visible()
    shown = int(
        re.sub(r"\D", "", ground.get_by_role("heading", name=re.compile("^Incidents")).inner_text().split("·")[1])
    )
    window = ground.get_by_role("group", name="Incidents")
    assert window.locator("li").count() < shown
    window.evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    expect(window.locator(f"li[aria-posinset='{shown}']")).to_be_visible()
    window.locator(f"li[aria-posinset='{shown}'] button").click()
    expect(page.locator("#detail-title")).to_contain_text("Incident")


def test_a_unit_that_was_seen_long_ago_is_greyed_and_said_to_be(desks: Desks) -> None:
    desk = desks["pk"]
    page = desk.sign_in_as("commander")
    told = page.evaluate(OLD_UNIT, "Zeta-9")
    assert told.startswith("pk:")
    row = page.locator("#detail li", has=page.get_by_role("button", name="Zeta-9"))
    expect(row).to_contain_text("position old: 5")
    expect(row).to_have_class(re.compile("faded"))
    expect(page.locator("#detail")).to_contain_text("Track: 2 positions")


def test_a_brushed_stretch_narrows_inbox_map_and_log_stands_in_the_address_and_goes_in_one_click(desks: Desks) -> None:
    desks["ir"].expected.append("willReadFrequently")
    page = drawn(desks["ir"].watch())
    whole = inked(page)
    start = page.get_by_role("slider", name="From")
    start.focus()
    page.keyboard.press("PageUp")
    expect(page).to_have_url(re.compile(r"from=\d+"))
    page.get_by_role("slider", name="Until").focus()
    for _ in range(3):
        page.keyboard.press("PageDown")
    expect(page.locator("#log-title")).to_contain_text("0 records")
    expect(page.locator("#inbox-title")).to_contain_text("0 open")
    until(page, lambda: 0 < inked(page) < whole)
    assert axe(page) == []
    page.reload()
    drawn(page)
    expect(page.locator("#log-title")).to_contain_text("0 records")
    page.locator(".log-panel").get_by_role("button", name="Clear filters").click()
    expect(page).not_to_have_url(re.compile("from="))
    expect(page.locator(".log-panel .row").nth(3)).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_legend_and_time_line_are_whole_in_every_language(desks: Desks, language: str, theme: str) -> None:
    page = desks["ir"].watch(language, theme)
    page.locator(".corner > .button").click()
    page.wait_for_selector(".legend img")
    assert axe(page) == []
    assert overflowing(page) == []
    assert not re.search(r"\[[a-z][\w.-]+\]", page.locator("body").inner_text())
