"""The whole picture as one value, and the part of it that several parties share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sarhad.picture.order import ref_order
from sarhad.picture.state import State
from sarhad.wire.kinds import ReleaseAct
from sarhad.wire.record import Record
from sarhad.wire.values import Release, may_read

if TYPE_CHECKING:
    from sarhad.picture.picture import Picture


def everything(picture: Picture, state: State) -> dict[str, Any]:
    """Return every view of the picture, in a fixed order."""
    records = sorted(state.records.values(), key=ref_order)
    marks = sorted({mark for mark, _, _ in state.lists if mark is not None})
    parties = sorted(state.parties)
    logs = sorted({record.log for record in records})
    stopped = {f"{a} {b}": picture.suspension(a, b) for a in parties for b in parties if a != b}
    return {
        "records": [picture.record(record.ref) for record in records],
        "live": _of_exercise(picture, None),
        "exercises": {mark: _of_exercise(picture, mark) for mark in marks},
        "agreements": picture.agreements(),
        "suspensions": stopped,
        "manifests": {log: picture.manifest(log) for log in logs},
        "officers": {party: picture.officers(party) for party in parties},
        "withheld": {party: picture.withheld(party) for party in parties},
    }


def _of_exercise(picture: Picture, exercise: str | None) -> dict[str, Any]:
    return {
        "incidents": picture.incidents(exercise),
        "items": picture.items(exercise),
        "ground": picture.ground(exercise),
        "statistics": picture.statistics(exercise),
        "taskings": picture.taskings(exercise),
        "pledges": picture.pledges(exercise),
        "watches": [picture.watch(party, exercise) for party in sorted(picture.parties())],
    }


def shared_records(state: State, parties: frozenset[str]) -> list[Record]:
    """Return the records that all of ``parties`` may read by what they all may read.

    A release act that is itself kept home shows its author's node alone that it is
    there, so it cannot count: the act must be shared, by its marking or another act.
    """
    open_to: dict[str, set[str]] = {}
    shared: dict[str, Record] = {}

    def widen(ref: str, author: str, release: Release) -> None:
        readers = open_to.setdefault(ref, {author})
        readers.update(p for p in parties if may_read(release, p, parties))
        record = state.records.get(ref)
        if record is None or ref in shared or not readers >= parties:
            return
        shared[ref] = record
        pending.append(record)

    pending: list[Record] = []
    for record in state.records.values():
        widen(record.ref, record.party, record.header.release)
    while pending:
        act = pending.pop()
        if isinstance(act.data, ReleaseAct) and not state.reason(act):
            widen(act.data.record, act.party, act.data.release)
    return list(shared.values())
