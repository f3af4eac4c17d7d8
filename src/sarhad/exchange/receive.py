"""What a partner brings, from the network or by hand: one way in.

verify everything -> keep durably -> countersign (one transaction of the ledger) -> answer
-> fold and confirm.  The answer does not wait for the fold; the next push does.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import structlog

from sarhad.desk import Desk
from sarhad.exchange.check import check_opening, opened_in
from sarhad.exchange.errors import NotForUs
from sarhad.exchange.facts import fact_of, lines_since, published_fact, take_testimony
from sarhad.exchange.messages import PROTOCOL, Push, PushReply, Shown
from sarhad.exchange.renewal import adopt, manifest_fault, refuse_manifest_within
from sarhad.exchange.roster import Partner
from sarhad.exchange.sightings import Sightings
from sarhad.exchange.standing import require_open
from sarhad.ledger.errors import Frozen, RolledBack
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Extended, Identity, Opening
from sarhad.picture import Witnessed
from sarhad.wire import ids
from sarhad.wire.errors import SarhadError, VerificationError
from sarhad.wire.record import Record


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Who is told (a party), on the event loop.

    ``heard``: its push was taken in; ``alarm``: its log was frozen; ``renewed``: its keys or address have changed.
    """

    heard: Callable[[str], None]
    alarm: Callable[[str], None]
    renewed: Callable[[str], None]


Check = Callable[[Opening], str]
"""Judges an opened content: "" when it may be used, otherwise why not."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Taken:
    """What one push brought: entries whose contents may be used, and countersignatures."""

    extended: Extended
    usable: list[int] = field(default_factory=list)
    facts: list[Witnessed] = field(default_factory=list)
    read: list[Record] = field(default_factory=list)  # contents that were read in passing
    frozen: list[str] = field(default_factory=list)  # parties whose logs were found to conflict
    renewed: bool = False  # the push ended in a manifest that changed the sender's keys or address


@dataclass(slots=True)
class _Inbound:
    """One partner's way in.  Every field is written under ``lock``, on the event loop."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    folding: asyncio.Task[None] | None = None
    usable: list[int] = field(default_factory=list)  # persisted, not yet folded
    facts: list[Witnessed] = field(default_factory=list)  # likewise
    read: list[Record] = field(default_factory=list)  # records of ``usable``, as far as they were read already
    held: int = 0  # the largest size of its log at which the partner holds our countersignature


class Receiver:
    """Takes pushes in, one at a time from each partner; partners do not wait for each other."""

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        sightings: Sightings,
        told: Callbacks,
        clock: Callable[[], int],
    ) -> None:
        """``told`` hears what came of the pushes."""
        self._ledger = ledger
        self._desk = desk
        self._sightings = sightings
        self._told = told
        self._clock = clock
        self._inbound: dict[str, _Inbound] = defaultdict(_Inbound)  # by log; entries are never removed

    async def receive(self, partner: Partner, push: Push, received_at: int) -> PushReply:
        """Take in a push that came from ``partner``, whose certificate or hand-carried file was verified.

        Returns once everything is durable.  Raises NotForUs, Suspended, Frozen,
        OutOfStep, VerificationError, or the ledger's errors of storage.
        """
        identity = self._identity_for(partner, push)
        inbound = self._inbound[push.log]
        async with inbound.lock:
            require_open(self._ledger, self._desk, partner)
            await self._folded(inbound)
            try:
                taken = await asyncio.to_thread(self._take, identity, push)
            except Frozen:
                self._told.alarm(partner.party)
                raise
            inbound.held = max(inbound.held, push.held)
            inbound.usable += taken.usable
            inbound.facts += taken.facts
            inbound.read += taken.read
            inbound.folding = asyncio.create_task(self._fold(push.log, inbound))
            reply = await asyncio.to_thread(self._reply, push, taken, received_at)
        self._told.heard(partner.party)
        if taken.renewed:
            self._told.renewed(partner.party)
        for party in taken.frozen:
            self._told.alarm(party)
        return reply

    async def take_lines(self, push: Push) -> None:
        """Keep what goes along with a push whose entries are all held already."""
        facts = await asyncio.to_thread(take_testimony, self._ledger, push.testimony, push.log)
        self._desk.witnessed(facts)

    def held_by(self, log_name: str) -> int:
        """Return the largest size of a partner's log at which it said to hold our countersignature."""
        return self._inbound[log_name].held

    async def settle(self) -> None:
        """Wait until everything that was taken in is folded and confirmed."""
        for inbound in list(self._inbound.values()):
            async with inbound.lock:
                await self._folded(inbound)

    def _identity_for(self, partner: Partner, push: Push) -> Identity:
        if ids.party_of(push.log) != partner.party:
            raise NotForUs(f"{partner.party} speaks for the log {push.log}", where=push.log)
        for identity in self._ledger.logs():
            if identity.log == push.log:
                return identity
        raise NotForUs(f"the log {push.log} is not known here", where=push.log)

    def _take(self, identity: Identity, push: Push) -> Taken:
        """Verify and persist (worker thread).

        Disclosures go first: an author's signed release is enough for them, and once the
        entries are countersigned the sender will not show them again.
        """
        opened = opened_in(identity, self._ledger.identity.party, push.openings)
        read: list[Record] = []
        refuse_manifest_within(push)
        check = partial(self._judge, identity.log, opened.__contains__, read)
        disclosed = self._disclose(identity.log, push, check)
        extended = self._extend(identity.log, push, check)
        usable = disclosed + extended.opened
        taken = Taken(extended, usable, [fact_of(extended.countersignature)])
        taken.renewed = adopt(self._ledger, identity.log)
        kept = set(usable)
        taken.read += [one for one in read if one.seq in kept]
        taken.facts += published_fact(self._ledger, identity.log, push.end)
        taken.facts += take_testimony(self._ledger, push.testimony, identity.log)
        if self._ledger.frozen(identity.log):
            taken.frozen.append(identity.party)
        taken.frozen += self._see(identity.log, push.seen)
        return taken

    def _judge(self, log_name: str, widened: Callable[[int], bool], usable: list[Record], opening: Opening) -> str:
        """Judge one content by the keys that were in force where it stands."""
        identity = self._ledger.identity_at(log_name, opening.seq + 1)
        us = self._ledger.identity.party
        return manifest_fault(self._ledger, log_name, opening) or check_opening(
            identity, us, widened, opening, usable=usable
        )

    def _disclose(self, log_name: str, push: Push, check: Check) -> list[int]:
        if not push.disclosures:
            return []
        return self._ledger.disclose(log_name, [_opening(one) for one in push.disclosures], check)

    def _extend(self, log_name: str, push: Push, check: Check) -> Extended:
        openings = [_opening(one) for one in push.openings]
        extended = self._ledger.extend(log_name, push.start, push.commitments, openings, push.checkpoint, check)
        if extended.refused:
            log.warning("exchange.refused_contents", log=log_name, entries=extended.refused[:20])
        try:
            self._sightings.grown(log_name)
        except Frozen as error:  # what was countersigned stands and is folded; nothing more is taken
            log.warning("exchange.conflict", said_by=log_name, what=error.what)
        return extended

    def _see(self, sender: str, notes: list[bytes]) -> list[str]:
        """Compare the checkpoints of other logs that came along; a conflict freezes those, not the sender.

        Returns the parties that are frozen now.
        """
        frozen: list[str] = []
        for raw in notes:
            try:
                self._sightings.see(raw, self._clock())
            except (Frozen, RolledBack) as error:
                log.warning("exchange.conflict", said_by=sender, what=error.what)
                frozen += [ids.party_of(error.log)] if isinstance(error, Frozen) else []
            except VerificationError as error:
                log.info("exchange.sighting_ignored", said_by=sender, what=error.what)
        return frozen

    def _reply(self, push: Push, taken: Taken, received_at: int) -> PushReply:
        """Answer (worker thread): our countersignature, and older ones that the sender lacks."""
        us = self._ledger.log
        size = taken.extended.size
        return PushReply(
            v=PROTOCOL,
            size=size,
            countersignature=taken.extended.countersignature.line,
            checkpoint=self._ledger.newest_checkpoint(us) or b"",
            received_at=received_at,
            testimony=lines_since(self._ledger, push.log, us, push.held, size),
        )

    async def _folded(self, inbound: _Inbound) -> None:
        if inbound.folding is not None:
            await inbound.folding
            inbound.folding = None

    async def _fold(self, log_name: str, inbound: _Inbound) -> None:
        """Fold what is owed; what could not be confirmed stays owed, and the next start repairs it too."""
        usable, facts, read = inbound.usable, inbound.facts, inbound.read
        inbound.usable, inbound.facts, inbound.read = [], [], []
        try:
            await self._desk.ingest(log_name, usable, facts, read)
        except SarhadError as error:
            inbound.usable[:0], inbound.facts[:0] = usable, facts
            log.warning("exchange.not_confirmed", log=log_name, what=error.what, retry=error.retry)


def _opening(shown: Shown) -> Opening:
    return Opening(shown.seq, shown.salt, shown.body, shown.signature)
