"""``sarhad plan reach`` and ``sarhad plan dispatch``: from a node's folder or a snapshot file to an answer."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from sarhad.ledger.ledger import Ledger
from sarhad.node.folder import NodeFolder, system_clock
from sarhad.node.planning_words import sentence
from sarhad.node.settings import load as load_settings
from sarhad.picture import Picture
from sarhad.response import graph as roads
from sarhad.response.dispatch import Proposal, propose
from sarhad.response.dispatch.scene import Scene
from sarhad.response.errors import PlanError
from sarhad.response.from_picture import incident_state, point_state, snapshot_of
from sarhad.response.kept import Kept
from sarhad.response.proposal import Answer
from sarhad.response.reach import VEHICLE
from sarhad.response.snapshot import IncidentState, Need, Snapshot, read
from sarhad.wire import record as records
from sarhad.wire.ids import party_of
from sarhad.wire.values import Point, Urgency

DEFAULT_REGION = Path("examples/sistan-balochistan")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for; with a snapshot file the snapshot says it all."""

    source: Path
    region: Path | None
    incidents: tuple[str, ...]
    points: tuple[str, ...]
    capabilities: tuple[str, ...]
    strength: int
    urgency: Urgency
    exercise: str | None


def picture_of(folder: Path) -> tuple[str, Picture]:
    """Return a node's party and its picture, read only; the node may be running."""
    NodeFolder(folder).require()
    ledger = Ledger.open_readonly(folder)
    picture = Picture()
    try:
        for identity in ledger.logs():
            for entry in ledger.entries(identity.log, 0, ledger.size(identity.log)):
                if entry.body is not None and not entry.refused:
                    picture.apply(records.read(identity.log, entry.seq, entry.body))
        return party_of(ledger.log), picture
    finally:
        ledger.close()


def prepare(asked: Asked) -> tuple[roads.RoadGraph, Snapshot]:
    """Return the road graph and the snapshot; raises PlanError where either cannot be had."""
    if asked.source.is_file():
        return roads.load(asked.region or DEFAULT_REGION), read(asked.source.read_bytes())
    region = asked.region or load_settings(asked.source).region_folder() or DEFAULT_REGION
    graph = roads.load(region)
    party, picture = picture_of(asked.source)
    need = Need(capabilities=tuple(sorted(set(asked.capabilities))), strength=asked.strength)
    wanted: list[IncidentState] = [incident_state(picture, ref, need, asked.urgency) for ref in asked.incidents]
    wanted += [point_state(_point(text), f"point:{k}", need, asked.urgency) for k, text in enumerate(asked.points)]
    if not wanted:
        raise PlanError("plan-no-incident", "no incident is named", do="Give --incident REF or --to LAT,LON")
    return graph, snapshot_of(picture, party, system_clock(), wanted, exercise=asked.exercise, region=graph.digest)


def _point(text: str) -> Point:
    try:
        lat, lon = (round(float(part) * 1e7) for part in text.split(","))
        return msgspec.convert({"lat": lat, "lon": lon}, Point)
    except (ValueError, OverflowError, msgspec.ValidationError) as error:
        raise PlanError("plan-no-point", f"{text!r} is no point LAT,LON in degrees") from error


def reach(asked: Asked, *, as_json: bool) -> int:
    """Print every unit's time to every incident, or what keeps it away."""
    graph, snapshot = prepare(asked)
    scene = Scene.of(graph, snapshot, VEHICLE)
    snapshot = scene.snapshot
    rows = []
    for j, incident in enumerate(snapshot.incidents):
        for u, unit in enumerate(snapshot.units):
            why = scene.obstacle(u, j)
            way = scene.way(u, j) if why is None else None
            rows.append({"incident": incident.ref, "unit": unit.ref, "code": unit.code, "way": way, "obstacle": why})
    if as_json:
        answer = {"snapshot": snapshot.digest(), "region": graph.digest, "reach": rows}
        sys.stdout.buffer.write(msgspec.json.encode(answer, order="sorted") + b"\n")
        return 0
    table = Table("Incident", "Unit", "There after", "How", "Either way", "Position")
    for j, incident in enumerate(snapshot.incidents):
        order = sorted(range(len(snapshot.units)), key=lambda u: (scene.arrival_s(u, j) or 2**40, u))
        for u in order:
            why, code = scene.obstacle(u, j), snapshot.units[u].code
            if why is not None:
                table.add_row(incident.ref, code, "–", sentence(why), "", "")
                continue
            way = scene.way(u, j)
            over = ", ".join(f"{p.code} (waits {clock(p.wait_s)})" for p in way.passings)
            age = "home post" if way.position_age_s is None else f"{clock(way.position_age_s)} old"
            how = f"{way.how} over {over}" if over else way.how
            table.add_row(incident.ref, code, clock(way.arrival_s), how, f"± {clock(way.uncertainty_s)}", age)
    Console().print(table)
    return 0


def clock(seconds: int) -> str:
    """Return hours and minutes."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}"


@contextlib.contextmanager
def _banner_aside() -> Iterator[None]:
    """Send what native code prints to the error output: the solver's banner must not stand before the JSON."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def dispatch(asked: Asked, *, as_json: bool, output: Path | None, replay: bool, limit_s: float) -> int:
    """Propose, print, keep; or make a kept proposal again and compare it to the byte. Returns the exit status."""
    if replay:
        return _replay(asked)
    graph, snapshot = prepare(asked)
    with _banner_aside():
        proposal = propose(graph, snapshot, limit_s=limit_s)
    if output is not None:
        kept = Kept(
            snapshot=msgspec.Raw(snapshot.to_bytes()),
            limit_ms=round(limit_s * 1000),
            proposal=msgspec.Raw(proposal.to_bytes()),
        )
        output.write_bytes(msgspec.json.encode(kept))
    if as_json:
        sys.stdout.buffer.write(proposal.to_bytes() + b"\n")
    else:
        _print(proposal, snapshot)
    return 0 if all(answer.adequate_s is not None for answer in proposal.answers) else 1


def _replay(asked: Asked) -> int:
    try:
        kept = msgspec.json.decode(asked.source.read_bytes(), type=Kept)
    except (OSError, msgspec.MsgspecError) as error:
        raise PlanError(
            "plan-no-proposal", f"this is no kept proposal: {error}", do="Make one with --output"
        ) from error
    again = propose(
        roads.load(asked.region or DEFAULT_REGION), read(bytes(kept.snapshot)), limit_s=kept.limit_ms / 1000
    )
    same = again.to_bytes() == bytes(kept.proposal)
    click.echo("The same answer, to the byte." if same else "Another answer than the one that was kept.")
    return 0 if same else 1


def _print(proposal: Proposal, snapshot: Snapshot) -> None:
    console = Console()
    for answer in proposal.answers:
        _print_answer(console, answer)
    worst = max((stage.gap for stage in proposal.stages), default=0)
    proved = "proved optimal" if proposal.status == "optimal" else f"NOT proved optimal, gap up to {worst}"
    if proposal.faster is not None:
        saved = f"{clock(proposal.faster.saved_s)} sooner" if not proposal.faster.served else "more could be served"
        console.print(f"What costs most: {sentence(proposal.faster.rule)}; without it {saved}")
    console.print(f"{proved}; snapshot {proposal.snapshot[:16]} of {snapshot.party}, version {proposal.version}")


def _print_answer(console: Console, answer: Answer) -> None:
    if answer.adequate_s is None:
        console.print(f"[bold]{answer.incident}[/bold]: cannot be served adequately")
        for lack in answer.unmet:
            console.print(f"  {sentence(lack.what)}")
            if lack.nearest is not None:
                near = lack.nearest
                console.print(f"  the nearest is {near.code}, {near.straight_m // 1000} km away: {sentence(near.why)}")
        return
    console.print(f"[bold]{answer.incident}[/bold]: served after {clock(answer.adequate_s)}")
    for one in answer.chosen:
        over = "".join(f", over {p.code} after waiting {clock(p.wait_s)}" for p in one.way.passings)
        arrival = f"{clock(one.way.arrival_s)} ± {clock(one.way.uncertainty_s)}"
        console.print(f"  {one.code} ({one.party}) after {arrival} by {one.way.how}{over}: {sentence(one.why)}")
    for other in answer.passed_over:
        console.print(f"  not {other.code} ({other.party}), {other.straight_m // 1000} km: {sentence(other.why)}")
