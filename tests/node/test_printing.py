"""Prints: three documents in three languages, every text a value, EXERCISE and digest on every page."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.commands import sarhad
from picture_cast import entry, incident, report, words
from picture_cast import picture as folded
from sarhad.node.printing.dates import both
from sarhad.node.printing.documents import Printing
from sarhad.node.printing.scores import score_paper
from sarhad.node.printing.typeset import pdf
from sarhad.picture import Picture, Witnessed
from sarhad.web.drilling import DrillView, ScoreLineView, ScoreSideView, ScoreView, StepNameView
from sarhad.web.paper import Cell, Paper
from sarhad.wire.values import Language, Names

LANGUAGES: tuple[Language, ...] = ("en", "fa", "ur")
NAMES = {"ir": Names(en="Iran", fa="ایران", ur="ایران"), "pk": Names(en="Pakistan", fa="پاکستان", ur="پاکستان")}
ZONES = (("ir", "Asia/Tehran"), ("pk", "Asia/Karachi"))
NOW = 1_555_934_400_000_000  # 22 April 2019, 12:00 UTC
HOSTILE = (
    '#read("/etc/passwd") #panic("x") $x$ *b* _i_ `r` <l> @l // c /* c */ \\ ] } " #set page(width: 1pt) = h',
    "\u202e\u2066\ufeff\u200f",
    "ﷺ" * 300,
    "x" * 20_000,
    "{party} {count}",
)
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")


def printing(made: Picture, language: Language) -> Printing:
    return Printing(made, "ir", "duty", ZONES, NAMES, NOW, language)


def told(text: str, exercise: str | None = None) -> Picture:
    return folded(
        entry("ir:0", incident(text[:12_000]), exercise=exercise),
        entry("pk:0", report("ir:0", text=words(text[:12_000]), source=text[:400]), exercise=exercise),
    )


def text_of(raw: bytes, tmp_path: Path) -> list[str]:
    """The text of each page."""
    file = tmp_path / "made.pdf"
    file.write_bytes(raw)
    said = subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, text=True).stdout
    return said.rstrip("\f\n").split("\f")


def paper(what: str, made: Picture, language: Language, exercise: str | None = None) -> Paper:
    print_ = printing(made, language)
    if what == "incident":
        view = made.incident("ir:0")
        assert view is not None
        return print_.incident(view)
    return print_.log(exercise, None, None, "") if what == "log" else print_.handover(exercise)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["incident", "log", "handover"])
def test_every_document_is_made_in_every_language(what: str, language: Language) -> None:
    assert pdf(paper(what, told("shots heard"), language), NOW).startswith(b"%PDF")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_read_as_markup(text: str) -> None:
    for what in ("incident", "log"):
        assert pdf(paper(what, told(text), "fa"), NOW).startswith(b"%PDF")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["incident", "log", "handover"])
def test_each_row_of_an_exercise_is_marked_and_none_of_what_is_live(what: str, language: Language) -> None:
    def marked(one: Paper) -> list[bool]:
        return [any(text.mark for cell in row for text in cell) for part in one.sections for row in part.rows]

    drilled = marked(paper(what, told("shots heard", "autumn"), language, "autumn"))
    live = marked(paper(what, told("shots heard"), language))
    assert len(drilled) == len(live) > 0
    assert all(drilled)
    assert not any(live)


@needs_poppler
def test_hostile_text_is_printed_as_it_stands(tmp_path: Path) -> None:
    page = " ".join(" ".join(text_of(pdf(paper("incident", told(HOSTILE[0]), "en"), NOW), tmp_path)).split())
    assert "#panic" in page
    assert "root:" not in page


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=200))
def test_any_text_can_be_printed(text: str) -> None:
    assert pdf(paper("log", told(text), "ur"), NOW).startswith(b"%PDF")


@needs_poppler
def test_exercise_digest_and_references_stand_on_every_page(tmp_path: Path) -> None:
    items = [entry("ir:0", incident(), exercise="autumn")]
    items += [entry(f"pk:{n}", report("ir:0", text=words("x " * 300)), exercise="autumn") for n in range(40)]
    made = paper("incident", folded(*items), "en")
    pages = text_of(pdf(made, NOW), tmp_path)
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert "EXERCISE · autumn" in page
        assert made.digest in page
        assert "ir:0" in page
        assert f"{number} / {len(pages)}" in page


def test_the_digest_is_made_from_references_and_bodies_alone() -> None:
    made = told("x")
    lines = []
    for ref in ("ir:0", "pk:0"):
        held = made.held(ref)
        assert held is not None
        lines.append(f"{ref} {hashlib.sha256(held.body).hexdigest()}\n")
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert {paper("incident", made, language).digest for language in LANGUAGES} == {digest}


def test_times_are_both_sides_and_both_calendars() -> None:
    assert both(NOW, ZONES, "en") == ["2019-04-22 · 1398-02-02", "16:30:00 ir", "17:00:00 pk"]
    assert both(NOW, ZONES[:1], "fa") == ["۲۰۱۹-۰۴-۲۲ · ۱۳۹۸-۰۲-۰۲", "۱۶:۳۰:۰۰ ir"]
    between = NOW + 26_100_000_000  # 19:15 UTC: the next day at one side only
    assert both(between, ZONES, "en") == [
        "23:45:00 ir", "2019-04-22 · 1398-02-02", "00:15:00 pk", "2019-04-23 · 1398-02-03",
    ]  # fmt: skip
    assert both(NOW, ZONES, "ur", day=True) == ["2019-04-22 · 1398-02-02"]
    assert both(2**62, ZONES, "en") == [str(2**62)]


def test_parties_stand_by_their_names_beside_times_where_these_are_short_and_unlike() -> None:
    made = told("x")
    assert [name for name, _ in printing(made, "fa").clocks()] == ["ایران", "پاکستان"]
    told_more = {**NAMES, "pk": Names(en="Pakistan (demo desk)")}
    assert [name for name, _ in Printing(made, "ir", "duty", ZONES, told_more, NOW, "en").clocks()] == [
        "Iran",
        "Pakistan",
    ]
    long = {**NAMES, "pk": Names(en="The border command of the south-east")}
    alike = {**NAMES, "pk": NAMES["ir"]}
    for names in (long, alike, {}):
        shown = Printing(made, "ir", "duty", ZONES, names, NOW, "ur")
        assert [name for name, _ in shown.clocks()] == ["ir", "pk"]


def test_what_is_proved_of_a_time_is_printed_to_the_second() -> None:
    made = folded(entry("ir:0", incident()), Witnessed("ir", 1, "pk", NOW // 1_000_000 + 7))
    (row,) = paper("log", made, "fa").sections[0].rows
    assert [text.t for text in row[4]] == ["نه پس از", "۲۰۱۹-۰۴-۲۲ · ۱۳۹۸-۰۲-۰۲", "۱۶:۳۰:۰۷ ایران"]


DRILL = DrillView(
    exercise="autumn", scenario="wildfire-drill", title={"en": "Fire", "ur": "آگ"}, about={}, same=True, begun_by="pk",
    begun_ref="pk:0", begun_us=NOW, speed=10, lasts_s=600, state="done", director="", problem="",
)  # fmt: skip
SCORE = ScoreView(
    exercise="autumn",
    scenario="wildfire-drill",
    lines=(
        ScoreLineView(of="first", title={"en": "First call", "ur": "پہلی کال"}, by="ir", step="acknowledged",
                      within_s=300, outcome="late", ref="pk:0", done_by="ir:0", took_s=3_850),
        ScoreLineView(of="second", title={}, by="pk", step="answered", within_s=600, outcome="not-played", ref="",
                      done_by="", took_s=None),
    ),
    sides=(
        ScoreSideView(party="ir", expected=3, met=1, late=2, missing=0, unproven=4, not_scored=1, median_s=61.0),
        ScoreSideView(party="pk", expected=1, met=0, late=0, missing=1, unproven=0, not_scored=0, median_s=None),
    ),
    left=(StepNameView(name="third", title={"en": "Third", "ur": "تیسرا"}),),
)  # fmt: skip


def rows(paper_: Paper, section: int) -> list[list[str]]:
    def line(cell: Cell) -> str:
        return " ".join(text.t for text in cell)

    return [[line(cell) for cell in row] for row in paper_.sections[section].rows]


def test_a_drills_score_is_printed_with_sums_expectations_and_what_nobody_played() -> None:
    made = told("x", "autumn")
    shown = score_paper(printing(made, "ur"), DRILL, SCORE)
    assert shown.exercise == "مشق · autumn"
    assert {label: [text.t for text in cell] for label, cell in shown.head}["منظرنامہ"] == ["آگ"]
    assert rows(shown, 0)[0] == ["ایران", "3 میں سے 1", "2", "0", "5", "0:01:01"]
    assert shown.sections[0].rows[0][1][0].lang != "id", "words stand in the order of the language"
    assert rows(shown, 0)[1][-1] == "–"
    assert rows(shown, 1)[0] == ["دیر سے", "ایران", "پہلی کال وصولی کی تصدیق", "1:04:10", "0:05:00", "pk:0"]
    assert rows(shown, 1)[1][2].startswith("second")
    assert rows(shown, 2) == [["تیسرا"]]
    assert shown.references == "pk:0"
    assert rows(score_paper(printing(made, "fa"), DRILL, SCORE), 1)[0][3] == "۱:۰۴:۱۰"
    for language in LANGUAGES:
        assert pdf(score_paper(printing(made, language), DRILL, SCORE), NOW).startswith(b"%PDF")


def test_what_the_node_signs_by_itself_is_printed_in_words() -> None:
    assert [printing(told("x"), language).author("node").t for language in LANGUAGES] == [
        "the node itself",
        "خود گره",
        "خود نوڈ",
    ]
    assert printing(told("x"), "fa").author("reza").lang == "id"


def test_the_command_prints_a_nodes_handover(tmp_path: Path) -> None:
    root = tmp_path / "ir"
    sarhad("init", root, "--party", "ir", "--name", "Iran (test)", "--country", "IR", "--zone", "Asia/Tehran",
           "--endpoint", "https://127.0.0.1:1")  # fmt: skip
    for language in LANGUAGES:
        sarhad("print", root, "handover", tmp_path / "out.pdf", "--lang", cast("str", language))
        assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")
    assert "no such incident" in sarhad("print", root, "ir:77", tmp_path / "no.pdf", status=2).stderr
