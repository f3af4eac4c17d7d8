"""An incident as a view: each side's statements next to each other, what agrees and what does not."""

from __future__ import annotations

from typing import Literal

from sarhad.picture.order import ref_order
from sarhad.picture.record_view import disregards, recalled_word
from sarhad.picture.state import CHAIN, State
from sarhad.picture.tasking_view import tasking_views
from sarhad.picture.views import (
    ClaimView,
    Field,
    FieldView,
    IncidentView,
    PartyStatements,
    RemarkView,
    Stated,
    StatementView,
    TimelineEntry,
)
from sarhad.wire.ids import sort_key
from sarhad.wire.kinds import Claim, Denial, Incident, Note, Report
from sarhad.wire.record import Record
from sarhad.wire.values import Moment, Place, Range

FIELDS: tuple[Field, ...] = ("category", "when", "place", "killed", "injured", "abducted")
ABOUT_KINDS = ("warning", "request", "allegation", "unit-request", "handover")
Value = str | Moment | Place | Range
SAME = {"when": ("start", "end", "precision"), "place": ("lat", "lon", "precision")}


def incident_view(state: State, record: Record) -> IncidentView:
    """Render an incident record with all that hangs on it, CHAIN records deep."""
    said = state.effective(record)
    assert isinstance(said, Incident)
    members = _members(state, record)
    reports = [
        r for r in members if r.kind == "report" and isinstance(r.data, Report) and r.data.incident == record.ref
    ]
    statements = [_opening(state, record, said)] + [_statement(state, report) for report in reports]
    agreed, contradictions = _compare(state, statements)
    return IncidentView(
        ref=record.ref,
        party=record.party,
        exercise=record.header.exercise,
        title=said.title,
        category=said.category,
        when=said.when,
        place=said.place,
        sector=said.sector,
        external=said.external,
        statements=_by_party(state, statements),
        agreed=agreed,
        contradictions=contradictions,
        claims=tuple(_claim(state, r) for r in members if r.kind == "claim"),
        remarks=tuple(_remark(state, r) for r in members if r.kind in ("note", "denial")),
        attachments=tuple(r.ref for r in members if r.kind == "attachment"),
        items=tuple(r.ref for r in members if r.kind in ABOUT_KINDS),
        taskings=tasking_views(state, [r for r in members if r.kind == "tasking"]),
        timeline=_timeline(state, [record, *members]),
        disregards=tuple(one for r in [record, *members] for one in disregards(state, r)),
        recalled=recalled_word(state, record),
    )


def _members(state: State, incident: Record) -> list[Record]:
    """Return everything that hangs on the incident and counts, in reference order."""
    found: dict[str, Record] = {}
    level = [incident]
    for _ in range(CHAIN):
        level = [
            one
            for target in level
            if target.ref in state.links
            for one in state.attached(target)
            if one.ref not in found and one.ref != incident.ref
        ]
        found.update((one.ref, one) for one in level)
    return sorted(found.values(), key=ref_order)


def _opening(state: State, record: Record, said: Incident) -> StatementView:
    return StatementView(
        ref=record.ref,
        kind="incident",
        party=record.party,
        by=record.header.by,
        at=record.header.at,
        text=said.title,
        category=said.category,
        when=said.when,
        place=said.place,
        casualties=None,
        source="",
        attachments=(),
        corrected=bool(state.corrections(record)),
        recalled=recalled_word(state, record),
        denied_by=(),
    )


def _statement(state: State, record: Record) -> StatementView:
    said = state.effective(record)
    assert isinstance(said, Report)
    return StatementView(
        ref=record.ref,
        kind="report",
        party=record.party,
        by=record.header.by,
        at=record.header.at,
        text=said.text,
        category=said.category,
        when=said.when,
        place=said.place,
        casualties=said.casualties,
        source=said.source,
        attachments=said.attachments,
        corrected=bool(state.corrections(record)),
        recalled=recalled_word(state, record),
        denied_by=_denied_by(state, record),
    )


def _denied_by(state: State, record: Record) -> tuple[str, ...]:
    return tuple(sorted({denial.party for denial in state.attached(record, "denial")}))


def _by_party(state: State, statements: list[StatementView]) -> tuple[PartyStatements, ...]:
    parties = sorted({statement.party for statement in statements})
    ordered = sorted(statements, key=lambda one: ref_order(state.records[one.ref]))
    return tuple(
        PartyStatements(party=party, statements=tuple(one for one in ordered if one.party == party))
        for party in parties
    )


def _compare(state: State, statements: list[StatementView]) -> tuple[tuple[FieldView, ...], tuple[FieldView, ...]]:
    """Return the fields in which at least two parties agree all, and those in which they do not.

    Of each party its newest statement of the field counts; a recalled one does not.
    """
    ordered = sorted(statements, key=lambda one: ref_order(state.records[one.ref]))
    agreed: list[FieldView] = []
    contradictions: list[FieldView] = []
    for field in FIELDS:
        last: dict[str, tuple[str, Value]] = {}
        for one in ordered:
            value = _value(one, field)
            if value is not None and not one.recalled:
                last[one.party] = (one.ref, value)
        if len(last) < 2:
            continue
        view = FieldView(field=field, stated=tuple(_stated(p, *last[p]) for p in sorted(last)))
        same = len({_comparable(field, value) for _, value in last.values()}) == 1
        (agreed if same else contradictions).append(view)
    return tuple(agreed), tuple(contradictions)


def _value(statement: StatementView, field: Field) -> Value | None:
    if field in ("killed", "injured", "abducted"):
        number: Range | None = getattr(statement.casualties, field, None)
        return number
    value: Value | None = getattr(statement, field)
    return value


def _comparable(field: Field, value: Value) -> tuple[object, ...]:
    """Return what must be equal for two statements of a field to be the same (a place's name need not)."""
    if isinstance(value, str):
        return (value,)
    return tuple(getattr(value, name) for name in SAME.get(field, value.__struct_fields__))


def _stated(party: str, ref: str, value: Value) -> Stated:
    return Stated(
        party=party,
        ref=ref,
        category=value if isinstance(value, str) else None,
        when=value if isinstance(value, Moment) else None,
        place=value if isinstance(value, Place) else None,
        number=value if isinstance(value, Range) else None,
    )


def _claim(state: State, record: Record) -> ClaimView:
    said = state.effective(record)
    assert isinstance(said, Claim)
    return ClaimView(
        ref=record.ref,
        party=record.party,
        group=said.group,
        source=said.source,
        text=said.text,
        at=record.header.at,
        denied_by=_denied_by(state, record),
    )


def _remark(state: State, record: Record) -> RemarkView:
    said = state.effective(record)
    assert isinstance(said, Note | Denial)
    kind: Literal["note", "denial"] = "note" if isinstance(said, Note) else "denial"
    of = said.of if isinstance(said, Denial) else said.about
    assert of is not None
    header = record.header
    return RemarkView(ref=record.ref, kind=kind, of=of, party=header.party, by=header.by, at=header.at, text=said.text)


def _timeline(state: State, records: list[Record]) -> tuple[TimelineEntry, ...]:
    entries = [_entry(state, record) for record in records]
    return tuple(sorted(entries, key=lambda one: (one.start, one.end, sort_key(one.ref))))


def _entry(state: State, record: Record) -> TimelineEntry:
    said = state.effective(record)
    when = getattr(said, "when", None)
    stated = isinstance(when, Moment)
    moment = when if isinstance(when, Moment) else Moment(start=record.header.at, end=record.header.at)
    return TimelineEntry(
        ref=record.ref,
        kind=record.kind,
        party=record.party,
        start=moment.start,
        end=moment.end,
        precision=moment.precision,
        claimed=not stated,
    )


def incident_of(state: State, record: Record) -> str | None:
    """Return the incident in whose view a change of the record can show, as far as its chain is held."""
    for one in state.chain(record):
        if one.header.kind == "incident":
            return one.ref
    return None
