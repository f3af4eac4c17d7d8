"""What a plan is made from, told to the screen before anything is asked."""

from __future__ import annotations

from collections import Counter

import numpy as np

from sarhad.node.planner.board import Board
from sarhad.node.planning_siting import RESPONDERS, UNIT_SPEED_KMH, candidates
from sarhad.web.plan_shapes import KindCount, PassageView, PlacesView, PlanView, StandView, TableView
from sarhad.wire.kinds import Post, Unit


def describe(board: Board) -> PlanView:
    """Return places, tables, candidates, crossings and units of the board."""
    setting, places = board.setting, board.places
    used = [setting.events[i] for i in setting.demand.used]
    return PlanView(
        region=setting.region.id,
        parties=tuple(sorted(setting.grounds)),
        tables=_tables(board),
        categories=dict(sorted(Counter(event.category for event in used).items())),
        left_out={str(precision): count for precision, count in setting.demand.left_out.items()},
        places=PlacesView(
            name=tuple(spot.name for spot in places),
            lat=tuple(round(spot.lat * 1e7) for spot in places),
            lon=tuple(round(spot.lon * 1e7) for spot in places),
            party=tuple(spot.party for spot in places),
            weight=tuple(np.round(board.weight({}), 4).tolist()),
        ),
        candidates={word: len(candidates(setting, (word,))) for word in ("posts", "crossings", "towns", "villages")},
        crossings=tuple(
            PassageView(
                code=p.crossing.code,
                names=p.crossing.names,
                lat=p.crossing.place.lat,
                lon=p.crossing.place.lon,
                opens_s=p.crossing.opens_s,
                closes_s=p.crossing.closes_s,
                parties=p.parties,
                units=p.units,
                agreed=p.agreed,
            )
            for p in board.passages
        ),
        kinds=tuple(
            KindCount(kind=kind, units=counts, responds=kind in RESPONDERS) for kind, counts in board.kinds.items()
        ),
        homes=tuple(_homes(board)),
        speed_kmh=UNIT_SPEED_KMH,
    )


def _tables(board: Board) -> tuple[TableView, ...]:
    used = Counter(board.setting.events[i].source for i in board.setting.demand.used)
    found = []
    for table, weight in board.table_weights.items():
        events = [event for event in board.setting.events if event.source == table]
        precision = Counter(event.precision for event in events)
        found.append(
            TableView(
                id=table,
                incidents=len(events),
                used=used[table],
                precision={str(key): precision[key] for key in sorted(precision)},
                first_year=min(event.year for event in events),
                last_year=max(event.year for event in events),
                weight=weight,
            )
        )
    return tuple(found)


def _homes(board: Board) -> list[StandView]:
    found = []
    for party, ground in sorted(board.setting.grounds.items()):
        based = Counter((p.lat, p.lon) for u in ground.of(Unit) if (p := ground.home_of(u.code)) is not None)
        found += [
            StandView(names=post.names, lat=post.place.lat, lon=post.place.lon, party=party, units=units)
            for post in ground.of(Post)
            if (units := based[post.place.lat, post.place.lon])
        ]
    return found
