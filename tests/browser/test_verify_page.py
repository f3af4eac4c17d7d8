"""The offline page, opened from a file: an honest bundle and a tampered one, in three languages, with no request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger.test_bundle_vectors import FOLDER, ROOT, change

BUILT = ROOT / "src" / "sarhad" / "web" / "static" / "verify.html"
GOOD = {"en": "Every proof holds", "fa": "همهٔ مدارک درست است", "ur": "تمام ثبوت درست ہیں"}
BAD = {"en": "A proof does not hold", "fa": "یکی از مدارک درست نیست", "ur": "ایک ثبوت درست نہیں"}
TAMPERED = {"what": "flip", "member": "logs/ir/records.jsonl", "at": 1500, "by": 1}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """The page from its file; at the end it must have asked for nothing and complained of nothing."""
    if not BUILT.exists():
        pytest.skip("the page is not built: run python hatch_build.py")
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(BUILT.as_uri())
    yield page
    assert [url for url in asked if not url.startswith("data:")] == [BUILT.as_uri()]
    assert complaints == []
    context.close()


@pytest.mark.parametrize("language", ["en", "fa", "ur"])
def test_a_good_and_a_tampered_bundle_in_each_language(page: Page, tmp_path: Path, language: str) -> None:
    (tmp_path / "bad.zip").write_bytes(change((FOLDER / "valid.zip").read_bytes(), TAMPERED))
    page.click(f"button[lang={language}]")
    expect(page.locator("html")).to_have_attribute("dir", "ltr" if language == "en" else "rtl")
    page.set_input_files("#file", FOLDER / "valid.zip")
    expect(page.locator("#verdict")).to_contain_text(GOOD[language])
    expect(page.locator("table").nth(1).locator("tbody tr")).to_have_count(7)
    page.set_input_files("#file", tmp_path / "bad.zip")
    expect(page.locator("#verdict")).to_contain_text(BAD[language])
    expect(page.locator("#problem")).to_contain_text("ir:1: the record does not open its commitment")
    expect(page.locator("table")).to_have_count(1)


def test_fingerprints_that_are_typed_are_compared(page: Page) -> None:
    pins = json.loads((FOLDER / "valid.json").read_bytes())["pins"]
    page.set_input_files("#file", FOLDER / "valid.zip")
    for log in ("ir", "pk"):
        page.get_by_label(f"Fingerprint you had {log}").fill(pins[log])
        page.get_by_label(f"Fingerprint you had {log}").press("Tab")
    expect(page.get_by_text("✓ the same")).to_have_count(2)
    expect(page.locator(".warning")).to_have_count(0)
    page.get_by_label("Fingerprint you had pk").fill(pins["ir"])
    page.get_by_label("Fingerprint you had pk").press("Tab")
    expect(page.locator("#problem")).to_contain_text("these are other keys")


@pytest.mark.parametrize("width", [320, 1400])
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(browser: Browser, width: int) -> None:
    axe = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
    if not (BUILT.exists() and axe.exists()):
        pytest.skip("the page or axe is not there: run python hatch_build.py")
    context = browser.new_context(bypass_csp=True, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(BUILT.as_uri())
    page.evaluate(axe.read_text())
    for language, words in GOOD.items():
        page.click(f"button[lang={language}]")
        page.set_input_files("#file", FOLDER / "valid.zip")
        expect(page.locator("#verdict")).to_contain_text(words)
        violations = page.evaluate("axe.run().then((found) => found.violations.map((one) => one.id))")
        assert violations == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()
