"""The watch as a view: who has it, from the handovers in the order of the party's own log."""

from __future__ import annotations

from sarhad.picture.order import ref_order
from sarhad.picture.state import State
from sarhad.picture.views.watch import HandoverView, OpenItemView, WatchView
from sarhad.wire.kinds import WatchHandover
from sarhad.wire.record import Record

KEPT = 20
"""Handovers shown."""


def watch_view(state: State, party: str, exercise: str | None) -> WatchView:
    """Render a party's watch: it passes where the incoming officer signs, by acceptance or by taking it."""
    held = [one for one in state.listed(exercise, "watch-handover", party) if not state.reason(one)]
    held.sort(key=ref_order)
    taken = next((one for one in reversed(held) if _data(one).incoming == one.header.by), None)
    accepted = {ref: one.ref for one in held if (ref := _data(one).accepts) is not None}
    newest = held[-1] if held else None
    offered = newest if newest is not None and newest is not taken and newest.ref not in accepted else None
    return WatchView(
        party=party,
        exercise=exercise,
        officer=None if taken is None else taken.header.by,
        since=None if taken is None else taken.ref,
        since_at=None if taken is None else taken.header.at,
        offered=None if offered is None else _handover(offered, accepted),
        handovers=tuple(_handover(one, accepted) for one in reversed(held[-KEPT:])),
    )


def _data(record: Record) -> WatchHandover:
    assert isinstance(record.data, WatchHandover)
    return record.data


def _handover(record: Record, accepted: dict[str, str]) -> HandoverView:
    data = _data(record)
    return HandoverView(
        ref=record.ref,
        by=record.header.by,
        incoming=data.incoming,
        at=record.header.at,
        text=data.text,
        open=tuple(OpenItemView(ref=one.ref, owner=one.owner) for one in data.open),
        accepts=data.accepts,
        accepted=accepted.get(record.ref),
    )
