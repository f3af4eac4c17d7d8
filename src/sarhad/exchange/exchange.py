"""The exchange of one node: a listener, a way in, and a queue for each partner."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path

from sarhad.desk import Desk
from sarhad.desk.attachments import Attachments
from sarhad.exchange import app, carried, fetching, outbound, tls
from sarhad.exchange.client import CALL_SECONDS, Client
from sarhad.exchange.fetching import Fetcher
from sarhad.exchange.giving import Giver
from sarhad.exchange.gossip import Gossip
from sarhad.exchange.invitation import Invitation
from sarhad.exchange.outbound import Queue
from sarhad.exchange.outbox import Outbox
from sarhad.exchange.receive import Callbacks, Receiver
from sarhad.exchange.roster import Partner, Roster
from sarhad.exchange.server import Listener
from sarhad.exchange.sightings import Sightings
from sarhad.exchange.timers import Backoff, RealTimers, Timers
from sarhad.ledger.ledger import Ledger
from sarhad.wire import ids

FETCHED_AT_ONCE = 4
"""Files that are brought here at the same time, from all partners together."""


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """Where the exchange listens and the node's TLS certificate and key (PEM files).

    ``body_seconds``: how long a body may take, beside an allowance for slow lines.
    """

    host: str
    port: int
    certificate: Path
    key: Path
    body_seconds: float = 30.0
    call_seconds: float = CALL_SECONDS
    older: tuple[tuple[Path, Path], ...] = ()
    """Former certificates and keys, for partners that have not countersigned the newest manifest yet."""


class Exchange:
    """Everything that crosses.  Runs on the node's event loop; ``start`` and ``stop`` once each, or ``run``."""

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        roster: Roster,
        settings: ExchangeSettings,
        timers: Timers | None = None,
        *,
        files: Attachments,
    ) -> None:
        """Take the node's parts; ``roster`` is the one whose ``parties`` the desk was given."""
        self._ledger = ledger
        self._desk = desk
        self.roster = roster
        self._settings = settings
        self._timers: Timers = timers or RealTimers()
        self._sightings = Sightings(ledger)
        told = Callbacks(self._heard, self._alarm, self._renewed)
        self.receiver = Receiver(ledger, desk, self._sightings, told, self._timers.now)
        self._outbox = Outbox(ledger, desk)
        self._certificates = tls.Certificates((settings.certificate, settings.key), settings.older)
        giver = Giver(ledger, desk, files, settings.body_seconds)
        parts = app.Parts(ledger, desk, roster, self.receiver, giver, self._timers, settings.body_seconds, self._heard)
        self._listener = Listener(app.App(parts), self._certificates.context, settings.host, settings.port)
        self._files = files
        self._slots = asyncio.Semaphore(FETCHED_AT_ONCE)
        self.fetchers: dict[str, Fetcher] = {}  # by party; written by _open, on the event loop
        self.queues: dict[str, Queue] = {}  # by party; written by _open, on the event loop
        self._tasks: set[asyncio.Task[None]] = set()  # written by start, _open, _renewed and stop
        self._lines: dict[str, list[asyncio.Task[None]]] = {}  # by party; written by _open and _renewed
        self._stopped = asyncio.Event()  # set by stop and by a task that failed

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._listener.port

    async def start(self) -> None:
        """Listen, and open a queue to every partner.  The desk has been started before."""
        for partner in self.roster.partners():
            self._certificates.trust(partner.certificate)
        await self._listener.start()
        self._spawn(self._follow_desk(), "exchange/desk")
        for partner in self.roster.partners():
            self._open(partner)

    async def stop(self) -> None:
        """Close the address and the queues; what was taken in is folded first."""
        self._stopped.set()
        await self._listener.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self.queues.clear()
        self.fetchers.clear()
        await self.receiver.settle()

    async def run(self) -> None:
        """Start, serve until cancelled, stop; raises what ended a queue, for the supervisor."""
        await self.start()
        try:
            await self._stopped.wait()
            for task in self._tasks:
                if task.done() and not task.cancelled():
                    task.result()
        finally:
            await self.stop()

    async def admit(self, invitation: Invitation) -> Partner:
        """Take up a partner while running (the fingerprint was compared before)."""
        partner = await asyncio.to_thread(self.roster.admit, invitation)
        self._certificates.trust(partner.certificate)
        if partner.party not in self.queues:
            self._open(partner)
        return partner

    async def export_for_partner(self, path: Path, party: str) -> carried.Carried:
        """Write what ``party`` lacks to a file that is carried by hand; see carried.py."""
        partner = self.roster.get(party)
        return await carried.write(self._office(), partner, path)

    async def import_carried(self, path: Path) -> carried.Carried:
        """Take in a file that a partner's node wrote, through the same way in as the network."""
        return await carried.read(self._office(), self.roster, path)

    def _office(self) -> carried.Office:
        return carried.Office(self._ledger, self._desk, self._outbox, self.receiver, self._timers.now, self._files)

    def _open(self, partner: Partner) -> None:
        client = self._client(partner)
        parts = outbound.Parts(self._ledger, self._desk, self._outbox, self._sightings, self._timers)
        queue = Queue(parts, partner, client, Backoff(), Gossip(self._ledger, self.roster, partner))
        self.queues[partner.party] = queue
        line = self._spawn(queue.run(), f"exchange/{partner.party}")
        files = fetching.Parts(self._ledger, self._desk, self._files, self._timers, self._slots)
        fetcher = Fetcher(files, partner, self._client(partner), Backoff())
        self.fetchers[partner.party] = fetcher
        self._lines[partner.party] = [line, self._spawn(fetcher.run(), f"exchange/{partner.party}/files")]

    def _client(self, partner: Partner) -> Client:
        """Return a client that shows the certificate which the partner knows: the newest once it countersigned it."""
        mine = [(self._settings.certificate, self._settings.key)]
        if self._ledger.countersigned_size(partner.log) < self._ledger.keys_since() - 1:
            mine += self._settings.older
        contexts = [tls.client_context(*pair, partner.certificate) for pair in mine]
        name = tls.name_of(partner.certificate)
        seconds = self._settings.call_seconds
        return Client(partner.endpoint, contexts[0], older=contexts[1:], server_name=name, call_seconds=seconds)

    def _renewed(self, party: str) -> None:
        """A partner's manifest has changed: trust its certificate, and call it where and as the manifest says."""
        self.roster.refresh()
        partner = self.roster.get(party)
        self._certificates.trust(partner.certificate)
        if party in self.queues:
            for task in self._lines.pop(party):
                self._tasks.discard(task)
                task.cancel()
            self._open(partner)

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task in self._tasks:  # one that was closed on purpose is not
            self._stopped.set()

    def _heard(self, party: str) -> None:
        queue = self.queues.get(party)
        if queue is not None:
            queue.heard()
            self.fetchers[party].heard()

    def _wake_fetchers(self, subjects: tuple[str, ...]) -> None:
        """Let the files of those partners be looked for that said something new (all, when subjects were missed)."""
        names = {ids.party_of(one.removeprefix("record/")) for one in subjects if one.startswith("record/")}
        for party, fetcher in self.fetchers.items():
            if not subjects or party in names:
                fetcher.wake()

    def _alarm(self, party: str) -> None:
        queue = self.queues.get(party)
        if queue is not None:
            queue.alarm()

    async def _follow_desk(self) -> None:
        """Wake the queues whenever the picture has changed: a new own record is sent at once."""
        subscription = self._desk.subscribe()
        try:
            while (event := await subscription.next()) is not None:
                if event.name != "link":
                    for queue in self.queues.values():
                        queue.wake()
                    self._wake_fetchers(event.subjects)
        finally:
            subscription.close()
