"""What the planning commands cannot answer, as processes: told in the reader's language, with exit status 2."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from node.commands import REGION, sarhad
from sarhad.wire.kinds.happenings import Category

LATIN = re.compile(r"[A-Za-z]{2,}")
TABLES = ("ucdp-ged.csv", "iran-side-hand.csv", "demo-reports-hand.csv")
CATEGORIES = " ".join(get_args(Category))
KINDS = "aviation drone engineer explosive-disposal liaison medical patrol reaction"

CASES = {
    "unknown crossing": (
        "site 3 --open C9",
        ("گذرگاه C9 نیست", "گزرگاہ C9 نہیں ہے"),
        "",
    ),
    "unknown kind of unit": (
        "simulate --kind diver",
        ("یگانی از نوع diver نیست", "قسم diver کی کوئی یونٹ"),
        f"diver {KINDS}",
    ),
    "one kind that is not there beside one that is": (
        "dividend --kind patrol --kind diver",
        ("یگانی از نوع diver نیست", "قسم diver کی کوئی یونٹ"),
        f"diver {KINDS}",
    ),
    "more sites than candidates": (
        "site 900",
        ("۹۰۰ محل در ۱۱۱ نامزد نمی‌گنجد", "900 جگہیں 111 امیدواروں میں نہیں سماتیں"),
        "",
    ),
    "no site at all": ("site 0", ("محلی خواسته نشده", "نہ کوئی جگہ مانگی گئی"), ""),
    "no number of sites": ("site", ("بگویید چند محل می‌خواهید", "بتائیں کہ کتنے مقامات"), ""),
    "a misspelt weight": (
        "site 3 --weight bombng=3",
        ("چیزی به نام bombng برای وزن دادن نیست", "bombng نام کی کوئی چیز وزن کے لیے نہیں"),
        f"weight bombng {CATEGORIES} source iran-side ucdp",
    ),
    "no weight": ("site 3 --weight few", ("few وزن نیست", "few وزن نہیں"), "weight few bombing"),
    "unknown table": (
        "simulate --table elsewhere",
        ("رویدادی از جدول elsewhere نیست", "جدول elsewhere کا کوئی واقعہ نہیں"),
        "table elsewhere iran-side ucdp",
    ),
    "a percentile below the median": (
        "dividend --delay 900 --delay-p90 60",
        ("صدک ۹۰ (--delay-p90) کمتر از میانه است", "90واں صدک (--delay-p90) وسطانیے سے کم ہے"),
        "delay",
    ),
    "an exercise of no node": (
        "site 3 --exercise drill",
        ("بستهٔ ناحیه تمرینی نمی‌شناسد", "علاقے کے پیکیج میں کوئی مشق نہیں"),
        "exercise node",
    ),
    "no region": (
        "site 3 --region /nowhere",
        ("بستهٔ ناحیه به کار نمی‌آید: /nowhere", "علاقے کا پیکیج کام نہیں آتا: /nowhere"),
        "nowhere region json",
    ),
    "no node": ("simulate --node /nowhere", ("در /nowhere گره‌ای نیست", "/nowhere میں کوئی نوڈ نہیں"), "nowhere"),
    "no file": (
        "site 3 --problem /nowhere",
        ("--problem: /nowhere پذیرفته نیست", "--problem: /nowhere قابلِ قبول نہیں"),
        "problem nowhere",
    ),
    "a file that cannot be written": (
        "site 1 --at posts --csv /nowhere/a.csv",
        ("/nowhere/a.csv نوشته نمی‌شود", "/nowhere/a.csv نہیں لکھی جا سکتی"),
        "nowhere csv",
    ),
    "pages that cannot be written": (
        "dividend --runs 1 --years 1 --pages /proc/nowhere",
        ("/proc/nowhere ساخته نمی‌شود", "/proc/nowhere نہیں بنایا جا سکتا"),
        "proc nowhere",
    ),
    "demand without candidates": (
        f"site 3 --demand {REGION}/README.md",
        ("تقاضا و نامزدها با هم‌اند", "طلب اور امیدوار مقامات ساتھ چلتے ہیں"),
        "demand candidates",
    ),
    "a file that is no problem": (
        f"site 3 --within 1 --problem {REGION}/incidents/iran-side-hand.csv",
        ("عددی معین نیست", "کوئی معین عدد نہیں"),
        None,
    ),
    "a time below nought": (
        "site 3 --minutes -1",
        (
            "--minutes: -1 پذیرفته نیست؛ آنچه لازم است: عددی دست‌کم ۰",
            "--minutes: -1 قابلِ قبول نہیں؛ درکار ہے: کم از کم 0 کا عدد",
        ),
        "minutes",
    ),
    "a word for a number": ("site many", ("many پذیرفته نیست", "many قابلِ قبول نہیں"), "COUNT many"),
    "a candidate of no kind": (
        "site 3 --at moons",
        ("moons پذیرفته نیست؛ آنچه لازم است: یکی از posts", "moons قابلِ قبول نہیں؛ درکار ہے: ان میں سے ایک: posts"),
        "at moons posts crossings towns villages",
    ),
    "an option that there is not": ("dividend --many 3", ("گزینهٔ --many نیست", "آپشن --many موجود نہیں"), "many"),
    "too many words": ("site 3 4", ("این فراخوانی فهمیده نشد", "یہ حکم سمجھ میں نہیں آیا"), ""),
    "a region for a problem": (
        "site 3 --within 4",
        ("برای ناحیه --minutes را بدهید", "علاقے کے لیے --minutes دیں"),
        "within minutes",
    ),
    "a page of too many sites": (
        "page site /nowhere 99",
        ("COUNT: 99 پذیرفته نیست؛ آنچه لازم است: عددی از ۰ تا ۶۰", "COUNT: 99 قابلِ قبول نہیں؛ درکار ہے: 0 سے 60 تک"),
        "COUNT",
    ),
    "a page in no folder": (
        "page site /proc/nowhere 1 --at posts --format csv",
        ("/proc/nowhere ساخته نمی‌شود", "/proc/nowhere نہیں بنایا جا سکتا"),
        "proc nowhere",
    ),
    "a dispatch of no node": ("dispatch / --to 1,2", ("در / گره‌ای نیست", "/ میں کوئی نوڈ نہیں"), ""),
    "a reach to nowhere": (
        "reach /nowhere --to 1,2",
        ("/nowhere پذیرفته نیست", "/nowhere قابلِ قبول نہیں"),
        "SOURCE nowhere",
    ),
}
"""The call; its sentence in Persian and in Urdu; the words that stand there as they are typed (None: not looked at)."""


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_answered_is_told_in_the_language_asked_for(case: str) -> None:
    call, sentences, typed = CASES[case]
    for lang, sentence in zip(("fa", "ur"), sentences, strict=True):
        done = sarhad("plan", *call.split(), "--lang", lang, status=2)
        assert sentence in done.stderr
        assert (done.stdout, done.stderr.count("\n")) == ("", 1)
        if typed is not None:
            left = set(LATIN.findall(done.stderr)) - set(re.findall(r"[A-Za-z]+", f"sarhad {typed}"))
            assert left == set(), done.stderr


def tables_of(folder: Path, change: Callable[[Path], str]) -> Path:
    """The example region with other tables of incidents."""
    for path in REGION.iterdir():
        if path.name != "incidents":
            (folder / path.name).symlink_to(path)
    (folder / "incidents").mkdir()
    for name in TABLES:
        (folder / "incidents" / name).write_text(change(REGION / "incidents" / name), encoding="utf-8")
    return folder


def header(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0] + "\n"


def elsewhere(path: Path) -> str:
    """The first ten rows moved far to the west; of the tables that were kept by hand the header alone."""
    if path.name != "ucdp-ged.csv":
        return header(path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[:11]
    lat, lon = rows[0].index("latitude"), rows[0].index("longitude")
    for row in rows[1:]:
        row[lat], row[lon] = "10.0", "10.0"
    made = io.StringIO()
    csv.writer(made).writerows(rows)
    return made.getvalue()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _: "", ("the file is empty", "جدول رویدادها تهی است", "واقعات کا جدول خالی ہے")),
        (header, ("no incident at all to plan on", "هیچ رویدادی نیست", "کوئی واقعہ ہی نہیں")),
        (
            elsewhere,
            ("all 10 incidents lie outside", "هر ۱۰ رویداد بیرون از ناحیه است", "تمام 10 واقعات علاقے سے باہر ہیں"),
        ),
    ],
    ids=["empty files", "no row", "all outside the region"],
)
def test_incidents_that_nothing_can_rest_on_are_told(
    tmp_path: Path, change: Callable[[Path], str], said: tuple[str, str, str]
) -> None:
    region = tables_of(tmp_path, change)
    for command in (("site", "2"), ("simulate",), ("dividend",)):
        for lang, sentence in zip(("en", "fa", "ur"), said, strict=True):
            assert sentence in sarhad("plan", *command, "--region", region, "--lang", lang, status=2).stderr


def test_in_english_a_wrong_call_is_told_with_its_usage() -> None:
    said = sarhad("plan", "site", "3", "--at", "moons", status=2).stderr
    assert said.startswith("Usage: ")
    assert "'moons' is not one of 'posts'" in said


def snapshot(agreed: dict[str, bool]) -> dict[str, object]:
    """A medical unit on the western side, somebody hurt on the eastern, an open crossing, and no rule for it."""
    unit = {
        "ref": "ir:1", "party": "ir", "code": "U1", "kind": "medical", "speed_kmh": 60, "crosses_line": True,
        "strength": {"low": 4, "best": 5, "high": 6}, "place": {"lat": 289_600_000, "lon": 614_900_000, "precision": 1},
    }  # fmt: skip
    hurt = {"lat": 290_114_950, "lon": 615_876_280, "precision": 1}
    gate = {"lat": 289_775_000, "lon": 615_503_000, "precision": 1}
    return {
        "format": "sarhad-snapshot/v1", "at": 1_790_000_000_000_000, "party": "ir", "units": [unit], **agreed,
        "incidents": [{"ref": "pk:5", "place": hurt, "need": {"capabilities": ["medical"]}}],
        "crossings": [{"ref": "ir:9", "party": "ir", "code": "C1", "place": gate, "zone": "Asia/Tehran"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("agreed", "said"),
    [
        ({}, ("no agreement in force lets a unit cross", "هیچ توافق معتبری به یگان‌ها", "کوئی نافذ معاہدہ یونٹوں کو")),
        (
            {"agreed": False},
            ("no agreement with the other side is in force", "هیچ توافقی برقرار نیست", "سے کوئی معاہدہ نافذ نہیں"),
        ),
        (
            {"agreed": True},
            (
                "the agreement in force lets no unit cross",
                "توافقی برقرار است، اما به هیچ",
                "معاہدہ نافذ ہے، مگر وہ کسی",
            ),
        ),
    ],
    ids=["not said", "none in force", "one that names no crossing"],
)
def test_no_agreement_is_told_from_one_that_lets_nobody_cross(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, agreed: dict[str, bool], said: tuple[str, str, str]
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    file = tmp_path / "snapshot.json"
    file.write_text(json.dumps(snapshot(agreed)))
    for command, status in (("reach", 0), ("dispatch", 1)):
        for lang, sentence in zip(("en", "fa", "ur"), said, strict=True):
            assert sentence in sarhad("plan", command, file, "--region", REGION, "--lang", lang, status=status).stdout
