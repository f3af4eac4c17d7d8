"""The administration: officers, what takes two, keys, terms side by side, suspension, health."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.desks import Desk, Desks, axe, overflowing

LANGUAGES = ("en", "fa", "ur")
SIZES = [(1440, 900), (320, 700)]
CROSSES_MS = 60_000


def administration(desk: Desk, officer: str, part: str, **how: object) -> Page:
    page = desk.sign_in_as(officer, f"/admin/{part}", **how)
    page.locator(".part .panel").first.wait_for()
    return page


def test_an_officer_is_added_gets_a_one_time_password_and_chooses_an_own_one(desks: Desks) -> None:
    desk = desks["ir"]
    page = administration(desk, "administrator", "officers")
    page.get_by_role("button", name="Add an officer").click()
    page.get_by_label("Officer’s sign-in name").fill("night.watch")
    page.get_by_label("Title of the function · English").fill("Night desk (test)")
    page.get_by_label(re.compile("Duty officer warns")).check()
    page.get_by_role("button", name="Save on record").click()
    row = page.locator(".rows li", has_text="night.watch")
    expect(row).to_contain_text("No sign-in yet")
    row.get_by_role("button", name="One-time password").click()
    dialog = page.get_by_role("dialog")
    word = dialog.locator(".word").inner_text()
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", word)
    dialog.get_by_role("button", name="I have it").click()
    expect(dialog).to_have_count(0)
    expect(row).not_to_contain_text("No sign-in yet")
    assert word not in page.content()
    theirs = desk.open()
    theirs.fill("input[name=officer]", "night.watch")
    theirs.fill("input[name=password]", word)
    theirs.press("input[name=password]", "Enter")
    expect(theirs.get_by_role("heading", name="Choose your own password")).to_be_visible()
    theirs.get_by_label("New password").fill("a lamp at the pass")
    theirs.get_by_role("button", name="Keep this password").click()
    expect(theirs.get_by_role("heading", name="Inbox")).to_be_visible()


def test_what_cannot_be_undone_waits_for_a_second_officer_who_types_the_password_anew(desks: Desks) -> None:
    desk = desks["ir"]
    desk.expected.append("401")
    first = administration(desk, "administrator", "officers")
    first.get_by_role("button", name="Add an officer").click()
    first.get_by_label("Officer’s sign-in name").fill("deputy")
    first.get_by_label("Title of the function · English").fill("Deputy (test)")
    first.get_by_label(re.compile("Commander all of that")).check()
    first.get_by_label("Reason, for the record").fill("The commander is away")
    first.get_by_role("button", name="Propose", exact=True).click()
    expect(first.locator(".rows li", has_text="deputy")).to_have_count(0)
    first.get_by_role("link", name=re.compile("Two-officer decisions")).click()
    mine = first.locator("li", has_text="deputy becomes Commander").first
    expect(mine).to_contain_text("Another officer confirms it")
    second = administration(desk, "commander", "decisions")
    theirs = second.locator("li", has_text="deputy becomes Commander").first
    expect(theirs).to_contain_text("The commander is away")
    theirs.get_by_role("button", name="Confirm…").click()
    theirs.get_by_label(re.compile("^Your own password")).fill("not this one")
    theirs.get_by_role("button", name="Confirm and do it").click()
    expect(theirs).to_contain_text("The password is wrong")
    theirs.get_by_label(re.compile("^Your own password")).fill(desk.passwords["commander"])
    theirs.get_by_role("button", name="Confirm and do it").click()
    expect(second.locator("li", has_text="deputy becomes Commander")).to_contain_text("Confirmed by commander")
    first.get_by_role("link", name="Officers", exact=True).click()
    expect(first.locator(".rows li", has_text="deputy")).to_contain_text("Commander")


def test_terms_are_proposed_by_one_compared_side_by_side_and_signed_by_the_other(desks: Desks) -> None:
    page = administration(desks["ir"], "commander", "agreement")
    page.get_by_role("button", name="Propose other terms").click()
    page.get_by_label("Flash: Acknowledge within").fill("۴m")
    page.get_by_label(re.compile("^Notice distance")).fill("5000")
    page.get_by_label("Flash: Answer within").fill("nonsense")
    expect(page.get_by_text("This is not a time that can be read")).to_be_visible()
    page.get_by_label("Flash: Answer within").fill("3m")
    expect(page.get_by_text("cannot be due before the acknowledgement")).to_be_visible()
    page.get_by_label("Flash: Answer within").fill("30m")
    rules = page.locator(".rule")
    page.get_by_role("button", name="Add a crossing").click()
    rule = rules.last
    rule.locator("select").select_option(index=rules.count())
    rule.get_by_label("explosive disposal").check()
    rule.get_by_label("medical").check()
    page.get_by_role("button", name="Sign and propose").click()
    expect(page.locator(".tag", has_text="Proposed")).to_be_visible()
    other = administration(desks["pk"], "commander", "agreement")
    expect(other.get_by_text("It is our turn to sign")).to_be_visible(timeout=CROSSES_MS)
    changed = other.locator(".line.differs")
    expect(changed).to_have_count(3)
    other.get_by_role("button", name="فارسی").click()
    expect(changed.last).to_contain_text("(خنثی‌سازی، پزشکی)")
    other.get_by_role("button", name="English").click()
    expect(changed.first).to_contain_text("5 min")
    expect(changed.first).to_contain_text("4 min")
    expect(changed.nth(1)).to_contain_text("5,000 m from the line")
    other.get_by_role("button", name="Sign these terms").click()
    expect(other.locator("#terms-open")).to_contain_text("In force")
    expect(page.locator(".tag", has_text="Replaced")).to_be_visible(timeout=CROSSES_MS)


def test_the_exchange_is_suspended_by_one_officer_with_the_reason_and_resumed(desks: Desks) -> None:
    page = administration(desks["ir"], "commander", "partners")
    partner = page.locator(".panel", has=page.locator("#partner-pk"))
    partner.get_by_role("button", name="Suspend the exchange…").click()
    partner.get_by_label("Reason, for the record").fill("Made up for the test")
    partner.get_by_label(re.compile("Yes: nothing more crosses")).check()
    partner.get_by_role("button", name="Suspend the exchange…").last.click()
    expect(partner).to_contain_text("Suspended by us")
    other = administration(desks["pk"], "auditor", "partners")
    theirs = other.locator(".panel", has=other.locator("#partner-ir"))
    expect(theirs).to_contain_text("Suspended by Iran", timeout=CROSSES_MS)
    expect(theirs.get_by_role("button", name=re.compile("Suspend"))).to_have_count(0)
    partner.get_by_role("button", name="Resume the exchange…").click()
    partner.get_by_label(re.compile("Yes: what was released")).check()
    partner.get_by_role("button", name="Resume the exchange…").last.click()
    expect(partner).not_to_contain_text("Suspended by us")
    expect(theirs).not_to_contain_text("Suspended by Iran", timeout=CROSSES_MS)


def test_the_log_is_checked_at_the_desk_and_the_result_is_told(desks: Desks) -> None:
    page = administration(desks["pk"], "auditor", "node")
    expect(page.get_by_role("button", name="Make a copy now")).to_have_count(0)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Everything holds")).to_be_visible(timeout=CROSSES_MS)
    expect(page.locator(".witness")).to_contain_text("Iran")


def test_the_digits_are_asked_for_as_they_are_read_out(desks: Desks) -> None:
    desk = desks["pk"]
    page = administration(desk, "administrator", "partners")
    with page.expect_download() as download:
        page.get_by_role("button", name="Our invitation").click()
    page.get_by_role("button", name="Join a partner…").click()
    page.locator(".join input[type=file]").set_input_files(download.value.path())
    expect(page.locator(".join")).to_contain_text("This party is known here already")


def test_what_is_being_written_stays_when_the_language_is_switched(desks: Desks) -> None:
    page = administration(desks["pk"], "administrator", "partners")
    page.get_by_role("button", name="Change keys…").click()
    page.get_by_label("Reason, for the record").fill("Half a sent")
    page.get_by_role("button", name="فارسی").click()
    expect(page.locator("html")).to_have_attribute("lang", "fa")
    expect(page.locator(".open input[type=text]")).to_have_value("Half a sent")
    page.locator("body").press("Control+k")
    page.locator("dialog[open] input").fill("خاش")
    page.get_by_role("button", name="English", include_hidden=True).evaluate("(button) => button.click()")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("dialog[open] input")).to_have_value("خاش")


def test_a_duty_officer_is_not_shown_the_way(desks: Desks) -> None:
    page = desks["ir"].sign_in_as("duty")
    expect(page.get_by_role("link", name="Administration")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES, ids=["desk", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overflows_lacks_a_word_or_shuts_anybody_out(
    desks: Desks, language: str, size: tuple[int, int]
) -> None:
    desk = desks["ir"]
    theme = "light" if language == "fa" else "dark"
    page = administration(desk, "administrator", "officers", language=language, size=size, theme=theme)
    for part in ("officers", "agreement"):  # with their forms; as they are first seen: test_every_screen.py
        if part == "agreement":
            page.goto(f"{desk.url}/admin/{part}")
        page.locator(".part .panel .head .primary").first.click()
        page.locator(".part form").first.wait_for()
        assert overflowing(page) + axe(page) == [], part
        assert not re.search(r"\[[a-z][\w.-]+\.[\w.-]+\]", page.locator("body").inner_text()), part
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
