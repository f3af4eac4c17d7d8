"""The founding case, step by step, as officers at two desks; every step measures what it claims."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import msgspec

from sarhad.node.demo.stage import Side, Stage, agreement_data
from sarhad.node.demo.telling import Teller
from sarhad.node.officer import DeskRefusedError, OfficerClient

EXERCISE = "founding-case-2019"
CROSS_TIMEOUT_S = 15.0


class Actors:
    """Plays injects of the scenario: fills in ``@name`` references and remembers what was written."""

    def __init__(self, stage: Stage) -> None:
        """Take the scenario of ``stage``."""
        self.stage = stage
        self._templates = stage.scenario.templates()
        self.refs: dict[str, str] = {}  # scenario name -> reference; written by play()

    async def play(self, name: str) -> str:
        """Write the scenario's record ``name`` as its officer; return its reference."""
        inject = self.stage.scenario.inject(name)
        officer = self.stage.side(inject.party)[inject.officer]
        data = self._templates[name].fill(self.refs.__getitem__, time.time_ns() // 1_000)
        ref = await officer.act(inject.kind, data, msgspec.to_builtins(inject.release), EXERCISE)
        self.refs[name] = ref
        return ref


async def arrived(officer: OfficerClient, ref: str, timeout_s: float = CROSS_TIMEOUT_S) -> float:
    """Wait until the officer's desk holds ``ref``; return the seconds it took, or infinity."""
    since = time.monotonic()
    found = await officer.until(f"/api/records/{ref}", lambda _: True, timeout_s)
    return round(time.monotonic() - since, 3) if found else float("inf")


async def item(officer: OfficerClient, ref: str, exercise: str = EXERCISE) -> dict[str, Any]:
    """Return the inbox item ``ref`` as this officer's desk shows it."""
    items = await officer.get("/api/inbox", exercise=exercise)
    return next((entry for entry in items if entry["ref"] == ref), {})


async def agree(stage: Stage, teller: Teller, *, at_speed: bool) -> None:
    """Sign the terms on both sides; ``at_speed`` with the scenario's quick clocks, else the region's own."""
    data = agreement_data(stage, at_speed=at_speed)
    if "terms" in stage.signed:
        data["replaces"] = stage.signed["terms"]
    proposal = await stage.a["commander"].act("agreement", data, {"to": "joint"})
    await arrived(stage.b["commander"], proposal)
    accepted = await stage.b["commander"].act("agreement", {**data, "accepts": proposal}, {"to": "joint"})
    await arrived(stage.a["commander"], accepted)
    stage.signed["terms"] = proposal
    shown = {}
    for side in stage.sides:
        terms = await side["auditor"].get("/api/agreements")
        found = next((entry for entry in terms if entry["ref"] == proposal), {"state": "missing"})
        shown[f"in force at the desk of {side.party}"] = found["state"] == "in-force"
    teller.tell(
        "agreement" if at_speed else "agreement-renewed",
        "The terms are signed by both sides, with quick deadlines for the drill"
        if at_speed
        else "Both sides sign the region's own terms: from here on its deadlines hold, none is changed afterwards",
        shown,
        terms=proposal,
        signed=accepted,
    )


async def watches(stage: Stage) -> None:
    """Each side's duty officer takes the watch, live and in the drill: who has it is called first."""
    for side in stage.sides:
        for exercise in (None, EXERCISE):
            await side["duty"].act("watch-handover", {"incoming": "duty"}, {"to": "own"}, exercise)


async def history(stage: Stage, teller: Teller, imported: dict[str, int]) -> None:
    """Both sides' real incidents, imported before the nodes were served, cross and are countersigned."""
    since = time.monotonic()
    wanted = sum(imported.values())
    counts = {}
    for side in stage.sides:
        found = await side["duty"].until("/api/incidents", lambda answer: len(answer) >= wanted, CROSS_TIMEOUT_S)
        counts[side.party] = len(found or ())
    equal, digest = await equal_pictures(stage)
    teller.tell(
        "history",
        f"{wanted} real incidents imported, each on the side that it belongs to, and held by both desks",
        {"both desks show all of them": set(counts.values()) == {wanted}, "both pictures are equal": equal},
        imported=imported,
        crossed_s=round(time.monotonic() - since, 3),
        picture=digest,
    )


async def equal_pictures(stage: Stage, timeout_s: float = CROSS_TIMEOUT_S) -> tuple[bool, str]:
    """Wait until both desks name the same digest of the picture that they share; return (equal, digest)."""
    end = time.monotonic() + timeout_s
    while True:
        a = await stage.a["auditor"].get(f"/api/partners/{stage.b.party}/digest")
        b = await stage.b["auditor"].get(f"/api/partners/{stage.a.party}/digest")
        if a["sha256"] == b["sha256"] or time.monotonic() > end:
            return a["sha256"] == b["sha256"], a["sha256"][:16]
        await asyncio.sleep(0.1)


async def reports(actors: Actors, teller: Teller) -> None:
    """Each side reports its attack; the other side states its own number; both stand."""
    stage = actors.stage
    for name in ("kz-incident", "kz-report-first", "kz-report", "kz-claim"):
        await actors.play(name)
    waited = await arrived(stage.b["duty"], actors.refs["kz-claim"])
    theirs = await actors.play("kz-report-pk")
    await arrived(stage.a["duty"], theirs)
    view = await stage.a["duty"].get(f"/api/incidents/{actors.refs['kz-incident']}")
    killed = {side["party"]: side["statements"][-1]["casualties"]["killed"]["best"] for side in view["statements"]}
    teller.tell(
        "khash-zahedan",
        "Khash–Zahedan, 13 February 2019: the report and the claim of responsibility cross; both numbers stand",
        {"each side keeps its number": killed == {"ir": 27, "pk": 30}, "it crossed": waited < CROSS_TIMEOUT_S},
        crossed_s=waited,
        killed=killed,
        ref=actors.refs["kz-report"],
    )
    for name in ("or-incident", "or-report", "or-claim", "or-allegation"):
        await actors.play(name)
    ref = actors.refs["or-allegation"]
    waited = await arrived(stage.a["secretary"], ref)
    answer = await actors.play("or-answer")
    await arrived(stage.b["secretary"], answer)
    state = await stage.b["secretary"].until(
        "/api/inbox",
        lambda items: any(i["ref"] == ref and i["state"] == "answered" for i in items),
        5,
        exercise=EXERCISE,
    )
    teller.tell(
        "ormara",
        "Ormara, 18 April 2019: the report, and an allegation about camps across the line, delivered and answered",
        {"answered": any(i["ref"] == ref and i["state"] == "answered" for i in state)},
        delivered_s=waited,
        allegation=ref,
        answer=answer,
    )


async def warning(actors: Actors, teller: Teller) -> None:
    """An urgent warning is delivered, seen and acknowledged within its deadline."""
    stage = actors.stage
    ref = await actors.play("warning")
    waited = await arrived(stage.a["duty"], ref)
    for step in ("seen", "acknowledged"):
        await stage.a["duty"].post("/api/receipts", {"step": step, "refs": [ref]})

    def done(items: list[dict[str, Any]]) -> bool:
        return any(i["ref"] == ref and i["acknowledge"]["state"] == "met" for i in items)

    for side in stage.sides:
        await side["duty"].until("/api/inbox", done, CROSS_TIMEOUT_S, exercise=EXERCISE)
    shown = await item(stage.b["duty"], ref)
    steps = sorted({receipt["step"] for receipt in shown.get("receipts", ())})
    clock = shown.get("acknowledge", {})
    teller.tell(
        "warning",
        "An urgent warning crosses: delivered, seen, acknowledged within its deadline, by countersigned times",
        {
            "delivered, seen and acknowledged are on record": steps == ["acknowledged", "delivered", "seen"],
            "the deadline is proved met": clock.get("state") == "met",
        },
        ref=ref,
        delivered_s=waited,
        took_s=clock.get("took_s"),
        deadline_s=clock.get("deadline_s"),
    )


async def overdue(actors: Actors, teller: Teller) -> None:
    """Nobody answers a request: both desks show it overdue."""
    stage = actors.stage
    ref = await actors.play("request")
    await arrived(stage.b["duty"], ref)

    def late(items: list[dict[str, Any]]) -> bool:
        return any(i["ref"] == ref and i["state"] == "overdue" for i in items)

    shown = {}
    for side in stage.sides:
        items = await side["duty"].until("/api/inbox", late, CROSS_TIMEOUT_S, exercise=EXERCISE)
        shown[f"{side.party} shows it overdue"] = late(items or [])
    entry = await item(stage.a["duty"], ref)
    teller.tell(
        "overdue",
        "A request goes unanswered past its deadline: both desks show it overdue",
        shown,
        ref=ref,
        deadline_s=entry.get("acknowledge", {}).get("deadline_s"),
        left_s=entry.get("left_s"),
    )


async def cut_and_heal(actors: Actors, teller: Teller) -> None:
    """The cables are pulled, both sides go on, the cables are back, both pictures are equal."""
    stage = actors.stage
    _, before = await equal_pictures(stage)
    stage.cut()
    written = [await actors.play(name) for name in ("cut-note-ir", "cut-report-ir", "cut-note-pk", "cut-incident-pk")]
    apart = await _digest(stage.a, stage.b) != await _digest(stage.b, stage.a)
    missing = await _missing(stage.b["duty"], written[0])
    stage.heal()
    since = time.monotonic()
    equal, after = await equal_pictures(stage, 30)
    healed_s = round(time.monotonic() - since, 3)
    missing_after = [ref for side in stage.sides for ref in written if await _missing(side["duty"], ref)]
    teller.tell(
        "cut",
        "The link is cut, both sides go on; it heals, and both pictures are equal to the byte",
        {
            "the pictures differed while it was cut": apart and missing,
            "both hold all that was written": not missing_after,
            "equal again": equal and before != after,
        },
        written=len(written),
        equal_after_s=healed_s,
        picture=after,
    )


async def _digest(side: Side, other: Side) -> str:
    answer = await side["auditor"].get(f"/api/partners/{other.party}/digest")
    return str(answer["sha256"])


async def _missing(officer: OfficerClient, ref: str) -> bool:
    try:
        await officer.get(f"/api/records/{ref}")
    except DeskRefusedError:
        return True
    return False


async def disclosure(actors: Actors, teller: Teller) -> None:
    """A record that was kept home is released: its commitment, countersigned then, proves its date."""
    stage = actors.stage
    ref = actors.refs["kept-home"]
    hidden = await _missing(stage.b["duty"], ref)
    reason = {"lang": "en", "text": "Exercise: disclosed with its proof"}
    data = {"record": ref, "release": {"to": "named", "parties": [stage.b.party]}, "reason": reason}
    release = await stage.a["commander"].act("release", data, {"to": "named", "parties": [stage.b.party]}, EXERCISE)
    waited = await arrived(stage.b["duty"], ref)
    shown = await stage.b["duty"].get(f"/api/records/{ref}")
    act = await stage.a["commander"].get(f"/api/records/{release}")
    not_after = shown["bracket"]["not_after_s"]
    teller.tell(
        "disclosure",
        "A record kept home is disclosed: the countersignature of its own day proves that it is older",
        {
            "it was hidden before": hidden,
            "it verifies": waited < CROSS_TIMEOUT_S,
            "proved older than its release": not_after is not None and not_after * 1_000_000 < act["at"],
        },
        ref=ref,
        written_by_s=not_after,
        released_us=act["at"],
    )


async def bundle(actors: Actors, teller: Teller, out: Path) -> None:
    """Export a bundle, verify it as a stranger would, and see a tampered copy refused."""
    stage = actors.stage
    out.write_bytes(await stage.a["auditor"].download("/api/export", {"audience": "own"}))
    good, verdict = await verify(out)
    bad_copy = out.with_name("tampered.zip")
    await asyncio.to_thread(tamper, out, bad_copy)
    bad, said = await verify(bad_copy)
    first = said.get("problems") or [{}]
    teller.tell(
        "bundle",
        "A bundle is exported and verified offline; the same bundle with one byte changed is refused",
        {"every proof holds": good == 0, "the tampered copy is refused": bad == 1},
        bundle=str(out.resolve()),
        bytes=out.stat().st_size,
        sha256=hashlib.sha256(out.read_bytes()).hexdigest(),
        records=verdict.get("records"),
        refused_for=first[0],
    )


async def verify(path: Path) -> tuple[int, dict[str, Any]]:
    """Run ``sarhad verify`` as a program of its own; return its exit status and its JSON."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sarhad", "verify", str(path), "--json", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    try:
        said: dict[str, Any] = json.loads(output)
    except json.JSONDecodeError:
        said = {}
    return process.returncode or 0, said


def tamper(source: Path, target: Path) -> None:
    """Copy a bundle with one letter of one record changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        done = False
        for info in old.infolist():
            data = old.read(info)
            if not done and info.filename.endswith("records.jsonl"):
                middle = data.index(b'"body":"') + 40
                data = data[:middle] + (b"A" if data[middle : middle + 1] != b"A" else b"B") + data[middle + 1 :]
                done = True
            new.writestr(info, data)
