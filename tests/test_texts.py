"""The texts that pages and server share: three catalogues with the same keys and the same values in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sarhad.wire.registry import KINDS

TEXTS = Path(__file__).resolve().parents[1] / "src" / "sarhad" / "web" / "texts"
LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES_OF_THEIR_OWN = ("lang.en", "map.attribution")


def catalogue(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((TEXTS / f"{language}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("language", ["fa", "ur"])
def test_every_text_is_there_with_the_same_values(language: str) -> None:
    english, other = catalogue("en"), catalogue(language)
    assert list(other) == list(english)
    for key, text in other.items():
        assert text.strip(), key
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english[key])), key


@pytest.mark.parametrize("language", ["fa", "ur"])
def test_no_text_was_left_in_english(language: str) -> None:
    for key, text in catalogue(language).items():
        if key not in NAMES_OF_THEIR_OWN:
            assert not LATIN.search(re.sub(r"\{\w+\}", "", text)), key


@pytest.mark.parametrize(("language", "others"), [("fa", "0-9٠-٩"), ("ur", "٠-٩۰-۹"), ("en", "٠-٩۰-۹")])
def test_numbers_in_texts_have_the_digits_that_the_language_is_shown_in(language: str, others: str) -> None:
    for key, text in catalogue(language).items():
        assert not re.search(f"[{others}]", re.sub(r"\{\w+\}", "", text)), key


def test_every_kind_of_record_has_a_name() -> None:
    assert {f"kind.{kind}" for kind in KINDS} <= set(catalogue("en"))
