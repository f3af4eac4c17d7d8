"""Alerts are noticed, say who has them, go to the next officer when nobody does, and stop when handled."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from browser.calls import CROSSES_MS, act, call, duty_has_watch, set_node_clock, words
from browser.desks import Desk, Desks, axe, item, overflowing, send_warning

LANGUAGES = ("en", "fa", "ur")
LISTEN = """
window.__tones = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) {
  window.__tones.push([...document.querySelectorAll(".item, .alert")].map((row) => row.innerText).join(" "));
  return start.apply(this, at);
};
"""
UNTOUCHED = """
// The browser's own rule; what the test asks the page would count as a touch.
window.__touched = false;
window.addEventListener("pointerdown", (event) => (window.__touched = event.isTrusted), { capture: true });
Object.defineProperty(navigator, "userActivation", { get: () => ({ hasBeenActive: window.__touched }) });
"""
NOTICE = """
// What stands, written on the page, as no test may wait by a script of its own under the page's policy.
const told = (text) => document.documentElement.setAttribute("data-told", text);
const Real = window.Notification;
window.Notification = class extends Real {
  constructor(title, options) {
    super(title, options);
    told(`${title} / ${options.body}`);
  }
  close() {
    super.close();
    told("closed");
  }
};
Document.prototype.hasFocus = () => false;
"""


def listening(desk: Desk, officer: str = "duty", script: str = LISTEN) -> Page:
    """Open the watch with ``script`` in the page from its first moment."""
    page = desk.sign_in_as(officer)
    page.context.add_init_script(script)
    page.reload()
    page.wait_for_selector(".inbox-panel")
    return page


def touch(page: Page) -> None:
    """Touch the page where nothing is, so that the browser lets it sound."""
    page.mouse.click(5, 895)


def urgent(page: Page, text: str, urgency: str = "flash") -> str:
    """Write a warning to the other side without the form."""
    return said(page, "warning", text, urgency=urgency)


def said(page: Page, kind: str, text: str, **more: str) -> str:
    to = "ir" if call(page, "GET", "/api/session")["party"] == "pk" else "pk"
    body = {"data": {"to": to, "text": words(text), **more}, "release": {"to": "named", "parties": [to]}}
    ref: str = call(page, "POST", f"/api/acts/{kind}", body)["ref"]
    return ref


def quiet(page: Page) -> None:
    """Acknowledge all that waits at this desk, so that only what the test sends can sound."""
    waiting = [
        one["ref"]
        for one in call(page, "GET", "/api/inbox")
        if one["direction"] == "owed-by-us" and not one["settled"] and one["acknowledge"]["done_by"] is None
    ]
    if waiting:
        call(page, "POST", "/api/receipts", {"step": "acknowledged", "refs": waiting})
    expect(page.locator(".alert")).to_have_count(0)


def test_no_sound_comes_before_its_row_and_it_stops_on_all_desks_when_one_acknowledges(desks: Desks) -> None:
    pakistan = desks["pk"].watch()
    first, second = listening(desks["ir"]), listening(desks["ir"])
    quiet(first)
    for page in (first, second):
        touch(page)
        page.evaluate("window.__tones = []")
    ref = send_warning(pakistan, "Lights beyond the fence", urgency="flash")
    for page in (first, second):
        expect(page.locator(".alert")).to_contain_text(ref, timeout=CROSSES_MS)
        expect(page.get_by_role("button", name="Sounding")).to_be_visible()
        tones = page.evaluate("window.__tones")
        assert tones, "the state says that it sounds"
        assert all(ref in shown for shown in tones), "a tone came before its row"
    first.locator("body").press("a")
    for page in (first, second):
        expect(page.locator(".alert")).to_have_count(0)
        expect(page.get_by_role("button", name="Sound on")).to_be_visible()
        expect(item(page, ref)).to_contain_text("Acknowledged in time", timeout=CROSSES_MS)
    expect(item(pakistan, ref)).to_contain_text("Acknowledged in time", timeout=CROSSES_MS)


def test_a_sound_that_the_browser_holds_back_is_told_with_what_to_do_and_begins_at_the_first_touch(
    desks: Desks,
) -> None:
    pakistan = desks["pk"].watch()
    page = listening(desks["ir"], script=UNTOUCHED + LISTEN)
    quiet(page)
    ref = urgent(pakistan, "Nobody touched this desk yet")
    expect(page.locator(".alert")).to_contain_text(ref, timeout=CROSSES_MS)
    expect(page.locator(".alert")).to_contain_text("click anywhere or press a key")
    expect(page.get_by_role("button", name="Sound waits for a click")).to_be_visible()
    assert page.evaluate("window.__tones") == []
    touch(page)
    expect(page.get_by_role("button", name="Sounding")).to_be_visible()
    assert page.evaluate("window.__tones.length") > 0
    page.locator("body").press("s")
    expect(page.get_by_role("button", name="Sound off")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Sound off")).to_be_visible()
    quiet(page)


def test_what_calls_stands_on_every_screen_and_is_acknowledged_there_with_one_click(desks: Desks) -> None:
    pakistan = desks["pk"].watch()
    page = desks["ir"].sign_in_as("duty", "/records")
    quiet(page)
    ref = urgent(pakistan, "Read me anywhere")
    alert = page.locator(".alert")
    expect(alert).to_contain_text(ref, timeout=CROSSES_MS)
    expect(alert).to_contain_text("Read me anywhere")
    for path in ("/handover", "/cell", "/"):
        page.goto(desks["ir"].url + path)
        expect(alert).to_contain_text(ref)
    expect(page).to_have_title(re.compile(r"^\(\d+\) "))
    icon = page.locator("link[rel=icon]")
    expect(icon).to_have_attribute("href", re.compile("^data:image/svg"))
    page.goto(desks["ir"].url + "/records")
    alert.get_by_role("button", name="Acknowledge").click()
    expect(alert).to_have_count(0)
    expect(page).not_to_have_title(re.compile(r"^\(\d+\) "))
    expect(icon).to_have_attribute("href", "/icon.svg")


def test_who_looks_at_a_drill_is_called_for_what_is_live_and_led_there(desks: Desks) -> None:
    pakistan, desk = desks["pk"].watch(), desks["ir"]
    page = desk.watch()
    quiet(page)
    page.goto(f"{desk.url}/?room=drill-two")
    expect(page.get_by_role("note")).to_contain_text("EXERCISE")
    ref = urgent(pakistan, "This is no drill")
    alert = page.locator(".alert")
    expect(alert).to_contain_text(ref, timeout=CROSSES_MS)
    expect(alert.locator(".live")).to_have_text(re.compile("live", re.IGNORECASE))
    expect(item(page, ref)).to_have_count(0)
    alert.locator(".what").click()
    expect(page.get_by_role("note")).to_have_count(0)
    expect(page.locator("#detail-title .id")).to_have_text(ref)
    expect(alert.locator(".live")).to_have_count(0)
    quiet(page)


def test_what_nobody_acknowledges_goes_to_the_commander_and_then_calls_every_desk(desks: Desks) -> None:
    pakistan, desk = desks["pk"].watch(), desks["ir"]
    duty = desk.watch()
    quiet(duty)
    duty_has_watch(desk, duty)
    commander, auditor = desk.sign_in_as("commander"), desk.sign_in_as("auditor")
    ref = urgent(pakistan, "Nobody answers this")
    expect(duty.locator(".alert")).to_contain_text(ref, timeout=CROSSES_MS)
    for page in (commander, auditor):
        expect(item(page, ref)).to_be_visible(timeout=CROSSES_MS)
        expect(page.locator(".alert")).to_have_count(0)
    for page in (duty, commander, auditor):
        set_node_clock(page, 200)  # of the 300 seconds that a flash has, half have passed
    for page in (duty, commander, auditor):
        expect(page.locator(".strip")).to_contain_text("1 escalated", timeout=CROSSES_MS)
        expect(item(page, ref)).to_contain_text("Nobody acknowledged: with the commander")
        expect(item(page, ref).locator(".up")).to_contain_text("⇧")
    expect(commander.locator(".alert")).to_contain_text(ref)
    expect(auditor.locator(".alert")).to_have_count(0)
    for page in (duty, commander, auditor):
        page.unroute_all()
        set_node_clock(page, 400)
    for page in (duty, commander, auditor):
        expect(page.locator(".alert.loud")).to_contain_text("overdue", timeout=CROSSES_MS)
        expect(page).to_have_title(re.compile(r"^\(\d+!\) "))
    commander.locator("body").press("a")
    for page in (duty, commander, auditor):
        expect(page.locator(".alert")).to_have_count(0)
        expect(page.locator(".strip")).not_to_contain_text("escalated")
        expect(item(page, ref)).to_contain_text("With")
    expect(item(duty, ref).locator("bdi", has_text="commander")).to_be_visible()


def test_an_officer_escalates_with_one_key_and_the_commander_takes_it_with_one(desks: Desks) -> None:
    pakistan, desk = desks["pk"].watch(), desks["ir"]
    duty, commander = desk.watch(), desk.sign_in_as("commander")
    quiet(duty)
    ref = said(pakistan, "request", "May our patrol cross?", urgency="routine", asks="act")
    item(duty, ref).locator(".open").click(timeout=CROSSES_MS)
    expect(duty.get_by_role("group", name="Who has it")).to_be_visible()
    duty.locator("body").press("a")
    expect(item(duty, ref)).to_contain_text("With you")
    duty.locator("body").press("e")
    duty.wait_for_selector(".composer [data-first]:focus")
    expect(duty.get_by_role("combobox", name="To", exact=True)).to_have_value("")
    duty.keyboard.type("Above my rank")
    duty.keyboard.press("Control+Enter")
    duty.wait_for_selector("#new-title", state="detached")
    for page in (duty, commander):
        expect(item(page, ref)).to_contain_text("Escalated to the commander")
    expect(commander.locator(".alert")).to_contain_text(ref)
    item(commander, ref).locator(".open").click()
    expect(commander.locator("#detail")).to_contain_text("Above my rank")
    commander.locator("body").press("o")
    expect(item(commander, ref)).to_contain_text("With you")
    expect(commander.locator(".alert")).to_have_count(0)
    expect(item(duty, ref)).to_contain_text("With commander")
    expect(item(duty, ref)).not_to_contain_text("Escalated")
    expect(item(pakistan, ref)).not_to_contain_text("With", timeout=CROSSES_MS)


def test_an_item_is_handed_to_a_colleague_who_is_at_the_desk_now(desks: Desks) -> None:
    pakistan, desk = desks["pk"].watch(), desks["ir"]
    duty, secretary = desk.watch(), desk.sign_in_as("secretary")
    ref = urgent(pakistan, "Please confirm the opening hours", "routine")
    item(duty, ref).locator(".open").click(timeout=CROSSES_MS)
    expect(duty.get_by_role("group", name="Who has it")).to_be_visible()
    duty.reload()  # who is at a desk is asked when the page is loaded
    expect(duty.get_by_role("group", name="Who has it")).to_be_visible()
    duty.locator("body").press("h")
    to = duty.get_by_role("combobox", name="To", exact=True)
    expect(to).to_be_focused()
    expect(to.locator("option[value=secretary]")).to_contain_text("at the desk now")
    to.select_option("secretary")
    duty.keyboard.press("Control+Enter")
    duty.wait_for_selector("#new-title", state="detached")
    expect(item(duty, ref)).to_contain_text("With secretary")
    expect(item(secretary, ref)).to_contain_text("With you")
    quiet(duty)


def test_the_browser_is_asked_for_notifications_by_a_click_only_and_they_end_with_the_alert(desks: Desks) -> None:
    pakistan, desk = desks["pk"].watch(), desks["ir"]
    page = listening(desk, script=NOTICE)
    quiet(page)
    page.locator("body").press("b")
    dialog = page.get_by_role("dialog", name="How this desk calls you")
    expect(dialog.get_by_role("button", name="Allow notifications")).to_be_visible()
    assert page.evaluate("Notification.permission") != "granted"
    context: BrowserContext = page.context
    context.grant_permissions(["notifications"])
    page.reload()
    page.wait_for_selector("#main")
    page.locator("body").press("b")
    expect(dialog).to_contain_text("Allowed")
    page.keyboard.press("Escape")
    ref = urgent(pakistan, "These words stay inside")
    expect(page.locator(".alert")).to_contain_text(ref, timeout=CROSSES_MS)
    told = page.locator("html")
    expect(told).to_have_attribute("data-told", re.compile(f"^Flash · Warning · Pakistan / {ref} "))
    page.locator("body").press("a")
    expect(told).to_have_attribute("data-told", "closed")


def test_where_a_browser_can_not_notify_the_panel_says_why_and_what_to_do(desks: Desks) -> None:
    page = listening(desks["ir"], script="Object.defineProperty(window, 'isSecureContext', { value: false });")
    page.locator("body").press("b")
    dialog = page.get_by_role("dialog", name="How this desk calls you")
    expect(dialog).to_contain_text("Not possible over plain HTTP")
    expect(dialog).to_contain_text("HTTPS address")
    expect(dialog.get_by_role("button", name="Allow notifications")).to_have_count(0)
    expect(dialog).to_contain_text("after 50 % of the deadline")


@pytest.mark.parametrize("size", [(1440, 900), (320, 700)], ids=["desk", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_alerts_lack_no_word_overflow_nowhere_and_shut_nobody_out(
    desks: Desks, language: str, size: tuple[int, int]
) -> None:
    pakistan = desks["pk"].watch(size=(1200, 700))
    page = desks["ir"].sign_in_as("duty", language=language, size=size, theme="light" if language == "ur" else "dark")
    ref = urgent(
        pakistan, "A long warning whose words would run over the edge of any narrow screen if they were let to"
    )
    expect(page.locator(".alert")).to_contain_text(re.compile(r"[a-z]{2}:\d+"), timeout=CROSSES_MS)
    act(page, "assignment", {"of": ref, "text": words("Too much for me")})
    expect(page.locator(".strip p.up")).to_be_visible()
    page.locator("body").press("b")
    page.wait_for_selector("dialog[open]")
    assert overflowing(page) == []
    assert axe(page) == []
    assert not re.search(r"\[[a-z][\w.-]+\]", page.locator("body").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.keyboard.press("Escape")
    quiet(page)
