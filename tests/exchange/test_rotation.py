"""A change of keys between real nodes: the partner follows from the log, at once or when it is back."""

from __future__ import annotations

import base64
from dataclasses import replace

import msgspec
import pytest

from exchange.liar import Liar
from exchange.world import Node, World, equal, make_keys, settled, until
from sarhad.exchange import tls
from sarhad.exchange.invitation import read_invitation, write_invitation
from sarhad.exchange.messages import Problem, PushReply
from sarhad.exchange.renewal import adopt
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.ledger.cosignature import cosign
from sarhad.ledger.fsck import fsck
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Entry, Identity, Opening
from sarhad.wire import envelope, record
from sarhad.wire.errors import VerificationError
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Manifest
from sarhad.wire.values import PUBLIC


def manifest_of(node: Node) -> Manifest:
    """What the node's newest manifest says."""
    data = record.read(node.party, 0, node.ledger.identity.manifest).data
    assert isinstance(data, Manifest)
    return data


async def rotate(node: Node, name: str = "new") -> int:
    """Change all three keys of an open node; it still listens with the old ones until it is opened again."""
    folder = node.folder / name
    folder.mkdir()
    log, witness = SecretKey.generate(), SecretKey.generate()
    pem, der = tls.make_certificate(node.party, now_us=node.timers.now(), days=3_660)
    tls.save_certificate(folder / "tls.key", folder / "tls.crt", pem, der)
    changed = msgspec.structs.replace(
        manifest_of(node),
        log_key=log.public.hex(),
        witness_key=witness.public.hex(),
        tls_cert=base64.b64encode(der).decode(),
    )
    written = await node.desk.renew(changed, log, witness)
    node.older = ((node.keys.certificate, node.keys.tls_key), *node.older)
    node.keys = replace(node.keys, log=log, witness=witness, tls_key=folder / "tls.key", certificate=folder / "tls.crt")
    return written.seq


def known_keys(node: Node, other: Node) -> Identity:
    return node.ledger.identity_of(other.party)


async def test_a_change_of_all_keys_is_followed_from_the_log_and_records_go_on_both_ways(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    old = await pk.note("under the old keys")
    await equal(pk, ir)
    await rotate(pk)
    await pk.restart()
    new = await pk.note("under the new keys")
    back = await ir.note("to the new certificate")
    await equal(pk, ir)
    assert ir.holds(old.ref)
    assert ir.holds(new.ref)
    assert pk.holds(back.ref)
    assert known_keys(ir, pk).log_key == pk.keys.log.public
    assert known_keys(ir, pk).witness_key == pk.keys.witness.public
    assert ir.exchange.roster.get("pk").certificate == tls.read_certificate(pk.keys.certificate)
    pk.older = ()  # the partner has countersigned: nobody goes by the former certificate any more
    await pk.restart()
    last = await ir.note("again")
    await equal(pk, ir)
    assert pk.holds(last.ref)
    assert fsck(pk.folder).ok
    assert fsck(ir.folder).ok


async def test_a_partner_that_was_away_catches_up_through_two_changes(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await pk.note("before")
    await equal(pk, ir)
    await ir.close()
    for number in range(70):
        await pk.note(f"while ir was away {number}")
    await rotate(pk, "second")
    for number in range(45):
        await pk.note(f"under the second keys {number}")
    await rotate(pk, "third")
    await pk.note("under the third keys")
    await pk.restart()
    await ir.open()
    said = await ir.note("ir is back")
    await equal(pk, ir)
    assert pk.holds(said.ref)
    assert len(ir.ledger.identities_of("pk")) == 3
    assert known_keys(ir, pk).log_key == pk.keys.log.public
    assert not ir.ledger.evidence()
    assert not pk.ledger.evidence()
    assert fsck(ir.folder).ok


async def test_a_crash_between_keeping_the_manifest_and_taking_it_over_is_made_good(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await equal(pk, ir)
    seq = await rotate(pk)
    await pk.close()
    await ir.close()
    # What a push that ends in the manifest leaves when the process dies right after it was kept.
    source = Ledger.open(pk.folder, pk.keys.log, pk.keys.witness, pk.timers.now)
    target = Ledger.open(ir.folder, ir.keys.log, ir.keys.witness, ir.timers.now)
    start = target.size("pk")
    entries = list(source.entries("pk", start, seq + 1))
    openings = [one for one in entries if one.body is not None and b'"manifest"' in one.body]
    target.extend(
        "pk",
        start,
        b"".join(one.commitment for one in entries),
        [_shown(openings[0])],
        source.checkpoint(seq + 1),
    )
    assert target.identity_of("pk").log_key != pk.keys.log.public
    source.close()
    target.close()
    await pk.open()
    await ir.open()
    said = await pk.note("under the new keys")
    await equal(pk, ir)
    assert ir.holds(said.ref)
    assert not adopt(ir.ledger, "pk")


def _shown(entry: Entry) -> Opening:
    assert entry.salt is not None
    assert entry.body is not None
    return Opening(entry.seq, entry.salt, entry.body, entry.signature)


async def test_a_party_that_joins_after_a_change_reads_the_whole_log(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    old = await pk.note("under the old keys")
    await equal(pk, ir)
    seq = await rotate(pk)
    await pk.restart()
    (af,) = await world.start("af")
    entry = pk.ledger.entry("pk", seq)
    first = pk.ledger.entry("pk", 0)
    assert entry is not None
    assert first is not None
    path = world.folder / "pk-later.sarhad-invite"
    assert entry.body is not None
    assert entry.signature is not None
    assert first.body is not None
    assert first.signature is not None
    made = write_invitation(path, first.body, first.signature, later=[(entry.body, entry.signature)])
    pk.older = ()
    await pk.restart()
    await pk.exchange.admit(af.invitation())
    await af.exchange.admit(made)
    await until(lambda: af.holds(old.ref) and af.ledger.size("pk") == pk.size(), af, pk)
    assert known_keys(af, pk).log_key == pk.keys.log.public


@pytest.fixture
def stolen() -> SecretKey:
    """A key that the party never had."""
    return SecretKey.generate()


async def scene_of(world: World) -> tuple[Liar, Node]:
    """A node, and a liar who is its partner and whose log it holds."""
    (ir,) = await world.start("ir")
    keys = make_keys(world.folder / "zz", "zz", world.ports())
    path = world.folder / "zz.sarhad-invite"
    write_invitation(path, keys.manifest, keys.signature)
    await ir.exchange.admit(read_invitation(path))
    liar = Liar(keys, ir)
    assert isinstance(await liar.send(liar.history.push(0)), PushReply)
    return liar, ir


def new_manifest(liar: Liar, stolen: SecretKey, **changes: str) -> bytes:
    data = record.read("zz", 0, liar.keys.manifest).data
    assert isinstance(data, Manifest)
    changed = msgspec.structs.replace(data, **{"log_key": stolen.public.hex(), **changes})
    return record.write(party="zz", by="node", at=1_700_000_000_000_001, data=changed, release=PUBLIC)


async def test_a_change_of_keys_that_the_old_key_did_not_sign_is_not_followed(world: World, stolen: SecretKey) -> None:
    liar, ir = await scene_of(world)
    body = new_manifest(liar, stolen)
    seq = liar.history.say(body, envelope.sign_body(stolen, body))
    assert isinstance(await liar.send(liar.history.push(1)), PushReply), "the entry is witnessed all the same"
    entry = ir.ledger.entry("zz", seq)
    assert entry is not None
    assert "signature" in entry.refused
    assert ir.ledger.identity_of("zz").log_key == liar.keys.log.public
    liar.history.note("by the key that nobody follows")
    liar.history.keys = replace(liar.keys, log=stolen)
    answer = await liar.send(liar.history.push(seq + 1))
    assert isinstance(answer, Problem)
    assert answer.code == "verification"
    assert ir.ledger.size("zz") == seq + 1


async def test_a_message_cannot_bring_the_key_that_verifies_it(world: World, stolen: SecretKey) -> None:
    liar, ir = await scene_of(world)
    body = new_manifest(liar, stolen)
    liar.history.say(body, envelope.sign_body(liar.keys.log, body))
    liar.history.keys = replace(liar.keys, log=stolen)
    answer = await liar.send(liar.history.push(1))
    assert isinstance(answer, Problem)
    assert ir.ledger.size("zz") == 1
    liar.history.note("after the manifest, in the same push")
    liar.history.keys = liar.keys
    answer = await liar.send(liar.history.push(1))
    assert isinstance(answer, Problem)
    assert "ends the push" in answer.what
    assert ir.ledger.identity_of("zz").log_key == liar.keys.log.public


async def test_a_partner_cannot_take_anothers_certificate_or_keys(world: World, stolen: SecretKey) -> None:
    liar, ir = await scene_of(world)
    ours = base64.b64encode(tls.read_certificate(ir.keys.certificate)).decode()
    for changes in ({"tls_cert": ours}, {"witness_key": ir.keys.witness.public.hex()}, {"origin": "other.example/zz"}):
        body = new_manifest(liar, stolen, **changes)
        start = len(liar.history.said)
        seq = liar.history.say(body, envelope.sign_body(liar.keys.log, body))
        assert isinstance(await liar.send(liar.history.push(start)), PushReply)
        entry = ir.ledger.entry("zz", seq)
        assert entry is not None
        assert entry.refused
        assert ir.ledger.identity_of("zz").manifest == liar.keys.manifest


async def test_a_replaced_witness_key_signs_for_no_later_day(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    note = await ir.note("something to countersign")
    await equal(pk, ir)
    stolen = pk.keys.witness
    await rotate(pk)
    await pk.restart()
    await settled(pk, ir)
    size = ir.size()
    later = world.timers.now() // 1_000_000 + 86_400
    fresh = ir.ledger.identity_of("ir")
    at = Checkpoint(fresh.origin, size, ir.ledger.root("ir", size))
    with pytest.raises(VerificationError, match="replaced"):
        ir.ledger.add_countersignature("ir", size, cosign(at, "sarhad.example/pk/witness", stolen, later), "pk")
    assert ir.holds(note.ref)
