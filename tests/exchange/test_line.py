"""The line itself: who gets in, and what a cut, a lost answer or a crash does to what crosses."""

from __future__ import annotations

import asyncio
import shutil
import ssl

import aiohttp
import pytest

from exchange.liar import History, Liar
from exchange.relay import Cable
from exchange.world import JOINT, OWN, Keys, Node, World, equal, make_keys, settled, until
from sarhad.exchange import tls
from sarhad.exchange.invitation import read_invitation, write_invitation
from sarhad.exchange.messages import PushReply, Shown
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.ledger.cosignature import open_cosignature
from sarhad.ledger.errors import RolledBack
from sarhad.ledger.merkle import verify_consistency
from sarhad.ledger.model import Draft, Opening
from sarhad.wire import record
from sarhad.wire.errors import SarhadError
from sarhad.wire.kinds import Note
from sarhad.wire.values import Words

YEAR_US = 366 * 86_400 * 1_000_000


async def joined_with_keys_only(world: World, party: str = "pk") -> tuple[Node, Keys]:
    """A node (ir) that knows a partner of which there are only keys."""
    ir = world.make("ir")
    await ir.open()
    keys = make_keys(world.folder / party, party, world.ports())
    await ir.exchange.admit(write_invitation(world.folder / "x.sarhad-invite", keys.manifest, keys.signature))
    return ir, keys


def context_of(keys: Keys | None, victim: Node) -> ssl.SSLContext:
    if keys is not None:
        return tls.client_context(keys.certificate, keys.tls_key, tls.read_certificate(victim.keys.certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=tls.read_certificate(victim.keys.certificate))
    return context


async def test_a_caller_without_a_certificate_does_not_get_in(world: World) -> None:
    ir, keys = await joined_with_keys_only(world)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await Liar(keys, ir, context=context_of(None, ir)).get("/exchange/v1/witnessed")


async def test_a_caller_with_a_strangers_certificate_does_not_get_in(world: World) -> None:
    ir, keys = await joined_with_keys_only(world)
    stranger = make_keys(world.folder / "stranger", "pk", 1)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await Liar(keys, ir, context=context_of(stranger, ir)).get("/exchange/v1/witnessed")


async def test_a_caller_with_an_expired_certificate_does_not_get_in(world: World) -> None:
    ir = world.make("ir")
    await ir.open()
    old = make_keys(world.folder / "pk", "pk", world.ports(), days=1, now_us=world.timers.now() - YEAR_US)
    await ir.exchange.admit(write_invitation(world.folder / "x.sarhad-invite", old.manifest, old.signature))
    with pytest.raises((aiohttp.ClientError, OSError)):
        await Liar(old, ir).get("/exchange/v1/witnessed")


async def test_older_tls_is_refused(world: World) -> None:
    ir, keys = await joined_with_keys_only(world)
    context = context_of(keys, ir)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((aiohttp.ClientError, OSError)):
        await Liar(keys, ir, context=context).get("/exchange/v1/witnessed")


async def test_a_node_does_not_talk_to_an_impostor_at_its_partners_address(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await settled(pk, ir)
    await ir.close()
    impostor = Node(
        world.folder / "impostor", make_keys(world.folder / "impostor", "ir", ir.port), ir.port, world.timers
    )
    impostor.create()
    await impostor.open()
    await pk.note("not for an impostor")
    await until(lambda: pk.desk.links["ir"].state == "down", pk)
    assert impostor.ledger.logs() == [impostor.ledger.identity]
    await impostor.close()


async def test_our_own_invitation_and_other_keys_for_a_partner_are_refused(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    with pytest.raises(SarhadError, match="our own"):
        await pk.exchange.admit(pk.invitation())
    other = make_keys(world.folder / "other", "ir", 1)
    path = world.folder / "other.sarhad-invite"
    write_invitation(path, other.manifest, other.signature)
    with pytest.raises(SarhadError, match="already"):
        await pk.exchange.admit(read_invitation(path))
    await equal(pk, ir)


async def cabled(world: World) -> tuple[Node, Node, Cable]:
    """Two nodes; pk reaches ir through a cable that can be cut."""
    pk, ir = world.make("pk"), world.make("ir")
    cable = Cable(ir.port)
    await cable.start()
    await pk.open()
    await ir.open()
    await pk.exchange.admit(ir.invitation(f"https://127.0.0.1:{cable.port}"))
    await ir.exchange.admit(pk.invitation())
    await equal(pk, ir)
    return pk, ir, cable


async def large_notes(node: Node, count: int) -> None:
    for i in range(count):
        body = Note(text=Words(lang="en", text=f"{i} " + "x" * 11_000))
        await node.desk.act(node.duty, body, release=JOINT)


async def test_a_cable_cut_in_the_middle_of_a_body_loses_nothing(world: World) -> None:
    pk, ir, cable = await cabled(world)
    cable.cut_after_up = 60_000
    before = cable.cuts
    await large_notes(pk, 20)
    await until(lambda: cable.cuts > before and pk.desk.links["ir"].state == "down", pk)
    cable.mend()
    await world.timers.advance(61)
    await equal(pk, ir)
    assert sum(1 for one in ir.ledger.entries("pk", 0, pk.size()) if one.body is not None) == pk.size()
    await cable.stop()


async def test_a_lost_answer_is_repaired_and_the_first_countersignature_still_comes_home(world: World) -> None:
    pk, ir, cable = await cabled(world)
    cable.cut()
    written = await pk.note("countersigned, and the answer is lost")
    await until(lambda: pk.desk.links["ir"].state == "down", pk)
    cable.mend()
    await world.timers.advance(61)
    await equal(pk, ir)
    cable.lose_after_down = 0
    cable.cut()
    cable.whole = True
    second = await pk.note("again")
    await until(lambda: ir.holds(second.ref) or pk.desk.links["ir"].state == "down", pk, ir)
    cable.mend()
    third = await pk.note("and one more")
    await world.timers.advance(61)
    await equal(pk, ir)
    for one in (written, second, third):
        ours = pk.ledger.first_covering("pk", one.seq, "ir")
        theirs = ir.ledger.first_covering("pk", one.seq, "ir")
        assert ours == theirs
    await cable.stop()


@pytest.mark.parametrize("who", ["pk", "ir"])
async def test_a_node_that_starts_again_in_the_middle_goes_on_where_it_was(world: World, who: str) -> None:
    pk, ir = await world.start("pk", "ir")
    for round_ in range(3):
        for i in range(5):
            await pk.note(f"{round_}/{i}")
            await ir.note(f"{round_}/{i}", OWN)
        await world.nodes[who].restart()
    await world.timers.advance(61)  # whoever met the other in the middle of its stop pauses by the clock
    await equal(pk, ir)
    assert sum(1 for one in ir.ledger.entries("pk", 0, pk.size()) if one.body is None) == 0


async def test_what_was_persisted_and_not_folded_before_a_crash_is_confirmed_at_the_next_start(world: World) -> None:
    ir, keys = await joined_with_keys_only(world)
    liar = Liar(keys, ir)
    liar.history.note("countersigned, then the power fails")
    push = liar.history.push(0)
    ir.ledger.extend("pk", 0, push.commitments, [_opening(one) for one in push.openings], push.checkpoint)
    await ir.restart()
    view = ir.picture.record("pk:1")
    assert view is not None
    assert [(one.party, one.step) for one in view.receipts] == [("ir", "delivered")]


def _opening(shown: Shown) -> Opening:
    return Opening(shown.seq, shown.salt, shown.body, shown.signature)


async def test_a_store_that_was_rolled_back_together_with_its_guard_is_found_out_by_the_partner(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await settled(pk, ir)
    await pk.close()
    backup = world.folder / "backup"
    shutil.copytree(pk.folder, backup)
    await pk.open()
    await pk.note("said after the backup")
    await settled(pk, ir)
    await pk.close()
    shutil.rmtree(pk.folder)
    shutil.copytree(backup, pk.folder)
    await pk.open()
    await until(lambda: "ir" in pk.desk.links and "rolled-back" in pk.desk.links["ir"].reason, pk)
    body = record.write(party="pk", by="duty.desk", at=1, data=Note(text=Words(lang="en", text="x")))
    with pytest.raises(RolledBack):
        pk.ledger.append([Draft(body)])
    assert not ir.ledger.frozen("pk")


async def test_entries_that_a_partner_has_signed_and_does_not_send_are_shown_as_withheld(world: World) -> None:
    ir, keys = await joined_with_keys_only(world)
    af = world.make("af")
    await af.open()
    await af.exchange.admit(write_invitation(world.folder / "x.sarhad-invite", keys.manifest, keys.signature))
    await af.exchange.admit(ir.invitation())
    await ir.exchange.admit(af.invitation())
    history = History(keys)
    history.say(keys.manifest, keys.signature)
    for i in range(3):
        history.note(f"told to af only {i}")
    liar = Liar(keys, ir)
    liar.history = history
    assert isinstance(await liar.send(history.push(0, 1)), PushReply)
    assert isinstance(await Liar(keys, af).send(history.push(0)), PushReply)
    await af.note("brings along what af has seen")
    await until(lambda: ir.exchange._sightings.behind("pk") == 3, ir, af)
    await world.timers.advance(120)
    await until(lambda: ir.desk.links["pk"].behind == 3 and "withholds 3" in ir.desk.links["pk"].reason, ir)


async def test_the_witness_call_of_c2sp_answers_as_it_is_written(world: World) -> None:
    ir, keys = await joined_with_keys_only(world)
    liar = Liar(keys, ir)
    liar.history.note("one")
    note = liar.history.checkpoint(1)
    status, body = await liar.post("/add-checkpoint", b"old 0\n\n" + note)
    assert status == 200
    at = Checkpoint(keys.identity.origin, 1, liar.history.root(1))
    identity = ir.ledger.identity
    open_cosignature(at, body.decode(), identity.witness_name, identity.witness_key)
    status, body = await liar.post("/add-checkpoint", b"old 0\n\n" + liar.history.checkpoint(2))
    assert (status, body) == (409, b"1\n")
    status, _ = await liar.post("/add-checkpoint", b"old 1\n\n" + liar.history.checkpoint(2))
    assert status == 422
    status, _ = await liar.post("/add-checkpoint", b"old x\n\n")
    assert status == 400
    status, _ = await liar.post(
        "/add-checkpoint", b"old 1\n\n" + liar.history.checkpoint(2, origin="sarhad.example/af")
    )
    assert status == 404


async def test_a_partner_reads_our_log_as_tiles(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    for i in range(3):
        await ir.note(f"entry {i}", OWN)
    await settled(pk, ir)
    liar = Liar(pk.keys, ir)
    size = ir.size()
    status, checkpoint = await liar.get("/checkpoint")
    assert status == 200
    assert checkpoint.split(b"\n")[1] == str(size).encode()
    status, tile = await liar.get(f"/tile/0/000.p/{size}")
    assert (status, tile) == (200, ir.ledger.tile("ir", 0, 0, size))
    status, entries = await liar.get(f"/tile/entries/000.p/{size}")
    assert (status, len(entries)) == (200, 34 * size)
    for path in (f"/tile/0/000.p/{size + 1}", "/tile/0/000", "/tile/9/000.p/1", "/tile/0/0", "/nothing"):
        assert (await liar.get(path))[0] == 404
    verify_consistency(
        1, size, ir.ledger.root("ir", 1), ir.ledger.root("ir", size), ir.ledger.consistency("ir", 1, size)
    )


async def test_one_connection_too_many_is_closed_and_the_others_live(world: World) -> None:
    ir, keys = await joined_with_keys_only(world)
    context = context_of(keys, ir)
    opened = [await asyncio.open_connection("127.0.0.1", ir.port, ssl=context) for _ in range(16)]
    reader, writer = await asyncio.open_connection("127.0.0.1", ir.port, ssl=context)
    assert await reader.read() == b""
    for _, one in [*opened, (reader, writer)]:
        one.close()
