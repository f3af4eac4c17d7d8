"""The dividend: what jointness wins at rest, what it can lose under load, and the page that says so."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sarhad.cli import main
from sarhad.response.dividend import Map, dividend, loaded, page
from sarhad.response.simulation import Delay, Fit, Force
from sarhad.wire.values import Language

REGION = Path(__file__).parents[2] / "examples" / "sistan-balochistan"


def force(near_home: float = 600.0, across: float = 900.0) -> Force:
    """Unit 0 of the west, unit 1 of the east; place 0 west, place 1 east; one gate, open 08 to 18."""
    return Force(
        direct=np.array([[near_home, np.inf], [np.inf, 7200.0]]),
        before=np.array([[across / 2], [across / 2]]),
        after=np.full((2, 1, 2), across / 2),
        allowed=np.array([[True], [False]]),
        hours=np.array([[28_800.0, 64_800.0]]),
        shift=np.zeros((2, 2)),
        foreign=np.array([[False, True], [True, False]]),
    )


WEIGHT = np.array([1.0, 3.0])


def test_at_rest_the_joint_force_is_first_whenever_the_gate_is_open() -> None:
    result = dividend(force(), WEIGHT, 300.0, ["Gate"], np.array([True, False]))
    assert result.separate.within == (0.25, 0.25, 1.0)
    # the order at 08:00 to 17:00 finds the gate open; at 07:00 it waits less than the 2 hours at home
    assert result.joint.within[0] == pytest.approx(0.25 + 0.75 * 10 / 24)
    assert result.joint_s[1] < result.separate_s[1] == 7200
    assert result.gained_s("p90_s") == 0


def test_each_rule_says_what_it_costs() -> None:
    result = dividend(force(), WEIGHT, 300.0, ["Gate"], np.array([True, False]))
    rules = {rule.key: rule.cover for rule in result.rules}
    assert rules["closed"] == result.separate
    assert rules["always-open"].within[0] == 1.0
    assert set(rules) == {"closed", "always-open", "units-kept-home-cross", "no-delay-between-desks"}


def test_under_load_joining_can_make_things_worse_and_is_shown_so() -> None:
    helping = force(across=20_000.0)
    fit = Fit(np.array([2000.0, 12_000.0]), 10, 1000, 1.0, 0.5)
    busy = loaded(helping, fit, Delay(0, 0, 0), runs=6, years=0.2, scene_s=600.0, seed=1)
    assert busy.gain["within_1800"].high < 0


class Checked(HTMLParser):
    """Collects what the page would run or ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe") or any(name in ("src", "href") for name, _ in attrs):
            self.found.append(tag)


@pytest.mark.parametrize("lang", ["en", "fa", "ur"])
def test_the_page_stands_alone_in_each_language(lang: Language) -> None:
    result = dividend(force(), WEIGHT, 300.0, ["<Gate>"], np.array([True, False]))
    ground = Map(np.array([29.0, 29.1]), np.array([61.0, 61.5]), WEIGHT, [(29, 61, "ir")], [(29, 61.2, "<Gate>")], [])
    text = page(result, ground, [("units", "<2>")], lang)
    checked = Checked()
    checked.feed(text)
    assert checked.found == []
    assert f'lang="{lang}"' in text
    assert "<Gate>" not in text
    assert "<2>" not in text
    assert ('dir="rtl"' in text) == (lang != "en")


def test_the_commands_run_on_the_example_region(tmp_path: Path) -> None:
    runner, region = CliRunner(), ["--region", str(REGION)]
    sited = runner.invoke(
        main,
        [
            "plan",
            "site",
            "2",
            "--at",
            "posts",
            *region,
            "--geojson",
            str(tmp_path / "s.json"),
            "--csv",
            str(tmp_path / "s.csv"),
        ],
    )
    assert sited.exit_code == 0, sited.output
    assert "gap 0.00%" in sited.output
    assert (tmp_path / "s.json").exists()
    assert len((tmp_path / "s.csv").read_text().splitlines()) == 3
    paid = runner.invoke(main, ["plan", "dividend", *region, "--runs", "2", "--pages", str(tmp_path), "--json"])
    assert paid.exit_code == 0, paid.output
    assert {path.name for path in tmp_path.glob("*.html")} == {f"dividend-{lang}.html" for lang in ("en", "fa", "ur")}
    played = runner.invoke(main, ["plan", "simulate", *region, "--runs", "2"])
    assert "does not fit" in " ".join(played.output.split())
    refused = runner.invoke(main, ["plan", "site", "1", *region, "--weight", "bombing"])
    assert refused.exit_code == 2
