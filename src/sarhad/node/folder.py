"""A node's folder: where each thing stands, and the secret keys in it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sarhad.wire.errors import SarhadError
from sarhad.wire.keys import SecretKey


def system_clock() -> int:
    """The one place that reads the clock: UTC, microseconds since 1970."""
    return time.time_ns() // 1_000


@dataclass(frozen=True, slots=True)
class NodeFolder:
    """Paths of a node.  ``root`` is the folder that ``sarhad init`` made."""

    root: Path

    def require(self) -> None:
        """Raise SarhadError unless a node was made here."""
        if not (self.root / "ledger.sqlite").is_file():
            raise SarhadError("no node here", where=str(self.root), do="Make one with: sarhad init")

    @property
    def keys(self) -> Path:
        """Secret keys, readable by the owner only."""
        return self.root / "keys"

    @property
    def log_key(self) -> Path:
        """Seed of the key that signs records and checkpoints."""
        return self.keys / "log.key"

    @property
    def witness_key(self) -> Path:
        """Seed of the key that countersigns partners' checkpoints."""
        return self.keys / "witness.key"

    @property
    def tls_key(self) -> Path:
        """Private key (PEM) of the exchange's certificate."""
        return self.keys / "tls.key"

    @property
    def tls_certificate(self) -> Path:
        """The exchange's certificate (PEM), pinned by partners."""
        return self.root / "tls.crt"

    @property
    def authority_key(self) -> Path:
        """Private key (PEM) of the authority that signs the desk's certificate."""
        return self.keys / "authority.key"

    @property
    def authority(self) -> Path:
        """That authority's certificate (PEM), for phones to install."""
        return self.root / "authority.crt"

    @property
    def desk_key(self) -> Path:
        """Private key (PEM) of the desk's certificate, if the node made it."""
        return self.keys / "desk.key"

    @property
    def desk_certificate(self) -> Path:
        """The desk's certificate (PEM), followed by the authority's, if the node made it."""
        return self.root / "desk.crt"

    @property
    def next_keys(self) -> Path:
        """New keys that a manifest is about to name; see rotating.py."""
        return self.keys / "next"

    @property
    def old_keys(self) -> Path:
        """Former TLS keys and certificates that some partner still goes by."""
        return self.keys / "old"

    @property
    def accounts(self) -> Path:
        """Officers' sign-ins."""
        return self.root / "accounts.sqlite"

    @property
    def approvals(self) -> Path:
        """What one officer proposed and a second confirms."""
        return self.root / "approvals.sqlite"

    @property
    def last_copy(self) -> Path:
        """When the node was last copied, and where to."""
        return self.root / "last-backup.json"

    @property
    def attachments(self) -> Path:
        """Attached files by content."""
        return self.root / "attachments"

    def secrets(self) -> tuple[SecretKey, SecretKey]:
        """Return the log key and the witness key; raise SarhadError where one is missing or exposed."""
        try:
            return SecretKey.load(self.log_key), SecretKey.load(self.witness_key)
        except FileNotFoundError as error:
            raise SarhadError(
                "a key of this node is missing", where=str(error.filename), do="Restore it from your copy of the keys"
            ) from error
