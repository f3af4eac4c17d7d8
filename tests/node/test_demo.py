"""The demo, as ``make demo ARGS="--once --json"`` runs it: every step's check holds, and the bundle stands alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sarhad as sarhad_package
from node.commands import sarhad

STEPS = [
    "parties", "history", "agreement", "khash-zahedan", "ormara", "warning", "overdue", "cut", "disclosure",
    "agreement-renewed", "response", "accepted", "handover", "arrival", "bundle",
]  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    folder = tmp_path_factory.mktemp("demo") / "data"
    done = sarhad("demo", "--once", "--json", "--port", "0", "--folder", folder)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_step_is_told_with_checks_that_held(told: list[dict[str, object]]) -> None:
    steps = [line for line in told if "step" in line]
    assert [line["step"] for line in steps] == STEPS
    for line in steps:
        assert line["ok"] is True
        assert line["checks"]
        assert all(line["checks"].values())  # type: ignore[attr-defined]


def test_it_ends_with_the_bundles_path_and_the_desks(told: list[dict[str, object]]) -> None:
    end = told[-1]
    assert end["done"] is True
    assert end["ok"] is True
    assert set(end["desks"]) == {"ir", "pk"}  # type: ignore[call-overload]
    assert "Every proof holds" in sarhad("verify", str(end["bundle"])).stdout


def test_the_bundle_needs_no_node_no_network_and_no_region(told: list[dict[str, object]], tmp_path: Path) -> None:
    """The verifier runs in a process that may open no socket and import neither node nor exchange nor web."""
    guard = (
        "import sys, socket\n"
        "def refuse(*_): raise AssertionError('a socket')\n"
        "socket.socket = refuse\n"
        "from pathlib import Path\n"
        "from sarhad.ledger.bundle import verify_bundle\n"
        "verdict = verify_bundle(Path(sys.argv[1]))\n"
        "assert verdict.ok, verdict.problems\n"
        "loaded = {name.split('.')[1] for name in sys.modules if name.startswith('sarhad.')}\n"
        "assert loaded <= {'wire', 'ledger'}, loaded\n"
    )
    bundle = str(told[-1]["bundle"])
    source = str(Path(sarhad_package.__file__).parents[1])
    env = {**os.environ, "PYTHONPATH": source}
    subprocess.run([sys.executable, "-c", guard, bundle], cwd=tmp_path, check=True, timeout=60, env=env)


def test_a_folder_that_is_not_a_demos_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("keep me")
    said = sarhad("demo", "--once", "--folder", tmp_path, status=2).stderr
    assert "something that is not a demo" in said
    assert (tmp_path / "precious.txt").read_text() == "keep me"
