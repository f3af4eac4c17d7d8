"""Joining: a party's signed manifest in a file, and a fingerprint short enough to be read out.

A file proves nothing about who made it: two people compare the fingerprint by voice.
The written form is spec/exchange.md.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
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


class _Later(msgspec.Struct, frozen=True, kw_only=True):
    """A later manifest of the log; ``signature`` is by the log key of the one before it."""

    manifest: Annotated[str, Meta(max_length=32_768)]
    signature: Annotated[str, Meta(max_length=100)]


class _File(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The file: canonical JSON with these members; ``later`` is absent where the keys never changed."""

    endpoint: Annotated[str, Meta(pattern="^https://", max_length=200)]
    format: str
    manifest: Annotated[str, Meta(max_length=32_768)]
    signature: Annotated[str, Meta(max_length=100)]
    later: Annotated[tuple[_Later, ...], Meta(max_length=64)] = ()


@dataclass(frozen=True, slots=True)
class Invitation:
    """A party that asks to be a partner: its manifest, verified, and where to reach it.

    ``body`` is the exact bytes of the log's first manifest record, ``signature`` its DSSE
    signature, ``manifest`` what it says.  ``newest`` is the body of the newest manifest,
    which the first one's keys lead to: its certificate and address are those of now.
    """

    body: bytes
    signature: bytes
    endpoint: str
    manifest: Manifest
    party: str
    newest: bytes

    @property
    def certificate(self) -> bytes:
        """The node's TLS certificate, DER."""
        return base64.b64decode(open_manifest(self.newest)[1].tls_cert)

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


def write_invitation(
    path: Path, body: bytes, signature: bytes, endpoint: str = "", later: Sequence[tuple[bytes, bytes]] = ()
) -> Invitation:
    """Write the invitation of the party whose first manifest record is ``body``; returns it as read back.

    ``endpoint`` is where the node is reached, if that is not the newest manifest's own.
    ``later``: bodies and signatures of the manifests that changed the keys since.
    """
    _party, manifest = open_manifest(later[-1][0] if later else body)
    file = _File(
        endpoint=endpoint or manifest.endpoint,
        format=FORMAT,
        manifest=base64.b64encode(body).decode(),
        signature=base64.b64encode(signature).decode(),
        later=tuple(
            _Later(manifest=base64.b64encode(one).decode(), signature=base64.b64encode(by).decode())
            for one, by in later
        ),
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
    return Invitation(body, signature, file.endpoint, manifest, party, _newest(body, manifest, file.later))


def _newest(body: bytes, manifest: Manifest, later: Sequence[_Later]) -> bytes:
    """Follow the changes of keys, each signed by the log key before it; raise VerificationError."""
    for one in later:
        key = PublicKey.from_hex(manifest.log_key)
        body = _unbase64(one.manifest, "later")
        envelope.check_signature(key, body, _unbase64(one.signature, "later"))
        following = open_manifest(body)[1]
        if (following.log, following.origin) != (manifest.log, manifest.origin):
            raise VerificationError("a change of keys keeps the log and its origin", where="later")
        manifest = following
    return body


def _unbase64(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError("not base64", where=where) from error
