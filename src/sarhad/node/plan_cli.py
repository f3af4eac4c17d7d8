"""``sarhad plan …``: the commands of planning.  Thin: each calls one function, and loads it only then."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from sarhad.node import plan_dispatch_cli, plan_page_cli

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def plan() -> None:
    """Plan the response: where to stand, what would happen, what acting jointly is worth.

    Needs the extra of that name: pip install 'sarhad[plan]'.
    """


REGION = click.option("--region", type=FOLDER, help="Region package; by default examples/sistan-balochistan.")
KINDS = click.option("--kind", "kinds", multiple=True, help="Kind of unit that responds. Repeat for more.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
GEOJSON = click.option("--geojson", type=FILE, help="Write the answer as GeoJSON.")
CSV = click.option("--csv", "table", type=FILE, help="Write the answer as CSV.")
DELAYS = (
    click.option("--delay", "delay_median", default=300.0, show_default=True, help="Median answer, seconds."),
    click.option("--delay-p90", default=900.0, show_default=True, help="Its 90th percentile, seconds."),
)


@plan.command("site")
@click.argument("count", type=click.IntRange(min=0))
@REGION
@click.option(
    "--method",
    type=click.Choice(["maximal", "all", "median", "centre", "expected"]),
    default="maximal",
    show_default=True,
    help="Most demand in time; all of it with the fewest; least mean, least worst time; expected with busy units.",
)
@click.option("--minutes", default=60.0, show_default=True, help="Reached within.")
@click.option(
    "--at",
    "where",
    multiple=True,
    type=click.Choice(["posts", "crossings", "towns", "villages"]),
    default=["posts", "crossings", "towns"],
    help="Candidates. Repeat for more.",
)
@click.option("--keep-posts", "keep", is_flag=True, help="Posts stay; COUNT are added.")
@click.option("--busy", default=0.3, show_default=True, help="Share of time a unit is busy (expected).")
@click.option("--weight", "weights", multiple=True, metavar="KEY=NUMBER", help="Such as bombing=3, source:ucdp=1.")
@click.option("--spread-provinces", "provinces", is_flag=True, help="Spread what is known to a province.")
@click.option("--limit", default=30.0, show_default=True, help="Seconds.")
@JSON
@GEOJSON
@CSV
def plan_site(**options: Any) -> None:
    """Choose COUNT sites for posts or units. Exit status 0 only if the choice is proved best."""
    from sarhad.node import planning_siting_commands

    sys.exit(planning_siting_commands.site(**options))


@plan.command("simulate")
@REGION
@KINDS
@click.option("--runs", default=20, show_default=True, help="Independent streams.")
@click.option("--years", default=5.0, show_default=True, help="Length of each.")
@click.option("--seed", default=1, show_default=True, help="The same seed, the same figures.")
@click.option("--processes", default=1, show_default=True, help="Cores to use.")
@DELAYS[0]
@DELAYS[1]
@click.option("--fit", "fitted", metavar="TABLE", help="Table of incidents to fit the rate to; by default the largest.")
@JSON
def plan_simulate(**options: Any) -> None:
    """Simulate the joint force against incidents like those on record."""
    from sarhad.node import planning_siting_commands

    sys.exit(planning_siting_commands.simulate(**options))


@plan.command("dividend")
@REGION
@KINDS
@DELAYS[0]
@DELAYS[1]
@click.option("--runs", default=20, show_default=True, help="Simulated runs with busy units.")
@click.option("--seed", default=1, show_default=True, help="The same seed, the same figures.")
@click.option("--fit", "fitted", metavar="TABLE", help="Table of incidents to fit the rate to; by default the largest.")
@click.option("--pages", type=FOLDER, help="Write the one-page result in three languages there.")
@JSON
@GEOJSON
@CSV
def plan_dividend(**options: Any) -> None:
    """Compare the same units as two separate forces and as one, and each rule at the line."""
    from sarhad.node import planning_siting_commands

    sys.exit(planning_siting_commands.dividend_command(**options))


plan.add_command(plan_dispatch_cli.reach)
plan.add_command(plan_dispatch_cli.dispatch)
plan.add_command(plan_page_cli.page)
