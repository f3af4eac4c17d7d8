"""A scenario solved: the sites with their proof, the cover that they give, and the area that they reach."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sarhad.node.planner.board import Board
from sarhad.node.planner.land import Spot
from sarhad.response.dividend import Cover
from sarhad.response.errors import PlanError
from sarhad.response.siting import Answer, Deadline
from sarhad.response.siting.kernels import Floats
from sarhad.response.siting.question import Question, ask
from sarhad.web.plan_shapes import (
    BandView,
    CoverView,
    Measure,
    Method,
    ReachBody,
    ReachView,
    Scenario,
    SitedView,
    SiteView,
)

MEASURES: dict[Method, Measure] = {
    "maximal": "weight",
    "all": "sites",
    "median": "weighted-seconds",
    "centre": "seconds",
    "expected": "weight",
}
BANDS_MIN = (30, 60, 120)
CELL_E7 = 500_000
"""A cell of the reach raster: 0.05 degrees, some 5 km."""


def site(board: Board, scenario: Scenario) -> SitedView:
    """Choose the sites; raises PlanError or SitingError for a question that cannot be asked."""
    spots, weight = board.spots(scenario), board.weight(scenario.weights)
    cost = board.cost(scenario, spots)
    began = time.monotonic()
    answer = solve(board, scenario, spots, cost, weight, scenario.limit_s)
    took_ms = round((time.monotonic() - began) * 1000)
    return viewed(board, scenario, spots, cost, answer, took_ms)


def viewed(
    board: Board, scenario: Scenario, spots: Sequence[Spot], cost: Floats, answer: Answer, took_ms: int = 0
) -> SitedView:
    """Return the answer as it is shown: its sites by their names, the cover that they give, what none reaches."""
    weight = board.weight(scenario.weights)
    arrival = cost[:, sorted(set(answer.sites))].min(axis=1) if answer.sites else np.full(len(weight), np.inf)
    reached = within(scenario, cost)
    return SitedView(
        status=answer.status,
        measure=MEASURES[scenario.method],
        value=finite(answer.value),
        bound=finite(answer.bound),
        gap=finite(answer.gap),
        nodes=answer.nodes,
        took_ms=took_ms,
        why=answer.why,
        total=float(weight.sum()),
        candidates=len(spots),
        sites=_sites(board, spots, cost, weight, answer),
        cover=cover(arrival, weight),
        by_party={
            party: cover(arrival[board.party == party], weight[board.party == party])
            for party in sorted(set(board.party.tolist()))
            if weight[board.party == party].sum() > 0
        },
        unserved=unserved(reached, weight),
        ground=board.digest,
        out_of_reach=float(weight[~reached.any(axis=1)].sum() / weight.sum()),
        arrival_s=whole_seconds(arrival),
    )


def within(scenario: Scenario, cost: Floats) -> NDArray[np.bool_]:
    """Tell which candidate reaches which place, in time where the method has a limit; places × candidates."""
    limited = scenario.method in ("maximal", "all", "expected")
    return cost <= scenario.minutes * 60 if limited else np.isfinite(cost)


def unserved(reached: NDArray[np.bool_], weight: Floats) -> tuple[int, ...]:
    """Return the places with weight that no candidate reaches, those with most first."""
    lost = np.nonzero(~reached.any(axis=1) & (weight > 0))[0]
    return tuple(sorted(lost.tolist(), key=lambda i: (-float(weight[i]), i)))


def solve(
    board: Board, scenario: Scenario, spots: Sequence[Spot], cost: Floats, weight: Floats, limit_s: float
) -> Answer:
    """Put the question to its method: the same answer in whatever order candidates and places came."""
    existing = [j for j, spot in enumerate(spots) if scenario.keep_posts and spot.what == "post"]
    room = len(spots) - len(existing)
    if scenario.method not in ("all", "expected") and scenario.sites > room:
        raise PlanError(
            "plan-too-many-sites", f"{scenario.sites} sites do not fit on {room} candidates", where="sites",
            do="Ask for fewer, or add candidates", sites=scenario.sites, room=room,
        )  # fmt: skip
    if scenario.sites + len(existing) == 0 and scenario.method != "all":
        raise PlanError(
            "plan-no-site", "no site is asked for and none is kept", where="sites", do="Ask for at least one"
        )
    question = Question([spot.key for spot in board.places], [spot.key for spot in spots], cost, weight, existing)
    return ask(
        question, scenario.method, scenario.sites, within=scenario.minutes * 60, busy=scenario.busy,
        deadline=Deadline.after(limit_s),
    )  # fmt: skip


def _sites(board: Board, spots: Sequence[Spot], cost: Floats, weight: Floats, answer: Answer) -> tuple[SiteView, ...]:
    chosen = sorted(set(answer.sites))
    if not chosen:
        return ()
    reach = cost[:, chosen]
    nearest, served = np.argmin(reach, axis=1), np.isfinite(reach).any(axis=1)
    return tuple(
        SiteView(
            candidate=j,
            names=board.standing.names.get(spots[j].ref) or board.land.names_of(spots[j]),
            party=spots[j].party,
            what=spots[j].what,
            lat=spots[j].lat,
            lon=spots[j].lon,
            units=answer.sites.count(j),
            existing=spots[j].what == "post",
            serves=float(weight[served & (nearest == number)].sum()),
        )
        for number, j in enumerate(chosen)
    )


def reach(board: Board, body: ReachBody) -> ReachView:
    """Return the area that the candidates reach within each band, by road, as runs of cells."""
    seconds = board.nodes(body, body.candidates)
    graph = board.land.graph
    south, west = int(graph.lat.min()) // CELL_E7 * CELL_E7, int(graph.lon.min()) // CELL_E7 * CELL_E7
    row, column = (graph.lat - south) // CELL_E7, (graph.lon - west) // CELL_E7
    raster = np.full((int(row.max()) + 1, int(column.max()) + 1), np.inf)
    np.minimum.at(raster, (row, column), seconds)
    bands, before = [], 0.0
    for minutes in BANDS_MIN:
        cells = (raster > before) & (raster <= minutes * 60) if before else raster <= minutes * 60
        bands.append(BandView(minutes=minutes, runs=tuple(_runs(cells))))
        before = minutes * 60.0
    return ReachView(south=south, west=west, cell=CELL_E7, bands=tuple(bands))


def _runs(cells: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[tuple[int, int, int]]:
    """Return the runs of True in each row: (row, first column, last column)."""
    wide = np.pad(cells, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(wide, axis=1)
    row, first = np.nonzero(change == 1)
    _, after = np.nonzero(change == -1)
    return [(int(r), int(a), int(b) - 1) for r, a, b in zip(row, first, after, strict=True)]


def cover(arrival_s: Floats, weight: Floats) -> CoverView:
    """Summarise arrivals at places with weight."""
    return cover_view(Cover.of(arrival_s[None], weight), float(weight[np.isinf(arrival_s)].sum() / weight.sum()))


def cover_view(made: Cover, never: float) -> CoverView:
    """Return the cover with null for what is infinite."""
    within = (made.within[0], made.within[1], made.within[2])
    return CoverView(
        within=within, median_s=finite(made.median_s), p90_s=finite(made.p90_s), curve=made.curve, never=never
    )


def finite(number: float) -> float | None:
    """Return the number, None when it is infinite or none."""
    return number if math.isfinite(number) else None


def whole_seconds(arrival: Floats) -> tuple[int, ...]:
    """Return whole seconds, -1 for never."""
    return tuple(
        np.where(np.isfinite(arrival), np.ceil(np.where(np.isfinite(arrival), arrival, 0)), -1).astype(int).tolist()
    )
