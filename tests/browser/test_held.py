"""What the desk is held to: clocks, drafts, counters, filters, and links that are cut."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from browser.calls import CROSSES_MS, act, call, set_node_clock, words
from browser.conftest import Stage
from browser.desks import Desks, item, send_warning

WRONG = """
const real = Date.now;
Date.now = () => real() + 5 * 3600 * 1000;
"""


def request(page: Page, text: str, urgency: str = "flash") -> str:
    """Send a request to the other side without the form."""
    to = "ir" if call(page, "GET", "/api/session")["party"] == "pk" else "pk"
    data = {"to": to, "urgency": urgency, "asks": "act", "text": words(text)}
    body = {"data": data, "release": {"to": "named", "parties": [to]}}
    ref: str = call(page, "POST", "/api/acts/request", body)["ref"]
    return ref


def minutes_left(page: Page, ref: str) -> int:
    """How many minutes the row says are left to acknowledge."""
    row = item(page, ref)
    expect(row).to_contain_text(re.compile(r"Acknowledge within \d+ min"), timeout=CROSSES_MS)
    found = re.search(r"within (\d+) min", row.inner_text())
    assert found is not None
    return int(found[1])


def test_one_key_from_any_screen_acknowledges_and_the_clock_of_the_answer_starts_on_both_sides(desks: Desks) -> None:
    pakistan, iran = desks["pk"].watch(), desks["ir"].sign_in_as("duty", "/records")
    ref = request(pakistan, "Tell us which unit can come")
    expect(iran.locator(".alert")).to_contain_text(re.compile("Request"), timeout=CROSSES_MS)
    waiting = [one for one in call(iran, "GET", "/api/inbox") if one["acknowledge"]["state"] in ("open", "overdue")]
    for _ in [one for one in waiting if one["direction"] == "owed-by-us"]:  # each by the same key
        before = call(iran, "GET", "/api/records?kind=receipt&limit=1")["total"]
        iran.locator("body").press("a")
        expect(iran.locator(".notices")).to_contain_text("acknowledged")
        written = "async (n) => (await (await fetch('/api/records?kind=receipt&limit=1')).json()).total > n"
        iran.wait_for_function(written, arg=before)
    iran.goto(desks["ir"].url)
    expect(item(iran, ref)).to_contain_text("Answer within", timeout=CROSSES_MS)
    expect(item(pakistan, ref)).to_contain_text("Their answer is due in", timeout=CROSSES_MS)


def test_overdue_shows_on_every_screen_in_words_shape_and_colour(desks: Desks) -> None:
    desk = desks["ir"]
    pakistan, page = desks["pk"].watch(), desk.watch()
    ref = request(pakistan, "Long past its deadline")
    expect(item(page, ref)).to_be_visible(timeout=CROSSES_MS)
    set_node_clock(page, 86_400)
    addresses = page.get_by_role("navigation", name="Screens").locator("a")
    expect(addresses.first).to_be_visible()
    paths = [link.get_attribute("href") or "/" for link in addresses.all()]
    paths.remove("/field")  # the page of a unit's phone is an application of its own, without the desk's clocks
    assert len(paths) > 3
    for path in paths:
        page.goto(desk.url + path)
        told = page.locator(".strip .overdue")
        expect(told).to_contain_text(re.compile(r"▲\s*\d+ overdue"), timeout=CROSSES_MS)
        plain = page.locator(".strip").evaluate("(strip) => getComputedStyle(strip).backgroundColor")
        assert told.evaluate("(shown) => getComputedStyle(shown).backgroundColor") != plain
    call(page, "POST", "/api/receipts", {"step": "acknowledged", "refs": [ref]})


def test_a_deadline_runs_on_the_node_s_time_whatever_the_machine_s_clock_says_and_after_a_reload(desks: Desks) -> None:
    pakistan, iran = desks["pk"].watch(), desks["ir"].watch()
    wrong = desks["ir"].sign_in_as("duty")
    wrong.context.add_init_script(WRONG)
    wrong.reload()
    ref = request(pakistan, "A machine that runs five hours ahead")
    right = minutes_left(iran, ref)
    assert abs(minutes_left(wrong, ref) - right) <= 1
    expect(wrong.locator(".strip .overdue").filter(has_text=re.compile("overdue"))).to_be_visible()
    shown = wrong.locator(".utc time").inner_text()
    hour = datetime.now(UTC).hour
    assert int(shown[:2]) in (hour, (hour + 1) % 24)
    wrong.reload()
    assert minutes_left(wrong, ref) <= right
    call(iran, "POST", "/api/receipts", {"step": "acknowledged", "refs": [ref]})


def test_what_is_written_while_the_node_is_out_of_reach_is_kept_and_sent_once(desks: Desks) -> None:
    desk = desks["pk"]
    desk.expected += ["ERR_INTERNET_DISCONNECTED", "Failed to load resource"]
    page = desk.watch()
    words_of_it = f"Written without a link {time.time_ns()}"
    page.keyboard.press("m")
    page.wait_for_selector(".composer [data-first]:focus")
    page.keyboard.type(words_of_it)
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notices")).to_contain_text("Our node does not answer. What you wrote is kept.")
    expect(page.locator(".strip .lost")).to_be_visible()
    expect(page.get_by_label("Words", exact=True)).to_have_value(words_of_it)
    page.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#new-title", state="detached")
    expect(page.locator(".strip .lost")).to_have_count(0, timeout=CROSSES_MS)
    found = call(page, "GET", f"/api/records?kind=note&q={words_of_it.rsplit(maxsplit=1)[-1]}")
    assert found["total"] == 1


def test_list_map_and_counters_agree_after_events_and_what_has_no_place_is_counted(desks: Desks) -> None:
    page = desks["pk"].watch()
    heading = page.locator(".detail-panel summary", has_text="Incidents")
    expect(heading).to_be_visible()

    def counted() -> tuple[int, int, int]:
        said = heading.inner_text().replace(",", "")
        without = re.search(r"(\d+) without a place", said)
        total = re.search(r"Incidents · (\d+)", said)
        log = re.search(r"(\d+) record", page.locator("#log-title").inner_text().replace(",", ""))
        assert total is not None
        assert log is not None
        return int(total[1]), int(without[1]) if without else 0, int(log[1])

    before = counted()
    now = int(time.time() * 1_000_000)
    moment = {"start": now, "end": now}
    for title, precision in (("Has its place", 2), ("Somewhere in the country", 6)):
        place = {"lat": 284_000_000, "lon": 612_000_000, "precision": precision}
        data = {"title": words(title), "category": "other", "when": moment, "place": place}
        ref = act(page, "incident", data)
    expect(page.locator(".log-panel .row .id", has_text=re.compile(f"^{ref}$"))).to_be_visible()
    expect(heading).to_contain_text(f"· {before[0] + 2:,}")
    after = counted()
    assert (after[0] - before[0], after[1] - before[1], after[2] - before[2]) == (2, 1, 2)
    assert after[0] == len(call(page, "GET", "/api/incidents"))
    assert after[2] == call(page, "GET", "/api/records?limit=1")["total"]


def test_nothing_is_lost_by_one_click_a_discarded_draft_comes_back(desks: Desks) -> None:
    page = desks["pk"].watch()
    page.keyboard.press("m")
    page.wait_for_selector(".composer [data-first]:focus")
    page.keyboard.type("Thrown away too early")
    page.get_by_role("button", name="Discard the draft").click()
    expect(page.locator(".composer")).to_have_count(0)
    page.locator(".notices").get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Words", exact=True)).to_have_value("Thrown away too early")
    page.get_by_role("button", name="Discard the draft").click()


def test_no_call_deletes_or_changes_a_record(desks: Desks) -> None:
    page = desks["pk"].watch()
    paths = call(page, "GET", "/api/openapi.json")["paths"]
    changing = {
        (method, path) for path, methods in paths.items() for method in methods if method in ("delete", "put", "patch")
    }
    touched = {path.split("/")[2] for _, path in changing}
    assert not touched & {
        "records",
        "acts",
        "receipts",
        "incidents",
        "attachments",
        "inbox",
        "watch",
        "cell",
        "agreements",
    }


def test_the_filters_of_the_watch_are_in_the_address_outlive_a_reload_and_go_in_one_click(desks: Desks) -> None:
    desk = desks["pk"]
    page = desk.watch()
    ref = send_warning(page, "Filtered by its words")
    page.get_by_role("button", name=re.compile("^They owe")).click()
    page.locator("body").press("/")
    page.keyboard.type("filtered words")
    expect(page).to_have_url(re.compile("q=filtered"))
    assert "owed=theirs" in page.url
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^They owe"))).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".log-panel .row .id").first).to_have_text(ref)
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("button", name=re.compile("^All"))).to_have_attribute("aria-pressed", "true")
    expect(page).not_to_have_url(re.compile("q=|owed="))


@pytest.mark.parametrize("repeat", [1, 2])
def test_a_cut_and_a_heal_lose_double_and_stick_nothing(desks: Desks, stage: Stage, repeat: int) -> None:
    pakistan, iran = desks["pk"].watch(), desks["ir"].watch()
    asked = request(pakistan, f"Asked before cut {repeat}", "priority")
    expect(item(iran, asked)).to_be_visible(timeout=CROSSES_MS)
    stage.order("cut")
    try:
        mine = [request(pakistan, f"From the east {repeat} {n}", "priority") for n in range(3)]
        theirs = [request(iran, f"From the west {repeat} {n}", "priority") for n in range(3)]
        acknowledge_by_key(iran, asked)
        expect(pakistan.locator(".link")).to_contain_text(re.compile("waits? to cross"), timeout=CROSSES_MS)
        expect(item(pakistan, mine[0])).to_contain_text("Not delivered yet")
    finally:
        stage.order("heal")
    for page, refs in ((iran, mine), (pakistan, theirs)):
        for ref in refs:
            expect(item(page, ref)).to_have_count(1, timeout=CROSSES_MS)
    expect(item(pakistan, asked)).to_contain_text("Their answer is due in", timeout=CROSSES_MS)
    for page in (pakistan, iran):
        expect(page.locator(".link")).not_to_contain_text(re.compile("waits? to cross"), timeout=CROSSES_MS)
        for ref in (*mine, *theirs):
            expect(item(page, ref)).to_have_count(1)
            expect(item(page, ref)).not_to_contain_text("Not delivered yet", timeout=CROSSES_MS)
    acknowledge_by_key(iran, mine[0])
    acknowledge_by_key(pakistan, theirs[0])
    for page, ref in ((pakistan, mine[0]), (iran, theirs[0])):
        expect(item(page, ref)).to_contain_text("Their answer is due in", timeout=CROSSES_MS)


def acknowledge_by_key(page: Page, ref: str) -> None:
    """Choose the row and acknowledge it by the key, as an officer does; wait until the node has the receipt."""
    item(page, ref).locator(".id").click()
    page.locator("body").press("a")
    expect(item(page, ref)).to_contain_text("Answer within")


def keyed_in(desks: Desks) -> Page:
    """Sign in at Iran's desk with the keyboard."""
    desk = desks["ir"]
    page = desk.open()
    page.locator("input[name=officer]").focus()
    page.keyboard.type("duty")
    page.keyboard.press("Tab")
    page.keyboard.type(desk.passwords["duty"])
    page.keyboard.press("Enter")
    page.wait_for_selector(".inbox-panel")
    expect(page.locator(".log-panel .row").first).to_be_visible()
    return page


def sent(page: Page) -> None:
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#new-title", state="detached")


def form(page: Page, key: str, text: str) -> None:
    """Write one act with its key."""
    page.locator("body").press(key)
    page.wait_for_selector(".composer [data-first]:focus")
    page.keyboard.type(text)
    sent(page)


def test_what_comes_is_found_acknowledged_escalated_taken_and_answered_without_a_mouse(desks: Desks) -> None:
    pakistan, page = desks["pk"].watch(), keyed_in(desks)
    ref = request(pakistan, "Worked by keys alone", "immediate")
    row = item(page, ref)
    expect(row).to_be_visible(timeout=CROSSES_MS)
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog[open]")
    page.keyboard.type(ref)
    expect(page.locator("dialog [role=option] .id", has_text=re.compile(f"^{ref}$"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#detail-title .id")).to_have_text(ref)
    expect(page.get_by_role("group", name="Who has it")).to_be_visible()
    page.locator("body").press("a")
    expect(row).to_contain_text("Answer within")
    form(page, "e", "Too large for one patrol")
    expect(row).to_contain_text("Escalated to the commander")
    page.locator("body").press("o")
    expect(row).not_to_contain_text("Escalated")
    form(page, "r", "Two patrols are on their way")
    expect(row).to_contain_text("Answered")
    expect(item(pakistan, ref)).to_contain_text("Answered", timeout=CROSSES_MS)


def test_what_goes_is_written_corrected_and_released_without_a_mouse(desks: Desks) -> None:
    page = keyed_in(desks)
    form(page, "n", "A warning by keys")
    written = page.locator("#detail-title .id").inner_text()
    expect(page.get_by_role("button", name=re.compile("^Correct"))).to_be_visible()
    page.locator("body").press("c")
    page.wait_for_selector(".composer [data-first]:focus")
    page.keyboard.press("Control+a")
    page.keyboard.type("A warning by keys, corrected")
    page.get_by_label("Reason").focus()
    page.keyboard.type("A word was missing")
    sent(page)
    expect(item(page, written)).to_contain_text("corrected")
    form(page, "m", "A note that stays home")
    expect(page.locator("#detail")).to_contain_text("A note that stays home")
    expect(page.get_by_role("button", name=re.compile("^Release"))).to_be_visible()
    page.locator("body").press("p")
    expect(page.locator(".preview details")).to_contain_text("A note that stays home")
    sent(page)


def test_screens_are_reached_and_every_key_is_told_without_a_mouse(desks: Desks) -> None:
    page = keyed_in(desks)
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog[open]")
    page.keyboard.type("handover")
    expect(page.locator("dialog [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".handover .columns")).to_be_visible()
    page.locator("body").press("Escape")
    expect(page.locator(".inbox-panel")).to_be_visible()
    page.keyboard.press("Shift+Slash")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    for told in ("Take the selected item", "Escalate the selected item", "Hand the selected item on"):
        expect(sheet).to_contain_text(told)
