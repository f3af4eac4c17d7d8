"""The picture of what several parties share, kept current: each record is looked at once, not at each look.

A record joins when all the parties may read it, by its marking or by release acts that
they all may read.  A release act that is itself kept home shows its author's node alone
that it is there, so it cannot count.  Joining never ends: releases only widen.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sarhad.picture.state import State
from sarhad.picture.witness import Witnessed
from sarhad.wire.kinds import ReleaseAct
from sarhad.wire.record import Record
from sarhad.wire.values import Release, may_read

if TYPE_CHECKING:
    from sarhad.picture.picture import Picture


class Shared:
    """One set of parties' common picture.  Written by ``catch_up`` only, on the caller's one thread."""

    def __init__(self, state: State, parties: frozenset[str], part: Picture) -> None:
        """Follow ``state``; ``part`` is the empty picture that the shared records are folded into."""
        self._state = state
        self._parties = parties
        self.part = part
        self._looked = 0
        """Records of the state, in the order in which they came, that were looked at."""
        self._acts: dict[str, list[Record]] = {}
        """Shared release acts by the record that they release, held or not."""
        self._in: set[str] = set()
        self._facts: set[Witnessed] = set()

    def catch_up(self, limit: int | None = None) -> int:
        """Look at no more than ``limit`` records (None: all) that came since; return how many still wait.

        Facts of time follow once no record waits.
        """
        records = self._state.records
        end = len(records) if limit is None else min(len(records), self._looked + limit)
        for record in list(islice(records.values(), self._looked, end)):
            self._look(record)
        self._looked = end
        if end == len(records):
            for fact in self._state.facts.common(self._parties):
                if fact not in self._facts:
                    self._facts.add(fact)
                    self.part.apply(fact)
        return len(records) - end

    def _look(self, first: Record) -> None:
        pending = [first]
        while pending:
            record = pending.pop()
            if record.ref in self._in or not self._open_to_all(record):
                continue
            self._in.add(record.ref)
            self.part.apply(record)
            if isinstance(record.data, ReleaseAct):
                self._acts.setdefault(record.data.record, []).append(record)
                released = self._state.records.get(record.data.record)
                if released is not None:
                    pending.append(released)

    def _open_to_all(self, record: Record) -> bool:
        readers = {record.party} | self._readers(record.header.release)
        for act in self._acts.get(record.ref, ()):
            assert isinstance(act.data, ReleaseAct)
            if not self._state.reason(act):
                readers |= self._readers(act.data.release)
        return readers >= self._parties

    def _readers(self, release: Release) -> set[str]:
        return {party for party in self._parties if may_read(release, party, self._parties)}
