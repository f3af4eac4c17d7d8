"""What ``sarhad plan dividend`` does: compare two forces with one; print, export, write pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

from sarhad.node.folder import system_clock
from sarhad.node.planner.board import Board
from sarhad.node.planner.brief import Grid
from sarhad.node.planner.briefs import dividend_lead, forces_grid, helps_grid, load_grid, rules_grid
from sarhad.node.planner.files import geojson, table
from sarhad.node.planner.jointness import estimates, value_jointness
from sarhad.node.planner.region import zones_of_region
from sarhad.node.planner.saying import Saying
from sarhad.node.planner.telling import Played, Telling, played_rests
from sarhad.node.planning_board import board_for, left_out, origin, responders, table_weights
from sarhad.node.planning_files import folder_for, write
from sarhad.node.planning_print import plain, show
from sarhad.node.planning_simulation import SCENE_S, Load, assumed, delay_of, model_of, played, progress
from sarhad.response.dividend import Dividend, dividend
from sarhad.response.dividend.compute import Loaded, loaded
from sarhad.response.simulation import Delay
from sarhad.web.plan_shapes import DividendBody, DividendExport, Format, Rules, Stamp
from sarhad.wire.values import Language


def dividend_command(
    region: Path | None, node: Path | None, kinds: Sequence[str], pages: Path | None, as_json: bool,
    geojson_file: Path | None, csv_file: Path | None, load: Load,
) -> int:  # fmt: skip
    """Compare two separate forces with one joint force; print, and write the one-page results and exports."""
    board = board_for(region, node, load.room(node), lang=load.lang)
    weights = table_weights(board, (load.table,) if load.table else ())
    asked, delay = responders(board, kinds), delay_of(load)
    force, willing = board.force(asked, Rules())
    weight = board.weight(weights)
    result = dividend(force, weight, delay.median_s, [passage.names.en for passage in board.passages], willing)
    model, words = model_of(board, load)
    with progress(Saying(load.lang).say("plan.load.runs"), load.runs) as told:
        busy = loaded(
            force, model, delay, runs=load.runs, years=load.years, scene_s=SCENE_S, seed=load.seed,
            workers=load.workers, told=told,
        )  # fmt: skip
    if pages:
        _write_pages(pages, board, kinds, weights, delay, load)
    rows = _rows(board, weight.tolist(), result)
    if geojson_file:
        write(geojson_file, geojson(plain(rows)))
    if csv_file:
        write(csv_file, table(rows))
    if as_json:
        facts = [*left_out(board, weights), *words, *assumed(board, asked, delay), *origin(board)]
        whole = {"separate": asdict(result.separate), "joint": asdict(result.joint)}
        rules = [asdict(rule) for rule in result.rules]
        said = [*facts, ("load", _load_words(busy))]
        print(json.dumps(plain(whole | {"rules": rules, "loaded": asdict(busy), "rests_on": said})))
        return 0
    made = played(board, load, model, asked, delay)
    show(_telling(board, weights, made, busy, Saying(load.lang)))
    return 0


def _telling(board: Board, weights: dict[str, float], made: Played, busy: Loaded, words: Saying) -> Telling:
    """Return what the minister's page says, with the figures under load that were computed here."""
    body = DividendBody(weights=weights, kinds=tuple(made.kinds), answer_s=round(made.delay.median_s))
    view = value_jointness(board, body)
    under = load_grid(words, made.title(words), [estimates(one) for one in (busy.separate, busy.joint, busy.gain)])
    grids = (forces_grid(words, view), _narrow(helps_grid(words, view)), rules_grid(words, view), under)
    note = words.say("plan.dividend.note")
    rests = played_rests(board, body, made, words)
    return Telling((dividend_lead(words, view), note), grids, tuple(rests))


def _narrow(helps: Grid) -> Grid:
    """Return the table of kinds without its last column, a sentence a row: on a terminal it goes below."""
    told = [f"{row[0]}: {row[-1]}" for row in helps.rows if row[-1] != "–"]
    note = "\n".join([helps.note, *(f"  {line}" for line in told)]) if told else ""
    rows = tuple(row[:-1] for row in helps.rows)
    return Grid(title=helps.title, headings=helps.headings[:-1], rows=rows, note=note)


def _load_words(busy: Loaded) -> str:
    parts = []
    for key, gain in busy.gain.items():
        scale, unit = (1 / 60, "min") if key.endswith("_s") else (100.0, "%")
        parts.append(f"{key} {scale * gain.mean:+.2f} [{scale * gain.low:.2f}, {scale * gain.high:.2f}] {unit}")
    return "; ".join(parts)


def _rows(board: Board, weight: Sequence[float], result: Dividend) -> list[dict[str, Any]]:
    times = zip(board.places, weight, result.separate_s, result.joint_s, strict=True)
    return [
        {
            "name": spot.name,
            "lat": spot.lat / 1e7,
            "lon": spot.lon / 1e7,
            "party": spot.party,
            "what": spot.what,
            "weight": w,
            "separate_s": float(apart),
            "joint_s": float(joint),
        }
        for spot, w, apart, joint in times
        if w > 0
    ]


def _write_pages(
    folder: Path, board: Board, kinds: Sequence[str], weights: dict[str, float], delay: Delay, load: Load
) -> None:
    """Write the page that the Plan screen exports, of the same tables; as PDF, too, where that can be set."""
    from sarhad.node.planner import files  # noqa: PLC0415  (an extra: only pages need it)

    stamp = Stamp(now_us=system_clock(), zones=zones_of_region(board.land))
    forms: tuple[Format, ...] = ("html", "pdf") if find_spec("typst") else ("html",)
    languages: tuple[Language, ...] = ("en", "fa", "ur")
    folder_for(folder)
    for form, lang in product(forms, languages):
        order = DividendExport(
            format=form,
            lang=lang,
            kinds=tuple(kinds),
            weights={key: float(value > 0) for key, value in weights.items()},
            answer_s=round(delay.median_s),
            answer_p90_s=round(delay.p90_s),
            runs=min(load.runs, 200),
            seed=load.seed,
            fit=load.table or "",
        )
        made = files.dividend(board, order, stamp)
        write(folder / made.name, made.content)
