"""The joint response at two desks: proposed at one, accepted at both, declined and proposed again, handed over."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.desks import Desk, Desks, axe, overflowing

ROOM = "response-drill"
WORK_MS = 120_000
"""The planner's process starts with the first question, on a machine that may be busy."""


@pytest.fixture(autouse=True)
def patience_with_planners(patience: None) -> None:
    """Wait longer than other tests do."""
    expect.set_options(timeout=WORK_MS)


READY = """async (room) => {
  const ask = async (what) => (await fetch(`/api/${what}?exercise=${room}`)).json();
  const [taskings, ground] = [await ask("taskings"), await ask("ground")];
  return taskings.every((one) => ["closed", "declined"].includes(one.status))
    && ground.crossings.every((one) => one.code !== "C1" || !(one.opens_s || one.closes_s));
}"""
"""Whether a desk has heard from both sides that nothing is under way and the crossing stands open."""


def act(desk: Desk, page: Page, kind: str, data: dict[str, Any], room: str | None = ROOM) -> str:
    """Write a record as the officer of the page."""
    csrf = page.request.get(f"{desk.url}/api/session").json()["csrf"]
    body = {"data": data, "release": {"to": "joint"}, "exercise": room}
    answer = page.request.post(f"{desk.url}/api/acts/{kind}", data=body, headers={"X-CSRF-Token": csrf})
    assert answer.status == 201, answer.text()
    return str(answer.json()["ref"])


def make_ready(desk: Desk, room: str = ROOM) -> None:
    """Open Mirjaveh in the drill, whatever the hour at which the test runs, and end what other tests left under way."""
    page = desk.sign_in_as("commander")
    ground = page.request.get(f"{desk.url}/api/ground?exercise={room}").json()
    held = next(one for one in ground["crossings"] if one["code"] == "C1" and one["party"] == desk.party)
    if held["opens_s"] or held["closes_s"]:
        kept = {name: held[name] for name in ("code", "names", "place", "modes")}
        act(desk, page, "crossing", {**kept, "status": "open"}, room)
    for one in page.request.get(f"{desk.url}/api/taskings?exercise={room}").json():
        if one["party"] == desk.party and one["status"] not in ("closed", "declined"):
            act(desk, page, "tasking", {"unit": one["unit"], "incident": one["incident"], "status": "closed"}, room)


def new_incident(desk: Desk, page: Page, room: str = ROOM, **where: Any) -> str:
    """A fire just inside Iran, nearer by road to a post of the other side than to most of its own."""
    now = time.time_ns() // 1_000
    place = {"lat": 289_500_000, "lon": 614_800_000, "precision": 1, "name": "Mirjaveh", **where}
    title = {"lang": "en", "text": "Drill: vehicle fire south of Mirjaveh"}
    return act(desk, page, "incident", {
        "title": title, "category": "disaster", "when": {"start": now, "end": now}, "place": place,
    }, room)  # fmt: skip


def box(desk: Desk, page: Page, ref: str, room: str = ROOM) -> Locator:
    """Open the incident's page and return its response."""
    page.goto(f"{desk.url}/incident/{ref}?room={room}")
    found = page.locator("#response")
    expect(found.locator("form, .chart, .dim").first).to_be_visible()
    return found


def row(response: Locator, code: str) -> Locator:
    return response.locator(".chart li", has=response.page.locator("strong", has_text=re.compile(f"^{code}$")))


def start(desks: Desks, *needs: str) -> tuple[str, Locator, Page]:
    """Open the crossing, report the incident at ir, and have a response proposed there."""
    ir = desks["ir"]
    for desk in desks.by_party.values():
        make_ready(desk)
    page = ir.watch()
    page.wait_for_function(READY, arg=ROOM)
    ref = new_incident(ir, page)
    response = box(ir, page, ref)
    for need in needs:
        response.get_by_label(need, exact=True).check()
    response.get_by_role("button", name="Propose a response").click()
    expect(response.locator(".chart")).to_be_visible()
    # Notices of what other tests sent may still be in force on the way.
    despite = response.locator(".despite input")
    expect(response.locator(".send")).to_be_visible()
    if despite.count():
        despite.check()
    return ref, response, page


def test_a_response_is_proposed_at_one_desk_and_accepted_at_both(desks: Desks) -> None:
    pk = desks["pk"]
    ref, ours, page = start(desks, "medical", "cordon")
    expect(ours.locator(".lead")).to_contain_text("Iran")
    expect(ours.locator(".verdict")).to_contain_text("proved")
    expect(ours.locator(".alone")).to_have_count(2)
    ours.locator("summary").click()
    expect(ours.locator("details li").first).to_be_visible()
    expect(ours.get_by_role("img", name=re.compile("ways"))).to_be_visible()
    assert axe(page) == []
    ours.get_by_role("button", name="Order ours, ask for theirs").click()
    expect(row(ours, "Sabz-22")).to_contain_text("Ordered out")
    expect(row(ours, "Nila-11")).to_contain_text("Asked for")
    expect(row(ours, "Nila-11").get_by_role("button", name="WILCO")).to_have_count(0)  # not ours to order
    there = pk.watch()
    theirs = box(pk, there, ref)
    asked = row(theirs, "Nila-11")
    expect(asked).to_contain_text("Iran asks for this unit")
    assert axe(there) == []
    asked.get_by_role("button", name="Accept (WILCO)").click()
    expect(asked).to_contain_text("Ordered out")
    expect(row(ours, "Nila-11")).to_contain_text("Ordered out")  # live, at the desk that asked
    for button, word in (("Accept (WILCO)", "Accepted"), ("En route", "En route"), ("Arrived", "Arrived")):
        asked.get_by_role("button", name=button).click()
        expect(asked.locator(".state")).to_contain_text(word)
    expect(row(ours, "Nila-11")).to_contain_text("Arrived")
    expect(row(ours, "Nila-11").locator(".took")).to_contain_text("proved")


def test_a_decline_overtakes_the_proposal_and_another_is_offered(desks: Desks) -> None:
    pk = desks["pk"]
    ref, ours, _ = start(desks, "cordon")
    ours.get_by_role("button", name="Ask the other side").click()
    there = pk.watch()
    asked = row(box(pk, there, ref), "Nila-11")
    asked.get_by_role("button", name="Decline").click()
    asked.get_by_label("Reason").fill("The vehicle is in repair")
    asked.get_by_label("Reason").press("Enter")
    expect(row(ours, "Nila-11")).to_contain_text("The vehicle is in repair")
    expect(ours.locator(".overtaken")).to_contain_text("Nila-11 declined")
    ours.get_by_role("button", name="Propose again").click()
    ours.get_by_role("button", name="Propose a response").click()
    expect(row(ours, "Sabz-11").locator(".bar")).to_be_visible()
    expect(ours.locator(".overtaken")).to_have_count(0)


def test_the_lead_is_handed_over_at_the_line_with_both_signatures(desks: Desks) -> None:
    pk = desks["pk"]
    ref, ours, _ = start(desks, "medical")
    ours.get_by_role("button", name="Hand the lead over").press("Enter")
    ours.get_by_label("Crossing").focus()
    ours.get_by_role("button", name="Sign and offer").press("Enter")
    expect(ours.locator(".waiting")).to_contain_text("Mirjaveh")
    there = pk.watch()
    theirs = box(pk, there, ref)
    expect(theirs.locator(".lead")).to_contain_text("Iran")
    theirs.get_by_role("button", name="Sign and take the lead").press("Enter")
    expect(theirs.locator(".lead")).to_contain_text("Pakistan")
    expect(ours.locator(".lead")).to_contain_text("Pakistan")
    expect(ours.locator(".leading li")).to_have_count(2)


@pytest.mark.parametrize("language", ["fa", "ur"])
def test_the_response_reads_well_in_persian_and_urdu_and_on_a_phone(desks: Desks, language: str) -> None:
    ref, _, _ = start(desks, "medical", "cordon")
    ir = desks["ir"]
    for size, theme in (((1440, 900), "light"), ((320, 640), "dark")):
        page = ir.watch(language, theme, size)
        response = box(ir, page, ref)
        expect(response.locator(".chart")).to_be_visible()
        response.locator("summary").click()
        assert overflowing(page) == []
        assert axe(page) == []
        assert "[" not in re.sub(r"\[\d", "", response.inner_text())  # a missing text stands in brackets
