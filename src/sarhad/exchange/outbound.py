"""One queue for each partner: one transfer in flight, in log order.

The durable position is the partner's own countersignature on our log; everything here
is disposable and begins in catch-up.  Appends never wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from sarhad.desk import Desk, LinkState
from sarhad.exchange import messages
from sarhad.exchange.client import Client
from sarhad.exchange.errors import Told, Unreachable
from sarhad.exchange.facts import fact_of, published_fact, take_testimony
from sarhad.exchange.gossip import Gossip
from sarhad.exchange.link import Link
from sarhad.exchange.messages import BATCH_BYTES, PROTOCOL, Push, PushReply, Testimony
from sarhad.exchange.outbox import Batch, Outbox
from sarhad.exchange.roster import Partner
from sarhad.exchange.sightings import Sightings
from sarhad.exchange.standing import suspended_by, suspended_by_them, suspended_by_us
from sarhad.exchange.timers import SECOND, Backoff, Timers, first_of
from sarhad.ledger.errors import Frozen
from sarhad.ledger.ledger import Ledger
from sarhad.picture import Witnessed
from sarhad.wire import ids
from sarhad.wire.errors import SarhadError, VerificationError

PROBE_US = 15 * SECOND
"""How often an idle link is tried, so that its state and the partner's newest checkpoint are current."""
NEVER_US = 60 * SECOND
"""Pause after a refusal that trying again will not cure."""
SMALLEST_BATCH_BYTES = 64 * 1024

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What every queue needs of the node."""

    ledger: Ledger
    desk: Desk
    outbox: Outbox
    sightings: Sightings
    timers: Timers


class Queue:
    """The queue to one partner.  Every field is written by ``run`` on the event loop, unless said otherwise."""

    def __init__(self, parts: Parts, partner: Partner, client: Client, backoff: Backoff, gossip: Gossip) -> None:
        """Begin at the partner's countersigned size, in catch-up."""
        self._parts = parts
        self.partner = partner
        self._client = client
        self._backoff = backoff
        self._gossip = gossip
        self._position = parts.ledger.countersigned_size(partner.log)
        self._room = BATCH_BYTES  # shrinks when a transfer breaks, so that a poor line gets through
        self._probe_at = 0  # when the partner is asked next how we stand; at once at start
        self._lost_at = 0  # the countersigned size at which a loss of the partner's was last put on record
        self._farewell_failed = ""  # the suspension record that could not be delivered
        self._suspension = suspended_by_us(parts.desk, partner)  # as wake last saw it; written by wake
        self._wake = asyncio.Event()  # set by anyone: there may be something to send
        self._heard = asyncio.Event()  # set by heard: the partner lives, or what is allowed has changed
        self.link = Link(parts.ledger, parts.desk, partner, parts.sightings)

    def wake(self) -> None:
        """There may be something to send, or what is allowed may have changed."""
        self._wake.set()
        ours = suspended_by_us(self._parts.desk, self.partner)
        if ours != self._suspension:
            self._suspension = ours
            self._heard.set()

    def heard(self) -> None:
        """The partner called: it lives, so a pause is over."""
        self.link.contact(self._parts.timers.now())
        self._heard.set()
        self._wake.set()

    def alarm(self) -> None:
        """What is allowed has changed: look at once, also in a pause."""
        self._heard.set()
        self._wake.set()

    async def run(self) -> None:
        """Send, wait, send, until cancelled."""
        await self._show("connecting", "")
        try:
            while True:
                self._wake.clear()
                self._heard.clear()
                await self._once()
        finally:
            await self._client.close()

    async def _once(self) -> None:
        now = self._parts.timers.now
        try:
            state, reason = await self._turn()
        except SarhadError as error:
            if isinstance(error, Frozen) and error.log == self.partner.log:
                return  # the next turn finds it on record, shows it, and waits
            pause = self._backoff.failed() if error.retry else NEVER_US
            log.info("exchange.failed", partner=self.partner.party, what=error.what, code=error.code, pause_us=pause)
            self._probe_at = 0
            await self._show("suspended" if error.code == "suspended" else "down", f"{error.what} ({error.code})")
            # A call from the partner ends a pause that waited for the line, not one for a full disk or the like.
            waits_for_line = error.code in ("unreachable", "suspended")
            await first_of(self._heard if waits_for_line else asyncio.Event(), self._parts.timers, now() + pause)
            return
        if state == "up":
            self._backoff.worked()
        await self._show(state, reason)
        await first_of(self._wake, self._parts.timers, max(self._probe_at, now() + 1) if state == "up" else None)

    async def _turn(self) -> tuple[LinkState, str]:
        """Do what there is to do; returns the link's state and why."""
        frozen = self._parts.ledger.frozen(self.partner.log)
        if frozen:
            return "frozen", frozen
        ours = suspended_by_us(self._parts.desk, self.partner)
        if ours is not None:
            await self._farewell(ours)
            return "suspended", suspended_by("", ours)
        theirs = suspended_by_them(self._parts.desk, self.partner)
        if theirs is not None:
            return "suspended", suspended_by(self.partner.party, theirs)
        if self._parts.timers.now() >= self._probe_at:
            await self._probe()
        if await self._send_up_to(self._own_size, self._may_send):
            return "up", ""
        return await self._turn()

    def _own_size(self) -> int:
        return self._parts.ledger.size(self._parts.ledger.log)

    def _may_send(self) -> bool:
        desk = self._parts.desk
        return (
            suspended_by_us(desk, self.partner) is None
            and suspended_by_them(desk, self.partner) is None
            and not self._parts.ledger.frozen(self.partner.log)
        )

    async def _farewell(self, suspension: str) -> None:
        """Deliver our suspension record if the link is up; nothing after it."""
        place = ids.parse_ref(suspension)
        if place.log != self._parts.ledger.log or self._farewell_failed == suspension:
            return
        try:
            await self._send_up_to(
                lambda: place.seq + 1, lambda: suspended_by_us(self._parts.desk, self.partner) == suspension
            )
        except SarhadError as error:
            self._farewell_failed = suspension
            log.info("exchange.suspension_not_delivered", partner=self.partner.party, what=error.what)

    async def _probe(self) -> None:
        """Ask how our log stands there: finds a rolled back store of ours, and what we do not hold of theirs."""
        sent = self._parts.timers.now()
        standing = await self._client.standing()
        answered = self._parts.timers.now()
        self.link.contact(answered)
        self.link.measured(sent, answered, standing.at)
        if standing.size:
            await asyncio.to_thread(self._parts.ledger.confirm_not_rolled_back, standing.size, standing.note)
        if standing.size < self._parts.ledger.countersigned_size(self.partner.log):
            self._partner_lost_entries(standing.size)
        self._position = standing.size
        if standing.checkpoint:
            await asyncio.to_thread(self._see, standing.checkpoint, answered)
        self._probe_at = answered + PROBE_US

    def _partner_lost_entries(self, size: int) -> None:
        """The partner holds less than it countersigned: say so, keep its countersignature, send again."""
        held = self._parts.ledger.countersigned_size(self.partner.log)
        if self._lost_at == held:
            return  # said already
        self._lost_at = held
        what = f"{self.partner.party} countersigned {held} entries of our log and now holds {size}"
        log.warning("exchange.partner_lost_entries", partner=self.partner.party, countersigned=held, holds=size)
        self._parts.ledger.keep_evidence(self.partner.log, what, [])

    async def _send_up_to(self, stop: Callable[[], int], allowed: Callable[[], bool]) -> bool:
        """Send until nothing is left below ``stop``; False when ``allowed`` no longer holds.

        The next batch is read while the one before is under way; it is sent only after
        the answer came, and only if it still follows on it.
        """
        ahead: asyncio.Task[Batch] | None = None
        try:
            while True:
                if not allowed():
                    return False
                batch = await ahead if ahead is not None else await self._next(self._position, stop())
                ahead = None
                testimony = self._gossip.pending(batch.end)
                if batch.start != self._position:
                    continue
                if batch.end == batch.start and not testimony and not self._owed():
                    return True
                if batch.end < stop():
                    ahead = asyncio.create_task(self._next(batch.end, stop()))
                await self._transfer(batch, testimony)
        finally:
            if ahead is not None:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)

    def _owed(self) -> bool:
        """Tell whether the partner holds entries, brought by hand, for which we hold no countersignature of its yet.

        An empty push is answered with it.
        """
        return self._parts.ledger.countersigned_size(self.partner.log) < self._position

    async def _next(self, start: int, stop: int) -> Batch:
        if start >= stop:
            return Batch(start, start, b"", [], [])
        return await self._parts.outbox.batch(self.partner.party, start, stop, self._room)

    async def _transfer(self, batch: Batch, testimony: list[Testimony]) -> None:
        """Send one push and take in the answer; an answer that got lost is repaired by sending again."""
        checkpoint = await asyncio.to_thread(self._parts.ledger.checkpoint, batch.end)
        sent = self._parts.timers.now()
        push = Push(
            v=PROTOCOL,
            log=self._parts.ledger.log,
            start=batch.start,
            commitments=batch.commitments,
            openings=batch.openings,
            disclosures=batch.disclosures,
            checkpoint=checkpoint,
            sent_at=sent,
            held=self._parts.ledger.countersigned_size(self.partner.log),
            testimony=testimony,
            seen=self._gossip.checkpoints(),
        )
        try:
            reply = await self._client.push(messages.encode(push))
        except Unreachable:
            self._room = max(SMALLEST_BATCH_BYTES, self._room // 2)
            raise
        except Told as told:
            await self._told(told, batch)
            return
        answered = self._parts.timers.now()
        self.link.contact(answered)
        self.link.measured(sent, answered, reply.received_at)
        self._parts.desk.witnessed(await asyncio.to_thread(self._take_reply, push, reply, answered))
        self._gossip.passed(testimony)
        self._position = batch.end
        self._room = min(BATCH_BYTES, self._room * 2)

    async def _told(self, told: Told, batch: Batch) -> None:
        """Follow the partner to where it stands; raise its refusal when that leads nowhere."""
        if told.code != "out-of-step" or told.size is None or told.size == batch.start:
            raise told
        if told.size > self._own_size():
            await self._probe()  # raises RolledBack when the partner can show what we have lost
            raise told
        if told.size < self._parts.ledger.countersigned_size(self.partner.log):
            self._partner_lost_entries(told.size)
        self._position = told.size

    def _take_reply(self, push: Push, reply: PushReply, now: int) -> list[Witnessed]:
        """Verify and keep the countersignatures of an answer (worker thread)."""
        ledger = self._parts.ledger
        if reply.size != push.end:
            raise VerificationError(f"the answer is for {reply.size} entries, not {push.end}")
        ours, theirs = ledger.log, self.partner.log
        signed = ledger.add_countersignature(ours, push.end, reply.countersignature, theirs)
        facts = [fact_of(signed)] if signed is not None else []
        facts += published_fact(ledger, ours, push.end)
        facts += take_testimony(ledger, [one for one in reply.testimony if one.by == theirs], theirs)
        if reply.checkpoint:
            self._see(reply.checkpoint, now)
        return facts

    def _see(self, raw: bytes, now: int) -> None:
        """Compare the partner's newest checkpoint; one by keys that we have not read of yet proves nothing so far."""
        try:
            self._parts.sightings.see(raw, now)
        except VerificationError as error:
            log.info("exchange.sighting_ignored", said_by=self.partner.log, what=error.what)

    async def _show(self, state: LinkState, reason: str) -> None:
        await self.link.show(state, reason, self._position, self._parts.timers.now())
