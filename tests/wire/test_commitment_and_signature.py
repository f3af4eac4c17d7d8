"""What binds a body to its place and its author: commitments, DSSE, one rule for Ed25519."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from securesystemslib.dsse import Envelope
from securesystemslib.signer._crypto_signer import CryptoSigner
from securesystemslib.signer._key import SSlibKey

import wire_vectors
from sarhad.wire import envelope
from sarhad.wire.errors import SarhadError, VerificationError
from sarhad.wire.keys import PublicKey, SecretKey

COMMITMENTS = wire_vectors.load("commitment/commitments.json")
SIGNATURES = wire_vectors.load("dsse/signatures.json")
EDGE = wire_vectors.load("ed25519/speccheck.json")
SEEDS = st.binary(min_size=32, max_size=32)


def opens(case: Any) -> None:
    head = envelope.commitment_head(case["origin"])
    salt, commitment = bytes.fromhex(case["salt"]), bytes.fromhex(case["commitment"])
    envelope.check_commitment(head, case["seq"], salt, case["body"].encode(), commitment)


@pytest.mark.parametrize("case", COMMITMENTS["valid"], ids=lambda case: str(case["seq"]))
def test_a_commitment_has_the_bytes_stated(case: Any) -> None:
    head = envelope.commitment_head(case["origin"])
    assert head.startswith(bytes.fromhex(COMMITMENTS["domain"]))
    assert (head + case["seq"].to_bytes(8, "big") + case["body"].encode()).hex() == case["message"]
    commitment = envelope.commit(head, case["seq"], bytes.fromhex(case["salt"]), case["body"].encode())
    assert commitment.hex() == case["commitment"]
    opens(case)


@pytest.mark.parametrize("case", COMMITMENTS["invalid"], ids=lambda case: str(case["name"]))
def test_nothing_else_opens_a_commitment(case: Any) -> None:
    with pytest.raises(VerificationError, match="does not open"):
        opens({**COMMITMENTS["valid"][1], **case["change"]})


@pytest.mark.parametrize("case", SIGNATURES["valid"], ids=lambda case: str(case["name"]))
def test_a_signed_act_has_the_bytes_stated(case: Any) -> None:
    key, body = SecretKey(bytes.fromhex(case["seed"])), case["body"].encode()
    assert key.public.hex() == case["public_key"]
    assert envelope.pae(body).hex() == case["pae"]
    signature = envelope.sign_body(key, body)
    assert signature.hex() == case["signature"]
    assert json.loads(envelope.dsse_json(body, signature, key.public)) == case["envelope"]
    envelope.check_signature(key.public, body, signature)


@pytest.mark.parametrize("case", SIGNATURES["invalid"], ids=lambda case: str(case["name"]))
def test_no_other_signature_is_accepted(case: Any) -> None:
    good = SIGNATURES["valid"][0]
    key = PublicKey.from_hex(good["public_key"])
    with pytest.raises(VerificationError):
        envelope.check_signature(key, good["body"].encode(), bytes.fromhex(case["signature"]))


def test_an_act_without_its_signature_is_refused() -> None:
    with pytest.raises(VerificationError, match="without its signature"):
        envelope.check_signature(SecretKey(bytes(32)).public, b"{}", None)


@given(SEEDS, st.binary(max_size=200))
def test_securesystemslib_verifies_our_acts_and_we_verify_its(seed: bytes, body: bytes) -> None:
    ours, theirs = SecretKey(seed), CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed))
    public = SSlibKey(ours.public.hex(), "ed25519", "ed25519", {"public": ours.public.hex()})
    read = Envelope.from_dict(json.loads(envelope.dsse_json(body, envelope.sign_body(ours, body), ours.public)))
    assert read.pae() == envelope.pae(body)
    assert read.payload == body
    assert list(read.verify([public], 1)) == [ours.public.hex()]
    made = Envelope(body, envelope.PAYLOAD_TYPE, {})
    signature = made.sign(theirs).signature
    envelope.check_signature(ours.public, body, bytes.fromhex(signature))


@pytest.mark.parametrize("case", EDGE["cases"], ids=lambda case: f"{case['number']}: {case['what']}")
def test_an_edge_case_of_ed25519_is_refused(case: Any) -> None:
    raw, message, signature = (bytes.fromhex(case[name]) for name in ("pub_key", "message", "signature"))
    try:
        VerifyKey(raw).verify(message, signature)
        libsodium = True
    except BadSignatureError:
        libsodium = False
    assert libsodium is case["libsodium"]
    if not case["key_usable"]:
        with pytest.raises(VerificationError, match="not a usable"):
            PublicKey(raw)
        return
    with pytest.raises(VerificationError, match="does not verify"):
        PublicKey(raw).verify(message, signature)


@pytest.mark.parametrize("case", EDGE["usable"], ids=lambda case: str(case["what"]))
def test_an_honest_signature_of_rfc_8032_verifies(case: Any) -> None:
    key, message = SecretKey(bytes.fromhex(case["seed"])), bytes.fromhex(case["message"])
    assert key.public.hex() == case["pub_key"]
    assert key.sign(message).hex() == case["signature"]
    PublicKey.from_hex(case["pub_key"]).verify(message, bytes.fromhex(case["signature"]))


@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "AB" * 32, " " + "00" * 32, "00" * 32, "01" + "00" * 31])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        PublicKey.from_hex(text)


def test_a_key_is_kept_from_others_and_never_overwritten(tmp_path: Path) -> None:
    key, path = SecretKey.generate(), tmp_path / "log.key"
    key.save(path)
    assert SecretKey.load(path).public == key.public
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        SecretKey.generate().save(path)
    path.chmod(0o640)
    with pytest.raises(SarhadError, match="readable by others"):
        SecretKey.load(path)
    assert path.read_bytes().hex() not in repr(key)
