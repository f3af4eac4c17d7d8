"""``sarhad plan reach`` and ``sarhad plan dispatch``: from a node's folder or a snapshot file to an answer."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sarhad.ledger.ledger import Ledger
from sarhad.node.folder import NodeFolder, system_clock
from sarhad.node.planning_engine import engines
from sarhad.node.planning_files import write
from sarhad.node.planning_words import PlanWords
from sarhad.node.settings import load as load_settings
from sarhad.picture import Picture
from sarhad.response import graph as roads
from sarhad.response.dispatch import Proposal, propose
from sarhad.response.dispatch.scene import Scene
from sarhad.response.dispatch.ways import reached
from sarhad.response.errors import PlanError
from sarhad.response.from_picture import incident_state, point_state, snapshot_of
from sarhad.response.kept import Kept
from sarhad.response.proposal import Answer, Chosen, Reached
from sarhad.response.reach import VEHICLE
from sarhad.response.snapshot import IncidentState, Need, Snapshot, read
from sarhad.wire import record as records
from sarhad.wire.errors import SarhadError
from sarhad.wire.ids import party_of
from sarhad.wire.values import Language, Point, Urgency

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
    before: str | None
    exercise: str | None
    engine: str | None
    lang: Language


def picture_of(folder: Path) -> tuple[str, Picture]:
    """Return a node's party and its picture, read only; the node may be running.  Raises PlanError where none is."""
    node_in(folder)
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


def node_in(folder: Path) -> Path:
    """Return the folder; raise PlanError where it is no node's."""
    try:
        NodeFolder(folder).require()
    except SarhadError as error:
        raise PlanError("plan-no-node", error.what, where=error.where, do=error.do, folder=str(folder)) from error
    return folder


def room(picture: Picture, exercise: str | None) -> str | None:
    """Return the exercise (None: the live desk); raises PlanError for one of which no record is held."""
    held = picture.exercises()
    if exercise is None or exercise in held:
        return exercise
    known = ", ".join(held) or "–"
    raise PlanError(
        "plan-no-exercise", f"no record of an exercise {exercise!r} is held here; there are {known}",
        where="--exercise", do="Name one of them, or none for the live desk", exercise=exercise, known=known,
    )  # fmt: skip


def prepare(asked: Asked) -> tuple[roads.RoadGraph, Snapshot, dict[str, str]]:
    """Return the road graph, the snapshot, and what its references and parties are called.

    A snapshot file does not say what parties are called.  Raises PlanError where any cannot be had.
    """
    if asked.source.is_file():
        snapshot = read(asked.source.read_bytes())
        return roads.load(asked.region or DEFAULT_REGION), snapshot, names_of(snapshot)
    region = asked.region or load_settings(node_in(asked.source)).region_folder() or DEFAULT_REGION
    graph = roads.load(region)
    party, picture = picture_of(asked.source)
    now = system_clock()
    before = None if asked.before is None else _moment(asked.before, now)
    need = Need(capabilities=tuple(sorted(set(asked.capabilities))), strength=asked.strength, before=before)
    wanted: list[IncidentState] = [incident_state(picture, ref, need, asked.urgency) for ref in asked.incidents]
    wanted += [point_state(_point(text), f"point:{k}", need, asked.urgency) for k, text in enumerate(asked.points)]
    if not wanted:
        raise PlanError("plan-no-incident", "no incident is named", do="Give --incident REF or --to LAT,LON")
    exercise = room(picture, asked.exercise)
    snapshot = snapshot_of(picture, party, now, wanted, exercise=exercise, region=graph.digest)
    points = {f"point:{k}": text for k, text in enumerate(asked.points)}
    return graph, snapshot, names_of(snapshot) | parties_of(picture, asked.lang) | points


def _point(text: str) -> Point:
    try:
        lat, lon = (round(float(part) * 1e7) for part in text.split(","))
        return msgspec.convert({"lat": lat, "lon": lon}, Point)
    except (ValueError, OverflowError, msgspec.ValidationError) as error:
        raise PlanError("plan-no-point", f"{text!r} is no point LAT,LON in degrees") from error


def _moment(text: str, now: int) -> int:
    """Return the moment (µs UTC) that minutes from now, or a time with its zone, mean."""
    try:
        if text.isdecimal():
            return now + int(text) * 60_000_000
        at = datetime.fromisoformat(text)
        return round((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000
    except (ValueError, OverflowError, TypeError) as error:  # a time without its zone is no moment
        raise PlanError(
            "plan-no-moment", f"{text!r} is no moment", do="Give minutes from now, or a time such as 2026-05-01T14:00Z"
        ) from error


def reach(asked: Asked, *, as_json: bool) -> int:
    """Print every unit's time to every incident, or what keeps it away."""
    graph, snapshot, names = prepare(asked)
    scene = Scene.of(graph, snapshot, VEHICLE, engines(asked.engine))
    rows = list(reached(scene))
    if as_json:
        answer = {"snapshot": snapshot.digest(), "region": graph.digest, "reach": rows}
        sys.stdout.buffer.write(msgspec.json.encode(answer, order="sorted") + b"\n")
        return 0
    words = PlanWords(asked.lang, names)
    for incident in scene.snapshot.incidents:
        heads = (words.told(f"head.{name}") for name in ("unit", "party", "time", "sure", "known"))
        table = Table(*map(escape, heads), title=escape(words.value("incident", incident.ref)))
        for row in rows:
            if row.incident == incident.ref:
                table.add_row(*_cells(row, words))
        Console().print(table)
    return 0


def _cells(row: Reached, words: PlanWords) -> tuple[str, ...]:
    if row.obstacle is not None or row.way is None:
        why = "" if row.obstacle is None else words.reason(row.obstacle)
        return escape(row.code), escape(words.value("party", row.party)), "–", "", escape(why)
    way = row.way
    over = [words.told("over", crossing=one.code) for one in way.passings]
    known = words.pause.join([words.told(f"by.{way.how}"), *over, *(words.note(note) for note in way.notes)])
    arrival, sure = (words.value("arrival_s", one) for one in (way.arrival_s, way.uncertainty_s))
    return escape(row.code), escape(words.value("party", row.party)), arrival, f"± {sure}", escape(known)


def names_of(snapshot: Snapshot) -> dict[str, str]:
    """Return the codes of units, crossings and posts by their references."""
    names = {unit.ref: unit.code for unit in snapshot.units}
    return names | {one.ref: one.code for one in snapshot.crossings} | {one.ref: one.code for one in snapshot.posts}


def parties_of(picture: Picture, lang: Language) -> dict[str, str]:
    """Return what each party on record calls itself, in the language where it says so."""
    held = {party: picture.manifest(party) for party in picture.parties()}
    return {party: getattr(one.names, lang) or one.names.en for party, one in held.items() if one is not None}


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
    graph, snapshot, names = prepare(asked)
    with _banner_aside():
        proposal = propose(graph, snapshot, limit_s=limit_s, engines=engines(asked.engine))
    if output is not None:
        kept = Kept(
            snapshot=msgspec.Raw(snapshot.to_bytes()),
            limit_ms=round(limit_s * 1000),
            proposal=msgspec.Raw(proposal.to_bytes()),
        )
        write(output, msgspec.json.encode(kept))
    if as_json:
        sys.stdout.buffer.write(proposal.to_bytes() + b"\n")
    else:
        _print(proposal, snapshot, PlanWords(asked.lang, names))
    return 0 if all(answer.adequate_s is not None for answer in proposal.answers) else 1


def _replay(asked: Asked) -> int:
    try:
        kept = msgspec.json.decode(asked.source.read_bytes(), type=Kept)
    except (OSError, msgspec.MsgspecError) as error:
        raise PlanError(
            "plan-no-proposal", f"this is no kept proposal: {error}", do="Make one with --output"
        ) from error
    graph, snapshot = roads.load(asked.region or DEFAULT_REGION), read(bytes(kept.snapshot))
    with _banner_aside():
        again = propose(graph, snapshot, limit_s=kept.limit_ms / 1000, engines=engines(asked.engine))
    same = again.to_bytes() == bytes(kept.proposal)
    click.echo(PlanWords(asked.lang).told("same" if same else "other"))
    return 0 if same else 1


def _print(proposal: Proposal, snapshot: Snapshot, words: PlanWords) -> None:
    console = Console()
    for answer in proposal.answers:
        _print_answer(console, answer, words)
    served = all(answer.adequate_s is not None for answer in proposal.answers)
    console.print(escape(words.faster(proposal.faster, all_served=served)))
    if proposal.unasked:
        console.print(escape(words.told("unasked")))
    worst = max((stage.gap for stage in proposal.stages), default=0)
    proved = (
        words.told("proved") if proposal.status == "optimal" else words.told("unproved", gap=words.value("gap", worst))
    )
    told = {"snapshot": proposal.snapshot[:16], "party": words.value("party", snapshot.party)}
    console.print(escape(words.pause.join([proved, words.told("origin", **told, version=proposal.version)])))


def _print_answer(console: Console, answer: Answer, words: PlanWords) -> None:
    if answer.adequate_s is None:
        console.print(escape(words.told("unserved", incident=words.value("incident", answer.incident))), style="bold")
        for lack in answer.unmet:
            console.print(f"  {escape(words.unmet(lack))}")
        return
    after = words.value("_s", answer.adequate_s)
    console.print(
        escape(words.told("served", incident=words.value("incident", answer.incident), time=after)), style="bold"
    )
    for one in answer.chosen:
        console.print(f"  {escape(_chosen(one, words))}")
    for other in answer.passed_over:
        away = words.value("straight_m", other.straight_m)
        why = words.reason(other.why)
        said = words.told("passed", unit=other.code, party=words.value("party", other.party), away=away, why=why)
        console.print(f"  {escape(said)}")


def _chosen(one: Chosen, words: PlanWords) -> str:
    arrival, sure = (words.value("_s", seconds) for seconds in (one.way.arrival_s, one.way.uncertainty_s))
    by = words.told(f"by.{one.way.how}")
    over = [words.told("over", crossing=p.code) for p in one.way.passings]
    said = words.told(
        "chosen",
        unit=one.code,
        party=words.value("party", one.party),
        time=arrival,
        sure=sure,
        way=" ".join([by, *over]),
    )
    return words.pause.join([f"{said}: {words.reason(one.why)}", *map(words.note, one.way.notes)])
