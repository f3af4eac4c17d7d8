"""A node with many incidents, in a process of its own, as ``sarhad run`` serves it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

from sarhad.ledger.ledger import Draft
from sarhad.node.build import Node
from sarhad.node.demo import stage as staging
from sarhad.node.demo.stage import Side
from sarhad.wire import record
from sarhad.wire.kinds import Incident, Officer
from sarhad.wire.values import JOINT, OWN, Moment, Names, Place, Words

ROOT = Path(__file__).resolve().parents[2]
REGION = ROOT / "examples" / "sistan-balochistan"
GROUP = 500
"""Records in one durable group."""
CATEGORIES = ("bombing", "ambush", "armed-clash", "shelling", "abduction", "incursion", "smuggling", "sabotage")
DAY_US = 86_400_000_000


def incident(random: Random, number: int, now_us: int) -> Incident:
    """Return one made-up incident: nearly all places exact and different, some known as an area only."""
    at = now_us - random.randrange(3_650) * DAY_US
    place = Place(
        lat=random.randrange(250_000_000, 305_000_000),
        lon=random.randrange(590_000_000, 660_000_000),
        precision=3 if number % 50 == 0 else 2 if number % 10 == 0 else 1,
    )
    return Incident(
        title=Words(lang="en", text=f"Made-up incident number {number} near the road"),
        category=random.choice(CATEGORIES),  # type: ignore[arg-type]
        when=Moment(start=at, end=at),
        place=place,
    )


async def fill(node: Node, count: int) -> None:
    """Append ``count`` incidents."""
    random = Random(1)
    now_us = node.clock()
    for first in range(0, count, GROUP):
        drafts = []
        for number in range(first, min(count, first + GROUP)):
            data = incident(random, number, now_us)
            body = record.write(
                party=node.party, by="duty", at=now_us - (count - number) * 1_000_000, data=data, release=JOINT
            )
            drafts.append(Draft(body))
        node.ledger.append(drafts)


async def add_officers(node: Node, count: int) -> dict[str, str]:
    """Add ``count`` duty officers; return their passwords."""
    passwords = {f"duty-{number}": secrets.token_urlsafe(9) for number in range(count)}
    drafts = []
    for name in passwords:
        data = Officer(officer=name, title=Names(en=name), roles=("duty",))
        body = record.write(party=node.party, by="node", at=node.clock(), data=data, release=OWN)
        drafts.append(Draft(body))
    node.ledger.append(drafts)
    for name, password in passwords.items():
        node.accounts.set_password(name, password)
    return passwords


@contextlib.asynccontextmanager
async def served(folder: Path, incidents: int, officers: int = 0) -> AsyncIterator[Side]:
    """Serve one side's desk with so many incidents until the block ends."""
    staging.START_TIMEOUT_S = 300.0  # a hundred thousand records are folded before it answers
    stage = await staging.make_stage(folder, REGION, 0)
    side = stage.a

    async def work(node: Node) -> None:
        await fill(node, incidents)
        side.passwords.update(await add_officers(node, officers))

    async with staging.ending(stage):
        await staging.furnish(side, work)
        await staging.start(side)
        yield side
