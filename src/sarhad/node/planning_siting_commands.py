"""What ``sarhad plan site``, ``simulate`` and ``dividend`` do: compute, print, export."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from sarhad.gateways.geo.line import read_line
from sarhad.node.planning_siting import (
    RESPONDERS,
    UNIT_SPEED_KMH,
    Fielded,
    Setting,
    Spot,
    candidates,
    field_force,
    read_setting,
)
from sarhad.response import siting
from sarhad.response.dividend import Cover, Dividend, Map, dividend, page
from sarhad.response.dividend.compute import LIMITS_S, Loaded, loaded
from sarhad.response.simulation import Delay, Fit, fit_poisson, replicate
from sarhad.response.siting import Answer, Deadline, SitingError
from sarhad.response.siting.kernels import Floats
from sarhad.wire.values import Language

DEFAULT_REGION = Path("examples/sistan-balochistan")
SCENE_S = 7200.0
"""Assumed mean work at the scene."""


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
    region: Path | None, method: str, count: int, minutes: float, where: Sequence[str], keep: bool, busy: float,
    weights: Sequence[str], provinces: bool, limit: float, as_json: bool, geojson: Path | None, table: Path | None,
) -> int:  # fmt: skip
    """Choose sites, print them with the bound, write the exports asked for; exit status 0 if proved, else 1."""
    setting = read_setting(region or DEFAULT_REGION, weights=parse_weights(weights), spread_provinces=provinces)
    spots = candidates(setting, where)
    places, weight = setting.wanted
    speed = np.full(len(spots), float(UNIT_SPEED_KMH))
    cost = setting.seconds(setting.ends(spots), setting.ends(places), speed).T if spots else np.zeros((len(places), 0))
    existing = [j for j, spot in enumerate(spots) if keep and spot.what == "post"]
    answer = _choose(method, cost, weight, count, minutes * 60, existing, busy, Deadline.after(limit))
    rows = _site_rows(spots, places, weight, cost, answer)
    if geojson:
        _write_geojson(geojson, rows)
    if table:
        _write_csv(table, rows)
    facts = _facts(setting)
    if as_json:
        print(json.dumps({"answer": _plain(asdict(answer) | {"gap": answer.gap}), "sites": rows, "rests_on": facts}))
        return int(answer.status != "optimal")
    shown = Table(
        title=f"{method}: {answer.status}, value {answer.value:,.1f}, bound {answer.bound:,.1f}, gap {answer.gap:.2%}"
    )
    for column in ("site", "party", "what", "new", "weight served first"):
        shown.add_column(column)
    for row in rows:
        shown.add_row(row["name"], row["party"], row["what"], "" if row["existing"] else "new", f"{row['serves']:.1f}")
    _print(shown, facts, answer.why)
    return int(answer.status != "optimal")


def _choose(
    method: str,
    cost: Floats,
    weight: Floats,
    count: int,
    within: float,
    existing: Sequence[int],
    busy: float,
    until: Deadline,
) -> Answer:
    if method == "maximal":
        return siting.maximal_covering(cost <= within, weight, count, existing=existing, deadline=until)
    if method == "all":
        return siting.set_covering(cost <= within, existing=existing, deadline=until)
    if method == "median":
        return siting.p_median(cost, weight, count, existing=existing, deadline=until)
    if method == "centre":
        return siting.p_centre(cost, count, existing=existing, deadline=until)
    stand = np.zeros(cost.shape[1], np.int64)
    stand[list(existing)] = 1
    return siting.expected_covering(cost <= within, weight, count, busy, existing=stand, deadline=until)


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


def simulate(
    region: Path | None, kinds: Sequence[str], runs: int, years: float, seed: int, processes: int,
    delay_median: float, delay_p90: float, fitted: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Fit a Poisson model to the region's incidents, simulate the joint force, print means with intervals."""
    setting = read_setting(region or DEFAULT_REGION, weights={}, spread_provinces=False)
    fielded, delay = field_force(setting, kinds or RESPONDERS), Delay(delay_median, delay_p90, 0)
    fit, table_words = _fit(setting, fitted)
    figures = replicate(
        fielded.force, fit, runs=runs, years=years, scene_s=SCENE_S, delay=delay, seed=seed, processes=processes
    )
    facts = [*_facts(setting), ("fitted", table_words), ("model", fit.words), ("delay", _delay_words(delay))]
    if as_json:
        print(json.dumps(_plain({"figures": {k: asdict(v) for k, v in figures.items()}, "rests_on": facts})))
        return 0
    shown = Table(title=f"{runs} runs of {years:g} years, seed {seed}: mean and 95 % confidence interval")
    for column in ("figure", "mean", "from", "to"):
        shown.add_column(column, justify="right")
    for key, estimate in figures.items():
        shown.add_row(key, *(f"{value:,.3f}" for value in (estimate.mean, estimate.low, estimate.high)))
    _print(shown, facts)
    return 0


def dividend_command(
    region: Path | None, kinds: Sequence[str], delay_median: float, delay_p90: float, runs: int, seed: int,
    fitted: str | None, pages: Path | None, as_json: bool, geojson: Path | None, table: Path | None,
) -> int:  # fmt: skip
    """Compare two separate forces with one joint force; print, and write the one-page results and exports."""
    setting = read_setting(region or DEFAULT_REGION, weights={}, spread_provinces=False)
    fielded, delay = field_force(setting, kinds or RESPONDERS), Delay(delay_median, delay_p90, 0)
    names = [crossing.names.en for crossing in fielded.crossings]
    _, weight = setting.wanted
    result = dividend(fielded.force, weight, delay.median_s, names, fielded.willing)
    fit, table_words = _fit(setting, fitted)
    busy = loaded(fielded.force, fit, delay, runs=runs, years=5.0, scene_s=SCENE_S, seed=seed)
    facts = [
        *_facts(setting),
        ("kinds", ", ".join(kinds or RESPONDERS)),
        ("units", str(len(fielded.units))),
        ("fitted", table_words),
        ("delay", _delay_words(delay)),
        ("load", _load_words(busy)),
    ]
    if pages:
        _write_pages(pages, setting, fielded, result, facts)
    rows = _place_rows(setting, result)
    if geojson:
        _write_geojson(geojson, rows)
    if table:
        _write_csv(table, rows)
    if as_json:
        whole = {"separate": asdict(result.separate), "joint": asdict(result.joint)}
        rules = [asdict(rule) for rule in result.rules]
        print(json.dumps(_plain(whole | {"rules": rules, "loaded": asdict(busy), "rests_on": facts})))
        return 0
    _print(_dividend_table(result), facts)
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


def _fit(setting: Setting, table: str | None) -> tuple[Fit, str]:
    """Fit the rate to one table of incidents, the largest when none is named; return it and what it rests on.

    Tables differ in kind and in the years that they cover, so they are never added.
    Raises SitingError for a table that has no incident in the setting.
    """
    events = [setting.events[i] for i in setting.demand.used]
    tables = [event.source for event in events]
    chosen = table or max(sorted(set(tables)), key=tables.count)
    if chosen not in tables:
        raise SitingError(
            f"no incident of the table {chosen!r}", where="--fit", do=f"Name one of {sorted(set(tables))}"
        )
    mine = np.array([source == chosen for source in tables])
    years = np.array([event.year for event in events], np.int64)[mine]
    shares = setting.demand.share[:, setting.demand.weight > 0][mine]
    return fit_poisson(years, shares), f"{chosen}, {int(mine.sum())} incidents; other tables are not added to it"


def _facts(setting: Setting) -> list[tuple[str, str]]:
    used = [setting.events[i].source for i in setting.demand.used]
    tables = ", ".join(f"{table} {used.count(table)}" for table in sorted(set(used)))
    left = ", ".join(f"where_prec {precision}: {count}" for precision, count in setting.demand.left_out.items())
    return [("incidents", f"{tables} (each table weighs the same)"), ("left-out", left or "0"), ("fiction", "made up")]


def _delay_words(delay: Delay) -> str:
    return f"{delay.median_s / 60:g} min, p90 {delay.p90_s / 60:g} min (assumed)"


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


def _write_pages(
    folder: Path, setting: Setting, fielded: Fielded, result: Dividend, facts: Sequence[tuple[str, str]]
) -> None:
    places, weight = setting.wanted
    layer = next(layer for layer in setting.region.layers if layer.kind == "line")
    line = [(point.lat / 1e7, point.lon / 1e7) for point in read_line(setting.folder / layer.file).points]
    folder.mkdir(parents=True, exist_ok=True)
    homes = [(spot.lat, spot.lon, spot.party) for spot in fielded.homes]
    languages: tuple[Language, ...] = ("en", "fa", "ur")
    for lang in languages:
        gates = [
            (c.place.lat / 1e7, c.place.lon / 1e7, getattr(c.names, lang) or c.names.en) for c in fielded.crossings
        ]
        lat, lon = np.array([spot.lat for spot in places]), np.array([spot.lon for spot in places])
        ground = Map(lat, lon, weight, homes, gates, line[:: max(len(line) // 800, 1)])
        (folder / f"dividend-{lang}.html").write_text(page(result, ground, facts, lang), encoding="utf-8")


def _write_geojson(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {key: value for key, value in row.items() if key not in ("lat", "lon")},
        }
        for row in rows
    ]
    whole = _plain({"type": "FeatureCollection", "features": features})
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")


def _write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)


def _plain(value: Any) -> Any:
    """Return what JSON can hold: an infinite or missing number becomes null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _print(shown: Table, facts: Sequence[tuple[str, str]], why: str = "") -> None:
    console = Console()
    console.print(shown)
    for key, value in facts:
        console.print(f"{key}: {value}", highlight=False)
    if why:
        console.print(why)
