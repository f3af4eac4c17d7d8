"""What one party owes another, with its clocks, as far as it follows without knowing the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from sarhad.picture.order import ref_order
from sarhad.picture.owners import owners
from sarhad.picture.record_view import answer_views, recall_view, receipt_views
from sarhad.picture.state import State
from sarhad.picture.terms import Signing, clock_of, in_force_when
from sarhad.picture.views import AnswerView, Bracket, ClockState, ClockView, ItemState, ItemView
from sarhad.wire.ids import sort_key
from sarhad.wire.kinds import Recall, ReleaseAct, Tasking, UnitRequest
from sarhad.wire.record import Record
from sarhad.wire.registry import KINDS
from sarhad.wire.values import Moment, Place, Urgency, Words

US = 1_000_000
ITEM_KINDS = frozenset(name for name, kind in KINDS.items() if kind.expects != "none")
DEFAULT_URGENCY: Urgency = "routine"
"""The clock of kinds that carry no urgency of their own (zone notices, recalls)."""


@dataclass(frozen=True, slots=True)
class Core:
    """An item before the time is known; ``arrive_s`` is proved delivery to the first unit's arrival."""

    item: ItemView
    arrive_s: int | None


def cores(state: State, found: list[Signing], record: Record) -> tuple[Core, ...]:
    """Return the items that a record makes: one for each party that owes a reply."""
    if record.kind not in ITEM_KINDS or record.data is None or state.reason(record):
        return ()
    return tuple(_core(state, in_force_when(found, record, to), record, to) for to in receivers(state, found, record))


def receivers(state: State, found: list[Signing], record: Record) -> list[str]:
    """Return who owes the reply: the addressee; of a notice to all or a recall, all who may read.

    All: the author's partners under agreements in force, or, before there are any,
    every other party that is known by a record of its own.
    """
    to = getattr(record.data, "to", None)
    if to is not None:
        return [to]
    subject: Record | None = record
    if isinstance(record.data, Recall):
        subject = state.records.get(record.data.record)
    if subject is None:
        return []
    author = record.party
    partners = {p for s in found if s.rounds and author in s.by_party for p in s.by_party} - {author}
    everyone = partners or state.parties - {author}
    listed = set(subject.header.release.parties)
    for act in state.attached(subject, "release"):
        assert isinstance(act.data, ReleaseAct)
        listed.update(act.data.release.parties)
    return sorted(p for p in (everyone | listed) - {author} if state.granted(subject, p))


def _core(state: State, signing: Signing | None, record: Record, to: str) -> Core:
    header = record.header
    said = state.effective(record)
    urgency = cast("Urgency", getattr(said, "urgency", DEFAULT_URGENCY))
    delivered = state.delivered(record, to)
    answers = tuple(a for a in answer_views(state, record) if a.party == to)
    receipts = receipt_views(state, record)
    done = [(r.ref, r.bracket) for r in receipts if r.party == to and r.step == "acknowledged"]
    replies = [(a.ref, a.bracket) for a in answers]
    recall = recall_view(state, record)
    start = "not-released" if not state.granted(record, to) else "waiting-delivery" if delivered is None else "open"
    clock = _Clock(cast("ClockState", start), delivered, signing, urgency)
    needs_answer = KINDS[record.kind].expects == "answer"
    acknowledge = clock.view("acknowledge", done + replies)
    answer = clock.view("answer", replies) if needs_answer else None
    about = record.data.record if isinstance(record.data, Recall) else _about(said)
    settled = bool(answers) or recall is not None or (not needs_answer and acknowledge.done_by is not None)
    word = _word(answers, acknowledge, recalled=recall is not None)
    item = ItemView(
        ref=record.ref,
        kind=record.kind,
        party=header.party,
        to=to,
        by=header.by,
        direction="owed-to-us",
        urgency=urgency,
        at=header.at,
        exercise=header.exercise,
        text=cast("Words | None", getattr(said, "text", None) or getattr(said, "reason", None)),
        place=_place(said),
        when=cast("Moment | None", getattr(said, "when", None)),
        about=about,
        state=word,
        settled=settled,
        late=any(c is not None and c.state == "late" for c in (acknowledge, answer)),
        delivered_s=delivered,
        due_us=None if settled else _first_due(acknowledge, answer),
        left_s=None,
        acknowledge=acknowledge,
        answer=answer,
        receipts=receipts,
        answers=answers,
        recall=recall,
        owners=owners(state, record, to, receipts),
        agreement=None if signing is None else signing.first().ref,
    )
    return Core(item, _arrival(state, record, to, delivered))


def _about(said: object) -> str | None:
    """Return what the item is about: a unit is asked for an incident, the lead of a response is handed over."""
    names = ("about", "incident", "response")
    return cast("str | None", next((getattr(said, name) for name in names if hasattr(said, name)), None))


def _place(said: object) -> Place | None:
    place = getattr(said, "place", None)
    if place is None:
        place = next(iter(getattr(said, "places", ())), None)
    return cast("Place | None", place)


def _word(answers: tuple[AnswerView, ...], acknowledge: ClockView, *, recalled: bool) -> ItemState:
    if answers:
        return "declined" if answers[-1].outcome in ("refuse", "cannot", "refused") else "answered"
    if acknowledge.done_by is not None:
        return "acknowledged"
    if recalled:
        return "recalled"
    running = {"not-released", "waiting-delivery", "no-agreement"}
    return cast("ItemState", acknowledge.state) if acknowledge.state in running else "open"


def _first_due(*clocks: ClockView | None) -> int | None:
    dues = [c.due_us for c in clocks if c is not None and c.state == "open" and c.due_us is not None]
    return min(dues, default=None)


@dataclass(frozen=True, slots=True)
class _Clock:
    """What both deadlines of an item have in common."""

    start: ClockState
    delivered: int | None
    signing: Signing | None
    urgency: Urgency

    def view(self, step: Literal["acknowledge", "answer"], done: list[tuple[str, Bracket]]) -> ClockView:
        """Render one deadline; ``done`` are the records that each would end it."""
        terms = clock_of(self.signing, self.urgency) if self.signing is not None else None
        seconds = 0 if terms is None else terms.acknowledge_s if step == "acknowledge" else terms.answer_s
        due = None if self.delivered is None or not seconds else (self.delivered + seconds) * US
        best = min(done, key=_earliest, default=None)
        bracket = best[1] if best is not None else Bracket()
        after = bracket.not_after_s
        took = None if after is None or self.delivered is None else max(0, after - self.delivered)
        return ClockView(
            step=step,
            state=self._state(seconds, due, [one for _, one in done]),
            deadline_s=seconds or None,
            due_us=due,
            left_s=None,
            done_by=None if best is None else best[0],
            took_s=took,
            bracket=bracket,
        )

    def _state(self, seconds: int, due: int | None, done: list[Bracket]) -> ClockState:
        """Judge by the brackets: met or late only when they prove it."""
        if done and (due is None or self.delivered is None):
            return "done" if self.delivered is not None or not seconds else "unproven"
        if done and due is not None:
            after = min((b.not_after_s for b in done if b.not_after_s is not None), default=None)
            if after is not None and after * US <= due:
                return "met"
            before = [b.not_before_s for b in done]
            late = all(time is not None and time * US > due for time in before)
            return "late" if late else "unproven"
        if self.start != "open":
            return self.start
        if self.signing is None:
            return "no-agreement"
        return "open" if due is not None else "no-deadline"


def _earliest(done: tuple[str, Bracket]) -> tuple[int, tuple[str, int]]:
    after = done[1].not_after_s
    return (2**60 if after is None else after, sort_key(done[0]))


def _arrival(state: State, record: Record, to: str, delivered: int | None) -> int | None:
    """Return seconds from delivery to the first proved arrival of a unit of ``to`` at the item's incident."""
    times = [
        after - delivered
        for tasking in arrivals(state, record)
        if tasking.party == to
        and delivered is not None
        and (after := state.facts.not_after(tasking.log, tasking.seq)) is not None
        and after >= delivered
    ]
    return min(times, default=None)


def arrivals(state: State, record: Record) -> Iterator[Record]:
    """Yield the taskings that report an arrival at the incident that the record is about; of the unit it asks for.

    A notice asks nobody to come.
    """
    if record.kind == "zone-notice":
        return
    asked = record.data if isinstance(record.data, UnitRequest) else None
    about = getattr(record.data, "about", None) if asked is None else asked.incident
    incident = state.records.get(about) if about is not None else None
    if incident is None or incident.kind != "incident" or incident.header.exercise != record.header.exercise:
        return
    for tasking in sorted(state.attached(incident, "tasking"), key=ref_order):
        data = tasking.data
        if isinstance(data, Tasking) and data.status == "arrived" and (asked is None or data.unit == asked.unit):
            yield tasking
