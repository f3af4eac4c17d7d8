"""``sarhad plan reach`` and ``sarhad plan dispatch`` on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from sarhad.node.finite_cli import FiniteRange
from sarhad.node.plan_lang_cli import LANG, Worded

SOURCE = click.argument("source", type=click.Path(path_type=Path, exists=True))
ASKED = (
    click.option("--region", type=click.Path(path_type=Path, file_okay=False), help="Region package with its roads."),
    click.option("--incident", "incidents", multiple=True, metavar="REF", help="Incident. Repeat for more."),
    click.option("--to", "points", multiple=True, metavar="LAT,LON", help="A bare point, degrees. Repeat for more."),
    click.option("--need", "capabilities", multiple=True, metavar="WORD", help="Capability or kind of unit needed."),
    click.option("--strength", type=click.IntRange(min=0), default=0, help="Persons needed in all."),
    click.option(
        "--urgency", type=click.Choice(["flash", "immediate", "priority", "routine"]), default="immediate",
        show_default=True, help="How much it counts beside the others.",
    ),
    click.option("--before", metavar="WHEN", help="Of no use later: minutes from now, or a time with its zone."),
    click.option("--exercise", help="Plan on the traffic of this exercise."),
    click.option("--engine", metavar="WHERE", help="Valhalla: its configuration file, or its address."),
    LANG,
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
)  # fmt: skip


def asks(command: Any) -> Any:
    """Give a command the options that say what is asked."""
    for option in reversed(ASKED):
        command = option(command)
    return command


@click.command("reach", cls=Worded)
@SOURCE
@asks
def reach(as_json: bool, **asked: Any) -> None:
    """How long each unit takes to each incident, and how that is known.

    SOURCE is a node's folder (read only; the node may run) or a snapshot file, which
    states the incidents itself. Times include the notice to move, and waiting at
    crossings. What keeps a unit away is said in its row.

    \b
    sarhad plan reach node-ir --incident ir:31
    sarhad plan reach node-ir --to 28.98,61.55 --need medical --lang fa
    """
    from sarhad.node import planning

    sys.exit(planning.reach(planning.Asked(**asked), as_json=as_json))


@click.command("dispatch", cls=Worded)
@SOURCE
@asks
@click.option("--limit", "limit_s", default=10.0, show_default=True, type=FiniteRange(min=0.01), help="Seconds.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Keep the proposal and its snapshot.")
@click.option("--replay", is_flag=True, help="SOURCE is a kept proposal: make it again, compare to the byte.")
def dispatch(as_json: bool, limit_s: float, output: Path | None, replay: bool, **asked: Any) -> None:
    """Propose who should go, with the reason for each choice. Nobody is ordered by it.

    SOURCE is a node's folder (read only; the node may run) or a snapshot file. The answer
    is the proved optimum: first the earliest adequate arrival, then the posts kept
    covered, then the time on the way. Exit status 1 when an incident cannot be adequately
    served, or the answer is another than the one kept.

    \b
    sarhad plan dispatch node-ir --incident ir:31 --need medical --need explosive-disposal
    sarhad plan dispatch node-ir --to 28.98,61.55 --strength 30 --before 120 --output plan.json
    sarhad plan dispatch plan.json --replay
    """
    from sarhad.node import planning

    sys.exit(planning.dispatch(planning.Asked(**asked), as_json=as_json, output=output, replay=replay, limit_s=limit_s))
