"""Problems that users bring: each format is read, and what is wrong is named by its line or column."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from sarhad.cli import main
from sarhad.response.siting import SitingError
from sarhad.response.siting.problem_files import read_points, read_problem

DATA = Path(__file__).parent / "data"
MATRIX = "demand,weight,a,b\nx,2,10,\ny,1,30,5\n"


def test_a_published_file_says_how_many_sites_it_wants() -> None:
    brought = read_problem((DATA / "pmed1.txt").read_text())
    assert (brought.format, brought.count, brought.question.cost.shape) == ("pmed", 5, (100, 100))


def test_an_empty_cell_of_a_matrix_is_no_way() -> None:
    question = read_problem(MATRIX).question
    assert question.cost.tolist() == [[10.0, float("inf")], [30.0, 5.0]]
    assert question.weight.tolist() == [2.0, 1.0]
    assert read_problem("\ufeffdemand,a\nx,7\n").question.weight.tolist() == [1.0]


def test_json_names_what_it_likes() -> None:
    text = json.dumps(
        {"cost": [[1, None]], "weight": [3], "candidates": ["p", "q"], "existing": [1], "capacity": [1, 2]}
    )
    question = read_problem(text).question
    assert (question.candidates, question.existing) == (["p", "q"], [1])


def test_degrees_are_measured_round_the_earth_and_plane_coordinates_straight() -> None:
    degrees = read_points("name,lat,lon,weight\nd,28,61,4\n", "lat,lon,existing\n28,62,1\n").question
    assert degrees.cost[0, 0] == pytest.approx(98_180, rel=0.001)
    assert (degrees.existing, degrees.candidates) == ([0], ["28, 62"])
    assert read_points("x,y\n0,0\n", "x,y,capacity\n3,4,9\n").question.cost.tolist() == [[5.0]]


def test_city_files_in_metres_are_measured_straight() -> None:
    text = "NODE_COORD_SECTION\n409154 435528\n409154 435628\nDEMAND_SECTION\n7\n9\nEOF\n"
    assert read_problem(text).question.cost[0, 1] == 100


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "--problem"),
        ("hello", "--problem"),
        ("2 1 9\n1 2 3", "line 1"),
        ("9999 1 1\n1 2 3", "line 1"),
        ("nan 1 1\n1 2 3", "line 1"),
        ("2 1 1\n1 2 -3", "line 2"),
        ("2 1 1\n1.5 2 3", "line 2"),
        ("1 2\n", "line 1"),
        ("2\n1 1\n2 2\n", "--weights"),
        ("NODE_COORD_SECTION\n1 2\n1 2 3\nDEMAND_SECTION\n1\n1\n", "NODE_COORD_SECTION, entry 2"),
        ("demand,a,b\nx,1\n", "line 2"),
        ("demand,a\nx,far\n", "line 2, column a"),
        ("demand,a\nx,inf\n", "line 2, column a"),
        ("demand,a\nx,-1\n", "cost"),
        ('{"cost": [[1], [1, 2]]}', "cost"),
        ('{"cost": "no"}', "--problem"),
        ("{", "--problem"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(text: str, where: str) -> None:
    with pytest.raises(SitingError) as caught:
        read_problem(text)
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("demand", "candidates"),
    [
        ("", "x,y\n1,1\n"),
        ("name\nq\n", "x,y\n1,1\n"),
        ("lat,lon\n91,0\n", "lat,lon\n1,1\n"),
        ("x,y\n1,1\n", "lat,lon\n1,1\n"),
        ("x,y\n1,\n", "x,y\n1,1\n"),
    ],
)
def test_tables_of_points_that_do_not_fit_are_refused(demand: str, candidates: str) -> None:
    with pytest.raises(SitingError):
        read_points(demand, candidates)


@given(st.text(st.sampled_from('0123456789 .,-\n{}[]":abcNODE_COORD_SECTIONDEMAND'), max_size=120))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        brought = read_problem(text)
    except SitingError:
        return
    assert brought.question.cost.ndim == 2


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["plan", "site", *words])
    return result.exit_code, result.output


def test_the_command_solves_a_file_and_says_how_far_it_is_proved(tmp_path: Path) -> None:
    code, output = run("--problem", str(DATA / "pmed1.txt"), "--method", "median", "--json")
    answer = json.loads(output)["answer"]
    assert code == 0
    assert (answer["status"], answer["value"], answer["bound"], answer["gap"]) == ("optimal", 5819, 5819, 0)
    assert (
        json.loads(run("--problem", str(DATA / "pmed1.txt"), "--method", "centre", "--json")[1])["answer"]["value"]
        == 127
    )
    (tmp_path / "m.csv").write_text(MATRIX)
    code, output = run("1", "--problem", str(tmp_path / "m.csv"), "--within", "10")
    assert (code, "Proved: no choice of sites does better (gap 0.00%)" in output) == (0, True)


def test_the_order_of_a_files_lines_changes_no_byte(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    lines = [f"{x},{y},{w}" for x, y, w in random.integers(0, 9, (40, 3))]
    sites = [f"s{k},{x},{y}" for k, (x, y) in enumerate(random.integers(0, 9, (12, 2)))]

    def answers(name: str, points: list[str], places: list[str]) -> list[tuple[object, ...]]:
        (tmp_path / f"{name}d.csv").write_text("x,y,weight\n" + "\n".join(points))
        (tmp_path / f"{name}c.csv").write_text("name,x,y\n" + "\n".join(places))
        files = ["--demand", str(tmp_path / f"{name}d.csv"), "--candidates", str(tmp_path / f"{name}c.csv")]
        found: list[tuple[object, ...]] = []
        for method in ("maximal", "all", "median", "centre", "expected"):
            said = json.loads(run("3", *files, "--method", method, "--within", "3", "--json")[1])
            names = sorted((site["name"], site["units"]) for site in said["sites"])
            found.append((method, names, said["answer"]["value"], said["answer"]["bound"], said["answer"]["status"]))
        return found

    assert answers("a", lines, sites) == answers("b", lines[::-1], sites[5:] + sites[:5])


def test_a_question_that_cannot_be_asked_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(MATRIX)
    assert "--within" in run("1", "--problem", str(tmp_path / "m.csv"))[1]
    assert "COUNT" in run("--problem", str(tmp_path / "m.csv"), "--method", "median")[1]
    assert "Give both" in run("1", "--demand", str(tmp_path / "m.csv"))[1]
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    code, output = run("1", "--problem", str(tmp_path / "bytes"))
    assert (code, "UTF-8" in output) == (2, True)
