"""What two nodes say to each other: msgpack messages, their limits, and the one way to read them.

The written form is spec/exchange.md.  Every message is a map with these field names,
so that a newer partner can add fields; fields that are not known are skipped.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from sarhad.wire.envelope import COMMITMENT_BYTES
from sarhad.wire.errors import VerificationError

PROTOCOL = 1
MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""A receiver refuses a larger body before it reads it."""
BATCH_ENTRIES = 2_000
BATCH_BYTES = 4 * 1024 * 1024
"""What a sender puts in one push at most (bodies counted; half of what a receiver takes)."""
MAX_LINES = 512
"""Countersignature lines and checkpoints in one message at most, each list."""
CONTENT_TYPE = "application/vnd.sarhad.exchange+msgpack"

Size = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Line = Annotated[str, Meta(max_length=600)]
Note = Annotated[bytes, Meta(max_length=16_384)]


class Message(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of every message: immutable, keyword only, without cycles."""


class Shown(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a sender shows of an entry: place, salt, body, and the DSSE signature of an act."""

    seq: Size
    salt: bytes
    body: bytes
    signature: bytes | None = None


class Testimony(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A countersignature in passing: ``by`` (a log's name) signed ``log`` at ``size`` with ``line``."""

    log: Annotated[str, Meta(max_length=40)]
    size: Size
    by: Annotated[str, Meta(max_length=40)]
    line: Line


class Push(Message, frozen=True, kw_only=True):
    """Entries ``start`` up to the checkpoint's size of the sender's ``log``, in order.

    ``commitments``: 32 bytes an entry, every entry.  ``openings``: what the receiver
    may read of them.  ``disclosures``: earlier entries that may be read from now on.
    ``checkpoint``: the signed note at exactly the new size.  ``testimony``:
    countersignatures that the receiver may lack.  ``seen``: the newest checkpoints
    that the sender holds of other logs.  ``held``: the largest size at which the
    sender holds the receiver's countersignature.  ``sent_at``: the sender's clock, µs.
    """

    v: int
    log: Annotated[str, Meta(max_length=40)]
    start: Size
    commitments: Annotated[bytes, Meta(max_length=BATCH_ENTRIES * COMMITMENT_BYTES)]
    openings: Annotated[list[Shown], Meta(max_length=BATCH_ENTRIES)]
    disclosures: Annotated[list[Shown], Meta(max_length=BATCH_ENTRIES)]
    checkpoint: Note
    sent_at: int
    held: Size = 0
    testimony: Annotated[list[Testimony], Meta(max_length=MAX_LINES)] = []
    seen: Annotated[list[Note], Meta(max_length=64)] = []

    @property
    def end(self) -> int:
        """The log's size once the push is taken in."""
        return self.start + len(self.commitments) // COMMITMENT_BYTES


class PushReply(Message, frozen=True, kw_only=True):
    """The push is stored durably.

    ``size``: of the sender's log, as held now.  ``countersignature``: the receiver's
    line for it.  ``testimony``: older lines that the sender lacks.  ``checkpoint``:
    the receiver's own newest (empty when it has none).  ``received_at``: the
    receiver's clock when the whole body was there, µs.
    """

    v: int
    size: Size
    countersignature: Line
    checkpoint: Note
    received_at: int
    testimony: Annotated[list[Testimony], Meta(max_length=MAX_LINES)] = []


class Standing(Message, frozen=True, kw_only=True):
    """How the asker's log stands with the answering party.

    ``note``: the newest note of the asker's log that the answerer countersigned, with
    the countersignature (``size`` 0 and empty: none).  ``checkpoint``: the answerer's
    own newest.  ``at``: the answerer's clock, µs.
    """

    v: int
    size: Size
    note: Note
    checkpoint: Note
    at: int


class Problem(Message, frozen=True, kw_only=True):
    """Why a call was refused; ``retry`` is the one deciding bit, ``size`` where to start when out of step."""

    code: Annotated[str, Meta(max_length=60)]
    what: Annotated[str, Meta(max_length=600)]
    retry: bool
    size: Size | None = None


M = TypeVar("M", bound=msgspec.Struct)

_encoder = msgspec.msgpack.Encoder()
_decoders: dict[type[msgspec.Struct], msgspec.msgpack.Decoder[msgspec.Struct]] = {
    kind: msgspec.msgpack.Decoder(kind) for kind in (Push, PushReply, Standing, Problem)
}


def encode(message: msgspec.Struct) -> bytes:
    """Return the msgpack bytes of a message."""
    return _encoder.encode(message)


def decode(raw: bytes | bytearray | memoryview, kind: type[M]) -> M:
    """Read a message of ``kind``; raise VerificationError for anything that is not one."""
    if len(raw) > MAX_MESSAGE_BYTES:
        raise VerificationError(f"{len(raw)} bytes; a message holds at most {MAX_MESSAGE_BYTES}")
    try:
        message = _decoders[kind].decode(raw) if kind in _decoders else msgspec.msgpack.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise VerificationError(f"not a {kind.__name__} message: {str(error)[:200]}") from error
    if getattr(message, "v", PROTOCOL) != PROTOCOL:
        raise VerificationError(f"protocol version {getattr(message, 'v', None)}; this node speaks {PROTOCOL}")
    assert isinstance(message, kind)
    return message
