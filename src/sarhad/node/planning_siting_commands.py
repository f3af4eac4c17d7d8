"""What ``sarhad plan site``, ``simulate`` and ``dividend`` do: compute, print, export."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from sarhad.node.folder import system_clock
from sarhad.node.planning_print import answer_fields, headline, plain, saying, show
from sarhad.node.planning_simulation import (
    DEFAULT_REGION,
    SCENE_S,
    Load,
    assumed,
    delay_of,
    left_out,
    model_of,
    progress,
    whole_table,
)
from sarhad.node.planning_siting import (
    RESPONDERS,
    UNIT_SPEED_KMH,
    Setting,
    Spot,
    candidates,
    field_force,
    read_setting,
)
from sarhad.response.dividend import Cover, Dividend, dividend
from sarhad.response.dividend.compute import LIMITS_S, Loaded, loaded
from sarhad.response.simulation import Delay
from sarhad.response.siting import Answer, Deadline, SitingError
from sarhad.response.siting.kernels import Floats
from sarhad.response.siting.question import Method, Question, ask
from sarhad.web.plan_shapes import DividendExport, Format, Stamp
from sarhad.wire.values import Language


def parse_weights(said: Sequence[str]) -> dict[str, float]:
    """Read ``bombing=3`` or ``source:ucdp=0.5``; raise SitingError for what is no such pair."""
    weights = {}
    for word in said:
        key, _, value = word.partition("=")
        try:
            weights[key] = float(value)
        except ValueError:
            raise SitingError(f"{word!r} is not KEY=NUMBER", where="--weight", do="Such as bombing=3") from None
    return weights


def site(
    region: Path | None, method: Method, count: int, minutes: float, where: Sequence[str], keep: bool, busy: float,
    weights: Sequence[str], provinces: bool, tables: Sequence[str], limit: float, as_json: bool,
    geojson: Path | None, csv_file: Path | None,
) -> int:  # fmt: skip
    """Choose sites, print them with the bound, write the exports asked for; exit status 0 if proved, else 1."""
    with saying("Reading the region and its roads"):
        setting = _read(region or DEFAULT_REGION, parse_weights(weights), tables, provinces=provinces)
        spots = candidates(setting, where)
        places, weight = setting.wanted
        speed = np.full(len(spots), float(UNIT_SPEED_KMH))
        ends = setting.ends(spots), setting.ends(places)
        cost = setting.seconds(*ends, speed).T if spots else np.zeros((len(places), 0))
    existing = [j for j, spot in enumerate(spots) if keep and spot.what == "post"]
    question = Question([_key(spot) for spot in places], [_key(spot) for spot in spots], cost, weight, existing)
    with saying(f"Choosing among {len(spots)} candidates for {len(places)} places, at most {limit:g} s"):
        answer = ask(question, method, count, within=minutes * 60, busy=busy, deadline=Deadline.after(limit))
    rows = _site_rows(spots, places, weight, cost, answer)
    if geojson:
        _write_geojson(geojson, rows)
    if csv_file:
        _write_csv(csv_file, rows)
    facts = [*left_out(setting), ("weights", _weight_words(setting))]
    if as_json:
        print(json.dumps(plain({"answer": answer_fields(answer), "sites": rows, "rests_on": facts})))
        return int(answer.status != "optimal")
    shown = Table(title=headline(method, answer))
    for column in ("site", "party", "what", "new", "weight served first"):
        shown.add_column(column)
    for row in rows:
        shown.add_row(row["name"], row["party"], row["what"], "" if row["existing"] else "new", f"{row['serves']:.1f}")
    show(shown, facts, answer.why)
    return int(answer.status != "optimal")


def _read(folder: Path, weights: dict[str, float], tables: Sequence[str], *, provinces: bool) -> Setting:
    """Read the region with the tables named, each weighing the same in all; by default the largest alone."""
    if not tables:
        events = whole_table(folder, None).events
        tables = (events[0].source,) if events else ()
    return read_setting(folder, weights=weights, spread_provinces=provinces, tables=tables)


def _weight_words(setting: Setting) -> str:
    """Say what an incident of each category and table counts for."""
    counted: dict[str, float] = {}
    for number, factor in zip(setting.demand.used, setting.demand.factor, strict=True):
        event = setting.events[number]
        counted[f"{event.category} ({event.source})"] = float(factor)
    return ", ".join(f"{name} {factor:g}" for name, factor in sorted(counted.items()))


def _key(spot: Spot) -> str:
    """Name a spot so that no two share it: what decides between equal choices, whatever the order of the files."""
    return f"{spot.party}/{spot.what}/{spot.name}/{spot.lat:.7f}/{spot.lon:.7f}"


def _site_rows(
    spots: Sequence[Spot], places: Sequence[Spot], weight: Floats, cost: Floats, answer: Answer
) -> list[dict[str, Any]]:
    chosen = sorted(set(answer.sites))
    reach = cost[:, chosen]
    nearest = np.argmin(reach, axis=1) if chosen else np.zeros(len(places), np.int64)
    served = np.isfinite(reach).any(axis=1) if chosen else np.zeros(len(places), bool)
    first = {j for j, spot in enumerate(spots) if spot.what == "post"}
    return [
        asdict(spots[j])
        | {
            "units": answer.sites.count(j),
            "existing": j in first,
            "serves": float(weight[served & (nearest == number)].sum()),
        }
        for number, j in enumerate(chosen)
    ]


def dividend_command(
    region: Path | None, kinds: Sequence[str], pages: Path | None, as_json: bool, geojson: Path | None,
    csv_file: Path | None, load: Load,
) -> int:  # fmt: skip
    """Compare two separate forces with one joint force; print, and write the one-page results and exports."""
    with saying("Reading the region and its roads"):
        setting = whole_table(region or DEFAULT_REGION, load.table)
        fielded, delay = field_force(setting, tuple(kinds) or RESPONDERS), delay_of(load)
    names = [crossing.names.en for crossing in fielded.crossings]
    _, weight = setting.wanted
    result = dividend(fielded.force, weight, delay.median_s, names, fielded.willing)
    model, words = model_of(setting, replay=load.replay)
    with progress("runs", load.runs) as told:
        busy = loaded(
            fielded.force, model, delay, runs=load.runs, years=load.years, scene_s=SCENE_S, seed=load.seed,
            workers=load.workers, told=told,
        )  # fmt: skip
    if pages:
        _write_pages(pages, setting, kinds, delay, load)
    rows = _place_rows(setting, result)
    if geojson:
        _write_geojson(geojson, rows)
    if csv_file:
        _write_csv(csv_file, rows)
    said = [*left_out(setting), *words, *assumed(fielded, delay), ("load", _load_words(busy))]
    if as_json:
        whole = {"separate": asdict(result.separate), "joint": asdict(result.joint)}
        rules = [asdict(rule) for rule in result.rules]
        print(json.dumps(plain(whole | {"rules": rules, "loaded": asdict(busy), "rests_on": said})))
        return 0
    show(_dividend_table(result), said)
    return 0


def _dividend_table(result: Dividend) -> Table:
    shown = Table(title="The jointness dividend: first arrival, all hours of the day")
    for column in ("", *(f"within {limit // 60} min" for limit in LIMITS_S), "median, min", "p90, min"):
        shown.add_column(column, justify="right" if column else "left")
    shown.add_row("two forces", *_cover_cells(result.separate))
    shown.add_row("one force", *_cover_cells(result.joint))
    for rule in result.rules:
        shown.add_row(f"{rule.key} {rule.crossing}".strip(), *_cover_cells(rule.cover))
    return shown


def _cover_cells(cover: Cover) -> list[str]:
    times = (f"{s / 60:.1f}" if math.isfinite(s) else "never" for s in (cover.median_s, cover.p90_s))
    return [*(f"{share:.1%}" for share in cover.within), *times]


def _load_words(busy: Loaded) -> str:
    parts = []
    for key, gain in busy.gain.items():
        scale, unit = (1 / 60, "min") if key.endswith("_s") else (100.0, "%")
        parts.append(f"{key} {scale * gain.mean:+.2f} [{scale * gain.low:.2f}, {scale * gain.high:.2f}] {unit}")
    return "; ".join(parts)


def _place_rows(setting: Setting, result: Dividend) -> list[dict[str, Any]]:
    places, weight = setting.wanted
    times = zip(places, weight, result.separate_s, result.joint_s, strict=True)
    return [
        asdict(spot) | {"weight": float(w), "separate_s": float(apart), "joint_s": float(joint)}
        for spot, w, apart, joint in times
    ]


def _write_pages(folder: Path, setting: Setting, kinds: Sequence[str], delay: Delay, load: Load) -> None:
    """Write the page that the Plan screen exports, of the same tables; as PDF, too, where that can be set."""
    from sarhad.node.planner import files  # noqa: PLC0415  (an extra: only pages need it)
    from sarhad.node.planner.board import Board  # noqa: PLC0415

    board = Board(setting.folder, spread_provinces=False)
    counted = {setting.events[i].source for i in setting.demand.used}
    zones = tuple((party, ground.zone) for party, ground in sorted(setting.grounds.items()))
    stamp = Stamp(now_us=system_clock(), zones=zones)
    forms: tuple[Format, ...] = ("html", "pdf") if find_spec("typst") else ("html",)
    languages: tuple[Language, ...] = ("en", "fa", "ur")
    folder.mkdir(parents=True, exist_ok=True)
    for form, lang in product(forms, languages):
        order = DividendExport(
            format=form,
            lang=lang,
            kinds=tuple(kinds),
            weights={f"source:{table}": float(table in counted) for table in board.table_weights},
            answer_s=round(delay.median_s),
            answer_p90_s=round(delay.p90_s),
            runs=min(load.runs, 200),
            seed=load.seed,
        )
        made = files.dividend(board, order, stamp)
        (folder / made.name).write_bytes(made.content)


def _write_geojson(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {key: value for key, value in row.items() if key not in ("lat", "lon")},
        }
        for row in rows
    ]
    whole = plain({"type": "FeatureCollection", "features": features})
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")


def _write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)
