"""How a body is bound to its place and to its author.

Commitment: the log entry is HMAC-SHA-256(salt, domain || origin || sequence || body),
32 bytes whether or not the record is ever released, so that a release changes nothing
in the tree and an entry kept home says nothing about what it holds.

Envelope: an authorised act also carries an Ed25519 signature over the DSSE v1
pre-authentication encoding of its body (https://github.com/secure-systems-lab/dsse,
protocol.md), made with the party's log key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence

from sarhad.wire.errors import VerificationError
from sarhad.wire.keys import PublicKey, SecretKey

DOMAIN = b"sarhad/leaf/v1\x00"
SALT_BYTES = 32
COMMITMENT_BYTES = 32
PAYLOAD_TYPE = "application/vnd.sarhad.record+json"

_PAE_HEAD = b"DSSEv1 %d %s " % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode())

_sha256 = hashlib.sha256
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_INNER_REST = b"\x36" * (64 - SALT_BYTES)
_OUTER_REST = b"\x5c" * (64 - SALT_BYTES)


def commitment_head(origin: str) -> bytes:
    """Return the part of the committed message that is the same for a whole log.

    domain || two-byte big-endian length of the origin || origin (UTF-8).
    """
    name = origin.encode()
    return DOMAIN + len(name).to_bytes(2, "big") + name


def commit(head: bytes, seq: int, salt: bytes, body: bytes) -> bytes:
    """Return the 32-byte commitment to ``body`` as entry ``seq``.

    ``head`` is commitment_head(origin); the sequence is eight bytes, big-endian;
    ``salt`` is 32 random bytes, never used twice.
    """
    if len(salt) != SALT_BYTES:
        return hmac.digest(salt, head + seq.to_bytes(8, "big") + body, hashlib.sha256)
    # RFC 2104 as it is defined, over hashlib: OpenSSL 3 spends more time looking its HMAC up than hashing
    inner = _sha256(salt.translate(_INNER) + _INNER_REST + head + seq.to_bytes(8, "big") + body).digest()
    return _sha256(salt.translate(_OUTER) + _OUTER_REST + inner).digest()


def commit_all(head: bytes, start: int, salts: bytes, bodies: Sequence[bytes]) -> list[bytes]:
    """Return the commitments to ``bodies`` as entries ``start``, ``start`` + 1, ...

    ``salts``: 32 bytes for each, concatenated.  The same as ``commit`` one by one, in
    less time: this is the inner loop of every append.
    """
    inner, outer = salts.translate(_INNER), salts.translate(_OUTER)
    before, between, digest = _INNER_REST + head, _OUTER_REST, _sha256
    found, at = [], 0
    for seq, body in enumerate(bodies, start):
        end = at + SALT_BYTES
        hashed = digest(inner[at:end] + before + seq.to_bytes(8, "big") + body).digest()
        found.append(digest(outer[at:end] + between + hashed).digest())
        at = end
    return found


def check_commitment(head: bytes, seq: int, salt: bytes, body: bytes, commitment: bytes) -> None:
    """Raise VerificationError unless ``salt`` and ``body`` open ``commitment``."""
    fits = len(salt) == SALT_BYTES and 0 <= seq < 2**63
    if not fits or not hmac.compare_digest(commit(head, seq, salt, body), commitment):
        raise VerificationError("the record does not open its commitment", where=f"entry {seq}")


def pae(body: bytes) -> bytes:
    """Return DSSE's pre-authentication encoding of a record body."""
    return _PAE_HEAD + b"%d " % len(body) + body


def sign_body(key: SecretKey, body: bytes) -> bytes:
    """Return the 64-byte DSSE signature of an authorised act."""
    return key.sign(pae(body))


def check_signature(key: PublicKey, body: bytes, signature: bytes | None) -> None:
    """Raise VerificationError unless ``signature`` is the DSSE signature of ``body`` by ``key``."""
    if signature is None:
        raise VerificationError("an authorised act came without its signature")
    key.verify(pae(body), signature)


def dsse_json(body: bytes, signature: bytes, key: PublicKey) -> bytes:
    """Return the DSSE envelope as JSON, for tools that are not ours; keyid is the key in hexadecimal."""
    envelope = {
        "payload": base64.b64encode(body).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": key.hex(), "sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(envelope, indent=1).encode()
