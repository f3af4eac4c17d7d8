"""Where units could stand: posts, crossings, towns, the villages that saw most, and places named by the officer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple

from sarhad.node.planner.land import CLASSES, Land, Spot
from sarhad.picture.places import MAX_RESULTS
from sarhad.response.errors import PlanError
from sarhad.response.standing import Standing
from sarhad.web.plan_shapes import PlaceFound, Scenario, Search

SPEED_KMH = 60
"""Speed on a good road of a unit that does not stand anywhere yet."""
FOUND = 20
"""So many places are listed for one search."""


def candidates_of(
    land: Land, standing: Standing, scenario: Scenario, side: Callable[[str], str], usual: Mapping[str, float]
) -> tuple[Spot, ...]:
    """Return the candidates, each kind in an order of its own; raises PlanError where there is none.

    ``side`` gives the region's party of a party, ``usual`` the usual weight of places by
    key: of the villages only those with most stand in, ``scenario.villages`` of them.
    """
    found: list[Spot] = []
    if "posts" in scenario.at:
        found += sorted(_stated(standing, "post", side), key=astuple)
    if "crossings" in scenario.at:
        found += sorted(_stated(standing, "crossing", side), key=astuple)
    if "towns" in scenario.at:
        found += [spot for spot in land.places if spot.what in CLASSES["towns"]]
    if "villages" in scenario.at:
        found += villages(land, usual)[: scenario.villages]
    held = {spot.key for spot in found}
    found += [spot for spot in _named(land, scenario.places) if spot.key not in held]
    if not found:
        raise PlanError(
            "plan-no-candidate", "there is no candidate", where="at", do="Choose posts, crossings, towns or villages"
        )
    return tuple(found)


def villages(land: Land, usual: Mapping[str, float]) -> list[Spot]:
    """Return every village, those where most incidents may have been first."""
    every = [spot for spot in land.places if spot.what in CLASSES["villages"]]
    return sorted(every, key=lambda spot: (-round(usual.get(spot.key, 0.0), 9), spot.key))


def search(land: Land, asked: Search) -> tuple[PlaceFound, ...]:
    """Return the places of the marks; else those of the text by the sound of their names, in whatever script."""
    found = _marked(land, asked.marks) if asked.marks else _called(land, asked.text)
    return tuple(
        PlaceFound(
            mark=spot.mark, names=land.names_of(spot), what=spot.what, party=spot.party, lat=spot.lat, lon=spot.lon
        )
        for spot in found
    )


def _called(land: Land, text: str) -> list[Spot]:
    """Return places by the sound of their names, the nearest first."""
    spots: dict[tuple[str, int, int], Spot] = {}
    for spot in land.places:
        spots.setdefault((spot.name, spot.lat, spot.lon), spot)
    found = (spots.get((view.name, view.lat, view.lon)) for view in land.index.find(text, MAX_RESULTS))
    return [spot for spot in found if spot is not None][:FOUND]


def _stated(standing: Standing, what: str, side: Callable[[str], str]) -> list[Spot]:
    """Return posts or crossings as they are on record, those of a party of this region."""
    items = standing.posts if what == "post" else standing.crossings
    found = []
    for one in items:
        party = side(one.party)
        if party:
            names = standing.names.get(one.ref)
            found.append(
                Spot(one.code if names is None else names.en, one.place.lat, one.place.lon, party, what, one.ref)
            )
    return found


def _marked(land: Land, marks: tuple[str, ...]) -> list[Spot]:
    """Return the places of the marks, without those that are none."""
    by_mark: dict[str, Spot] = {}
    for spot in land.places:
        by_mark.setdefault(spot.mark, spot)
    return [by_mark[mark] for mark in sorted(set(marks)) if mark in by_mark]


def _named(land: Land, marks: tuple[str, ...]) -> list[Spot]:
    found = _marked(land, marks)
    for mark in marks:
        if mark not in {spot.mark for spot in found}:
            raise PlanError(
                "plan-unknown-place",
                f"there is no place {mark!r}",
                where="places",
                do="Search for it by name",
                place=mark,
            )
    return found
