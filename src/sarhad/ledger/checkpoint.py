"""Checkpoints: signed tree heads (C2SP tlog-checkpoint v1.0.0, https://c2sp.org/tlog-checkpoint)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from sarhad.ledger import note as notes
from sarhad.ledger.merkle import EMPTY_ROOT, HASH_BYTES
from sarhad.wire.errors import VerificationError
from sarhad.wire.keys import PublicKey, SecretKey

MAX_SIZE = 2**53 - 1
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's tree head: ``origin`` names the log, ``root`` is the tree hash of ``size`` entries."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed: three lines, no extension lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_text(text: str) -> Checkpoint:
    """Read the text of a note as a checkpoint; raise VerificationError.

    Extension lines are refused: they would be signed by us without being understood.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise VerificationError("a checkpoint has an origin line, a size line and a root line")
    origin, size, root = lines[0], lines[1], notes.decode_base64(lines[2])
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
        raise VerificationError(f"{size[:20]!r} is not a tree size")
    if len(root) != HASH_BYTES or (size == "0" and root != EMPTY_ROOT):
        raise VerificationError("the checkpoint's root is not a root of a tree of that size")
    return Checkpoint(origin, int(size), root)


def sign(checkpoint: Checkpoint, key: SecretKey) -> bytes:
    """Return the whole signed note; the key's name is the origin."""
    return note_of(checkpoint, key.public, signature_of(checkpoint, key))


def signature_of(checkpoint: Checkpoint, key: SecretKey) -> bytes:
    """Return the 64-byte signature over the checkpoint's text."""
    return key.sign(checkpoint.text().encode())


def note_of(checkpoint: Checkpoint, key: PublicKey, signature: bytes, lines: str = "") -> bytes:
    """Return the note of a checkpoint from its parts; ``lines`` are further signature lines."""
    key_id = notes.key_id(checkpoint.origin, notes.ED25519, key.raw)
    own = notes.line(notes.Signature(checkpoint.origin, key_id, signature))
    return f"{checkpoint.text()}\n{own}{lines}".encode()


def open_checkpoint(raw: bytes, origin: str, key: PublicKey) -> Checkpoint:
    """Return the checkpoint of ``origin`` that ``key`` signed; raise VerificationError."""
    return open_note(notes.parse(raw), origin, key)[0]


def open_note(note: notes.Note, origin: str, key: PublicKey) -> tuple[Checkpoint, bytes]:
    """Return the checkpoint in a parsed note and the log's 64-byte signature; raise VerificationError.

    Signatures of other keys are ignored; one of ``key`` that does not verify spoils the note.
    """
    checkpoint = parse_text(note.text)
    if checkpoint.origin != origin:
        raise VerificationError(f"a checkpoint of {checkpoint.origin[:80]!r}, not of {origin!r}")
    key_id = notes.key_id(origin, notes.ED25519, key.raw)
    found = [s for s in note.signatures if s.name == origin and s.key_id == key_id]
    if not found:
        raise VerificationError("the checkpoint is not signed by the log's key", where=origin)
    message = note.text.encode()
    for signature in found:
        key.verify(message, signature.blob)
    return checkpoint, found[0].blob
