"""``sarhad fsck``: the invariant checker, for operators."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from sarhad.ledger.fsck import fsck
from sarhad.node.folder import NodeFolder


def main(folder: Path, *, as_json: bool, backup: bool = False) -> int:
    """Check the node's ledger, or a backup of it; return 0 if nothing is wrong, else 1."""
    NodeFolder(folder).require()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=as_json or not console.is_terminal) as bar:
        task = bar.add_task("Re-hashing", total=None)
        report = fsck(folder, lambda done, total: bar.update(task, completed=done, total=total), backup=backup)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
    else:
        click.echo(str(report))
    return 0 if report.ok else 1
