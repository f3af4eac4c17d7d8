"""The plan: solved as it is moved, two scenarios beside each other, the dividend, files, and who is let in."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from browser.desks import Desks, axe, overflowing, undrawn

LANGUAGES = ("en", "fa", "ur")
SIZES = [(1440, 900), (320, 700)]
COMPUTES_MS = 180_000
"""The first question reads the region and compiles; other suites may load the machine."""


def opened(desks: Desks, query: str = "", officer: str = "planner", **how: object) -> Page:
    """The Plan screen with its answer."""
    page = desks["pk"].sign_in_as(officer, f"/plan{query}", **how)
    page.wait_for_selector(".lead", timeout=COMPUTES_MS)
    return page


def slide(page: Page, name: str, value: int) -> None:
    """Move a slider as a hand does: the page hears of every value on the way."""
    slider = page.get_by_role("slider", name=re.compile(f"^{name}"))
    slider.fill(str(value))


def downloaded(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download(timeout=COMPUTES_MS) as download:
        page.get_by_role("button", name=button, exact=True).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_slider_that_is_moved_solves_anew_and_stands_in_the_address(desks: Desks) -> None:
    page = opened(desks)
    expect(page.locator(".status")).to_contain_text("best possible, proved")
    expect(page.locator(".sites li")).to_have_count(6)
    slide(page, "Number of sites", 9)
    expect(page).to_have_url(re.compile(r"a=sites\.9"))
    expect(page.locator(".sites li")).to_have_count(9, timeout=COMPUTES_MS)
    page.get_by_role("combobox", name="Question", exact=True).select_option("median")
    expect(page.locator(".proof dd").first).to_contain_text("min", timeout=COMPUTES_MS)
    expect(page.get_by_role("slider", name=re.compile("^Time limit"))).to_have_count(0)
    page.reload()
    page.wait_for_selector(".lead", timeout=COMPUTES_MS)
    expect(page.get_by_role("combobox", name="Question", exact=True)).to_have_value("median")
    expect(page.locator(".sites li")).to_have_count(9)


def test_an_answer_that_comes_late_never_takes_the_place_of_a_newer_one(desks: Desks) -> None:
    page = opened(desks)
    held: list[Route] = []

    def late(route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}")
        if asked["sites"] == 7:
            held.append(route)
        else:
            route.continue_()

    page.route("**/api/plan/site", late)
    slide(page, "Number of sites", 7)
    expect(page).to_have_url(re.compile(r"a=sites\.7"))
    slide(page, "Number of sites", 9)
    expect(page.locator(".sites li")).to_have_count(9, timeout=COMPUTES_MS)
    (route,) = held
    with page.expect_response("**/api/plan/site") as answered:
        route.continue_()
    answered.value.finished()
    expect(page.locator(".sites li")).to_have_count(9)
    slide(page, "Number of sites", 10)
    expect(page.locator(".sites li")).to_have_count(10, timeout=COMPUTES_MS)
    slide(page, "Number of sites", 9)
    expect(page.locator(".sites li")).to_have_count(9, timeout=COMPUTES_MS)


def test_paper_is_light_and_shows_the_map_and_the_figures_without_the_controls(desks: Desks) -> None:
    page = opened(desks, "?a=sites.3", theme="dark")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    expect(page.locator(".controls").first).to_be_hidden()
    expect(page.get_by_role("navigation", name="Screens")).to_be_hidden()
    expect(page.locator(".plan-map canvas").first).to_be_visible()
    expect(page.locator(".clocks")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_two_scenarios_stand_side_by_side_with_their_differences_and_their_sites_compared(desks: Desks) -> None:
    page = opened(desks, "?a=sites.4")
    page.get_by_label("Compare with a scenario B").check()
    expect(page.locator(".plan-map")).to_have_count(2)
    expect(page.locator(".proof")).to_have_count(2, timeout=COMPUTES_MS)
    page.get_by_role("button", name="Scenario B").click()
    page.get_by_text("jointly", exact=True).click()
    slide(page, "Number of sites", 12)
    expect(page).to_have_url(re.compile(r"b=sites\.12"))
    expect(page.locator(".against .better").first).to_contain_text("pts", timeout=COMPUTES_MS)
    expect(page.locator(".lead")).to_contain_text("scenario B")
    expect(page.locator(".sites").nth(1).locator(".tag").first).to_be_visible()
    page.get_by_label("Compare with a scenario B").uncheck()
    expect(page.locator(".plan-map")).to_have_count(1)


def test_the_map_has_a_list_and_a_place_that_is_chosen_says_when_it_is_reached(desks: Desks) -> None:
    page = opened(desks)
    page.get_by_text("Places and times").click()
    page.locator(".places tbody button").first.click()
    expect(page.locator(".picked").first).to_contain_text(re.compile("min|not reached"))
    page.get_by_label("Only those not reached in time").check()
    expect(page.locator(".places tbody tr").first).to_be_visible()


def test_what_counts_and_what_is_open_change_the_answer_and_what_it_says_it_rests_on(desks: Desks) -> None:
    page = opened(desks)
    rests = page.locator(".rests")
    expect(rests).to_contain_text("198 of 225")
    expect(rests).to_contain_text("to a province: 26")
    expect(rests).to_contain_text("as agreed: Mirjaveh")
    expect(rests).to_contain_text("as they are on record here")
    before = page.locator(".proof dd").first.inner_text()
    page.get_by_text("What an incident counts for").click()
    slide(page, "Compiled by hand", 0)
    expect(page.locator(".proof dd").first).not_to_have_text(before, timeout=COMPUTES_MS)
    page.get_by_role("checkbox", name=re.compile("Kuhak")).check()
    expect(rests).to_contain_text("as chosen here: Mirjaveh–Taftan, Kuhak–Chedgi")


def test_villages_and_places_named_are_candidates_within_a_limit(desks: Desks) -> None:
    page = opened(desks, "?a=sites.3")
    candidates = page.locator(".rests dt:text-is('Candidates') + dd")
    without = candidates.inner_text()
    page.get_by_role("checkbox", name=re.compile("^villages")).check()
    expect(page).to_have_url(re.compile(r"at\.posts\*crossings\*towns\*villages"))
    expect(candidates).not_to_have_text(without, timeout=COMPUTES_MS)
    before = int(re.sub(r"\D.*", "", candidates.inner_text()))
    slide(page, "Villages with most incidents", 200)
    expect(candidates).to_contain_text(f"{before + 100}", timeout=COMPUTES_MS)
    page.get_by_role("searchbox", name="Add a place by name").fill("zahedan")
    found = page.get_by_role("list", name="Places found")
    found.get_by_role("button").first.press("Enter")
    added = page.get_by_role("list", name="Added places")
    expect(added).to_contain_text("Zahedan")
    expect(page).to_have_url(re.compile(r"places\.\d+x\d+"))
    added.get_by_role("button").press("Enter")
    expect(added).to_have_count(0)
    expect(page.locator(".sites li")).to_have_count(3)


def test_a_question_without_an_answer_says_why_in_the_officers_language(desks: Desks) -> None:
    page = opened(desks, "?a=method.all_minutes.15_at.posts", language="fa")
    expect(page.locator(".proof")).to_contain_text("در دسترس هیچ نامزدی نیست", timeout=COMPUTES_MS)
    page.goto(f"{desks['pk'].url}/plan?a=sites.40_at.crossings")
    expect(page.locator(".problem")).to_contain_text("نامزد نمی‌گنجد", timeout=COMPUTES_MS)
    # the answer before stays on screen; no file is made of a question that has none
    slide(page, "شمار محل‌ها", 3)
    expect(page.locator(".problem")).to_have_count(0, timeout=COMPUTES_MS)
    slide(page, "شمار محل‌ها", 40)
    expect(page.locator(".problem")).to_have_count(1, timeout=COMPUTES_MS)
    expect(page.locator(".export")).to_contain_text("هنوز پاسخی ندارد")
    expect(page.get_by_role("button", name="CSV", exact=True)).to_be_disabled()


def test_the_dividend_is_told_by_kind_and_rule_and_simulated_from_a_chosen_seed(desks: Desks) -> None:
    page = opened(desks, "?view=dividend")
    expect(page.locator(".lead")).to_contain_text("Within one hour" if "more" in page.url else "within one hour")
    row = page.locator(".helps tr", has_text="explosive disposal")
    expect(row).to_contain_text("Kuhak–Chedgi")
    expect(row.locator(".better").first).to_be_visible()
    page.get_by_label("Seed").fill("۷")
    page.get_by_label("Seed").blur()
    slide(page, "Runs", 4)
    expect(page).to_have_url(re.compile(r"seed\.7"))
    page.get_by_role("button", name="Run the simulation").click()
    expect(page.locator(".simulation h3")).to_contain_text("seed 7", timeout=COMPUTES_MS)
    expect(page.locator(".simulation tbody tr").first).to_contain_text("…")
    expect(page.locator(".rests")).to_contain_text("Poisson, fitted to UCDP")


def test_the_files_hold_what_the_screen_shows(desks: Desks, tmp_path: Path) -> None:
    page = opened(desks, "?a=sites.3&b=method.centre_sites.3")
    expect(page.locator(".proof")).to_have_count(2, timeout=COMPUTES_MS)
    shown = page.locator(".sites").first.locator(".name").all_inner_texts()
    rows = list(csv.DictReader(downloaded(page, "CSV", tmp_path).read_text("utf-8").splitlines()))
    assert {row["scenario"] for row in rows} == {"A", "B"}
    assert len([row for row in rows if row["scenario"] == "A"]) == len(shown) == 3
    features = json.loads(downloaded(page, "GeoJSON", tmp_path).read_text("utf-8"))["features"]
    assert len(features) == len(rows)
    pdf = downloaded(page, "PDF", tmp_path)
    assert pdf.name == "sarhad-sites-en.pdf"
    assert pdf.read_bytes().startswith(b"%PDF")
    page.get_by_role("link", name="What acting jointly is worth").click()
    page.wait_for_selector(".helps", timeout=COMPUTES_MS)
    assert downloaded(page, "PDF", tmp_path).name == "sarhad-dividend-en.pdf"


def test_only_those_who_plan_or_decide_are_shown_the_way(desks: Desks) -> None:
    links = desks["pk"].sign_in_as("commander").get_by_role("navigation", name="Screens")
    expect(links.get_by_role("link", name="Plan")).to_be_visible()
    others = desks["pk"].sign_in_as("duty").get_by_role("navigation", name="Screens")
    expect(others.get_by_role("link", name="Watch")).to_be_visible()
    expect(others.get_by_role("link", name="Plan")).to_have_count(0)


def test_all_of_it_is_done_by_keyboard(desks: Desks) -> None:
    page = opened(desks)
    slider = page.get_by_role("slider", name=re.compile("^Number of sites"))
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".sites li")).to_have_count(7, timeout=COMPUTES_MS)
    page.get_by_role("combobox", name="Question", exact=True).focus()
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile(r"method\.all"))


@pytest.mark.parametrize("size", SIZES, ids=["desk", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overflows_lacks_a_word_or_shuts_anybody_out(
    desks: Desks, language: str, size: tuple[int, int]
) -> None:
    theme = "light" if language == "ur" else "dark"
    for query in ("?b=method.centre&area=1", "?view=dividend"):
        page = opened(desks, query, "commander", language=language, size=size, theme=theme)
        expect(page.locator(".cover tbody tr").nth(1)).to_be_visible(timeout=COMPUTES_MS)
        for details in page.locator("main details").all():
            details.locator("summary").click()
        assert undrawn(page) == []
        assert overflowing(page) + axe(page) == []
        assert not re.search(r"\[[a-z][\w.-]+\.[\w.-]+\]", page.locator("body").inner_text())
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
