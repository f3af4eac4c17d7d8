"""What the planning commands print, in the reader's language: sentences, tables and what they rest on.

The words are those of the pages; only what a page does not say has words of its own (``plan.told.*``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sarhad.node.planner.board import Board
from sarhad.node.planner.brief import Grid
from sarhad.node.planner.briefs import headings, load_scale, measured, party_name, question
from sarhad.node.planner.land import CLASSES
from sarhad.node.planner.resting import (
    Rest,
    candidates_rest,
    crossings_rest,
    demand_rests,
    fitted,
    ground_rests,
    line_rests,
    speed_rest,
    table_name,
    units_rest,
)
from sarhad.node.planner.saying import Saying
from sarhad.response.simulation import Delay, Fit, Recorded
from sarhad.web.plan_shapes import EstimateView, Rules, Scenario, SitedView, SiteView


@dataclass(frozen=True, slots=True)
class Telling:
    """An answer as it is printed: a sentence or more, tables, and what it rests on."""

    sentences: tuple[str, ...]
    grids: tuple[Grid, ...]
    rests: tuple[Rest, ...]


# Where to stand


def site_telling(board: Board, scenario: Scenario, made: SitedView, saying: Saying) -> Telling:
    """Return the sites with their proof."""
    sentences = [_asked(saying, scenario), proof(saying, made), *_beyond(board, made, saying)]
    grids = [_sites(board, made, saying), _cover(board, made, saying)] if made.sites else []
    return Telling(tuple(sentences), tuple(grids), tuple(_site_rests(board, scenario, saying)))


def _asked(saying: Saying, scenario: Scenario) -> str:
    said = question(saying, scenario)
    return f"{said} · {saying.say('plan.keep')}" if scenario.keep_posts else said


def proof(saying: Saying, made: SitedView) -> str:
    """Return how good the answer is, as a sentence."""
    if made.status == "infeasible":
        return saying.say("plan.impossible.fits")
    if made.status == "unknown":
        return saying.say("plan.told.unknown", option="--limit")
    value, bound = measured(saying, made, made.value), measured(saying, made, made.bound)
    gap = "–" if made.gap is None else saying.percent(made.gap, 2)
    found = saying.say(f"plan.told.value.{made.measure}", n=value)
    return saying.say(f"plan.told.{made.status}", value=found, bound=bound, gap=gap)


def _beyond(board: Board, made: SitedView, saying: Saying) -> list[str]:
    """Say which places no candidate reaches, those with most incidents first."""
    if not made.unserved:
        return []
    spots = [board.places[i] for i in made.unserved[:3]]
    names = [
        saying.name(board.land.names_of(spot)) if spot.name else saying.say("plan.places.unnamed") for spot in spots
    ]
    values = {"count": saying.number(len(made.unserved)), "share": saying.percent(made.out_of_reach)}
    return [saying.say("plan.told.beyond", **values, names=saying.several(names))]


def _sites(board: Board, made: SitedView, saying: Saying) -> Grid:
    keys = ("plan.site", "plan.party", "plan.what", "plan.units", "plan.serves")
    rows = [
        (
            saying.name(site.names),
            party_name(board, site.party, saying),
            _what(site, saying),
            saying.number(site.units),
            saying.percent(site.serves / made.total),
        )
        for site in made.sites
    ]
    return Grid(title=saying.say("plan.sites"), headings=tuple(map(saying.say, keys)), rows=tuple(rows))


def _what(site: SiteView, saying: Saying) -> str:
    if site.existing:
        return saying.say("plan.what.kept")
    kind = {
        "crossing": "crossing",
        **dict.fromkeys(CLASSES["towns"], "town"),
        **dict.fromkeys(CLASSES["villages"], "village"),
    }
    return saying.several([saying.say(f"plan.what.{kind.get(site.what, 'place')}"), saying.say("plan.what.new")])


def _cover(board: Board, made: SitedView, saying: Saying) -> Grid:
    rows = [(saying.say("plan.told.all"), *saying.cover_cells(made.cover))]
    for party, cover in made.by_party.items():
        name = saying.say("plan.incidents.of", party=party_name(board, party, saying))
        rows.append((name, *saying.cover_cells(cover)))
    return Grid(title=saying.say("plan.cover"), headings=("", *headings(saying)), rows=tuple(rows))


def _site_rests(board: Board, scenario: Scenario, saying: Saying) -> list[Rest]:
    found = [*demand_rests(board, scenario, saying), candidates_rest(board, scenario, saying)]
    if scenario.mode == "joint":
        hour = saying.digits(f"{scenario.hour:02d}:00")
        found += [*line_rests(board, scenario, saying), (saying.say("plan.hour"), hour)]
    else:
        found.append((saying.say("plan.mode"), saying.say("plan.told.own")))
    if scenario.method == "expected":
        found.append((saying.say("plan.busy"), saying.percent(scenario.busy)))
    return [*found, speed_rest(saying), *ground_rests(board, saying)]


# Under load


@dataclass(frozen=True, slots=True)
class Played:
    """What a simulation was made of: the incidents of a table, fitted or replayed; by units of these kinds.

    ``years`` of each run; a replay is as long as the record.  ``scene_s``: mean work at the scene.
    """

    table: str
    incidents: int
    model: Fit | Recorded
    kinds: Sequence[str]
    delay: Delay
    scene_s: float
    runs: int
    years: float
    seed: int

    def title(self, saying: Saying) -> str:
        """Return how many runs there were, how long, from which seed."""
        runs, seed = saying.number(self.runs), saying.digits(str(self.seed))
        if isinstance(self.model, Recorded):
            return saying.say("plan.told.runs.record", runs=runs, seed=seed)
        years = saying.number(self.years, 0 if self.years == int(self.years) else 2)
        return saying.say("plan.told.runs", runs=runs, years=years, seed=seed)


def figures_grid(saying: Saying, title: str, figures: Mapping[str, EstimateView]) -> Grid:
    """Return the figures of a simulation with their intervals, times in minutes, shares in per cent."""
    keys = ("plan.load.figure", "plan.told.head.mean", "plan.told.head.low", "plan.told.head.high")
    rows = [(saying.say(f"plan.load.{key}"), *_ends(saying, one, load_scale(key))) for key, one in figures.items()]
    note = saying.say("plan.told.interval")
    return Grid(title=title, headings=tuple(map(saying.say, keys)), rows=tuple(rows), note=note)


def _ends(saying: Saying, one: EstimateView, scale: float) -> tuple[str, ...]:
    if one.mean is None:
        return saying.say("plan.never"), "–", "–"
    return tuple("–" if end is None else saying.number(end * scale, 1) for end in (one.mean, one.low, one.high))


def played_rests(board: Board, rules: Rules, played: Played, saying: Saying) -> list[Rest]:
    """Return what a simulation rests on."""
    counted = sum(unit.kind in played.kinds for unit in board.fielded.units)
    held = sorted({unit.kind for unit in board.fielded.units if unit.kind in played.kinds})
    return [
        *demand_rests(board, rules, saying),
        (saying.say("plan.rests.model"), _model(saying, played)),
        units_rest(saying, counted, held),
        crossings_rest(board, rules, saying),
        (saying.say("plan.rests.answer"), _delay(saying, played.delay)),
        (
            saying.say("plan.told.scene"),
            saying.say("plan.told.scene.of", value=saying.minutes(played.scene_s)),
        ),
        *ground_rests(board, saying),
    ]


def _model(saying: Saying, played: Played) -> str:
    if isinstance(played.model, Fit):
        return fitted(saying, played.table, played.model)
    incidents = saying.number(played.incidents)
    return saying.say("plan.told.replayed", table=table_name(saying, played.table), incidents=incidents)


def _delay(saying: Saying, delay: Delay) -> str:
    known = "measured" if delay.measured else "assumed"
    said = {"median": saying.minutes(delay.median_s), "p90": saying.minutes(delay.p90_s)}
    if delay.measured:
        said["count"] = saying.number(delay.measured)
    return saying.say(f"plan.told.delay.{known}", **said)
