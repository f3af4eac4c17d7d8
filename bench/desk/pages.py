"""What a page takes: until it is ready, until its points stand, how it moves, how soon news are on the screen."""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import dataclass, field

from playwright.async_api import Browser, BrowserContext, Page

SIZE = {"width": 1440, "height": 900}
MOVE_S = 3.0

FRAMES = """() => { window.__frames = []; let last = performance.now();
  const tick = (now) => {
    window.__frames.push(now - last); last = now; window.__moving && requestAnimationFrame(tick); };
  window.__moving = true; requestAnimationFrame(tick); }"""
STOP = "() => { window.__moving = false; return window.__frames.slice(1); }"

WARM_MS = 1_200
"""A new window is given this long before its page is asked for: what the browser does to open one is no page's."""

STAND = """({count, ready, drawn}) => {
  const want = {ready, drawn: drawn.replace("*", count)};
  window.__stood = {};
  const watch = new MutationObserver(() => {
    for (const [name, selector] of Object.entries(want)) {
      if (!(name in window.__stood) && document.querySelector(selector)) window.__stood[name] = performance.now();
    }
    if (Object.keys(window.__stood).length === Object.keys(want).length) watch.disconnect();
  });
  watch.observe(document, {subtree: true, childList: true, attributes: true,
    attributeFilter: ["data-incidents", "data-drawn"]});
}"""
DESK = {"ready": ".log-panel .row", "drawn": "#map[data-incidents='*']"}
BARE = {"ready": "#map canvas", "drawn": "body[data-drawn='*']"}

SEEN = """async (text) => {
  const csrf = (await (await fetch("/api/session")).json()).csrf;
  const map = document.querySelector("#map");
  const before = Number(map.dataset.incidents);
  const at = Date.now() * 1000;
  const lat = Math.round((27.5 + Math.random() * 0.2) * 1e7), lon = Math.round((62 + Math.random() * 0.2) * 1e7);
  const place = {lat, lon, precision: 1};
  const data = {title: {lang: "en", text}, category: "ambush", when: {start: at, end: at}, place};
  const began = performance.now();
  const stands = new Promise((done) => {
    const watch = new MutationObserver(() => {
      if (Number(map.dataset.incidents) > before) { watch.disconnect(); done(performance.now() - began); }
    });
    watch.observe(map, {attributes: true, attributeFilter: ["data-incidents"]});
  });
  await fetch("/api/acts/incident", {method: "POST", headers: {"Content-Type": "application/json", "X-CSRF-Token": csrf},
    body: JSON.stringify({data, release: {to: "own"}})});
  return await stands; }"""  # noqa: E501  (a page's script)


@dataclass
class Times:
    """Seconds and milliseconds of several rounds."""

    ready_s: list[float] = field(default_factory=list)
    drawn_s: list[float] = field(default_factory=list)
    fps: list[float] = field(default_factory=list)
    worst_ms: list[float] = field(default_factory=list)
    news_ms: list[float] = field(default_factory=list)
    script_kb: float = 0.0


async def signed_in(browser: Browser, url: str, officer: str, password: str) -> BrowserContext:
    """Return a browser's own context in which the officer is signed in."""
    context = await browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(url)
    await page.fill("input[name=officer]", officer)
    await page.fill("input[name=password]", password)
    await page.press("input[name=password]", "Enter")
    await page.wait_for_selector(".inbox-panel")
    await page.close()
    return context


async def opened(context: BrowserContext, url: str, count: int, what: dict[str, str], times: Times) -> Page:
    """Open a page in a window of its own; note when it is ready and when all its points stand.

    By the page's own clock, from the start of the navigation: a driver that looks from outside
    learns of it only when the page has nothing else to do.
    """
    page = await context.new_page()
    await page.wait_for_timeout(WARM_MS)
    await page.add_init_script(f"({STAND})({json.dumps({'count': str(count), **what})})")
    await page.goto(url, wait_until="commit")
    await page.wait_for_selector(what["drawn"].replace("*", str(count)), state="attached", timeout=120_000)
    await page.wait_for_selector(what["ready"], state="attached")
    stood: dict[str, float] = await page.evaluate("window.__stood")
    times.ready_s.append(stood["ready"] / 1_000)
    times.drawn_s.append(stood["drawn"] / 1_000)
    return page


async def open_desk(context: BrowserContext, url: str, count: int, times: Times) -> Page:
    """Open the watch; note when list and log stand and when all incidents do."""
    return await opened(context, url, count, DESK, times)


async def open_bare(context: BrowserContext, url: str, count: int, times: Times) -> Page:
    """Open the bare page; note when its points stand."""
    return await opened(context, url, count, BARE, times)


async def move(page: Page, times: Times) -> None:
    """Drag the map to and fro and count the frames."""
    await page.wait_for_timeout(1_500)
    box = await page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.evaluate(FRAMES)
    end, step = time.perf_counter() + MOVE_S, 0
    while time.perf_counter() < end:
        step += 1
        await page.mouse.move(x + 60 * ((step % 20) / 10 - 1), y + 30 * ((step % 14) / 7 - 1))
    frames: list[float] = await page.evaluate(STOP)
    await page.mouse.up()
    times.fps.append(1_000 / statistics.mean(frames))
    times.worst_ms.append(max(frames))


async def news(page: Page, times: Times, rounds: int) -> None:
    """Write incidents from the page itself and note when each stands on its map."""
    for number in range(rounds):
        times.news_ms.append(await page.evaluate(SEEN, f"News number {number}"))
        await page.wait_for_timeout(300)


async def bare_news(page: Page, times: Times, rounds: int) -> None:
    """Add points to the bare page and note when each stands."""
    for _ in range(rounds):
        times.news_ms.append(await page.evaluate("() => window.addOne()"))
