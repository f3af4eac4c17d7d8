"""Notes, checkpoints, countersignatures and proofs, against the specifications' own examples."""

from __future__ import annotations

import base64

import pytest

from sarhad.ledger import checkpoint, cosignature, note, proof
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.wire.errors import VerificationError
from sarhad.wire.keys import PublicKey, SecretKey

# https://c2sp.org/signed-note, section "Example": this key verifies this note.
EXAMPLE_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# https://c2sp.org/tlog-cosignature: the example of a checkpoint with a countersignature (its keys are not published).
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo"
    "+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nN"
    "o0xUe+mbIUBkBIfZ+qnA==\n"
)
VIEW = Checkpoint("pk.example/log", 7, bytes(range(32)))


def test_the_specifications_example_note_verifies_with_its_example_key() -> None:
    name, key_id, encoded = EXAMPLE_VKEY.split("+", 2)
    key = PublicKey(base64.b64decode(encoded)[1:])
    parsed = note.parse(EXAMPLE_NOTE.encode())
    assert note.verifier_key(name, note.ED25519, key.raw) == EXAMPLE_VKEY
    assert parsed.signatures[0].key_id.hex() == key_id
    key.verify(parsed.text.encode(), parsed.signatures[0].blob)
    assert note.serialise(parsed) == EXAMPLE_NOTE.encode()


def test_the_specifications_example_checkpoint_reads_as_it_is_described() -> None:
    parsed = note.parse(COSIGNED.encode())
    view = checkpoint.parse_text(parsed.text)
    assert (view.origin, view.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert view.text() == parsed.text
    blob = parsed.signatures[1].blob
    assert len(blob) == 72
    assert int.from_bytes(blob[:8], "big") == 1_679_315_147
    assert note.serialise(parsed) == COSIGNED.encode()


def test_a_checkpoint_is_opened_by_the_key_that_signed_it_and_no_other() -> None:
    key, other = SecretKey.generate(), SecretKey.generate()
    raw = checkpoint.sign(VIEW, key)
    assert checkpoint.open_checkpoint(raw, VIEW.origin, key.public) == VIEW
    for origin, public in ((VIEW.origin, other.public), ("ir.example/log", key.public)):
        with pytest.raises(VerificationError):
            checkpoint.open_checkpoint(raw, origin, public)


def test_a_known_key_whose_signature_fails_spoils_the_note() -> None:
    key = SecretKey.generate()
    raw = checkpoint.sign(VIEW, key)
    bad = note.Signature(VIEW.origin, note.key_id(VIEW.origin, note.ED25519, key.public.raw), bytes(64))
    with pytest.raises(VerificationError):
        checkpoint.open_checkpoint(raw + note.line(bad).encode(), VIEW.origin, key.public)


def test_unknown_signatures_are_ignored() -> None:
    key = SecretKey.generate()
    raw = checkpoint.sign(VIEW, key) + note.line(note.Signature("other.example", b"abcd", b"x")).encode()
    assert checkpoint.open_checkpoint(raw, VIEW.origin, key.public) == VIEW


def test_every_single_byte_change_of_a_checkpoint_is_refused() -> None:
    key = SecretKey.generate()
    raw = checkpoint.sign(VIEW, key)
    for at in range(len(raw)):
        with pytest.raises(VerificationError):
            checkpoint.open_checkpoint(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :], VIEW.origin, key.public)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n\xe2\x80\x94 name\n",
        b"text\n\n\xe2\x80\x94 name AAAA",
        b"text\n\n- name AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 na+me AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 name AAAAAA==\n",
        b"text\n\n\xe2\x80\x94 name AAAAAAB=\n",
        b"te\txt\n\n\xe2\x80\x94 name AAAAAAAA\n",
        b"\xff\n\n\xe2\x80\x94 name AAAAAAAA\n",
        b"text\n\n" + b"\xe2\x80\x94 name AAAAAAAA\n" * 65,
        b"x" * 70_000 + b"\n\n\xe2\x80\x94 name AAAAAAAA\n",
    ],
)
def test_what_is_not_a_note_is_refused(raw: bytes) -> None:
    with pytest.raises(VerificationError):
        note.parse(raw)


@pytest.mark.parametrize(
    "text",
    [
        "o\n1\n",
        "\n1\n" + "A" * 43 + "=\n",
        "o\n01\n" + "A" * 43 + "=\n",
        "o\n-1\n" + "A" * 43 + "=\n",
        "o\n9007199254740992\n" + "A" * 43 + "=\n",
        "o\n1\nAAAA\n",
        "o\n0\n" + "A" * 43 + "=\n",
        "o\n1\n" + "A" * 43 + "=\nextension\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        checkpoint.parse_text(text)


def test_a_countersignature_binds_checkpoint_time_and_signer() -> None:
    key, other = SecretKey.generate(), SecretKey.generate()
    line = cosignature.cosign(VIEW, "ir.example/log/witness", key, 1_750_000_000)
    assert cosignature.open_cosignature(VIEW, line, "ir.example/log/witness", key.public) == 1_750_000_000
    longer = Checkpoint(VIEW.origin, 8, VIEW.root)
    signature = note.parse_line(line)
    later = (1_750_000_001).to_bytes(8, "big") + signature.blob[8:]
    for view, text, name, public in (
        (longer, line, "ir.example/log/witness", key.public),
        (VIEW, line, "pk.example/log/witness", key.public),
        (VIEW, line, "ir.example/log/witness", other.public),
        (VIEW, note.line(note.Signature(signature.name, signature.key_id, later)), signature.name, key.public),
        (VIEW, line[:-1], "ir.example/log/witness", key.public),
    ):
        with pytest.raises(VerificationError):
            cosignature.open_cosignature(view, text, name, public)


def test_a_proof_text_is_read_back_as_it_was_written() -> None:
    raw = proof.write(3, [bytes(32), b"\x01" * 32], checkpoint.sign(VIEW, SecretKey.generate()))
    read = proof.parse(raw)
    assert (read.index, read.path) == (3, (bytes(32), b"\x01" * 32))
    assert proof.write(read.index, read.path, read.note) == raw
