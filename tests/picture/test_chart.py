"""What the map and the time line are drawn from: columns, tracks, counts."""

from __future__ import annotations

import pytest

from picture_cast import T0, US, correction, entry, incident, moment, picture, place
from sarhad.picture import Picture
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Incident, Unit, UnitStatus
from sarhad.wire.record import Record
from sarhad.wire.values import Moment, Names, Place, Range, Words


def unit(code: str = "R1") -> Unit:
    return Unit(code=code, names=Names(en=code), unit_kind="reaction", strength=Range(low=1, best=1, high=1))


def status(of: str, second: int, lat: int | None) -> UnitStatus:
    where = None if lat is None else Place(lat=lat, lon=610_000_000, precision=1)
    return UnitStatus(unit=of, status="en-route", as_of=moment(second), place=where)


def rows(made: Picture, exercise: str | None = None) -> dict[str, tuple[object, ...]]:
    view = made.marks(exercise)
    columns = (view.lat, view.lon, view.precision, view.radius_m, view.start_us, view.lasts_us, view.at_us)
    names = [(view.categories[c], view.parties[p]) for c, p in zip(view.category, view.party, strict=True)]
    return {ref: (*row, *name) for ref, *row, name in zip(view.ref, *columns, names, strict=True)}


def test_an_incident_is_one_row_with_what_the_map_draws() -> None:
    long = Incident(
        title=Words(lang="en", text="x"),
        category="shelling",
        when=Moment(start=T0 * US, end=(T0 + 5) * US),
        place=Place(lat=1, lon=2, precision=3, radius_m=40),
    )
    made = picture(entry("pk:0", long, at=T0 + 9), entry("ir:4", incident()))
    assert rows(made)["pk:0"] == (1, 2, 3, 40, T0 * US, 5 * US, (T0 + 9) * US, "shelling", "pk")
    assert list(rows(made)) == ["ir:4", "pk:0"]


def test_rows_follow_corrections_and_are_the_same_in_whatever_order_records_came() -> None:
    moved = Incident(title=incident().title, category="bombing", when=moment(), place=place(lat=290_000_000))
    items: list[Record] = [
        entry("pk:0", incident(), at=T0 + 5),
        entry("pk:1", incident(), at=T0),
        entry("pk:2", correction("pk:0", moved)),
        entry("ir:0", incident(), at=T0, exercise="drill"),
    ]
    forward, backward = Picture(), Picture()
    for one, other in zip(items, reversed(items), strict=True):
        for made, item in ((forward, one), (backward, other)):
            made.apply(item)
            made.marks()
            made.marks("drill")
    assert rows(forward) == rows(backward) == rows(picture(*items))
    assert rows(forward)["pk:0"][0] == 290_000_000
    assert list(rows(forward)) == ["pk:1", "pk:0"]
    assert list(rows(forward, "drill")) == ["ir:0"]


def test_the_columns_are_made_once_and_again_only_when_an_incident_of_theirs_changes() -> None:
    made = picture(entry("pk:0", incident()))
    held = made.marks()
    made.apply(entry("pk:1", incident(), exercise="drill"))
    assert made.marks() is held
    made.apply(entry("pk:2", incident()))
    assert made.marks().ref == ("pk:0", "pk:2")


def test_only_the_incidents_asked_for_are_given_when_some_are_named() -> None:
    made = picture(entry("pk:0", incident()), entry("pk:1", incident()), entry("pk:2", unit()))
    assert made.marks(None, ("pk:1", "pk:2", "pk:9")).ref == ("pk:1",)
    assert made.marks("drill", ("pk:1",)).ref == ()


def test_a_track_is_a_units_stated_positions_in_their_order_whichever_record_of_the_unit_they_name() -> None:
    made = picture(
        entry("pk:0", unit()),
        entry("pk:1", status("pk:0", T0 + 20, 281_000_000)),
        entry("pk:2", unit()),
        entry("pk:3", status("pk:2", T0 + 10, 280_000_000)),
        entry("pk:4", status("pk:2", T0 + 30, None)),
        entry("pk:5", status("pk:2", T0 - 90, 279_000_000)),
        entry("pk:6", status("pk:2", T0 + 40, 299_000_000), exercise="drill"),
    )
    (track,) = made.tracks(None, T0 * US)
    assert (track.party, track.code, track.unit) == ("pk", "R1", "pk:2")
    assert [(one.ref, one.lat, one.at_us) for one in track.points] == [
        ("pk:3", 280_000_000, (T0 + 10) * US),
        ("pk:1", 281_000_000, (T0 + 20) * US),
    ]
    assert made.tracks(None, (T0 + 60) * US) == ()


def test_the_histogram_counts_every_record_of_the_room_once() -> None:
    items = [entry(f"pk:{n}", incident(), at=T0 + n) for n in range(10)]
    made = picture(*items, entry("ir:0", incident(), at=T0, exercise="drill"), entry("ir:1", unit(), at=0))
    whole = made.histogram(None, None, None, 5)
    assert whole.counts == (2, 2, 2, 2, 2)
    assert (whole.first_us, whole.last_us) == (T0 * US, (T0 + 9) * US)
    assert made.histogram(None, (T0 + 3) * US, (T0 + 5) * US, 1).counts == (3,)
    assert made.histogram("nothing", None, None, 3).counts == (0, 0, 0)
    for bad in ((0, -1, 4), (0, 1, 0), (0, 1, 10_000)):
        with pytest.raises(Refused):
            made.histogram(None, *bad)
