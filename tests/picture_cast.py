"""The fixed cast of the picture's tests: two neighbours, a stranger, and short ways to write their records."""

from __future__ import annotations

from typing import Any

import msgspec

from sarhad.picture import Picture, Witnessed
from sarhad.wire import canonical, record
from sarhad.wire.kinds import Agreement, Clock, Correction, Incident, Receipt, Report, Terms
from sarhad.wire.record import Record
from sarhad.wire.registry import Data
from sarhad.wire.values import JOINT, Casualties, Moment, Names, Place, Range, Release, Words

US = 1_000_000
T0 = 1_556_000_000
"""Seconds; 23 April 2019."""

Item = Record | Witnessed


def words(text: str = "text") -> Words:
    return Words(lang="en", text=text)


def moment(second: int = T0, precision: int = 0) -> Moment:
    return Moment(start=second * US, end=second * US, precision=precision)


def place(lat: int = 280_000_000, name: str = "") -> Place:
    return Place(lat=lat, lon=610_000_000, precision=2, name=name)


def killed(number: int) -> Casualties:
    return Casualties(killed=Range(low=number, best=number, high=number))


def entry(ref: str, data: Data, at: int = T0, release: Release = JOINT, **header: Any) -> Record:
    """Read a new record as the entry that ``ref`` names; ``at`` in seconds."""
    log, _, seq = ref.partition(":")
    body = record.write(
        party=log.partition(".")[0], by=header.pop("by", "duty"), at=at * US, data=data, release=release, **header
    )
    return record.read(log, int(seq), body)


def unchecked(ref: str, data: Data, at: int = T0, release: Release = JOINT, **header: Any) -> Record:
    """Return a record that wire.read may refuse: what it would mean if it came through must be nothing."""
    log, _, seq = ref.partition(":")
    head = record.Header(
        v=1,
        kind=data.kind_name(),
        party=log.partition(".")[0],
        by="duty",
        at=at * US,
        release=release,
        data=msgspec.Raw(canonical.encode(data)),
        **header,
    )
    return Record(log, int(seq), canonical.encode(head), head, data)


def terms(acknowledge_s: int = 300, parties: tuple[str, ...] = ("ir", "pk"), title: str = "Terms") -> Terms:
    clocks = (
        Clock(urgency="flash", acknowledge_s=acknowledge_s, answer_s=acknowledge_s * 3),
        Clock(urgency="routine", acknowledge_s=3600, answer_s=86_400),
    )
    return Terms(
        title=Names(en=title),
        parties=parties,
        clocks=clocks,
        notice_distance_m=4000,
        purpose=words("border security"),
        retention_days=365,
    )


def agreed(acknowledge_s: int = 300) -> list[Item]:
    """Return two signatures under the same terms: ir:0 and pk:0."""
    return [
        entry("ir:0", Agreement(terms=terms(acknowledge_s))),
        entry("pk:0", Agreement(terms=terms(acknowledge_s), accepts="ir:0")),
    ]


def incident(title: str = "Khash road") -> Incident:
    return Incident(title=words(title), category="bombing", when=moment(), place=place())


def report(of: str, **fields: Any) -> Report:
    return Report(incident=of, text=fields.pop("text", words()), **fields)


def correction(of: str, data: Data) -> Correction:
    return Correction(record=of, data=msgspec.Raw(msgspec.json.encode(data, order="sorted")), reason=words("typing"))


def acknowledged(log: str, *spans: tuple[int, int]) -> Receipt:
    return Receipt(log=log, step="acknowledged", spans=spans)


def picture(*items: Item) -> Picture:
    """Fold items from scratch."""
    made = Picture()
    for item in items:
        made.apply(item)
    return made
