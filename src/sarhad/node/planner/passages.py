"""The crossings of the agreement as ways over the line: who may pass, when, and whether they stand open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sarhad.response.geometry import great_circle_m
from sarhad.response.snapshot import CrossingState
from sarhad.response.standing import Standing
from sarhad.wire.kinds import CrossingRule
from sarhad.wire.values import Names, Place

DAY_MIN = 1_440
NEAR_M = 1_000
"""Two sides' records of crossings so near to each other are of one place."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A crossing as all that keep it keep it; ``rules`` name the region's parties, none: nobody may pass.

    ``opens_s``, ``closes_s``: when all that keep it have it open, seconds after midnight of
    the ``zone`` of the record that the agreement names (both 0: always), ``offset_min`` minutes
    east of UTC when the ground was taken.
    """

    ref: str
    code: str
    names: Names
    place: Place
    opens_s: int
    closes_s: int
    zone: str
    offset_min: int
    wait_s: int
    shut: bool
    road: bool
    air: bool
    rules: tuple[CrossingRule, ...]

    @property
    def parties(self) -> tuple[str, ...]:
        """Those who may pass with some kind of unit."""
        return tuple(sorted({party for rule in self.rules for party in rule.parties}))

    @property
    def units(self) -> tuple[str, ...]:
        """The kinds that may pass; none named: any."""
        if any(rule.parties and not rule.units for rule in self.rules):
            return ()
        return tuple(sorted({kind for rule in self.rules if rule.parties for kind in rule.units}))

    @property
    def agreed(self) -> bool:
        """Whether anybody may pass as things stand."""
        return bool(self.parties) and not self.shut

    def permits(self, party: str, kind: str) -> bool:
        """Tell whether the agreement lets a party's units of a kind pass."""
        return any(party in rule.parties and (not rule.units or kind in rule.units) for rule in self.rules)


def passages_of(standing: Standing, party_of: Callable[[str], str]) -> tuple[Passage, ...]:
    """Return the crossings that the agreement names, by code; without a rule, every crossing, with none who may pass.

    ``party_of`` gives the region's party of a party.
    """
    by_ref = {one.ref: one for one in standing.crossings}
    rules: list[CrossingRule] = [rule for rule in standing.rules if rule.crossing in by_ref]
    if not rules:
        rules = [CrossingRule(crossing=one.ref, parties=()) for one in standing.crossings]
    found: list[tuple[list[CrossingState], list[CrossingRule]]] = []
    for rule in rules:
        named = by_ref[rule.crossing]
        own = CrossingRule(
            crossing=rule.crossing, parties=tuple(sorted({party_of(p) for p in rule.parties} - {""})), units=rule.units
        )
        group = next((one for one in found if named in one[0]), None)
        if group is None:
            rest = [one for one in standing.crossings if one is not named and _near(one, named)]
            found.append(([named, *rest], [own]))
        else:
            group[1].append(own)
    return tuple(sorted((_passage(standing, *one) for one in found), key=lambda one: (one.code, one.ref)))


def _passage(standing: Standing, keepers: Sequence[CrossingState], rules: Sequence[CrossingRule]) -> Passage:
    first = keepers[0]
    opens_s, closes_s, ever = _hours(keepers, standing.offsets_min)
    return Passage(
        ref=first.ref,
        code=first.code,
        names=standing.names.get(first.ref, Names(en=first.code)),
        place=first.place,
        opens_s=opens_s,
        closes_s=closes_s,
        zone=first.zone,
        offset_min=standing.offsets_min.get(first.zone, 0),
        wait_s=max(one.wait_s for one in keepers),
        shut=not ever or any(one.status == "closed" for one in keepers),
        road=any("road" in one.modes for one in keepers),
        air=all("air" in one.modes for one in keepers),
        rules=tuple(rules),
    )


def _hours(keepers: Sequence[CrossingState], offsets_min: Mapping[str, int]) -> tuple[int, int, bool]:
    """Return the longest time of the day in which all have it open, by the first one's clock, and whether there is any.

    By the clocks as they were set when the ground was taken: a study is of no single day.
    """
    minutes = np.ones(DAY_MIN, bool)
    first = offsets_min.get(keepers[0].zone, 0)
    for one in keepers:
        if one.opens_s == one.closes_s:
            continue
        opens, closes = one.opens_s // 60, one.closes_s // 60
        at = (np.arange(DAY_MIN) - first + offsets_min[one.zone]) % DAY_MIN
        minutes &= (opens <= at) & (at < closes) if opens < closes else ~((closes <= at) & (at < opens))
    if minutes.all() or not minutes.any():
        return 0, 0, bool(minutes.any())
    twice = np.diff(np.concatenate([[False], minutes, minutes, [False]]).astype(np.int8))
    starts, ends = np.nonzero(twice == 1)[0], np.nonzero(twice == -1)[0]
    longest = int(np.argmax(ends - starts))
    return int(starts[longest] % DAY_MIN) * 60, int(ends[longest] % DAY_MIN) * 60, True


def _near(a: CrossingState, b: CrossingState) -> bool:
    at = (np.array(a.place.lat), np.array(a.place.lon))
    return bool(great_circle_m(*at, np.array(b.place.lat), np.array(b.place.lon)) <= NEAR_M)
