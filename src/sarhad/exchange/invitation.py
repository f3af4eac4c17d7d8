"""Joining: a party's signed manifest in a file, and a fingerprint short enough to be read out.

A file proves nothing about who made it: two people compare the fingerprint by voice.
The written form is spec/exchange.md.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from sarhad.exchange import tls
from sarhad.wire import envelope, record
from sarhad.wire.errors import VerificationError
from sarhad.wire.fingerprint import fingerprint
from sarhad.wire.keys import PublicKey
from sarhad.wire.kinds import Manifest

FORMAT = "sarhad-invite/v1"
SUFFIX = ".sarhad-invite"
MAX_FILE_BYTES = 64 * 1024


class _File(msgspec.Struct, frozen=True, kw_only=True):
    """The file: canonical JSON with these four members."""

    endpoint: Annotated[str, Meta(pattern="^https://", max_length=200)]
    format: str
    manifest: Annotated[str, Meta(max_length=32_768)]
    signature: Annotated[str, Meta(max_length=100)]


@dataclass(frozen=True, slots=True)
class Invitation:
    """A party that asks to be a partner: its manifest, verified, and where to reach it.

    ``body`` is the manifest record's exact bytes, ``signature`` its DSSE signature.
    """

    body: bytes
    signature: bytes
    endpoint: str
    manifest: Manifest
    party: str

    @property
    def certificate(self) -> bytes:
        """The node's TLS certificate, DER."""
        return base64.b64decode(self.manifest.tls_cert)

    @property
    def fingerprint(self) -> str:
        """What the two people compare by voice."""
        return fingerprint(self.body)


def open_manifest(body: bytes) -> tuple[str, Manifest]:
    """Read a manifest's bytes as the identity that it states; returns (party, manifest).

    Raises VerificationError when it is not a manifest of its own log, when a key
    serves two roles, or when the certificate cannot be pinned.
    """
    try:
        head = msgspec.json.decode(body, type=record.Header)
    except msgspec.MsgspecError as error:
        raise VerificationError(f"the invitation's manifest cannot be read: {error}") from error
    read = record.read(head.party, 0, body)
    if not isinstance(read.data, Manifest):
        raise VerificationError(f"the invitation holds a {read.kind}, not a manifest")
    manifest = read.data
    record.read(manifest.log, 0, body)  # the log that it names is its own party's
    log_key, witness_key = PublicKey.from_hex(manifest.log_key), PublicKey.from_hex(manifest.witness_key)
    if log_key == witness_key:
        raise VerificationError("the log key and the witness key are the same", where="manifest")
    tls.check_certificate(_unbase64(manifest.tls_cert, "tls_cert"))
    return read.party, manifest


def write_invitation(path: Path, body: bytes, signature: bytes, endpoint: str = "") -> Invitation:
    """Write the invitation of the party whose manifest record is ``body``; returns it as read back.

    ``endpoint`` is where the node is reached, if that is not the manifest's own.
    """
    _party, manifest = open_manifest(body)
    file = _File(
        endpoint=endpoint or manifest.endpoint,
        format=FORMAT,
        manifest=base64.b64encode(body).decode(),
        signature=base64.b64encode(signature).decode(),
    )
    path.write_bytes(msgspec.json.encode(file, order="sorted") + b"\n")
    return read_invitation(path)


def read_invitation(path: Path) -> Invitation:
    """Read and verify an invitation file; raises VerificationError.

    Verified: the form, the manifest, and that its maker holds the log key.  Who its
    maker *is* only the fingerprint tells, compared by two people.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise VerificationError("too large for an invitation", where=str(path))
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise VerificationError(f"not an invitation: {error}", where=str(path)) from error
    if file.format != FORMAT:
        raise VerificationError(f"an invitation of the form {file.format[:40]!r}", where=str(path))
    body, signature = _unbase64(file.manifest, "manifest"), _unbase64(file.signature, "signature")
    party, manifest = open_manifest(body)
    envelope.check_signature(PublicKey.from_hex(manifest.log_key), body, signature)
    return Invitation(body, signature, file.endpoint, manifest, party)


def _unbase64(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError("not base64", where=where) from error
