"""``sarhad plan simulate``: streams from a model or the record, delays as assumed or as the ledger measured them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sarhad.node.planner.board import Board
from sarhad.node.planner.jointness import estimates
from sarhad.node.planner.saying import Saying
from sarhad.node.planner.telling import Played, Telling, figures_grid, played_rests
from sarhad.node.planning import picture_of
from sarhad.node.planning_board import Facts, board_for, left_out, origin, responders, table_weights
from sarhad.node.planning_print import plain, saying, show
from sarhad.response.errors import PlanError
from sarhad.response.simulation import Delay, Fit, Recorded, Workers, replicate
from sarhad.response.simulation.workers import Told
from sarhad.web.plan_shapes import Rules
from sarhad.wire.values import Language, Urgency

SCENE_S = 7200.0
"""Assumed mean work at the scene."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a simulation rests on besides the ground."""

    table: str | None
    replay: bool
    runs: int
    years: float
    seed: int
    delay_median: float
    delay_p90: float
    delay_from: Path | None
    urgency: Urgency
    exercise: str | None
    processes: int
    ray: str
    lang: Language = "en"

    @property
    def workers(self) -> Workers:
        """Where the runs are made."""
        return Workers(self.processes, self.ray)

    def room(self, node: Path | None) -> str | None:
        """The exercise to plan in; without a node one may be named for the times of the other desk alone."""
        return None if node is None and self.delay_from is not None else self.exercise


def simulate(region: Path | None, node: Path | None, kinds: Sequence[str], as_json: bool, load: Load) -> int:
    """Simulate the joint force; print means with their confidence intervals.  Raises PlanError."""
    board = board_for(region, node, load.room(node), lang=load.lang)
    weights = table_weights(board, (load.table,) if load.table else ())
    asked, delay = responders(board, kinds), delay_of(load)
    force, _ = board.force(asked, Rules())
    model, facts = model_of(board, load)
    words = Saying(load.lang)
    with progress(words.say("plan.load.runs"), load.runs) as told:
        figures = replicate(
            force, model, runs=load.runs, years=load.years, scene_s=SCENE_S, delay=delay,
            seed=load.seed, workers=load.workers, told=told,
        )  # fmt: skip
    if as_json:
        facts = [*left_out(board, weights), *facts, *assumed(board, asked, delay), *origin(board)]
        whole = {"runs": load.runs, "seed": load.seed, "figures": {k: asdict(v) for k, v in figures.items()}}
        print(json.dumps(plain(whole | {"rests_on": facts})))
        return 0
    made = played(board, load, model, asked, delay)
    grid = figures_grid(words, made.title(words), estimates(figures))
    show(Telling((), (grid,), tuple(played_rests(board, Rules(weights=weights), made, words))))
    return 0


def played(board: Board, load: Load, model: Fit | Recorded, kinds: Sequence[str], delay: Delay) -> Played:
    """Return what the simulation was made of, to be told."""
    events, _ = board.incidents.rows(load.table or "")
    return Played(events[0].source, len(events), model, kinds, delay, SCENE_S, load.runs, load.years, load.seed)


def model_of(board: Board, load: Load) -> tuple[Fit | Recorded, Facts]:
    """Return the incidents of one table on record, or a model fitted to them, and what that rests on.

    The table is the one named, else the largest: tables differ in kind and in years, so they are never added.
    """
    events, _ = board.incidents.rows(load.table or "")
    fact = (
        "replayed" if load.replay else "fitted",
        f"{events[0].source}, {len(events)} incidents; other tables are not added to it",
    )
    if load.replay:
        recorded, _ = board.incidents.recorded(load.table or "")
        return recorded, [fact, ("model", "the record replayed; unknown hours and places drawn")]
    fit, _ = board.incidents.fit(load.table or "")
    return fit, [fact, ("model", fit.words)]


def delay_of(load: Load) -> Delay:
    """Return how long the other desk takes: from a node's countersigned times if one is named, else assumed."""
    if load.delay_from is None:
        if load.delay_p90 < load.delay_median:
            raise PlanError("plan-below-median", "the 90th percentile is below the median", where="--delay-p90",
                            do="Give at least --delay", option="--delay-p90")  # fmt: skip
        return Delay(load.delay_median, load.delay_p90, 0)
    words = Saying(load.lang)
    with saying(words.say("plan.told.reading.ledger")):
        _, picture = picture_of(load.delay_from)
    measured = Delay.from_ledger(picture.statistics(load.exercise), load.urgency)
    if measured is None:
        raise PlanError(
            "plan-not-measured", f"no acknowledgement of urgency {load.urgency} is measured in this ledger",
            where="--delay-from", do="Name another --urgency or --exercise, or give --delay",
            urgency=words.say(f"urgency.{load.urgency}"), option="--delay",
        )  # fmt: skip
    return measured


def delay_words(delay: Delay) -> str:
    """Say how long the other desk takes, and how that is known."""
    known = f"measured {delay.measured} times" if delay.measured else "assumed"
    return f"{delay.median_s / 60:g} min, p90 {delay.p90_s / 60:g} min ({known})"


def assumed(board: Board, kinds: Sequence[str], delay: Delay) -> Facts:
    """Say what is assumed of the force."""
    held = [unit.kind for unit in board.fielded.units if unit.kind in kinds]
    return [
        ("units", f"{len(held)} of {', '.join(sorted(set(held)))}"),
        ("delay", delay_words(delay)),
        ("scene", f"{SCENE_S / 3600:g} h on average (assumed)"),
    ]


@contextmanager
def progress(what: str, total: int) -> Iterator[Told]:
    """Show a bar on the error stream while runs are made; nothing where no one looks."""
    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
