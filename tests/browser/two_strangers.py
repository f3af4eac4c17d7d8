"""Two real nodes that have not met: ``python tests/browser/two_strangers.py FOLDER``.

Prints what ``two_desks.py`` prints, and serves until its standard input ends.  ``freeze``
on a line of the input stops both nodes, freezes the second side's log at the first as a
contradiction would, with that log's checkpoint and a forged one as exhibits, and starts both again.
"""

from __future__ import annotations

import asyncio
import base64
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser.two_desks import obey
from sarhad.ledger import conflicts
from sarhad.node.build import Node, opened
from sarhad.node.demo import stage as staging
from sarhad.node.demo.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
REGION = ROOT / "examples" / "sistan-balochistan"


async def furnish(stage: Stage) -> None:
    """Write ground and officers on both sides, name a folder for copies, start the nodes."""

    async def nothing(_node: Node) -> None:
        pass

    for side in stage.sides:
        await staging.furnish(side, nothing)
        settings = side.folder / "sarhad.toml"
        copies = side.folder.parent / f"copies-of-{side.party}"
        told = settings.read_text(encoding="utf-8").replace('backup_folder = ""', f'backup_folder = "{copies}"')
        settings.write_text(told, encoding="utf-8")
    await asyncio.gather(*(staging.start(side) for side in stage.sides))


async def freeze(stage: Stage) -> None:
    """Let the first side hold the other's log for contradictory."""
    await asyncio.gather(*(staging.stop(side) for side in stage.sides))  # each holds its own log alone
    async with opened(stage.b.folder) as other:
        note = other.ledger.checkpoint()
    origin, size, _, *rest = note.split(b"\n")
    forged = b"\n".join([origin, size, base64.b64encode(bytes(32)), *rest])
    async with opened(stage.a.folder) as node:
        log = node.roster.get(stage.b.party).log
        node.ledger.freeze(log, conflicts.TWO_ROOTS, [note, forged])
    await asyncio.gather(*(staging.start(side) for side in stage.sides))


async def serve(folder: Path) -> None:
    """Set the stage, tell where it is, and obey the input until it ends."""
    stage = await staging.make_stage(folder, REGION, 0, joined=False)
    async with staging.ending(stage):
        await furnish(stage)
        await obey(stage, {"freeze": partial(freeze, stage)})


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
