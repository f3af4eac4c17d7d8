"""The records: found, read in words, proven, exported, verified."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.desks import Desks, axe, overflowing, send_warning

LANGUAGES = ("en", "fa", "ur")
SIZES = [(1440, 900), (320, 700)]
CROSSES_MS = 30_000


def open_first(page: Page) -> None:
    """Open the first record of the list and wait for all of it."""
    page.locator(".list .row").first.click()
    page.locator("#record svg").wait_for()


def test_the_search_finds_both_scripts_and_every_filter_is_in_the_address_and_cleared_with_one_click(
    desks: Desks,
) -> None:
    desk = desks["pk"]
    page = desk.sign_in_as("duty", "/records")
    page.wait_for_selector(".list .row")
    page.get_by_role("combobox", name="Kind", exact=True).select_option("incident")
    expect(page.locator(".list .row").first).to_contain_text("Incident")
    page.get_by_role("combobox", name="Party", exact=True).select_option("ir")
    page.get_by_label("From", exact=True).fill("2010-01-01")
    page.locator("body").press("/")
    page.get_by_label("Search in every record").fill("turbat")
    expect(page).to_have_url(re.compile(r"kind=incident.*party=ir.*since=2010-01-01.*q=turbat"))
    page.reload()
    expect(page.get_by_role("combobox", name="Kind", exact=True)).to_have_value("incident")
    expect(page.get_by_label("Search in every record")).to_have_value("turbat")
    page.get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url(re.compile(r"/records$"))
    page.get_by_label("Search in every record").fill("شرایط")
    expect(page.locator(".list")).to_contain_text(re.compile("Agreement|Nothing matches"))


def test_a_long_list_draws_only_what_stands_on_the_screen_and_loads_the_rest_when_scrolled(desks: Desks) -> None:
    page = desks["pk"].sign_in_as("duty", "/records")
    page.wait_for_selector(".list .row")
    assert page.locator(".list .row").count() < 60
    scroll = "document.querySelector('.list .scroll').scrollTop = 1e9"
    page.evaluate(scroll)
    expect(page.locator(".list li[aria-posinset='205']")).to_be_attached()  # the next page has come
    page.evaluate(scroll)
    expect(page.locator(".list li[aria-posinset='395']")).to_be_attached()
    assert page.locator(".list .row").count() < 60


def test_a_record_is_read_in_words_with_its_readers_its_bracket_and_who_countersigned(desks: Desks) -> None:
    desk = desks["pk"]
    page = desk.watch()
    ref = send_warning(page, "Told in words", place="28.9775, 61.55")
    page.goto(f"{desk.url}/records?ref={ref}")
    detail = page.locator("#record")
    expect(detail).to_contain_text("Told in words")
    expect(detail).to_contain_text("28.9775° N 61.5500° E")
    expect(detail.locator(".readers")).to_contain_text("Iran")
    expect(detail.locator(".readers")).to_contain_text("TLP:AMBER+STRICT")
    expect(detail.get_by_role("img", name=re.compile("Not before .*, not after .*"))).to_be_visible()
    expect(detail.locator("dl").last).to_contain_text("Tehran")
    expect(detail.get_by_text("its own log")).to_be_visible()
    expect(detail).to_contain_text("Delivered", timeout=CROSSES_MS)
    detail.get_by_text("The exact bytes that are signed").click()
    expect(detail.locator("pre")).to_contain_text('"kind":"warning"')
    with page.expect_download() as download:
        detail.get_by_role("link", name="Download the proof").click()
    assert Path(download.value.path()).read_text().startswith("c2sp.org/tlog-proof@v1\n")


def test_keys_move_through_the_list_and_back(desks: Desks) -> None:
    page = desks["pk"].sign_in_as("duty", "/records")
    page.wait_for_selector(".list .row")
    page.locator("body").press("j")
    first = page.locator("#record h2 .id")
    expect(first).to_be_visible()
    before = first.inner_text()
    page.locator("body").press("j")
    expect(first).not_to_have_text(before)
    page.locator("body").press("k")
    expect(first).to_have_text(before)
    page.locator("body").press("Escape")
    expect(page.get_by_role("heading", name="Bundles")).to_be_visible()


def exported(page: Page, folder: Path) -> Path:
    """Export everything held and return the file."""
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Make the file").click()
    path = folder / "bundle.zip"
    download.value.save_as(path)
    return path


def spoiled(bundle: Path, member: str, old: bytes, new: bytes) -> Path:
    """A copy of a bundle with a member changed."""
    path = bundle.with_name("spoiled.zip")
    with zipfile.ZipFile(bundle) as held, zipfile.ZipFile(path, "w") as made:
        for info in held.infolist():
            data = held.read(info)
            made.writestr(info, data.replace(old, new, 1) if info.filename == member else data)
    return path


def test_a_bundle_is_exported_and_verified_and_the_first_bad_entry_of_a_spoiled_one_is_named(
    desks: Desks, tmp_path: Path
) -> None:
    page = desks["pk"].sign_in_as("auditor", "/records")
    page.wait_for_selector(".list .row")
    bundle = exported(page, tmp_path)
    chooser = page.locator("input[type=file]")
    chooser.set_input_files(bundle)
    expect(page.locator(".verdict")).to_contain_text("Every proof holds", timeout=120_000)
    with zipfile.ZipFile(bundle) as held:
        log = next(name.split("/")[1] for name in held.namelist() if name.startswith("logs/pk"))
        lines = held.read(f"logs/{log}/records.jsonl").splitlines()
    salt = re.search(rb'"salt":"([^"]{6})', lines[2])
    assert salt is not None
    other = b"AAAAAA" if salt[1] != b"AAAAAA" else b"BBBBBB"
    chooser.set_input_files(spoiled(bundle, f"logs/{log}/records.jsonl", salt[1], other))
    expect(page.locator(".verdict")).to_contain_text("A proof does not hold", timeout=120_000)
    expect(page.locator(".first .id").first).to_have_text(re.compile(rf"^{log}:\d+$"))


def test_a_duty_officer_may_verify_and_is_not_offered_the_export(desks: Desks) -> None:
    page = desks["pk"].sign_in_as("duty", "/records")
    expect(page.get_by_role("heading", name="Verify a bundle")).to_be_visible()
    expect(page.get_by_role("button", name="Make the file")).to_have_count(0)


def test_the_navigation_leads_there_and_back_and_an_unknown_address_says_so(desks: Desks) -> None:
    desk = desks["pk"]
    page = desk.watch()
    navigation = page.get_by_role("navigation", name="Screens")
    navigation.get_by_role("link", name="Records").click()
    expect(page.get_by_role("heading", name=re.compile("^Records"))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    page.goto(f"{desk.url}/nowhere")
    expect(page.get_by_text("There is nothing at this address")).to_be_visible()


@pytest.mark.parametrize("size", SIZES, ids=["desk", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overflows_lacks_a_word_or_shuts_anybody_out(
    desks: Desks, language: str, size: tuple[int, int]
) -> None:
    theme = "light" if language == "ur" else "dark"
    page = desks["ir"].sign_in_as("commander", "/records", language=language, size=size, theme=theme)
    page.wait_for_selector(".list .row")
    open_first(page)
    page.locator("#record details summary").last.click()
    assert overflowing(page) + axe(page) == []
    assert not re.search(r"\[[a-z][\w.-]+\.[\w.-]+\]", page.locator("body").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
