"""What stands beside an answer of the Plan screen is of the question answered, while the next is asked or fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, Request, Route, expect

from browser.desks import Desks
from browser.test_plan import COMPUTES_MS, opened, slide

DRAWN = "() => [...document.querySelectorAll('.plan-map canvas')].map((one) => one.toDataURL()).join()"
SETTLES_MS = 700
"""So long a change needs to get from the controls into the address, and a map to be drawn."""


@contextmanager
def kept_waiting(page: Page, what: str) -> Iterator[list[Route]]:
    """Hold back every answer to a kind of question until the end of the block; yields those held."""
    held: list[Route] = []
    page.route(f"**/api/plan/{what}*", lambda route: held.append(route))  # noqa: PLW0108  (Playwright cannot wrap a builtin)
    yield held
    assert held, "nothing was asked: the block looks at nothing"
    while held:
        held.pop(0).continue_()
    page.unroute(f"**/api/plan/{what}*")


def shown(page: Page) -> dict[str, Any]:
    """What the officer sees beside the numbers: the map, what they rest on, who is not reached in time."""
    page.wait_for_timeout(SETTLES_MS)
    return {
        "map": page.evaluate(DRAWN),
        "rests": page.locator(".rests").inner_text(),
        "late": page.locator(".places summary").inner_text(),
        "curve": page.locator("figure .keys").inner_text(),
    }


def asked(request: Request) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.post_data or "{}")
    return body


def ready(desks: Desks, query: str) -> Page:
    """A page with its list of those who are late, and the weights, open."""
    page = opened(desks, query)
    page.get_by_text("Places and times").click()
    page.get_by_label("Only those not reached in time").check()
    page.get_by_text("What an incident counts for").click()
    return page


def test_sites_stand_beside_the_facts_of_their_own_question_while_the_next_is_solved(desks: Desks) -> None:
    page = ready(desks, "?a=sites.3")
    before = shown(page)
    with kept_waiting(page, "site") as held:
        page.get_by_role("checkbox", name=re.compile("Kuhak")).check()
        slide(page, "Time limit", 120)
        slide(page, "Compiled by hand", 0)
        page.get_by_role("combobox", name="Question", exact=True).select_option("expected")
        expect(page).to_have_url(re.compile("method.expected"))
        expect(page.locator(".busy")).to_be_visible()
        assert shown(page) == before
        with page.expect_request("**/api/plan/reach*") as reach:
            page.get_by_label("Area reached by road").check()
        assert (asked(reach.value)["open"], asked(reach.value)["minutes"]) == (None, 60)
        page.get_by_label("Area reached by road").uncheck()
        with page.expect_request("**/api/plan/site/export*") as export:
            page.get_by_role("button", name="CSV", exact=True).click()
        assert (asked(export.value)["a"]["open"], asked(export.value)["a"]["minutes"]) == (None, 60)
        expect(page.locator(".export")).not_to_contain_text("Making", timeout=COMPUTES_MS)
        assert asked(held[-1].request)["open"]
    expect(page.locator(".busy")).to_have_count(0, timeout=COMPUTES_MS)
    after = shown(page)
    assert [key for key in before if after[key] == before[key]] == []
    assert "as chosen here: Mirjaveh–Taftan, Kuhak–Chedgi" in after["rests"]
    assert "× 0" in after["rests"]


def test_an_answer_keeps_its_own_places_while_provinces_are_being_spread(desks: Desks) -> None:
    page = ready(desks, "?a=sites.3")
    before = shown(page)
    with kept_waiting(page, "site"):
        with page.expect_response(re.compile("spread_provinces=true")):
            page.get_by_label("Spread incidents known to a province").check()
        assert shown(page) == before
    expect(page.locator(".rests")).to_contain_text("are spread over all of it", timeout=COMPUTES_MS)
    assert shown(page)["late"] != before["late"]


def test_the_dividend_stands_beside_the_facts_of_its_own_question(desks: Desks) -> None:
    page = ready(desks, "?view=dividend")
    before = shown(page)
    with kept_waiting(page, "dividend") as held:
        page.get_by_role("checkbox", name=re.compile("Kuhak")).check()
        slide(page, "Answer of the other desk", 60)
        slide(page, "Compiled by hand", 0)
        expect(page).to_have_url(re.compile("answer_s.3600"))
        page.get_by_label("Spread incidents known to a province").check()
        assert shown(page) == before
        with page.expect_request("**/api/plan/dividend/export*") as export:
            page.get_by_role("button", name="CSV", exact=True).click()
        assert (asked(export.value)["open"], asked(export.value)["answer_s"]) == (None, 300)
        expect(page.locator(".export")).not_to_contain_text("Making", timeout=COMPUTES_MS)
        assert asked(held[-1].request)["answer_s"] == 3600
    expect(page.locator(".rests")).to_contain_text("60 min (assumed)", timeout=COMPUTES_MS)
    after = shown(page)
    assert (after["rests"], after["map"]) != (before["rests"], before["map"])
    assert "Kuhak" in after["rests"]


def test_a_question_that_fails_leaves_the_answer_before_with_its_facts_and_says_so(desks: Desks) -> None:
    page = ready(desks, "?a=sites.3_at.crossings")
    before = shown(page)
    page.get_by_role("checkbox", name=re.compile("Kuhak")).check()
    slide(page, "Number of sites", 40)
    problem = page.locator(".problem")
    expect(problem).to_contain_text("do not fit", timeout=COMPUTES_MS)
    expect(problem).to_contain_text("still answers the question before")
    assert shown(page) == before


def test_where_two_scenarios_differ_in_what_they_rest_on_each_is_told(desks: Desks) -> None:
    page = opened(desks, "?a=sites.3&b=sites.3_open.C1*C2_mode.joint")
    crossings = page.locator(".rests dt:text-is('Crossings') + dd")
    expect(page.locator(".proof")).to_have_count(2, timeout=COMPUTES_MS)
    expect(crossings).to_contain_text(re.compile("A.?: ?as agreed: Mirjaveh"))
    expect(crossings).to_contain_text(re.compile("B.?: ?as chosen here"))
    expect(page.locator(".rests dt:text-is('Speed') + dd")).not_to_contain_text("A")
    page.goto(f"{desks['pk'].url}/plan?a=sites.3&b=sites.3_mode.separate")
    expect(crossings).to_contain_text(re.compile("B.?: ?each site serves its own side only"), timeout=COMPUTES_MS)


def test_a_place_that_was_added_keeps_its_name_when_the_page_is_opened_anew(desks: Desks) -> None:
    page = opened(desks, "?a=sites.3")
    page.get_by_role("searchbox", name="Add a place by name").fill("zahedan")
    page.get_by_role("list", name="Places found").get_by_role("button").first.press("Enter")
    expect(page).to_have_url(re.compile(r"places\.\d+x\d+"))
    page.reload()
    added = page.get_by_role("list", name="Added places")
    expect(added).to_contain_text("Zahedan", timeout=COMPUTES_MS)
    expect(added).not_to_contain_text(re.compile(r"\d+x\d+"))
