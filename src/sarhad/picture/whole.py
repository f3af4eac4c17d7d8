"""The whole picture as one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sarhad.picture.order import ref_order
from sarhad.picture.state import State

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
        "responses": picture.responses(exercise),
        "response_statistics": picture.response_statistics(exercise),
        "taskings": picture.taskings(exercise),
        "pledges": picture.pledges(exercise),
        "watches": [picture.watch(party, exercise) for party in sorted(picture.parties())],
    }
