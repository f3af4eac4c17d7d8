"""A bundle checked with nothing of ours: the standard library, pymerkle, the formulas of the formats."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import VerifyKey
from pymerkle import InmemoryTree

from ledger.bundle_maker import naive_path, naive_root
from ledger.test_bundle import everything, story
from sarhad.ledger import proof as proofs
from sarhad.ledger.bundle import write_bundle
from sarhad.ledger.frontier import Frontier
from sarhad.wire.errors import VerificationError
from sarhad.wire.fingerprint import fingerprint, normalise


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path: Path = tmp_path_factory.mktemp("b") / "b.zip"
    paper = story()
    write_bundle(path, paper, everything(paper), audience="")
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def vkeys(policy: bytes, word: str) -> list[tuple[str, bytes, bytes]]:
    """Name, key id and key of each line of a tlog-policy that starts with ``word``."""
    found = []
    for line in policy.decode().splitlines():
        parts = line.split(" ")
        if parts[0] == word:
            name, key_id, encoded = parts[-1].split("+", 2)
            found.append((name, bytes.fromhex(key_id), base64.b64decode(encoded)[1:]))
    return found


def signatures(note: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    text, _, tail = note.rpartition(b"\n\n")
    lines = [line.split(" ") for line in tail.decode().splitlines()]
    return text + b"\n", [(name, base64.b64decode(blob)) for _, name, blob in lines]


def pymerkle_root(commitments: list[bytes]) -> bytes:
    tree = InmemoryTree(algorithm="sha256")
    for commitment in commitments:
        tree.append_entry(commitment)
    return bytes(tree.get_root())


@pytest.mark.parametrize("log", ["ir", "pk"])
def test_the_newest_checkpoint_is_the_root_of_the_commitments(members: dict[str, bytes], log: str) -> None:
    raw = members[f"logs/{log}/commitments"]
    commitments = [raw[i : i + 32] for i in range(0, len(raw), 32)]
    text, found = signatures(members[f"logs/{log}/checkpoint"])
    origin, size, root = text.decode().splitlines()
    assert int(size) == len(commitments)
    assert base64.b64decode(root) == pymerkle_root(commitments) == naive_root(commitments)
    [(name, key_id, key)] = vkeys(members[f"keys/{log}.policy"], "log")
    assert name == origin == found[0][0]
    assert found[0][1][:4] == key_id
    VerifyKey(key).verify(text, found[0][1][4:])


@pytest.mark.parametrize("log", ["ir", "pk"])
def test_every_opened_record_opens_its_commitment(members: dict[str, bytes], log: str) -> None:
    origin = members[f"logs/{log}/checkpoint"].split(b"\n")[0]
    for line in members[f"logs/{log}/records.jsonl"].splitlines():
        entry = json.loads(line)
        body, salt, seq = base64.b64decode(entry["body"]), base64.b64decode(entry["salt"]), entry["seq"]
        message = b"sarhad/leaf/v1\0" + len(origin).to_bytes(2, "big") + origin + seq.to_bytes(8, "big") + body
        commitment = hmac.new(salt, message, hashlib.sha256).digest()
        assert commitment == members[f"logs/{log}/commitments"][32 * seq : 32 * seq + 32]


@pytest.mark.parametrize("log", ["ir", "pk"])
def test_every_tlog_proof_holds_by_an_independent_reading(members: dict[str, bytes], log: str) -> None:
    names = [name for name in members if name.startswith(f"logs/{log}/proofs/")]
    assert len(names) > 4
    witnesses = {(name, key_id): key for name, key_id, key in vkeys(members[f"keys/{log}.policy"], "witness")}
    for member in names:
        lines = members[member].decode().split("\n")
        assert lines[0] == "c2sp.org/tlog-proof@v1"
        index = int(lines[1].removeprefix("index "))
        assert member.endswith(f"/{index}.tlog-proof")
        gap = lines.index("")
        text, found = signatures("\n".join(lines[gap + 1 :]).encode())
        _, size, root = text.decode().splitlines()
        leaf = hashlib.sha256(b"\0" + members[f"logs/{log}/commitments"][32 * index : 32 * index + 32]).digest()
        path = [base64.b64decode(line) for line in lines[2:gap]]
        assert climb(index, int(size), leaf, path) == base64.b64decode(root)
        cosigned = 0
        for name, blob in found:
            if (name, blob[:4]) in witnesses:
                time = int.from_bytes(blob[4:12], "big")
                message = f"cosignature/v1\ntime {time}\n".encode() + text
                VerifyKey(witnesses[name, blob[:4]]).verify(message, blob[12:])
                cosigned += 1
        assert cosigned == 1


def climb(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """Root from an inclusion path, by the recursion of RFC 9162, 2.1.3.1."""
    if size == 1:
        assert not path
        return leaf
    k = 1 << ((size - 1).bit_length() - 1)
    if index < k:
        return hashlib.sha256(b"\1" + climb(index, k, leaf, path[:-1]) + path[-1]).digest()
    return hashlib.sha256(b"\1" + path[-1] + climb(index - k, size - k, leaf, path[:-1])).digest()


@given(st.lists(st.integers(0, 2500), max_size=6))
def test_the_frontier_agrees_with_the_recursion_however_it_is_fed(pieces: list[int]) -> None:
    frontier = Frontier()
    leaves: list[bytes] = []
    for length in pieces:
        new = [hashlib.sha256(b"%d %d" % (len(leaves), i)).digest() for i in range(length)]
        leaves += new
        frontier.extend(b"".join(new))
        assert (frontier.size, frontier.root()) == (len(leaves), naive_root(leaves))


@given(st.integers(1, 70), st.data())
def test_a_tlog_proof_reads_back(size: int, data: st.DataObject) -> None:
    leaves = [bytes([i]) * 32 for i in range(size)]
    index = data.draw(st.integers(0, size - 1))
    raw = proofs.write(index, naive_path(index, leaves), b"o\n1\nr\n\n- sig\n")
    proof = proofs.parse(raw)
    assert (proof.index, proof.note, proof.extra) == (index, b"o\n1\nr\n\n- sig\n", None)
    assert proofs.write(proof.index, proof.path, proof.note) == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"c2sp.org/tlog-proof@v1\n\nnote", b"c2sp.org/tlog-proof@v2\nindex 0\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 01\n\nnote", b"c2sp.org/tlog-proof@v1\nindex -1\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nnote", b"c2sp.org/tlog-proof@v1\nindex 0\nindex 1\n\nnote",
        b"c2sp.org/tlog-proof@v1\nextra @@\nindex 0\n\nnote", b"c2sp.org/tlog-proof@v1\nindex 0\n\n",
        b"c2sp.org/tlog-proof@v1\r\nindex 0\n\nnote", b"\xff\n\nnote",
    ],
)  # fmt: skip
def test_what_is_no_tlog_proof_is_refused(raw: bytes) -> None:
    with pytest.raises(VerificationError):
        proofs.parse(raw)


def test_a_fingerprint_is_25_digits_and_is_read_however_it_is_typed() -> None:
    text = fingerprint(b"a manifest")
    expected = int(hashlib.sha256(b"a manifest").hexdigest(), 16) % 10**25
    assert text.replace(" ", "") == f"{expected:025d}"
    assert [len(group) for group in text.split(" ")] == [5] * 5
    persian = text.translate({ord("0") + i: ord("۰") + i for i in range(10)}).replace(" ", "-")
    assert normalise(persian) == text
    for bad in ("", "1234", text + "1", text.replace(text[0], "x", 1)):
        with pytest.raises(VerificationError):
            normalise(bad)
