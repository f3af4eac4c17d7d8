"""Joining: the invitation file, and what it must not be."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cryptography import x509

from exchange.world import START_US, make_keys
from sarhad.exchange import tls
from sarhad.exchange.invitation import MAX_FILE_BYTES, read_invitation, write_invitation
from sarhad.wire import envelope, record
from sarhad.wire.errors import SarhadError, VerificationError
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Note
from sarhad.wire.values import PUBLIC, Words


@pytest.fixture
def invited(tmp_path: Path) -> Path:
    keys = make_keys(tmp_path / "pk", "pk", 8450)
    path = tmp_path / "pk.sarhad-invite"
    write_invitation(path, keys.manifest, keys.signature)
    return path


def test_an_invitation_reads_back_with_party_endpoint_and_certificate(invited: Path) -> None:
    found = read_invitation(invited)
    assert (found.party, found.endpoint) == ("pk", "https://127.0.0.1:8450")
    assert x509.load_der_x509_certificate(found.certificate).subject.rfc4514_string().endswith("CN=pk")


def test_the_fingerprint_is_five_groups_of_five_digits_and_differs_by_party(tmp_path: Path, invited: Path) -> None:
    one = read_invitation(invited).fingerprint
    assert [len(group) for group in one.split()] == [5] * 5
    keys = make_keys(tmp_path / "ir", "ir", 8451)
    other = write_invitation(tmp_path / "ir.sarhad-invite", keys.manifest, keys.signature)
    assert one != other.fingerprint


@pytest.mark.parametrize("name", ["manifest", "signature", "format", "endpoint"])
def test_an_invitation_with_a_part_changed_is_refused(invited: Path, name: str) -> None:
    file = json.loads(invited.read_text())
    file[name] = "AAAA" if name in ("manifest", "signature") else "http://elsewhere"
    invited.write_text(json.dumps(file))
    with pytest.raises(VerificationError):
        read_invitation(invited)


def test_a_signature_by_another_key_is_refused(tmp_path: Path) -> None:
    keys = make_keys(tmp_path / "pk", "pk", 8450)
    with pytest.raises(VerificationError, match="does not verify"):
        write_invitation(
            tmp_path / "x.sarhad-invite", keys.manifest, envelope.sign_body(SecretKey.generate(), keys.manifest)
        )


def test_a_record_that_is_no_manifest_is_refused(tmp_path: Path) -> None:
    body = record.write(party="pk", by="node", at=1, data=Note(text=Words(lang="en", text="x")), release=PUBLIC)
    with pytest.raises(VerificationError, match="not a manifest"):
        write_invitation(tmp_path / "x.sarhad-invite", body, b"s" * 64)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1]", b"x" * (MAX_FILE_BYTES + 1)])
def test_a_file_that_is_no_invitation_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.sarhad-invite"
    path.write_bytes(content)
    with pytest.raises(VerificationError):
        read_invitation(path)


def test_the_tls_key_is_readable_by_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    keys = make_keys(tmp_path / "pk", "pk", 8450)
    assert stat.S_IMODE(keys.tls_key.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        make_keys(tmp_path / "pk", "pk", 8450)


def test_a_certificate_is_no_authority_and_ends_when_it_says(tmp_path: Path) -> None:
    _pem, der = tls.make_certificate("pk", now_us=START_US, days=30)
    tls.check_certificate(der)
    made = x509.load_der_x509_certificate(der)
    assert (made.not_valid_after_utc - made.not_valid_before_utc).days == 31
    with pytest.raises(VerificationError):
        tls.check_certificate(der[:-1] + bytes([der[-1] ^ 1]))
    with pytest.raises(VerificationError):
        tls.check_certificate(b"not a certificate")


def test_a_key_that_is_not_there_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(SarhadError, match="cannot be used"):
        tls.server_context(tmp_path / "no.crt", tmp_path / "no.key")
