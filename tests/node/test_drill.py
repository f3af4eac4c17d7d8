"""A drill as two teams hold it: two running nodes, each side's player a process of its own, scored from proofs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.commands import PASSWORD, REGION, Process, sarhad, two_nodes

WILDFIRE = REGION / "wildfire-drill.json"


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, Process]]:
    folders = two_nodes(tmp_path_factory.mktemp("drill"))
    running = Process(folders[0]), Process(folders[1])
    yield running
    Process.end_all()


def player(desk: Process, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sarhad", "drill", "run", str(WILDFIRE), "--desk", desk.url, "--speed", "1000", *words],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "SARHAD_PASSWORD": PASSWORD},
    )  # fmt: skip


def scored(desk: Process, *words: str) -> dict[str, object]:
    done = sarhad("drill", "score", WILDFIRE, "--desk", desk.url, "--json", *words)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_two_players_who_know_nothing_of_each_other_play_one_drill(desks: tuple[Process, Process]) -> None:
    players = [player(desk, "--reactions") for desk in desks]
    said = [one.communicate(timeout=100)[0] for one in players]
    assert [one.returncode for one in players] == [0, 0], said
    for desk in desks:
        found = scored(desk)
        assert found["left"] == []
        assert {line["outcome"] for line in found["lines"]} == {"met"}  # type: ignore[attr-defined]
        assert all(line["took_s"] is not None for line in found["lines"])  # type: ignore[attr-defined]
    again = player(desks[0], "--reactions")
    text = again.communicate(timeout=100)[0]
    assert text.count("(was there)") == sum("ir/" in line for line in text.splitlines()), text


def test_what_another_side_never_writes_holds_nothing_else_up(desks: tuple[Process, Process]) -> None:
    mine = ("--reactions", "--exercise", "half", "--patience", "2")
    alone = player(desks[0], *mine)
    said, _ = alone.communicate(timeout=100)
    assert alone.returncode != 0
    assert "note all-clear" in said
    assert "not played: " in said
    assert "acknowledged of ambulance-request waited for ambulance-request" in " ".join(said.split())
    lines = [line for line in said.splitlines() if "ir/" in line]
    assert sum(line.endswith("not played") for line in lines) == 4, said
    players = [player(desk, *mine[:-1], "60") for desk in desks]
    ended = [one.communicate(timeout=100)[0] for one in players]
    assert [one.returncode for one in players] == [0, 0], ended


def test_without_reactions_the_people_are_missed(desks: tuple[Process, Process]) -> None:
    players = [player(desk, "--exercise", "people-absent") for desk in desks]
    for one in players:
        said, _ = one.communicate(timeout=100)
        assert one.returncode == 0, said
    found = scored(desks[0], "--exercise", "people-absent")
    outcomes = {line["outcome"] for line in found["lines"]}  # type: ignore[attr-defined]
    assert outcomes <= {"missing", "not-delivered"}
    assert set(found["left"]) == {"ambulance-answer", "ambulance-ordered", "beds-answer"}  # type: ignore[call-overload]
    table = sarhad("drill", "score", WILDFIRE, "--desk", desks[0].url, "--exercise", "people-absent").stdout
    assert "MISSING" in table
    assert "by countersigned times only" in table


def test_a_bundle_that_does_not_verify_is_not_scored(tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"PK\x05\x06" + bytes(18))
    assert "sarhad:" in sarhad("drill", "score", WILDFIRE, "--bundle", bad, status=1).stderr
    assert "either a bundle or a desk" in sarhad("drill", "score", WILDFIRE, status=2).stderr


def test_a_desk_that_takes_no_part_and_a_wrong_password_are_told(
    desks: tuple[Process, Process], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.json"
    other.write_text(WILDFIRE.read_text().replace('"ir"', '"xx"').replace("@ir/", "@xx/"))
    said = sarhad("drill", "run", other, "--desk", desks[0].url, status=2).stderr
    assert "takes no part" in said
    monkeypatch.setenv("SARHAD_PASSWORD_IR_DUTY", "not this one")
    said = sarhad("drill", "run", WILDFIRE, "--desk", desks[0].url, "--officer", "duty", status=2).stderr
    assert "401" in said
