"""What a plan's figures rest on, in words: tables, precision, weights, units, rules, what is assumed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sarhad.node.planner.board import Board
from sarhad.node.planner.candidates import SPEED_KMH
from sarhad.node.planner.describe import describe
from sarhad.node.planner.saying import END, LTR, Saying
from sarhad.node.printing.dates import both
from sarhad.response.simulation import Fit
from sarhad.web.plan_shapes import DividendView, LoadView, PlanView, Rules, Scenario, Stamp

Rest = tuple[str, str]


def demand_rests(board: Board, rules: Rules, saying: Saying) -> list[Rest]:
    """Return which incidents count, for what, and which are left out because their place is not known."""
    plan = describe(board)
    counted = [n for n, table in enumerate(plan.tables) if rules.weights.get(f"source:{table.id}", 1.0) > 0]
    tables = saying.several([_table(saying, plan, number) for number in counted])
    found = [(saying.say("plan.rests.incidents"), tables), _left_out(saying, plan, rules)]
    said = [
        f"{_counted(saying, key)} × {saying.number(value, 0 if value == int(value) else 2)}"
        for key, value in sorted(rules.weights.items())
    ]
    words = saying.several(said) if said else saying.say("plan.rests.weights.usual")
    if plan.outside:
        found.append(
            (saying.say("plan.rests.outside"), saying.say("plan.rests.outside.of", count=saying.number(plan.outside)))
        )
    return [*found, (saying.say("plan.rests.weights"), words)]


def _counted(saying: Saying, key: str) -> str:
    return (
        table_name(saying, key.removeprefix("source:")) if key.startswith("source:") else saying.say(f"category.{key}")
    )


def table_name(saying: Saying, table: str) -> str:
    """Return the table's name, its identifier where the catalogue has none."""
    key = f"plan.table.{table}"
    said = saying.say(key)
    return table if said == key else said


def _table(saying: Saying, plan: PlanView, number: int) -> str:
    table = plan.tables[number]
    values = {"used": saying.number(table.used), "all": saying.number(table.incidents)}
    years = (str(table.first_year), str(table.last_year))
    first, last = map(saying.digits, years)
    return saying.say("plan.rests.table", table=table_name(saying, table.id), **values, first=first, last=last)


def _left_out(saying: Saying, plan: PlanView, rules: Rules) -> Rest:
    count = saying.number(sum(plan.left_out.values()))
    key = "plan.rests.coarse.spread" if rules.spread_provinces else "plan.rests.coarse.out"
    return saying.say("plan.rests.coarse"), saying.say(key, count=count)


def line_rests(board: Board, rules: Rules, saying: Saying) -> list[Rest]:
    """Return which crossings are open, and how long the other desk takes to answer."""
    answer = saying.say("plan.rests.assumed", value=saying.minutes(rules.answer_s))
    return [crossings_rest(board, rules, saying), (saying.say("plan.rests.answer"), answer)]


def crossings_rest(board: Board, rules: Rules, saying: Saying) -> Rest:
    """Return which crossings are open, and whether as agreed."""
    is_open = board.open_now(rules)
    names = [saying.name(p.names) for p, free in zip(board.passages, is_open, strict=True) if free]
    agreed = is_open == [p.agreed for p in board.passages]
    if agreed and not names:
        return saying.say("plan.rests.crossings"), saying.say(f"plan.rests.crossings.{_closed_by(board)}")
    words = saying.several(names) or saying.say("ground.none")
    key = "plan.rests.crossings.agreed" if agreed else "plan.rests.crossings.chosen"
    return saying.say("plan.rests.crossings"), saying.say(key, names=words)


def _closed_by(board: Board) -> str:
    """Return why nobody may cross as things stand, by the names that dispatch gives its reasons."""
    if not board.standing.agreed:
        return "none-in-force"
    return "shut" if any(passage.parties for passage in board.passages) else "none-may-cross"


def candidates_rest(board: Board, scenario: Scenario, saying: Saying) -> Rest:
    """Return how many candidates there are, and what they are."""
    where = saying.several([saying.say(f"plan.at.{word}") for word in scenario.at])
    count = saying.number(len(board.spots(scenario)))
    return saying.say("plan.rests.candidates"), saying.say("plan.rests.candidates.of", count=count, where=where)


def speed_rest(saying: Saying) -> Rest:
    """Return how fast the units of a site are taken to be."""
    said = saying.say("plan.rests.speed.of", speed=saying.number(SPEED_KMH))
    return saying.say("plan.rests.speed"), said


def units_rest(saying: Saying, count: int, kinds: Sequence[str]) -> Rest:
    """Return how many units of which kinds respond."""
    told = saying.several([kind_name(saying, kind) for kind in kinds])
    return saying.say("plan.rests.units"), saying.say("plan.rests.units.of", count=saying.number(count), kinds=told)


def site_rests(board: Board, scenario: Scenario, saying: Saying) -> list[Rest]:
    """Return what a scenario rests on."""
    return [
        *demand_rests(board, scenario, saying),
        candidates_rest(board, scenario, saying),
        *line_rests(board, scenario, saying),
        speed_rest(saying),
        *ground_rests(board, saying),
    ]


def dividend_rests(board: Board, rules: Rules, made: DividendView, saying: Saying) -> list[Rest]:
    """Return what a dividend rests on."""
    found = [
        *demand_rests(board, rules, saying),
        units_rest(saying, made.units, made.kinds),
        *line_rests(board, rules, saying),
    ]
    if made.load is not None:
        found.append((saying.say("plan.rests.model"), model(saying, made.load)))
    return [*found, *ground_rests(board, saying)]


def ground_rests(board: Board, saying: Saying) -> list[Rest]:
    """Return whose word posts and units are, and which units cannot be counted."""
    said = "plan.rests.madeup" if board.standing.origin == "region" else "plan.rests.records"
    found = [(saying.say("plan.rests.fiction"), saying.say(said))]
    if board.standing.origin == "records" and board.lent:
        found.append((saying.say("plan.rests.lent"), saying.say("plan.rests.lent.of")))
    if board.fielded.blurred:
        count = saying.number(board.fielded.blurred)
        found.append((saying.say("plan.rests.blurred"), saying.say("plan.rests.blurred.of", count=count)))
    if board.fielded.away:
        words = (f"{one.unit.code} ({saying.say(f'plan.away.{one.why}')})" for one in board.fielded.away)
        found.append((saying.say("plan.rests.away"), saying.several(list(words))))
    return found


def model(saying: Saying, load: LoadView) -> str:
    """Return what the simulated incidents of a page are drawn from, and how far that can be trusted."""
    fit = Fit(np.zeros(0), load.fitted_years, load.incidents, load.dispersion, load.p_value)
    return fitted(saying, load.table, fit)


def fitted(saying: Saying, table: str, fit: Fit) -> str:
    """Return what simulated incidents are drawn from, and how far that can be trusted."""
    fits = "plan.rests.model.fits" if fit.p_value >= 0.05 else "plan.rests.model.bursts"
    return saying.say(
        "plan.rests.model.of",
        table=table_name(saying, table),
        incidents=saying.number(fit.incidents),
        years=saying.number(fit.years),
        dispersion=saying.number(fit.dispersion, 1),
        fits=saying.say(fits),
    )


def kind_name(saying: Saying, kind: str) -> str:
    """Return the kind of unit in words, itself where the catalogue has none."""
    key = f"plan.unit.{kind}"
    said = saying.say(key)
    return kind if said == key else said


def made_lines(stamp: Stamp, saying: Saying) -> tuple[str, ...]:
    """Return who had it made, and when by each side's clock."""
    who = f"{stamp.officer}@{stamp.party}" if stamp.party else ""
    times = both(stamp.now_us, stamp.zones, saying.lang) if stamp.zones else []
    stamped = (f"{LTR}{line}{END}" for line in times)  # each time in one piece, whatever the direction around it
    return tuple(line for line in (saying.say("plan.made"), who, *stamped) if line)
