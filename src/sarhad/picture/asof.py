"""The picture as a side knew it at a moment: by what is proved, and marked where it is only claimed.

A partner's record counts as known to a side from that side's first countersignature
over a grant of it (the record, or the release act by which the side may read it).  A
record of the side's own counts from the time that it claims; it is ``claimed`` until a
countersignature by another party covers it at that moment.  Facts of time count from
the time that they state.  See docs/decisions/0073.
"""

from __future__ import annotations

from dataclasses import dataclass

from sarhad.picture.picture import Picture
from sarhad.picture.state import State
from sarhad.picture.witness import Witnessed
from sarhad.wire.errors import Refused
from sarhad.wire.record import Record

MAX_RECORDS = 20_000
"""A picture of more records is not folded again for one look."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """What ``side`` knew at ``at_us``; ``claimed`` are its own records that nothing proved by then."""

    side: str
    at_us: int
    picture: Picture
    claimed: frozenset[str]


def known_us(state: State, record: Record, side: str) -> int | None:
    """Return since when (µs) ``side`` knows the record, None when nothing says that it does."""
    if record.party == side:
        return record.header.at
    delivered = state.delivered(record, side)
    return None if delivered is None else delivered * 1_000_000


def as_of(whole: Picture, side: str, at_us: int) -> AsOf:
    """Fold what ``side`` knew at ``at_us`` (µs UTC); raises Refused when that is too much for one look.

    The rule as plainly as it can be written; ``replay`` is the quick way to the same picture.
    """
    state = whole._state
    known = []
    claimed = set()
    for record in state.records.values():
        since = known_us(state, record, side)
        if since is None or since > at_us:
            continue
        if record.party == side:
            proved = state.facts.not_after(record.log, record.seq)
            if proved is None or proved * 1_000_000 > at_us:
                claimed.add(record.ref)
        known.append(record)
        if len(known) > MAX_RECORDS:
            raise Refused(f"more than {MAX_RECORDS} records were known then", where="at", do="Choose an earlier time")
    made = Picture()
    for record in known:
        made.apply(record)
    for (log, by, size), time_s in state.facts.held.items():
        if time_s * 1_000_000 <= at_us:
            made.apply(Witnessed(log, size, by, time_s))
    return AsOf(side, at_us, made, frozenset(claimed))
