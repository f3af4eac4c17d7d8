"""What goes along with every push: others' countersignatures on our log, and the newest checkpoints we saw.

So every partner learns who else was told and when, and two partners to whom a third one
shows different histories find out.
"""

from __future__ import annotations

from itertools import islice, takewhile

from sarhad.exchange.messages import MAX_LINES, Testimony
from sarhad.exchange.roster import Partner, Roster
from sarhad.ledger.ledger import Ledger

MAX_SEEN = 16


class Gossip:
    """What one partner has been told in passing.  Owned by its queue, on the event loop.

    ``_passed`` is memory only: after a restart the newest line of each party is told
    again, which changes nothing there.
    """

    def __init__(self, ledger: Ledger, roster: Roster, partner: Partner) -> None:
        """Begin from what the others have countersigned so far."""
        self._ledger = ledger
        self._roster = roster
        self._partner = partner
        self._passed: dict[str, int] = {}  # by log of the signer: the largest size told; written by passed
        self._told: dict[str, bytes] = {}  # by log: the newest checkpoint told; written by checkpoints

    def pending(self, size: int) -> list[Testimony]:
        """Return countersignatures of the others on our log up to ``size`` that this partner was not told."""
        found: list[Testimony] = []
        for other in self._roster.partners():
            newest = self._ledger.countersigned_size(other.log)
            told = self._passed.get(other.log, -1)
            if other.log == self._partner.log or newest <= told or not newest:
                continue
            found += self._lines(other.log, told + 1, size)
        return found[:MAX_LINES]

    def _lines(self, by: str, since: int, size: int) -> list[Testimony]:
        own = self._ledger.log
        held = takewhile(lambda one: one.size <= size, self._ledger.countersignatures(own, max(since, 0)))
        return list(islice((Testimony(own, one.size, one.by, one.line) for one in held if one.by == by), MAX_LINES))

    def passed(self, testimony: list[Testimony]) -> None:
        """The partner has taken these in."""
        for one in testimony:
            self._passed[one.by] = max(self._passed.get(one.by, -1), one.size)

    def checkpoints(self) -> list[bytes]:
        """Return the newest checkpoints of other parties' logs that changed since the last call."""
        found: list[bytes] = []
        for other in self._roster.partners():
            raw = None if other.log == self._partner.log else self._ledger.newest_checkpoint(other.log)
            if raw is not None and self._told.get(other.log) != raw:
                self._told[other.log] = raw
                found.append(raw)
        return found[:MAX_SEEN]
