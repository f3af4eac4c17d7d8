"""What the desk shows of the link to a partner: up or down, what waits, what is missing, the skew."""

from __future__ import annotations

import asyncio
from collections import deque

import msgspec

from sarhad.desk import Desk, LinkState, LinkView
from sarhad.exchange.roster import Partner
from sarhad.exchange.sightings import Sightings
from sarhad.exchange.timers import SECOND
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Entry
from sarhad.wire import ids

WITHHELD_AFTER_US = 60 * SECOND
"""Entries that are known to exist and do not come for this long are called withheld."""
SCAN_ENTRIES = 2_000


class _Claimed(msgspec.Struct):
    at: int


_claimed = msgspec.json.Decoder(_Claimed)


class Waiting:
    """Own records that a partner may read and has not countersigned, oldest first.

    Owned by one queue.  Reads each own entry once; at most SCAN_ENTRIES at a time, so
    that after a long absence the number grows over a few looks.
    """

    def __init__(self, ledger: Ledger, desk: Desk, party: str) -> None:
        """Begin with nothing scanned."""
        self._ledger = ledger
        self._desk = desk
        self._party = party
        self._scanned = 0  # entries below were looked at, or were countersigned before
        self._found: deque[tuple[int, int]] = deque()  # (sequence, claimed time µs)

    async def look(self, position: int) -> tuple[int, int | None]:
        """Return (how many wait, the claimed time of the oldest); ``position``: countersigned entries."""
        while self._found and self._found[0][0] < position:
            self._found.popleft()
        self._scanned = max(self._scanned, position)
        size = self._ledger.size(self._ledger.log)
        if self._scanned < size:
            for entry in await asyncio.to_thread(self._read, self._scanned, min(size, self._scanned + SCAN_ENTRIES)):
                ref = ids.make_ref(self._ledger.log, entry.seq)
                if not self._desk.known(ref):
                    break
                if entry.body is not None and self._party in self._desk.readers(ref):
                    self._found.append((entry.seq, _claimed.decode(entry.body).at))
                self._scanned = entry.seq + 1
        return len(self._found), self._found[0][1] if self._found else None

    def _read(self, start: int, end: int) -> list[Entry]:
        return list(self._ledger.entries(self._ledger.log, start, end))


class Link:
    """The state of the link to one partner, told to the desk.

    Written by the partner's queue, except ``heard`` (the receiver); all on the event loop.
    """

    def __init__(self, ledger: Ledger, desk: Desk, partner: Partner, sightings: Sightings) -> None:
        """Begin as never contacted, or as connecting when it was before."""
        self._desk = desk
        self._partner = partner
        self._sightings = sightings
        self.waiting = Waiting(ledger, desk, partner.party)
        self.known_before = ledger.countersigned_size(partner.log) > 0
        self.last_contact_us: int | None = None
        self.skew_us: int | None = None

    def contact(self, now: int) -> None:
        """The partner answered, or called, just now."""
        self.last_contact_us = now

    def measured(self, sent: int, answered: int, theirs: int) -> None:
        """Take the skew from a call: the partner's clock against the middle of ours (all µs)."""
        self.skew_us = theirs - (sent + answered) // 2

    async def show(self, state: LinkState, reason: str, position: int, now: int) -> None:
        """Tell the desk; ``position``: entries of our log that the partner countersigned."""
        if state in ("down", "connecting") and self.last_contact_us is None and not self.known_before:
            state = "never"
        count, oldest = await self.waiting.look(position)
        behind = self._sightings.behind(self._partner.log)
        self._desk.set_link(
            LinkView(
                partner=self._partner.party,
                state=state,
                last_contact_us=self.last_contact_us,
                waiting=count,
                oldest_waiting_us=oldest,
                behind=behind,
                skew_us=self.skew_us,
                reason="; ".join(filter(None, (reason, self._withheld(behind, now)))),
            )
        )

    def _withheld(self, behind: int, now: int) -> str:
        """Say in words what the partner withholds: entries it signed, or contents it released to us."""
        since = self._sightings.behind_since(self._partner.log)
        if since is not None and now - since >= WITHHELD_AFTER_US:
            return f"withholds {behind} entries that it has signed, for {(now - since) // SECOND} s"
        released = self._desk.picture.withheld(self._desk.party)
        missing = [ref for ref in released if ids.party_of(ref) == self._partner.party]
        if missing:
            return f"withholds the content of {len(missing)} records that it released to us, first {missing[0]}"
        return ""
