"""``sarhad plan page …``: the pages and files that the Plan screen makes, made without a node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sarhad.node.folder import system_clock
from sarhad.node.plan_lang_cli import LANGUAGES, Worded, sole

if TYPE_CHECKING:
    from sarhad.web.plan_shapes import FileMade, Stamp
    from sarhad.wire.values import Language

FOLDER = click.Path(path_type=Path, file_okay=False)
REGION = click.option("--region", type=FOLDER, help="Region package; by default examples/sistan-balochistan.")
NODE = click.option("--node", type=FOLDER, help="Plan on this node's records, as its party sees them.")
EXERCISE = click.option("--exercise", help="Plan in this exercise of the node's (with --node).")
FORMATS = click.option(
    "--format", "formats", multiple=True, type=click.Choice(["pdf", "html", "geojson", "csv"]),
    default=["pdf", "html"], show_default=True, help="What to write. Repeat for more.",
)  # fmt: skip
LANGS = click.option(
    "--lang", "languages", multiple=True, type=click.Choice(LANGUAGES), default=LANGUAGES,
    show_default=True, help="Languages of the pages. Repeat for more.",
)  # fmt: skip
OPEN = click.option(
    "--open", "codes", multiple=True, metavar="CODE", help="Crossings in use, by code; as agreed where none is named."
)
WEIGHTS = click.option("--weight", "weights", multiple=True, metavar="KEY=NUMBER", help="Such as bombing=3.")
ANSWER = click.option(
    "--answer", "answer_s", type=click.IntRange(0, 86_400), default=300, show_default=True,
    help="Seconds until the other desk has answered.",
)  # fmt: skip


@click.group()
def page() -> None:
    """Write what the Plan screen exports: one page in each language, GeoJSON, CSV."""


@page.command("dividend", cls=Worded)
@click.argument("folder", type=FOLDER)
@REGION
@NODE
@EXERCISE
@FORMATS
@LANGS
@click.option("--kind", "kinds", multiple=True, help="Kind of unit that responds. Repeat for more.")
@OPEN
@WEIGHTS
@ANSWER
@click.option("--answer-p90", "answer_p90_s", type=click.IntRange(0, 86_400), default=900, show_default=True,
              help="Its 90th percentile.")  # fmt: skip
@click.option("--runs", type=click.IntRange(0, 200), default=20, show_default=True, help="Simulated runs; 0: none.")
@click.option(
    "--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="The same seed, same figures."
)
def page_dividend(
    folder: Path,
    region: Path | None,
    node: Path | None,
    exercise: str | None,
    formats: tuple[str, ...],
    languages: tuple[Any, ...],
    **asked: Any,
) -> None:
    """Write what acting jointly is worth into FOLDER: the one-page result with map and curve."""
    from sarhad.node.planner import files
    from sarhad.node.planning_board import board_for
    from sarhad.web.plan_shapes import DividendExport

    board = board_for(region, node, exercise)
    stamp, said = _stamp(board), _rules(asked)
    board.incidents.known(said["weights"], "--weight")
    for form, lang in _wanted(formats, languages):
        order = DividendExport(format=form, lang=lang, **said)
        _write(folder, files.dividend(board, order, stamp), sole(languages))


@page.command("site", cls=Worded)
@click.argument("folder", type=FOLDER)
@click.argument("count", type=click.IntRange(0, 60))
@REGION
@NODE
@EXERCISE
@FORMATS
@LANGS
@click.option("--method", type=click.Choice(["maximal", "all", "median", "centre", "expected"]), default="maximal",
              show_default=True, help="As in plan site.")  # fmt: skip
@click.option("--minutes", type=click.IntRange(5, 720), default=60, show_default=True, help="Reached within.")
@click.option("--at", multiple=True, type=click.Choice(["posts", "crossings", "towns", "villages"]),
              default=["posts", "crossings", "towns"], show_default=True,
              help="Candidates. Repeat for more.")  # fmt: skip
@click.option("--villages", type=click.IntRange(1, 500), default=100, show_default=True,
              help="So many villages: those where most incidents may have been.")  # fmt: skip
@click.option("--keep-posts", is_flag=True, help="Posts stay; COUNT are added.")
@click.option("--hour", type=click.IntRange(0, 23), default=12, show_default=True, help="Hour of the incidents.")
@click.option("--limit", "limit_s", type=click.IntRange(1, 30), default=10, show_default=True, help="Seconds.")
@OPEN
@WEIGHTS
@ANSWER
def page_site(
    folder: Path,
    count: int,
    region: Path | None,
    node: Path | None,
    exercise: str | None,
    formats: tuple[str, ...],
    languages: tuple[Any, ...],
    **asked: Any,
) -> None:
    """Write where to put COUNT sites into FOLDER: jointly (A) beside each side for its own (B)."""
    from sarhad.node.planner import files
    from sarhad.node.planning_board import board_for
    from sarhad.web.plan_shapes import Scenario, SiteExport

    board = board_for(region, node, exercise)
    stamp = _stamp(board)
    said = {**_rules(asked), "at": tuple(asked["at"]), "sites": count}
    board.incidents.known(said["weights"], "--weight")
    both = Scenario(**said, mode="joint"), Scenario(**said, mode="separate")
    for form, lang in _wanted(formats, languages):
        _write(
            folder, files.sites(board, SiteExport(format=form, lang=lang, a=both[0], b=both[1]), stamp), sole(languages)
        )


def _rules(asked: dict[str, Any]) -> dict[str, Any]:
    from sarhad.node.planning_board import parse_weights

    weights = parse_weights(asked["weights"])
    rest = {name: value for name, value in asked.items() if name not in ("codes", "weights")}
    return {**rest, "open": asked["codes"] or None, "weights": weights}


def _wanted(formats: tuple[str, ...], languages: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    """A page in each language; data once."""
    return [(form, lang) for form in formats for lang in (languages if form in ("pdf", "html") else languages[:1])]


def _stamp(board: Any) -> Stamp:
    from sarhad.node.planner.region import zones_of_region
    from sarhad.web.plan_shapes import Stamp

    return Stamp(now_us=system_clock(), zones=zones_of_region(board.land))


def _write(folder: Path, made: FileMade, lang: Language) -> None:
    from sarhad.node.planner.saying import Saying
    from sarhad.node.planning_files import folder_for, write

    write(folder_for(folder) / made.name, made.content)
    words = Saying(lang)
    size = words.digits(str(len(made.content)))
    click.echo(words.say("plan.told.wrote", file=str(folder / made.name), bytes=size))
