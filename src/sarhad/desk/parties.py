"""What a party says it is: its names, country and clock."""

from __future__ import annotations

from typing import Protocol

import msgspec

from sarhad.ledger.ledger import Ledger
from sarhad.picture import Picture
from sarhad.wire import record as records
from sarhad.wire.kinds import Manifest
from sarhad.wire.values import Names


class Named(Protocol):
    """The part of a manifest that people read; ``zone`` is an IANA time zone."""

    @property
    def log(self) -> str:
        """Its newest log."""

    @property
    def names(self) -> Names:
        """What it calls itself."""

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2."""

    @property
    def zone(self) -> str:
        """Its desk's clock."""

    @property
    def calendar(self) -> str:
        """Its desk's calendar."""


def named(ledger: Ledger, picture: Picture, party: str) -> Named | None:
    """Return its newest manifest on record, or the one that it was admitted by until a record of it comes."""
    logs = [identity.log for identity in ledger.logs() if identity.party == party]
    log = max(logs, key=lambda one: (len(one), one), default=None)
    if log is None:
        return None
    return picture.manifest(log) or _admitted(ledger, party, log)


def _admitted(ledger: Ledger, party: str, log: str) -> Manifest | None:
    body = ledger.identities_of(log)[-1].manifest
    if not body:
        return None
    header = msgspec.json.decode(body, type=records.Header)
    data = records.read(header.party, 0, body).data
    return data if isinstance(data, Manifest) and header.party == party else None
