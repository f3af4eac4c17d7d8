"""Taskings and pledges as views."""

from __future__ import annotations

from typing import Literal

from sarhad.picture.order import ref_order
from sarhad.picture.state import State
from sarhad.picture.views import MeasurementView, PledgeView, SignatureView, TaskingStep, TaskingView
from sarhad.wire.kinds import Measurement, Pledge, Tasking, Unit
from sarhad.wire.record import Record


def tasking_views(state: State, records: list[Record]) -> tuple[TaskingView, ...]:
    """Render taskings, one for each party's unit and incident, in a fixed order."""
    found: dict[tuple[str, str, str], list[Record]] = {}
    for record in sorted(records, key=ref_order):
        assert isinstance(record.data, Tasking)
        found.setdefault((record.party, record.data.incident, record.data.unit), []).append(record)
    return tuple(_tasking(state, found[key]) for key in sorted(found))


def _tasking(state: State, records: list[Record]) -> TaskingView:
    said = [(record, data) for record in records if isinstance(data := state.effective(record), Tasking)]
    ordering, order = next((one for one in reversed(said) if one[1].status == "ordered"), said[0])
    newest = said[-1][1]
    unit = state.records.get(newest.unit)
    return TaskingView(
        party=ordering.party,
        unit=newest.unit,
        unit_code=unit.data.code if unit is not None and isinstance(unit.data, Unit) else "",
        incident=newest.incident,
        exercise=records[-1].header.exercise,
        status=newest.status,
        order=_step(ordering, order),
        place=order.place,
        due=order.due,
        text=order.text,
        steps=tuple(_step(record, data) for record, data in said),
    )


def _step(record: Record, said: Tasking) -> TaskingStep:
    return TaskingStep(ref=record.ref, by=record.header.by, at=record.header.at, status=said.status, text=said.text)


def pledge_views(state: State, exercise: str | None) -> tuple[PledgeView, ...]:
    """Render every pledge that was proposed, with the signatures and measurements on it."""
    found = []
    for record in sorted(state.listed(exercise, "pledge"), key=ref_order):
        if isinstance(record.data, Pledge) and record.data.accepts is None:
            found.append(_pledge(state, record, record.data))
    return tuple(found)


def _pledge(state: State, record: Record, data: Pledge) -> PledgeView:
    signed: dict[str, Record] = {record.party: record}
    for acceptance in state.attached(record, "pledge"):
        signed.setdefault(acceptance.party, acceptance)
    missing = tuple(sorted(set(data.by_parties) - set(signed)))
    word: Literal["signed", "proposed"] = "proposed" if missing else "signed"
    return PledgeView(
        ref=record.ref,
        party=record.party,
        exercise=record.header.exercise,
        names=data.names,
        by_parties=data.by_parties,
        unit=data.unit,
        baseline=data.baseline,
        target=data.target,
        due=data.due,
        text=data.text,
        signatures=tuple(SignatureView(party=p, ref=signed[p].ref, at=signed[p].header.at) for p in sorted(signed)),
        missing=missing,
        state=word,
        measurements=tuple(_measurement(state, one) for one in state.attached(record, "measurement")),
    )


def _measurement(state: State, record: Record) -> MeasurementView:
    said = state.effective(record)
    assert isinstance(said, Measurement)
    return MeasurementView(ref=record.ref, party=record.party, value=said.value, when=said.when, source=said.source)
