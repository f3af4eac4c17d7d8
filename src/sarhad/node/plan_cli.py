"""``sarhad plan …``: the commands of planning.  Thin: each calls one function, and loads it only then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from sarhad.node import plan_dispatch_cli, plan_page_cli
from sarhad.node.finite_cli import FiniteRange
from sarhad.node.plan_lang_cli import LANG, Worded

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def plan() -> None:
    """Plan the response: where to stand, what would happen, what acting jointly is worth.

    Needs the extra of that name: pip install 'sarhad[plan]'.
    """


REGION = click.option("--region", type=FOLDER, help="Region package; by default examples/sistan-balochistan.")
NODE = click.option(
    "--node",
    type=FOLDER,
    help="Plan on this node's records: units, posts, crossings, incidents as its party sees them.",
)
EXERCISE = click.option("--exercise", help="Plan in this exercise of the node's (with --node).")
KINDS = click.option("--kind", "kinds", multiple=True, help="Kind of unit that responds. Repeat for more.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
GEOJSON = click.option("--geojson", type=FILE, help="Write the answer as GeoJSON.")
CSV = click.option("--csv", "csv_file", type=FILE, help="Write the answer as CSV.")

SITE = (
    click.argument("count", type=click.IntRange(min=0), required=False),
    click.option(
        "--method", type=click.Choice(["maximal", "all", "median", "centre", "expected"]), default="maximal",
        show_default=True, help="What is best: see above.",
    ),
    click.option("--busy", default=0.3, show_default=True, type=FiniteRange(0, 0.999),
        help="Share of time that a unit is busy (expected)."),
    click.option("--limit", default=30.0, show_default=True, type=FiniteRange(min=0.01), help="Seconds."),
    REGION, NODE, EXERCISE,
    click.option("--minutes", default=60.0, show_default=True, type=FiniteRange(min=0), help="Reached within."),
    click.option(
        "--at", "where", multiple=True, type=click.Choice(["posts", "crossings", "towns", "villages"]),
        default=["posts", "crossings", "towns"], help="Candidates. Repeat for more.",
    ),
    click.option("--villages", default=100, show_default=True, type=click.IntRange(1, 500),
        help="So many villages (with --at villages): those where most incidents may have been."),
    click.option("--mode", type=click.Choice(["joint", "separate"]), default="joint", show_default=True,
        help="A site serves both sides over the crossings, or its own only."),
    click.option("--hour", default=12, show_default=True, type=click.IntRange(0, 23), help="Hour of the incidents."),
    click.option("--answer", "answer_s", default=300, show_default=True, type=click.IntRange(0, 86_400),
        help="Seconds until the other desk has answered."),
    click.option("--open", "codes", multiple=True, metavar="CODE",
        help="Crossings in use, by code; as agreed where none is named."),
    click.option("--keep-posts", "keep", is_flag=True, help="Posts stay; COUNT are added."),
    click.option("--weight", "weights", multiple=True, metavar="KEY=NUMBER",
        help="What an incident counts for: bombing=3, source:ucdp=0.5. Repeat for more."),
    click.option("--table", "tables", multiple=True,
        help="Table of incidents that makes the demand; by default the largest. Of several, each weighs the same."),
    click.option("--spread-provinces", "provinces", is_flag=True, help="Spread what is known to a province."),
    click.option("--problem", type=EXISTING, help="Solve this file instead of a region."),
    click.option("--weights-file", type=EXISTING, help="Demand of an SJC file; by default demand-NAME.dat beside it."),
    click.option("--demand", type=EXISTING, help="CSV of demand: lat,lon or x,y; name and weight if any."),
    click.option("--candidates", type=EXISTING, help="CSV of candidates: likewise; existing (0, 1), capacity if any."),
    click.option("--within", type=FiniteRange(min=0), help="What counts as reached, in the file's unit."),
    LANG, JSON, GEOJSON, CSV,
)  # fmt: skip

LOAD = (
    click.option("--table", "--fit", "table", help="Table of incidents; by default the largest. Never added up."),
    click.option("--replay", is_flag=True, help="Replay the incidents on record instead of drawing from a model."),
    click.option("--runs", default=20, show_default=True, type=click.IntRange(1, 100_000), help="Independent streams."),
    click.option("--years", default=5.0, show_default=True, type=FiniteRange(0.01, 1000), help="Length of each."),
    click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0),
        help="The same seed, the same figures."),
    click.option("--delay", "delay_median", default=300.0, show_default=True, type=FiniteRange(min=0),
        help="Median answer of the other desk, seconds."),
    click.option("--delay-p90", default=900.0, show_default=True, type=FiniteRange(min=0),
        help="Its 90th percentile, seconds."),
    click.option("--delay-from", type=FOLDER, help="Take both from the countersigned times in this node's folder."),
    click.option("--urgency", type=click.Choice(["flash", "immediate", "priority", "routine"]), default="flash",
        show_default=True, help="Whose times to take (with --delay-from)."),
    click.option("--exercise",
        help="Plan in this exercise (with --node), by the times measured in it (with --delay-from)."),
    click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 1024), help="Cores to use."),
    click.option("--ray", default="", envvar="SARHAD_RAY", metavar="ADDRESS",
        help="Run on this Ray cluster, or on one begun here: local. Also SARHAD_RAY."),
    LANG,
)  # fmt: skip


def given(options: Sequence[Any]) -> Callable[[Any], Any]:
    """Give a command the options, in the order that they are listed."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@plan.command("site", cls=Worded)
@given(SITE)
def plan_site(
    count: int | None, problem: Path | None, weights_file: Path | None, demand: Path | None,
    candidates: Path | None, within: float | None, **options: Any,
) -> None:  # fmt: skip
    """Choose COUNT sites for posts or units, with the proof of how good they are.

    \b
    maximal   the most demand reached in time
    all       the fewest sites that reach all of it (COUNT is not needed)
    median    the least time on average
    centre    the least worst time
    expected  the most demand reached in time when units may be busy

    Every answer states its value, a bound that no choice can beat, and the gap between the
    two: "optimal" means proved. Exit status 0 if proved, 1 if not, 2 if it cannot be asked.

    \b
    On a region:       sarhad plan site 3 --minutes 45 --at posts --at crossings
    On a file:         sarhad plan site --problem pmed7.txt --method median --json
                       sarhad plan site 50 --problem Bronx.txt --within 600
    On your own data:  sarhad plan site 4 --demand d.csv --candidates c.csv --within 20000
                       sarhad plan site 4 --problem times.csv --method median

    Files: OR-Library pmed (says COUNT itself), SJC, city, JSON with cost and weight, or a
    CSV matrix of times (demand,weight,candidate…; an empty cell: no way).
    """
    from sarhad.response.errors import PlanError

    own = problem or demand or candidates
    if own:
        from sarhad.node.planning_problem import solve_problem

        asked = (options["method"], count, within, options["busy"], options["limit"], options["as_json"],
                 options["lang"])  # fmt: skip
        sys.exit(solve_problem(problem, weights_file, demand, candidates, *asked))
    if within is not None:
        raise PlanError("plan-within-region", "this goes with --problem or --demand", where="--within",
                        do="For a region say --minutes", option="--within", instead="--minutes")  # fmt: skip
    if count is None and options["method"] != "all":
        raise PlanError(
            "plan-no-count", "it is not said how many sites", where="COUNT", do="Say: sarhad plan site COUNT"
        )
    from sarhad.node.planning_site import Asked, site

    outputs = {name: options.pop(name) for name in ("as_json", "geojson", "csv_file")}
    files = {"as_json": outputs["as_json"], "geojson_file": outputs["geojson"], "csv_file": outputs["csv_file"]}
    sys.exit(site(Asked(count=count or 0, **options), **files))


@plan.command("simulate", cls=Worded)
@REGION
@NODE
@KINDS
@given(LOAD)
@JSON
def plan_simulate(region: Path | None, node: Path | None, kinds: tuple[str, ...], as_json: bool, **load: Any) -> None:
    """Simulate the joint force against incidents like those on record.

    Units may be busy, gates closed, and the other desk takes its time to answer. Prints the
    median and 90th percentile response in minutes, the shares reached within 30, 60 and 120
    minutes and how busy the units are, each with its 95 % confidence interval over the runs.
    JSON has seconds and shares of 1.
    """
    from sarhad.node import planning_simulation

    sys.exit(planning_simulation.simulate(region, node, kinds, as_json, planning_simulation.Load(**load)))


@plan.command("dividend", cls=Worded)
@REGION
@NODE
@KINDS
@given(LOAD)
@click.option("--pages", type=FOLDER, help="Write the one-page result there, as HTML and (extra [pdf]) PDF.")
@JSON
@GEOJSON
@CSV
def plan_dividend(region: Path | None, node: Path | None, kinds: tuple[str, ...], **options: Any) -> None:
    """Compare the same units as two separate forces and as one, and each rule at the line.

    At rest, over all hours of the day, and under load by simulation. Under load the joint
    force may do worse, since a unit that helps across the line is missing at home: the
    dividend is then negative, and shown so.
    """
    from sarhad.node.planning_dividend import dividend_command
    from sarhad.node.planning_simulation import Load

    outputs = {name: options.pop(name) for name in ("pages", "as_json", "csv_file")}
    outputs["geojson_file"] = options.pop("geojson")
    sys.exit(dividend_command(region, node, kinds, **outputs, load=Load(**options)))


plan.add_command(plan_dispatch_cli.reach)
plan.add_command(plan_dispatch_cli.dispatch)
plan.add_command(plan_page_cli.page)
