"""The watch passes from one officer to the next, by two signatures, with what is open."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.calls import CROSSES_MS, call, duty_has_watch, give_watch, words
from browser.desks import Desk, Desks, axe, overflowing, send_warning

LANGUAGES = ("en", "fa", "ur")
SIZES = [(1440, 900), (320, 700)]


def handover_of(desk: Desk, officer: str, **how: object) -> Page:
    """Open the handover screen as an officer."""
    page = desk.sign_in_as(officer, "/handover", **how)
    page.wait_for_selector(".handover .columns")
    return page


def test_the_watch_is_offered_with_what_is_open_and_passes_when_the_next_officer_signs(desks: Desks) -> None:
    desk = desks["ir"]
    watch = desk.watch()
    duty_has_watch(desk, watch)
    ref = send_warning(watch, "Still open when the shift ends", urgency="priority")
    duty, commander = handover_of(desk, "duty"), handover_of(desk, "commander")
    expect(duty.locator(".who")).to_contain_text("duty")
    expect(duty.get_by_role("region", name="Open now")).to_contain_text(ref)
    duty.get_by_role("radio", name=re.compile("commander")).check()
    expect(duty.get_by_role("radio", name=re.compile("commander"))).to_be_checked()
    duty.get_by_label("Note to the next watch").fill("The road at Mand opens at five")
    expect(duty.locator(".preview")).to_contain_text("only that a record exists")
    duty.keyboard.press("Control+Enter")
    expect(duty.locator(".offer")).to_contain_text("Offered to commander")

    expect(commander.locator(".strip")).to_contain_text("The watch is offered to you", timeout=CROSSES_MS)
    accept = commander.locator(".accept")
    expect(accept).to_contain_text("The road at Mand opens at five")
    expect(accept).to_contain_text(re.compile(r"\d+ open item"))
    expect(watch.locator(".strip")).to_contain_text("On watch: duty")
    late = send_warning(watch, "Came after the offer", urgency="priority")
    expect(accept).to_contain_text("arrived since")
    accept.get_by_role("button", name="Sign and take over").click()

    for page in (duty, commander, watch):
        expect(page.locator(".strip")).to_contain_text("On watch: commander")
    newest = commander.locator(".past li").first
    expect(newest).to_contain_text("Took over:")
    expect(newest.locator("a")).to_have_count(2)
    first, second = newest.locator("a").all_inner_texts()
    told = call(commander, "GET", f"/api/records/{first}")["body"]["data"]
    assert ref in {one["ref"] for one in told["open"]}
    assert late not in {one["ref"] for one in told["open"]}
    signed = call(commander, "GET", f"/api/records/{second}")["body"]
    assert (signed["by"], signed["data"]["accepts"]) == ("commander", first)
    assert {ref, late} <= {one["ref"] for one in signed["data"]["open"]}


def test_who_has_each_open_item_goes_along_with_the_watch(desks: Desks) -> None:
    desk, pakistan = desks["ir"], desks["pk"].watch()
    page = desk.watch()
    data = {"to": "ir", "urgency": "routine", "asks": "inform", "text": words("Which road is closed?")}
    asked = {"data": data, "release": {"to": "named", "parties": ["ir"]}}
    ref = call(pakistan, "POST", "/api/acts/request", asked)["ref"]
    expect(page.locator(".inbox-panel")).to_contain_text(ref, timeout=CROSSES_MS)
    call(page, "POST", "/api/receipts", {"step": "acknowledged", "refs": [ref]})
    duty_has_watch(desk, page)
    page.goto(desk.url + "/handover")
    row = page.get_by_role("region", name="Open now").locator("li", has_text=ref)
    expect(row).to_contain_text("With you")
    page.get_by_role("radio", name=re.compile("commander")).check()
    page.get_by_role("button", name=re.compile("^Sign and offer")).click()
    expect(page.locator(".offer")).to_be_visible()
    newest = call(page, "GET", "/api/watch")["offered"]
    assert {"ref": ref, "owner": "duty"} in newest["open"]
    row.locator("button").click()
    expect(page.locator("#detail-title .id")).to_have_text(ref)


def test_a_note_half_written_outlives_the_tab_and_nobody_is_chosen_for_the_officer(desks: Desks) -> None:
    desk = desks["pk"]
    watch = desk.watch()
    duty_has_watch(desk, watch)
    page = handover_of(desk, "duty")
    page.get_by_label("Note to the next watch").fill("Half a note")
    page.get_by_role("button", name=re.compile("^Sign and offer")).click()
    expect(page.locator(".problem")).to_contain_text("Choose who takes over")
    page.close()
    again = desk.contexts[-1].new_page()
    again.goto(desk.url + "/handover")
    expect(again.get_by_label("Note to the next watch")).to_have_value("Half a note")


def test_a_commander_takes_the_watch_from_who_left_after_being_asked_once_more(desks: Desks) -> None:
    desk = desks["pk"]
    watch = desk.watch()
    duty_has_watch(desk, watch)
    page = handover_of(desk, "commander")
    page.get_by_role("button", name="Take the watch over as commander").click()
    expect(page.locator(".box").first).to_contain_text("duty has the watch and has not offered it")
    page.locator(".handover .buttons").get_by_role("button", name="Close").click()
    expect(watch.locator(".strip")).to_contain_text("On watch: duty")
    page.get_by_role("button", name="Take the watch over as commander").click()
    page.get_by_role("button", name="Take it over", exact=True).click()
    expect(watch.locator(".strip")).to_contain_text("On watch: commander")


def test_an_officer_whose_role_hands_nothing_over_reads_only(desks: Desks) -> None:
    page = handover_of(desks["pk"], "auditor")
    expect(page.locator(".handover")).to_contain_text("Duty officers and commanders hand the watch over")
    assert page.get_by_role("navigation", name="Screens").get_by_text("Handover").count() == 0
    assert page.locator(".handover .primary, .handover textarea, .handover select").count() == 0


@pytest.mark.parametrize("size", SIZES, ids=["desk", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_handover_lacks_no_word_overflows_nowhere_and_shuts_nobody_out(
    desks: Desks, language: str, size: tuple[int, int]
) -> None:
    desk = desks["ir"]
    page = handover_of(desk, "commander", language=language, size=size, theme="light" if language == "fa" else "dark")
    give_watch(page, "commander")
    page.wait_for_selector(".handover form")
    page.get_by_role("radio").first.check()
    page.get_by_role("radio").last.check()
    page.wait_for_selector(".preview")
    assert overflowing(page) == []
    assert axe(page) == []
    assert not re.search(r"\[[a-z][\w.-]+\]", page.locator("body").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
