"""What is proved of time: who countersigned which log at which size, and when.

A fact says that ``by`` signed ``log`` at ``size`` entries at ``time_s``.  Per log and
signing party the facts reduce to a frontier, the facts that no other fact makes
needless, which depends on the set of facts only, never on their order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from sarhad.wire.ids import party_of


@dataclass(frozen=True, slots=True)
class Witnessed:
    """``by`` (a log's name) countersigned ``log`` at ``size`` (entries 0 to size - 1) at ``time_s`` (UTC seconds).

    Both a log's own timestamp at publication (``by`` is the log) and its partners'.
    """

    log: str
    size: int
    by: str
    time_s: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a fact changed.

    Entries ``first`` to ``end`` - 1 are covered earlier; the floors of sizes from
    ``floor`` to ``floor_end`` - 1 (None: without end) moved.
    """

    first: int
    end: int
    floor: int
    floor_end: int | None


class Frontier:
    """Facts of one log by one party, sizes and times both strictly ascending.

    A fact is dropped when another has at least its size at no later time.
    """

    __slots__ = ("sizes", "times")

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.times: list[int] = []

    def add(self, size: int, time_s: int) -> Change | None:
        """Add a fact; None when nothing changed."""
        sizes, times = self.sizes, self.times
        at = bisect_left(sizes, size)
        if at < len(sizes) and times[at] <= time_s:
            return None
        first = at
        while first > 0 and times[first - 1] >= time_s:
            first -= 1
        end = at + 1 if at < len(sizes) and sizes[at] == size else at
        floor = min(size, sizes[first]) if first < end else size
        change = Change(sizes[first - 1] if first else 0, size, floor, sizes[end] if end < len(sizes) else None)
        sizes[first:end] = [size]
        times[first:end] = [time_s]
        return change

    def covering(self, seq: int) -> int | None:
        """Return the earliest time (s) at which entry ``seq`` was covered, or None."""
        at = bisect_right(self.sizes, seq)
        return self.times[at] if at < len(self.times) else None

    def floor(self, size: int) -> int | None:
        """Return the time (s) of the largest fact not above ``size``, or None."""
        at = bisect_right(self.sizes, size)
        return self.times[at - 1] if at else None


@dataclass(slots=True)
class Facts:
    """All facts, by log and signing party.  Written by State.witness only (one thread: the caller's)."""

    frontiers: dict[str, dict[str, Frontier]] = field(default_factory=dict)
    held: dict[tuple[str, str, int], int] = field(default_factory=dict)
    """(log, by, size) to the earliest time: what shared_bytes chooses from."""

    changes: dict[str, int] = field(default_factory=dict)
    """How often something new was told of each log: what is computed from its facts stands while this does."""

    def add(self, fact: Witnessed) -> Change | None:
        """Keep a fact; None when it tells nothing new."""
        key = (fact.log, fact.by, fact.size)
        known = self.held.get(key)
        if fact.size <= 0 or (known is not None and known <= fact.time_s):
            return None
        self.held[key] = fact.time_s
        self.changes[fact.log] = self.changes.get(fact.log, 0) + 1
        by = self.frontiers.setdefault(fact.log, {})
        return by.setdefault(party_of(fact.by), Frontier()).add(fact.size, fact.time_s)

    def covered_by(self, log: str, seq: int, party: str) -> int | None:
        """When (s) ``party`` first countersigned ``log`` with entry ``seq`` in it, or None."""
        frontier = self.frontiers.get(log, {}).get(party)
        return None if frontier is None else frontier.covering(seq)

    def not_after(self, log: str, seq: int) -> int | None:
        """When (s) any party but the log's own first countersigned entry ``seq``, or None."""
        own = party_of(log)
        found = [
            time
            for party, frontier in self.frontiers.get(log, {}).items()
            if party != own and (time := frontier.covering(seq)) is not None
        ]
        return min(found, default=None)

    def published(self, log: str, size: int) -> int | None:
        """When (s) the log's own party says that it published a checkpoint of ``size`` or less, or None."""
        frontier = self.frontiers.get(log, {}).get(party_of(log))
        return None if frontier is None else frontier.floor(size)

    def common(self, parties: frozenset[str]) -> list[Witnessed]:
        """Return the facts that each of ``parties`` holds once all has crossed.

        Countersignatures by one of them on another's log, and a log's own times at the
        sizes that all the others countersigned.
        """
        found = []
        signed: dict[tuple[str, int], set[str]] = {}
        for log, by, size in self.held:
            if party_of(log) in parties and party_of(by) in parties:
                signed.setdefault((log, size), set()).add(party_of(by))
        for (log, by, size), time_s in self.held.items():
            signers = signed.get((log, size))
            if signers is None or party_of(by) not in parties:
                continue
            own = party_of(log)
            if party_of(by) != own or signers | {own} >= parties:
                found.append(Witnessed(log, size, by, time_s))
        return found
