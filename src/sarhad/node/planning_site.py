"""What ``sarhad plan site`` does on a region: ask the board that the Plan screen asks; print, export."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from sarhad.node.planner.board import Board
from sarhad.node.planner.files import geojson, table
from sarhad.node.planner.land import Spot
from sarhad.node.planner.saying import Saying
from sarhad.node.planner.solve import solve, unserved, viewed, within
from sarhad.node.planner.telling import site_telling
from sarhad.node.planning_board import Facts, board_for, left_out, parse_weights, table_weights
from sarhad.node.planning_files import write
from sarhad.node.planning_print import answer_fields, plain, saying, show
from sarhad.response.siting import Answer, SitingError
from sarhad.response.siting.kernels import Floats
from sarhad.response.siting.question import Method
from sarhad.web.plan_shapes import Scenario
from sarhad.wire.values import Language


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for on a region."""

    region: Path | None
    node: Path | None
    exercise: str | None
    method: Method
    count: int
    minutes: float
    where: tuple[str, ...]
    villages: int
    mode: Literal["joint", "separate"]
    hour: int
    answer_s: int
    codes: tuple[str, ...]
    keep: bool
    busy: float
    weights: tuple[str, ...]
    provinces: bool
    tables: tuple[str, ...]
    limit: float
    lang: Language = "en"


def site(asked: Asked, *, as_json: bool, geojson_file: Path | None, csv_file: Path | None) -> int:
    """Choose sites, print them with the bound, write the exports asked for; exit status 0 if proved, else 1."""
    words = Saying(asked.lang)
    said = parse_weights(asked.weights)
    board = board_for(asked.region, asked.node, asked.exercise, spread_provinces=asked.provinces, lang=asked.lang)
    board.incidents.known(said, "--weight")
    weights = {**table_weights(board, asked.tables), **said}
    scenario = _scenario(asked, weights)
    spots, weight = board.spots(scenario), board.weight(weights)
    cost = board.cost(scenario, spots)
    counts = {"candidates": words.number(len(spots)), "places": words.number(len(board.places))}
    with saying(words.say("plan.told.choosing", **counts, limit=words.digits(f"{asked.limit:g}"))):
        answer = solve(board, scenario, spots, cost, weight, asked.limit)
    rows = _rows(spots, weight, cost, answer)
    if geojson_file:
        write(geojson_file, geojson(rows))
    if csv_file:
        write(csv_file, table(rows))
    if as_json:
        whole = {"answer": answer_fields(answer), "sites": rows, "rests_on": _facts(board, scenario, weight, cost)}
        print(json.dumps(plain(whole)))
    else:
        show(site_telling(board, scenario, viewed(board, scenario, spots, cost, answer), words))
    return int(answer.status != "optimal")


def _facts(board: Board, scenario: Scenario, weight: Floats, cost: Floats) -> Facts:
    """Return what the answer rests on, for programs."""
    weights = dict(scenario.weights)
    return [
        *_beyond(board, scenario, weight, cost),
        *left_out(board, weights),
        ("weights", _weight_words(board, weights)),
        *_rules(board, scenario),
    ]


def _scenario(asked: Asked, weights: dict[str, float]) -> Scenario:
    """Return the question as the screen puts it; raise SitingError where it is out of the screen's bounds."""
    raw = {
        "method": asked.method,
        "sites": 0,
        "mode": asked.mode,
        "keep_posts": asked.keep,
        "at": asked.where,
        "villages": asked.villages,
        "hour": asked.hour,
        "answer_s": asked.answer_s,
        "open": asked.codes or None,
        "weights": weights,
        "spread_provinces": asked.provinces,
    }
    try:
        made = msgspec.convert(raw, Scenario)
    except msgspec.ValidationError as error:
        raise SitingError(
            f"this cannot be asked: {error}", where="plan site", do="See sarhad plan site --help"
        ) from error
    # Minutes and busy share may be finer than the screen's sliders, the sites more.
    return msgspec.structs.replace(made, sites=asked.count, minutes=asked.minutes, busy=asked.busy)


def _weight_words(board: Board, weights: dict[str, float]) -> str:
    """Say what an incident of each category and table counts for."""
    counted = {
        f"{event.category} ({event.source})": weights[f"source:{event.source}"] * weights.get(event.category, 1.0)
        for event in board.incidents.used
    }
    return ", ".join(f"{name} {factor:g}" for name, factor in sorted(counted.items()) if factor)


def _rules(board: Board, scenario: Scenario) -> Facts:
    """Say by which rules a site serves the other side."""
    made = "made up by the region package" if board.standing.origin == "region" else "on record at this node"
    if scenario.mode == "separate":
        return [("ground", made), ("line", "each site serves its own side only")]
    is_open = zip(board.passages, board.open_now(scenario), strict=True)
    codes = ", ".join(passage.code for passage, free in is_open if free)
    words = f"over {codes or 'no crossing'}, at {scenario.hour:02d}:00, answered after {scenario.answer_s / 60:g} min"
    return [("ground", made), ("line", words)]


def _beyond(board: Board, scenario: Scenario, weight: Floats, cost: Floats) -> Facts:
    """Say which places no candidate reaches, within the limit where the method has one."""
    lost = unserved(within(scenario, cost), weight)
    if not lost:
        return []
    share = weight[list(lost)].sum() / weight.sum()
    first = ", ".join(board.places[i].name or "unnamed" for i in lost[:3])
    return [("out of reach", f"{len(lost)} places with {share:.1%} of the weight, whoever stands where; first {first}")]


def _rows(spots: Sequence[Spot], weight: Floats, cost: Floats, answer: Answer) -> list[dict[str, Any]]:
    chosen = sorted(set(answer.sites))
    if not chosen:
        return []
    reach = cost[:, chosen]
    nearest, served = np.argmin(reach, axis=1), np.isfinite(reach).any(axis=1)
    return [
        {
            "name": spots[j].name,
            "lat": spots[j].lat / 1e7,
            "lon": spots[j].lon / 1e7,
            "party": spots[j].party,
            "what": spots[j].what,
            "units": answer.sites.count(j),
            "existing": spots[j].what == "post",
            "serves": float(weight[served & (nearest == number)].sum()),
        }
        for number, j in enumerate(chosen)
    ]
