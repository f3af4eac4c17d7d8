"""What the desk refuses, each with what, where and what to do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from desk.house import OFFICERS, House, settle, words
from sarhad.desk import RoleRefused, UnknownReference
from sarhad.desk.rules import REFERS, check_role
from sarhad.desk.rules_kinds import KINDS_WITHOUT_RULES, RULES
from sarhad.wire import kinds
from sarhad.wire.errors import Refused
from sarhad.wire.registry import KINDS, Data
from sarhad.wire.values import JOINT, OWN, PUBLIC, Moment, Names, Place, Point, Range, Release, named

PLACE = Place(lat=270_000_000, lon=620_000_000, precision=2)
WHEN = Moment(start=0, end=1)


def warn(**more: Any) -> kinds.Warn:
    return kinds.Warn(**{"to": "pk", "urgency": "flash", "text": words(), **more})


def incident() -> kinds.Incident:
    return kinds.Incident(title=words(), category="bombing", when=WHEN, place=PLACE)


def unit() -> kinds.Unit:
    return kinds.Unit(code="U1", names=Names(en="Unit 1"), unit_kind="patrol", strength=Range(low=1, best=2, high=3))


async def refused(house: House, officer: str, data: Data, where: str, **how: Any) -> Refused:
    size = house.ledger.size(house.party)
    with pytest.raises(Refused) as caught:
        await house.act(officer, data, **{"release": JOINT, **how})
    assert caught.value.where == where, caught.value
    assert caught.value.what
    assert not caught.value.retry
    assert house.ledger.size(house.party) == size
    return caught.value


def test_every_reference_of_every_kind_has_its_rule() -> None:
    fields = {(kind.name, field) for kind in KINDS.values() for field in kind.ref_fields}
    assert fields == set(REFERS)


def test_every_kind_is_said_to_have_rules_or_none() -> None:
    assert set(RULES) | KINDS_WITHOUT_RULES == set(KINDS)
    assert not set(RULES) & KINDS_WITHOUT_RULES


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_only_the_roles_of_a_kind_may_write_it(ir: House, kind: str) -> None:
    for officer, roles in OFFICERS.items():
        if set(roles) & KINDS[kind].authors:
            check_role(ir.actor(officer), kind)
            continue
        with pytest.raises(RoleRefused) as caught:
            check_role(ir.actor(officer), kind)
        assert caught.value.where == "kind"
        assert caught.value.do


@pytest.mark.parametrize(
    ("release", "where"),
    [
        (Release(to="named"), "release"),
        (Release(to="joint", parties=("pk",)), "release"),
        (Release(to="everyone"), "release"),
        (Release(to=""), "release"),
        (named("pk", "xx"), "release.parties"),
        (named("ir"), "release.parties"),
    ],
)
async def test_a_release_that_is_not_exactly_valid_is_refused(
    ir: House, pk: House, release: Release, where: str
) -> None:
    await refused(ir, "duty", kinds.Note(text=words()), where, release=release)


@pytest.mark.parametrize("release", [OWN])
async def test_a_warning_that_its_addressee_could_not_read_is_refused(ir: House, pk: House, release: Release) -> None:
    error = await refused(ir, "duty", warn(), "release", release=release)
    assert "could not read it" in error.what


async def test_a_warning_to_nobody_we_know_is_refused(ir: House, pk: House) -> None:
    await refused(ir, "duty", warn(to="xx"), "data.to", release=JOINT)
    await refused(ir, "duty", warn(to="ir"), "data.to", release=JOINT)


async def test_a_record_that_does_not_exist_cannot_be_named(ir: House, pk: House) -> None:
    for ref in ("ir:999", "pk:999", "xx:1"):
        with pytest.raises(UnknownReference):
            await ir.act("duty", warn(about=ref), release=JOINT)


async def test_a_record_that_is_withheld_can_be_named_but_not_answered(ir: House, pk: House) -> None:
    kept = await pk.act("duty", kinds.Note(text=words()), release=OWN)
    await settle(ir, pk)
    await ir.act("duty", warn(about=kept), release=JOINT)
    with pytest.raises(UnknownReference):
        await ir.act("duty", kinds.Answer(of=kept, outcome="will", text=words()), release=JOINT)


async def test_a_reference_of_the_wrong_kind_is_refused(ir: House, pk: House) -> None:
    note = await ir.act("duty", kinds.Note(text=words()), release=OWN)
    await refused(ir, "duty", kinds.Report(incident=note, text=words()), "data.incident")


async def test_nobody_orders_the_other_sides_unit(ir: House, pk: House) -> None:
    theirs = await pk.act("commander", unit(), release=JOINT)
    await settle(ir, pk)
    opened = await ir.act("duty", incident(), release=JOINT)
    await refused(ir, "duty", kinds.Tasking(unit=theirs, incident=opened, status="ordered"), "data.unit")


async def test_live_and_drill_never_mix(ir: House, pk: House) -> None:
    live = await ir.act("duty", incident(), release=JOINT)
    drill = await ir.act("duty", incident(), release=JOINT, exercise="drill-1")
    report = kinds.Report(incident=live, text=words())
    await refused(ir, "duty", report, "data.incident", exercise="drill-1")
    await refused(ir, "duty", kinds.Report(incident=drill, text=words()), "data.incident")
    other = kinds.Report(incident=drill, text=words())
    await refused(ir, "duty", other, "data.incident", exercise="drill-2")
    await ir.act("duty", other, release=JOINT, exercise="drill-1")


async def test_the_ground_is_there_in_a_drill_too(ir: House, pk: House) -> None:
    own = await ir.act("commander", unit(), release=JOINT)
    status = kinds.UnitStatus(unit=own, status="available", as_of=WHEN)
    await ir.act("duty", status, release=JOINT, exercise="drill-1")


async def test_what_takes_effect_on_the_real_exchange_is_never_a_drill(ir: House, pk: House) -> None:
    stop = kinds.Suspension(partner="pk", reason=words())
    await refused(ir, "commander", stop, "exercise", exercise="drill-1")
    officer = kinds.Officer(officer="new", title=Names(en="New"), roles=("duty",))
    await refused(ir, "admin", officer, "exercise", exercise="drill-1", release=OWN)


async def test_only_what_is_addressed_to_us_is_answered(ir: House, pk: House) -> None:
    ask = kinds.Request(to="ir", urgency="routine", asks="inform", text=words())
    asked = await pk.act("duty", ask, release=JOINT)
    await settle(ir, pk)
    answer = kinds.Answer(of=asked, outcome="will", text=words())
    await refused(pk, "duty", answer, "data.of")
    await refused(ir, "duty", answer, "release", release=OWN)
    await ir.act("duty", answer, release=named("pk"))


async def test_only_own_records_are_corrected_recalled_and_released(ir: House, pk: House) -> None:
    theirs = await pk.act("duty", incident(), release=JOINT)
    await settle(ir, pk)
    raw = msgspec.Raw(msgspec.json.encode(incident()))
    await refused(ir, "duty", kinds.Correction(record=theirs, data=raw, reason=words()), "data.record")
    await refused(ir, "commander", kinds.Recall(record=theirs, reason=words()), "data.record")
    await refused(ir, "commander", kinds.ReleaseAct(record=theirs, release=PUBLIC), "data.record", release=PUBLIC)


async def test_a_correction_is_whole_valid_and_read_by_the_same(ir: House, pk: House) -> None:
    own = await ir.act("duty", incident(), release=named("pk"))

    def corrected(data: bytes) -> kinds.Correction:
        return kinds.Correction(record=own, data=msgspec.Raw(data), reason=words())

    await refused(ir, "duty", corrected(b'{"title":1}'), "data.data", release=named("pk"))
    await refused(ir, "duty", corrected(b'{"title":1.5}'), "data.data", release=named("pk"))
    good = msgspec.json.encode(incident())
    odd = good[:-1] + b',"extra":1}'
    await refused(ir, "duty", corrected(odd), "data.data.extra", release=named("pk"))
    await refused(ir, "duty", corrected(good), "release", release=OWN)
    await refused(ir, "planner", corrected(good), "kind", release=named("pk"))
    await ir.act("duty", corrected(good), release=named("pk"))
    kept = await ir.act("duty", incident(), release=OWN)
    wider = kinds.Correction(record=kept, data=msgspec.Raw(good), reason=words())
    await refused(ir, "duty", wider, "release", release=named("pk"))


async def test_an_act_is_not_undone_by_a_correction(ir: House, pk: House) -> None:
    sent = await ir.act("duty", warn(), release=JOINT)
    moved = kinds.Correction(record=sent, data=msgspec.Raw(msgspec.json.encode(warn(to="xx"))), reason=words())
    await refused(ir, "duty", moved, "data.data.to")
    stop = await ir.act("commander", kinds.Suspension(partner="pk", reason=words()), release=JOINT)
    same = msgspec.json.encode(kinds.Suspension(partner="pk", reason=words("other")))
    undone = kinds.Correction(record=stop, data=msgspec.Raw(same), reason=words())
    await refused(ir, "duty", undone, "data.record")


async def test_a_release_widens_and_tells_those_who_gain(ir: House, pk: House) -> None:
    kept = await ir.act("duty", kinds.Note(text=words()), release=OWN)
    wider = kinds.ReleaseAct(record=kept, release=named("pk"))
    await refused(ir, "commander", wider, "release", release=OWN)
    await refused(ir, "commander", kinds.ReleaseAct(record=kept, release=OWN), "data.release", release=OWN)
    bad = kinds.ReleaseAct(record=kept, release=Release(to="named"))
    await refused(ir, "commander", bad, "data.release", release=JOINT)
    assert ir.desk.readers(kept) == frozenset()
    await ir.act("commander", wider, release=named("pk"))
    assert ir.desk.readers(kept) == {"pk"}
    await refused(ir, "commander", wider, "data.release", release=named("pk"))
    await settle(ir, pk)
    assert pk.desk.held(kept) is not None


async def test_what_was_never_released_is_not_recalled(ir: House, pk: House) -> None:
    kept = await ir.act("duty", kinds.Note(text=words()), release=OWN)
    await refused(ir, "commander", kinds.Recall(record=kept, reason=words()), "data.record")
    sent = await ir.act("duty", kinds.Note(text=words()), release=JOINT)
    await refused(ir, "commander", kinds.Recall(record=sent, reason=words()), "release", release=OWN)
    recall = await ir.act("commander", kinds.Recall(record=sent, reason=words()), release=JOINT)
    await settle(ir, pk)
    reply = kinds.RecallAnswer(recall=recall, complied=True)
    await refused(ir, "commander", reply, "data.recall")
    await pk.act("commander", reply, release=named("ir"))


async def test_a_suspension_is_lifted_by_naming_it_and_acts_go_on_meanwhile(ir: House, pk: House) -> None:
    await refused(ir, "commander", kinds.Suspension(partner="xx", reason=words()), "data.partner")
    early = kinds.Resumption(partner="pk", suspension="ir:0")
    await refused(ir, "commander", early, "data.suspension")
    stop = await ir.act("commander", kinds.Suspension(partner="pk", reason=words()), release=JOINT)
    await refused(ir, "commander", kinds.Suspension(partner="pk", reason=words()), "data.partner")
    await ir.act("duty", warn(), release=JOINT)
    await ir.act("commander", kinds.Resumption(partner="pk", suspension=stop), release=JOINT)
    again = await ir.act("commander", kinds.Suspension(partner="pk", reason=words()), release=JOINT)
    await refused(ir, "commander", kinds.Resumption(partner="pk", suspension=stop), "data.suspension")
    await ir.act("commander", kinds.Resumption(partner="pk", suspension=again), release=JOINT)


def terms(**more: Any) -> kinds.Terms:
    clock = kinds.Clock(urgency="flash", acknowledge_s=60, answer_s=600)
    named_so = {"title": Names(en="T"), "parties": ("ir", "pk"), "clocks": (clock,), "notice_distance_m": 4_000}
    return kinds.Terms(**{**named_so, "purpose": words(), "retention_days": 365, **more})


async def test_an_agreement_is_in_force_when_both_signed_the_same(ir: House, pk: House) -> None:
    await refused(ir, "commander", kinds.Agreement(terms=terms()), "release", release=OWN)
    await refused(ir, "commander", kinds.Agreement(terms=terms(parties=("pk", "xx"))), "data.terms.parties")
    proposal = await ir.act("commander", kinds.Agreement(terms=terms()), release=JOINT)
    await settle(ir, pk)
    other = kinds.Agreement(terms=terms(retention_days=1), accepts=proposal)
    await refused(pk, "commander", other, "data.terms")
    await pk.act("commander", kinds.Agreement(terms=terms(), accepts=proposal), release=JOINT)
    await settle(ir, pk)
    assert ir.desk.picture.agreement_in_force("ir", "pk") is not None


async def test_a_pledge_is_signed_as_it_was_made(ir: House, pk: House) -> None:
    def pledge(**more: Any) -> kinds.Pledge:
        fixed = {"names": Names(en="Power"), "by_parties": ("ir", "pk"), "unit": "MW", "baseline": 100, "target": 1_000}
        return kinds.Pledge(**{**fixed, "due": 1, **more})

    made = await ir.act("secretary", pledge(), release=JOINT)
    await settle(ir, pk)
    await refused(pk, "secretary", pledge(accepts=made, target=10), "data")
    await pk.act("secretary", pledge(accepts=made), release=JOINT)


async def test_nobody_is_called_node_and_keys_are_not_changed_at_the_desk(ir: House, pk: House) -> None:
    node = kinds.Officer(officer="node", title=Names(en="N"), roles=("node",))
    await refused(ir, "admin", node, "data", release=OWN)
    held = ir.desk.held("ir:0")
    assert held is not None
    assert isinstance(held.data, kinds.Manifest)
    await refused(ir, "admin", held.data, "kind", release=PUBLIC)


async def test_a_receipt_written_by_hand_obeys_the_same_rules(ir: House, pk: House) -> None:
    sent = await pk.act("duty", kinds.Warn(to="ir", urgency="flash", text=words()), release=JOINT)
    await settle(ir, pk)
    seq = int(sent.partition(":")[2])

    def receipt(log: str, step: Any, *spans: tuple[int, int]) -> kinds.Receipt:
        return kinds.Receipt(log=log, step=step, spans=spans)

    await refused(ir, "duty", receipt("ir", "seen", (0, 0)), "data.log")
    await refused(ir, "duty", receipt("pk", "delivered", (seq, seq)), "data.step")
    await refused(ir, "duty", receipt("pk", "seen", (seq, seq)), "release", release=OWN)
    await refused(ir, "duty", receipt("pk", "seen", (0, 10**9)), "data.spans")
    await refused(ir, "duty", receipt("pk", "seen", (1, seq)), "data.spans")
    await refused(ir, "duty", receipt("pk", "seen", (seq, seq)), "data.spans", exercise="drill-1")
    await ir.act("duty", receipt("pk", "acknowledged", (seq, seq)), release=named("pk"))


async def test_an_officer_of_another_party_does_not_act_here(ir: House, pk: House) -> None:
    with pytest.raises(RoleRefused):
        await ir.desk.act(pk.actor("duty"), kinds.Note(text=words()), release=OWN)


async def test_a_body_that_is_too_large_is_refused(ir: House, pk: House) -> None:
    many = tuple(Point(lat=n, lon=n) for n in range(500))
    big = kinds.ZoneNotice(activity="patrol", when=WHEN, place=PLACE, ring=many, text=words("\u0622" * 12_000), to="pk")
    assert len(msgspec.json.encode(big)) < 64 * 1024
    await ir.act("duty", big, release=JOINT)
    allegation = kinds.Allegation(to="pk", urgency="routine", text=words("\u0622" * 12_000), places=(PLACE,) * 50)
    await ir.act("duty", allegation, release=JOINT)
