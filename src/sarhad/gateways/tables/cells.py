"""From a cell's text to a value of a record; everything refused names its column.

Calendar dates have no zone in the tables.  A day becomes the UTC day of that name:
both sides then show the same date, where a local midnight would be yesterday for the
other.  ``Moment.precision`` (1 and above) says that only the date is meant.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from sarhad.gateways.tables.rows import CellError, Row
from sarhad.wire.values import Moment, Place, Range

MAX_COUNT = 10_000_000
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
COUNTRIES = {
    "Iran": "IR", "IRN": "IR", "IR": "IR", "Pakistan": "PK", "PAK": "PK", "PK": "PK",
    "Afghanistan": "AF", "AFG": "AF", "AF": "AF",
}  # fmt: skip

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T][0-9:.]{5,18}Z?)?")
_DAY_US = 86_400_000_000


def whole(row: Row, column: str, low: int, high: int) -> int:
    """Return a whole number between ``low`` and ``high``; "14" and "14.0" are both 14."""
    text = row.needed(column)
    number = _decimal(column, text)
    if number != number.to_integral_value():
        raise CellError(column, f"{text[:40]!r} is not a whole number", "Write a whole number")
    if not low <= number <= high:
        raise CellError(column, f"{text[:40]} is not between {low} and {high}", "Check the number")
    return int(number)


def count_or_none(row: Row, column: str) -> int | None:
    """Return a count of persons, None where the cell is empty (not stated)."""
    return whole(row, column, 0, MAX_COUNT) if row.text(column) else None


def exactly(count: int | None) -> Range | None:
    """Return the range of a number that was stated without doubt."""
    return None if count is None else Range(low=count, best=count, high=count)


def bounded(row: Row, low: str, best: str, high: str) -> Range | None:
    """Return the range in three columns, None where all three are empty."""
    if not any(row.text(column) for column in (low, best, high)):
        return None
    least, likely, most = (whole(row, column, 0, MAX_COUNT) for column in (low, best, high))
    if not least <= likely <= most:
        raise CellError(best, f"{likely} is not between {low} {least} and {high} {most}", "Check the three numbers")
    return Range(low=least, best=likely, high=most)


def place(row: Row, latitude: str, longitude: str, precision: str, name: str) -> Place:
    """Return the place in decimal degrees (WGS 84), with UCDP's where_prec (1 to 7)."""
    return Place(
        lat=_degrees(row, latitude, 90),
        lon=_degrees(row, longitude, 180),
        precision=whole(row, precision, 1, 7),
        name=shorten(row.text(name), 200),
    )


def day(row: Row, column: str) -> date:
    """Return the calendar day of ``2019-04-18`` or ``2019-04-18 00:00:00.000``."""
    text = row.needed(column)
    match = _DATE.fullmatch(text)
    try:
        found = date(*map(int, match.groups())) if match else None
    except ValueError:
        found = None
    if found is None or not EARLIEST <= found <= LATEST:
        raise CellError(column, f"{text[:40]!r} is no date that can be meant", "Write it as 2019-04-18")
    return found


def days(first: date, last: date, precision: int) -> Moment:
    """Return the moment that runs from the first day to the end of the last (UTC days)."""
    return Moment(start=_midnight_us(first), end=_midnight_us(last) + _DAY_US - 1, precision=precision)


def around(middle: date, precision: int) -> Moment:
    """Return the moment of one date that is known as well as UCDP's date_prec says.

    1 the day; 2 within two days of it; 3 its week from Monday; 4 its month; 5 its year.
    """
    first = last = middle
    if precision == 2:
        first, last = middle - timedelta(days=2), middle + timedelta(days=2)
    elif precision == 3:
        first = middle - timedelta(days=middle.weekday())
        last = first + timedelta(days=6)
    elif precision == 4:
        first = middle.replace(day=1)
        last = middle.replace(day=calendar.monthrange(middle.year, middle.month)[1])
    elif precision == 5:
        first, last = date(middle.year, 1, 1), date(middle.year, 12, 31)
    return days(first, last, precision)


def shorten(text: str, limit: int) -> str:
    """Return ``text``, cut with an ellipsis so that it has at most ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _midnight_us(day_: date) -> int:
    start = datetime(day_.year, day_.month, day_.day, tzinfo=UTC)
    return (start - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _decimal(column: str, text: str) -> Decimal:
    try:
        number = Decimal(text) if len(text) <= 40 and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise CellError(column, f"{text[:40]!r} is not a number", "Write a number with a point as decimal mark")
    return number


def _degrees(row: Row, column: str, limit: int) -> int:
    number = _decimal(column, row.needed(column))
    if abs(number) > limit:
        raise CellError(column, f"{number} is not between -{limit} and {limit}", "Write decimal degrees (WGS 84)")
    return int((number * 10_000_000).to_integral_value())
