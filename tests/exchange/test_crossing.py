"""A record crosses: live, catching up, kept home, disclosed, suspended, and both pictures are equal."""

from __future__ import annotations

from exchange.relay import Cable
from exchange.world import JOINT, OWN, World, equal, level, settled, until
from sarhad.exchange.messages import BATCH_ENTRIES
from sarhad.ledger.model import Draft
from sarhad.wire import record
from sarhad.wire.kinds import Note, ReleaseAct, Resumption, Suspension
from sarhad.wire.values import Words, named

WORDS = Words(lang="en", text="for the exercise of the suspension")


async def test_a_released_record_crosses_is_countersigned_and_its_delivery_is_confirmed(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    written = await pk.incident("A lorry across both lanes")
    await settled(pk, ir)
    assert ir.holds(written.ref)
    assert pk.witnessed_by("ir") == pk.size()
    assert ir.witnessed_by("pk") == ir.size()
    assert pk.picture.record(written.ref) is not None
    view = pk.picture.record(written.ref)
    assert view is not None
    assert [(one.party, one.step) for one in view.receipts] == [("ir", "delivered")]
    await equal(pk, ir)


async def test_a_record_kept_home_is_witnessed_and_its_content_does_not_cross(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    kept = await pk.note("for our own desk", OWN)
    await settled(pk, ir)
    assert pk.witnessed_by("ir") == pk.size() > kept.seq
    entry = ir.ledger.entry("pk", kept.seq)
    assert entry is not None
    assert entry.body is None
    assert not ir.holds(kept.ref)


async def test_a_record_kept_home_is_disclosed_later_and_opens_the_old_commitment(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    kept = await pk.note("known since the morning", OWN)
    await settled(pk, ir)
    before = ir.ledger.entry("pk", kept.seq)
    await world.timers.advance(3_600)
    await pk.command(ReleaseAct(record=kept.ref, release=JOINT))
    await settled(pk, ir)
    after = ir.ledger.entry("pk", kept.seq)
    assert before is not None
    assert after is not None
    assert after.commitment == before.commitment
    assert after.body == kept.body
    assert ir.holds(kept.ref)
    covering = ir.ledger.first_covering("pk", kept.seq, "ir")
    assert covering is not None
    assert covering.time_s * 1_000_000 <= world.timers.now() - 3_600_000_000
    await equal(pk, ir)


async def test_a_release_to_one_partner_discloses_nothing_to_the_other(world: World) -> None:
    pk, ir, af = await world.start("pk", "ir", "af")
    kept = await pk.note("for one partner only", OWN)
    await settled(pk, ir, af)
    await pk.desk.act(pk.commander, ReleaseAct(record=kept.ref, release=named("ir")), release=named("ir"))
    await settled(pk, ir, af)
    assert ir.holds(kept.ref)
    assert not af.holds(kept.ref)
    entry = af.ledger.entry("pk", kept.seq)
    assert entry is not None
    assert entry.body is None


async def test_three_parties_hold_equal_pictures_of_what_they_share(world: World) -> None:
    nodes = pk, ir, af = await world.start("pk", "ir", "af")
    for node in nodes:
        await node.incident(f"Seen by {node.party}")
        await node.note(f"kept by {node.party}", OWN)
        await node.note(f"from {node.party} to pk", named("pk") if node is not pk else OWN)
    await settled(*nodes)
    await equal(*nodes)
    for pair in ((pk, ir), (ir, af), (pk, af)):
        await equal(*pair)


async def test_a_long_absence_is_caught_up_without_duplicates(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await settled(pk, ir)
    await ir.close()
    bodies = [
        record.write(
            party="pk",
            by="duty.desk",
            at=world.timers.now() + i,
            data=Note(text=Words(lang="en", text=f"note {i}")),
            release=JOINT if i % 3 else OWN,
        )
        for i in range(2 * BATCH_ENTRIES + 7)
    ]
    pk.ledger.append([Draft(body) for body in bodies])
    await pk.restart()
    await ir.open()
    await settled(pk, ir)
    assert ir.size() < 30
    assert sum(1 for one in ir.ledger.entries("pk", 0, pk.size()) if one.body is not None) >= len(bodies) * 2 // 3
    await equal(pk, ir)


async def test_the_link_is_shown_up_down_and_up_again_with_what_waits(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await settled(pk, ir)
    await until(lambda: pk.desk.links["ir"].state == "up", pk)
    await ir.close()
    written = await pk.note("is anybody there")
    await until(lambda: pk.desk.links["ir"].waiting == 1, pk)
    view = pk.desk.links["ir"]
    assert view.state == "down"
    assert view.oldest_waiting_us == written.header.at
    assert "unreachable" in view.reason
    await ir.open()
    await settled(pk, ir)
    await until(lambda: pk.desk.links["ir"].state == "up" and not pk.desk.links["ir"].waiting, pk)


async def test_a_pause_after_a_failure_ends_by_the_clock(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await settled(pk, ir)
    cable = Cable(ir.port)
    await cable.start()
    cable.cut()
    await pk.close()
    pk_endpoint = f"https://127.0.0.1:{cable.port}"
    await pk.open(online=False)
    pk.exchange.roster.admit(ir.invitation(pk_endpoint))
    await pk.restart()
    await pk.note("during the cut")
    await until(lambda: pk.desk.links["ir"].state == "down", pk)
    cable.mend()
    await world.timers.advance(61)
    await until(lambda: pk.witnessed_by("ir") == pk.size(), pk, ir)
    await cable.stop()


async def test_who_joined_first_is_answered_as_soon_as_the_other_has_joined_too(world: World) -> None:
    pk, ir = world.make("pk"), world.make("ir")
    for node in (pk, ir):
        await node.open()
    await pk.exchange.admit(ir.invitation())
    await until(lambda: "ir" in pk.desk.links and bool(pk.desk.links["ir"].reason), pk)
    await ir.exchange.admit(pk.invitation())
    await settled(pk, ir)  # no clock goes on here: the pause ends by the other's call
    await until(lambda: pk.desk.links["ir"].state == "up", pk)


async def test_nothing_crosses_while_suspended_and_both_are_equal_after_the_resumption(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await settled(pk, ir)
    stop = await pk.command(Suspension(partner="ir", reason=WORDS))
    await until(lambda: ir.holds(stop.ref), pk, ir)
    await until(lambda: pk.desk.links["ir"].state == "suspended" == ir.desk.links["pk"].state, pk, ir)
    mine, theirs = await pk.note("said alone"), await ir.note("said alone too")
    await pk.restart()
    await ir.restart()
    assert pk.desk.picture.suspension("pk", "ir") == stop.ref
    await until(lambda: pk.desk.links["ir"].waiting == 1, pk)
    assert not ir.holds(mine.ref)
    assert not pk.holds(theirs.ref)
    await pk.command(Resumption(partner="ir", suspension=stop.ref))
    await settled(pk, ir)
    assert ir.holds(mine.ref)
    assert pk.holds(theirs.ref)
    await equal(pk, ir)


async def test_a_partner_that_missed_the_suspension_is_refused_and_keeps_its_queue(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await settled(pk, ir)
    await ir.close()
    stop = await pk.command(Suspension(partner="ir", reason=WORDS))
    await until(lambda: pk.desk.links["ir"].state == "suspended", pk)
    await ir.open()
    written = await ir.note("nobody told us")
    await until(lambda: ir.desk.links["pk"].state == "suspended", ir)
    assert "(suspended)" in ir.desk.links["pk"].reason
    assert not pk.holds(written.ref)
    await pk.command(Resumption(partner="ir", suspension=stop.ref))
    await settled(pk, ir)
    assert pk.holds(written.ref)
    await equal(pk, ir)


async def test_the_skew_between_the_clocks_is_measured(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await settled(pk, ir)
    assert level(pk, ir)
    await until(lambda: pk.desk.links["ir"].skew_us is not None, pk)
    assert pk.desk.links["ir"].skew_us == 0
