"""An officer's act: what is written, signed, folded and told; what is written once only."""

from __future__ import annotations

import asyncio

import pytest

from desk.house import House, carry, receipts, settle, words
from sarhad.desk import KeyReused, NotFound, RoleRefused, keys
from sarhad.desk.rules import Intended
from sarhad.ledger import proof
from sarhad.wire import envelope
from sarhad.wire.errors import Refused
from sarhad.wire.ids import parse_ref
from sarhad.wire.kinds import Note, Request, Warn
from sarhad.wire.values import JOINT, OWN, named

WARN = Warn(to="pk", urgency="flash", text=words("a car bomb is on the road to Zahedan"))


async def test_an_act_is_durable_folded_and_told(ir: House, pk: House) -> None:
    pages = ir.desk.subscribe()
    ref = await ir.act("duty", WARN, release=named("pk"))
    assert ir.desk.known(ref)
    event = await pages.next()
    assert event is not None
    assert f"record/{ref}" in event.subjects
    await ir.restart()
    assert ir.desk.held(ref) is not None


async def test_an_authorised_act_is_signed_and_an_ordinary_record_is_not(ir: House, pk: House) -> None:
    warning, note = await ir.act("duty", WARN, release=JOINT), await ir.act("duty", Note(text=words()), release=OWN)
    entry = ir.ledger.entry("ir", parse_ref(warning).seq)
    assert entry is not None
    assert entry.body is not None
    envelope.check_signature(ir.log_key.public, entry.body, entry.signature)
    plain = ir.ledger.entry("ir", parse_ref(note).seq)
    assert plain is not None
    assert plain.signature is None


async def test_a_record_cites_the_newest_partner_checkpoint_that_was_seen(ir: House, pk: House) -> None:
    ref = await ir.act("duty", Note(text=words()), release=OWN)
    held = ir.desk.held(ref)
    assert held is not None
    assert [(seen.log, seen.size) for seen in held.header.seen] == [("pk", ir.ledger.size("pk"))]


async def test_the_same_key_writes_once(ir: House, pk: House) -> None:
    size = ir.ledger.size("ir")
    refs = await asyncio.gather(*(ir.act("duty", WARN, release=JOINT, key="k-1") for _ in range(5)))
    assert set(refs) == {f"ir:{size}"}
    assert ir.ledger.size("ir") == size + 1


async def test_the_same_key_writes_once_across_a_restart(ir: House, pk: House) -> None:
    ref = await ir.act("duty", WARN, release=JOINT, key="k-1")
    await ir.act("duty", Note(text=words()), release=OWN)
    await ir.restart()
    assert await ir.act("duty", WARN, release=JOINT, key="k-1") == ref


async def test_a_key_is_each_officers_own(ir: House, pk: House) -> None:
    first = await ir.act("duty", WARN, release=JOINT, key="k-1")
    assert await ir.act("commander", WARN, release=JOINT, key="k-1") != first


async def test_a_key_cannot_be_used_for_something_else(ir: House, pk: House) -> None:
    await ir.act("duty", WARN, release=JOINT, key="k-1")
    with pytest.raises(KeyReused):
        await ir.act("duty", WARN, release=named("pk"), key="k-1")
    with pytest.raises(Refused):
        await ir.act("duty", WARN, release=JOINT, key="")


async def test_a_refused_act_leaves_its_key_free(ir: House, pk: House) -> None:
    with pytest.raises(RoleRefused):
        await ir.act("auditor", WARN, release=JOINT, key="k-1")
    size = ir.ledger.size("ir")
    with pytest.raises(Refused):
        await ir.act("duty", WARN, release=OWN, key="k-1")
    await ir.act("duty", WARN, release=JOINT, key="k-1")
    assert ir.ledger.size("ir") == size + 1


async def test_a_caller_that_goes_away_does_not_undo_the_act(ir: House, pk: House) -> None:
    pages = ir.desk.subscribe()
    call = asyncio.create_task(ir.act("duty", WARN, release=JOINT))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    event = await pages.next()
    assert event is not None
    assert ir.desk.known(f"ir:{ir.ledger.size('ir') - 1}")


async def test_what_arrives_is_confirmed_by_the_node_once_and_receipts_never(ir: House, pk: House) -> None:
    ref = await ir.act("duty", WARN, release=named("pk"))
    await settle(ir, pk)
    seq = parse_ref(ref).seq
    assert [span for span in receipts(pk, "delivered") if span[1] <= seq <= span[2]] == [("ir", seq, seq)]
    before = pk.ledger.size("pk"), ir.ledger.size("ir")
    await settle(ir, pk)
    await pk.desk.ingest("ir", range(pk.ledger.size("ir")))
    assert (pk.ledger.size("pk"), ir.ledger.size("ir")) == before


async def test_a_crash_before_the_receipt_is_made_good_at_the_next_start_once(ir: House, pk: House) -> None:
    refs = [await ir.act("duty", WARN, release=named("pk")) for _ in range(3)]
    await ir.act("duty", Note(text=words()), release=OWN)
    await carry(ir, pk, ingest=False)
    await pk.restart()
    first, last = parse_ref(refs[0]).seq, parse_ref(refs[-1]).seq
    assert ("ir", first, last) in receipts(pk, "delivered")
    size = pk.ledger.size("pk")
    await pk.restart()
    assert pk.ledger.size("pk") == size


async def test_a_receipt_is_released_to_the_author_only_and_marked_as_the_drill(ir: House, pk: House) -> None:
    await ir.act("duty", WARN, release=named("pk"), exercise="drill-1")
    await settle(ir, pk)
    last = pk.desk.held(f"pk:{pk.ledger.size('pk') - 1}")
    assert last is not None
    assert (last.kind, last.header.by, last.header.exercise) == ("receipt", "node", "drill-1")
    assert last.header.release == named("ir")


async def test_officers_confirm_and_a_second_time_writes_nothing(ir: House, pk: House) -> None:
    refs = [await ir.act("duty", WARN, release=named("pk")) for _ in range(2)]
    await settle(ir, pk)
    written = await pk.desk.receipt(pk.actor("duty"), "acknowledged", refs)
    assert len(written) == 1
    assert receipts(pk, "acknowledged") == [("ir", parse_ref(refs[0]).seq, parse_ref(refs[1]).seq)]
    assert await pk.desk.receipt(pk.actor("duty"), "acknowledged", refs) == []


async def test_live_and_drill_are_confirmed_apart(ir: House, pk: House) -> None:
    refs = [await ir.act("duty", WARN, release=JOINT, exercise=drill) for drill in (None, "drill-1")]
    await settle(ir, pk)
    written = await pk.desk.receipt(pk.actor("duty"), "seen", refs)
    assert sorted(str(r.header.exercise) for r in written) == ["None", "drill-1"]


@pytest.mark.parametrize(
    ("step", "ref"), [("delivered", "ir:1"), ("seen", "pk:1"), ("seen", "ir:9999"), ("seen", "xx:1"), ("seen", "junk")]
)
async def test_what_cannot_be_confirmed_is_refused(ir: House, pk: House, step: str, ref: str) -> None:
    with pytest.raises(Refused):
        await pk.desk.receipt(pk.actor("duty"), step, [ref])


async def test_a_proof_is_made_under_the_newest_checkpoint(ir: House, pk: House) -> None:
    ref = await ir.act("duty", WARN, release=JOINT)
    made = proof.parse(ir.desk.proof(ref))
    assert made.index == parse_ref(ref).seq
    await settle(ir, pk)
    assert proof.parse(pk.desk.proof(ref)).index == made.index
    for missing in ("ir:9999", "xx:1", "junk"):
        with pytest.raises(NotFound):
            ir.desk.proof(missing)


async def test_a_preview_is_exactly_what_each_partner_will_see(ir: House, pk: House) -> None:
    kept = await ir.act("duty", Note(text=words("for us only")), release=OWN)
    request = Request(to="pk", urgency="routine", asks="inform", text=words(), about=kept)
    (shown,) = ir.desk.preview(ir.actor("duty"), request, named("pk"))
    assert shown.reads
    assert shown.body is not None
    assert shown.body["data"]["about"] == kept
    assert {warning.code for warning in shown.warnings} == {"unreadable-reference", "no-agreement"}
    (home,) = ir.desk.preview(ir.actor("duty"), Note(text=words()), OWN)
    assert (home.reads, home.body) == (False, None)


async def test_a_preview_of_a_release_shows_the_record_that_would_be_read(ir: House, pk: House) -> None:
    kept = await ir.act("duty", Note(text=words("for us only")), release=OWN)
    (shown,) = ir.desk.preview_release(ir.actor("commander"), kept, named("pk"))
    held = ir.desk.held(kept)
    assert held is not None
    assert shown.body == held.raw
    with pytest.raises(Refused):
        ir.desk.preview_release(ir.actor("commander"), "pk:0", named("ir"))


async def test_an_officer_out_of_service_is_nobody(ir: House) -> None:
    with pytest.raises(RoleRefused):
        ir.desk.actor("stranger")


async def test_a_crash_before_the_append_leaves_the_key_to_be_used_once(ir: House, pk: House) -> None:
    intended = Intended(WARN, JOINT, None)
    name = keys.state_key("duty", "k-1")
    keys.remember(ir.ledger, name, intended, b"the body that was never appended")
    await ir.restart()
    size = ir.ledger.size("ir")
    refs = {await ir.act("duty", WARN, release=JOINT, key="k-1") for _ in range(2)}
    assert refs == {f"ir:{size}"}
