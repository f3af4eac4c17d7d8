"""Desks over real ledgers in one process, and a porter that carries entries between them as the exchange does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sarhad.desk import Actor, Desk
from sarhad.ledger.ledger import Draft, Entry, Identity, Ledger, Opening
from sarhad.picture import Picture, Witnessed
from sarhad.wire import envelope, record
from sarhad.wire.ids import make_ref, party_of
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Manifest, Officer
from sarhad.wire.registry import Role
from sarhad.wire.values import OWN, PUBLIC, Names, Words

US = 1_000_000
START = 1_550_000_000 * US
OFFICERS: dict[str, tuple[Role, ...]] = {
    "duty": ("duty",),
    "commander": ("commander",),
    "secretary": ("secretary",),
    "planner": ("planner",),
    "auditor": ("auditor",),
    "admin": ("administrator",),
}


class Clock:
    """A clock that goes on by a second each time it is read, so that no two records share a time."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        self.now += US
        return self.now


@dataclass(slots=True)
class House:
    """One party's ledger and desk."""

    party: str
    folder: Path
    log_key: SecretKey
    witness_key: SecretKey
    clock: Clock
    ledger: Ledger
    desk: Desk
    partners: set[str] = field(default_factory=set)

    def actor(self, officer: str) -> Actor:
        return self.desk.actor(officer)

    async def act(self, officer: str, data: Any, **how: Any) -> str:
        return (await self.desk.act(self.actor(officer), data, **how)).ref

    async def restart(self) -> None:
        """Close the ledger and begin again from what is on the disk."""
        self.desk.close()
        self.ledger.close()
        self.ledger = Ledger.open(self.folder, self.log_key, self.witness_key, self.clock)
        self.desk = make_desk(self)
        await self.desk.start()

    def close(self) -> None:
        self.desk.close()
        self.ledger.close()


def make_desk(house: House) -> Desk:
    return Desk(house.ledger, Picture(), house.clock, lambda: frozenset(house.partners))


def words(text: str = "text") -> Words:
    return Words(lang="en", text=text)


def manifest(party: str, log_key: SecretKey, witness_key: SecretKey) -> Manifest:
    return Manifest(
        log=party,
        origin=f"test.example/{party}",
        names=Names(en=f"Party {party}"),
        country="IR",
        zone="Asia/Tehran",
        log_key=log_key.public.hex(),
        witness_key=witness_key.public.hex(),
        tls_cert="AA==",
        endpoint="https://127.0.0.1:1",
    )


async def make_house(folder: Path, party: str) -> House:
    """Make a party with its manifest and one officer a role."""
    clock = Clock()
    log_key, witness_key = SecretKey.generate(), SecretKey.generate()
    data = manifest(party, log_key, witness_key)
    body = record.write(party=party, by="node", at=clock(), data=data, release=PUBLIC)
    root = folder / party
    root.mkdir(parents=True)
    ledger = Ledger.create(root, Identity.from_manifest(body), log_key, witness_key, clock)
    ledger.append([Draft(body, envelope.sign_body(log_key, body))])
    for name, roles in OFFICERS.items():
        officer = Officer(officer=name, title=Names(en=name), roles=roles)
        ledger.append([Draft(record.write(party=party, by="node", at=clock(), data=officer, release=OWN))])
    house = House(party, root, log_key, witness_key, clock, ledger, desk=None)  # type: ignore[arg-type]
    house.desk = make_desk(house)
    await house.desk.start()
    return house


def join(*houses: House) -> None:
    """Make every house a partner of every other."""
    for house in houses:
        for other in houses:
            if other is not house:
                house.ledger.add_log(other.ledger.identity)
                house.partners.add(other.party)


async def carry(sender: House, receiver: House, *, ingest: bool = True) -> None:
    """Bring the receiver up to date with the sender's log, and its countersignature back."""
    log = sender.ledger.log
    start, end = receiver.ledger.size(log), sender.ledger.size(log)
    readable = [e for e in sender.ledger.entries(log, 0, end) if may(sender, receiver, e)]
    opened: Iterable[int] = []
    if end > start:
        commitments = b"".join(e.commitment for e in sender.ledger.entries(log, start, end))
        openings = [opening(e) for e in readable if e.seq >= start]
        done = receiver.ledger.extend(log, start, commitments, openings, sender.ledger.checkpoint())
        opened = done.opened
        note = done.countersignature
        sender.ledger.add_countersignature(log, note.size, note.line, receiver.ledger.log)
        sender.desk.witnessed(facts(sender, log, start))
    disclosed = receiver.ledger.disclose(log, [opening(e) for e in readable if e.seq < start])
    if ingest:
        await receiver.desk.ingest(log, [*opened, *disclosed], facts(receiver, log, start))


def facts(house: House, log: str, since: int) -> list[Witnessed]:
    return [Witnessed(f.log, f.size, f.by, f.time_s) for f in house.ledger.countersignatures(log, since)]


async def settle(*houses: House) -> None:
    """Carry in all directions until nothing is left to carry (receipts are not receipted, so it ends)."""
    for _ in range(3):
        for sender in houses:
            for receiver in houses:
                if sender is not receiver:
                    await carry(sender, receiver)


def may(sender: House, receiver: House, entry: Entry) -> bool:
    return receiver.party in sender.desk.readers(make_ref(sender.ledger.log, entry.seq))


def opening(entry: Entry) -> Opening:
    assert entry.salt is not None
    assert entry.body is not None
    return Opening(entry.seq, entry.salt, entry.body, entry.signature)


def receipts(house: House, step: str) -> list[tuple[str, int, int]]:
    """Every receipt of ``step`` in the house's own log: (log, first, last), in order."""
    found = []
    for entry in house.ledger.entries(house.ledger.log, 0, house.ledger.size(house.ledger.log)):
        assert entry.body is not None
        data = record.read(house.ledger.log, entry.seq, entry.body).data
        if data is not None and data.kind_name() == "receipt" and getattr(data, "step", "") == step:
            found += [(getattr(data, "log", ""), first, last) for first, last in getattr(data, "spans", ())]
    return found


def other_party(ref: str) -> str:
    return party_of(ref)
