"""A node for measuring: keys, ledger, desk and exchange in one folder, without officers or pages."""

from __future__ import annotations

import base64
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sarhad.desk import Actor, Desk
from sarhad.desk.attachments import Attachments
from sarhad.exchange import tls
from sarhad.exchange.exchange import Exchange, ExchangeSettings
from sarhad.exchange.invitation import read_invitation, write_invitation
from sarhad.exchange.roster import Roster
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Draft, Identity
from sarhad.picture import Picture
from sarhad.wire import envelope, record
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Incident, Manifest, Report
from sarhad.wire.values import JOINT, PUBLIC, Casualties, Moment, Names, Place, Range, Words


def clock() -> int:
    """Return the time, µs UTC."""
    return time.time_ns() // 1_000


class Address(msgspec.Struct):
    """Where a party is: its name and port."""

    party: str
    port: int


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make(folder: Path, party: str) -> None:
    """Make the party's keys, log and invitation in ``folder``."""
    folder.mkdir(parents=True)
    port = free_port()
    log, witness = SecretKey.generate(), SecretKey.generate()
    log.save(folder / "log.key")
    witness.save(folder / "witness.key")
    pem, der = tls.make_certificate(party, now_us=clock())
    tls.save_certificate(folder / "tls.key", folder / "tls.crt", pem, der)
    data = Manifest(
        log=party,
        origin=f"bench.example/{party}",
        names=Names(en=party),
        country="XX",
        zone="UTC",
        log_key=log.public.hex(),
        witness_key=witness.public.hex(),
        tls_cert=base64.b64encode(der).decode(),
        endpoint=f"https://127.0.0.1:{port}",
    )
    body = record.write(party=party, by="node", at=clock(), data=data, release=PUBLIC)
    signature = envelope.sign_body(log, body)
    write_invitation(folder / "invite", body, signature)
    (folder / "place.json").write_bytes(msgspec.json.encode(Address(party, port)))
    ledger = Ledger.create(folder, Identity.from_manifest(body), log, witness, clock)
    ledger.append([Draft(body, signature)])
    ledger.close()


def open_ledger(folder: Path) -> Ledger:
    """Open a party's ledger for writing."""
    log, witness = SecretKey.load(folder / "log.key"), SecretKey.load(folder / "witness.key")
    return Ledger.open(folder, log, witness, clock)


def join(folder: Path, other: Path) -> None:
    """Let the party in ``folder`` know the one in ``other``."""
    ledger = open_ledger(folder)
    Roster(ledger).admit(read_invitation(other / "invite"))
    ledger.close()


def fill(folder: Path, count: int) -> None:
    """Append ``count`` reports, released to all, entry 0 being the manifest."""
    ledger = open_ledger(folder)
    for start in range(0, count, 2_000):
        ledger.append([Draft(report(ledger.log, i)) for i in range(start, min(start + 2_000, count))])
    ledger.close()


def report(party: str, i: int) -> bytes:
    """Every twentieth an incident, then reports on it, of the usual size, plainly made up."""
    at = clock()
    if i % 20 == 0:
        incident = Incident(
            title=Words(lang="en", text=f"Made-up incident {i}"),
            category="accident",
            when=Moment(start=at, end=at),
            place=Place(lat=285_000_000 + i, lon=612_000_000, precision=2),
        )
        return record.write(party=party, by="duty.desk", at=at, data=incident, release=JOINT)
    data = Report(
        incident=f"{party}:{1 + i - i % 20}",
        text=Words(lang="en", text=f"Report {i} of a made-up incident, with the length of a usual first report. " * 2),
        place=Place(lat=285_000_000 + i, lon=612_000_000, precision=2, name="a place"),
        casualties=Casualties(injured=Range(low=0, best=1, high=2)),
        source="a made-up unit",
    )
    return record.write(party=party, by="duty.desk", at=at, data=data, release=JOINT)


@dataclass
class Party:
    """A node that is open."""

    ledger: Ledger
    desk: Desk
    exchange: Exchange
    actor: Actor


async def open_party(folder: Path) -> Party:
    """Open the node, fold what it holds; the exchange is not started."""
    place = msgspec.json.decode((folder / "place.json").read_bytes(), type=Address)
    ledger = open_ledger(folder)
    roster = Roster(ledger)
    desk = Desk(ledger, Picture(), clock, roster.parties)
    settings = ExchangeSettings("127.0.0.1", place.port, folder / "tls.crt", folder / "tls.key")
    files = Attachments(folder / "attachments")
    await desk.start()
    actor = Actor(place.party, "duty.desk", frozenset({"duty"}))
    return Party(ledger, desk, Exchange(ledger, desk, roster, settings, files=files), actor)
