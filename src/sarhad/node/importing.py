"""``sarhad import``: tables, ground and carried files into a node that is not running."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.progress import track

from sarhad.gateways.geo.ground import read_ground
from sarhad.gateways.tables.drafts import ImportReport, IncidentDraft, ReportDraft
from sarhad.gateways.tables.hand import drafts_from_hand, drafts_from_reports
from sarhad.gateways.tables.ucdp import drafts_from_ucdp
from sarhad.node import setup
from sarhad.node.build import Node, opened
from sarhad.wire.errors import SarhadError
from sarhad.wire.kinds import Incident, Note
from sarhad.wire.registry import Data
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
    node: Node,
    path: Path,
    form: str,
    release: Release,
    exercise: str | None = None,
    *,
    country: str = "",
    progress: bool = False,
) -> Imported:
    """Write a table's rows as records of the node itself; rows on record already are left as they are.

    ``country`` (ISO 3166-1 alpha-2) leaves out what happened elsewhere.  Every record has
    a key made from its row, so an import that was cut short goes on where it stopped.
    """
    report: ImportReport[Any]
    if form == "ucdp-ged":
        report = drafts_from_ucdp(path, release=release, country=country)
    elif form == "incidents":
        report = drafts_from_hand(path, release=release, country=country)
    else:
        report = drafts_from_reports(path, release=release, country=country)
    done = Imported(remarks=[str(line) for line in (*report.skipped, *report.rejected)], summary=report.summary())
    done.rejected = len(report.rejected)
    writer = _Writer(node, exercise, {v.external: v.ref for v in node.picture.incidents(exercise) if v.external}, done)
    accepted: tuple[IncidentDraft | ReportDraft, ...] = report.accepted
    for draft in track(accepted, "Writing", transient=True, disable=not progress):
        await writer.write(draft)
    if done.incidents or done.statements:
        await node.desk.act(node.itself, Note(text=report.note()), release=OWN, exercise=exercise)
    return done


class _Writer:
    """Writes the drafts of one import."""

    def __init__(self, node: Node, exercise: str | None, known: dict[str, str], done: Imported) -> None:
        """``known``: references of incidents by external identifier, extended as they are written."""
        self._node = node
        self._exercise = exercise
        self._known = known
        self._done = done

    async def write(self, draft: IncidentDraft | ReportDraft) -> None:
        """Write what of a draft is not on record yet."""
        if isinstance(draft, ReportDraft):
            self._done.statements += await self._act(draft.resolve(self._known), draft.release, draft.key)
            return
        if draft.external not in self._known:
            self._done.incidents += await self._act(draft.incident, draft.release, draft.external)
        else:
            self._done.remarks.append(
                f"line {draft.line}: {draft.external} is on record as {self._known[draft.external]}"
            )
        for key, statement in draft.after(self._known[draft.external]):
            self._done.statements += await self._act(statement, draft.release, key)

    async def _act(self, data: Data, release: Release, key: str) -> int:
        """Write one record under its key; return 1 if it is new, 0 if it was on record."""
        size = self._node.ledger.size(self._node.ledger.log)
        written = await self._node.desk.act(
            self._node.itself, data, release=release, exercise=self._exercise, key=f"{self._exercise or 'live'}/{key}"
        )
        if isinstance(data, Incident):
            self._known[data.external] = written.ref
        return int(written.seq >= size)


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
            taken = await node.make_exchange().import_carried(file)
            reach = f"which now reach to {taken.end}"
            click.echo(f"Took in {taken.new} new entries of {taken.partner}, {reach}, and {taken.files} files")
            return 0
        done = await import_table(node, file, form, parse_release(release, node), exercise, progress=True)
    for line in done.remarks:
        click.echo(line, err=True)
    click.echo(f"{done.summary}: wrote {done.incidents} incidents and {done.statements} statements")
    return 1 if done.rejected else 0
