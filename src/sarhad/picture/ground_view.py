"""The ground as a view: what each party last said of its sectors, crossings, posts and units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from sarhad.picture.order import position, ref_order
from sarhad.picture.record_view import recalled_word
from sarhad.picture.state import State
from sarhad.picture.views import (
    CaveatView,
    CrossingView,
    GroundView,
    NoticeView,
    PostView,
    SectorView,
    UnitStatusView,
    UnitView,
    View,
)
from sarhad.wire.kinds import Caveat, Post, Unit, UnitStatus, ZoneNotice
from sarhad.wire.record import Record
from sarhad.wire.registry import Data
from sarhad.wire.values import Place

V = TypeVar("V", bound=View)


def ground_view(state: State, exercise: str | None) -> GroundView:
    """Render the ground and every notice."""
    return GroundView(
        exercise=exercise,
        sectors=tuple(_plain(SectorView, r, d) for r, d in _current(state, "sector", exercise)),
        crossings=tuple(_plain(CrossingView, r, d) for r, d in _current(state, "crossing", exercise)),
        posts=tuple(_plain(PostView, r, d) for r, d in _current(state, "post", exercise)),
        units=tuple(_unit(state, records, exercise) for records in _by_code(state, "unit", exercise)),
        notices=tuple(_notices(state, exercise)),
        caveats=tuple(caveat_views(state, exercise)),
    )


def _by_code(
    state: State, kind: str, exercise: str | None, parties: Iterable[str] | None = None
) -> Iterator[list[Record]]:
    """Yield each party's records of one code, in the party's own order, by party and code."""
    for party in sorted(state.parties if parties is None else parties):
        found: dict[str, list[Record]] = {}
        for record in state.newest(kind, party, exercise):
            found.setdefault(getattr(record.data, "code"), []).append(record)  # noqa: B009  (these kinds have a code)
        for code in sorted(found):
            yield found[code]


def _current(
    state: State, kind: str, exercise: str | None, parties: Iterable[str] | None = None
) -> Iterator[tuple[Record, Data]]:
    """Yield each party's newest record of every code, with what it says now."""
    for records in _by_code(state, kind, exercise, parties):
        data = state.effective(records[-1])
        assert data is not None
        yield records[-1], data


def current(state: State, ref: str, exercise: str | None) -> str:
    """Return the newest record of the same kind, party and code as the ground's record ``ref``, else ``ref``."""
    held = state.records.get(ref)
    code = getattr(held.data, "code", None) if held is not None else None
    if held is None or code is None:
        return ref
    same = [r for r in state.newest(held.kind, held.party, exercise) if getattr(r.data, "code", None) == code]
    return same[-1].ref if same else ref


def _plain(view: type[V], record: Record, data: Data) -> V:
    """Render a view whose other fields are the record's own, by name."""
    shown = {name: getattr(data, name) for name in view.__struct_fields__ if name not in ("ref", "party")}
    return view(ref=record.ref, party=record.party, **shown)


def _unit(state: State, records: list[Record], exercise: str | None) -> UnitView:
    record = records[-1]
    data = state.effective(record)
    assert isinstance(data, Unit)
    last = _last_status(state, records, exercise)
    home = state.records.get(data.home) if data.home is not None else None
    post = state.effective(home) if home is not None and home.kind == "post" else None
    place: Place | None = post.place if isinstance(post, Post) else None
    shown = {n: getattr(data, n) for n in UnitView.__struct_fields__ if n in data.__struct_fields__}
    return UnitView(
        ref=record.ref,
        party=record.party,
        last=last,
        place=last.place if last is not None and last.place is not None else place,
        **shown,
    )


def _last_status(state: State, units: list[Record], exercise: str | None) -> UnitStatusView | None:
    """Return the status known as of the latest time, said of any record of the unit's code.

    One that states another more coarsely counts only where that other cannot be read.
    """
    said = [
        (data.as_of.end, position(status), status, data)
        for unit in units
        for status in state.attached(unit, "unit-status")
        if status.header.exercise == exercise
        and isinstance(data := state.effective(status), UnitStatus)
        and (data.blurs is None or data.blurs not in state.records)
    ]
    if not said:
        return None
    _, _, status, data = max(said, key=lambda one: one[:2])
    return UnitStatusView(
        ref=status.ref,
        status=data.status,
        as_of=data.as_of,
        place=data.place,
        text=data.text,
        help=data.help,
        blurs=data.blurs,
    )


def caveat_views(state: State, exercise: str | None, parties: Iterable[str] | None = None) -> Iterator[CaveatView]:
    """Render the caveats that are not lifted, of these parties (None: of all)."""
    for record, data in _current(state, "caveat", exercise, parties):
        assert isinstance(data, Caveat)
        if data.lifted:
            continue
        yield CaveatView(
            ref=record.ref,
            party=record.party,
            code=data.code,
            on_party=data.party,
            on_unit=data.unit,
            withhold=data.withhold,
            part=data.part,
            incidents=data.incidents,
            reason=data.reason,
            listing=data.listing,
            until=data.until,
        )


def _notices(state: State, exercise: str | None) -> Iterator[NoticeView]:
    for record in sorted(state.listed(exercise, "zone-notice"), key=ref_order):
        data = state.effective(record)
        if not isinstance(data, ZoneNotice) or state.reason(record):
            continue
        yield NoticeView(
            ref=record.ref,
            party=record.party,
            activity=data.activity,
            when=data.when,
            place=data.place,
            radius_m=data.radius_m,
            ring=data.ring or (),
            units=data.units,
            to=data.to,
            about=data.about,
            text=data.text,
            recalled=recalled_word(state, record),
        )
