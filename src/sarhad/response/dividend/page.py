"""The one-page result: a self-contained HTML file with a map and a curve, in English, Persian or Urdu."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sarhad.response.dividend.compute import Cover, Dividend
from sarhad.response.dividend.facts import Fact, sentence
from sarhad.response.dividend.words import WORDS
from sarhad.response.siting.kernels import Floats
from sarhad.wire.values import Language

RTL = ("fa", "ur")
GREEN, AMBER, RED, GREY = "#1a7f4b", "#b7791f", "#b3362b", "#8a8f98"


@dataclass(frozen=True, slots=True)
class Map:
    """What the map shows, in degrees: places with their weight, posts with their party, crossings, the line."""

    lat: Floats
    lon: Floats
    weight: Floats
    posts: Sequence[tuple[float, float, str]]
    crossings: Sequence[tuple[float, float, str]]
    line: Sequence[tuple[float, float]]


def page(result: Dividend, ground: Map, facts: Sequence[Fact], lang: Language) -> str:
    """Return the page; ``facts`` say what it rests on.  No script."""
    words = WORDS[lang]
    direction = "rtl" if lang in RTL else "ltr"
    rules = sorted(result.rules, key=lambda rule: (-_worth(result.joint, rule.cover), rule.crossing, rule.key))
    rows = "".join(
        f"<tr><td>{escape(words[rule.key])}<td>{escape(rule.crossing)}"
        f"<td>{_minutes_gained(result.joint.median_s, rule.cover.median_s, words)}"
        f"<td>{_minutes_gained(result.joint.p90_s, rule.cover.p90_s, words)}"
        f"<td>{_points(rule.cover.within[1] - result.joint.within[1])}</tr>"
        for rule in rules
    )
    told = (sentence(fact, lang) for fact in facts)
    rests = "".join(f"<li>{escape(name)}: <bdi>{escape(value)}</bdi></li>" for name, value in told)
    return (
        f'<!doctype html><html lang="{lang}" dir="{direction}"><meta charset="utf-8">'
        f"<title>{escape(words['title'])}</title><style>{_STYLE}</style>"
        f"<h1>{escape(words['title'])}</h1><p>{escape(_sentence(result, words))}</p>"
        f"<div class=row>{_chart(result, words)}{_map(result, ground)}</div>"
        f"<p class=small>{escape(words['legend'])}</p>"
        f"{_table(result, words)}<h2>{escape(words['rules'])}</h2><table><tr><th>{escape(words['change'])}"
        f"<th>{escape(words['crossing'])}<th>{escape(words['median'])}<th>{escape(words['p90'])}"
        f"<th>{escape(words['within-60'])}</tr>{rows}</table><h2>{escape(words['rests'])}</h2><ul>{rests}</ul></html>\n"
    )


_STYLE = (
    "@page{size:A4;margin:14mm}body{font:14px/1.45 'Noto Sans','Vazirmatn','Noto Naskh Arabic',sans-serif;"
    "color:#16202b;"
    "max-width:190mm;margin:6mm auto;padding:0 6mm}h1{font-size:22px;margin:.2em 0}"
    "h2{font-size:15px;margin:.9em 0 .3em}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d5dae1;padding:3px 6px;text-align:start}"
    "td+td,th+th{text-align:end}td:nth-child(2){text-align:start}.row{display:flex;gap:12px;flex-wrap:wrap}"
    "svg{direction:ltr;flex:1 1 300px;max-width:100%}.small,ul{font-size:12px;color:#46515e}ul{margin:.2em 0}"
)


def _sentence(result: Dividend, words: dict[str, str]) -> str:
    before, after = result.separate.within[1], result.joint.within[1]
    change = words["more"] if after > before else words["fewer"] if after < before else words["same"]
    return change.format(before=f"{before:.1%}", after=f"{after:.1%}")


def _minutes(seconds: float, words: dict[str, str]) -> str:
    return f"{seconds / 60:.0f}" if math.isfinite(seconds) else escape(words["never"])


def _minutes_gained(base: float, changed: float, words: dict[str, str]) -> str:
    if math.isinf(base) or math.isinf(changed):
        return "0" if base == changed else f"{_minutes(base, words)} → {_minutes(changed, words)}"
    return _signed((changed - base) / 60)


def _points(share: float) -> str:
    return _signed(100 * share)


def _signed(number: float) -> str:
    """Return the number with its sign, kept left to right; never a negative nought."""
    return f'<bdi dir="ltr">{round(number, 1) + 0.0:+.1f}</bdi>'


def _worth(base: Cover, changed: Cover) -> float:
    finite = math.isfinite(base.p90_s) and math.isfinite(changed.p90_s)
    return abs(base.p90_s - changed.p90_s) if finite else 1e6 * abs(changed.within[2] - base.within[2])


def _table(result: Dividend, words: dict[str, str]) -> str:
    head = "".join(f"<th>{escape(words[key])}" for key in ("within-30", "within-60", "within-120", "median", "p90"))
    body = ""
    for key, cover in (("separate", result.separate), ("joint", result.joint)):
        cells = "".join(f"<td>{share:.1%}" for share in cover.within)
        times = f"<td>{_minutes(cover.median_s, words)}<td>{_minutes(cover.p90_s, words)}"
        body += f"<tr><th>{escape(words[key])}{cells}{times}"
    gains = "".join(
        f"<td><b>{_points(b - a)}</b>" for a, b in zip(result.separate.within, result.joint.within, strict=True)
    )
    for key in ("median_s", "p90_s"):
        gains += f"<td><b>{_minutes_gained(getattr(result.separate, key), getattr(result.joint, key), words)}</b>"
    return f"<table><tr><th>{head}</tr>{body}<tr><th>{escape(words['dividend'])}{gains}</tr></table>"


def _chart(result: Dividend, words: dict[str, str]) -> str:
    def path(curve: tuple[float, ...]) -> str:
        return " ".join(f"{40 + 6.5 * k:.1f},{220 - 200 * share:.1f}" for k, share in enumerate(curve))

    def label(cover: Cover, colour: str, key: str, base: int) -> str:
        y = base - 200 * cover.curve[-1]
        return f'<text x="350" y="{y:.0f}" text-anchor="end" fill="{colour}">{escape(words[key])}</text>'

    grid = "".join(
        f'<line x1="40" x2="352" y1="{220 - 2 * p}" y2="{220 - 2 * p}" stroke="#e3e7ec"/>'
        f'<text x="36" y="{224 - 2 * p}" text-anchor="end">{p}</text>'
        for p in range(0, 101, 25)
    ) + "".join(f'<text x="{40 + 1.3 * m}" y="236" text-anchor="middle">{m}</text>' for m in (0, 30, 60, 120, 180, 240))
    return (
        f'<svg viewBox="0 0 370 256" font-size="11" role="img" aria-label="{escape(words["curve"])}">{grid}'
        f'<polyline points="{path(result.separate.curve)}" fill="none" stroke="{GREY}" stroke-width="2.5"/>'
        f'<polyline points="{path(result.joint.curve)}" fill="none" stroke="{GREEN}" stroke-width="2.5"/>'
        f'<text x="196" y="252" text-anchor="middle">{escape(words["curve"])}</text>'
        f"{label(result.joint, GREEN, 'joint', 214)}{label(result.separate, '#5b626c', 'separate', 232)}</svg>"
    )


def _map(result: Dividend, ground: Map) -> str:
    used = ground.weight > 0
    lat, lon = ground.lat[used], ground.lon[used]
    points = [*zip(lat, lon, strict=True), *((a, b) for a, b, _ in ground.posts)]
    south, north = min(a for a, _ in points) - 0.2, max(a for a, _ in points) + 0.2
    west, east = min(b for _, b in points) - 0.2, max(b for _, b in points) + 0.2
    shrink = math.cos(math.radians((south + north) / 2))
    scale = min(360 / ((east - west) * shrink), 250 / (north - south))

    def at(a: float, b: float) -> tuple[str, str]:
        return f"{(b - west) * shrink * scale:.1f}", f"{(north - a) * scale:.1f}"

    marks = ["<polyline fill='none' stroke='#16202b' stroke-dasharray='5 3' points='"]
    marks += [" ".join(",".join(at(a, b)) for a, b in ground.line), "'/>"]
    top = float(ground.weight.max(initial=1.0))
    for a, b, w, s, j in zip(lat, lon, ground.weight[used], result.separate_s[used], result.joint_s[used], strict=True):
        colour = RED if not math.isfinite(j) else GREEN if j < s - 60 else AMBER if j > s + 60 else GREY
        x, y = at(a, b)
        marks.append(f'<circle cx="{x}" cy="{y}" r="{1.2 + 5 * math.sqrt(w / top):.1f}" fill="{colour}" opacity=".7"/>')
    for a, b, _ in ground.posts:
        x, y = at(a, b)
        marks.append(f'<rect x="{x}" y="{y}" width="6" height="6" transform="translate(-3 -3)" fill="#1d4f91"/>')
    for a, b, name in ground.crossings:
        x, y = at(a, b)
        marks.append(f'<path d="M{x} {y}m-5 4 5-9 5 9z" fill="#16202b"><title>{escape(name)}</title></path>')
    return f'<svg viewBox="0 0 370 256" role="img">{"".join(marks)}</svg>'
