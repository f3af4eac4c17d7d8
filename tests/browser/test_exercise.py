"""An exercise cannot be taken for live, what is live reaches it, and a drill is played from both desks."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from browser.calls import act, words
from browser.desks import Desk, Desks, axe, overflowing, send_warning

LANGUAGES = ("en", "fa", "ur")
SIZES = [(1440, 900), (320, 700)]
CROSSES_MS = 90_000
WORDS = {"en": "EXERCISE", "fa": "تمرین", "ur": "مشق"}


def room(desk: Desk, page: Page, name: str, path: str = "/") -> None:
    """Show an exercise on a screen."""
    page.goto(f"{desk.url}{path}?room={name}")
    page.locator(".banner").wait_for()


def test_a_room_is_marked_on_every_screen_every_row_in_the_tab_and_in_print(desks: Desks) -> None:
    desk, name = desks["ir"], f"marked-{uuid4().hex[:8]}"
    page = desk.watch()
    room(desk, page, name)
    ref = send_warning(page, "Made up for the exercise")
    banner = page.locator(".banner")
    expect(banner).to_contain_text(f"EXERCISE {name}")
    box = banner.bounding_box()
    assert box is not None
    assert box["width"] == 1440
    expect(page).to_have_title(re.compile(f"EXERCISE {name} · "))
    expect(page.locator(".item", has_text=ref).locator(".exmark")).to_have_text("EX")
    rows = page.locator(".log-panel .row")
    expect(rows.filter(has_text=ref).locator(".exmark")).to_have_text("EX")
    expect(rows.filter(has_not=page.locator(".exmark"))).to_have_count(0)
    expect(rows.filter(has_text="Agreement").first.locator(".exmark")).to_have_text("LIVE")
    frame = "getComputedStyle(document.querySelector('.desk'), '::after').borderTopWidth"
    assert page.evaluate(frame) == "4px"
    for path, row in (("/cell", ".owes li"), ("/handover", "main li.urgency-immediate")):
        room(desk, page, name, path)
        expect(page.locator(row).filter(has_text=ref).locator(".exmark").first).to_have_text("EX")
    room(desk, page, name, "/records")
    expect(page.locator(".list .row", has_text=ref).locator(".exmark")).to_have_text("EX")
    page.emulate_media(media="print")
    expect(page.locator(".banner")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.banner')).position") == "fixed"


def drilled(page: Page, name: str) -> tuple[str, str]:
    """Write an incident, a report of it and a warning about it in an exercise; references of the first and last."""
    now = int(time.time() * 1_000_000)
    place = {"lat": 284_000_000, "lon": 612_000_000, "precision": 2}
    when = {"start": now, "end": now}
    data = {"title": words("Fire made up for the drill"), "category": "ambush", "when": when, "place": place}
    incident = act(page, "incident", data, "joint", exercise=name)
    act(page, "report", {"incident": incident, "text": words("Made up, too")}, "joint", exercise=name)
    said = {"to": "pk", "urgency": "priority", "text": words("Smoke drifts over"), "about": incident}
    return incident, act(page, "warning", said, "joint", exercise=name)


def test_each_row_of_an_exercise_is_marked_at_the_table_the_handover_and_the_incident(desks: Desks) -> None:
    desk, name = desks["ir"], f"rows-{uuid4().hex[:8]}"
    page = desk.sign_in_as("commander", size=(1440, 1000))
    incident, warning = drilled(page, name)
    act(page, "watch-handover", {"incoming": "commander"}, exercise=name)
    room(desk, page, name, "/cell")
    expect(page.locator("#joint summary", has_text=incident).locator(".exmark")).to_have_text("EX")
    expect(page.locator(".owes summary", has_text=warning).locator(".exmark")).to_have_text("EX")
    room(desk, page, name, "/handover")
    expect(page.locator(".handover li", has_text=warning).locator(".exmark")).to_have_text("EX")
    expect(page.locator(".past li .exmark")).to_have_text("EX")
    room(desk, page, name, f"/incident/{incident}")
    for row in ("[aria-labelledby=timeline-title] li", ".side article", "[aria-labelledby=items-title] li"):
        rows = page.locator(row)
        expect(rows.first).to_be_visible()
        expect(rows.filter(has_not=page.locator(".exmark"))).to_have_count(0)
    page.goto(f"{desk.url}/records?room={name}&ref={warning}")
    expect(page.locator("#record .head .exmark")).to_have_text("EX")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["log", "handover", "incident"])
def test_each_row_of_an_exercise_is_marked_on_paper(desks: Desks, what: str, language: str) -> None:
    desk, name = desks["ir"], f"paper-{uuid4().hex[:8]}"
    page = desk.watch(language)
    incident, _ = drilled(page, name)
    page.goto(f"{desk.url}/print?what={what}&ref={incident}&room={name}")
    rows = page.locator(".sheet tbody tr")
    expect(rows.first).to_be_visible()
    expect(rows.first.locator(".mark")).to_have_text("EX" if language == "en" else WORDS[language])
    expect(rows.filter(has_not=page.locator(".mark"))).to_have_count(0)
    page.emulate_media(media="print")
    expect(rows.first.locator(".mark")).to_be_visible()
    page.emulate_media(media="screen")
    assert axe(page) == []


def test_what_administration_changes_is_live_and_says_so_in_a_room(desks: Desks) -> None:
    desk, name = desks["ir"], f"office-{uuid4().hex[:8]}"
    page = desk.sign_in_as("administrator", "/admin/officers")
    expect(page.locator(".rows li").first).to_be_visible()
    expect(page.locator(".part .exmark")).to_have_count(0)
    for part, row in (("officers", ".rows li"), ("partners", ".part .panel + .panel"), ("agreement", "li .row")):
        room(desk, page, name, f"/admin/{part}")
        expect(page.locator(row).first.locator(".exmark").first).to_have_text("LIVE")


def test_a_live_warning_reaches_an_officer_in_an_exercise_and_is_not_mixed_with_it(desks: Desks) -> None:
    desk, name = desks["ir"], f"apart-{uuid4().hex[:8]}"
    drilling = desk.watch()
    room(desk, drilling, name)
    ref = send_warning(desks["pk"].watch(), "This one is real", urgency="flash")
    bar = drilling.locator("section.live")
    expect(bar).to_contain_text("LIVE", timeout=CROSSES_MS)
    expect(bar).to_contain_text(re.compile(r"open items? waits? in the live room"))
    expect(drilling).to_have_title(re.compile("^LIVE "))
    expect(drilling.locator(".item", has_text=ref)).to_have_count(0)
    expect(drilling.locator(".log-panel")).not_to_contain_text("This one is real")
    bar.get_by_role("button", name="Go to the live desk").click()
    expect(drilling.locator(".banner")).to_have_count(0)
    expect(drilling.locator("section.live")).to_have_count(0)
    row = drilling.locator(".item", has_text=ref)
    expect(row).to_be_visible()
    row.get_by_role("button", name=re.compile("Acknowledge")).click()
    room(desk, drilling, name)
    expect(drilling.locator("section.live", has_text=ref)).to_have_count(0)


def test_a_drill_is_begun_at_one_desk_joined_at_the_other_and_scored(desks: Desks) -> None:
    name = f"fire-{uuid4().hex[:8]}"
    first = desks["ir"].sign_in_as("commander", "/drill")
    first.get_by_role("button", name="New drill").click()
    first.get_by_label(re.compile("Wildfire at the line")).check()
    first.get_by_label("Name of the exercise").fill(name)
    first.get_by_label("Pace").select_option("60")
    first.get_by_label(re.compile("Play the reactions")).check()
    first.get_by_role("button", name="Begin the drill").click()
    expect(first.locator("#drill-open")).to_contain_text(name)
    expect(first.locator("li.ours.done").first).to_contain_text("played", timeout=CROSSES_MS)
    second = desks["pk"].sign_in_as("planner", "/drill")
    row = second.locator(".list .row", has_text=name)
    expect(row).to_contain_text("Begun by Iran", timeout=CROSSES_MS)
    row.click()
    second.get_by_label(re.compile("Play the reactions")).check()
    second.get_by_role("button", name="Play our side").click()
    expect(row).to_contain_text("our side is played to its end", timeout=CROSSES_MS)
    expect(first.locator(".list .row", has_text=name)).to_contain_text("played to its end", timeout=CROSSES_MS)
    expect(first.locator("li.theirs.done").first).to_be_visible(timeout=CROSSES_MS)
    first.get_by_role("button", name="Score").click()
    expect(first.locator(".sides")).to_contain_text(re.compile(r"\d+ of \d+ met"), timeout=CROSSES_MS)
    for language, named in (
        ("en", "Request for two ambulances"),
        ("fa", "درخواست دو آمبولانس"),
        ("ur", "دو ایمبولینسوں کی درخواست"),
    ):
        expect(first.locator("html")).to_have_attribute("lang", language)
        expect(first.get_by_role("region").filter(has=first.locator("#score-title"))).to_contain_text(named)
        first.locator("body").press("l")
    first.get_by_role("button", name="Print the score").click()
    sheet = first.locator(".sheet")
    expect(sheet.locator("h2").first).to_have_text("Both sides")
    first.get_by_label("Language of the form").select_option("ur")
    expect(sheet).to_contain_text("دو ایمبولینسوں کی درخواست")
    expect(sheet).to_have_attribute("dir", "rtl")
    with first.expect_download() as download:
        first.get_by_role("button", name="Save as PDF").click()
    assert download.value.suggested_filename == f"sarhad-ir-drill-{name}-ur.pdf"
    first.locator("body").press("Escape")
    expect(first.locator("#drill-open")).to_contain_text(name)
    first.get_by_role("button", name="Enter its room").click()
    expect(first.locator(".banner")).to_contain_text(name)
    expect(first.locator(".log-panel .exmark").first).to_be_visible()


@pytest.mark.parametrize("language", ["fa", "ur"])
def test_the_beginning_of_a_rooms_name_stands_in_a_right_to_left_page(desks: Desks, language: str) -> None:
    page = desks["pk"].watch(language)
    room(desks["pk"], page, f"begins-with-this-and-goes-on-{uuid4().hex[:16]}")
    chosen = page.locator(".room select")
    # What does not fit is cut where the name ends: at the right of Latin letters.
    assert chosen.evaluate("e => [getComputedStyle(e).direction, getComputedStyle(e).textOverflow]") == [
        "ltr",
        "ellipsis",
    ]
    expect(chosen).to_have_attribute("title", re.compile("^begins-with-this"))
    expect(chosen.locator("option:checked")).to_have_text(re.compile("^begins-with-this"))


def test_an_auditor_follows_a_drill_and_begins_none(desks: Desks) -> None:
    page = desks["ir"].sign_in_as("auditor", "/drill")
    page.locator("#drills-title").wait_for()
    expect(page.get_by_role("button", name="New drill")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES, ids=["desk", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overflows_lacks_a_word_or_shuts_anybody_out(
    desks: Desks, language: str, size: tuple[int, int]
) -> None:
    desk = desks["pk"]
    theme = "light" if language == "ur" else "dark"
    page = desk.sign_in_as("commander", "/drill", language=language, size=size, theme=theme)
    page.locator(".list .head .primary").click()
    page.locator("#begin-title").wait_for()
    assert overflowing(page) + axe(page) == []
    room(desk, page, "a-room-for-looking", "/drill")
    assert WORDS[language] in page.locator(".banner").inner_text()
    assert overflowing(page) + axe(page) == []
    assert not re.search(r"\[[a-z][\w.-]+\.[\w.-]+\]", page.locator("body").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
