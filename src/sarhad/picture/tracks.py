"""Where units have been, from their status records; and how many records a stretch of time holds."""

from __future__ import annotations

from sarhad.picture.order import Key, position
from sarhad.picture.rules import GROUND_KINDS
from sarhad.picture.state import State
from sarhad.picture.views import HistogramView, TrackPoint, TrackView
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import UnitStatus

MAX_POINTS = 500
"""A track shows so many positions at most, the newest."""
MAX_BINS = 400
_LAST = 2**62


def tracks(state: State, exercise: str | None, since_us: int, most: int = MAX_POINTS) -> tuple[TrackView, ...]:
    """Return each unit's stated positions as of ``since_us`` (µs) or later, by party and code; none without any."""
    found = []
    for party in sorted(state.parties):
        units: dict[str, list[str]] = {}
        for unit in state.newest("unit", party, exercise):
            units.setdefault(getattr(unit.data, "code"), []).append(unit.ref)  # noqa: B009  (units have a code)
        for code in sorted(units):
            points = _points(state, exercise, units[code], since_us)[-most:]
            if points:
                found.append(TrackView(party=party, code=code, unit=units[code][-1], points=tuple(points)))
    return tuple(found)


def _points(state: State, exercise: str | None, units: list[str], since_us: int) -> list[TrackPoint]:
    said: list[tuple[int, tuple[int, int], str, UnitStatus]] = []
    for ref in units:
        for status in state.attached(state.records[ref], "unit-status"):
            data = state.effective(status)
            if not isinstance(data, UnitStatus) or data.place is None or status.header.exercise != exercise:
                continue
            if data.as_of.end >= since_us:
                said.append((data.as_of.end, position(status), status.ref, data))
    said.sort(key=lambda one: one[:2])
    return [_point(ref, at_us, data) for at_us, _, ref, data in said]


def _point(ref: str, at_us: int, data: UnitStatus) -> TrackPoint:
    place = data.place
    assert place is not None
    return TrackPoint(ref=ref, lat=place.lat, lon=place.lon, at_us=at_us, precision=place.precision, status=data.status)


def histogram(
    state: State, exercise: str | None, since_us: int | None, until_us: int | None, bins: int
) -> HistogramView:
    """Count the records of a room by claimed time; without bounds over their whole span.

    Raises Refused when the bounds or the number of bins make no histogram.
    """
    if not 1 <= bins <= MAX_BINS:
        raise Refused(f"a histogram has 1 to {MAX_BINS} bins", where="bins", do="Ask for fewer")
    lists = [keys for (mark, kind, _), keys in state.lists.items() if mark == exercise and kind not in GROUND_KINDS]
    held = [keys for one in lists if (keys := one.sorted())]
    first = min((keys[0][0] for keys in held), default=None)
    last = max((keys[-1][0] for keys in held), default=None)
    low = since_us if since_us is not None else (first or 0)
    high = until_us if until_us is not None else (last or 0)
    if high < low:
        raise Refused("the stretch ends before it begins", where="until_us", do="Choose an end after the beginning")
    edges: list[Key] = [(low + (high + 1 - low) * i // bins, "", -1) for i in range(bins + 1)]
    counts = [0] * bins
    for one in lists:
        bounds = [one.between(edge, edge)[0] for edge in edges]
        for i in range(bins):
            counts[i] += bounds[i + 1] - bounds[i]
    return HistogramView(
        exercise=exercise, first_us=first, last_us=last, since_us=low, until_us=high, counts=tuple(counts)
    )
