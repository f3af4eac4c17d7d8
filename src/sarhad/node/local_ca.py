"""A certificate authority for one desk, and the certificates that it signs: X.509 as RFC 5280 has it.

A phone gives a page its position, a start without a link and notifications over HTTPS
only, and in a room without internet no public authority can vouch for the desk.  So the
node makes one of its own.  Whoever installs it on a phone trusts it for the desk's names
and addresses and for nothing else: they stand in it as critical name constraints, so
that a stolen key opens no other site.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sarhad.wire.errors import SarhadError

AUTHORITY_DAYS = 5 * 366
SERVER_DAYS = 397
"""Phones refuse longer ones: 825 days at most from an authority that the owner installed, 398 from any other."""
RENEW_DAYS = 30
"""So long before its end a server's certificate is renewed."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_DNS = re.compile(r"^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Reach:
    """DNS names (each with everything below it) and networks: what an authority may vouch for."""

    dns: tuple[str, ...]
    networks: tuple[Network, ...]

    def holds(self, name: str) -> bool:
        """Tell whether ``name`` (a DNS name or an address) lies within."""
        address = _address(name)
        if address is not None:
            return any(address.version == net.version and address in net for net in self.networks)
        return any(name == held or name.endswith("." + held) for held in self.dns)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def checked_name(name: str) -> str:
    """Return a DNS name in lower case, or an address in its shortest form; raise SarhadError."""
    address = _address(name.strip("[]"))
    if address is not None:
        if address.is_unspecified or address.is_multicast:
            raise SarhadError(f"{name} is no address that a phone can call", where="--name", do="Name the desk's own")
        return str(address)
    lower = name.lower().rstrip(".")
    if not _DNS.match(lower) or re.fullmatch(r"[0-9.]+", lower):
        raise SarhadError(
            f"{name[:100]} is no DNS name and no address", where="--name", do="Write it like desk.example"
        )
    return lower


def reach_of(names: list[str]) -> Reach:
    """Read DNS names, addresses and networks (``10.1.0.0/16``); loopback is always in.  Raises SarhadError."""
    dns: list[str] = []
    networks: list[Network] = []
    for name in (*names, *LOOPBACK):
        if "/" in name:
            networks.append(_network(name))
            continue
        plain = checked_name(name)
        address = _address(plain)
        if address is None:
            dns.append(plain)
        else:
            networks.append(ipaddress.ip_network(address))
    return Reach(tuple(dict.fromkeys(dns)), tuple(dict.fromkeys(networks)))


def _network(text: str) -> Network:
    try:
        found = ipaddress.ip_network(text)
    except ValueError as error:
        raise SarhadError(str(error), where="--within", do="Write it like 10.1.0.0/16") from error
    if found.prefixlen < (8 if found.version == 4 else 16):
        raise SarhadError(
            f"{text} is wider than any desk's own network", where="--within", do="Name the network itself"
        )
    return found


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key (PKCS #8 PEM) and its certificate (PEM)."""

    key: bytes
    certificate: bytes


def make_authority(common_name: str, reach: Reach, now_us: int) -> Pair:
    """Make an authority that may sign certificates within ``reach``, and no further authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])
    permitted: list[x509.GeneralName] = [x509.DNSName(one) for one in reach.dns]
    permitted += [x509.IPAddress(one) for one in reach.networks]
    builder = _begin(name, name, key, now_us, AUTHORITY_DAYS)
    signed = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _pair(key, signed)


def make_server(authority: Pair, names: list[str], now_us: int) -> Pair:
    """Make a server's certificate for ``names``, signed by ``authority``; the authority's follows it in the file.

    Raises SarhadError for a name that the authority may not vouch for.
    """
    parent, parent_key = read_authority(authority)
    held = reach(parent)
    outside = [one for one in names if not held.holds(one)]
    if outside:
        raise SarhadError(
            f"the authority may not vouch for {', '.join(outside)}",
            where="--name",
            do="Make a new one with --new-authority, and install that on the phones",
        )
    key = ec.generate_private_key(ec.SECP256R1())
    found = [*dict.fromkeys([*names, *LOOPBACK])]
    alternatives = [x509.IPAddress(at) if (at := _address(one)) else x509.DNSName(one) for one in found]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    signed = (
        _begin(subject, parent.subject, key, now_us, SERVER_DAYS, latest=parent.not_valid_after_utc, signer=parent_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(parent_key, hashes.SHA256())
    )
    made = _pair(key, signed)
    return Pair(made.key, made.certificate + parent.public_bytes(serialization.Encoding.PEM))


def _begin(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now_us: int,
    days: int,
    latest: datetime.datetime | None = None,
    signer: ec.EllipticCurvePrivateKey | None = None,
) -> x509.CertificateBuilder:
    """Begin a certificate that counts from a day ago: clocks of phones differ."""
    start = datetime.datetime.fromtimestamp(now_us / 1e6, datetime.UTC) - datetime.timedelta(days=1)
    end = start + datetime.timedelta(days=days)
    issuing = (signer or key).public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(min(end, latest) if latest else end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _pair(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> Pair:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Pair(pem, certificate.public_bytes(serialization.Encoding.PEM))


def read_authority(pair: Pair) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Read an authority's certificate and key; raise SarhadError where they are none."""
    certificate = read_certificate(pair.certificate)
    try:
        key = serialization.load_pem_private_key(pair.key, None)
    except (ValueError, TypeError) as error:
        raise SarhadError("the authority's key cannot be read", do="Restore it, or use --new-authority") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise SarhadError("the key is not that of the authority's certificate", do="Restore both from one copy")
    return certificate, key


def read_certificate(pem: bytes) -> x509.Certificate:
    """Read the first certificate of a PEM file; raise SarhadError."""
    try:
        return x509.load_pem_x509_certificates(pem)[0]
    except ValueError as error:
        raise SarhadError("not a certificate in PEM form", do="Name a PEM file") from error


def reach(authority: x509.Certificate) -> Reach:
    """What an authority may vouch for, by its name constraints; nothing where it has none of ours."""
    try:
        held = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    except x509.ExtensionNotFound:
        held = []
    dns = tuple(one.value for one in held if isinstance(one, x509.DNSName))
    networks = tuple(one.value for one in held if isinstance(one, x509.IPAddress))
    return Reach(dns, tuple(n for n in networks if isinstance(n, ipaddress.IPv4Network | ipaddress.IPv6Network)))


def names_of(certificate: x509.Certificate) -> list[str]:
    """The DNS names and addresses of a server's certificate, loopback left out."""
    try:
        held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    found = [str(one.value) for one in held if isinstance(one, x509.DNSName | x509.IPAddress)]
    return [one for one in found if one not in LOOPBACK]


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate as phones show it: pairs of hexadecimal digits with colons."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def ends_us(certificate: x509.Certificate) -> int:
    """When the certificate ends, µs UTC."""
    return int(certificate.not_valid_after_utc.timestamp()) * 1_000_000
