"""The bundle's format: what a member is called, what it may hold, how large it may be.

``spec/bundle.md`` states it in full.  A bundle is a zip that anyone can check with
no node, network or region: logs as commitments, the checkpoints over them with their
countersignatures, and the records that were opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from sarhad.wire.errors import VerificationError
from sarhad.wire.ids import LogName, PartyId
from sarhad.wire.values import Hex32

FORMAT = "sarhad-bundle/v1"
INDEX = "sarhad-bundle.json"
README = "README.txt"
PAGE = "verify.html"
MAX_PROOFS = 2_000
"""More opened records than this, in all logs together, and the proof files are left out."""

MAX_LINE = 128 * 1024
"""Bytes of one JSON line: a body of 64 KiB in base64, its salt and signature."""

Natural = Annotated[int, Meta(ge=0, le=2**53 - 1)]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader accepts before it reads: counts, bytes, and unpacked bytes per packed byte."""

    members: int = 20_000
    directory_bytes: int = 8 * 2**20
    total_bytes: int = 64 * 2**30
    small_bytes: int = 2 * 2**20
    page_bytes: int = 8 * 2**20
    attachment_bytes: int = 50_000_000
    ratio: int = 250
    log_entries: int = 2**31
    logs: int = 32


class LogIndex(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One log in the bundle: ``size`` entries, of which ``records`` are opened.

    ``checkpoints`` counts the earlier notes, ``proofs`` the tlog-proof files.
    """

    log: LogName
    origin: Annotated[str, Meta(max_length=120)]
    party: PartyId
    size: Natural
    records: Natural
    checkpoints: Natural
    proofs: Natural


class FileIndex(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file by its content: SHA-256 and size in bytes."""

    sha256: Hex32
    size: Natural


class Index(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``sarhad-bundle.json``: what is in the bundle.  ``made_at`` (µs), ``by`` and ``audience`` are claims."""

    format: str
    made_at: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    by: LogName
    audience: Annotated[str, Meta(max_length=200)]
    logs: Annotated[tuple[LogIndex, ...], Meta(min_length=1, max_length=32)]
    attachments: Annotated[tuple[FileIndex, ...], Meta(max_length=10_000)] = ()
    page: FileIndex | None = None


class KeyLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys that the manifest in entry ``seq`` names, in force after it until the next."""

    log_key: Hex32
    seq: Natural
    witness_key: Hex32


class Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``keys/<log>.json``: every manifest of the log, first to last, and the fingerprint of the first."""

    fingerprint: str
    keys: Annotated[tuple[KeyLine, ...], Meta(min_length=1, max_length=1_000)]
    log: LogName
    origin: str
    party: PartyId


class RecordLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A line of ``records.jsonl``: one opened entry, byte strings in standard base64."""

    body: bytes
    salt: bytes
    seq: Natural
    sig: bytes | None = None


class NoteLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of ``checkpoints.jsonl``: an earlier checkpoint as a signed note with its countersignatures."""

    note: str
    size: Natural


@dataclass(frozen=True, slots=True)
class Members:
    """The names of one log's members."""

    log: str

    @property
    def keys(self) -> str:
        """The keys by manifest."""
        return f"keys/{self.log}.json"

    @property
    def policy(self) -> str:
        """The same keys as a C2SP tlog-policy."""
        return f"keys/{self.log}.policy"

    @property
    def commitments(self) -> str:
        """32 bytes an entry, the whole log."""
        return f"logs/{self.log}/commitments"

    @property
    def checkpoint(self) -> str:
        """The newest checkpoint."""
        return f"logs/{self.log}/checkpoint"

    @property
    def checkpoints(self) -> str:
        """Earlier checkpoints, a JSON line each."""
        return f"logs/{self.log}/checkpoints.jsonl"

    @property
    def records(self) -> str:
        """Opened entries, a JSON line each."""
        return f"logs/{self.log}/records.jsonl"

    def proof(self, seq: int) -> str:
        """The C2SP tlog-proof of entry ``seq``."""
        return f"logs/{self.log}/proofs/{seq}.tlog-proof"


def attachment_name(sha256: str) -> str:
    """The member that holds the attachment with this SHA-256 (hexadecimal)."""
    return f"attachments/{sha256}"


S = TypeVar("S", bound=msgspec.Struct)
_encoder = msgspec.json.Encoder(order="sorted")


def encode(value: Any) -> bytes:
    """Return the one JSON form of a struct of this module: sorted keys, no white space."""
    return _encoder.encode(value)


def decode(raw: bytes, kind: type[S], where: str) -> S:
    """Read ``raw`` as ``kind``; raise VerificationError unless it is exactly the form that encode gives."""
    try:
        value = msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise VerificationError(str(error), where=where) from error
    if encode(value) != raw:
        raise VerificationError("the JSON is not in its one form", where=where)
    return value


def readme(index: Index) -> bytes:
    """Return the text that tells a stranger what the bundle is and how to check it."""
    lines = [
        "This is a Sarhad bundle: signed records of two or more authorities, with the proofs",
        "that each record was written by whom it says, and not before and not after which time.",
        "",
        f"Made by {index.by}, for {index.audience or 'nobody named'}.",
        *(f"Log {log.log} ({log.origin}): {log.size} entries, {log.records} opened." for log in index.logs),
        "",
        "To check it, with no network: open verify.html in a browser and drop this file on it,",
        "or run: sarhad verify FILE --pin PARTY=FINGERPRINT",
        "Compare the fingerprints with ones that you had from the parties by another way.",
        "A page inside a file proves nothing about that file: use a verify.html that you trust.",
        "",
        "The format is stated in spec/bundle.md; *.tlog-proof and *.policy are C2SP formats",
        "(c2sp.org/tlog-proof, c2sp.org/tlog-policy) that other tools read.",
        "",
    ]
    return "\n".join(lines).encode()
