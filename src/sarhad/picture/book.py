"""The items kept rendered: which of them a change touches, and the inbox drawn from them.

An item is computed again only when something that it shows may have changed; the
property tests hold the book to what a picture built from scratch says.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sarhad.picture.items import ITEM_KINDS, US, Core, cores
from sarhad.picture.order import SortedKeys, insert, key_of, within
from sarhad.picture.rules import RULES
from sarhad.picture.state import State
from sarhad.picture.terms import Signing, signings
from sarhad.picture.views import ClockView, ItemView
from sarhad.picture.witness import Change
from sarhad.wire.ids import sort_key
from sarhad.wire.kinds import Incident, Receipt
from sarhad.wire.record import Record

EVIDENCE_KINDS = frozenset({"receipt", "answer", "recall-answer", "tasking", "release", "recall"})
"""Kinds whose own bracket or delivery shows in an item."""

BOUND_ITEM_KINDS = tuple(sorted(kind for kind in ITEM_KINDS if RULES[kind].attaches and RULES[kind].bound))
"""Kinds of items that mean nothing without what they hang on."""

RECENT_US = 72 * 3600 * US
"""How long after it was written a settled item stays in the inbox."""

MAX_SETTLED = 200


class Book:
    """All items.  Written by ``record``, ``witness`` and ``refresh`` only, on the caller's one thread."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._dirty: set[str] = set()
        self._all_dirty = False
        self._cores: dict[str, tuple[Core, ...]] = {}
        self._open: dict[tuple[str | None, str], dict[tuple[str, str], ItemView]] = {}
        self._by_time: dict[str | None, SortedKeys] = {}
        self._items_in: dict[str, list[int]] = {}
        self._evidence_in: dict[str, list[int]] = {}
        self._citing: dict[str, dict[int, set[str]]] = {}
        self._cited_sizes: dict[str, list[int]] = {}
        self._signings: list[Signing] | None = None

    def signings(self) -> list[Signing]:
        """Return all terms that anybody signed."""
        if self._signings is None:
            self._signings = signings(self._state)
        return self._signings

    # What a change touches.

    def record(self, record: Record, all_items: bool) -> set[str]:
        """Take a record that was just held; return the references of the items that it touches.

        ``all_items``: it may change who is whose partner on what terms, so it touches every one.
        """
        if all_items:
            self._signings = None
            self._all_dirty = True
        kind = record.header.kind
        if kind in EVIDENCE_KINDS:
            self._add_evidence(record)
        if kind in ITEM_KINDS and record.data is not None:
            insert(self._items_in.setdefault(record.log, []), record.seq)
            self._by_time.setdefault(record.header.exercise, SortedKeys()).add(key_of(record))
        touched = self._touched_by(record)
        self._dirty |= touched
        return touched

    def _add_evidence(self, record: Record) -> None:
        insert(self._evidence_in.setdefault(record.log, []), record.seq)
        for seen in record.header.seen:
            sizes = self._citing.setdefault(seen.log, {})
            if seen.size not in sizes:
                insert(self._cited_sizes.setdefault(seen.log, []), seen.size)
            sizes.setdefault(seen.size, set()).add(record.ref)

    def _touched_by(self, record: Record) -> set[str]:
        """Return the items in which the record shows: those it covers, hangs on, or that hang on it."""
        state = self._state
        chain = state.chain(record)
        found = {one.ref for one in chain if one.header.kind in ITEM_KINDS}
        if isinstance(record.data, Receipt):
            numbers = self._items_in.get(record.data.log, [])
            found |= {f"{record.data.log}:{n}" for a, b in record.data.spans for n in within(numbers, a, b)}
        for one in chain[:2]:
            found |= state.naming(one.ref, "recall")
        if record.header.kind in ("tasking", "incident", "correction"):
            incident = next((one for one in chain if isinstance(one.data, Incident)), None)
            if incident is not None:
                found |= self._about(incident.ref)
        if record.ref not in state.links:
            return found
        for kind in BOUND_ITEM_KINDS:  # whether it counts follows from what it hangs on
            found |= state.naming(record.ref, kind)
        for ref in state.naming(record.ref, "tasking"):  # whether it counts follows from the unit that it names
            found |= self._about(getattr(state.records[ref].data, "incident", ""))
        return found

    def _about(self, incident: str) -> set[str]:
        return {ref for kind in ITEM_KINDS for ref in self._state.naming(incident, kind)}

    def witness(self, log: str, own: bool, change: Change) -> set[str]:
        """Take a change of what is proved of ``log`` (``own``: published by itself); return the items it touches."""
        state = self._state
        first, last = change.first, change.end - 1
        touched = {f"{log}:{seq}" for seq in within(self._items_in.get(log, []), first, last)}
        for seq in within(self._evidence_in.get(log, []), first, last):
            touched |= self._touched_by(state.records[f"{log}:{seq}"])
        if own:
            end = 2**62 if change.floor_end is None else change.floor_end
            for size in within(self._cited_sizes.get(log, []), change.floor, end - 1):
                for ref in self._citing[log][size]:
                    touched |= self._touched_by(state.records[ref])
        self._dirty |= touched
        return touched

    # What is shown.

    def refresh(self, limit: int | None = None) -> int:
        """Compute again at most ``limit`` (None: all) of the items that were touched; return how many still wait."""
        if self._all_dirty:
            self._dirty = {f"{log}:{seq}" for log, numbers in self._items_in.items() for seq in numbers}
            self._all_dirty = False
        for _ in range(len(self._dirty) if limit is None else min(limit, len(self._dirty))):
            ref = self._dirty.pop()
            if ref in self._state.records:
                self._compute(self._state.records[ref])
        return len(self._dirty)

    def _compute(self, record: Record) -> None:
        exercise = record.header.exercise
        before = {core.item.to for core in self._cores.get(record.ref, ())}
        now = cores(self._state, self.signings(), record)
        for to in before - {core.item.to for core in now}:
            for party in (to, record.party):
                self._open[exercise, party].pop((record.ref, to), None)
        self._cores[record.ref] = now
        for core in now:
            for party in (core.item.to, record.party):
                self._place(party, core.item)

    def _place(self, party: str, item: ItemView) -> None:
        waiting = self._open.setdefault((item.exercise, party), {})
        if item.settled:
            waiting.pop((item.ref, item.to), None)
        else:
            waiting[item.ref, item.to] = item

    def inbox(self, party: str, now_us: int, exercise: str | None) -> list[ItemView]:
        """Return what is open, and what was settled lately, both ways, first deadline first.

        Settled items: the newest MAX_SETTLED of those written within RECENT_US.
        """
        self.refresh()
        waiting = self._open.get((exercise, party), {}).values()
        shown = [at_time(item, party, now_us) for item in waiting]
        settled = [at_time(item, party, now_us) for item in self._settled(party, now_us - RECENT_US, exercise)]
        return sorted(shown + settled, key=_by_deadline)

    def _settled(self, party: str, since_us: int, exercise: str | None) -> list[ItemView]:
        found: list[ItemView] = []
        keys = self._by_time.get(exercise)
        if keys is None:
            return found
        for _, log, seq in keys.descending((since_us, "", -1), (2**62, "", -1)):
            for core in self._cores.get(f"{log}:{seq}", ()):
                if core.item.settled and party in (core.item.to, core.item.party):
                    found.append(core.item)
            if len(found) >= MAX_SETTLED:
                break
        return found

    def all(self, exercise: str | None) -> Iterator[Core]:
        """Yield every item of an exercise (None: live), in reference order."""
        self.refresh()
        for ref in sorted(self._cores, key=sort_key):
            for core in self._cores[ref]:
                if core.item.exercise == exercise:
                    yield core


def at_time(item: ItemView, party: str, now_us: int) -> ItemView:
    """Return the item as ``party`` sees it at ``now_us``: overdue or not, seconds left, direction."""
    clocks = [_clock_at(clock, now_us, running=not item.settled) for clock in (item.acknowledge, item.answer)]
    acknowledge, answer = clocks
    assert acknowledge is not None
    over = any(clock is not None and clock.state == "overdue" for clock in clocks)
    return msgspec.structs.replace(
        item,
        direction="owed-by-us" if item.to == party else "owed-to-us",
        acknowledge=acknowledge,
        answer=answer,
        state="overdue" if over else item.state,
        late=item.late or over,
        left_s=None if item.due_us is None else (item.due_us - now_us) // US,
    )


def _clock_at(clock: ClockView | None, now_us: int, *, running: bool) -> ClockView | None:
    if clock is None or clock.state != "open" or clock.due_us is None or not running:
        return clock
    state = "overdue" if now_us > clock.due_us else "open"
    return msgspec.structs.replace(clock, state=state, left_s=(clock.due_us - now_us) // US)


def _by_deadline(item: ItemView) -> tuple[bool, int, int, tuple[str, int], str]:
    """Order: what is owed before what is settled, first deadline first, then newest first."""
    due = 2**62 if item.due_us is None else item.due_us
    return (item.settled, due, -item.at, sort_key(item.ref), item.to)
