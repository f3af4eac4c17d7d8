"""The values that a ledger takes and gives.

Draft, Entry and Opening are structs of msgspec: there are as many of them as records, and they
are made five times faster than frozen dataclasses.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from sarhad.ledger.cosignature import Countersignature
from sarhad.wire import canonical, ids, record
from sarhad.wire.errors import VerificationError
from sarhad.wire.keys import PublicKey
from sarhad.wire.kinds import Manifest

__all__ = ["Countersignature", "Draft", "Entry", "Evidence", "Extended", "Identity", "Opening"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A log and who may sign for it, as the party's signed manifest says.

    ``manifest`` is the body of that record (empty only in tests).
    """

    party: str
    log: str
    origin: str
    log_key: PublicKey
    witness_key: PublicKey
    manifest: bytes

    @property
    def witness_name(self) -> str:
        """The key name of the party's countersignatures."""
        return f"{self.origin}/witness"

    @classmethod
    def from_manifest(cls, body: bytes) -> Identity:
        """Read a manifest record's body; raise VerificationError.  Its signature is the caller's to check."""
        raw = canonical.decode(body)
        log = raw.get("data", {}).get("log") if isinstance(raw, dict) and isinstance(raw.get("data"), dict) else None
        if not isinstance(log, str):
            raise VerificationError("not a manifest")
        read = record.read(log, 0, body)
        data = read.data
        if not isinstance(data, Manifest) or ids.party_of(data.log) != read.party:
            raise VerificationError("not a manifest of this party", where=log[:40])
        keys = PublicKey.from_hex(data.log_key), PublicKey.from_hex(data.witness_key)
        return cls(read.party, data.log, data.origin, *keys, body)


class Draft(msgspec.Struct, frozen=True, gc=False):
    """A record to append: its canonical body, and the DSSE signature if it is an authorised act."""

    body: bytes
    signature: bytes | None = None


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An entry as it is held.

    ``salt`` and ``body`` are None while only the commitment is known.  ``refused`` says
    why an opened content is kept as evidence but not used; empty when it is fine.
    """

    seq: int
    commitment: bytes
    salt: bytes | None
    body: bytes | None
    signature: bytes | None
    refused: str = ""


class Opening(msgspec.Struct, frozen=True, gc=False):
    """What a sender shows of an entry, so that its commitment can be checked."""

    seq: int
    salt: bytes
    body: bytes
    signature: bytes | None


@dataclass(frozen=True, slots=True)
class Extended:
    """What came of one extension of a partner's log: entries start..size-1 are held and durable.

    ``opened`` are the entries whose content may be used; ``refused`` those whose content
    is kept as evidence only.  Both are empty when the extension was already held.
    """

    start: int
    size: int
    opened: list[int]
    countersignature: Countersignature
    refused: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was kept for a person to judge; ``at`` in microseconds UTC, exhibits as they came (long ones cut)."""

    id: int
    log: str
    at: int
    what: str
    exhibits: tuple[bytes, ...]
