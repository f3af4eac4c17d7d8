"""Carried by hand, and chosen for a bundle: the same pictures, and nothing for the wrong eyes."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.world import JOINT, OWN, PUBLIC, Node, World, equal, level, shared
from sarhad.exchange import bundles, carried
from sarhad.exchange.errors import NotForUs, Suspended
from sarhad.ledger.bundle import verify_bundle, write_bundle
from sarhad.ledger.errors import OutOfStep
from sarhad.ledger.model import Draft
from sarhad.wire import record
from sarhad.wire.errors import SarhadError, VerificationError
from sarhad.wire.kinds import Note, Report, Suspension
from sarhad.wire.values import Words, named


async def apart(world: World, *parties: str) -> list[Node]:
    """Nodes that know each other and have no line between them."""
    nodes = [world.make(party) for party in parties]
    for node in nodes:
        await node.open(online=False)
    for node in nodes:
        for other in nodes:
            if other is not node:
                node.exchange.roster.admit(other.invitation())
    return nodes


async def carry(source: Node, target: Node, name: str = "stick") -> carried.Carried:
    path = source.folder.parent / f"{name}.sarhad-carried"
    await source.exchange.export_for_partner(path, target.party)
    return await target.exchange.import_carried(path)


async def test_files_in_both_directions_lead_to_the_same_picture(world: World) -> None:
    pk, ir = await apart(world, "pk", "ir")
    said, heard = await pk.incident("told by hand"), await ir.note("told back by hand")
    kept = await pk.note("kept home", OWN)
    for _ in range(3):
        await carry(pk, ir)
        await carry(ir, pk)
    assert ir.holds(said.ref)
    assert pk.holds(heard.ref)
    assert not ir.holds(kept.ref)
    assert pk.witnessed_by("ir") > kept.seq
    for _ in range(4):
        await carry(pk, ir)
        await carry(ir, pk)
    assert level(pk, ir)
    assert len(shared(pk, ir)) == 1


async def test_a_file_and_the_network_may_overlap(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    path = world.folder / "early.sarhad-carried"
    first = await pk.note("in the file and over the line")
    await pk.exchange.export_for_partner(path, "ir")
    await equal(pk, ir)
    before, size = ir.picture.to_bytes(), ir.size()
    brought = await ir.exchange.import_carried(path)
    assert brought.new == 0
    assert (ir.picture.to_bytes(), ir.size()) == (before, size)
    assert ir.holds(first.ref)
    await equal(pk, ir)


async def test_the_same_file_twice_changes_nothing(world: World) -> None:
    pk, ir = await apart(world, "pk", "ir")
    await pk.note("once")
    assert (await carry(pk, ir)).new == 2
    before, size = ir.picture.to_bytes(), ir.size()
    assert (await ir.exchange.import_carried(world.folder / "stick.sarhad-carried")).new == 0
    assert (ir.picture.to_bytes(), ir.size()) == (before, size)


async def test_a_large_absence_is_carried_in_pieces(world: World) -> None:
    pk, ir = await apart(world, "pk", "ir")
    text = Words(lang="en", text="x" * 2_000)
    bodies = [
        record.write(party="pk", by="duty.desk", at=i, data=Note(text=text), release=JOINT) for i in range(1, 4_100)
    ]
    pk.ledger.append([Draft(body) for body in bodies])
    await pk.close()
    await pk.open(online=False)
    assert (await carry(pk, ir)).new == 4_100
    assert sum(1 for one in ir.ledger.entries("pk", 0, 4_100) if one.body is not None) == 4_100


async def test_a_file_for_another_party_is_refused(world: World) -> None:
    pk, ir, af = await apart(world, "pk", "ir", "af")
    path = world.folder / "stick.sarhad-carried"
    await pk.exchange.export_for_partner(path, "ir")
    with pytest.raises(NotForUs, match="for ir"):
        await af.exchange.import_carried(path)
    assert af.ledger.size("pk") == 0
    assert ir.ledger.size("pk") == 0


async def test_a_file_of_a_stranger_is_refused(world: World) -> None:
    pk, _ir = await apart(world, "pk", "ir")
    alone = world.make("af")
    await alone.open(online=False)
    alone.exchange.roster.admit(pk.invitation())
    path = world.folder / "stick.sarhad-carried"
    await alone.exchange.export_for_partner(path, "pk")
    with pytest.raises(NotForUs, match="not a partner"):
        await pk.exchange.import_carried(path)


@pytest.mark.parametrize("keep", [0, 5, 18, 30, 200, -1])
async def test_a_file_that_was_cut_short_is_refused_and_what_is_whole_in_it_is_kept(world: World, keep: int) -> None:
    pk, ir = await apart(world, "pk", "ir")
    await pk.note("cut short")
    path = world.folder / "stick.sarhad-carried"
    await pk.exchange.export_for_partner(path, "ir")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(VerificationError):
        await ir.exchange.import_carried(path)
    await pk.exchange.export_for_partner(path, "ir")
    await ir.exchange.import_carried(path)
    assert ir.ledger.size("pk") == pk.size()


async def test_a_changed_byte_is_found(world: World) -> None:
    pk, ir = await apart(world, "pk", "ir")
    await pk.note("do not change this")
    path = world.folder / "stick.sarhad-carried"
    await pk.exchange.export_for_partner(path, "ir")
    path.write_bytes(path.read_bytes().replace(b"do not change", b"we did change"))
    with pytest.raises(VerificationError):
        await ir.exchange.import_carried(path)
    assert ir.ledger.size("pk") == 0


async def test_a_file_that_begins_beyond_what_we_hold_says_so(world: World) -> None:
    pk, ir = await apart(world, "pk", "ir")
    await carry(pk, ir)
    await carry(ir, pk)
    await pk.note("later")
    path = world.folder / "later.sarhad-carried"
    await pk.exchange.export_for_partner(path, "ir")
    fresh = World(world.folder / "again", world.ports).make("ir")
    await fresh.open(online=False)
    fresh.exchange.roster.admit(pk.invitation())
    with pytest.raises(OutOfStep):
        await fresh.exchange.import_carried(path)
    await fresh.close()


async def test_nothing_is_carried_while_suspended(world: World) -> None:
    pk, ir = await apart(world, "pk", "ir")
    await carry(ir, pk)
    await pk.command(Suspension(partner="ir", reason=Words(lang="en", text="stopped")))
    with pytest.raises(Suspended):
        await carry(pk, ir)
    with pytest.raises(Suspended):
        await pk.exchange.import_carried(world.folder / "stick.sarhad-carried")


async def test_a_bundle_holds_what_its_audience_may_read_and_no_more(world: World, tmp_path: Path) -> None:
    pk, ir, af = await world.start("pk", "ir", "af")
    public = await pk.note("for everybody", PUBLIC)
    joint = await pk.note("for the partners")
    only = await pk.note("for ir", named("ir"))
    kept = await pk.note("ours", OWN)
    theirs = await af.note("af to its partners")
    await equal(pk, ir, af)

    def chosen(audience: str) -> set[str]:
        found = bundles.select(pk.ledger, pk.desk, audience)
        return {f"{log}:{seq}" for log, seqs in found.items() for seq in seqs}

    mine = {public.ref, joint.ref, only.ref, kept.ref, theirs.ref}
    assert chosen("own") & mine == mine
    assert chosen("ir") & mine == {public.ref, joint.ref, only.ref}
    assert chosen("af") & mine == {public.ref, joint.ref, theirs.ref}
    assert chosen("public") & mine == {public.ref}
    with pytest.raises(SarhadError, match="no audience"):
        bundles.select(pk.ledger, pk.desk, "nobody")
    pk.ledger.checkpoint()
    for audience in ("own", "ir", "public"):
        path = tmp_path / f"{audience}.zip"
        write_bundle(path, pk.ledger, bundles.select(pk.ledger, pk.desk, audience), audience=audience)
        assert not verify_bundle(path).problems


async def test_a_chosen_record_brings_what_hangs_on_it(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    incident = await pk.incident("the one")
    other = await pk.incident("another")
    await equal(pk, ir)
    words = Words(lang="en", text="from the other side")
    report = await ir.desk.act(ir.duty, Report(incident=incident.ref, text=words), release=JOINT)
    await equal(pk, ir)
    found = bundles.select(pk.ledger, pk.desk, "own", [incident.ref])
    chosen = {f"{log}:{seq}" for log, seqs in found.items() for seq in seqs}
    assert {incident.ref, report.ref, "pk:0", "ir:0"} <= chosen
    assert other.ref not in chosen
    view = pk.picture.record(incident.ref)
    assert view is not None
    assert {one.ref for one in view.receipts} <= chosen
    with pytest.raises(SarhadError, match="pk:9999"):
        bundles.select(pk.ledger, pk.desk, "own", ["pk:9999"])
