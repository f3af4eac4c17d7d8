"""Curve and map of a plan as SVG: plain shapes with attributes, for the page, the PDF and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from sarhad.gateways.geo.line import read_line
from sarhad.node.planner.board import Board
from sarhad.node.planner.saying import Saying

INK, DIM, GRID, BLUE, GREEN, AMBER, RED, GREY = (
    "#16202b", "#5b626c", "#dfe4ea", "#1d4f91", "#1a7f4b", "#b7791f", "#b3362b", "#8a8f98",
)  # fmt: skip
FONT = "font-family=\"'Vazirmatn Latin', 'Vazirmatn Latin Ext', Vazirmatn, 'Noto Sans', sans-serif\""
WIDTH, HEIGHT = 370, 262
LINE_POINTS = 600


@dataclass(frozen=True, slots=True)
class Curve:
    """A cumulative curve: share by 0, 5, 10 … minutes."""

    label: str
    colour: str
    dash: str
    shares: Sequence[float]


def curves(lines: Sequence[Curve], saying: Saying, title: str, *, size: float = 10.5) -> str:
    """Return the curves over minutes, in letters of ``size``; each is named in the legend, in its own stroke."""
    last = 5 * (len(lines[0].shares) - 1)
    left, right, top, bottom = 3.9 * size, WIDTH - 12.0, 12.0, 196.0

    def x(minute: float) -> float:
        return left + (right - left) * minute / last

    def y(share: float) -> float:
        return bottom - (bottom - top) * share

    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<line x1="{left}" x2="{right}" y1="{y(share):.1f}" y2="{y(share):.1f}" stroke="{GRID}"/>')
        parts.append(_text(left - 6, y(share) + 4, _percent(saying, share), anchor="end"))
    for minute in (0, 30, 60, 120, 180, last):
        if minute in (30, 60, 120):
            parts.append(
                f'<line x1="{x(minute):.1f}" x2="{x(minute):.1f}" y1="{top}" y2="{bottom}" stroke="{GRID}" '
                'stroke-dasharray="2 3"/>'
            )
        parts.append(_text(x(minute), bottom + 4 + size, saying.number(minute)))
    parts.append(_text((left + right) / 2, bottom + 6 + 2.2 * size, saying.say("plan.axis.minutes"), colour=DIM))
    for curve in lines:
        points = " ".join(f"{x(5 * k):.1f},{y(share):.1f}" for k, share in enumerate(curve.shares))
        dash = f' stroke-dasharray="{curve.dash}"' if curve.dash else ""
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{curve.colour}" stroke-width="2.4" '
            f'stroke-linejoin="round"{dash}/>'
        )
    for number, curve in enumerate(lines):
        at = left + number * (right - left) / 2
        dash = f' stroke-dasharray="{curve.dash}"' if curve.dash else ""
        parts.append(
            f'<line x1="{at}" x2="{at + 26}" y1="{bottom + 54}" y2="{bottom + 54}" stroke="{curve.colour}" '
            f'stroke-width="2.4"{dash}/>'
        )
        parts.append(_text(at + 33, bottom + 58, curve.label, anchor="start"))
    return _svg(parts, title, size)


@dataclass(frozen=True, slots=True)
class Dots:
    """Places as circles: their colour each, and how large."""

    lat: Sequence[float]
    lon: Sequence[float]
    radius: Sequence[float]
    colour: Sequence[str]


@dataclass(frozen=True, slots=True)
class Pin:
    """A square: where units stand; ``solid`` False: open, one that is not there yet."""

    lat: float
    lon: float
    colour: str
    solid: bool


def ground_map(board: Board, dots: Dots, pins: Sequence[Pin], title: str) -> str:
    """Return the map: the line, the crossings as triangles, the places, the pins."""
    every_lat = [*dots.lat, *(pin.lat for pin in pins)]
    every_lon = [*dots.lon, *(pin.lon for pin in pins)]
    south, north = min(every_lat) - 0.15, max(every_lat) + 0.15
    west, east = min(every_lon) - 0.15, max(every_lon) + 0.15
    shrink = math.cos(math.radians((south + north) / 2))
    scale = min(WIDTH / ((east - west) * shrink), HEIGHT / (north - south))
    shift = ((WIDTH - (east - west) * shrink * scale) / 2, (HEIGHT - (north - south) * scale) / 2)

    def at(lat: float, lon: float) -> tuple[float, float]:
        return shift[0] + (lon - west) * shrink * scale, shift[1] + (north - lat) * scale

    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#f3f1ea"/>']
    for stretch in border(board):
        inside = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(lat, lon) for lat, lon in stretch))
        parts.append(
            f'<polyline points="{inside}" fill="none" stroke="{INK}" stroke-width="1" stroke-dasharray="5 3"/>'
        )
    for lat, lon, radius, colour in zip(dots.lat, dots.lon, dots.radius, dots.colour, strict=True):
        x, y = at(lat, lon)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="0.72"/>')
    for passage in board.passages:
        x, y = at(passage.place.lat / 1e7, passage.place.lon / 1e7)
        parts.append(f'<path d="M{x:.1f} {y - 5:.1f}l5 9h-10z" fill="{INK}" stroke="#fff" stroke-width="0.7"/>')
    for pin in pins:
        x, y = at(pin.lat, pin.lon)
        fill, stroke = (pin.colour, "#fff") if pin.solid else ("#fff", pin.colour)
        parts.append(
            f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="{fill}" stroke="{stroke}" '
            f'stroke-width="{0.8 if pin.solid else 2}"/>'
        )
    return _svg(parts, title)


def border(board: Board) -> list[list[tuple[float, float]]]:
    """Return the border line thinned for paper."""
    layer = next((layer for layer in board.land.region.layers if layer.kind == "line"), None)
    if layer is None:
        return []
    points = [(p.lat / 1e7, p.lon / 1e7) for p in read_line(board.land.folder / layer.file).points]
    return [points[:: max(len(points) // LINE_POINTS, 1)]]


def sizes(weight: Sequence[float]) -> list[float]:
    """Return radii whose areas are as the weights."""
    most = max(weight, default=1.0) or 1.0
    return [float(r) for r in 1.1 + 5.0 * np.sqrt(np.array(weight) / most)]


def _percent(saying: Saying, share: float) -> str:
    return saying.number(100 * share) + ("%" if saying.lang == "en" else "٪")


def _text(x: float, y: float, text: str, *, anchor: str = "middle", colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _svg(parts: Sequence[str], title: str, size: float = 10.5) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-size="{size}" {FONT} role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )
