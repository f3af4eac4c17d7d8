"""The incidents as the map draws them: one small row each, kept as they change, given out as columns."""

from __future__ import annotations

from collections.abc import Iterator

from sarhad.picture.state import State
from sarhad.picture.views import MarksView, TitleView
from sarhad.wire.kinds import Incident

Row = tuple[str, int, int, int, int, int, int, int, str, str]
"""ref, lat, lon, precision, radius_m, start_us, lasts_us, at_us, category, party."""

_COLUMNS = ("ref", "lat", "lon", "precision", "radius_m", "start_us", "lasts_us", "at_us")


class Marks:
    """One row an incident.  Written by ``touch`` and by looking, on the caller's one thread."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._rows: dict[str, Row] = {}
        self._views: dict[str | None, MarksView] = {}
        """The columns by exercise; an exercise's go when one of its incidents is touched."""

    def touch(self, ref: str) -> None:
        """Take it that the incident ``ref`` may have changed."""
        self._rows.pop(ref, None)
        record = self._state.records.get(ref)
        if record is not None:
            self._views.pop(record.header.exercise, None)

    def view(self, exercise: str | None) -> MarksView:
        """Return every incident of an exercise (None: live), by party and claimed time; the same object until then."""
        view = self._views.get(exercise)
        if view is None:
            view = self._views[exercise] = self._columns(exercise, self._refs(exercise))
        return view

    def some(self, exercise: str | None, refs: tuple[str, ...]) -> MarksView:
        """Return those of ``refs`` that are incidents of the exercise, in the order given."""
        records = self._state.records
        held = [r for r in refs if (one := records.get(r)) is not None and one.header.exercise == exercise]
        return self._columns(exercise, held)

    def titles(self, refs: tuple[str, ...]) -> list[TitleView]:
        """Return what those of ``refs`` that are incidents are called."""
        state = self._state
        said = [(ref, state.effective(state.records[ref])) for ref in refs if ref in state.records]
        return [TitleView(ref=ref, title=data.title) for ref, data in said if isinstance(data, Incident)]

    def _refs(self, exercise: str | None) -> list[str]:
        lists = self._state.lists
        names = [(exercise, "incident", party) for party in sorted(self._state.parties)]
        return [f"{log}:{seq}" for name in names if name in lists for _, log, seq in lists[name].sorted()]

    def warm(self, refs: list[str]) -> Iterator[None]:
        """Make the rows of incidents by small steps."""
        for number, ref in enumerate(refs):
            self.row(ref)
            if number % 1_000 == 999:
                yield

    def row(self, ref: str) -> Row | None:
        """Return an incident's row, None when it is no incident."""
        row = self._rows.get(ref)
        if row is None:
            record = self._state.records[ref]
            data = self._state.effective(record)
            if not isinstance(data, Incident):
                return None
            place, when = data.place, data.when
            row = self._rows[ref] = (
                ref, place.lat, place.lon, place.precision, place.radius_m, when.start, when.end - when.start,
                record.header.at, data.category, record.party,
            )  # fmt: skip
        return row

    def _columns(self, exercise: str | None, refs: list[str]) -> MarksView:
        rows = [row for ref in refs if (row := self.row(ref)) is not None]
        columns = list(zip(*rows, strict=True)) or [()] * 10
        categories, category = _indexed(columns[8])
        parties, party = _indexed(columns[9])
        return MarksView(
            exercise=exercise,
            categories=categories,
            parties=parties,
            category=category,
            party=party,
            **dict(zip(_COLUMNS, columns, strict=False)),
        )


def _indexed(values: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the different values in order, and each value's index among them."""
    known = tuple(sorted(set(values)))
    index = {value: number for number, value in enumerate(known)}
    return known, tuple(index[value] for value in values)
