"""On the incident's page: what cannot be responded to, in every language; a notice on the way, overruled by hand."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from browser.desks import Desk, Desks
from browser.test_response import READY, act, box, make_ready, new_incident, patience_with_planners, row

__all__ = ["patience_with_planners"]

LANGUAGES = ("en", "fa", "ur")
CLOSED = ("closed", "بسته", "بند")
SEA = {"lat": 247_000_000, "lon": 610_000_000}
CASES: dict[str, tuple[dict[str, int], dict[str, object], tuple[str, str, str]]] = {
    "in the sea": (
        SEA,
        {"capabilities": ["medical"]},
        ("the incident lies in the sea", "رویداد در دریاست", "واقعہ سمندر میں ہے"),
    ),
    "outside the region": (
        {"lat": 400_000_000, "lon": 610_000_000},
        {"capabilities": ["medical"]},
        ("lies outside the region", "رویداد بیرون از منطقه‌ای است", "واقعہ اس علاقے سے باہر ہے"),
    ),
    "on a road that leads nowhere": (
        {"lat": 253_319_970, "lon": 603_225_960},
        {"capabilities": ["medical"]},
        ("no road connects it", "هیچ راهی آن را به رویداد نمی‌رساند", "کوئی سڑک اسے واقعے سے نہیں ملاتی"),
    ),
    "a unit in the sea": (
        {},
        {"capabilities": ["diving"]},
        ("position lies in the sea", "جای یگان در دریاست", "یونٹ کا مقام سمندر میں ہے"),
    ),
    "too late": (
        {},
        {"capabilities": ["medical"], "before": True},
        ("it would be there only after", "تازه پس از", "بعد پہنچے گا"),
    ),
}


def propose(desk: Desk, page: Page, ref: str, asked: dict[str, object]) -> None:
    csrf = page.request.get(f"{desk.url}/api/session").json()["csrf"]
    before = {"before": time.time_ns() // 1_000 + 60_000_000} if asked.get("before") else {}
    body = {"incident": ref, "urgency": "flash", **asked, **before}
    answer = page.request.post(
        f"{desk.url}/api/response/propose", data=body, headers={"X-CSRF-Token": csrf}, timeout=120_000
    )
    assert answer.status == 201, answer.text()


@pytest.mark.parametrize("case", CASES)
def test_an_incident_that_nobody_can_answer_says_why_the_nearest_cannot(desks: Desks, case: str) -> None:
    desk, room = desks["ir"], f"refused-{uuid4().hex[:8]}"
    where, asked, said = CASES[case]
    page = desk.watch()
    if case == "a unit in the sea":
        unit = {
            "code": "Diver-1", "names": {"en": "Diver-1"}, "unit_kind": "reaction", "capabilities": ["diving"],
            "strength": {"low": 2, "best": 2, "high": 2}, "speed_kmh": 50,
        }  # fmt: skip
        ref = act(desk, desk.sign_in_as("commander"), "unit", unit, room)
        now = time.time_ns() // 1_000
        at_sea = {"unit": ref, "status": "available", "as_of": {"start": now, "end": now}}
        act(desk, page, "unit-status", {**at_sea, "place": {**SEA, "precision": 1}}, room)
    incident = new_incident(desk, page, room, **where)
    propose(desk, page, incident, asked)
    for language, words in zip(LANGUAGES, said, strict=True):
        shown = box(desk, desk.watch(language), incident, room)
        unmet = shown.locator(".unmet")
        expect(unmet).to_contain_text(words)
        text = unmet.inner_text()
        assert "{" not in text
        assert not re.search(r"\[[a-z][\w.-]+\]", text)


def test_help_that_is_of_use_only_soon_is_asked_for_in_the_form(desks: Desks) -> None:
    desk, room = desks["ir"], f"soon-{uuid4().hex[:8]}"
    page = desk.watch()
    response = box(desk, page, new_incident(desk, page, room), room)
    response.get_by_label("medical", exact=True).check()
    response.get_by_label("Of use within (min)").fill("soon")
    expect(response.get_by_role("button", name="Propose a response")).to_be_disabled()
    response.get_by_label("Of use within (min)").fill("1")
    response.get_by_role("button", name="Propose a response").click()
    expect(response.locator(".unmet")).to_contain_text(re.compile("no unit of either side with medical.* before"))
    expect(response.locator(".unmet")).to_contain_text("The nearest is")


def test_a_notice_on_the_way_holds_the_order_back_until_it_is_overruled_on_both_sides(desks: Desks) -> None:
    ir, pk, room = desks["ir"], desks["pk"], f"despite-{uuid4().hex[:8]}"
    for desk in (ir, pk):
        make_ready(desk, room)
    page = ir.watch()
    page.wait_for_function(READY, arg=room)
    now = time.time_ns() // 1_000
    notice = {
        "activity": "engineering", "when": {"start": now, "end": now + 86_400_000_000}, "radius_m": 2_000,
        "place": {"lat": 289_775_000, "lon": 615_503_000, "precision": 1}, "text": {"lang": "en", "text": "Blasting"},
    }  # fmt: skip
    act(ir, page, "zone-notice", notice, room)
    ref = new_incident(ir, page, room)
    response = box(ir, page, ref, room)
    for need in ("medical", "cordon"):
        response.get_by_label(need, exact=True).check()
    response.get_by_role("button", name="Propose a response").click()
    despite, send = (
        response.locator(".despite input"),
        response.get_by_role("button", name="Order ours, ask for theirs"),
    )
    expect(despite).to_be_visible()
    expect(send).to_be_disabled()
    despite.check()
    send.click()
    expect(row(response, "Nila-11")).to_contain_text("Asked for")
    asked = row(box(pk, pk.watch(), ref, room), "Nila-11")
    accept = asked.get_by_role("button", name="Accept (WILCO)")
    expect(accept).to_be_disabled()
    asked.locator(".despite input").check()
    accept.click()
    expect(asked).to_contain_text("Ordered out")
    expect(row(response, "Nila-11")).to_contain_text("Ordered out")


def test_a_crossing_that_closes_while_a_unit_is_on_its_way_is_told_at_both_desks(desks: Desks) -> None:
    ir, pk, room = desks["ir"], desks["pk"], f"closed-{uuid4().hex[:8]}"
    for desk in (ir, pk):
        make_ready(desk, room)
    page = ir.watch()
    page.wait_for_function(READY, arg=room)
    ref = new_incident(ir, page, room)
    response = box(ir, page, ref, room)
    for need in ("medical", "cordon"):
        response.get_by_label(need, exact=True).check()
    response.get_by_role("button", name="Propose a response").click()
    response.get_by_role("button", name="Order ours, ask for theirs").click()
    expect(row(response, "Nila-11")).to_contain_text("Asked for")
    asked = row(box(pk, pk.watch(), ref, room), "Nila-11")
    asked.get_by_role("button", name="Accept (WILCO)").click()
    for button in ("Accept (WILCO)", "En route"):
        asked.get_by_role("button", name=button).click()
    expect(row(response, "Nila-11")).to_contain_text("En route")
    expect(response.locator(".overtaken")).to_have_count(0)
    gate = next(
        one for one in page.request.get(f"{ir.url}/api/ground?exercise={room}").json()["crossings"]
        if one["code"] == "C1" and one["party"] == "ir"
    )  # fmt: skip
    kept = {name: gate[name] for name in ("code", "names", "place", "modes")}
    act(ir, ir.sign_in_as("commander"), "crossing", {**kept, "status": "closed"}, room)
    # Live, on the page that was open; and in every language, at the desk whose unit it is.
    expect(response.locator(".overtaken")).to_contain_text("Mirjaveh")
    for language, words in zip(LANGUAGES, CLOSED, strict=True):
        shown = box(pk, pk.watch(language), ref, room).locator(".overtaken")
        expect(shown).to_contain_text(words)
        assert not re.search(r"[{}]|\[[a-z][\w.-]+\]", shown.inner_text())
