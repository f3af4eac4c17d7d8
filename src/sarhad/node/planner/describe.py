"""What a plan is made from, told to the screen before anything is asked."""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np

from sarhad.node.planner.board import Board
from sarhad.node.planner.candidates import SPEED_KMH, villages
from sarhad.node.planner.land import CLASSES
from sarhad.node.planner.passages import Passage
from sarhad.node.planner.units import RESPONDERS
from sarhad.web.plan_shapes import AwayView, KindCount, PassageView, PlacesView, PlanView, StandView, TableView
from sarhad.wire.values import Names


def describe(board: Board) -> PlanView:
    """Return places, tables, candidates, crossings and units of the board."""
    return PlanView(
        region=board.land.region.id,
        ground=board.digest,
        origin=board.standing.origin,
        lent=board.lent,
        away=tuple(
            msgspec.convert(
                {"ref": one.unit.ref, "code": one.unit.code, "party": one.unit.party, "why": one.why}, AwayView
            )
            for one in board.fielded.away
        ),
        blurred=board.fielded.blurred,
        parties=board.sides,
        tables=_tables(board),
        categories=dict(sorted(Counter(event.category for event in board.incidents.used).items())),
        left_out={str(precision): count for precision, count in board.incidents.demand.left_out.items()},
        outside=board.incidents.outside,
        places=_places(board),
        candidates=_candidates(board),
        crossings=tuple(map(_passage, board.passages)),
        agreed=board.standing.agreed,
        kinds=tuple(
            KindCount(kind=kind, units=counts, responds=kind in RESPONDERS) for kind, counts in board.kinds.items()
        ),
        homes=tuple(_homes(board)),
        speed_kmh=SPEED_KMH,
    )


def _places(board: Board) -> PlacesView:
    places = board.places
    return PlacesView(
        name=tuple(spot.name for spot in places),
        lat=tuple(spot.lat for spot in places),
        lon=tuple(spot.lon for spot in places),
        party=tuple(spot.party for spot in places),
        weight=tuple(np.round(list(board.incidents.by_place.values()), 4).tolist()),
    )


def _candidates(board: Board) -> dict[str, int]:
    """Return how many candidates of each kind there are."""
    standing, places = board.standing, board.land.places
    return {
        "posts": sum(board.side(one.party) != "" for one in standing.posts),
        "crossings": sum(board.side(one.party) != "" for one in standing.crossings),
        "towns": sum(spot.what in CLASSES["towns"] for spot in places),
        "villages": len(villages(board.land, {})),
    }


def _passage(one: Passage) -> PassageView:
    return PassageView(
        code=one.code,
        names=one.names,
        lat=one.place.lat,
        lon=one.place.lon,
        opens_s=one.opens_s,
        closes_s=one.closes_s,
        zone=one.zone,
        offset_min=one.offset_min,
        wait_s=one.wait_s,
        parties=one.parties,
        units=one.units,
        agreed=one.agreed,
        shut=one.shut,
    )


def _tables(board: Board) -> tuple[TableView, ...]:
    used = Counter(event.source for event in board.incidents.used)
    found = []
    for table, weight in board.incidents.table_weights.items():
        events = [event for event in board.incidents.events if event.source == table]
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
    """Return where the units that count stand, several at one place as one."""
    found: dict[tuple[str, int, int], tuple[Names, int]] = {}
    for unit, home in zip(board.fielded.units, board.fielded.homes, strict=True):
        post = board.standing.home_of(unit)
        names = board.standing.names.get(post.ref) if post is not None else None
        key = (home.party, home.lat, home.lon)
        held = found.get(key, (names or Names(en=unit.code), 0))
        found[key] = (held[0], held[1] + 1)
    return [
        StandView(names=names, lat=lat, lon=lon, party=party, units=units)
        for (party, lat, lon), (names, units) in sorted(found.items(), key=lambda one: one[0])
    ]
