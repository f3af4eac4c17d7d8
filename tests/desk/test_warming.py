"""Warming the desk: by small steps, with others served in between."""

from __future__ import annotations

import asyncio

from desk.house import House, words
from sarhad.picture.views import RecordFilter
from sarhad.wire.kinds import Incident, Note, Warn
from sarhad.wire.values import JOINT, Moment, Place, named


async def test_others_are_served_between_the_steps_and_nothing_waits_afterwards(ir: House, pk: House) -> None:
    place = Place(lat=1, lon=2, precision=1)
    for number in range(5):
        await ir.act("duty", Note(text=words(f"note {number}")), release=JOINT)
        incident = Incident(title=words("x"), category="other", when=Moment(start=0, end=1), place=place)
        await ir.act("duty", incident, release=JOINT)
        await ir.act("duty", Warn(to="pk", urgency="flash", text=words("look out")), release=named("pk"))
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await ir.desk.warm()
    task.cancel()
    assert turns >= 3
    assert ir.desk.picture.index(0) == 0
    assert ir.desk.picture.records(RecordFilter(q="note")).total == 5
    assert len(ir.desk.picture.inbox("ir", ir.desk.now())) == 5
