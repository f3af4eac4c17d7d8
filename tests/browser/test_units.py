"""Where units are kept: a position released coarsely, a caveat laid and lifted, by keyboard, in three languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.calls import act
from browser.desks import Desks, axe, overflowing

LANGUAGES = ("en", "fa", "ur")
SIZES = [(1440, 900), (320, 700)]
TITLES = {"en": "Positions and caveats", "fa": "موقعیت‌ها و قیدها", "ur": "مقامات اور شرائط"}


def ground(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("fetch('/api/ground').then((answer) => answer.json())")
    return found


def placed(page: Page, party: str) -> dict[str, Any]:
    """A unit of the party that states a position; kept at home when it has to be stated first."""
    units = [one for one in ground(page)["units"] if one["party"] == party]
    stated = [one for one in units if one["last"] and one["last"]["place"]]
    if not stated:
        at = ground_time(page)
        place = {"lat": 290_000_000, "lon": 620_000_000, "precision": 1}
        moment = {"start": at, "end": at}
        act(page, "unit-status", {"unit": units[0]["ref"], "status": "available", "as_of": moment, "place": place})
        return placed(page, party)
    found: dict[str, Any] = stated[0]
    return found


def ground_time(page: Page) -> int:
    return int(page.evaluate("Date.now()")) * 1000


def open_unit(page: Page, ref: str) -> None:
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog[open]")
    page.keyboard.type(ref)
    page.locator("dialog [role=option]", has=page.locator(".id", has_text=re.compile(f"^{ref}$"))).first.click()
    expect(page.locator("#unit-acts")).to_be_visible()


def test_a_position_is_released_coarsely_by_keyboard_and_the_exact_one_stays_home(desks: Desks) -> None:
    page = desks["pk"].sign_in_as("commander")
    unit = placed(page, "pk")
    open_unit(page, unit["ref"])
    page.get_by_role("button", name="Release the position coarsely").press("Enter")
    expect(page.get_by_role("combobox", name="Side of the cell that is told")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("form", name="Release the position coarsely")).to_have_count(0)
    expect(page.locator("body")).to_contain_text("The position is released coarsely.")
    page.goto(f"{desks['pk'].url}/records?kind=unit-status")
    first = page.evaluate("fetch('/api/records?kind=unit-status&limit=5').then((answer) => answer.json())")
    coarse = next(one for one in first["records"] if one["data"].get("blurs"))
    assert coarse["data"]["blurs"] == unit["last"]["ref"]
    assert coarse["data"]["place"]["radius_m"] > unit["last"]["place"].get("radius_m", 0)
    assert "text" not in coarse["data"]
    assert placed(page, "pk")["last"]["ref"] == unit["last"]["ref"]  # here the exact one counts


def test_a_caveat_is_laid_is_told_and_is_lifted(desks: Desks) -> None:
    page = desks["pk"].sign_in_as("commander")
    unit = next(one for one in ground(page)["units"] if one["party"] == "ir")
    open_unit(page, unit["ref"])
    expect(page.get_by_role("button", name="Release the position coarsely")).to_have_count(0)  # not ours to tell
    page.get_by_role("button", name="Lay a caveat").press("Enter")
    form = page.get_by_role("form", name="Lay a caveat")
    expect(form.get_by_role("combobox", name="Taking part")).to_be_focused()
    form.get_by_role("button", name="Lay the caveat").press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("Give the reason.")
    form.get_by_role("checkbox", name=re.compile("^all units of")).check()
    form.get_by_role("checkbox", name="Warning", exact=True).check()
    form.get_by_role("textbox", name="Reason").fill("The list of last week")
    form.get_by_role("textbox", name="Ends after days").fill("۷")
    form.get_by_role("button", name="Lay the caveat").press("Enter")
    told = page.get_by_role("list", name="Caveats in force")
    expect(told).to_contain_text("Does not take part")
    expect(told).to_contain_text("withholds: Warning")
    expect(told).to_contain_text("The list of last week")
    (caveat,) = [one for one in ground(page)["caveats"] if one["party"] == "pk"]
    assert (caveat["on_party"], caveat["withhold"], caveat["part"]) == ("ir", ["warning"], "no")
    assert caveat["until"]
    told.get_by_role("button", name=re.compile("^Lift the caveat")).press("Enter")
    expect(told).to_have_count(0)
    assert [one for one in ground(page)["caveats"] if one["party"] == "pk"] == []


def test_who_may_lay_no_caveat_is_offered_none(desks: Desks) -> None:
    page = desks["pk"].watch()
    open_unit(page, placed(page, "pk")["ref"])
    expect(page.get_by_role("button", name="Release the position coarsely")).to_be_visible()
    expect(page.get_by_role("button", name="Lay a caveat")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES, ids=["desk", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overflows_or_lacks_a_word(desks: Desks, language: str, size: tuple[int, int]) -> None:
    page = desks["pk"].sign_in_as("commander", language=language, size=size)
    open_unit(page, placed(page, "pk")["ref"])
    expect(page.locator("#unit-acts")).to_have_text(TITLES[language])
    for number in (0, 1):
        page.locator("[aria-labelledby=unit-acts] > .buttons > button").nth(number).click()
        expect(page.locator("[aria-labelledby=unit-acts] form")).to_be_visible()
        assert overflowing(page) + axe(page) == []
        assert not re.search(r"\[[a-z][\w.-]+\.[\w.-]+\]", page.locator("body").inner_text())
