"""The picture as either side knew it at any moment, made by small steps and kept, so that one can scrub through time.

What counts as known is the rule of ``asof``; this is the quick way to it.  A side came to
know its records in one order; a moment is a beginning of that order and of the facts of
time, so two moments between which nothing came share one picture, and going on from a
moment folds only what came since.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sarhad.picture.asof import known_us
from sarhad.picture.picture import Picture
from sarhad.picture.rules import in_room
from sarhad.picture.state import State
from sarhad.picture.witness import Witnessed
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import ReleaseAct

MAX_RECORDS = 250_000
"""More are not folded again for one look."""
KEPT_RECORDS = 500_000
"""So many records altogether stay folded in pictures that may be looked at again."""
STEP = 100
"""Records or facts taken in one step, some milliseconds."""
RUN = 5_000
"""Rows listed or sorted in one step."""

US = 1_000_000
Steps = Generator[None, None, None]


@dataclass(slots=True)
class Kept:
    """A picture of what ``side`` knew: the first ``records`` of its order and the first ``facts`` of all facts."""

    side: str
    picture: Picture = field(default_factory=Picture)
    records: int = 0
    facts: int = 0


def alike(before: Sequence[object], now: Sequence[object]) -> int:
    """Return how many of the first of two lists are the same."""
    for first in range(0, len(before), RUN):
        part, other = before[first : first + RUN], now[first : first + RUN]
        if part != other:
            return first + next((i for i, (a, b) in enumerate(zip(part, other, strict=False)) if a != b), len(other))
    return len(before)


class Known:
    """In which order one side came to know the records.  Written by ``catch_up`` only."""

    def __init__(self, state: State, side: str) -> None:
        self._state = state
        self._side = side
        self._times: dict[str, int] = {}
        self._logs: dict[str, list[str]] = {}
        """Whose time hangs on the facts of a log: its records, and what release acts in it let be read."""
        self._looked_at = 0
        self._versions: dict[str, int] = {}
        self.order: list[tuple[int, str]] = []
        """(since µs, reference), ascending."""
        self._rooms: dict[str | None, list[int]] = {}
        """The times of the records of one room; all go when the order changes."""

    def catch_up(self) -> Generator[None, None, int]:
        """Look at what is new, by steps; return how much of the order before stands as it was."""
        state = self._state
        fresh = list(islice(state.records, self._looked_at, None))
        self._looked_at += len(fresh)
        again: dict[str, None] = dict.fromkeys(fresh)
        for number, ref in enumerate(fresh, 1):
            record = state.records[ref]
            self._logs.setdefault(record.log, []).append(ref)
            if isinstance(record.data, ReleaseAct):
                self._logs[record.log].append(record.data.record)
                again[record.data.record] = None
            if number % RUN == 0:
                yield
        for log, version in state.facts.changes.items():
            if self._versions.get(log) != version:
                self._versions[log] = version
                again.update(dict.fromkeys(self._logs.get(log, ())))
        changed = False
        for number, ref in enumerate(again, 1):
            record_held = state.records.get(ref)
            time = None if record_held is None else known_us(state, record_held, self._side)
            if time is not None and self._times.get(ref) != time:
                self._times[ref] = time
                changed = True
            if number % STEP == 0:
                yield
        if not changed:
            return len(self.order)
        return (yield from self._sort())

    def _sort(self) -> Generator[None, None, int]:
        """Sort what is known: in runs, which are merged at once, as sorting finds runs that stand."""
        order: list[tuple[int, str]] = []
        rest = iter(self._times.items())
        while run := [(time, ref) for ref, time in islice(rest, RUN)]:
            order += sorted(run)
            yield
        order.sort()
        before, self.order = self.order, order
        self._rooms.clear()
        return alike(before, order)

    def until(self, at_us: int) -> int:
        """Return how many records were known at ``at_us``."""
        return bisect_right(self.order, (at_us, "\U0010ffff"))

    def times(self, exercise: str | None) -> list[int]:
        """Return the times at which the side came to know the records of a room, ascending, repeats included."""
        found = self._rooms.get(exercise)
        if found is None:
            records = self._state.records
            heads = ((time, records[ref].header) for time, ref in self.order)
            found = [time for time, head in heads if in_room(head.exercise, head.kind, exercise)]
            self._rooms[exercise] = found
        return found


class Replay:
    """The pictures of the past of one picture.  Not thread-safe; one ``make`` at a time, records may come between."""

    def __init__(self, whole: Picture) -> None:
        self._whole = whole
        self._known: dict[str, Known] = {}
        self._kept: list[Kept] = []
        """Used last stands last.  Written by ``make`` and ``forget``."""
        self._facts: list[tuple[int, str, str, int]] = []
        self._facts_version = -1

    def make(self, side: str, at_us: int) -> Generator[None, None, Picture]:
        """Return what ``side`` knew at ``at_us`` (µs UTC), by steps; it is not to be changed.

        Raises Refused when it is too much for one look.
        """
        known = yield from self.known(side)
        yield from self._catch_up_facts()
        records, facts = known.until(at_us), bisect_left(self._facts, (at_us // US + 1, "", "", -1))
        if records > MAX_RECORDS:
            what = f"more than {MAX_RECORDS} records were known then"
            raise Refused(what, where="at_us", do="Choose an earlier time")
        kept = self._nearest(side, records, facts)
        self._kept.append(kept)
        self._make_room()
        yield from self._go_on(kept, known.order[kept.records : records], self._facts[kept.facts : facts])
        before, now = (kept.records, kept.facts), (records, facts)
        kept.records, kept.facts = now
        if now != before:
            yield from kept.picture.draw()
        return kept.picture

    def known(self, side: str) -> Generator[None, None, Known]:
        """Return in which order ``side`` came to know what is held, brought up to date by steps."""
        known = self._known.setdefault(side, Known(self._whole._state, side))
        same = yield from known.catch_up()
        self._kept = [one for one in self._kept if one.side != side or one.records <= same]
        return known

    def _catch_up_facts(self) -> Steps:
        facts = self._whole._state.facts
        version = sum(facts.changes.values())
        if version == self._facts_version:
            return
        before, self._facts_version = self._facts, version
        self._facts = sorted((time, log, by, size) for (log, by, size), time in facts.held.items())
        yield
        same = alike(before, self._facts)
        self._kept = [one for one in self._kept if one.facts <= same]

    def _nearest(self, side: str, records: int, facts: int) -> Kept:
        """Take out the kept picture from which the least is to be folded, or a new one."""
        fit = [one for one in self._kept if one.side == side and one.records <= records and one.facts <= facts]
        best = max(fit, key=lambda one: one.records, default=None)
        if best is None:
            return Kept(side)
        self._kept.remove(best)
        return best

    def _go_on(self, kept: Kept, order: list[tuple[int, str]], facts: list[tuple[int, str, str, int]]) -> Steps:
        """Fold in what came.  Left half-way, the picture is no moment's: it is dropped."""
        done = False
        try:
            for number, (_, ref) in enumerate(order):
                kept.picture.apply(self._whole._state.records[ref])
                if number % STEP == STEP - 1:
                    yield
            for number, (time, log, by, size) in enumerate(facts):
                kept.picture.apply(Witnessed(log, size, by, time))
                if number % STEP == STEP - 1:
                    yield
            done = True
        finally:
            if not done:
                self._kept.remove(kept)

    def _make_room(self) -> None:
        while len(self._kept) > 1 and sum(one.records for one in self._kept) > KEPT_RECORDS:
            self._kept.pop(0)

    def forget(self) -> None:
        """Let go of every picture kept."""
        self._kept.clear()
        self._known.clear()
