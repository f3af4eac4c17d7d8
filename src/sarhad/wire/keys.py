"""Ed25519 keys.  One rule of acceptance for every node: libsodium's.

OpenSSL and Go accept signatures that libsodium refuses (small-order and
non-canonical points); a hostile partner could split the picture with those, so no
signature of a record, a checkpoint or a countersignature is ever checked by another
library.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from nacl.bindings import crypto_sign_ed25519_pk_to_curve25519
from nacl.exceptions import BadSignatureError, CryptoError
from nacl.signing import SigningKey, VerifyKey

from sarhad.wire.errors import SarhadError, VerificationError

SEED_BYTES = 32
SIGNATURE_BYTES = 64
_HEX = re.compile("[0-9a-f]{64}")


class PublicKey:
    """A verifying key; equal when the 32 bytes are equal."""

    __slots__ = ("_key", "raw")

    def __init__(self, raw: bytes) -> None:
        """Take 32 bytes; raise VerificationError unless they are a usable point."""
        try:
            crypto_sign_ed25519_pk_to_curve25519(raw)  # refuses points of small or mixed order, and what is no point
            self._key = VerifyKey(raw)
        except (CryptoError, TypeError, ValueError) as error:
            raise VerificationError("not a usable Ed25519 public key") from error
        self.raw = raw

    @classmethod
    def from_hex(cls, text: str) -> PublicKey:
        """Read 64 lower-case hexadecimal digits; raise VerificationError if they are not a usable key."""
        if not _HEX.fullmatch(text):
            raise VerificationError("a public key is 64 lower-case hexadecimal digits")
        return cls(bytes.fromhex(text))

    def hex(self) -> str:
        """The key as 64 hexadecimal digits."""
        return self.raw.hex()

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raise VerificationError unless ``signature`` (64 bytes) is this key's over ``message``."""
        if len(signature) != SIGNATURE_BYTES:
            raise VerificationError(f"a signature has {SIGNATURE_BYTES} bytes, not {len(signature)}")
        try:
            self._key.verify(message, signature)
        except (BadSignatureError, CryptoError, ValueError) as error:
            raise VerificationError("the signature does not verify") from error

    def __eq__(self, other: object) -> bool:
        """Compare by the key's bytes."""
        return isinstance(other, PublicKey) and other.raw == self.raw

    def __hash__(self) -> int:
        """Hash by the key's bytes."""
        return hash(self.raw)


class SecretKey:
    """A signing key.  Never printed: its repr shows the public half only."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        """Take the 32-byte seed of RFC 8032."""
        if len(seed) != SEED_BYTES:
            raise SarhadError(f"a key seed has {SEED_BYTES} bytes, not {len(seed)}")
        self._key = SigningKey(seed)
        self.public = PublicKey(bytes(self._key.verify_key))

    @classmethod
    def generate(cls) -> SecretKey:
        """Make a key from the operating system's randomness."""
        return cls(os.urandom(SEED_BYTES))

    @classmethod
    def load(cls, path: Path) -> SecretKey:
        """Read the seed from ``path``; refuse a file that others may read."""
        if path.stat().st_mode & 0o077:
            raise SarhadError("the key file is readable by others", where=str(path), do=f"Run: chmod 600 {path}")
        return cls(path.read_bytes())

    def save(self, path: Path) -> None:
        """Write the seed to a new file with mode 0600; never overwrites."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(self._key))
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)  # a key that is in use must not be lost with its directory entry
        finally:
            os.close(folder)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature over ``message``."""
        return self._key.sign(message).signature

    def __repr__(self) -> str:
        """Show the public key only."""
        return f"SecretKey(public={self.public.hex()})"
