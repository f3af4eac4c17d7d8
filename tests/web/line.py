"""Two served desks with a unit near Mirjaveh on each side: the ground that the response's tests stand on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from desk.house import House, settle, words
from sarhad.node.computing import Bench, answer
from sarhad.response.errors import PlanError
from sarhad.wire import kinds as k
from sarhad.wire.values import JOINT, Moment, Names, Place, Range
from web.served import Served

REGION = Path(__file__).parents[2] / "examples" / "sistan-balochistan"
BENCH = Bench(REGION)
Agreed = Literal["crossing", "no crossing", "nothing"]
MIRJAVEH = Place(lat=289_775_000, lon=615_503_000, precision=1, name="Mirjaveh")


async def compute(task: str, question: bytes, *, timeout_s: float = 30.0) -> bytes:
    """The worker's own task, in a thread of the test."""
    failed, given = await asyncio.to_thread(answer, BENCH, task, question)
    if failed:
        error = msgspec.msgpack.decode(given)
        raise PlanError(error["code"], error["what"], **error["values"])
    return given


@dataclass
class Line:
    """Two served desks with a unit near Mirjaveh on each side, and an incident on the side of ir."""

    ir: Served
    pk: Served
    refs: dict[str, str]

    async def settle(self) -> None:
        await settle(self.ir.house, self.pk.house)

    async def post(self, side: Served, officer: str, path: str, **body: Any) -> tuple[int, Any]:
        async with side.officer(officer) as client:
            return await client.post(path, body)

    async def page(self, side: Served, officer: str = "duty") -> Any:
        async with side.officer(officer) as client:
            status, page = await client.get(f"/api/response/{self.refs['incident']}")
            assert status == 200, page
            return page

    async def propose(self, side: Served, officer: str = "duty", **more: Any) -> tuple[int, Any]:
        body = {"incident": self.refs["incident"], "urgency": "flash", "capabilities": ["medical", "cordon"], **more}
        return await self.post(side, officer, "/api/response/propose", **body)

    async def proposed(self) -> str:
        status, made = await self.propose(self.ir)
        assert status == 201, made
        await self.settle()
        return str(made["ref"])


def unit(code: str, kind: Any, *skills: str) -> k.Unit:
    return k.Unit(
        code=code, names=Names(en=code), unit_kind=kind, capabilities=skills, strength=Range(low=4, best=5, high=6),
        notice_to_move_s=300, speed_kmh=70, crosses_line=True,
    )  # fmt: skip


async def furnish(ir: House, pk: House, agreed: Agreed = "crossing") -> dict[str, str]:
    """Write the ground of both sides, the agreement (on a crossing, on none, or no agreement), and the incident."""
    refs = {}
    crossing = k.Crossing(code="C1", names=Names(en="Mirjaveh"), place=MIRJAVEH, modes=("road",), status="open")
    refs["C1"] = await ir.act("commander", crossing, release=JOINT)
    stands = {
        "Z1": (ir, "medical", Place(lat=293_441_050, lon=611_342_330, precision=1)),
        "Z2": (ir, "reaction", Place(lat=289_600_000, lon=614_900_000, precision=1)),
        "N1": (pk, "medical", Place(lat=290_114_950, lon=615_876_280, precision=1)),
    }
    for code, (house, kind, place) in stands.items():
        skills = ("cordon",) if kind == "reaction" else ("first-aid",)
        refs[code] = await house.act("commander", unit(code, kind, *skills), release=JOINT)
        at = house.clock.now
        status = k.UnitStatus(unit=refs[code], status="available", as_of=Moment(start=at, end=at), place=place)
        await house.act("duty", status, release=JOINT)
    if agreed != "nothing":
        rule = k.CrossingRule(crossing=refs["C1"], parties=("ir", "pk"))
        await agree(ir, pk, (rule,) if agreed == "crossing" else ())
    when = Moment(start=ir.clock.now, end=ir.clock.now)
    what = k.Incident(
        title=words("Drill"), category="disaster", when=when, place=Place(lat=289_500_000, lon=614_800_000, precision=1)
    )
    refs["incident"] = await ir.act("duty", what, release=JOINT)
    await settle(ir, pk)
    return refs


async def agree(ir: House, pk: House, rules: tuple[k.CrossingRule, ...]) -> None:
    """Have both sides sign the terms."""
    terms = k.Terms(
        title=Names(en="Terms"), parties=("ir", "pk"),
        clocks=(k.Clock(urgency="flash", acknowledge_s=300, answer_s=900),),
        notice_distance_m=4_000, crossings=rules,
        purpose=words("drill"), retention_days=30,
    )  # fmt: skip
    first = await ir.act("commander", k.Agreement(terms=terms), release=JOINT)
    await settle(ir, pk)
    await pk.act("commander", k.Agreement(terms=terms, accepts=first), release=JOINT)


def states(page: Any) -> dict[str, str]:
    names = {one["ref"]: one["view"]["code"] for one in page["units"]}
    return {names[one["unit"]]: one["state"] for one in page["response"]["turnouts"]}
