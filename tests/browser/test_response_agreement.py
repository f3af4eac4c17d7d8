"""Where the agreement lets nobody cross, or there is none: the incident's page and the plan say which of the two."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser.conftest import two_nodes
from browser.test_plan import COMPUTES_MS
from browser.test_response import READY, act, box, new_incident, patience_with_planners
from browser.test_response_refusals import LANGUAGES, propose

__all__ = ["patience_with_planners"]

ROOM = "agreement"
BEYOND = {"lat": 290_114_950, "lon": 615_876_280, "name": "Beyond Mirjaveh"}
SAID = {
    "nothing": (
        ("no agreement with the other side is in force", "هیچ توافقی برقرار نیست", "کوئی معاہدہ نافذ نہیں"),
        ("no agreement is in force", "هیچ توافقی برقرار نیست", "کوئی معاہدہ نافذ نہیں"),
    ),
    "no-crossing": (
        (
            "the agreement in force lets no unit cross the line",
            "به هیچ یگانی اجازهٔ گذر از خط را نمی‌دهد",
            "کسی یونٹ کو لکیر پار کرنے کی اجازت نہیں دیتا",
        ),
        (
            "the agreement in force lets no unit cross",
            "به هیچ یگانی اجازهٔ عبور نمی‌دهد",
            "کسی یونٹ کو گزرنے کی اجازت نہیں دیتا",
        ),
    ),
}


@pytest.mark.parametrize("terms", SAID)
def test_the_page_tells_no_agreement_from_one_that_lets_nobody_cross(
    browser: Browser, tmp_path: Path, terms: str
) -> None:
    on_incident, on_plan = SAID[terms]
    with two_nodes(tmp_path / "stage", "two_desks.py", terms) as stage:
        desks = stage.desks(browser)
        desk = desks["ir"]
        page = desk.watch()
        unit = {
            "code": "Diver-1", "names": {"en": "Diver-1"}, "unit_kind": "reaction", "capabilities": ["diving"],
            "strength": {"low": 2, "best": 2, "high": 2}, "speed_kmh": 50, "crosses_line": True,
        }  # fmt: skip
        ref = act(desk, desk.sign_in_as("commander"), "unit", unit, ROOM)
        now = time.time_ns() // 1_000
        here = {"lat": 289_500_000, "lon": 614_800_000, "precision": 1}
        status = {"unit": ref, "status": "available", "as_of": {"start": now, "end": now}, "place": here}
        act(desk, page, "unit-status", status, ROOM)
        page.wait_for_function(READY, arg=ROOM)
        incident = new_incident(desk, page, ROOM, **BEYOND)
        propose(desk, page, incident, {"capabilities": ["diving"]})
        for language, words, planned in zip(LANGUAGES, on_incident, on_plan, strict=True):
            unmet = box(desk, desk.watch(language), incident, ROOM).locator(".unmet")
            expect(unmet).to_contain_text(words)
            assert not re.search(r"[{}]|\[[a-z][\w.-]+\]", unmet.inner_text())
            plan = desk.sign_in_as("planner", "/plan?a=sites.2~at.towns", language=language)
            plan.wait_for_selector(".lead", timeout=COMPUTES_MS)
            expect(plan.locator(".rests")).to_contain_text(planned)
        desks.close()


def test_the_plan_tells_that_every_crossing_of_the_agreement_is_closed(browser: Browser, tmp_path: Path) -> None:
    """Only when the last one is: while they are open it does not say so."""
    shut = ("every crossing that the agreement names is closed", "در توافق آمده بسته است", "تمام گزرگاہیں بند ہیں")
    with two_nodes(tmp_path / "stage", "two_desks.py") as stage:
        desks = stage.desks(browser)
        desk = desks["ir"]
        page = desk.sign_in_as("commander")
        held = [
            one for one in page.request.get(f"{desk.url}/api/ground").json()["crossings"] if one["party"] == desk.party
        ]
        for status in ("open", "closed"):
            for one in held:
                kept = {name: one[name] for name in ("code", "names", "place", "modes")}
                act(desk, page, "crossing", {**kept, "status": status}, None)
            for language, words in zip(LANGUAGES, shut, strict=True):
                plan = desk.sign_in_as("planner", "/plan?a=sites.2~at.towns", language=language)
                plan.wait_for_selector(".lead", timeout=COMPUTES_MS)
                if status == "open":
                    expect(plan.locator(".rests")).not_to_contain_text(words)
                else:
                    expect(plan.locator(".rests")).to_contain_text(words)
        desks.close()
