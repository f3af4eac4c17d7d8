"""The incidents that a plan rests on: spread over places, counted by table, weighed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import get_args

import numpy as np

from sarhad.node.planner.land import Land, Spot
from sarhad.response.errors import PlanError
from sarhad.response.simulation import Fit, Recorded, fit_poisson
from sarhad.response.siting.demand import Demand, Event, demand
from sarhad.response.siting.kernels import Floats
from sarhad.response.standing import OWN_TABLE, Happened
from sarhad.wire.kinds.happenings import Category


@dataclass(frozen=True)
class Incidents:
    """Incidents on the places of a land; ``places`` are those where one may have been.

    ``outside`` counts those that lie outside the region, and are of none of its places.
    """

    events: tuple[Event, ...]
    demand: Demand
    places: tuple[Spot, ...]
    share: Floats
    outside: int

    @classmethod
    def of(cls, land: Land, happened: Sequence[Happened], *, spread_provinces: bool) -> Incidents:
        """Spread incidents over the places; raises SitingError where there is no place."""
        south, west, north, east = (getattr(land.region.bounds, name) for name in ("south", "west", "north", "east"))
        inside = [one for one in happened if south <= one.lat <= north and west <= one.lon <= east]
        events = _events(land, inside)
        lat, lon = (np.array([getattr(spot, name) / 1e7 for spot in land.places]) for name in ("lat", "lon"))
        side = np.array([spot.party for spot in land.places])
        spread = demand(events, lat, lon, side, spread_provinces=spread_provinces)
        at = np.nonzero(spread.share.sum(axis=0) > 0)[0]
        return cls(
            events, spread, tuple(land.places[int(i)] for i in at), spread.share[:, at], len(happened) - len(inside)
        )

    @cached_property
    def used(self) -> tuple[Event, ...]:
        """The incidents that are known closely enough, in the order of ``share``."""
        return tuple(self.events[i] for i in self.demand.used)

    @cached_property
    def table_weights(self) -> dict[str, float]:
        """What an incident of each table counts for unless told otherwise.

        Tables differ in kind: those that were imported weigh the same in all.  An incident
        that a desk put on record counts as the mean of the others.
        """
        tables = [event.source for event in self.used]
        imported = sorted(set(tables) - {OWN_TABLE})
        several = sum(tables.count(table) for table in imported)
        usual = {table: several / len(imported) / tables.count(table) for table in imported}
        if OWN_TABLE in tables:
            usual[OWN_TABLE] = 1.0
        return dict(sorted(usual.items()))

    def weight(self, said: Mapping[str, float]) -> Floats:
        """Return the weight of each place when incidents count as ``said``; raises PlanError when none is left."""
        if not self.used:
            raise self.none()
        self.known(said)
        tables = {table: said.get(f"source:{table}", usual) for table, usual in self.table_weights.items()}
        factor = np.array([tables[event.source] * said.get(event.category, 1.0) for event in self.used])
        weight: Floats = factor @ self.share
        if not weight.sum() > 0:
            raise PlanError(
                "plan-no-weight", "no incident counts for anything", where="weights", do="Give at least one more than 0"
            )
        return weight

    def known(self, said: Iterable[str], where: str = "weights") -> None:
        """Raise PlanError for a weight of a category or a table that there is not."""
        tables = sorted({event.source for event in self.events})
        known = [*get_args(Category), *(f"source:{table}" for table in tables)]
        for key in said:
            if key not in known:
                raise PlanError(
                    "plan-unknown-weight", f"there is nothing called {key!r} to weigh", where=where,
                    do=f"Name one of {known}", weight=key, known=", ".join(known),
                )  # fmt: skip

    def none(self) -> PlanError:
        """Return the refusal where no incident can be planned on: none lies in the region, or none is known closely."""
        if self.outside and not self.events:
            return PlanError(
                "plan-all-outside", f"all {self.outside} incidents lie outside the region", where="incidents",
                do="Give incidents of this region, or another region package", count=self.outside,
            )  # fmt: skip
        if not self.events:
            return PlanError(
                "plan-without-incidents", "there is no incident at all to plan on", where="incidents",
                do="Import a table of incidents",
            )  # fmt: skip
        return PlanError(
            "plan-no-incidents", "no incident is known closely enough to plan on", where="incidents",
            do="Import a table of incidents, or spread those known to a province",
        )  # fmt: skip

    @cached_property
    def by_place(self) -> dict[str, float]:
        """The usual weight of each place that has any, by key."""
        weight = self.weight({}) if self.used else np.zeros(len(self.places))
        return {spot.key: float(one) for spot, one in zip(self.places, weight, strict=True)}

    def rows(self, table: str) -> tuple[list[Event], Floats]:
        """Return the incidents of one table (the largest when none is named) with their shares; raises PlanError."""
        tables = [event.source for event in self.used]
        if not tables:
            raise self.none()
        chosen = table or max(sorted(set(tables)), key=tables.count)
        if chosen not in tables:
            known = sorted(set(tables))
            raise PlanError(
                "plan-unknown-table", f"there is no incident of the table {chosen!r}", where="fit",
                do=f"Name one of {known}", table=chosen, known=", ".join(known),
            )  # fmt: skip
        mine = [n for n, source in enumerate(tables) if source == chosen]
        return [self.used[n] for n in mine], self.share[mine]

    def fit(self, table: str) -> tuple[Fit, str]:
        """Fit the rate to one table: tables differ in kind and years, and are never added; raises PlanError."""
        events, share = self.rows(table)
        return fit_poisson(np.array([event.year for event in events], np.int64), share), events[0].source

    def recorded(self, table: str) -> tuple[Recorded, str]:
        """Return one table as it is on record, for a replay; raises PlanError."""
        events, share = self.rows(table)
        start, end = (np.array([getattr(event, name) for event in events]) for name in ("start_s", "end_s"))
        return Recorded(start, end, share), events[0].source


def _events(land: Land, happened: Sequence[Happened]) -> tuple[Event, ...]:
    """Return the incidents as the siting takes them; the side is the stated country's, else that of the place."""
    party = {info.country: info.party for info in land.region.banks.values()}
    at = [n for n, one in enumerate(happened) if not one.side]
    told = land.side_at([happened[n].lat for n in at], [happened[n].lon for n in at]) if at else []
    side = {n: party.get(one.side, "") for n, one in enumerate(happened)} | dict(zip(at, told, strict=True))
    return tuple(
        Event(
            one.lat / 1e7,
            one.lon / 1e7,
            one.precision,
            datetime.fromtimestamp(one.start / 1e6, UTC).year,
            side[n],
            one.category,
            one.table,
            one.start / 1e6,
            one.end / 1e6,
        )
        for n, one in enumerate(happened)
    )
