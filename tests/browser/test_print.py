"""Prints: the same words on the screen, on paper and in the PDF, in each language whatever the desk's is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.desks import Desk, Desks, axe, overflowing

LANGUAGES = ("en", "fa", "ur")
DOCUMENTS = ("log", "handover", "incident")


def joint_incident(desk: Desk, page: Page) -> str:
    """Any incident of the live desk."""
    return str(page.request.get(f"{desk.url}/api/incidents").json()[0]["ref"])


def open_print(desk: Desk, what: str, language: str = "en", size: tuple[int, int] = (1440, 900)) -> Page:
    page = desk.watch(language, size=size)
    named = f"&ref={joint_incident(desk, page)}" if what == "incident" else ""
    page.goto(f"{desk.url}/print?what={what}{named}")
    page.wait_for_selector(".sheet h1")
    return page


def test_an_incident_is_printed_from_its_page_in_another_language_than_the_desks(desks: Desks) -> None:
    desk = desks["pk"]
    page = desk.watch()
    ref = joint_incident(desk, page)
    page.goto(f"{desk.url}/incident/{ref}")
    page.wait_for_selector("#proof article")
    page.get_by_role("button", name="Print", exact=True).click()
    expect(page.locator(".sheet")).to_contain_text(ref)
    page.get_by_label("Language of the form").select_option("ur")
    expect(page.locator(".sheet")).to_have_attribute("dir", "rtl")
    expect(page.locator(".sheet h2").first).not_to_have_text(re.compile("[a-z]"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("body").press("Escape")
    page.wait_for_url("**/incident/**")


@pytest.mark.parametrize("what", DOCUMENTS)
def test_the_pdf_of_the_node_is_saved_under_a_name_that_says_what_it_is(desks: Desks, what: str) -> None:
    page = open_print(desks["pk"], what)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as PDF").click()
    assert re.fullmatch(r"sarhad-pk-[\w-]+-en\.pdf", saved.value.suggested_filename)
    assert saved.value.path().read_bytes().startswith(b"%PDF")


def test_the_log_is_narrowed_by_words_and_days_and_a_day_that_is_none_is_said(desks: Desks) -> None:
    page = open_print(desks["pk"], "log")
    page.get_by_label("From").fill("1398/02/02")
    page.wait_for_url("**since=**")
    page.get_by_label("Search").fill("no record says this")
    expect(page.locator(".sheet .empty")).to_be_visible()
    page.get_by_label("From").fill("yesterday-ish")
    expect(page.locator(".order .bad")).to_be_visible()


@pytest.mark.parametrize("what", DOCUMENTS)
def test_paper_has_the_document_and_nothing_of_the_desk(desks: Desks, what: str) -> None:
    page = open_print(desks["pk"], what)
    page.emulate_media(media="print")
    expect(page.locator(".sheet")).to_be_visible()
    expect(page.locator(".order")).to_be_hidden()
    expect(page.locator("header.frame")).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("what", DOCUMENTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_nothing_overflows(desks: Desks, language: str, what: str) -> None:
    page = open_print(desks["pk"], what, language)
    assert axe(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert overflowing(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    order = "(form) => form.scrollHeight <= form.clientHeight + 1"
    assert page.locator(".order").evaluate(order), "the form hides its buttons in a window of its own"
    assert not re.search(r"\[[a-z][\w.-]+\]", page.locator(".order").inner_text())
