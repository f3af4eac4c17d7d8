"""The dividend: what jointness wins at rest, what it can lose under load, and the page that says so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sarhad.cli import main
from sarhad.response.dividend import dividend, loaded
from sarhad.response.simulation import Delay, Fit, Force, Workers

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


def test_the_load_is_the_same_on_any_number_of_workers() -> None:
    fit = Fit(np.array([200.0, 1200.0]), 10, 1000, 1.0, 0.5)
    one, two = (
        loaded(force(), fit, Delay(60, 90, 0), runs=4, years=0.2, scene_s=600.0, seed=1, workers=Workers(processes=n))
        for n in (1, 2)
    )
    assert one == two


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
    assert "Proved: no choice of sites does better (gap 0.00%)" in " ".join(sited.output.split())
    assert (tmp_path / "s.json").exists()
    assert len((tmp_path / "s.csv").read_text().splitlines()) == 3
    paid = runner.invoke(main, ["plan", "dividend", *region, "--runs", "2", "--pages", str(tmp_path), "--json"])
    assert paid.exit_code == 0, paid.output
    assert {path.name for path in tmp_path.glob("*.html")} == {
        f"sarhad-dividend-{lang}.html" for lang in ("en", "fa", "ur")
    }
    assert all(
        (tmp_path / f"sarhad-dividend-{lang}.pdf").read_bytes().startswith(b"%PDF") for lang in ("en", "fa", "ur")
    )
    played = runner.invoke(main, ["plan", "simulate", *region, "--runs", "2"])
    assert "does not fit" in " ".join(played.output.split())
    replayed = runner.invoke(main, ["plan", "simulate", *region, "--runs", "2", "--replay", "--json"])
    assert replayed.exit_code == 0, replayed.output
    assert json.loads(replayed.output)["figures"]["within_7200"]["high"] <= 1.0
    for words in (
        ["site", "1", "--weight", "bombing"],
        ["site"],
        ["site", "1", "--table", "none"],
        ["simulate", "--delay", "900", "--delay-p90", "60"],
        ["simulate", "--table", "none"],
    ):
        refused = runner.invoke(main, ["plan", words[0], *region, *words[1:]])
        assert refused.exit_code == 2, refused.output


def test_demand_comes_from_one_table_unless_more_are_named() -> None:
    def rests_on(*words: str) -> str:
        asked = ["plan", "site", "1", "--at", "posts", "--json", "--region", str(REGION), *words]
        answer = CliRunner().invoke(main, asked)
        return str(dict(json.loads(answer.output)["rests_on"])["incidents"])

    assert "," not in rests_on()
    tables = rests_on(*(word for name in region_tables() for word in ("--table", name)))
    assert len(tables.split(",")) == len(region_tables()) > 1


def region_tables() -> list[str]:
    return ["iran-side", "ucdp"]
