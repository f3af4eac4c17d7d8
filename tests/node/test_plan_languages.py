"""The planning commands in the reader's language, as processes on the example region: words, figures, columns."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from node.commands import REGION, ROOT, sarhad
from sarhad.node.planner import solve, telling
from sarhad.node.planner.board import Board
from sarhad.node.planner.land import Land
from sarhad.node.planner.saying import Saying
from sarhad.web.plan_shapes import Scenario
from sarhad.wire.values import Language

PMED = ROOT / "tests" / "response" / "data" / "pmed1.txt"
LATIN = re.compile(r"[A-Za-z]{2,}")
OTHERS: tuple[Language, ...] = ("fa", "ur")
COMMANDS = {
    "site": ("site", "3"),
    "villages": ("site", "2", "--at", "villages", "--method", "expected", "--mode", "separate", "--table", "iran-side"),
    "problem": ("site", "--problem", str(PMED), "--method", "median"),
    "simulate": ("simulate", "--runs", "2", "--years", "1"),
    "replay": ("simulate", "--runs", "2", "--replay"),
    "dividend": ("dividend", "--runs", "2", "--years", "1"),
}
SAID = {
    "site": (
        ("Proved: no choice of sites does better", "Known coarsely", "Pakistan (demonstration desk)", "town, new"),
        ("ثابت شده است: هیچ گزینشی بهتر از این نیست", "مکان نادقیق", "پاکستان (میز نمایشی)", "شهر، تازه"),
        ("ثابت شدہ: مقامات کا کوئی انتخاب اس سے بہتر نہیں", "غیر واضح مقام", "پاکستان (نمائشی ڈیسک)", "شہر، نیا"),
    ),
    "villages": (
        ("each site serves its own side only", "Share of time a unit is busy: 30.0%"),
        ("هر محل تنها به طرف خود می‌رسد", "سهم زمانی که یگان مشغول است: ۳۰٫۰٪"),
        ("ہر مقام صرف اپنے فریق تک پہنچتا ہے", "یونٹ کے مصروف رہنے کا حصہ: 30.0٪"),
    ),
    "problem": (
        ("Value: 5 819.0. Proved", "100 demand points", "does not depend on the order"),
        ("مقدار: ۵ ۸۱۹٫۰. ثابت شده است", "۱۰۰ نقطهٔ تقاضا", "پاسخ به ترتیب نقطه‌ها و نامزدها بستگی ندارد"),
        ("قدر: 5 819.0۔ ثابت شدہ", "طلب کے 100 نقطے", "کی ترتیب پر منحصر نہیں"),
    ),
    "simulate": (
        (
            "Simulated runs: 2, years in each: 1, seed 1",
            "incidents come in bursts",
            "5 min, 90th percentile 15 min (assumed)",
        ),
        ("۲ اجرای شبیه‌سازی ۱ ساله، بذر ۱", "رویدادها خوشه‌ای رخ می‌دهند", "۵ دقیقه، صدک ۹۰: ۱۵ دقیقه (فرض)"),
        ("1 سال کے 2 نقلی ادوار، بیج 1", "واقعات یکے بعد دیگرے آتے ہیں", "5 منٹ، 90واں صدک 15 منٹ (مفروضہ)"),
    ),
    "replay": (
        ("The record replayed, runs: 2", "as on record: 198; unknown hours and places are drawn"),
        ("۲ بازپخش رویدادهای ثبت‌شده", "چنان‌که ثبت است: ۱۹۸؛ ساعت‌ها و جاهای نامعلوم به قرعه"),
        ("ریکارڈ شدہ واقعات دہرانے کے 2 ادوار", "جیسے ریکارڈ پر ہیں: 198؛ نامعلوم اوقات اور مقامات قرعے سے"),
    ),
    "dividend": (
        (
            "it makes no difference: within one hour",
            "The rule that costs most",
            "No single rule changes",
            "Kuhak–Chedgi",
        ),
        ("برای نخستین یگان حاضر فرقی نمی‌کند", "پرهزینه‌ترین قاعده", "هیچ قاعده‌ای به‌تنهایی", "کوهک–چدگی"),
        ("پہلی یونٹ کے لیے کوئی فرق نہیں", "سب سے مہنگا ضابطہ", "کوئی ایک ضابطہ پوچھی گئی", "کوہک–چدگی"),
    ),
}
"""What each command must say: English, Persian, Urdu."""


@pytest.fixture(scope="module")
def land() -> Land:
    return Land(REGION)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")


def figures(text: str) -> Counter[str]:
    """The numbers of a text, whatever its digits; grouped ones in one piece."""
    western = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)
    joined = re.sub(r"[\u2066\u2069\u202f]", "", western).replace("٫", ".")
    return Counter(re.findall(r"\u2212?\d+(?:\.\d+)?", joined))


def cells(line: str) -> int:
    """What a line takes on a terminal: marks above letters, joiners and isolates take nothing."""
    return sum(unicodedata.category(sign) not in ("Mn", "Cf") for sign in line)


def without_names(text: str, land: Land) -> str:
    """The text without what the region calls its places, and without identifiers that a user types."""
    for name in sorted({spot.name for spot in land.places if LATIN.search(spot.name)}, key=len, reverse=True):
        text = text.replace(name, "")
    return text.replace("pmed", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_answer_is_told_in_each_language_with_the_same_figures(command: str, land: Land) -> None:
    asked = ("plan", *COMMANDS[command])
    english = sarhad(*asked).stdout
    for sentence in SAID[command][0]:
        assert sentence in english.replace("\u202f", " ")
    for lang, sentences in zip(OTHERS, SAID[command][1:], strict=True):
        told = sarhad(*asked, "--lang", lang).stdout
        for sentence in sentences:
            assert sentence in told.replace("\u202f", " "), lang
        assert not LATIN.findall(without_names(told, land)), lang
        assert not re.search(r"[{}]|plan\.", told), lang
        assert figures(told) == figures(english), lang
        tables = re.findall(r"┏.*?┘", told, re.DOTALL)
        assert tables
        for table in tables:
            assert len({cells(line) for line in table.splitlines()}) == 1, table


def test_what_programs_read_is_the_same_in_every_language(tmp_path: Path) -> None:
    said: dict[str, tuple[str, bytes, bytes]] = {}
    for lang in ("en", *OTHERS):
        files = [tmp_path / f"{lang}.{kind}" for kind in ("geojson", "csv")]
        words = ("site", "2", "--at", "posts", "--json", "--geojson", files[0], "--csv", files[1], "--lang", lang)
        said[lang] = (sarhad("plan", *words).stdout, files[0].read_bytes(), files[1].read_bytes())
    assert said["fa"] == said["ur"] == said["en"]
    rests = dict(json.loads(said["fa"][0])["rests_on"])
    assert rests["ground"] == "made up by the region package"


def test_an_answer_that_is_not_proved_says_so_with_its_gap(land: Land) -> None:
    board = Board.of_region(REGION, 0)
    made = solve.site(board, Scenario(method="median", sites=2, at=("posts",)))
    loose = msgspec.structs.replace(made, status="feasible", value=120 * made.total, bound=60 * made.total, gap=0.5)
    shown = [telling.proof(Saying(lang), loose) for lang in ("en", *OTHERS)]
    assert shown == [
        "Average time: 2 min. NOT proved: no choice of sites does better than 1 min, the gap is 50.00%.",
        "زمان میانگین: ۲ دقیقه. ثابت نشده است: هیچ گزینشی از این بهتر نیست: ۱ دقیقه؛ فاصله ۵۰٫۰۰٪ است.",
        "اوسط وقت: 2 منٹ۔ ثابت نہیں: کوئی انتخاب اس حد سے بہتر نہیں: 1 منٹ؛ فرق 50.00٪ ہے۔",
    ]
    for status, word in (("unknown", "--limit"), ("infeasible", "وقت")):
        assert word in telling.proof(Saying("ur"), msgspec.structs.replace(loose, status=status))


@pytest.mark.parametrize("lang", ["en", *OTHERS])
def test_a_narrow_terminal_loses_nothing(lang: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """No name is cut short in a table, and no line ends within a figure."""
    monkeypatch.setenv("COLUMNS", "80")
    told = sarhad("plan", *COMMANDS["site"], "--lang", lang).stdout
    tables = re.findall(r"┏.*?┘", told, re.DOTALL)
    assert tables
    assert not any("…" in table for table in tables)
    told = sarhad("plan", *COMMANDS["dividend"], "--lang", lang).stdout
    assert not re.search(r"\d$\n^\d{3}\b", told, re.MULTILINE)
    assert all(cells(line) <= 80 for line in told.splitlines())
