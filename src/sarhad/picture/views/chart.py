"""What the map and the time line are drawn from: columns, because there may be a hundred thousand incidents."""

from __future__ import annotations

from sarhad.picture.views.records import View
from sarhad.wire.values import Words


class MarksView(View, frozen=True, kw_only=True):
    """Incidents as columns, one row an incident, all columns of one length.

    ``lat`` and ``lon`` in 1e-7 degrees; ``start_us`` when it happened, and for how long that
    is known to be (``lasts_us``); ``at_us`` when its author says to have written it;
    ``category`` and ``party`` are indices into ``categories`` and ``parties``;
    ``precision`` and ``radius_m`` as in a place.  What is shown is corrected.
    """

    exercise: str | None
    categories: tuple[str, ...]
    parties: tuple[str, ...]
    ref: tuple[str, ...]
    lat: tuple[int, ...]
    lon: tuple[int, ...]
    precision: tuple[int, ...]
    radius_m: tuple[int, ...]
    start_us: tuple[int, ...]
    lasts_us: tuple[int, ...]
    at_us: tuple[int, ...]
    category: tuple[int, ...]
    party: tuple[int, ...]


class TitleView(View, frozen=True, kw_only=True):
    """What an incident is called, for the rows of a list that stand on the screen."""

    ref: str
    title: Words


class TrackPoint(View, frozen=True, kw_only=True):
    """One stated position of a unit; 1e-7 degrees, and the time as of which it was known."""

    ref: str
    lat: int
    lon: int
    at_us: int
    precision: int
    status: str


class TrackView(View, frozen=True, kw_only=True):
    """Where a unit has been, oldest first."""

    party: str
    code: str
    unit: str
    points: tuple[TrackPoint, ...]


class HistogramView(View, frozen=True, kw_only=True):
    """How many records were written in each of equal stretches of ``since_us`` to ``until_us``.

    ``first_us`` and ``last_us``: the whole span of the room's records, None when there are none.
    """

    exercise: str | None
    first_us: int | None
    last_us: int | None
    since_us: int
    until_us: int
    counts: tuple[int, ...]
