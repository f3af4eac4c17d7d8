"""Every act at the desk, by keyboard and by pointer: written in one form, previewed, sent, answered."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from browser.desks import Desk, Desks, axe, item, overflowing, send_warning

LANGUAGES = ("en", "fa", "ur")
SIZES = [(1440, 900), (320, 700)]
CROSSES_MS = 30_000


A_TIRED_HAND_MS = 250
"""Between two keys: some 45 words a minute."""
WRITTEN_WITHIN_S = 30
"""A new incident by keyboard alone."""


def chosen(page: Page) -> str:
    """The reference of the record that is open on the watch."""
    return page.locator("#detail-title .id").inner_text()


def sent(page: Page) -> None:
    """Send what is written and wait until the form is gone."""
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#new-title", state="detached")


def begin(page: Page, key: str) -> None:
    """Open a form with its key and wait until it takes letters."""
    page.locator("body").press(key)
    page.wait_for_selector(".composer [data-first]:focus")


def new_incident(page: Page, title: str, place: str = "29.4963 60.8629") -> str:
    """Write an incident by keyboard alone."""
    begin(page, "i")
    page.keyboard.type(title)
    for _ in range(4):  # kind, when, now, place
        page.keyboard.press("Tab")
    page.keyboard.type(place)
    expect(page.locator("#place-read .id")).to_be_visible()
    sent(page)
    expect(page.locator("#detail")).to_contain_text(title)
    return chosen(page)


def open_record(page: Page, ref: str) -> None:
    """Open a record by its reference, with the palette."""
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog[open]")
    page.keyboard.type(ref)
    page.locator("dialog [role=option]", has=page.locator(".id", has_text=re.compile(f"^{ref}$"))).first.click()
    expect(page.locator("#detail-title .id")).to_have_text(ref)
    page.locator(".detail-panel .offers, .detail-panel article").first.wait_for()


def test_an_incident_is_written_by_keyboard_alone_with_a_place_found_by_its_name(desks: Desks) -> None:
    page = desks["pk"].watch()
    began = time.monotonic()
    begin(page, "i")
    page.keyboard.type("Two trucks burning on the road", delay=A_TIRED_HAND_MS)
    for _ in range(4):
        page.keyboard.press("Tab", delay=A_TIRED_HAND_MS)
    page.keyboard.type("zahedan", delay=A_TIRED_HAND_MS)
    expect(page.locator("#compose-places [role=option]").first).to_contain_text("زاهدان")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name of the place")).to_have_value("زاهدان")
    sent(page)
    assert time.monotonic() - began < WRITTEN_WITHIN_S
    expect(page.locator("#detail")).to_contain_text("Two trucks burning")
    expect(page.locator("#detail")).to_contain_text("زاهدان")


def test_a_report_with_ranges_stays_home_until_it_is_released_and_the_preview_says_so(desks: Desks) -> None:
    page = desks["pk"].watch()
    new_incident(page, "Fire at a post")
    begin(page, "w")
    page.keyboard.type("Three wounded were carried out")
    page.get_by_label("Injured: At least").fill("۲")
    page.get_by_label("Injured: Most likely").fill("3")
    expect(page.locator(".preview")).to_contain_text("only that a record exists")
    page.get_by_label(re.compile("All partners")).check()
    expect(page.locator(".preview")).to_contain_text("will read all of it")
    page.get_by_label(re.compile("Own party only")).check()
    sent(page)
    expect(page.locator("#detail")).to_contain_text("3 (2–3)")


def test_a_release_shows_exactly_what_the_partner_will_see_and_then_the_partner_sees_it(desks: Desks) -> None:
    pakistan, iran = desks["pk"].watch(), desks["ir"].watch()
    ref = new_incident(pakistan, "Smoke beyond the ridge")
    pakistan.locator("body").press("p")
    exactly = pakistan.locator(".preview details")
    expect(exactly).to_contain_text("Smoke beyond the ridge")
    expect(exactly).to_contain_text('"kind": "incident"')
    sent(pakistan)
    iran.locator("body").press("/")
    iran.keyboard.type("ridge")
    expect(iran.locator(".log-panel .row .id").filter(has_text=re.compile(f"^{ref}$"))).to_be_visible(
        timeout=CROSSES_MS
    )


def test_a_request_is_declined_with_the_reason_and_both_desks_show_it(desks: Desks) -> None:
    pakistan, iran = desks["pk"].watch(), desks["ir"].watch()
    begin(pakistan, "q")
    pakistan.keyboard.type("Please close the road at Rimdan")
    sent(pakistan)
    ref = chosen(pakistan)
    expect(item(iran, ref)).to_be_visible(timeout=CROSSES_MS)
    item(iran, ref).locator(".open").click()
    expect(iran.get_by_role("button", name=re.compile("^Decline"))).to_be_visible()
    begin(iran, "d")
    assert iran.get_by_label("Outcome").locator("option").all_inner_texts() == ["Cannot comply", "Refused"]
    iran.keyboard.type("No unit is near before noon")
    sent(iran)
    expect(iran.locator("#detail")).to_contain_text("Cannot comply")
    item(pakistan, ref).locator(".open").click()
    expect(pakistan.locator("#detail")).to_contain_text("No unit is near before noon", timeout=CROSSES_MS)


def test_a_correction_starts_from_what_was_said_and_keeps_the_first_statement(desks: Desks) -> None:
    desk = desks["pk"]
    page = desk.watch()
    ref = new_incident(page, "Shots near the bridge")
    page.locator("body").press("c")
    expect(page.get_by_label("What happened, in a line")).to_have_value("Shots near the bridge")
    page.get_by_label("What happened, in a line").fill("Blasting at the quarry")
    page.get_by_label("Reason").fill("The quarry called")
    sent(page)
    page.goto(f"{desk.url}/records?ref={ref}")
    detail = page.locator("#record")
    expect(detail.locator("del")).to_contain_text("Shots near the bridge")
    expect(detail).to_contain_text("Blasting at the quarry")
    expect(detail).to_contain_text("The quarry called")


def test_a_recall_is_asked_by_the_commander_and_answered_by_the_partners(desks: Desks) -> None:
    pakistan, iran = desks["pk"].sign_in_as("commander"), desks["ir"].sign_in_as("commander")
    ref = send_warning(pakistan, "Recalled later")
    expect(item(iran, ref)).to_be_visible(timeout=CROSSES_MS)
    pakistan.locator("body").press("x")
    pakistan.get_by_label("Reason").fill("Mistaken identity")
    sent(pakistan)
    expect(pakistan.locator("#detail")).to_contain_text("asked for its recall")
    open_record(iran, ref)
    iran.get_by_role("button", name="Answer the recall").click(timeout=CROSSES_MS)
    iran.get_by_label("Outcome").select_option(label="Withdrawn from use")
    expect(iran.locator(".preview")).to_contain_text("will read all of it")
    iran.get_by_label("Outcome").focus()
    sent(iran)
    pakistan.goto(f"{desks['pk'].url}/records?ref={ref}")
    expect(pakistan.locator("#record")).to_contain_text("withdrew it from use", timeout=CROSSES_MS)


def test_an_allegation_a_denial_a_claim_and_a_notice_are_written_with_the_pointer(desks: Desks) -> None:
    pakistan, iran = desks["pk"].watch(), desks["ir"].watch()
    pakistan.get_by_role("button", name="Act or find").click()
    pakistan.get_by_role("option", name="New allegation").click()
    pakistan.get_by_label("Words", exact=True).fill("They rest at the old mill")
    pakistan.get_by_role("button", name=re.compile("^Send")).click()
    pakistan.wait_for_selector("#new-title", state="detached")
    ref = chosen(pakistan)
    item(iran, ref).locator(".open").click(timeout=CROSSES_MS)
    iran.get_by_role("button", name="Deny").click()
    iran.get_by_label("Words", exact=True).fill("The mill is empty")
    iran.get_by_role("button", name=re.compile("^Send")).click()
    iran.wait_for_selector("#new-title", state="detached")
    incident = new_incident(iran, "A bridge was blown")
    iran.get_by_role("button", name="Record a claim").click()
    iran.get_by_label("Group").fill("A group of the demonstration")
    iran.get_by_label("Source", exact=True).fill("A leaflet")
    iran.get_by_role("button", name=re.compile("^Send")).click()
    iran.wait_for_selector("#new-title", state="detached")
    open_record(iran, incident)
    expect(iran.locator("#detail")).to_contain_text("A group of the demonstration")
    begin(iran, "z")
    iran.keyboard.type("Patrol along the fence")
    iran.get_by_role("button", name="Now", exact=True).click()
    iran.get_by_label("Place", exact=True).fill("28.5 61.2")
    iran.get_by_label("Radius in metres").fill("2000")
    iran.get_by_label("Radius in metres").focus()
    sent(iran)
    expect(iran.locator("#detail")).to_contain_text("Patrol along the fence")


def test_what_lacks_is_named_and_nothing_is_sent_without_it(desks: Desks) -> None:
    page = desks["pk"].watch()
    begin(page, "i")
    page.keyboard.press("Control+Enter")
    composer = page.locator(".composer")
    expect(composer).to_contain_text("Say in a line what happened")
    expect(composer).to_contain_text("Say where")
    page.keyboard.press("Escape")
    expect(composer).to_have_count(0)


def test_escape_keeps_the_draft_and_each_act_has_its_own(desks: Desks) -> None:
    page = desks["pk"].watch()
    begin(page, "q")
    page.keyboard.type("Half a request")
    page.keyboard.press("Escape")
    expect(page.locator(".composer")).to_have_count(0)
    begin(page, "m")
    expect(page.get_by_label("Words", exact=True)).to_have_value("")
    page.keyboard.press("Escape")
    begin(page, "q")
    expect(page.get_by_label("Words", exact=True)).to_have_value("Half a request")
    page.get_by_role("button", name="Discard the draft").click()


def test_an_act_begins_on_any_screen_and_the_palette_opens_records_and_places(desks: Desks) -> None:
    desk = desks["pk"]
    page = desk.sign_in_as("duty", "/records")
    page.wait_for_selector(".list .row")
    begin(page, "m")
    page.keyboard.type("Written beside the list")
    sent(page)
    expect(page.locator(".list")).to_contain_text("Written beside the list")
    page.keyboard.press("Control+k")
    page.keyboard.type("khash")
    place = page.get_by_role("option").filter(has_text="خاش").first
    expect(place).to_be_visible()
    before = place.get_attribute("id")
    expect(page.get_by_role("option").filter(has=page.locator(".group", has_text="Records"))).to_be_visible()
    assert place.get_attribute("id") == before, "what was found later moved what stood"
    place.click()
    page.wait_for_selector("#map canvas", state="attached")
    assert page.url.split("?")[0] == f"{desk.url}/"


def test_roles_decide_what_is_offered(desks: Desks) -> None:
    page = desks["pk"].sign_in_as("auditor")
    page.wait_for_selector(".log-panel .row")
    page.locator("body").press("n")
    expect(page.locator(".notices")).to_contain_text("Your roles do not write this")
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog[open]")
    assert page.get_by_role("option", name="New warning").count() == 0
    expect(page.get_by_role("option", name="New note")).to_have_count(1)


def forms(desk: Desk, language: str, size: tuple[int, int], theme: str) -> list[str]:
    """Open each form; tell what overflows, what axe finds and which words lack."""
    found: list[str] = []
    page = desk.sign_in_as("commander", language=language, size=size, theme=theme)
    page.wait_for_selector(".log-panel .row", state="attached")
    for key in "inqzm":
        begin(page, key)
        found += overflowing(page) + axe(page)
        found += re.findall(r"\[[a-z][\w.-]+\]", page.locator("body").inner_text())
        page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog[open] [role=option]")
    found += axe(page) + re.findall(r"\[[a-z][\w.-]+\]", page.locator("dialog").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    return found


@pytest.mark.parametrize("size", SIZES, ids=["desk", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_overflows_lacks_a_word_or_shuts_anybody_out(
    desks: Desks, language: str, size: tuple[int, int]
) -> None:
    theme = "light" if language == "fa" else "dark"
    assert forms(desks["pk"], language, size, theme) == []
