"""``sarhad plan simulate``: streams from a model or the record, delays as assumed or as the ledger measured them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from sarhad.node.planning import picture_of
from sarhad.node.planning_print import plain, saying, show
from sarhad.node.planning_siting import RESPONDERS, Fielded, Setting, field_force, read_setting
from sarhad.response.simulation import Delay, Fit, Recorded, Workers, fit_poisson, replicate
from sarhad.response.simulation.workers import Told
from sarhad.response.siting import SitingError
from sarhad.wire.values import Urgency

DEFAULT_REGION = Path("examples/sistan-balochistan")
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

    @property
    def workers(self) -> Workers:
        """Where the runs are made."""
        return Workers(self.processes, self.ray)

    @property
    def length(self) -> str:
        """Say how long a run is."""
        return "the record replayed" if self.replay else f"{self.years:g} years"


def simulate(region: Path | None, kinds: Sequence[str], as_json: bool, load: Load) -> int:
    """Simulate the joint force; print means with their confidence intervals.  Raises SitingError."""
    with saying("Reading the region and its roads"):
        setting = whole_table(region or DEFAULT_REGION, load.table)
        fielded, delay = field_force(setting, tuple(kinds) or RESPONDERS), delay_of(load)
    model, facts = model_of(setting, replay=load.replay)
    with progress("runs", load.runs) as told:
        figures = replicate(
            fielded.force, model, runs=load.runs, years=load.years, scene_s=SCENE_S, delay=delay,
            seed=load.seed, workers=load.workers, told=told,
        )  # fmt: skip
    facts = [*left_out(setting), *facts, *assumed(fielded, delay)]
    if as_json:
        whole = {"runs": load.runs, "seed": load.seed, "figures": {k: asdict(v) for k, v in figures.items()}}
        print(json.dumps(plain(whole | {"rests_on": facts})))
        return 0
    shown = Table(title=f"{load.runs} runs of {load.length}, seed {load.seed}: mean and 95 % confidence interval")
    for column in ("figure", "mean", "from", "to"):
        shown.add_column(column, justify="right")
    for key, estimate in figures.items():
        shown.add_row(key, *(f"{value:,.3f}" for value in (estimate.mean, estimate.low, estimate.high)))
    show(shown, facts)
    return 0


def whole_table(folder: Path, table: str | None, *, weights: dict[str, float] | None = None) -> Setting:
    """Read a region with the incidents of one table: the one named, else the one with the most of use.

    Tables differ in kind and in the years that they cover, so they are never added.
    """
    setting = read_setting(folder, weights=weights or {}, spread_provinces=False, tables=(table,) if table else ())
    used = [setting.events[i].source for i in setting.demand.used]
    if not used:
        raise SitingError("no incident is known closely enough", where="incidents", do="Name another --table")
    largest = max(sorted(set(used)), key=used.count)
    if len(set(used)) == 1:
        return setting
    return read_setting(folder, weights=weights or {}, spread_provinces=False, tables=(largest,))


def model_of(setting: Setting, *, replay: bool) -> tuple[Fit | Recorded, list[tuple[str, str]]]:
    """Return the incidents of the setting's table on record, or a model fitted to them, and what that rests on."""
    events = [setting.events[i] for i in setting.demand.used]
    shares = setting.demand.share[:, setting.demand.weight > 0]
    fact = (
        "replayed" if replay else "fitted",
        f"{events[0].source}, {len(events)} incidents; other tables are not added to it",
    )
    if replay:
        start, end = (np.array([getattr(event, name) for event in events]) for name in ("start_s", "end_s"))
        return Recorded(start, end, shares), [fact, ("model", "the record replayed; unknown hours and places drawn")]
    fit = fit_poisson(np.array([event.year for event in events], np.int64), shares)
    return fit, [fact, ("model", fit.words)]


def delay_of(load: Load) -> Delay:
    """Return how long the other desk takes: from a node's countersigned times if one is named, else assumed."""
    if load.delay_from is None:
        if load.delay_p90 < load.delay_median:
            raise SitingError(
                "the 90th percentile is below the median", where="--delay-p90", do="Give at least --delay"
            )
        return Delay(load.delay_median, load.delay_p90, 0)
    with saying("Reading the ledger"):
        _, picture = picture_of(load.delay_from)
    measured = Delay.from_ledger(picture.statistics(load.exercise), load.urgency)
    if measured is None:
        raise SitingError(
            f"no acknowledgement of urgency {load.urgency} is measured in this ledger", where="--delay-from",
            do="Name another --urgency or --exercise, or give --delay",
        )  # fmt: skip
    return measured


def delay_words(delay: Delay) -> str:
    """Say how long the other desk takes, and how that is known."""
    known = f"measured {delay.measured} times" if delay.measured else "assumed"
    return f"{delay.median_s / 60:g} min, p90 {delay.p90_s / 60:g} min ({known})"


def left_out(setting: Setting) -> list[tuple[str, str]]:
    """Say which incidents count, and how many are known too coarsely to."""
    used = [setting.events[i].source for i in setting.demand.used]
    tables = ", ".join(f"{table} {used.count(table)}" for table in sorted(set(used)))
    left = ", ".join(f"where_prec {precision}: {count}" for precision, count in setting.demand.left_out.items())
    return [("incidents", tables), ("left-out", left or "0")]


def assumed(fielded: Fielded, delay: Delay) -> list[tuple[str, str]]:
    """Say what is assumed of the force."""
    return [
        ("units", f"{len(fielded.units)} of {', '.join(sorted({unit.unit_kind for unit in fielded.units}))}"),
        ("delay", delay_words(delay)),
        ("scene", f"{SCENE_S / 3600:g} h on average (assumed)"),
        ("fiction", "made up"),
    ]


@contextmanager
def progress(what: str, total: int) -> Iterator[Told]:
    """Show a bar on the error stream while runs are made; nothing where no one looks."""
    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
