"""The worker beside the desk: answers, failures, and what happens when it hangs or breaks down."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from sarhad.node.compute import Compute
from sarhad.response.errors import PlanError
from sarhad.response.kept import Question
from sarhad.response.proposal import Proposal
from sarhad.response.snapshot import IncidentState, Snapshot, UnitState
from sarhad.wire.errors import Unavailable
from sarhad.wire.values import Place, Range

REGION = Path(__file__).parents[2] / "examples" / "sistan-balochistan"
WORKER = """
import os, sys, time
from sarhad.node import computing
computing.TASKS.update({name: f"__main__:{name}" for name in ("echo", "hang", "break_down", "chatter")})
def echo(bench, question): return question
def hang(bench, question): time.sleep(3600)
def break_down(bench, question): os._exit(3)
def chatter(bench, question): print("a banner"); return question
if __name__ == "__main__": computing.main()
"""


@pytest_asyncio.fixture
async def compute(tmp_path: Path) -> AsyncIterator[Compute]:
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    made = Compute(REGION, waiting=2, worker=(sys.executable, str(script)))
    yield made
    await made.close()


def question() -> bytes:
    """One unit near Zahedan, and an incident on the road to Khash."""
    unit = UnitState(
        ref="ir:1",
        party="ir",
        code="R1",
        kind="reaction",
        strength=Range(low=10, best=12, high=14),
        speed_kmh=60,
        place=Place(lat=294_963_000, lon=608_629_000, precision=1),
    )
    incident = IncidentState(ref="ir:9", place=Place(lat=290_000_000, lon=609_000_000, precision=1))
    snapshot = Snapshot(at=0, party="ir", units=(unit,), incidents=(incident,))
    return msgspec.json.encode(Question(snapshot=msgspec.Raw(snapshot.to_bytes()), limit_ms=60_000))


async def test_a_question_of_dispatch_is_answered_the_same_each_time() -> None:
    compute = Compute(REGION)
    try:
        first, second = [await compute("dispatch", question(), timeout_s=120) for _ in range(2)]
    finally:
        await compute.close()
    proposal = msgspec.json.decode(first, type=Proposal)
    assert [chosen.code for chosen in proposal.answers[0].chosen] == ["R1"]
    assert first == second


async def test_what_a_task_foresees_comes_back_as_its_own_error(compute: Compute) -> None:
    raw = msgspec.json.encode(Question(snapshot=msgspec.Raw(Snapshot(at=0, party="ir").to_bytes()), limit_ms=1))
    with pytest.raises(PlanError) as caught:
        await compute("dispatch", raw, timeout_s=120)
    assert caught.value.code == "plan-no-incident"
    with pytest.raises(PlanError, match="nothing is known of the task"):
        await compute("unheard-of", b"")


async def test_what_native_code_prints_does_not_stand_among_the_answers(compute: Compute) -> None:
    assert await compute("chatter", b"x") == b"x"
    assert await compute("echo", b"y") == b"y"


async def test_a_worker_that_breaks_down_is_told_and_started_again(compute: Compute) -> None:
    with pytest.raises(Unavailable, match="broke down"):
        await compute("break_down", b"")
    assert await compute("echo", b"still here") == b"still here"


async def test_one_that_takes_too_long_is_ended(compute: Compute) -> None:
    assert await compute("echo", b"started") == b"started"
    with pytest.raises(Unavailable, match="took longer than"):
        await compute("hang", b"", timeout_s=0.05)
    assert await compute("echo", b"still here") == b"still here"


async def test_more_than_may_wait_are_refused(compute: Compute) -> None:
    hanging = asyncio.create_task(compute("hang", b""))
    waiting = [asyncio.create_task(compute("echo", b"")) for _ in range(3)]
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert "too many" in str(next(iter(done)).exception())
    await compute.close()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    await asyncio.wait(waiting)


async def test_a_caller_that_gives_up_leaves_the_worker_in_order(compute: Compute) -> None:
    asked = asyncio.create_task(compute("echo", b"for nobody"))
    await asyncio.sleep(0)
    asked.cancel()
    assert await compute("echo", b"for somebody") == b"for somebody"


async def test_a_node_without_a_region_says_so() -> None:
    with pytest.raises(PlanError) as caught:
        await Compute(None)("dispatch", b"")
    assert caught.value.code == "plan-no-region"
