"""The values that records are made of: places, moments, counts, words, releases.

Coordinates are WGS 84 in units of 1e-7 degrees.  Times are UTC in microseconds
since 1970-01-01.  Distances are in metres, durations in seconds, said in the name.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sarhad.wire.ids import END, LogName, PartyId

Latitude = Annotated[int, Meta(ge=-900_000_000, le=900_000_000, description="WGS 84, 1e-7 degrees")]
Longitude = Annotated[int, Meta(ge=-1_800_000_000, le=1_800_000_000, description="WGS 84, 1e-7 degrees")]
Microseconds = Annotated[int, Meta(ge=-(2**53 - 1), le=2**53 - 1, description="UTC, microseconds since 1970")]
Count = Annotated[int, Meta(ge=0, le=10_000_000)]
Seconds = Annotated[int, Meta(ge=0, le=10 * 366 * 86_400)]
Metres = Annotated[int, Meta(ge=0, le=40_100_000)]
Short = Annotated[str, Meta(min_length=1, max_length=200)]
Long = Annotated[str, Meta(max_length=12_000)]
Hex32 = Annotated[str, Meta(pattern="^[0-9a-f]{64}" + END, description="32 bytes in lower-case hexadecimal")]
Language = Literal["en", "fa", "ur"]
Urgency = Literal["flash", "immediate", "priority", "routine"]
"""How fast an answer is needed; the agreement gives each its deadlines."""


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Base of every value and record: immutable, keyword only, absent when default.

    A value holds only what was there before it, so it is never part of a cycle: the
    garbage collector need not walk the millions of them (``gc``).
    """


class Words(Value, frozen=True, kw_only=True):
    """Free text with the language that it is written in (BCP 47 subset)."""

    lang: Language
    text: Annotated[str, Meta(min_length=1, max_length=12_000)]


class Names(Value, frozen=True, kw_only=True):
    """A name in the languages of the desk; ``en`` is always there, in Latin script."""

    en: Short
    fa: Annotated[str, Meta(max_length=200)] = ""
    ur: Annotated[str, Meta(max_length=200)] = ""


class Point(Value, frozen=True, kw_only=True):
    """A bare position, WGS 84 in 1e-7 degrees."""

    lat: Latitude
    lon: Longitude


class Place(Value, frozen=True, kw_only=True):
    """A position and how well it is known.

    ``precision`` is UCDP GED's where_prec: 1 exact, 2 within about 25 km of a named
    point, 3 district, 4 province, 5 along a line (a road, a border), 6 country,
    7 international waters or air.  ``radius_m`` is the uncertainty where one is stated.
    """

    lat: Latitude
    lon: Longitude
    precision: Annotated[int, Meta(ge=1, le=7)]
    name: Annotated[str, Meta(max_length=200)] = ""
    radius_m: Metres = 0


class Moment(Value, frozen=True, kw_only=True):
    """When something happened and how well that is known.

    ``start`` and ``end`` bound it, inclusive (an instant has both equal).
    ``precision``: 0 a clock time within the bounds; 1 to 5 UCDP GED's date_prec:
    1 the day, 2 two to six days, 3 the week, 4 the month, 5 up to a year.
    """

    start: Microseconds
    end: Microseconds
    precision: Annotated[int, Meta(ge=0, le=5)] = 0

    def __post_init__(self) -> None:
        """Refuse an interval that ends before it starts."""
        if self.end < self.start:
            raise ValueError("the moment ends before it starts")


class Range(Value, frozen=True, kw_only=True):
    """A number as somebody states it: at least, most likely, at most."""

    low: Count
    best: Count
    high: Count

    def __post_init__(self) -> None:
        """Refuse a range that is not low <= best <= high."""
        if not self.low <= self.best <= self.high:
            raise ValueError("a range must have low <= best <= high")


class Casualties(Value, frozen=True, kw_only=True):
    """Persons, as one side states them; what is absent was not stated."""

    killed: Range | None = None
    injured: Range | None = None
    abducted: Range | None = None


class Release(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may read a record.  What is not exactly one of the valid forms stays home.

    ``own``: the author's party only (TLP:RED).  ``named``: the parties listed, at
    least one (TLP:AMBER+STRICT).  ``joint``: every partner of the author under the
    agreement (TLP:GREEN).  ``public``: anyone (TLP:CLEAR).  Only ``named`` lists parties.

    The one value in which an unknown field is refused: a field that narrows who may
    read must not be passed over.  A newer form of marking takes a new word in ``to``.
    """

    to: str
    parties: tuple[PartyId, ...] = ()


OWN = Release(to="own")
JOINT = Release(to="joint")
PUBLIC = Release(to="public")
TLP = {"own": "TLP:RED", "named": "TLP:AMBER+STRICT", "joint": "TLP:GREEN", "public": "TLP:CLEAR"}


def named(*parties: str) -> Release:
    """Return a release to exactly these parties."""
    return Release(to="named", parties=tuple(sorted(set(parties))))


def valid_release(release: Release) -> bool:
    """Tell whether the marking is one of the valid forms (see Release)."""
    if release.to == "named":
        return len(release.parties) > 0 and len(set(release.parties)) == len(release.parties)
    return release.to in ("own", "joint", "public") and not release.parties


def may_read(release: Release, party: str, partners: frozenset[str]) -> bool:
    """Tell whether ``party`` may read; False for anything unknown, missing or contradictory.

    ``partners`` are the author's partners; a party outside it reads public records only.
    """
    if not valid_release(release):
        return False
    if release.to == "public":
        return True
    if party not in partners:
        return False
    return release.to == "joint" or (release.to == "named" and party in release.parties)


class Seen(Value, frozen=True, kw_only=True):
    """A partner's checkpoint that the author's node had seen when it wrote (the lower bracket).

    ``root`` is the tree hash of the partner's log at ``size`` entries.
    """

    log: LogName
    size: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    root: Hex32
