"""The field page as a phone has it: its worker, its battery, its size, its three languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from browser.desks import Desks, axe, overflowing
from browser.field_cast import US, Leader, all_sent, cut, make_leader, phone, ready_for_no_link, start

TARGET_PX = 48
SMALL = """
(least) => [...(document.querySelector("dialog[open]") ?? document)
  .querySelectorAll("button, a, select, textarea, input, label.check")].filter((e) => {
    const box = e.getBoundingClientRect();
    if (!box.width || e.closest(".visually-hidden")) return false;
    if (e.matches("input[type=checkbox], input[type=radio]") && e.closest("label")) return false;
    return box.width < least - 0.5 || box.height < least - 0.5;
  }).map((e) => `${e.tagName} ${e.className} ${e.getBoundingClientRect().width} ${e.getBoundingClientRect().height}`)
"""
"""What a thumb would miss; a box or a dot is touched on its label."""


@pytest.fixture
def leader(desks: Desks) -> Leader:
    """A unit of its own for each test, and who leads it."""
    return make_leader(desks["pk"])


def test_the_api_is_never_answered_from_what_the_worker_keeps(leader: Leader) -> None:
    context = phone(leader, places=False)
    page = start(leader, context)
    ready_for_no_link(page)
    kept = page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((held) => held.keys()))))"
        ".then((all) => all.flat().map((asked) => new URL(asked.url).pathname))"
    )
    assert {"/field.html", "/icon-192.png", "/manifest-fa.webmanifest"} <= set(kept)
    assert not [path for path in kept if path.startswith(("/api", "/region"))]
    cut(leader, context)
    asked = "fetch('/api/field').then((answer) => answer.status, (error) => error.name)"
    assert page.evaluate(asked) == "TypeError"
    assert (
        page.evaluate("fetch('/region/region.json').then((answer) => answer.status, (error) => error.name)")
        == "TypeError"
    )


def test_nothing_is_asked_for_and_nothing_is_located_while_nobody_looks(leader: Leader) -> None:
    context = phone(leader)
    context.add_init_script(
        "window.__located = 0; const geo = navigator.geolocation; for (const name of ['getCurrentPosition', "
        "'watchPosition']) { const real = geo[name].bind(geo); geo[name] = (...all) => { window.__located++; "
        "return real(...all); }; } let seen = 'visible'; Object.defineProperty(document, 'visibilityState', "
        "{ get: () => seen }); window.__look = (how) => { seen = how; document.dispatchEvent(new Event("
        "'visibilitychange')); };"
    )
    page = context.new_page()
    page.clock.install()
    page.close()
    page = start(leader, context)
    page.clock.install()
    page.reload()
    page.wait_for_selector("nav .act")
    expect(page.locator(".link")).to_contain_text("In touch")
    assert page.evaluate("window.__located") == 0
    page.evaluate("window.__look('hidden')")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward("30:00")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => done()))")
    assert asked == []
    assert page.evaluate("window.__located") == 0


@pytest.mark.parametrize("language", ["en", "fa", "ur"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_part_is_accessible_and_fits_a_small_phone(leader: Leader, language: str, theme: str) -> None:
    leader.order("A long order " + "with many words that wrap " * 6)
    context = phone(leader, language, theme, (320, 568), places=False)
    page = start(leader, context)
    page.wait_for_selector("article")
    examine(page)
    for at in ("nav .act >> nth=1", ".decline", "button.menu"):
        page.locator(at).click()
        page.wait_for_selector("dialog[open]")
        examine(page)
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
    cut(leader, context)
    page.locator(".next .primary").click()
    page.wait_for_selector(".standing")
    examine(page)


def examine(page: Page) -> None:
    """No finding of axe, nothing out of the window, no missing text, and no target that a thumb would miss."""
    assert axe(page) == []
    assert overflowing(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert "[afield." not in page.locator("body").inner_text()
    small = page.evaluate(SMALL, TARGET_PX)
    assert small == []


def test_without_https_the_page_says_what_does_not_work(leader: Leader) -> None:
    context: BrowserContext = phone(leader, places=False)
    context.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page = start(leader, context)
    expect(page.get_by_text("This address is not HTTPS")).to_be_visible()
    page.get_by_role("button", name="Arrived", exact=True).click()
    all_sent(page, 1)
    assert leader.written("unit-status")[0]["data"]["as_of"]["end"] > US
