"""The incident page at both desks: what each side states, files that cross, what photos tell, proof, print."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from browser.conftest import Stage
from browser.desks import Desk, Desks, axe, overflowing
from photo_maker import DEVICE, SECRET, photo

LANGUAGES = ("en", "fa", "ur")


def own_incident(desk: Desk, page: Page) -> str:
    """An incident of this desk's own side that both sides may read: others in the room may have been kept home."""
    held: list[dict[str, Any]] = page.request.get(f"{desk.url}/api/incidents").json()
    own = (str(one["ref"]) for one in held if one["party"] == desk.party)
    return next(ref for ref in own if record(desk, page, ref)["release"]["to"] == "joint")


def record(desk: Desk, page: Page, ref: str) -> dict[str, Any]:
    """A record as the desk's interface tells it."""
    answer: dict[str, Any] = page.request.get(f"{desk.url}/api/records/{ref}").json()
    return answer


def open_incident(
    desk: Desk, ref: str, language: str = "en", theme: str = "dark", size: tuple[int, int] = (1440, 900)
) -> Page:
    page = desk.watch(language, theme, size)
    page.goto(f"{desk.url}/incident/{ref}")
    page.wait_for_selector("#proof article")
    return page


def pick(page: Page, content: bytes, name: str = "dusk.jpg", kind: str = "image/jpeg") -> None:
    page.set_input_files("input[type=file]", {"name": name, "mimeType": kind, "buffer": content})


def attach(page: Page, content: bytes, name: str, *, to: str = "ir", strip: bool = True) -> str:
    """Attach a file and return its record's reference."""
    pick(page, content, name)
    page.locator(".attach select").select_option(to)
    if not strip:
        page.locator(".attach .check input").uncheck()
    expect(page.locator(".attach .preview")).to_contain_text("●" if to != "own" else "○")
    page.locator(".attach .primary").click()
    row = page.locator(".files li", has_text=name)
    expect(row).to_be_visible()
    return row.locator(".id").inner_text()


def test_enter_on_an_incident_of_the_watch_opens_its_page_and_escape_leads_back(desks: Desks) -> None:
    desk = desks["pk"]
    page = desk.watch()
    ref = own_incident(desk, page)
    page.goto(f"{desk.url}/?ref={ref}")
    page.wait_for_selector("#detail .title")
    page.locator("body").press("Enter")
    page.wait_for_url(f"**/incident/{ref.replace(':', '*')}**")
    page.wait_for_selector("#proof article")
    page.locator("body").press("Escape")
    expect(page.locator(".inbox-panel")).to_be_visible()
    expect(page.locator("#detail .title")).to_be_visible()


def test_each_sides_statements_stand_side_by_side_and_a_difference_is_marked(desks: Desks) -> None:
    desk = desks["pk"]
    page = desk.watch()
    held: list[dict[str, Any]] = page.request.get(f"{desk.url}/api/incidents").json()
    differing = next((one["ref"] for one in held if one["contradictions"]), None)
    page.goto(f"{desk.url}/incident/{differing or own_incident(desk, page)}")
    expect(page.locator("table thead")).to_contain_text("Iran")
    expect(page.locator("table thead")).to_contain_text("Pakistan")
    if differing:
        expect(page.locator("tr.differs").first).to_contain_text("The statements differ")
        expect(page.locator(".verdict")).to_contain_text("difference")
    expect(page.locator(".sides .side")).to_have_count(2)
    expect(page.locator("ol li").first).to_contain_text("Tehran")


def test_a_photo_is_looked_at_stripped_and_seen_on_the_other_desk(desks: Desks) -> None:
    pk, ir = desks["pk"], desks["ir"]
    page = pk.watch()
    ref = own_incident(pk, page)
    page.goto(f"{pk.url}/incident/{ref}")
    there = open_incident(ir, ref)
    content = photo(width=640, height=420)
    pick(page, content, "dusk at the crossing.jpg")
    told = page.locator(".told")
    expect(told).to_contain_text("28.9775° N 61.5503° E")
    expect(told).to_contain_text("2026-04-22 14:05:10 +03:30")
    expect(told).to_contain_text(DEVICE)
    expect(told.get_by_role("checkbox")).to_be_checked()
    expect(page.locator(".attach .preview")).to_contain_text("○")
    page.locator(".attach select").select_option("ir")
    expect(page.locator(".attach .preview")).to_contain_text("●")
    page.locator(".attach .primary").click()
    expect(page.locator(".files li", has_text="dusk at the crossing")).to_be_visible()

    arrived = there.locator(".files li", has_text="dusk at the crossing")
    expect(arrived.locator("img")).to_be_visible()
    expect(arrived.locator("img")).not_to_have_js_property("naturalWidth", 0)
    address = arrived.get_by_role("link").get_attribute("href")
    answer = there.request.get(f"{ir.url}{address}")
    received = answer.body()
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert SECRET not in received
    assert (
        hashlib.sha256(received).hexdigest() == str(address).rpartition("/")[2] != hashlib.sha256(content).hexdigest()
    )
    with Image.open(io.BytesIO(received)) as image:
        assert set(image.getexif()) <= {0x0112}
    arrived.locator(".photo").click()
    expect(there.get_by_role("dialog")).to_be_visible()
    there.keyboard.press("Escape")
    expect(there.get_by_role("dialog")).to_have_count(0)


def test_a_file_that_did_not_come_is_shown_as_not_here_yet(desks: Desks, stage: Stage) -> None:
    pk, ir = desks["pk"], desks["ir"]
    page = pk.watch()
    ref = own_incident(pk, page)
    page.goto(f"{pk.url}/incident/{ref}")
    there = open_incident(ir, ref)
    content = b"a document that gets lost " * 3_000
    sha256 = hashlib.sha256(content).hexdigest()
    pick(page, content, "list of vehicles.txt", "text/plain")
    expect(page.locator(".attach article")).to_contain_text("cannot be shown here")
    arguments = stage.process.args
    assert isinstance(arguments, list)
    (stored,) = list(Path(str(arguments[2])).rglob(sha256))
    page.locator(".attach select").select_option("ir")
    stage.order("cut")
    page.locator(".attach .primary").click()
    expect(page.locator(".files li", has_text="list of vehicles")).to_be_visible()
    stored.unlink()
    stage.order("heal")
    row = there.locator(".files li", has_text="list of vehicles")
    expect(row).to_contain_text("Not here yet", timeout=30_000)
    expect(there.get_by_text(re.compile("not here yet")).first).to_be_visible()


def test_files_are_taken_by_drop_and_by_paste(desks: Desks) -> None:
    page = open_incident(desks["pk"], own_incident(desks["pk"], desks["pk"].watch()))
    make = """const data = new DataTransfer(); data.items.add(new File(["some words"], NAME, {type: "text/plain"}));"""
    page.locator(".attach").evaluate(
        "(box) => {"
        + make.replace("NAME", '"dropped.txt"')
        + "box.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }"
    )
    expect(page.locator(".attach article input[type=text]")).to_have_value("dropped.txt")
    page.evaluate(
        "() => {"
        + make.replace("NAME", '"pasted.txt"')
        + "window.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"
    )
    expect(page.locator(".attach article")).to_have_count(2)
    page.locator(".attach article").first.get_by_role("button").click()
    expect(page.locator(".attach article")).to_have_count(1)


def test_a_file_that_is_too_large_is_refused_in_words_before_it_is_sent(desks: Desks) -> None:
    page = open_incident(desks["pk"], own_incident(desks["pk"], desks["pk"].watch()))
    page.locator(".attach").evaluate(
        """(box) => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(50_000_001)], "film.mp4", {type: "video/mp4"}));
        box.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }"""
    )
    expect(page.locator(".attach .problem")).to_contain_text("Too large: at most 50 MB")


def test_the_proof_of_any_record_shows_bracket_countersigners_readers_and_the_download(desks: Desks) -> None:
    desk = desks["pk"]
    page = open_incident(desk, own_incident(desk, desk.watch()))
    ref = attach(page, b"words " * 50, "statement.txt")
    page.locator(".files li", has_text="statement.txt").locator(".pick").click()
    panel = page.locator("#proof")
    expect(panel.locator("#proof-title")).to_contain_text(ref)
    expect(panel).to_contain_text("Iran")
    expect(panel.locator(".readers").nth(1)).to_contain_text("Iran")
    expect(panel.get_by_text("Not after")).to_be_visible()
    expect(panel.get_by_role("link", name="Download the proof")).to_have_attribute(
        "href", f"/api/records/{ref.replace(':', '%3A')}/proof"
    )
    assert f"record={ref.replace(':', '%3A')}" in page.url
    page.locator("body").press("Escape")
    expect(panel.locator("#proof-title")).not_to_contain_text(ref)


def test_the_printed_page_has_everything_and_no_buttons(desks: Desks) -> None:
    page = open_incident(desks["pk"], own_incident(desks["pk"], desks["pk"].watch()))
    page.emulate_media(media="print")
    expect(page.locator(".printed")).to_be_visible()
    expect(page.locator(".attach")).to_be_hidden()
    expect(page.locator("main .way")).to_be_hidden()
    expect(page.locator("table")).to_be_visible()
    assert page.locator("main").evaluate("(main) => main.scrollHeight <= main.clientHeight + 2")
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_where_a_photo_is_released(desks: Desks, language: str, theme: str) -> None:
    page = open_incident(desks["pk"], own_incident(desks["pk"], desks["pk"].watch()), language, theme)
    pick(page, photo())
    page.wait_for_selector(".told")
    page.locator(".attach select").select_option("ir")
    page.wait_for_selector(".attach .preview")
    assert axe(page) == []


@pytest.mark.parametrize("size", [(1440, 900), (320, 700)], ids=["desk", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_overflows_or_lacks_a_word(desks: Desks, language: str, size: tuple[int, int]) -> None:
    page = open_incident(desks["pk"], own_incident(desks["pk"], desks["pk"].watch()), language, size=size)
    pick(page, photo())
    page.wait_for_selector(".told")
    assert overflowing(page) == []
    assert not re.search(r"\[[a-z][\w.-]+\]", page.locator("body").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
