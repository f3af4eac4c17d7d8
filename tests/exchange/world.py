"""Real nodes in one process: real ledgers on disk, real loopback TLS, time that is moved by hand."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sarhad.desk import Actor, Desk
from sarhad.desk.attachments import Attachments
from sarhad.exchange import tls
from sarhad.exchange.exchange import Exchange, ExchangeSettings
from sarhad.exchange.invitation import Invitation, read_invitation, write_invitation
from sarhad.exchange.roster import Roster
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Draft, Identity
from sarhad.picture import Picture
from sarhad.wire import envelope, record
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Incident, Manifest, Note
from sarhad.wire.record import Record
from sarhad.wire.registry import Data
from sarhad.wire.values import JOINT, OWN, PUBLIC, Moment, Names, Place, Release, Words

START_US = 1_700_000_000_000_000
PATIENCE_S = 20.0
"""How long a test waits for a condition before it says that it never came."""


class FakeTimers:
    """Time that stands still until ``advance``; waits end when it has come far enough."""

    def __init__(self, now: int = START_US) -> None:
        self._now = now
        self._moved = asyncio.Condition()

    def now(self) -> int:
        return self._now

    async def until(self, at_us: int) -> None:
        async with self._moved:
            await self._moved.wait_for(lambda: self._now >= at_us)

    async def advance(self, seconds: float) -> None:
        async with self._moved:
            self._now += int(seconds * 1_000_000)
            self._moved.notify_all()


@dataclass
class Keys:
    """A party's secrets and its manifest."""

    party: str
    log: SecretKey
    witness: SecretKey
    tls_key: Path
    certificate: Path
    manifest: bytes

    @property
    def identity(self) -> Identity:
        return Identity.from_manifest(self.manifest)

    @property
    def signature(self) -> bytes:
        return envelope.sign_body(self.log, self.manifest)


def make_keys(folder: Path, party: str, port: int, *, days: int = 3_660, now_us: int = START_US) -> Keys:
    """Make a party's keys and a manifest that says that it listens on ``port``."""
    folder.mkdir(parents=True, exist_ok=True)
    log, witness = SecretKey.generate(), SecretKey.generate()
    pem, der = tls.make_certificate(party, now_us=now_us, days=days)
    tls.save_certificate(folder / "tls.key", folder / "tls.crt", pem, der)
    data = Manifest(
        log=party,
        origin=f"sarhad.example/{party}",
        names=Names(en=f"Party {party}"),
        country="XX",
        zone="UTC",
        log_key=log.public.hex(),
        witness_key=witness.public.hex(),
        tls_cert=base64.b64encode(der).decode(),
        endpoint=f"https://127.0.0.1:{port}",
    )
    body = record.write(party=party, by="node", at=now_us, data=data, release=PUBLIC)
    return Keys(party, log, witness, folder / "tls.key", folder / "tls.crt", body)


@dataclass
class Node:
    """One party's node; can be closed, or dropped as by a crash, and opened again."""

    folder: Path
    keys: Keys
    port: int
    timers: FakeTimers
    body_seconds: float = 30.0
    ledger: Ledger = field(init=False)
    picture: Picture = field(init=False)
    desk: Desk = field(init=False)
    exchange: Exchange = field(init=False)
    files: Attachments = field(init=False)
    running: bool = False
    older: tuple[tuple[Path, Path], ...] = ()

    @property
    def party(self) -> str:
        return self.keys.party

    @property
    def duty(self) -> Actor:
        return Actor(self.party, "duty.desk", frozenset({"duty"}))

    @property
    def commander(self) -> Actor:
        return Actor(self.party, "commander", frozenset({"commander", "duty", "administrator"}))

    def create(self) -> None:
        """Make the log with its manifest."""
        ledger = Ledger.create(self.folder, self.keys.identity, self.keys.log, self.keys.witness, self.timers.now)
        ledger.append([Draft(self.keys.manifest, self.keys.signature)])
        ledger.close()

    async def open(self, *, online: bool = True) -> None:
        self.ledger = Ledger.open(self.folder, self.keys.log, self.keys.witness, self.timers.now)
        self.picture = Picture()
        roster = Roster(self.ledger)
        self.desk = Desk(self.ledger, self.picture, self.timers.now, roster.parties)
        settings = ExchangeSettings(
            "127.0.0.1",
            self.port,
            self.keys.certificate,
            self.keys.tls_key,
            body_seconds=self.body_seconds,
            older=self.older,
        )
        self.files = Attachments(self.folder / "attachments", reserve_bytes=0)
        self.exchange = Exchange(self.ledger, self.desk, roster, settings, self.timers, files=self.files)
        await self.desk.start()
        if online:
            await self.exchange.start()
        self.running = online

    async def close(self) -> None:
        if self.running:
            await self.exchange.stop()
            self.running = False
        self.ledger.close()

    async def restart(self) -> None:
        await self.close()
        await self.open()

    def invitation(self, endpoint: str = "") -> Invitation:
        path = self.folder / f"{self.party}.sarhad-invite"
        write_invitation(path, self.keys.manifest, self.keys.signature, endpoint)
        return read_invitation(path)

    async def note(self, text: str, release: Release = JOINT) -> Record:
        return await self.desk.act(self.duty, Note(text=Words(lang="en", text=text)), release=release)

    async def incident(self, title: str, release: Release = JOINT) -> Record:
        return await self.desk.act(self.duty, incident_data(title, self.timers.now()), release=release)

    async def command(self, data: Data, release: Release = JOINT) -> Record:
        return await self.desk.act(self.commander, data, release=release)

    def size(self) -> int:
        return self.ledger.size(self.party)

    def holds(self, ref: str) -> bool:
        return self.picture.held(ref) is not None

    def witnessed_by(self, other: str) -> int:
        return self.ledger.countersigned_size(other)


def incident_data(title: str, at: int) -> Incident:
    """An incident somewhere on the line, plainly made up."""
    return Incident(
        title=Words(lang="en", text=title),
        category="accident",
        when=Moment(start=at, end=at),
        place=Place(lat=285_000_000, lon=612_000_000, precision=2),
    )


class World:
    """The nodes of a test and the one time that they share."""

    def __init__(self, folder: Path, ports: Callable[[], int]) -> None:
        self.folder = folder
        self.timers = FakeTimers()
        self.ports = ports
        self.nodes: dict[str, Node] = {}

    def make(self, party: str, body_seconds: float = 30.0) -> Node:
        port = self.ports()
        keys = make_keys(self.folder / party, party, port, now_us=self.timers.now())
        node = Node(self.folder / party, keys, port, self.timers, body_seconds)
        node.create()
        self.nodes[party] = node
        return node

    async def start(self, *parties: str) -> list[Node]:
        """Make these parties, open their nodes and let each join every other."""
        nodes = [self.make(party) for party in parties]
        for node in nodes:
            await node.open()
        for node in nodes:
            for other in nodes:
                if other is not node:
                    await node.exchange.admit(other.invitation())
        return nodes

    async def close(self) -> None:
        for node in self.nodes.values():
            if hasattr(node, "ledger"):
                await node.close()


async def until(condition: Callable[[], bool], *nodes: Node) -> None:
    """Wait until ``condition`` holds, looking whenever something changed at one of the nodes."""
    subscriptions = [node.desk.subscribe() for node in nodes]
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                waits = [asyncio.create_task(one.next()) for one in subscriptions]
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                for wait in waits:
                    wait.cancel()
                await asyncio.gather(*waits, return_exceptions=True)
    finally:
        for one in subscriptions:
            one.close()


def level(*nodes: Node) -> bool:
    """Tell whether every node has had everything of its own countersigned by every other."""
    return all(a.witnessed_by(b.party) == a.size() for a in nodes for b in nodes if a is not b)


async def settled(*nodes: Node) -> None:
    """Wait until everything has crossed, receipts included, and is folded."""
    await until(lambda: level(*nodes), *nodes)
    for node in nodes:
        await node.exchange.receiver.settle()
    if not level(*nodes):
        await settled(*nodes)


def shared(*nodes: Node) -> set[bytes]:
    """The pictures of what all these nodes may read; one element when they are equal."""
    parties = frozenset(node.party for node in nodes)
    return {node.picture.shared_bytes(parties) for node in nodes}


async def equal(*nodes: Node) -> None:
    """Wait until everything has crossed and the pictures of what is shared are the same bytes."""
    await settled(*nodes)
    await until(lambda: len(shared(*nodes)) == 1, *nodes)


__all__ = [
    "JOINT",
    "OWN",
    "PUBLIC",
    "FakeTimers",
    "Keys",
    "Node",
    "World",
    "equal",
    "level",
    "settled",
    "shared",
    "until",
]
