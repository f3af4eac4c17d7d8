"""``sarhad import``: tables, ground and carried files into a node that is not running."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.progress import track

from sarhad.exchange import carry
from sarhad.gateways.geo.ground import read_ground
from sarhad.gateways.tables.drafts import ImportReport, IncidentDraft, ReportDraft
from sarhad.gateways.tables.hand import drafts_from_hand, drafts_from_reports
from sarhad.gateways.tables.ucdp import drafts_from_ucdp
from sarhad.node import setup
from sarhad.node.build import Node, opened
from sarhad.wire.errors import SarhadError
from sarhad.wire.kinds import Note
from sarhad.wire.values import OWN, PUBLIC, Release, named


@dataclass(slots=True)
class Imported:
    """What an import wrote: counts of records, and the lines to print about rows left out."""

    incidents: int = 0
    statements: int = 0
    remarks: list[str] = field(default_factory=list)
    rejected: int = 0
    summary: str = ""


def parse_release(text: str, node: Node) -> Release:
    """Read own, joint, public, or party names with commas; raise SarhadError for a stranger."""
    fixed = {"own": OWN, "joint": node.joint, "public": PUBLIC}
    if text in fixed:
        return fixed[text]
    parties = [part.strip() for part in text.split(",")]
    for party in parties:
        if party not in node.desk.partners():
            raise SarhadError(f"{party!r} is no partner of this node", where="--release", do="Join with it first")
    return named(*parties)


async def import_table(
    node: Node, path: Path, form: str, release: Release, exercise: str | None = None, *, progress: bool = False
) -> Imported:
    """Write a table's rows as records of the node itself; rows on record already are skipped."""
    known = {view.external: view.ref for view in node.picture.incidents(exercise) if view.external}
    report: ImportReport[Any]
    if form == "ucdp-ged":
        report = drafts_from_ucdp(path, release=release, known=frozenset(known))
    elif form == "incidents":
        report = drafts_from_hand(path, release=release, known=frozenset(known))
    else:
        report = drafts_from_reports(path, release=release, known=frozenset())
    done = Imported(remarks=[str(line) for line in (*report.skipped, *report.rejected)], summary=report.summary())
    done.rejected = len(report.rejected)
    for draft in track(report.accepted, "Writing", transient=True, disable=not progress):
        await _write(node, draft, known, exercise, done)
    if report.accepted:
        await node.desk.act(node.itself, Note(text=report.note()), release=OWN, exercise=exercise)
    return done


async def _write(
    node: Node, draft: IncidentDraft | ReportDraft, known: dict[str, str], exercise: str | None, done: Imported
) -> None:
    room = f"{exercise or 'live'}/"
    if isinstance(draft, ReportDraft):
        data = draft.resolve(known)
        await node.desk.act(node.itself, data, release=draft.release, exercise=exercise, key=room + draft.key)
        done.statements += 1
        return
    incident = await node.desk.act(
        node.itself, draft.incident, release=draft.release, exercise=exercise, key=room + draft.external
    )
    known[draft.external] = incident.ref
    done.incidents += 1
    for key, statement in draft.after(incident.ref):
        await node.desk.act(node.itself, statement, release=draft.release, exercise=exercise, key=room + key)
        done.statements += 1


def main(folder: Path, file: Path, form: str, release: str, exercise: str | None) -> int:
    """Import ``file``; print what became of every row; return 1 if a row was rejected."""
    return asyncio.run(_main(folder, file, form, release, exercise))


async def _main(folder: Path, file: Path, form: str, release: str, exercise: str | None) -> int:
    async with opened(folder) as node:
        if form == "ground":
            ground = read_ground(file)
            if ground.party != node.party:
                raise SarhadError(f"the ground is of {ground.party}, not of {node.party}", where=str(file))
            click.echo(f"Wrote {len(await setup.write_ground(node, ground))} records of the ground")
            return 0
        if form == "carried":
            click.echo(await carry.import_carried(node.exchange, file))
            return 0
        done = await import_table(node, file, form, parse_release(release, node), exercise, progress=True)
    for line in done.remarks:
        click.echo(line, err=True)
    click.echo(f"{done.summary}: wrote {done.incidents} incidents and {done.statements} statements")
    return 1 if done.rejected else 0
