"""What the administration screen asks of the node: its keys, its partners', its health, its copies."""

from __future__ import annotations

from typing import Literal, Protocol

from sarhad.desk import Actor
from sarhad.desk.approvals import AnyDeed
from sarhad.web.shapes import Answered

Which = Literal["log", "witness", "tls"]


class ExhibitView(Answered, frozen=True, kw_only=True):
    """One piece of evidence about a log: what was found, when (µs UTC; 0 unknown), and the signed notes as text."""

    id: int
    what: str
    texts: tuple[str, ...]


class KeysView(Answered, frozen=True, kw_only=True):
    """A party's keys.  ``fingerprint``: 25 digits in groups of five, to be read out; of the first manifest, for good.

    ``certificate``: SHA-256 of the TLS certificate; ``certificate_until_us``: its last moment.
    ``changes``: how often the keys changed; ``since_us``: claimed time of the newest manifest, None when
    it was not read yet.  ``frozen``: why the log is frozen, empty when it is not.
    """

    party: str
    log: str
    origin: str
    endpoint: str
    fingerprint: str
    log_key: str
    witness_key: str
    certificate: str
    certificate_until_us: int
    changes: int
    since_us: int | None
    frozen: str
    evidence: tuple[ExhibitView, ...]


class InvitationView(Answered, frozen=True, kw_only=True):
    """Whose invitation a file is.  The digits are shown only to be compared with those that were read out."""

    party: str
    name: str
    country: str
    endpoint: str
    fingerprint: str
    known: bool


class WitnessView(Answered, frozen=True, kw_only=True):
    """How a partner and we witness each other.

    ``size``: our entries, or theirs that we hold; ``countersigned``: how many of them the other
    side has countersigned, ``countersigned_us`` when it last did (its clock), None: never.
    """

    party: str
    ours: int
    ours_countersigned: int
    ours_countersigned_us: int | None
    theirs: int
    theirs_countersigned_us: int | None
    oldest_open_us: int | None


class NodeHealthView(Answered, frozen=True, kw_only=True):
    """The machine and the store.  Bytes; times µs UTC.  ``versions``: name and version of what serves."""

    disk_free: int
    disk_total: int
    ledger_bytes: int
    attachment_bytes: int
    attachments: int
    entries: int
    published: int
    witnesses: tuple[WitnessView, ...]
    versions: tuple[tuple[str, str], ...]
    started_us: int
    backup_folder: str
    backup_at_us: int | None
    backup_place: str
    backup_entries: int


class FoundView(Answered, frozen=True, kw_only=True):
    """One thing that a check found: the log, the entry if there is one, what, and what to do."""

    log: str
    seq: int | None
    what: str
    do: str


class JobView(Answered, frozen=True, kw_only=True):
    """A copy or a check: how far it is (``done`` of ``total`` entries or pages; 0 unknown), and what came of it."""

    kind: Literal["backup", "fsck"]
    state: Literal["running", "done", "failed"]
    by: str
    began_us: int
    ended_us: int | None
    done: int
    total: int
    entries: int
    files: int
    place: str
    problem: str
    found: tuple[FoundView, ...]


class Keeping(Protocol):
    """What the node lends the administration screen; every method raises SarhadError where it cannot."""

    def own_keys(self) -> KeysView:
        """Our own keys.  Blocks on the disk, as do the others that are not ``async``."""

    def partner_keys(self, party: str) -> KeysView:
        """A partner's keys and, where its log is frozen, the evidence."""

    def invitation(self) -> bytes:
        """Our invitation file, for a partner to join with."""

    def look_at(self, raw: bytes) -> InvitationView:
        """Read and verify an invitation; nothing is pinned."""

    def health(self) -> NodeHealthView:
        """How the node is."""

    def jobs(self) -> list[JobView]:
        """The last copy and the last check, running or ended."""

    def start(self, kind: Literal["backup", "fsck"], actor: Actor) -> JobView:
        """Begin a copy or a check; raise Refused while one runs."""

    def check(self, deed: AnyDeed) -> None:
        """Raise SarhadError where carrying the deed out would fail as things are."""

    async def carry_out(self, deed: AnyDeed) -> None:
        """Do what two officers decided about keys or partners."""
