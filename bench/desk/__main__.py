"""``python -m bench.desk [--quick]``: the watch beside a bare map, and five hundred desks on one node.

Prints one line a figure: median with the smallest and the largest of the rounds, and the
ratio of medians to the bare page's of the same run.  WebGL is off.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import aiohttp
from playwright.async_api import async_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from bench.desk import bare, crowd, house, pages  # noqa: E402
from bench.desk.pages import Times  # noqa: E402

from browser.desks import FLAGS  # noqa: E402
from provision import find_chromium  # noqa: E402
from sarhad.node.demo.stage import Side  # noqa: E402

NO_WEBGL = ("--disable-webgl", "--disable-webgl2", "--disable-3d-apis")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds")
    parser.add_argument("--only", choices=("pages", "crowd"), help="one part")
    options = parser.parse_args(argv)
    print(f"desk on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, WebGL off")
    asyncio.run(run(quick=options.quick, only=options.only))


async def run(*, quick: bool, only: str | None) -> None:
    if only != "crowd":
        rounds = 2 if quick else 9
        for count in (1_000,) if quick else (10_000, 100_000):
            await compare(count, rounds)
        print(f"JavaScript of the watch: {script_size()}")
    if only != "pages":
        await many(50 if quick else 500)


async def points(side: Side) -> bytes:
    """Read the incidents' columns as the page does."""
    async with aiohttp.ClientSession(side.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        body = {"officer": "duty", "password": side.passwords["duty"]}
        async with session.post("/api/session", json=body) as answer:
            assert answer.status == 200
        async with session.get("/api/incidents/marks") as answer:
            return await answer.read()


async def compare(count: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with house.served(Path(folder) / "stage", count) as side, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, *NO_WEBGL])
            columns = await points(side)
            async with bare.served(columns) as (url, size):
                desk, plain = Times(), Times(script_kb=size / 1024)
                ours = await pages.signed_in(browser, side.url, "duty", side.passwords["duty"])
                theirs = await browser.new_context(viewport=pages.SIZE)  # type: ignore[arg-type]
                added = 0
                for number in range(rounds):
                    page = await pages.open_bare(theirs, url, count, plain)
                    await pages.move(page, plain)
                    await pages.bare_news(page, plain, 3)
                    await page.close()
                    page = await pages.open_desk(ours, side.url, count + added, desk)
                    await pages.move(page, desk)
                    if number == rounds - 1:
                        await pages.news(page, desk, 25)
                    await page.close()
            await browser.close()
    show(count, len(columns), desk, plain)


def show(count: int, octets: int, desk: Times, plain: Times) -> None:
    print(f"\n{count:,} incidents, {octets / 1e6:.1f} MB of columns, {len(desk.drawn_s)} rounds")
    line("list and log stand", desk.ready_s, None, "s")
    line(f"all {count:,} stand on the map", desk.drawn_s, plain.drawn_s, "s")
    line("frames a second while moving", desk.fps, plain.fps, "")
    line("longest frame while moving", desk.worst_ms, plain.worst_ms, "ms")
    line("from the act to the screen", desk.news_ms, plain.news_ms, "ms")
    print(f"  bare page's script {plain.script_kb:.1f} KB gz")


def line(name: str, ours: list[float], theirs: list[float] | None, unit: str) -> None:
    text = f"  {name:34} {spread(ours, unit)}"
    if theirs:
        ratio = statistics.median(ours) / statistics.median(theirs)
        text += f"   bare {spread(theirs, unit)}   ratio {ratio:.2f}"
    print(text)


def spread(values: list[float], unit: str) -> str:
    return f"{statistics.median(values):7.2f} {unit:2} ({min(values):.2f}–{max(values):.2f})"


def script_size() -> str:
    """Ask the build what it weighed; it fails beyond 150 KB."""
    vite = ROOT / "ui" / "node_modules" / "vite" / "bin" / "vite.js"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["node", str(vite), "build", "--outDir", folder, "--emptyOutDir"],
            cwd=ROOT / "ui", capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = re.search(r"JavaScript of Watch: (.*)", done.stdout + done.stderr)
    return found[1] if found else "not told"


async def many(desks: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with house.served(Path(folder) / "stage", 2_000, -(-desks // crowd.PER_SESSION)) as side:
            for asks in (False, True):
                heard, shown = await crowd.crowd(side, desks, asks=asks)
                told = "event to the open page" if not asks else "… while each asks for what changed"
                report(f"{desks} desks: {told}", heard)
                if asks:
                    report(f"{desks} desks: event to what changed, asked and answered", shown)


def report(name: str, values: list[float]) -> None:
    median, p99, most = crowd.quantiles(values)
    print(f"{name:58} median {median:8.1f} ms   p99 {p99:8.1f}   max {most:8.1f}   n={len(values)}")


if __name__ == "__main__":
    main()
