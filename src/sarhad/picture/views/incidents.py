"""An incident: each side's statements next to each other."""

from __future__ import annotations

from typing import Literal

from sarhad.picture.views.records import Disregard, View
from sarhad.wire.values import Casualties, Moment, Place, Range, Words


class StatementView(View, frozen=True, kw_only=True):
    """What one party's one record states about an incident, corrected; absent is not stated."""

    ref: str
    kind: Literal["incident", "report"]
    party: str
    by: str
    at: int
    text: Words
    category: str | None
    when: Moment | None
    place: Place | None
    casualties: Casualties | None
    source: str
    attachments: tuple[str, ...]
    corrected: bool
    recalled: Literal["", "asked", "complied", "refused"]
    denied_by: tuple[str, ...]


class PartyStatements(View, frozen=True, kw_only=True):
    """One party's statements, newest last."""

    party: str
    statements: tuple[StatementView, ...]


class Stated(View, frozen=True, kw_only=True):
    """What a party last stated of one field, and where."""

    party: str
    ref: str
    category: str | None = None
    when: Moment | None = None
    place: Place | None = None
    number: Range | None = None


Field = Literal["category", "when", "place", "killed", "injured", "abducted"]


class FieldView(View, frozen=True, kw_only=True):
    """One field as the parties that stated it last stated it, by party."""

    field: Field
    stated: tuple[Stated, ...]


class ClaimView(View, frozen=True, kw_only=True):
    """A claim of responsibility that a party recorded, with its source."""

    ref: str
    party: str
    group: str
    source: str
    text: Words | None
    at: int
    denied_by: tuple[str, ...]


class RemarkView(View, frozen=True, kw_only=True):
    """A note or a denial: on which record, by whom."""

    ref: str
    kind: Literal["note", "denial"]
    of: str
    party: str
    by: str
    at: int
    text: Words


class TimelineEntry(View, frozen=True, kw_only=True):
    """One record in the order of events: ``start`` to ``end`` with the precision that its author gave.

    ``claimed`` True: the record states no time of its own, so the time of writing stands.
    """

    ref: str
    kind: str
    party: str
    start: int
    end: int
    precision: int
    claimed: bool


class TaskingStep(View, frozen=True, kw_only=True):
    """One status of a tasking, in its party's order; ``text`` is what was said with it, as why it was declined."""

    ref: str
    by: str
    at: int
    status: str
    text: Words | None


class TaskingView(View, frozen=True, kw_only=True):
    """What a party ordered one of its units to do about an incident; ``steps`` oldest first.

    ``order`` is the step that orders it (the newest one, the first step where none does); ``place``,
    ``due`` and ``text`` are that step's, whatever was said since.
    """

    party: str
    unit: str
    unit_code: str
    incident: str
    exercise: str | None
    status: str
    order: TaskingStep
    place: Place | None
    due: Moment | None
    text: Words | None
    steps: tuple[TaskingStep, ...]


class IncidentView(View, frozen=True, kw_only=True):
    """An incident: each side's statements next to each other, never merged.

    ``place`` and ``when`` are the incident record's (corrected), for the map.
    ``agreed`` has a field only when at least two parties state it and all state the
    same; ``contradictions`` has it when they do not.  ``items`` are the warnings,
    requests, allegations and notices about it.
    """

    ref: str
    party: str
    exercise: str | None
    title: Words
    category: str
    when: Moment
    place: Place
    sector: str | None
    external: str
    statements: tuple[PartyStatements, ...]
    agreed: tuple[FieldView, ...]
    contradictions: tuple[FieldView, ...]
    claims: tuple[ClaimView, ...]
    remarks: tuple[RemarkView, ...]
    attachments: tuple[str, ...]
    items: tuple[str, ...]
    taskings: tuple[TaskingView, ...]
    timeline: tuple[TimelineEntry, ...]
    disregards: tuple[Disregard, ...]
    recalled: Literal["", "asked", "complied", "refused"]
