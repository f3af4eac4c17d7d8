"""The replay: what we knew, and what they did, at any moment, on a screen that can't be mistaken for now."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.desks import Desk, Desks, axe, item, overflowing, send_warning


def replay(page: Page) -> None:
    page.locator("body").press("v")
    expect(page.get_by_role("slider", name=re.compile("^Moment"))).to_be_focused()
    expect(page.locator(".scrubber .count")).to_contain_text("records known")


def step_back_before(page: Page, ref: str) -> None:
    """Step by record until the log no longer holds ``ref``."""
    for _ in range(40):
        if page.locator(".log-panel .row .id", has_text=re.compile(f"^{ref}$")).count() == 0:
            return
        before = page.locator(".scrubber .count").inner_text()
        page.keyboard.press("ArrowLeft")
        expect(page.locator(".scrubber .count")).not_to_have_text(before)
        expect(page.locator(".scrubber .count")).to_contain_text("records known")
    pytest.fail(f"{ref} is known at every moment")


def test_stepping_back_takes_a_warning_out_of_inbox_and_log_and_escape_brings_now_back(desks: Desks) -> None:
    page = desks["pk"].watch()
    ref = send_warning(page, "Seen before the replay")
    page.locator("body").press("Escape")
    expect(item(page, ref)).to_be_visible()
    replay(page)
    expect(page.get_by_role("note").filter(has_text="REPLAY: NOT NOW")).to_be_visible()
    assert page.title().startswith("REPLAY: NOT NOW")
    step_back_before(page, ref)
    expect(item(page, ref)).to_have_count(0)
    assert re.search(r"at=\d+", page.url)
    page.keyboard.press("Escape")
    expect(page.get_by_role("note").filter(has_text="REPLAY")).to_have_count(0)
    expect(item(page, ref)).to_be_visible()
    assert "at=" not in page.url
    assert not page.title().startswith("REPLAY")


def test_nothing_is_written_while_the_past_is_looked_at(desks: Desks) -> None:
    iran, page = desks["ir"].watch(), desks["pk"].watch()
    ref = send_warning(iran, "Not to be answered from the past")
    expect(item(page, ref)).to_be_visible(timeout=20_000)
    written: list[str] = []
    page.on("request", lambda request: written.append(request.url) if request.method != "GET" else None)
    replay(page)
    item(page, ref).locator(".open").click()
    expect(page.locator("#detail")).to_contain_text("Not to be answered from the past")
    for key in ("a", "n", "i", "q", "z", "m", "r", "d", "w", "c", "p", "x", "t", "h", "e"):
        page.locator("body").press(key)
        expect(page.locator("form.composer, #new-title, dialog[open]")).to_have_count(0)
    expect(page.get_by_text("You are looking at the past").first).to_be_visible()
    acts = re.compile("^(Acknowledge|Answer|Decline|Correct|Release|Recall|Take|Hand|Escalate|Add)")
    expect(page.locator(".item, #detail, .ground").get_by_role("button", name=acts)).to_have_count(0)
    page.keyboard.press("Control+k")
    page.locator("input[role=combobox]").fill("acknowledge")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert written == []
    page.keyboard.press("Escape")
    expect(item(page, ref).get_by_role("button", name="Acknowledge")).to_be_visible()


def test_the_other_side_knew_later_and_its_inbox_is_its_own(desks: Desks) -> None:
    pakistan, iran = desks["pk"].watch(), desks["ir"].watch()
    ref = send_warning(pakistan, "Who knew this, and when")
    expect(item(iran, ref)).to_be_visible(timeout=20_000)
    expect(item(pakistan, ref)).to_contain_text("Their acknowledgement is due", timeout=20_000)
    pakistan.locator("body").press("Escape")
    replay(pakistan)
    expect(item(pakistan, ref)).to_contain_text("Their acknowledgement")
    pakistan.get_by_label("What Iran knew").check()
    expect(item(pakistan, ref)).to_contain_text("Acknowledge within")
    item(pakistan, ref).locator(".open").click()
    expect(pakistan.locator("#detail")).to_contain_text("Delivered")
    pakistan.get_by_role("slider", name=re.compile("^Moment")).focus()
    pakistan.keyboard.press("Home")
    expect(pakistan.locator("#detail")).to_contain_text("It was not known then")


def test_a_moment_can_be_typed_and_its_address_passed_on(desks: Desks) -> None:
    page = desks["pk"].watch()
    replay(page)
    typed = page.get_by_role("textbox", name="Go to a time")
    typed.fill("99:99")
    typed.press("Enter")
    expect(page.locator(".scrubber")).to_contain_text("This is not a time")
    typed.fill("2019-04-22 08:12")
    typed.press("Enter")
    expect(page.get_by_role("note").filter(has_text="REPLAY")).to_contain_text("08:12")
    expect(page.get_by_role("note").filter(has_text="REPLAY")).to_contain_text("2 Ordibehesht 1398")
    page.reload()
    expect(page.get_by_role("note").filter(has_text="REPLAY")).to_contain_text("2 Ordibehesht 1398")
    page.goto(page.url.split("?")[0].rstrip("/") + "/records")
    expect(page.get_by_role("note").filter(has_text="REPLAY")).to_have_count(0)


@pytest.mark.parametrize("size", [(1440, 900), (320, 700)], ids=["desk", "narrow"])
@pytest.mark.parametrize("language", ["en", "fa", "ur"])
def test_the_replay_is_whole_in_every_language_and_width(desks: Desks, language: str, size: tuple[int, int]) -> None:
    desk: Desk = desks["ir"]
    page = desk.watch(language, size=size)
    page.wait_for_selector(".log-panel .row", state="attached")
    if size[0] < 1000:
        page.locator("nav.tabs button:nth-child(2)").click()
    page.locator(".time .button", has=page.locator("kbd")).last.click()
    page.wait_for_selector(".scrubber .thumb")
    expect(page.locator(".scrubber .count")).to_contain_text(re.compile("[0-9۰-۹]"))
    assert axe(page) == []
    assert overflowing(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert not re.search(r"\[[a-z][\w.-]+\]", page.locator("body").inner_text())
