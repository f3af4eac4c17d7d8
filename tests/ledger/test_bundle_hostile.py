"""A bundle from a hostile hand: nothing raises, nothing false is accepted, the first fault is named."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.bundle_maker import T0, Paper, secret
from ledger.test_bundle import everything, pins, story, words
from sarhad.ledger.bundle import Verdict, verify_bundle, write_bundle
from sarhad.ledger.bundle_format import Limits
from sarhad.ledger.bundle_zip import Archive
from sarhad.ledger.model import Entry
from sarhad.wire import envelope, record, values
from sarhad.wire.errors import VerificationError
from sarhad.wire.kinds import Note, Warn

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("honest") / "b.zip"
    paper = story()
    write_bundle(path, paper, everything(paper), audience="a court", page=b"<!doctype html>")
    return path


def read_members(path: Path) -> Members:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def pack(path: Path, members: Members) -> Path:
    """Write the members as a well-formed zip, checksums and all."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo(name), data)
    return path


def changed(honest: Path, folder: Path, change: Callable[[Members], None]) -> Verdict:
    members = read_members(honest)
    change(members)
    return verify_bundle(pack(folder / "changed.zip", members))


def must_fail(verdict: Verdict, *words: str) -> None:
    assert not verdict.ok
    assert list(verdict.rows) == []
    for word in words:
        assert word in str(verdict.problems[0])


def only_claims(before: bytes, after: bytes) -> bool:
    """Tell whether two indexes differ in nothing but the maker's claims."""
    try:
        one, two = json.loads(before), json.loads(after)
    except ValueError:
        return False
    for claim in ("made_at", "audience", "by"):
        one.pop(claim, None)
        two.pop(claim, None)
    return bool(one == two)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_byte_of_any_member_changed_is_a_problem(honest: Path, tmp_path: Path, data: st.DataObject) -> None:
    members = read_members(honest)
    name = data.draw(st.sampled_from(sorted(members)))
    if not members[name]:
        return
    at = data.draw(st.integers(0, len(members[name]) - 1))
    flip = data.draw(st.integers(1, 255))
    before = members[name]
    members[name] = before[:at] + bytes([before[at] ^ flip]) + before[at + 1 :]
    verdict = verify_bundle(pack(tmp_path / "flipped.zip", members))
    if name == "sarhad-bundle.json" and only_claims(before, members[name]):
        return  # README.txt repeats made-by and audience; the time is a claim that nothing proves
    assert not verdict.ok, (name, at, flip)
    assert list(verdict.rows) == []


@pytest.mark.parametrize(
    "name", ["keys/ir.json", "keys/ir.policy", "logs/ir/checkpoint", "logs/pk/proofs/3.tlog-proof"]
)
def test_every_single_byte_of_small_members_matters(honest: Path, tmp_path: Path, name: str) -> None:
    members = read_members(honest)
    before = members[name]
    for at in range(len(before)):
        members[name] = before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :]
        assert not verify_bundle(pack(tmp_path / "flipped.zip", members)).ok, at


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_byte_of_the_file_changed_never_raises(honest: Path, tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(honest.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "raw.zip").write_bytes(raw)
    verdict = verify_bundle(tmp_path / "raw.zip")
    if verdict.ok:  # dates and versions in zip headers say nothing: the members must then be the same
        assert read_members(tmp_path / "raw.zip") == read_members(honest)


def test_a_truncated_file_never_raises_and_never_passes(honest: Path, tmp_path: Path) -> None:
    raw = honest.read_bytes()
    spots = {*range(60), *random.Random(1).sample(range(len(raw)), 100), *range(len(raw) - 60, len(raw))}
    for length in sorted(spots):
        (tmp_path / "cut.zip").write_bytes(raw[:length])
        must_fail(verify_bundle(tmp_path / "cut.zip"))


def test_a_member_added_is_named(honest: Path, tmp_path: Path) -> None:
    must_fail(changed(honest, tmp_path, lambda m: m.update({"logs/ir/extra": b"x"})), "logs/ir/extra", "does not name")


@pytest.mark.parametrize("name", ["../up", "/root", "a\\b", "c:x", "logs//x", "logs/./x", "\u202ex", "x" * 300])
def test_a_name_with_a_path_trick_is_refused(honest: Path, tmp_path: Path, name: str) -> None:
    must_fail(changed(honest, tmp_path, lambda m: m.update({name: b"x"})))


def test_any_member_missing_is_a_problem(honest: Path, tmp_path: Path) -> None:
    for name in read_members(honest):
        must_fail(changed(honest, tmp_path, lambda m, name=name: m.pop(name)))  # type: ignore[misc]


def test_a_name_that_stands_twice_is_refused(honest: Path, tmp_path: Path) -> None:
    raw = bytearray(pack(tmp_path / "b.zip", read_members(honest) | {"logs/ir/checkpoinT": b"x"}).read_bytes())
    raw = bytearray(bytes(raw).replace(b"logs/ir/checkpoinT", b"logs/ir/checkpoint"))
    (tmp_path / "b.zip").write_bytes(raw)
    must_fail(verify_bundle(tmp_path / "b.zip"), "twice")


def test_a_record_left_out_or_moved_is_named(honest: Path, tmp_path: Path) -> None:
    name = "logs/ir/records.jsonl"

    def drop(members: Members) -> None:
        lines = members[name].splitlines(keepends=True)
        members[name] = b"".join(lines[:2] + lines[3:])

    def swap(members: Members) -> None:
        lines = members[name].splitlines(keepends=True)
        lines[1], lines[2] = lines[2], lines[1]
        members[name] = b"".join(lines)

    must_fail(changed(honest, tmp_path, drop), "logs/ir", "index says")
    must_fail(changed(honest, tmp_path, swap), "after entry")


def test_a_zip_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("logs/ir/commitments", bytes(50_000_000))
    must_fail(verify_bundle(tmp_path / "bomb.zip"), "bomb")


def test_too_many_members_are_refused_before_the_directory_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as file:
        for number in range(50):
            file.writestr(f"x{number}", b"")
    with pytest.raises(VerificationError, match="50 members"):
        Archive(tmp_path / "many.zip", Limits(members=49))


def test_a_directory_that_lies_about_a_size_is_a_problem(honest: Path, tmp_path: Path) -> None:
    raw = bytearray(pack(tmp_path / "b.zip", read_members(honest)).read_bytes())
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        size = struct.unpack_from("<I", raw, at + 24)[0]
        for lie in (size + 1, max(0, size - 1), 0, 0xFFFFFFFE):
            if lie != size:
                lying = bytearray(raw)
                struct.pack_into("<I", lying, at + 24, lie)
                (tmp_path / "lie.zip").write_bytes(lying)
                must_fail(verify_bundle(tmp_path / "lie.zip"))
        at = raw.find(b"PK\x01\x02", at + 4)


def test_members_that_share_bytes_are_refused(honest: Path, tmp_path: Path) -> None:
    raw = bytearray(pack(tmp_path / "b.zip", read_members(honest)).read_bytes())
    first = raw.find(b"PK\x01\x02")
    second = raw.find(b"PK\x01\x02", first + 4)
    raw[second + 42 : second + 46] = raw[first + 42 : first + 46]
    (tmp_path / "b.zip").write_bytes(raw)
    must_fail(verify_bundle(tmp_path / "b.zip"), "shares bytes")


def test_bytes_hidden_around_the_members_are_refused(honest: Path, tmp_path: Path) -> None:
    raw = honest.read_bytes()
    for hidden in (b"MZ hidden" + raw, raw + b"hidden"):
        (tmp_path / "b.zip").write_bytes(hidden)
        must_fail(verify_bundle(tmp_path / "b.zip"))


# a party that lies with its own keys


def lie(folder: Path, change: Callable[[Paper], None]) -> Verdict:
    """The story, told by a party that may do anything with its own log, packed as if it were true."""
    paper = story()
    change(paper)
    write_bundle(folder / "lie.zip", paper, everything(paper), audience="")
    return verify_bundle(folder / "lie.zip", pinned=pins(paper))


def raw_append(paper: Paper, log: str, body: bytes, signature: bytes | None = None) -> None:
    paper.held[log].append(body, signature)
    paper.exchange(log, "pk" if log == "ir" else "ir", T0 + 9000)


def test_a_record_that_speaks_for_another_party_is_refused(tmp_path: Path) -> None:
    body = record.write(party="pk", by="duty.east", at=T0, data=Note(text=words("Said for them")))
    must_fail(lie(tmp_path, lambda p: raw_append(p, "ir", body)), "speaks for 'pk'")


def test_an_act_without_its_signature_or_with_anothers_is_refused(tmp_path: Path) -> None:
    body = record.write(party="ir", by="duty.east", at=T0, data=Warn(to="pk", urgency="flash", text=words("x")))
    must_fail(lie(tmp_path, lambda p: raw_append(p, "ir", body)), "without its signature")
    wrong = envelope.sign_body(secret("pk log"), body)
    must_fail(lie(tmp_path, lambda p: raw_append(p, "ir", body, wrong)), "does not verify")


def test_a_small_order_key_or_signature_is_refused(tmp_path: Path) -> None:
    body = record.write(party="ir", by="duty.east", at=T0, data=Warn(to="pk", urgency="flash", text=words("x")))
    identity = bytes([1]) + bytes(31)
    for point in (
        identity,
        bytes(32),
        bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ):
        must_fail(lie(tmp_path, lambda p, s=point + bytes(32): raw_append(p, "ir", body, s)), "signature")  # type: ignore[misc]

    def small_key(members: Members) -> None:
        keys = json.loads(members["keys/ir.json"])
        keys["keys"][0]["log_key"] = identity.hex()
        members["keys/ir.json"] = json.dumps(keys, separators=(",", ":")).encode()

    paper = story()
    write_bundle(tmp_path / "b.zip", paper, everything(paper), audience="")
    must_fail(changed(tmp_path / "b.zip", tmp_path, small_key), "usable Ed25519")


def test_a_body_that_is_not_canonical_is_refused(tmp_path: Path) -> None:
    body = record.write(party="ir", by="duty.east", at=T0, data=Note(text=words("x"))).replace(b":", b": ", 1)
    paper = story()
    raw_append(paper, "ir", body)
    entry = paper.held["ir"].entries[-1]
    write_bundle(tmp_path / "b.zip", paper, {"ir": range(entry.seq)}, audience="")
    assert entry.salt is not None

    def add(members: Members) -> None:
        line = {"body": b64encode(body).decode(), "salt": b64encode(entry.salt or b"").decode(), "seq": entry.seq}
        members["logs/ir/records.jsonl"] += json.dumps(line, separators=(",", ":")).encode() + b"\n"

    must_fail(changed(tmp_path / "b.zip", tmp_path, add), f"ir:{entry.seq}", "canonical")


def test_a_second_manifest_that_the_old_key_did_not_sign_is_refused(tmp_path: Path) -> None:
    def usurp(paper: Paper) -> None:
        held = paper.held["ir"]
        held.log_key, held.witness_key = secret("thief"), secret("thief witness")
        paper.say("ir", paper.manifest("ir"), at=T0 + 9000)
        paper.exchange("ir", "pk", T0 + 9001)

    must_fail(lie(tmp_path, usurp), "ir", "does not verify")


def test_two_logs_with_one_origin_or_one_key_are_refused(tmp_path: Path) -> None:
    def same_key(paper: Paper) -> None:
        paper.held["ir"].witness_key = paper.held["pk"].witness_key

    paper = Paper()
    same_key(paper)
    paper.held["ir"].entries.clear()
    paper.say("ir", paper.manifest("ir"), at=T0 - 1000, seen=False)
    paper.exchange("ir", "pk", T0)
    paper.exchange("pk", "ir", T0)
    with pytest.raises(VerificationError, match="two parties"):
        write_bundle(tmp_path / "b.zip", paper, everything(paper), audience="")


def test_a_rewritten_entry_does_not_give_the_countersigned_root(tmp_path: Path) -> None:
    def rewrite(paper: Paper) -> None:
        held = paper.held["ir"]
        old = held.entries[2]
        body = record.write(
            party="ir",
            by="duty.east",
            at=T0,
            data=Warn(to="pk", urgency="flash", text=words("Something milder")),
            release=values.JOINT,
        )
        salt = bytes(32)
        commitment = envelope.commit(envelope.commitment_head(held.origin), 2, salt, body)
        held.entries[2] = Entry(2, commitment, salt, body, envelope.sign_body(held.log_key, body))
        assert old.commitment != commitment

    must_fail(lie(tmp_path, rewrite), "logs/ir", "root")


def test_a_countersignature_on_another_root_is_refused(tmp_path: Path) -> None:
    def graft(paper: Paper) -> None:
        lines = paper.held["ir"].lines
        size = max(line.size for line in lines)
        other = next(line for line in lines if line.by == "pk" and line.size != size)
        lines.append(type(other)("ir", size, other.root, "pk", other.time_s, other.line))

    must_fail(lie(tmp_path, graft), "does not verify")


def test_a_backdated_record_cannot_cite_what_did_not_exist(tmp_path: Path) -> None:
    def backdate(paper: Paper) -> None:
        paper.say("ir", Warn(to="pk", urgency="flash", text=words("We warned you long ago")), at=T0 - 300)
        paper.exchange("ir", "pk", T0 + 9000)

    verdict = lie(tmp_path, backdate)
    assert verdict.ok
    rows = [row for row in verdict.rows if row.summary == "We warned you long ago"]
    assert rows[0].backdated
    assert rows[0].not_before_s == T0 + 2010


def test_a_forged_root_in_a_citation_proves_nothing(tmp_path: Path) -> None:
    def cite(paper: Paper) -> None:
        body = record.write(
            party="ir",
            by="duty.east",
            at=T0 + 8000,
            data=Warn(to="pk", urgency="flash", text=words("Cites a root of its own making")),
            release=values.JOINT,
            seen=(values.Seen(log="pk", size=len(paper.held["pk"].entries), root="ab" * 32),),
        )
        raw_append(paper, "ir", body, envelope.sign_body(paper.held["ir"].log_key, body))

    verdict = lie(tmp_path, cite)
    row = next(row for row in verdict.rows if row.summary.startswith("Cites"))
    assert row.not_before_s is None


def test_what_is_no_zip_at_all_is_a_problem(tmp_path: Path) -> None:
    for junk in (b"", b"PK", bytes(1000), io.BytesIO(b"PK\x05\x06" + bytes(18)).getvalue()):
        (tmp_path / "junk").write_bytes(junk)
        must_fail(verify_bundle(tmp_path / "junk"))
    with pytest.raises(FileNotFoundError):
        verify_bundle(tmp_path / "nothing")


def test_a_zip64_directory_is_read_and_checked_alike(honest: Path, tmp_path: Path) -> None:
    raw = honest.read_bytes()
    count, length, offset = struct.unpack("<HII", raw[-12:-2])
    end64 = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, length, offset)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, offset + length, 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path = tmp_path / "zip64.zip"
    path.write_bytes(raw[:-22] + end64 + locator + end)
    assert verify_bundle(path).ok
    for broken in (raw[:-22] + locator + end, raw[:-22] + b"x" + end64 + locator + end, locator + end, end):
        path.write_bytes(broken)
        must_fail(verify_bundle(path))
