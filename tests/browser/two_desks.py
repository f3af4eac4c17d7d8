"""Two real nodes with the example region and signed terms: ``python tests/browser/two_desks.py FOLDER [TERMS]``.

``TERMS``: ``crossing`` as in the region (by default), ``no-crossing`` where they name none,
``nothing`` where none are signed.

Prints one JSON object, {party: {"url", "sign_in": {officer: password}}}, when both desks
answer, and serves until its standard input ends.  ``cut`` and ``heal`` on a line of the
input pull and plug the cables between the nodes; each is answered by the same word.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from sarhad.node import importing
from sarhad.node.build import Node
from sarhad.node.demo import stage as staging
from sarhad.node.demo.play import SOURCES
from sarhad.node.demo.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
REGION = ROOT / "examples" / "sistan-balochistan"
CROSS_S = 30.0


async def furnish(stage: Stage) -> None:
    """Write ground, officers and the region's incidents on both sides, then start the nodes."""
    for side in stage.sides:

        async def work(node: Node, party: str = side.party) -> None:
            for form, file in SOURCES[party]:
                await importing.import_table(node, REGION / file, form, node.joint, country=party.upper())

        await staging.furnish(side, work)
    await asyncio.gather(*(staging.start(side) for side in stage.sides))
    await asyncio.gather(*(staging.sign_in(side) for side in stage.sides))


async def agree(stage: Stage, terms: str) -> None:
    """Sign the terms on both sides and wait until they are in force on both."""
    data = staging.agreement_data(stage, at_speed=False)
    if terms == "no-crossing":
        data["terms"]["crossings"] = []
    proposal = await stage.a["commander"].act("agreement", data, {"to": "joint"})
    await stage.b["commander"].until("/api/records/" + proposal, lambda answer: True, CROSS_S)
    await stage.b["commander"].act("agreement", {**data, "accepts": proposal}, {"to": "joint"})
    for side in stage.sides:
        await side["duty"].until("/api/desk", lambda desk: all(p["terms"] for p in desk["partners"]), CROSS_S)


async def obey(stage: Stage, orders: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
    """Tell where the desks are, and do what each line of the input says until it ends."""
    print(json.dumps({s.party: {"url": s.url, "sign_in": s.passwords} for s in stage.sides}), flush=True)
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().strip():
        await orders[line]()
        print(line, flush=True)


async def serve(folder: Path, terms: str) -> None:
    """Set the stage, and obey."""
    stage = await staging.make_stage(folder, REGION, 0)

    async def cut() -> None:
        stage.cut()

    async def heal() -> None:
        stage.heal()

    async with staging.ending(stage):
        await furnish(stage)
        if terms != "nothing":
            await agree(stage, terms)
        await obey(stage, {"cut": cut, "heal": heal})


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "crossing"))
