"""Files from a partner: what its attachment records name and is not here yet, one file at a time.

Beside the record queue and never in its way: a task and a connection of its own.  All of
it is disposable: what is missing is read from the picture and the folder, and a file that
came in part goes on where it stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from sarhad.desk import Desk
from sarhad.desk.attachments import Attachments
from sarhad.exchange.client import Client
from sarhad.exchange.errors import Suspended
from sarhad.exchange.giving import may_have
from sarhad.exchange.roster import Partner
from sarhad.exchange.standing import suspended_by_them, suspended_by_us
from sarhad.exchange.timers import SECOND, Backoff, Timers, first_of
from sarhad.ledger.ledger import Ledger
from sarhad.wire.errors import SarhadError, VerificationError
from sarhad.wire.kinds import Attachment

LOOK_AGAIN_US = 15 * SECOND
"""How long a fetcher waits where nothing may cross, or the disk is full."""
MISSING_US = 60 * SECOND
LIE_US = 600 * SECOND
LONGEST_US = 24 * 3_600 * SECOND
"""Pauses for one file: when the partner does not have it, when it sent another content; doubling to a day."""
QUOTA_BYTES = 50_000_000_000
"""Bytes of files that one partner's records may bring here."""
_HERE = "exchange/file/here/"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch: its SHA-256 and its size as the record states it, bytes."""

    sha256: str
    size: int


@dataclass(slots=True)
class _Later:
    """How often a file failed in a row, and when it is tried again (µs).  Written by the owning fetcher."""

    failures: int = 0
    at: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """What every fetcher needs of the node; ``slots`` bounds the transfers of all partners together."""

    ledger: Ledger
    desk: Desk
    files: Attachments
    timers: Timers
    slots: asyncio.Semaphore


class Fetcher:
    """The files of one partner.  Every field is written by ``run`` on the event loop, unless said otherwise."""

    def __init__(self, parts: Parts, partner: Partner, client: Client, backoff: Backoff) -> None:
        """Take the parts, and a client that nobody else uses."""
        self._parts = parts
        self.partner = partner
        self._client = client
        self._backoff = backoff
        self._done: set[str] = set()  # files known to be settled with this partner
        self.put_off: dict[str, _Later] = {}
        self.paused_until = 0  # set while the line is broken
        self._wake = asyncio.Event()  # set by anyone

    def wake(self) -> None:
        """There may be a new file to fetch."""
        self._wake.set()

    def heard(self) -> None:
        """The partner called: it lives, so a pause for the line is over."""
        self.paused_until = 0
        self._wake.set()

    async def run(self) -> None:
        """Fetch, wait, fetch, until cancelled."""
        timers = self._parts.timers
        try:
            while True:
                self._wake.clear()
                pause = await self._round()
                await first_of(self._wake, timers, None if pause is None else timers.now() + pause)
        finally:
            await self._client.close()

    async def _round(self) -> int | None:
        """Fetch what is due; return when to look again (µs from now), None: when woken."""
        now = self._parts.timers.now()
        if now < self.paused_until:
            return self.paused_until - now
        for wanted in list(self._missing()):
            if self._due(wanted) > self._parts.timers.now():
                continue
            if not self._open() or not self._parts.files.room_for(wanted.size):
                return LOOK_AGAIN_US
            try:
                async with self._parts.slots:
                    await self._fetch(wanted)
            except SarhadError as error:
                if self._failed(wanted, error):
                    return self.paused_until - self._parts.timers.now()
            else:
                self._backoff.worked()
                self._settle(wanted)
        waiting = [self._due(wanted) for wanted in self._missing()]
        return max(1, min(waiting) - self._parts.timers.now()) if waiting else None

    def _missing(self) -> Iterator[Wanted]:
        """Yield what the partner's records name and did not come, within the quota."""
        total = 0
        seen: set[str] = set()
        for one in self._parts.desk.picture.files(self.partner.party):
            data = one.data
            if not isinstance(data, Attachment) or data.sha256 in seen:
                continue
            seen.add(data.sha256)
            total += data.size
            if total > QUOTA_BYTES:
                return
            if not self._settled(data.sha256):
                yield Wanted(data.sha256, data.size)

    def _settled(self, sha256: str) -> bool:
        """Tell whether nothing need be fetched.

        A file that is here for another reason is fetched all the same, unless the
        partner knows that we have it: what is not asked for would tell it what we hold.
        """
        if not self._parts.files.holds(sha256):
            return False
        if sha256 not in self._done:
            known = self._parts.ledger.get_state(_state(self.partner.party, sha256)) is not None
            if known or may_have(self._parts.desk, self.partner.party, sha256):
                self._done.add(sha256)
        return sha256 in self._done

    def _due(self, wanted: Wanted) -> int:
        later = self.put_off.get(wanted.sha256)
        return later.at if later is not None else 0

    def _open(self) -> bool:
        parts = self._parts
        return (
            suspended_by_us(parts.desk, self.partner) is None
            and suspended_by_them(parts.desk, self.partner) is None
            and not parts.ledger.frozen(self.partner.log)
        )

    async def _fetch(self, wanted: Wanted) -> None:
        """Bring one file here, from where it stopped the last time.

        Raises Told or Unreachable from the line, VerificationError for another content, Unavailable from the disk.
        """
        partial = self._parts.files.partial(self.partner.party, wanted.sha256, wanted.size)
        try:
            await asyncio.to_thread(partial.begin)
            if partial.left:
                async for piece in self._client.file(wanted.sha256, partial.held, partial.left):
                    await asyncio.to_thread(partial.add, piece)
                    if not self._open():
                        raise Suspended("nothing crosses now")
            await asyncio.to_thread(partial.finish)
        except VerificationError:
            await asyncio.to_thread(partial.drop)
            raise
        finally:
            partial.close()
            await asyncio.to_thread(self._parts.files.tidy)
        await asyncio.to_thread(note_here, self._parts.ledger, self.partner.party, wanted.sha256)

    def _settle(self, wanted: Wanted) -> None:
        self.put_off.pop(wanted.sha256, None)
        self._done.add(wanted.sha256)
        log.info("exchange.file", partner=self.partner.party, sha256=wanted.sha256, size=wanted.size)
        self._parts.desk.arrived(wanted.sha256)

    def _failed(self, wanted: Wanted, error: SarhadError) -> bool:
        """Plan the next try; True when it concerns the line, so that nothing else is tried now."""
        now = self._parts.timers.now()
        log.info(
            "exchange.file_failed",
            partner=self.partner.party, sha256=wanted.sha256, what=error.what, code=error.code,
        )  # fmt: skip
        if error.retry and error.code != "file-not-here":
            self.paused_until = now + self._backoff.failed()
            return True
        later = self.put_off.setdefault(wanted.sha256, _Later())
        first = MISSING_US if error.code == "file-not-here" else LIE_US
        later.at = now + min(first << min(later.failures, 16), LONGEST_US)
        later.failures += 1
        return False


def note_here(ledger: Ledger, party: str, sha256: str) -> None:
    """Remember, durably, that the file came from ``party``."""
    ledger.put_state(_state(party, sha256), b"1")


def _state(party: str, sha256: str) -> str:
    return f"{_HERE}{party}/{sha256}"
