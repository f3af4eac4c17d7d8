"""Putting a node together from its folder: the one place that knows every part."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from sarhad.desk import Actor, Desk
from sarhad.desk.accounts import Accounts, AccountSettings
from sarhad.desk.actor import node_actor
from sarhad.desk.approvals import Approvals
from sarhad.desk.attachments import Attachments
from sarhad.exchange.exchange import Exchange, ExchangeSettings
from sarhad.exchange.roster import Roster
from sarhad.ledger.ledger import Ledger
from sarhad.node import key_files
from sarhad.node.folder import NodeFolder, system_clock
from sarhad.node.settings import Settings, load
from sarhad.picture import Picture
from sarhad.picture.views import OfficerView
from sarhad.wire.errors import SarhadError
from sarhad.wire.registry import Role
from sarhad.wire.values import JOINT, Release


@dataclass(frozen=True, slots=True)
class Node:
    """One party's node, opened: nothing listens until ``running`` serves it."""

    folder: NodeFolder
    settings: Settings
    ledger: Ledger
    roster: Roster
    desk: Desk
    accounts: Accounts
    approvals: Approvals
    attachments: Attachments
    clock: Callable[[], int]
    renewed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when our keys have changed: the exchange begins anew with them, and clears it."""

    @property
    def party(self) -> str:
        """The party's short name."""
        return self.desk.party

    @property
    def picture(self) -> Picture:
        """What the node's records mean."""
        return self.desk.picture

    @property
    def itself(self) -> Actor:
        """The node acting by itself: imports, receipts of delivery."""
        return node_actor(self.party)

    def in_role(self, role: Role) -> Actor:
        """Return the first officer in service with ``role``, for whom the command line acts.

        Who runs it holds the party's keys, so nothing is gained by asking for a password.
        Raises SarhadError when there is no such officer.
        """
        for view in sorted(self.picture.officers(self.party), key=lambda view: view.officer):
            if view.active and role in view.roles:
                return self.desk.actor(view.officer)
        raise SarhadError(
            f"no officer of {self.party} has the role {role}",
            do=f"Add one with: sarhad officer add {self.folder.root} NAME --title … --role {role}",
        )

    @property
    def joint(self) -> Release:
        """The marking for every partner under the agreement."""
        return JOINT

    def make_exchange(self) -> Exchange:
        """Return a new exchange: one run of the listener and the queues, or the way in for carried files."""
        settings = ExchangeSettings(
            host=self.settings.exchange_host,
            port=self.settings.exchange_port,
            certificate=self.folder.tls_certificate,
            key=self.folder.tls_key,
            older=key_files.former_certificates(self.folder),
        )
        return Exchange(self.ledger, self.desk, self.roster, settings, files=self.attachments)

    def officer(self, name: str) -> OfficerView | None:
        """Return the officer's desk as the log has it, None when there is none."""
        return next((view for view in self.picture.officers(self.party) if view.officer == name), None)


@contextlib.asynccontextmanager
async def opened(root: Path, clock: Callable[[], int] = system_clock) -> AsyncIterator[Node]:
    """Open the node in ``root`` for one task and close it again; nothing listens.

    Raises SarhadError when there is no node, a key is missing, or another process has it open.
    """
    folder = NodeFolder(root)
    folder.require()
    settings = load(root)
    key_files.recover(folder)
    log_key, witness_key = folder.secrets()
    with contextlib.ExitStack() as stack:
        ledger = Ledger.open(root, log_key, witness_key, clock)
        stack.callback(ledger.close)
        accounts = Accounts(folder.accounts, clock, AccountSettings(idle_s=settings.session_idle_s))
        stack.callback(accounts.close)
        approvals = Approvals(folder.approvals, clock)
        stack.callback(approvals.close)
        roster = Roster(ledger)
        key_files.retire(folder, ledger)
        desk = Desk(ledger, Picture(), clock, roster.parties)
        stack.callback(desk.close)
        await desk.start()
        yield Node(folder, settings, ledger, roster, desk, accounts, approvals, Attachments(folder.attachments), clock)
