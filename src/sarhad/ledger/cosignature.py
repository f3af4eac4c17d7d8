"""Countersignatures: timestamped signatures on a checkpoint.

C2SP tlog-cosignature v1, the Ed25519 kind (https://c2sp.org/tlog-cosignature).  The
key's name is the witness name of the party that signs: its log's origin + "/witness".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sarhad.ledger import note as notes
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.wire.errors import VerificationError
from sarhad.wire.keys import SIGNATURE_BYTES, PublicKey, SecretKey

_TIME_BYTES = 8
_MAX_TIME = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Countersignature:
    """A countersignature that verified: party log ``by`` saw ``log`` with ``root`` at ``size``.

    ``time_s`` is the signer's claim, in seconds UTC since 1970.  ``line`` is the note
    signature line, its newline included.
    """

    log: str
    size: int
    root: bytes
    by: str
    time_s: int
    line: str


def cosign(checkpoint: Checkpoint, witness_name: str, key: SecretKey, time_s: int) -> str:
    """Return the signature line, its newline included; ``time_s`` in seconds UTC since 1970."""
    if not 0 < time_s <= _MAX_TIME:
        raise VerificationError(f"{time_s} is not a time for a countersignature")
    blob = time_s.to_bytes(_TIME_BYTES, "big") + key.sign(_message(checkpoint, time_s))
    return notes.line(notes.Signature(witness_name, key_id_of(witness_name, key.public), blob))


def open_cosignature(checkpoint: Checkpoint, line: str, witness_name: str, key: PublicKey) -> int:
    """Return the time in seconds of a line that ``key`` signed on ``checkpoint``; raise VerificationError."""
    signature = notes.parse_line(line)
    if signature.name != witness_name or signature.key_id != key_id_of(witness_name, key):
        raise VerificationError(f"not a countersignature of {witness_name}")
    if len(signature.blob) != _TIME_BYTES + SIGNATURE_BYTES:
        raise VerificationError("a countersignature has 72 bytes", where=witness_name)
    time_s = int.from_bytes(signature.blob[:_TIME_BYTES], "big")
    if not 0 < time_s <= _MAX_TIME:
        raise VerificationError("the countersignature's time is out of range", where=witness_name)
    key.verify(_message(checkpoint, time_s), signature.blob[_TIME_BYTES:])
    return time_s


def lines_of(note: notes.Note, witness_name: str, key: PublicKey) -> Iterator[str]:
    """Yield the lines of a parsed note that name this witness key; nothing is verified."""
    key_id = key_id_of(witness_name, key)
    for signature in note.signatures:
        if signature.name == witness_name and signature.key_id == key_id:
            yield notes.line(signature)


def verifier_key(witness_name: str, key: PublicKey) -> str:
    """Return the witness key in the text form that other tools take (a "vkey")."""
    return notes.verifier_key(witness_name, notes.COSIGNATURE, key.raw)


def key_id_of(witness_name: str, key: PublicKey) -> bytes:
    """Return the four bytes that name this witness key in a signature line."""
    return notes.key_id(witness_name, notes.COSIGNATURE, key.raw)


def _message(checkpoint: Checkpoint, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{checkpoint.text()}".encode()
