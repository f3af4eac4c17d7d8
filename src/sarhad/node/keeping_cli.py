"""Keeping a node: ``sarhad rotate``, ``thaw``, ``backup`` and ``fsck``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--log-key", "log", is_flag=True, help="The key that signs records and checkpoints.")
@click.option("--witness-key", "witness", is_flag=True, help="The key that countersigns partners' checkpoints.")
@click.option("--tls", is_flag=True, help="The key and certificate of the exchange's address.")
def rotate(folder: Path, log: bool, witness: bool, tls: bool) -> None:
    """Change the node's keys: these, or all when none is named.

    The old log key signs a manifest that names the new keys; partners read it in the log
    and follow by themselves, also those that are away now. The node must not be
    running; a running one changes its keys at the desk. After a theft a change
    is not enough: see the operations page.
    """
    from sarhad.node import rotating
    from sarhad.node.key_files import Which

    chosen: dict[Which, bool] = {"log": log, "witness": witness, "tls": tls}
    click.echo(rotating.main(folder, frozenset(name for name, wanted in chosen.items() if wanted)))


@click.command()
@click.argument("folder", type=FOLDER)
@click.argument("partner")
@click.option("--reason", required=True, help="Why its log is accepted again; goes on record.")
def thaw(folder: Path, partner: str, reason: str) -> None:
    """Accept the frozen log of PARTNER again: shows the evidence, and asks two officers to sign in.

    Both must be commanders or administrators. Talk to the partner first, by another way than the
    exchange. The evidence stays; both names go on record. The node must not be running.
    """
    from sarhad.node import thawing

    click.echo(thawing.exhibits(folder, partner) + "\n")
    who = [
        (click.prompt(f"{place} officer"), click.prompt("Password", hide_input=True)) for place in ("First", "Second")
    ]
    click.echo(thawing.main(folder, partner, who[0], who[1], reason))


@click.command()
@click.argument("folder", type=FOLDER)
@click.argument("target", type=FOLDER)
def backup(folder: Path, target: Path) -> None:
    """Copy the node in FOLDER, also while it runs, to the new folder TARGET, and check the copy.

    Ledger, accounts, attachments, settings and certificate. Not the keys, which belong
    elsewhere, and not the guard, which must never be restored.
    """
    from sarhad.node import backup as backing_up

    click.echo(backing_up.main(folder, target))


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--backup", is_flag=True, help="FOLDER is a backup: its guard was left out on purpose.")
def fsck(folder: Path, as_json: bool, backup: bool) -> None:
    """Re-hash everything in FOLDER and name the first entry that is wrong. Exit status 1 if any is.

    Reads only; may be used while the node runs.
    """
    from sarhad.node import checking

    sys.exit(checking.main(folder, as_json=as_json, backup=backup))
