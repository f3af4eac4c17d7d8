"""The board that the planning commands ask: of a node's records, or of what a region package makes up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sarhad.node.folder import system_clock
from sarhad.node.planner.board import Board
from sarhad.node.planner.land import Land
from sarhad.node.planner.saying import Saying
from sarhad.node.planner.units import RESPONDERS
from sarhad.node.planning import DEFAULT_REGION, node_in, picture_of, room
from sarhad.node.planning_print import saying
from sarhad.node.settings import load as load_settings
from sarhad.response.errors import PlanError
from sarhad.response.from_picture import happened, standing_of
from sarhad.wire.values import Language

Facts = list[tuple[str, str]]


def board_for(
    region: Path | None,
    node: Path | None,
    exercise: str | None = None,
    *,
    spread_provinces: bool = False,
    lang: Language = "en",
) -> Board:
    """Read the region and what stands there: with ``node``, what that node's party may see, live or in an exercise.

    Raises PlanError for an exercise of which no record is held, and for one without a node.
    """
    if exercise is not None and node is None:
        raise PlanError("plan-exercise-node", "a region package knows no exercise", where="--exercise", do="Say --node",
                        option="--node")  # fmt: skip
    with saying(Saying(lang).say("plan.loading")):
        if node is None:
            return Board.of_region(region or DEFAULT_REGION, system_clock(), spread_provinces=spread_provinces)
        land = Land(region or load_settings(node_in(node)).region_folder() or DEFAULT_REGION)
        party, picture = picture_of(node)
        asked = room(picture, exercise)
        standing = standing_of(picture, party, system_clock(), happened(picture, asked), asked)
        return Board(land, standing, spread_provinces=spread_provinces)


def party_name(board: Board, party: str) -> str:
    """Return what a party or a side is called, where that is known."""
    named = board.standing.names.get(party) or board.names_of(party)
    return party if named is None else named.en


def parse_weights(said: Sequence[str]) -> dict[str, float]:
    """Read ``bombing=3`` or ``source:ucdp=0.5``; raise PlanError for what is no such pair."""
    weights = {}
    for word in said:
        key, _, value = word.partition("=")
        try:
            weights[key] = float(value)
        except ValueError:
            raise PlanError("plan-no-weight-pair", f"{word!r} is not KEY=NUMBER", where="--weight",
                            do="Such as bombing=3", word=word, example="bombing=3") from None  # fmt: skip
        if not 0 <= weights[key] < float("inf"):
            raise PlanError("plan-weight-below", f"{word!r}: a weight is at least 0", where="--weight",
                            do="Such as bombing=3", word=word)  # fmt: skip
    return weights


def table_weights(board: Board, named: Sequence[str]) -> dict[str, float]:
    """Return what an incident of each table counts for: the tables named weigh the same in all, the others nothing.

    None named: the largest alone.  Raises PlanError for one that there is not.
    """
    tables = [event.source for event in board.incidents.used]
    there = sorted(set(tables))
    if not there:
        raise board.incidents.none()
    for table in sorted(set(named) - set(there)):
        raise PlanError(
            "plan-unknown-table", f"there is no table of incidents {table!r}", where="--table",
            do=f"Name one of {there}", table=table, known=", ".join(there),
        )  # fmt: skip
    chosen = sorted(set(named)) or [max(there, key=tables.count)]
    several = sum(tables.count(table) for table in chosen)
    return {
        f"source:{table}": several / len(chosen) / tables.count(table) if table in chosen else 0.0 for table in there
    }


def left_out(board: Board, weights: dict[str, float]) -> Facts:
    """Say which incidents count, and how many are known too coarsely to."""
    used = [event.source for event in board.incidents.used]
    counted = [table for table in sorted(set(used)) if weights.get(f"source:{table}", 1.0) > 0]
    tables = ", ".join(f"{table} {used.count(table)}" for table in counted)
    left = ", ".join(f"where_prec {precision}: {count}" for precision, count in board.incidents.demand.left_out.items())
    lent = " (of the region package; none is imported on record)" if board.standing.origin == "records" else ""
    beyond = [("outside", f"{board.incidents.outside} outside the region")] if board.incidents.outside else []
    return [*beyond, ("incidents", tables + (lent if board.lent else "")), ("left-out", left or "0")]


def origin(board: Board) -> Facts:
    """Say whose word units, posts and crossings are, and which units cannot be counted."""
    said = "made up by the region package" if board.standing.origin == "region" else "on record at this node"
    facts = [("ground", said)]
    away = board.fielded.away
    if away:
        facts.append(
            (
                "not counted",
                ", ".join(f"{party_name(board, one.unit.party)} {one.unit.code} ({one.why})" for one in away),
            )
        )
    if board.fielded.blurred:
        facts.append(("blurred", f"{board.fielded.blurred} units are counted at a place released coarsely"))
    return facts


def responders(board: Board, named: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds of unit that respond: those named, else those that answer an attack and are there.

    Raises PlanError for one of which no unit can be counted.
    """
    for kind in named:
        if kind not in board.kinds:
            raise board.no_units(kind)
    return tuple(dict.fromkeys(named)) or tuple(kind for kind in RESPONDERS if kind in board.kinds)
