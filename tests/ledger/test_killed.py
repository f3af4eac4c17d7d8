"""kill -9 at any moment under load: nothing that was acknowledged is lost, and fsck passes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from ledger import killed
from sarhad.ledger.fsck import fsck

KILLS = int(os.environ.get("SARHAD_KILLS", "10"))


def run_and_kill(folder: Path, lines: int) -> list[str]:
    """Start the node, read ``lines`` acknowledgements, kill it, and return all that it had said by then."""
    source = Path(__file__).resolve().parents[2] / "src"
    env = {**os.environ, "PYTHONPATH": str(source)}
    command = [sys.executable, str(Path(killed.__file__)), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        child.send_signal(signal.SIGKILL)
        said += child.stdout.readlines()
    assert child.returncode == -signal.SIGKILL
    return [line for line in said if line.endswith("\n")]


@pytest.mark.slow
def test_no_acknowledged_record_is_lost_by_being_killed(tmp_path: Path) -> None:
    random = Random(7)
    bodies: dict[int, bytes] = {}
    lines: dict[int, str] = {}
    roots: dict[int, str] = {}
    for _ in range(KILLS):
        for said in run_and_kill(tmp_path, random.randint(1, 400)):
            kind, number, rest = said.rstrip("\n").split(" ", 2)
            if kind == "A":
                assert int(number) not in bodies, "a sequence number was given twice"
                bodies[int(number)] = rest.encode()
            elif kind == "C":
                lines[int(number)] = rest
            else:
                roots[int(number)] = rest
        for party in ("pk", "ir"):
            assert fsck(tmp_path / party).problems == []
    author, _ = killed.opened(tmp_path, "pk", 1)
    mirror, _ = killed.opened(tmp_path, "ir", 11)
    with author, mirror:
        held = {entry.seq: entry.body for entry in author.entries("pk", 0, 10**9)}
        assert {seq: held.get(seq) for seq in bodies} == bodies
        assert {size: author.root("pk", size).hex() for size in roots} == roots
        given = {one.size: one.line.strip() for one in mirror.countersignatures("pk") if one.by == "ir"}
        assert {size: given.get(size) for size in lines} == lines
        assert mirror.root("pk", mirror.size("pk")) == author.root("pk", mirror.size("pk"))
