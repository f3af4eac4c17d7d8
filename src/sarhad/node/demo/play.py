"""``sarhad demo``: sets the stage, plays the founding case, and keeps serving."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from pathlib import Path

from sarhad.node import importing
from sarhad.node.build import Node
from sarhad.node.demo import response, story
from sarhad.node.demo import stage as staging
from sarhad.node.demo.stage import Stage
from sarhad.node.demo.telling import Teller
from sarhad.wire.errors import SarhadError

EXAMPLE = Path("examples") / "sistan-balochistan"
SOURCES = {"ir": [("incidents", "incidents/iran-side-hand.csv")], "pk": [("ucdp-ged", "incidents/ucdp-ged.csv")]}


def find_region(region: Path | None) -> Path:
    """Return the region package to play in: the one named, else the checkout's example."""
    here = Path(__file__).resolve().parents[4]
    for candidate in (region,) if region else (Path.cwd() / EXAMPLE, here / EXAMPLE):
        if (candidate / "region.json").is_file():
            return candidate.resolve()
    raise SarhadError("no region package found", where=str(region or EXAMPLE), do="Name its folder with --region")


def main(*, once: bool, as_json: bool, folder: Path, region: Path | None, port: int) -> int:
    """Play; return 0 if every step's check held, else 1."""
    teller = Teller(as_json)
    asyncio.run(_play(find_region(region), folder, teller, port=port, once=once))
    return 0 if teller.ok else 1


async def _play(region: Path, folder: Path, teller: Teller, *, port: int, once: bool) -> None:
    started = time.monotonic()
    teller.say(
        "The founding case, played between two nodes on this machine. Parties, units and officers are fictional."
    )
    warming = asyncio.create_task(response.warm(region))
    stage = await staging.make_stage(folder, region, port)
    async with staging.ending(stage):
        await _open(stage, teller)
        await _tell(stage, teller, folder, warming)
        teller.emit(
            done=True,
            ok=teller.ok,
            seconds=round(time.monotonic() - started, 1),
            bundle=str((folder / "founding-case.zip").resolve()),
            desks={side.party: {"url": side.url, "sign_in": side.passwords} for side in stage.sides},
        )
        _farewell(stage, teller, folder, time.monotonic() - started)
        if not once:
            await _serve_on(teller)


async def _open(stage: Stage, teller: Teller) -> None:
    """Furnish both sides, import the history, start the nodes, sign the officers in."""
    imported: dict[str, int] = {}
    for side in stage.sides:

        async def work(node: Node, party: str = side.party) -> None:
            imported[party] = 0
            for form, file in SOURCES[party]:
                report = await importing.import_table(
                    node, stage.region / file, form, node.joint, country=party.upper()
                )
                imported[party] += report.incidents

        await staging.furnish(side, work)
    await asyncio.gather(*(staging.start(side) for side in stage.sides))
    await asyncio.gather(*(staging.sign_in(side) for side in stage.sides))
    await story.watches(stage)
    agreed = {f"{party} was heard as it was read": a == b for party, (a, b) in stage.fingerprints.items()}
    teller.tell(
        "parties",
        "Two parties, each with keys and a node of its own; fingerprints compared by voice",
        {**agreed, "there are two": len(agreed) == len(stage.sides)},
        fingerprints={party: heard for party, (heard, _) in stage.fingerprints.items()},
    )
    await story.history(stage, teller, imported)


async def _tell(stage: Stage, teller: Teller, folder: Path, warming: asyncio.Task[None]) -> None:
    """Play the steps in order; each is told as it ends.  ``warming``: what the planner must have before it is asked."""
    actors = story.Actors(stage)
    await story.agree(stage, teller, at_speed=True)
    await story.reports(actors, teller)
    await actors.play("kept-home")
    await story.warning(actors, teller)
    await story.overdue(actors, teller)
    await story.cut_and_heal(actors, teller)
    await story.disclosure(actors, teller)
    await story.agree(stage, teller, at_speed=False)
    await warming
    await response.play(stage, teller)
    await story.bundle(actors, teller, folder / "founding-case.zip")


def _farewell(stage: Stage, teller: Teller, folder: Path, seconds: float) -> None:
    teller.say("")
    teller.say(f"Every check held, in {seconds:.0f} s." if teller.ok else "A check did not hold: see the red lines.")
    teller.say(f"Bundle:   {(folder / 'founding-case.zip').resolve()}")
    teller.say(f"Check it: .venv/bin/sarhad verify {folder / 'founding-case.zip'}")
    for side in stage.sides:
        names = ", ".join(f"{name} {password}" for name, password in side.passwords.items() if name in SHOWN)
        teller.say(f"Desk of {side.party}: {side.url}   sign in as {names}")


SHOWN = ("duty", "commander", "secretary", "auditor")


async def _serve_on(teller: Teller) -> None:
    """Wait for Ctrl+C or a TERM signal."""
    teller.say("\nServing both desks. Stop with Ctrl+C.")
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    with contextlib.suppress(asyncio.CancelledError):
        await stopped.wait()
