"""The worker of sarhad.node.compute: ``python -m sarhad.node.computing REGION NICENESS``.

Reads questions from the standard input and writes answers to the standard output until
the input ends.  A frame is two lengths (big-endian, 4 bytes each), then the bytes:
to the worker (name, question), from it (1 if it failed else 0, answer).  A failure that
a task foresaw is answered; one that nobody foresaw ends the worker, with its trace in the log.
"""

from __future__ import annotations

import importlib
import os
import signal
import struct
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from sarhad.response.errors import PlanError
from sarhad.wire.errors import SarhadError

if TYPE_CHECKING:
    from sarhad.response.graph import RoadGraph

HEAD = struct.Struct(">II")
MAX_BYTES = 64 << 20

TASKS: dict[str, str] = {
    "dispatch": "sarhad.node.compute_dispatch:dispatch",
    "plan-describe": "sarhad.node.planner.tasks:describe_plan",
    "plan-places": "sarhad.node.planner.tasks:places",
    "plan-site": "sarhad.node.planner.tasks:site",
    "plan-reach": "sarhad.node.planner.tasks:reach",
    "plan-dividend": "sarhad.node.planner.tasks:dividend",
    "plan-site-file": "sarhad.node.planner.tasks:site_file",
    "plan-dividend-file": "sarhad.node.planner.tasks:dividend_file",
    "respond": "sarhad.node.compute_dispatch:respond",
    "warm": "sarhad.node.compute_dispatch:warm",
}
"""Task to the function that does it, ``module:function``: a Task, loaded at its first question."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A SarhadError as it crosses the pipe."""

    code: str
    what: str
    where: str
    do: str
    retry: bool
    values: dict[str, Any] = {}


class Bench:
    """What the tasks share: the region and what was made from it.  One thread."""

    def __init__(self, region: Path) -> None:
        """Work on the region package in this folder."""
        self.region = region
        self.kept: dict[str, Any] = {}
        """What a task keeps between questions, under its own name; written by that task."""

    @cached_property
    def graph(self) -> RoadGraph:
        """The region's roads, read at the first question that needs them."""
        from sarhad.response import graph  # noqa: PLC0415  (numpy and SciPy are an extra)

        return graph.load(self.region)


Task = Callable[[Bench, bytes], bytes]
"""Answers one question; raises SarhadError for what it foresees."""


def find(name: str) -> Task:
    """Return the task; raise PlanError when there is none, or what it needs is not installed."""
    if name not in TASKS:
        raise PlanError("plan-no-such-task", f"nothing is known of the task {name[:60]}")
    module, function = TASKS[name].split(":")
    try:
        task: Task = getattr(importlib.import_module(module), function)
    except ImportError as error:
        raise PlanError(
            "plan-not-installed",
            f"this node cannot plan: {error.name} is not installed",
            do="Install it with: pip install 'sarhad[plan]'",
        ) from error
    return task


def answer(bench: Bench, name: str, question: bytes) -> tuple[int, bytes]:
    """Return (0, the answer) or (1, the failure)."""
    try:
        return 0, find(name)(bench, question)
    except SarhadError as error:
        failure = Failure(
            code=error.code,
            what=error.what,
            where=error.where,
            do=error.do,
            retry=error.retry,
            values=getattr(error, "values", {}),
        )
        return 1, msgspec.msgpack.encode(failure)


def serve(bench: Bench, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the input ends."""
    while len(head := questions.read(HEAD.size)) == HEAD.size:
        name_bytes, question_bytes = HEAD.unpack(head)
        name = questions.read(name_bytes).decode()
        failed, given = answer(bench, name, questions.read(question_bytes))
        answers.write(HEAD.pack(failed, len(given)) + given)
        answers.flush()


def main() -> None:
    """Work for the node that started this process, until its end of the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the node's to take
    os.nice(int(sys.argv[2]))
    with os.fdopen(os.dup(1), "wb") as answers:
        with Path(os.devnull).open("wb") as nothing:
            os.dup2(nothing.fileno(), 1)  # what native code prints (a solver's banner) must not stand among the answers
        serve(Bench(Path(sys.argv[1])), sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
