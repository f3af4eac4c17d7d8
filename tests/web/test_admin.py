"""Officers, one-time passwords, and what takes two, over HTTP."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from desk.house import House
from sarhad.wire.kinds import Officer
from sarhad.wire.registry import Role
from sarhad.wire.values import OWN, Names
from web.served import PASSWORD, Client, Served


def officer(name: str, *roles: Role, active: bool = True) -> Officer:
    return Officer(officer=name, title=Names(en=name), roles=roles, active=active)


def give(name: str, *roles: Role) -> dict[str, Any]:
    return {"what": "give-roles", "officer": name, "data": msgspec.to_builtins(officer(name, *roles))}


async def proposed(client: Client, deed: dict[str, Any]) -> int:
    status, answer = await client.post("/api/approvals", {"deed": deed, "reason": "made up for the test"})
    assert status == 201, answer
    number: int = answer["id"]
    return number


async def test_an_administrator_adds_an_officer_and_gives_a_one_time_password(desk: Served) -> None:
    async with desk.officer("admin") as admin, desk.client() as fresh:
        assert (await admin.act(officer("duty.2", "duty"), OWN))[0] == 201
        _, listed = await admin.get("/api/officers")
        assert {one["officer"]["officer"]: one["can_sign_in"] for one in listed}["duty.2"] is False
        status, once = await admin.post("/api/officers/duty.2/one-time", {})
        assert status == 200
        assert (await fresh.sign_in("duty.2", once["password"]))[1]["must_choose"] is True


@pytest.mark.parametrize("roles", [("administrator",), ("commander",), ("duty", "commander")])
async def test_nobody_alone_makes_an_officer_who_confirms(desk: Served, roles: tuple[Role, ...]) -> None:
    async with desk.officer("admin") as admin:
        status, answer = await admin.act(officer("second.self", *roles), OWN)
        assert (status, answer["code"]) == (422, "second-officer")
        correction = {"record": "ir:1", "reason": {"lang": "en", "text": "x"}}
        _, duty = await admin.get("/api/officers")
        ref = next(one["officer"]["ref"] for one in duty if one["officer"]["officer"] == "duty")
        body = {
            "data": {**correction, "record": ref, "data": msgspec.to_builtins(officer("duty", *roles))},
            "release": {"to": "own"},
        }
        status, answer = await admin.post("/api/acts/correction", body)
        assert (status, answer["code"]) == (422, "second-officer"), answer


async def test_two_officers_give_a_confirming_role_and_both_stand_on_record(ir: House, desk: Served) -> None:
    async with desk.officer("admin") as admin, desk.officer("commander") as commander:
        number = await proposed(admin, give("admin.2", "administrator"))
        _, listed = await commander.get("/api/approvals")
        assert (listed[0]["subject"], listed[0]["roles"], listed[0]["may_confirm"]) == (
            "admin.2",
            ["administrator"],
            True,
        )
        path = f"/api/approvals/{number}/confirm"
        assert (await commander.post(path, {"password": "not this one"}))[0] == 401
        status, done = await commander.post(path, {"password": PASSWORD})
        assert status == 200, done
        assert done["approval"]["closed_by"] == "commander"
        assert ir.desk.actor("admin.2").roles == {"administrator"}
        first, second = (ir.desk.held(done["approval"][name]) for name in ("note", "closed_note"))
        assert first is not None
        assert second is not None
        assert (first.header.by, second.header.by) == ("admin", "commander")
        assert getattr(second.data, "about", None) == first.ref
        status, answer = await commander.post(path, {"password": PASSWORD})
        assert (status, "done" in answer["what"]) == (422, True)


async def test_the_proposer_cannot_confirm_nor_the_officer_whom_it_concerns(desk: Served) -> None:
    async with desk.officer("admin") as admin, desk.officer("commander") as commander:
        number = await proposed(admin, {"what": "reset-sign-in", "officer": "commander"})
        path = f"/api/approvals/{number}/confirm"
        for who in (admin, commander):
            status, answer = await who.post(path, {"password": PASSWORD})
            assert (status, answer["code"]) == (422, "refused")


async def test_the_sign_in_of_an_officer_who_confirms_is_reset_by_two(desk: Served) -> None:
    async with desk.officer("admin") as admin, desk.officer("commander") as commander, desk.client() as third:
        status, answer = await admin.post("/api/officers/commander/one-time", {})
        assert (status, answer["code"]) == (422, "second-officer")
        number = await proposed(admin, give("admin.2", "administrator"))
        assert (await commander.post(f"/api/approvals/{number}/confirm", {"password": PASSWORD}))[0] == 200
        number = await proposed(admin, {"what": "reset-sign-in", "officer": "admin.2"})
        status, done = await commander.post(f"/api/approvals/{number}/confirm", {"password": PASSWORD})
        assert status == 200
        assert (await third.sign_in("admin.2", done["once"]["password"]))[1]["must_choose"] is True


async def test_a_proposal_is_withdrawn_and_lapses_and_is_not_made_twice(ir: House, desk: Served) -> None:
    async with desk.officer("admin") as admin, desk.officer("commander") as commander:
        deed = give("admin.2", "administrator")
        number = await proposed(admin, deed)
        assert (await admin.post("/api/approvals", {"deed": deed, "reason": "again"}))[0] == 422
        assert (await commander.post(f"/api/approvals/{number}/withdraw", {}))[1]["state"] == "withdrawn"
        number = await proposed(admin, deed)
        ir.clock.now += 25 * 3_600 * 1_000_000
        status, answer = await commander.post(f"/api/approvals/{number}/confirm", {"password": PASSWORD})
        assert (status, "lapsed" in answer["what"]) == (422, True)


async def test_the_second_officer_decides_with_the_roles_of_now(desk: Served) -> None:
    async with desk.officer("admin") as admin, desk.officer("commander") as commander:
        first = await proposed(admin, give("admin.2", "administrator"))
        assert (await commander.post(f"/api/approvals/{first}/confirm", {"password": PASSWORD}))[0] == 200
        number = await proposed(admin, give("admin.3", "administrator"))
        assert (await admin.act(officer("commander", "commander", active=False), OWN))[0] == 201
        assert (await commander.post(f"/api/approvals/{number}/confirm", {"password": PASSWORD}))[0] == 401


async def test_an_auditor_reads_and_changes_nothing(desk: Served) -> None:
    async with desk.officer("auditor") as auditor, desk.officer("duty") as duty:
        for path in ("/api/officers", "/api/approvals"):
            assert (await auditor.get(path))[0] == 200
            assert (await duty.get(path))[0] == 403
        assert (await auditor.post("/api/approvals", {"deed": give("x", "administrator"), "reason": "try"}))[0] == 403
        assert (await auditor.post("/api/officers/duty/one-time", {}))[0] == 403
        assert (await auditor.post("/api/node/backup", {}))[0] == 403


@pytest.mark.parametrize(
    "deed",
    [
        {
            "what": "give-roles",
            "officer": "admin.2",
            "data": {"officer": "other", "title": {"en": "x"}, "roles": ["duty"]},
        },
        {"what": "give-roles", "officer": "admin.2", "data": {"officer": "admin.2"}},
        {"what": "reset-sign-in", "officer": "nobody"},
        {"what": "thaw", "partner": "pk"},
        {"what": "burn", "officer": "duty"},
    ],
)
async def test_what_could_not_be_done_is_not_proposed(desk: Served, deed: dict[str, Any]) -> None:
    async with desk.officer("admin") as admin:
        status, answer = await admin.post("/api/approvals", {"deed": deed, "reason": "made up"})
        assert status in (400, 404, 422, 503), answer
        assert answer["what"]
        assert (await admin.get("/api/approvals"))[1] == []
