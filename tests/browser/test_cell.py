"""The joint cell: one table for an officer of each party, with what both released and nothing else."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.calls import CROSSES_MS, act, call, give_watch, words
from browser.desks import Desk, Desks, axe, overflowing

LANGUAGES = ("en", "fa", "ur")
SIZES = [(1440, 900), (320, 700)]


def cell_of(desk: Desk, officer: str = "duty", query: str = "", **how: object) -> Page:
    """Open the joint cell."""
    page = desk.sign_in_as(officer, "/cell" + query, **how)
    page.wait_for_selector(".cell .table")
    return page


def incident(page: Page, title: str, to: str = "joint") -> str:
    """Write an incident without the form."""
    now = int(time.time() * 1_000_000)
    place = {"lat": 284_000_000, "lon": 612_000_000, "precision": 2}
    data = {"title": words(title), "category": "ambush", "when": {"start": now, "end": now}, "place": place}
    return act(page, "incident", data, to)


def count(page: Page, ref: str, killed: int, to: str = "joint") -> str:
    number = {"low": killed, "best": killed, "high": killed}
    return act(page, "report", {"incident": ref, "text": words("Counted"), "casualties": {"killed": number}}, to)


def wait_for_record(page: Page, ref: str) -> None:
    """Wait until a record that the other side wrote is here."""
    page.goto(page.url.split("?")[0] + f"?q={ref}")
    expect(page.locator("#joint details .id").first).to_have_text(ref, timeout=CROSSES_MS)


def row(page: Page, ref: str) -> Locator:
    return page.locator("#joint details", has=page.locator("summary .id", has_text=re.compile(f"^{ref}$")))


def test_what_contradicts_stands_first_with_both_statements_side_by_side_and_comes_live(desks: Desks) -> None:
    pakistan, iran = cell_of(desks["pk"]), cell_of(desks["ir"])
    ref = incident(pakistan, "Ambush on the coast road")
    for page in (pakistan, iran):
        expect(row(page, ref)).to_be_visible(timeout=CROSSES_MS)
    count(pakistan, ref, 14)
    count(iran, ref, 16)
    for page in (pakistan, iran):
        first = page.locator("#joint details").first
        expect(first.locator("summary .id")).to_have_text(ref, timeout=CROSSES_MS)
        expect(first).to_contain_text("The sides differ: Killed")
        expect(first.locator("tr.differs")).to_contain_text("14")
        expect(first.locator("tr.differs")).to_contain_text("16")
        expect(page.locator(".verdict.some").first).to_contain_text("contradicted")


def test_nothing_that_one_side_kept_home_is_on_the_table(desks: Desks) -> None:
    pakistan, iran = cell_of(desks["pk"]), cell_of(desks["ir"])
    shared = incident(pakistan, "Both know this one")
    secret = incident(pakistan, "Kept-home incident", "own")
    act(pakistan, "note", {"text": words("Kept-home note"), "about": shared})
    wait_for_record(iran, shared)
    count(iran, shared, 7_331, "own")
    for page, search in ((pakistan, "kept-home"), (iran, shared)):
        page.locator("body").press("/")
        page.locator("#cell-search").fill(search)
        expect(page).to_have_url(re.compile("q="))
    expect(pakistan.locator("#joint")).to_contain_text("No incident fits the filters")
    iran.locator("#joint summary").first.click()
    for page in (pakistan, iran):
        seen = page.locator("#main").inner_text()
        assert "Kept-home" not in seen
        assert "7,331" not in seen
        assert secret not in seen


def test_each_side_s_inbox_stands_on_its_own_side_and_ours_is_acknowledged_there(desks: Desks) -> None:
    pakistan, iran = cell_of(desks["pk"]), cell_of(desks["ir"])
    data = {"to": "ir", "urgency": "priority", "asks": "act", "text": words("Close the gate at Rimdan")}
    asked = {"data": data, "release": {"to": "named", "parties": ["ir"]}}
    ref = call(pakistan, "POST", "/api/acts/request", asked)["ref"]
    for page in (pakistan, iran):
        owes = page.get_by_role("region", name=re.compile("^Iran .* owes$"))
        expect(owes).to_contain_text(ref, timeout=CROSSES_MS)
        other = page.get_by_role("region", name=re.compile("^Pakistan .* owes$"))
        expect(other).not_to_contain_text(ref)
    assert pakistan.locator(".owes", has_text=ref).get_by_role("button", name="Acknowledge").count() == 0
    mine = iran.locator(".owes > ul > li", has_text=ref)
    mine.get_by_role("button", name="Acknowledge").click()
    for page in (pakistan, iran):
        answer_due = page.locator(".owes > ul > li", has_text=ref)
        expect(answer_due).to_contain_text(re.compile("Answer within|Their answer is due"), timeout=CROSSES_MS)
    mine.get_by_role("button", name="Answer").click()
    iran.wait_for_selector(".composer [data-first]:focus")
    iran.keyboard.type("The gate is closed")
    iran.keyboard.press("Control+Enter")
    iran.wait_for_selector("#new-title", state="detached")
    expect(pakistan.locator(".owes", has_text=ref)).to_have_count(0, timeout=CROSSES_MS)
    pakistan.get_by_label("With what is done").check()
    expect(pakistan.locator(".owes > ul > li", has_text=ref)).to_contain_text(ref)


def test_the_words_of_what_calls_us_do_not_stand_at_the_joint_table(desks: Desks) -> None:
    pakistan, iran = desks["pk"].watch(), cell_of(desks["ir"])
    data = {"to": "ir", "urgency": "flash", "text": words("Between the two desks only")}
    warning = {"data": data, "release": {"to": "named", "parties": ["ir"]}}
    ref = call(pakistan, "POST", "/api/acts/warning", warning)["ref"]
    alert = iran.locator(".alert")
    expect(alert).to_be_visible(timeout=CROSSES_MS)
    expect(alert.locator(".text")).to_have_count(0)
    iran.goto(desks["ir"].url + "/records")
    expect(alert.locator(".text").first).to_be_visible()
    call(iran, "POST", "/api/receipts", {"step": "acknowledged", "refs": [ref]})


def test_the_note_of_a_handover_that_was_released_stands_on_both_tables(desks: Desks) -> None:
    iran, pakistan = desks["ir"].sign_in_as("commander", "/handover"), cell_of(desks["pk"])
    iran.wait_for_selector(".handover .columns")
    give_watch(iran, "commander")
    iran.get_by_role("radio", name=re.compile("duty")).check()
    note = f"Quiet night, seen {time.time_ns()}"
    iran.get_by_label("Note to the next watch").fill(note)
    iran.get_by_label(re.compile("All partners")).check()
    expect(iran.locator(".preview")).to_contain_text("will read all of it")
    iran.get_by_role("button", name=re.compile("^Sign and offer")).click()
    expect(iran.locator(".offer")).to_be_visible()
    iran.goto(desks["ir"].url + "/cell")
    for page in (iran, pakistan):
        expect(page.get_by_role("region", name=re.compile("The watch of Iran"))).to_contain_text(
            note, timeout=CROSSES_MS
        )


def test_the_filters_stand_in_the_address_and_are_cleared_in_one_click(desks: Desks) -> None:
    page = cell_of(desks["pk"])
    page.get_by_role("button", name="Contradictions only").click()
    page.get_by_label("With what is done").check()
    page.locator("body").press("/")
    page.keyboard.type("coast")
    expect(page).to_have_url(re.compile("q=coast"))
    address = page.url
    assert "show=contradictions" in address
    assert "done=yes" in address
    page.goto(address)
    expect(page.get_by_role("button", name="Contradictions only")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#cell-search")).to_have_value("coast")
    page.get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url(re.compile("/cell$"))
    expect(page.locator("#cell-search")).to_have_value("")
    expect(page.get_by_role("button", name="All incidents")).to_have_attribute("aria-pressed", "true")


def test_the_table_is_worked_without_a_mouse(desks: Desks) -> None:
    page = cell_of(desks["pk"])
    ref = incident(page, "Opened by key")
    wait_for_record(page, ref)
    page.locator("body").press("j")
    summary = page.locator("#joint summary").first
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#joint details").first).to_have_attribute("open", "")
    page.locator("body").press("1")
    expect(page.locator(".owes").first).to_be_focused()
    page.locator("body").press("Escape")
    expect(page).to_have_url(re.compile("/cell$"))
    page.locator("body").press("Escape")
    expect(page.locator(".inbox-panel")).to_be_visible()


def test_a_planner_is_not_shown_the_way_and_is_told_why_when_it_comes_all_the_same(desks: Desks) -> None:
    desk = desks["pk"]
    desk.expected.append("403")
    page = desk.sign_in_as("planner", "/cell")
    expect(page.locator(".cell")).to_contain_text("could not be opened")
    assert page.get_by_role("navigation", name="Screens").get_by_text("Joint cell").count() == 0


@pytest.mark.parametrize("size", SIZES, ids=["desk", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_lacks_no_word_overflows_nowhere_and_shuts_nobody_out(
    desks: Desks, language: str, size: tuple[int, int]
) -> None:
    theme = "light" if language == "ur" else "dark"
    page = cell_of(desks["ir"], "commander", "?done=yes", language=language, size=size, theme=theme)
    ref = incident(page, "A title that is long enough to run over the edge of a narrow screen if it were let to")
    expect(page.locator("#joint summary .id", has_text=re.compile(f"^{ref}$"))).to_be_visible(timeout=CROSSES_MS)
    page.locator("#joint summary").first.click()
    assert overflowing(page) == []
    assert axe(page) == []
    assert not re.search(r"\[[a-z][\w.-]+\]", page.locator("body").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
