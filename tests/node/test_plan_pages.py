"""The pages of a plan: the same from the command line as from the desk, one page, shaped, no markup."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from node.commands import REGION, sarhad
from sarhad.node.computing import Bench
from sarhad.node.folder import system_clock
from sarhad.node.planner import brief, files, tasks
from sarhad.node.planner.brief import Brief, Grid, Picture
from sarhad.node.planner.region import standing_of_region
from sarhad.node.planner.saying import Saying
from sarhad.response.errors import PlanError
from sarhad.web.plan_shapes import DividendExport, DividendOrder, FileMade, Scenario, SiteExport, Stamp
from sarhad.wire.values import Language

LANGUAGES: tuple[Language, ...] = ("en", "fa", "ur")
EMPTY = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
NOW = 1_555_934_400_000_000
STAMP = Stamp(party="ir", officer="planner", now_us=NOW, zones=(("ir", "Asia/Tehran"), ("pk", "Asia/Karachi")))
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(REGION)


def dividend(bench: Bench, lang: Language, form: str, **more: object) -> FileMade:
    asked = {"order": {"format": form, "lang": lang, "runs": 4, **more}, "stamp": msgspec.to_builtins(STAMP)}
    order = msgspec.convert(asked, DividendOrder)
    return files.dividend(tasks.board_of(bench, ground(bench), order.order), order.order, STAMP)


def ground(bench: Bench) -> bytes:
    """What the region package makes up, as the worker gets it."""
    return msgspec.json.encode(standing_of_region(tasks.land_of(bench), system_clock()))


def text_of(raw: bytes, folder: Path) -> list[str]:
    (folder / "made.pdf").write_bytes(raw)
    command = ["pdftotext", "-layout", str(folder / "made.pdf"), "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return said.rstrip("\f\n").split("\f")


@needs_poppler
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_result_for_a_minister_is_one_page_with_its_figures_and_what_they_rest_on(
    bench: Bench, lang: Language, tmp_path: Path
) -> None:
    made = dividend(bench, lang, "pdf")
    assert made.name == f"sarhad-dividend-{lang}.pdf"
    (page,) = text_of(made.content, tmp_path)
    share = {"en": "45.1%", "fa": "۴۵٫۱", "ur": "45.1"}[lang]
    assert share in page
    assert {"en": "198 of 225", "fa": "۱۹۸", "ur": "225"}[lang] in page
    assert "planner@ir" in page
    assert {"en": "2019-04-22", "fa": "۲۰۱۹-۰۴-۲۲", "ur": "2019-04-22"}[lang] in page
    fonts = subprocess.run(["pdffonts", str(tmp_path / "made.pdf")], check=True, capture_output=True, text=True).stdout
    assert fonts.count("Vazirmatn") >= 2
    assert all("yes" in line for line in fonts.splitlines()[2:])  # every font is in the file


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_for_a_browser_is_whole_and_runs_nothing(bench: Bench, lang: Language) -> None:
    text = dividend(bench, lang, "html").content.decode()
    assert f'lang="{lang}" dir="{"ltr" if lang == "en" else "rtl"}"' in text
    assert text.count("<svg") == 2
    assert "<polyline" in text
    assert not re.search(r"<script|<link|<img|https?://(?!www\.w3\.org/2000/svg)", text)
    assert not re.search(r"plan\.[a-z]", re.sub(r"<style>.*?</style>", "", text))
    if lang != "en":
        words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", text)
        assert not re.search(r"[A-Za-z]{3,}", words.replace("planner", ""))


def test_the_command_line_and_the_desk_make_the_same_page(bench: Bench, tmp_path: Path) -> None:
    words = (
        "plan",
        "page",
        "dividend",
        tmp_path,
        "--region",
        REGION,
        "--runs",
        "4",
        "--lang",
        "ur",
        "--format",
        "html",
    )
    assert "sarhad-dividend-ur.html" in sarhad(*words).stdout
    told = (tmp_path / "sarhad-dividend-ur.html").read_text("utf-8")
    shown = dividend(bench, "ur", "html").content.decode()
    foot = re.compile(r"<footer>.*</footer>")
    assert foot.sub("", told) == foot.sub("", shown)


def test_sites_are_written_jointly_beside_each_side_for_its_own(tmp_path: Path) -> None:
    formats = ("--format", "geojson", "--format", "csv", "--format", "html")
    sarhad("plan", "page", "site", tmp_path, "5", "--region", REGION, "--method", "centre", "--lang", "fa", *formats)
    features = json.loads((tmp_path / "sarhad-sites.geojson").read_text("utf-8"))["features"]
    assert {one["properties"]["mode"] for one in features} == {"joint", "separate"}
    assert (tmp_path / "sarhad-sites.csv").read_text("utf-8").count("\n") == len(features) + 1
    assert (tmp_path / "sarhad-sites-fa.html").read_text("utf-8").count("<svg") == 3


def test_scenarios_that_rest_on_different_incidents_are_not_put_side_by_side(bench: Bench) -> None:
    order = SiteExport(format="csv", a=Scenario(), b=Scenario(spread_provinces=True))
    with pytest.raises(PlanError, match="same incidents"):
        files.sites(tasks.board_of(bench, ground(bench), order.a), order, STAMP)
    assert DividendExport(format="csv").runs == 0


@pytest.mark.parametrize("text", ['#panic("x") $x$ *b* <l> @l', "<script>alert(1)</script>", "{value} ﷺ \u202e"])
def test_no_text_of_a_page_is_read_as_markup(text: str) -> None:
    page = Brief(
        lang="ur", title=text, under=text, lead=text,
        pictures=(Picture(svg=EMPTY, title=text, caption=text),),
        grids=(Grid(title=text, headings=(text, text), rows=((text, text),), strong=(0,), note=text),),
        rests_title=text, rests=((text, text),), made=(text,),
    )  # fmt: skip
    assert brief.pdf(page, NOW).startswith(b"%PDF")
    assert "<script" not in brief.html(page)


def test_a_sign_stands_before_its_number_in_every_language() -> None:
    assert Saying("fa").number(-38, signed=True) == "\u2066\u2212۳۸\u2069"
    assert Saying("ur").number(6.84, 1, signed=True) == "\u2066+6.8\u2069"
    assert Saying("en").number(-0.04, 1, signed=True) == "0.0"
    assert Saying("fa").percent(0.4512) == "۴۵٫۱٪"


def test_without_the_extra_for_pages_everything_else_is_still_made() -> None:
    lines = f"""
import importlib.util, sys
from pathlib import Path
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "jdatetime" else found(name, *more)
sys.modules["jdatetime"] = None
from sarhad.node.planner import files
from sarhad.node.planner.board import Board
from sarhad.web.plan_shapes import Scenario, SiteExport, Stamp
from sarhad.wire.errors import Unavailable
board = Board.of_region(Path({str(REGION)!r}), 0)
assert files.sites(board, SiteExport(format="csv", a=Scenario()), Stamp()).content
try:
    files.sites(board, SiteExport(format="pdf", a=Scenario()), Stamp())
except Unavailable as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    assert "sarhad[pdf]" in done.stdout
