"""Who has an item, on either side: the newest assignment says it, else the first acknowledgement."""

from __future__ import annotations

from collections.abc import Sequence

from sarhad.picture.state import State
from sarhad.picture.views import OwnerView, ReceiptView
from sarhad.wire.kinds import Assignment
from sarhad.wire.record import Record


def owners(state: State, record: Record, to: str, receipts: Sequence[ReceiptView]) -> tuple[OwnerView, ...]:
    """Return who of the asking party and of ``to`` has the item, by party."""
    found = state.attached(record, "assignment")
    held = (
        _owner(party, [one for one in found if one.party == party], receipts) for party in sorted({record.party, to})
    )
    return tuple(one for one in held if one is not None)


def _owner(party: str, assignments: Sequence[Record], receipts: Sequence[ReceiptView]) -> OwnerView | None:
    """An escalation leaves the item with who has it, until somebody takes it or is given it."""
    first = next((one for one in receipts if one.party == party and one.step == "acknowledged"), None)
    named = next((officer for one in reversed(assignments) if (officer := _data(one).officer) is not None), None)
    officer = named if named is not None else first.by if first is not None else None
    if assignments:
        newest = assignments[-1]
        said = _data(newest)
        return OwnerView(
            party=party,
            officer=officer,
            ref=newest.ref,
            by=newest.header.by,
            at=newest.header.at,
            text=said.text,
            escalated=said.officer is None,
        )
    if first is None:
        return None
    return OwnerView(party=party, officer=officer, ref=first.ref, by=first.by, at=first.at, text=None, escalated=False)


def _data(record: Record) -> Assignment:
    assert isinstance(record.data, Assignment)
    return record.data
