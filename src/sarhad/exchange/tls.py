"""Mutual TLS between nodes: self-signed certificates, pinned as they stand, TLS 1.3 only.

No authority is trusted: each side's anchors are exactly its partners' certificates, and
the application compares the certificate that came, byte for byte, with the pinned ones
(so a partner that is taken out is refused although a context cannot forget an anchor).
"""

from __future__ import annotations

import datetime
import hashlib
import os
import ssl
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sarhad.wire.errors import SarhadError, VerificationError

YEARS = 10


def make_certificate(common_name: str, *, now_us: int, days: int = 366 * YEARS) -> tuple[bytes, bytes]:
    """Make a node's TLS key and self-signed certificate.

    Returns (key as PKCS #8 PEM, certificate as DER).  ``now_us`` is the clock; the
    certificate is valid from a day before it, for ``days``.  ECDSA P-256: the key that
    every TLS 1.3 stack must offer (RFC 8446, 9.1).  Names are not checked by partners,
    the certificate itself is.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    # The subject is different each time: OpenSSL looks anchors up by it, and would try the former certificate's key.
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, f"{serial:040x}"),
        ]
    )
    start = datetime.datetime.fromtimestamp(now_us / 1e6, datetime.UTC) - datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days + 1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem, certificate.public_bytes(serialization.Encoding.DER)


def save_certificate(key_path: Path, certificate_path: Path, key_pem: bytes, certificate_der: bytes) -> None:
    """Write the key (mode 0600, never over an existing file) and the certificate as PEM."""
    handle = os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key_pem)
        file.flush()
        os.fsync(file.fileno())
    certificate_path.write_text(ssl.DER_cert_to_PEM_cert(certificate_der))


def read_certificate(path: Path) -> bytes:
    """Return the DER bytes of the PEM certificate at ``path``."""
    return ssl.PEM_cert_to_DER_cert(path.read_text())


def check_certificate(der: bytes) -> None:
    """Raise VerificationError unless ``der`` is a certificate that can be pinned: self-signed, not a CA."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(certificate)
    except x509.ExtensionNotFound as error:
        raise VerificationError("the TLS certificate does not say that it is no authority") from error
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise VerificationError("the TLS certificate cannot be read or is not self-signed") from error
    if constraints.ca:
        raise VerificationError("the TLS certificate could sign others; a node's certificate must not")


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return a server's context that refuses every caller until ``trust`` adds a partner."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    return _closed(context, certificate, key)


def client_context(certificate: Path, key: Path, partner_der: bytes) -> ssl.SSLContext:
    """Return a context that calls exactly the holder of the certificate ``partner_der``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # the certificate itself is pinned; addresses change
    _closed(context, certificate, key)
    trust(context, partner_der)
    return context


def _closed(context: ssl.SSLContext, certificate: Path, key: Path) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise SarhadError("the node's TLS key and certificate cannot be used", where=str(certificate)) from error
    return context


def name_of(der: bytes) -> str:
    """The server name by which a caller asks for this certificate: a node may hold two while it changes them."""
    return hashlib.sha256(der).hexdigest()[:60] + ".sarhad.invalid"


class Certificates:
    """The listener's certificates: the caller names the one that it pinned, and gets the newest if it names none.

    The contexts themselves are OpenSSL's and may be used by any connection; anchors are only ever added.
    """

    def __init__(self, newest: tuple[Path, Path], older: Sequence[tuple[Path, Path]] = ()) -> None:
        """Take pairs of certificate and key (PEM files)."""
        self.context = server_context(*newest)
        self._named = {name_of(read_certificate(pair[0])): server_context(*pair) for pair in older}
        self._named[name_of(read_certificate(newest[0]))] = self.context
        self.context.sni_callback = self._choose

    def trust(self, partner_der: bytes) -> None:
        """Add a partner's certificate to the anchors of every context."""
        for context in self._named.values():
            trust(context, partner_der)

    def _choose(self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        found = self._named.get(name or "")
        if found is not None:
            connection.context = found


def trust(context: ssl.SSLContext, partner_der: bytes) -> None:
    """Add a partner's certificate to the anchors of a context that may be in use; new connections see it."""
    try:
        context.load_verify_locations(cadata=partner_der)
    except ssl.SSLError as error:
        if "CERT_ALREADY_IN_HASH_TABLE" not in str(error).upper():
            raise VerificationError("the partner's TLS certificate cannot be used") from error
