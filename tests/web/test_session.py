"""Signing in over HTTP: cookies, tokens, throttling, other sites' pages."""

from __future__ import annotations

import dataclasses

import aiohttp
import pytest

from desk.house import House, words
from sarhad.web.admin import OneTimeView
from sarhad.web.settings import Rate, WebSettings
from sarhad.web.shapes import PasswordChange, SessionView, SignIn
from sarhad.web.signin import Proof
from sarhad.wire.kinds import Note, Officer
from sarhad.wire.values import OWN, Names
from web.served import PASSWORD, Served, served


async def test_the_session_cookie_is_closed_to_scripts_and_other_sites(desk: Served) -> None:
    async with desk.client() as client:
        body = {"officer": "duty", "password": PASSWORD}
        async with client.session.post("/api/session", json=body) as response:
            assert response.status == 200
            cookie = response.headers["Set-Cookie"]
            answer = await response.json()
    assert cookie.startswith("sarhad-ir=")
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "Secure" not in cookie
    assert answer["roles"] == ["duty"]
    assert PASSWORD not in str(answer)


async def test_over_https_the_cookie_is_secure_and_bound_to_the_host(ir: House, settings: WebSettings) -> None:
    async with served(ir, dataclasses.replace(settings, https=True)) as desk, desk.client() as client:
        body = {"officer": "duty", "password": PASSWORD}
        async with client.session.post("/api/session", json=body) as response:
            assert response.headers["Set-Cookie"].startswith("__Host-sarhad-ir=")
            assert "Secure" in response.headers["Set-Cookie"]
            assert "Strict-Transport-Security" in response.headers


async def test_without_a_session_nothing_is_shown(desk: Served) -> None:
    async with desk.client() as client:
        for path in ("/api/session", "/api/desk", "/api/records", "/api/events", "/api/openapi.json", "/region/x"):
            status, answer = await client.get(path)
            assert (status, answer["code"]) == (401, "not-signed-in"), path
        status, answer = await client.get("/api/health")
        assert (status, answer["status"]) == (200, "ok")


async def test_a_wrong_password_and_an_unknown_officer_get_the_same_answer(desk: Served) -> None:
    async with desk.client() as client:
        answers = [await client.sign_in("duty", "wrong"), await client.sign_in("nobody", "wrong")]
    assert answers[0] == answers[1]
    assert answers[0][0] == 401


async def test_too_many_failures_say_when_to_try_again(desk: Served) -> None:
    async with desk.client() as client:
        for _ in range(3):
            await client.sign_in("duty", "wrong")
        body = {"officer": "duty", "password": PASSWORD}
        async with client.session.post("/api/session", json=body) as response:
            assert response.status == 429
            assert int(response.headers["Retry-After"]) >= 1
            assert (await response.json())["retry"] is True


async def test_signing_out_ends_the_session(desk: Served) -> None:
    async with desk.officer("duty") as client:
        token = client.token
        assert (await client.call("DELETE", "/api/session"))[0] == 204
        client.session.cookie_jar.clear()
        client.token = token
        assert (await client.get("/api/desk"))[0] == 401


async def test_unsafe_calls_need_the_sessions_token(desk: Served) -> None:
    async with desk.officer("duty") as client:
        token, client.token = client.token, ""
        status, answer = await client.act(Note(text=words()), OWN)
        assert (status, answer["code"]) == (403, "forbidden")
        client.token = "0" * 64
        assert (await client.act(Note(text=words()), OWN))[0] == 403
        client.token = token
        assert (await client.act(Note(text=words()), OWN))[0] == 201


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
async def test_calls_from_another_sites_page_are_refused(desk: Served, headers: dict[str, str]) -> None:
    async with desk.officer("duty") as client:
        status, _ = await client.call("DELETE", "/api/session", headers=headers)
        assert status == 403
        body = {"officer": "duty", "password": PASSWORD}
        assert (await client.call("POST", "/api/session", json=body, headers=headers))[0] == 403


async def test_a_form_of_another_site_cannot_sign_anybody_in(desk: Served) -> None:
    async with desk.client() as client:
        form = aiohttp.FormData({"officer": "duty", "password": PASSWORD})
        status, _ = await client.call("POST", "/api/session", data=form)
        assert status == 400


async def test_an_officer_changes_the_password(desk: Served) -> None:
    async with desk.officer("duty") as duty:
        change = {"old": PASSWORD, "new": "rain at last in Turbat"}
        assert (await duty.call("PUT", "/api/session/password", json=change))[0] == 204
        assert (await duty.call("PUT", "/api/session/password", json={"old": "x", "new": "y" * 20}))[0] == 401
        assert (await duty.get("/api/desk"))[0] == 200


async def test_a_one_time_password_opens_nothing_but_the_choice_of_an_own_one(desk: Served) -> None:
    async with desk.officer("duty") as before, desk.officer("admin") as admin, desk.client() as duty:
        status, once = await admin.post("/api/officers/duty/one-time", {})
        assert status == 200
        assert (await before.get("/api/desk"))[0] == 401
        status, session = await duty.sign_in("duty", once["password"])
        assert (status, session["must_choose"]) == (200, True)
        status, answer = await duty.get("/api/desk")
        assert (status, answer["where"]) == (403, "password")
        assert (await duty.act(Note(text=words()), OWN))[0] == 403
        change = {"old": once["password"], "new": "rain at last in Turbat"}
        assert (await duty.call("PUT", "/api/session/password", json=change))[0] == 204
        assert (await duty.get("/api/desk"))[0] == 200
        assert (await duty.sign_in("duty", once["password"]))[0] == 401


async def test_roles_come_from_the_log_and_end_with_it(desk: Served) -> None:
    async with desk.officer("duty") as duty, desk.officer("admin") as admin:
        gone = Officer(officer="duty", title=Names(en="Duty"), roles=("duty",), active=False)
        assert (await admin.act(gone, OWN))[0] == 201
        assert (await duty.get("/api/desk"))[0] == 401
        async with desk.client() as again:
            assert (await again.sign_in("duty"))[0] == 403


async def test_too_many_calls_are_told_to_wait(ir: House, settings: WebSettings) -> None:
    limited = WebSettings(pages=settings.pages, reads=Rate(0.5, 3), writes=Rate(50, 50))
    async with served(ir, limited) as desk, desk.client() as client:
        statuses = [(await client.get("/api/health"))[0] for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        async with client.session.get("/api/health") as response:
            assert int(response.headers["Retry-After"]) >= 1


async def test_a_name_that_the_desk_is_not_served_under_is_refused(ir: House, settings: WebSettings) -> None:
    strict = WebSettings(pages=settings.pages, hosts=frozenset({"desk.example"}))
    async with served(ir, strict) as desk, desk.client() as client:
        assert (await client.get("/api/health"))[0] == 403
        assert (await client.get("/api/health", headers={"Host": "desk.example"}))[0] == 200


def test_what_carries_a_password_or_a_token_does_not_show_it() -> None:
    secret = "never to be shown"
    shown = [
        SignIn(officer="duty", password=secret),
        PasswordChange(old=secret, new=secret),
        OneTimeView(officer="duty", password=secret),
        Proof(password=secret),
        SessionView(
            party="ir",
            officer="duty",
            title=Names(en="D"),
            roles=("duty",),
            csrf=secret,
            began_us=0,
            expires_us=0,
            now_us=0,
        ),
    ]
    assert secret not in repr(shown)
