"""The end of the founding case: both sides answer one attack together, each with its own units."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sarhad.node.compute import Compute
from sarhad.node.demo.stage import Side, Stage
from sarhad.node.demo.story import CROSS_TIMEOUT_S, EXERCISE, arrived
from sarhad.node.demo.telling import Teller
from sarhad.node.officer import DeskRefusedError

PLACE = {"lat": 289_500_000, "lon": 614_800_000, "precision": 1, "name": "Mirjaveh"}
NEEDS = ("cordon", "medical", "interpret")
CROSSING = "crossing/C1"
PLAN_TIMEOUT_S = 60.0
WARM_TIMEOUT_S = 300.0
HOUR_US = 3_600_000_000
QUIET: Any = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}


@dataclass(slots=True)
class Play:
    """What the steps hand on; each field is written by the step that is named after it."""

    stage: Stage
    incident: str = ""
    page: dict[str, Any] = field(default_factory=dict)
    """The response as the desk of ``a`` shows it after the proposal."""

    @property
    def proposal(self) -> dict[str, Any]:
        """The proposal's record."""
        found: dict[str, Any] = self.page["response"]["proposals"][-1]
        return found

    async def look(self, side: Side) -> dict[str, Any]:
        """Return the response as a desk shows it now."""
        shown: dict[str, Any] = await side["duty"].get(f"/api/response/{self.incident}")
        return shown


async def warm(region: Path) -> None:
    """Have what planning compiles made beside the first steps: on a machine that never planned it takes a while."""
    compute = Compute(region)
    try:
        await compute("warm", b"", timeout_s=WARM_TIMEOUT_S)
    finally:
        await compute.close()


async def play(stage: Stage, teller: Teller) -> None:
    """Propose, accept at both desks, hand the lead over at Mirjaveh, arrive."""
    run = Play(stage)
    await propose(run, teller)
    await accept(run, teller)
    await hand_over(run, teller)
    await arrive(run, teller)


async def propose(run: Play, teller: Teller) -> None:
    """Report the attack, open the crossing on both sides, have a joint response proposed, and make it again."""
    stage = run.stage
    for side in stage.sides:
        await _open_crossing(side)
    now = time.time_ns() // 1_000
    incident = {
        "title": {"lang": "fa", "text": "تمرین: حمله در جنوب میرجاوه؛ مهاجمان به سوی مرز می‌روند"},
        "category": "armed-clash",
        "when": {"start": now, "end": now},
        "place": PLACE,
    }
    run.incident = await stage.a["duty"].act("incident", incident, {"to": "joint"}, EXERCISE)
    await arrived(stage.b["duty"], run.incident)
    since = time.monotonic()
    body = {"incident": run.incident, "urgency": "flash", "capabilities": NEEDS}
    made = await stage.a["duty"].post("/api/response/propose", body)
    seconds = round(time.monotonic() - since, 2)
    run.page = await run.look(stage.a)
    await arrived(stage.b["duty"], made["ref"])
    legs = run.proposal["data"]["legs"]
    same = await _made_again(run)
    alone = {one["party"]: one.get("adequate_s") for one in run.proposal["data"]["alone"]}
    adequate = run.proposal["data"].get("adequate_s")
    teller.tell(
        "response",
        "A joint response to an attack at the line is proposed, and proved the best: units of both sides, with reasons",
        {
            "it takes units of both sides": {leg["unit"].partition(":")[0] for leg in legs} == set(alone),
            "nothing better is possible": run.proposal["data"]["proved"],
            "from what was kept the same proposal comes out again": same,
            "neither side alone is as fast": all(one is None or one > adequate for one in alone.values()),
        },
        proposed_s=seconds,
        there_min=_minutes(adequate),
        **{f"{party}_alone_min": _minutes(one) or "not enough" for party, one in sorted(alone.items())},
        proposal=made["ref"],
    )


async def accept(run: Play, teller: Teller) -> None:
    """Each side orders its own units out; nobody can order the other side's."""
    stage, asker, other = run.stage, run.stage.a, run.stage.b
    theirs = next(one["unit"] for one in run.proposal["data"]["legs"] if one["unit"].startswith(other.party))
    refused = await _order(asker, theirs, run.incident)
    await asker["duty"].post("/api/response/send", {"proposal": run.proposal["ref"]})
    asked = await other["duty"].until(
        f"/api/response/{run.incident}",
        lambda page: len(_turnouts(page)) == len(run.proposal["data"]["legs"]),
        CROSS_TIMEOUT_S,
    )
    for one in _turnouts(asked):
        if one["party"] == other.party:
            text = {"lang": "en", "text": "WILCO"}
            body = {"request": one["asked"]["ref"], "outcome": "will", "text": text}
            await other["duty"].post("/api/response/reply", body)
    for side in stage.sides:
        for one in _turnouts(asked):
            if one["party"] == side.party:
                await _report(side, run, one["unit"], "accepted")
    shown = {}
    for side in stage.sides:
        page = await side["duty"].until(f"/api/response/{run.incident}", _all("accepted"), CROSS_TIMEOUT_S)
        shown[f"{side.party} shows every unit accepted"] = _all("accepted")(page)
    own = {one["party"]: {ref.partition(":")[0] for ref in _refs(one)} for one in _turnouts(page)}
    notices = await _notices(run)
    teller.tell(
        "accepted",
        "Each side orders its own units and no other's; the nodes announce by themselves what will come near the line",
        {
            "ordering the other side's unit is refused": refused,
            "every order is its own side's": all(parties == {party} for party, parties in own.items()),
            "the agreement's zone notices are written": bool(notices),
            **shown,
        },
        units=len(_turnouts(page)),
        notices=len(notices),
    )


async def hand_over(run: Play, teller: Teller) -> None:
    """The attackers cross the line: the lead passes at Mirjaveh, with both signatures."""
    stage, giver, taker = run.stage, run.stage.a, run.stage.b
    now = time.time_ns() // 1_000
    offer = {
        "response": run.page["response"]["ref"],
        "to": taker.party,
        "urgency": "flash",
        "when": {"start": now, "end": now + HOUR_US},
        "crossing": giver.refs[CROSSING],
        "text": {"lang": "fa", "text": "تمرین: مهاجمان از خط گذشتند؛ فرماندهی در میرجاوه تحویل می‌شود"},
    }
    to_taker, to_giver = ({"to": "named", "parties": [side.party]} for side in (taker, giver))
    ref = await giver["commander"].act("handover", offer, to_taker, EXERCISE)
    await arrived(taker["commander"], ref)
    before = (await run.look(taker))["response"]["lead"]
    text = {"lang": "ur", "text": "مشق: قیادت سنبھال لی گئی"}
    signed = await taker["commander"].act("answer", {"of": ref, "outcome": "will", "text": text}, to_giver, EXERCISE)
    leads = {}
    for side in stage.sides:
        page = await side["duty"].until(
            f"/api/response/{run.incident}", lambda page: page["response"]["lead"] == taker.party, CROSS_TIMEOUT_S
        )
        leads[side.party] = page["response"]["lead"]
    teller.tell(
        "handover",
        "The attackers cross the line: the lead is handed over at Mirjaveh, signed by one side and by the other",
        {
            "one signature does not move it": before == giver.party,
            "both desks show the same lead": set(leads.values()) == {taker.party},
        },
        offered=ref,
        signed=signed,
    )


async def arrive(run: Play, teller: Teller) -> None:
    """Every unit arrives; times are measured by countersignatures, and compared with two separate forces."""
    stage = run.stage
    page = await run.look(stage.a)
    for status in ("en-route", "arrived"):
        for one in _turnouts(page):
            await _report(stage.side(one["party"]), run, one["unit"], status)
    measured: dict[str, Any] = {}
    for side in stage.sides:
        page = await side["duty"].until(f"/api/response/{run.incident}", _measured, CROSS_TIMEOUT_S)
        measured[side.party] = sorted((one["unit"], one["arrive_s"]) for one in _turnouts(page))
    data = run.proposal["data"]
    best_alone = min((one["adequate_s"] for one in data["alone"] if one.get("adequate_s") is not None), default=None)
    first = min(leg["arrival_s"] for leg in data["legs"])
    teller.tell(
        "arrival",
        "Every unit arrives, measured by countersignatures (the drill reports at once); by road, jointly is sooner",
        {
            "both desks measured the same": len({str(one) for one in measured.values()}) == 1,
            "every arrival is proved": all(seconds is not None for one in measured.values() for _, seconds in one),
            "sooner than either side alone": best_alone is None or data["adequate_s"] < best_alone,
        },
        first_min=_minutes(first),
        joint_min=_minutes(data["adequate_s"]),
        separate_min=_minutes(best_alone),
        saved_min=_minutes(None if best_alone is None else best_alone - data["adequate_s"]),
        measured_s=max(seconds or 0 for _, seconds in measured[stage.a.party]),
    )


# Small parts.


async def _open_crossing(side: Side) -> None:
    """Open Mirjaveh round the clock in the drill, so that it plays the same at every hour."""
    ground = await side["commander"].get("/api/ground", exercise=EXERCISE)
    held = next(one for one in ground["crossings"] if one["ref"] == side.refs[CROSSING])
    kept = {name: held[name] for name in ("code", "names", "place", "modes")}
    await side["commander"].act("crossing", {**kept, "status": "open"}, {"to": "joint"}, EXERCISE)


async def _made_again(run: Play) -> bool:
    """Make the kept proposal again as a program of its own; tell whether it is the same to the byte."""
    side = run.stage.a
    kept = await side["duty"].get(f"/api/records/{run.proposal['data']['kept']}")
    file = side.folder / "attachments" / kept["data"]["sha256"]
    command = ("-m", "sarhad", "plan", "dispatch", str(file), "--replay", "--region", str(run.stage.region))
    process = await asyncio.create_subprocess_exec(sys.executable, *command, **QUIET)
    return await asyncio.wait_for(process.wait(), PLAN_TIMEOUT_S) == 0


async def _order(side: Side, unit: str, incident: str) -> bool:
    """Try to order a unit; tell whether it was refused."""
    with contextlib.suppress(DeskRefusedError):
        data = {"unit": unit, "incident": incident, "status": "ordered"}
        await side["commander"].act("tasking", data, {"to": "joint"}, EXERCISE)
        return False
    return True


async def _report(side: Side, run: Play, unit: str, status: str) -> None:
    data = {"unit": unit, "incident": run.incident, "status": status}
    await side["duty"].act("tasking", data, {"to": "joint"}, EXERCISE)


async def _notices(run: Play) -> list[dict[str, Any]]:
    """Wait until both desks hold a notice of each unit whose way comes near the line."""
    near = {leg["unit"] for leg in run.proposal["data"]["legs"] if leg.get("near_line")}

    def written(ground: Any) -> bool:
        told = {unit for one in ground["notices"] if one["about"] == run.incident for unit in one["units"]}
        return near <= told

    grounds = [
        await side["duty"].until("/api/ground", written, PLAN_TIMEOUT_S, exercise=EXERCISE) for side in run.stage.sides
    ]
    return [one for one in grounds[0]["notices"] if one["about"] == run.incident] if all(map(written, grounds)) else []


def _turnouts(page: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page["response"]["turnouts"]
    return found


def _refs(turnout: dict[str, Any]) -> list[str]:
    return [step["ref"] for step in turnout["steps"]]


def _all(state: str) -> Any:
    return lambda page: all(one["state"] == state for one in _turnouts(page))


def _measured(page: Any) -> bool:
    return all(one["state"] == "arrived" and one["arrive_s"] is not None for one in _turnouts(page))


def _minutes(seconds: int | None) -> int | None:
    return None if seconds is None else round(seconds / 60)
