"""Times as both sides read them: each party's own clock, Gregorian and Jalali."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import jdatetime

_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def digits(text: str, language: str) -> str:
    """Return the text with the digits of the language (Persian ones in Persian)."""
    return text.translate(_PERSIAN) if language == "fa" else text


def both(us: int, zones: Sequence[tuple[str, str]], language: str, *, day: bool = False) -> list[str]:
    """Return a time (µs UTC) as lines that are never longer than a date: Gregorian and Jalali, then each clock.

    ``zones``: (what the party is called, IANA zone).  Where it is another day on one side, the date follows
    each clock.  ``day``: only the date is meant (a UTC day); then one line without a clock.
    """
    try:
        moment = datetime.fromtimestamp(us // 1_000_000, UTC)
        if day:
            return [digits(_dates(moment), language)]
        local = [(party, moment.astimezone(ZoneInfo(zone))) for party, zone in zones]
        clocks = [digits(f"{at:%H:%M:%S} ", language) + party for party, at in local]
        dates = [digits(_dates(at), language) for _, at in local]
        if len(set(dates)) == 1:
            return [dates[0], *clocks]
        return [line for pair in zip(clocks, dates, strict=True) for line in pair]
    except (OverflowError, ValueError, OSError):  # before or after what the calendars reach
        return [str(us)]


def _dates(moment: datetime) -> str:
    jalali = jdatetime.date.fromgregorian(date=moment.date())
    return f"{moment:%Y-%m-%d} · {jalali.year:04}-{jalali.month:02}-{jalali.day:02}"
