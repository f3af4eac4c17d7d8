"""Planning from the command line: the rate of incidents rests on one table, never on two added together."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from node.commands import REGION, sarhad
from sarhad.cli import main


@pytest.mark.parametrize(("table", "incidents"), [("ucdp", 198), ("iran-side", 20)])
def test_the_rate_is_fitted_to_one_table_only(table: str, incidents: int) -> None:
    words = ("plan", "simulate", "--region", REGION, "--runs", "2", "--years", "1", "--fit", table, "--json")
    told = dict(json.loads(sarhad(*words).stdout)["rests_on"])
    assert told["fitted"].startswith(f"{table}, {incidents} incidents")
    assert told["model"].startswith(f"Poisson, {incidents} incidents")


def test_a_table_that_is_not_there_is_told_with_those_that_are() -> None:
    said = sarhad("plan", "simulate", "--region", REGION, "--fit", "elsewhere", status=2).stderr
    assert "elsewhere" in said
    assert "ucdp" in said


@pytest.mark.parametrize(
    "words",
    [
        ("site", "3", "--minutes", "nan"),
        ("site", "3", "--limit", "nan"),
        ("site", "3", "--busy", "nan"),
        ("simulate", "--years", "nan"),
        ("simulate", "--delay", "inf"),
        ("dispatch", ".", "--limit", "inf"),
    ],
    ids=" ".join,
)
def test_what_is_no_finite_number_is_refused_with_its_option(words: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(main, ["plan", *words])
    assert answer.exit_code == 2
    assert words[-2] in answer.output
    assert "no finite number" in answer.output
