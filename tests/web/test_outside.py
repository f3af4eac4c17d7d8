"""Sign-in by an outside OpenID Connect service: it names an officer of ours, or nobody is signed in."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey

from desk.house import START, US, House
from sarhad.web.outside import OutsideSettings
from sarhad.web.settings import WebSettings
from sarhad.wire.kinds import Officer
from sarhad.wire.values import OWN, Names
from web.provider import CLIENT, SECRET, Provider, provided
from web.served import Client, Served, served

BACK = "https://desk.example/api/session/outside/return"


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Provider]:
    async with provided(START // US) as made:
        made.person = {"preferred_username": "duty"}
        yield made


@pytest_asyncio.fixture
async def desk(ir: House, settings: WebSettings, provider: Provider) -> AsyncIterator[Served]:
    outside = OutsideSettings(provider.issuer, CLIENT, SECRET, "preferred_username", BACK)
    async with served(ir, dataclasses.replace(settings, outside=outside)) as made:
        yield made


async def redirected(client: Client, url: str) -> str:
    """Follow one redirect as a browser would; return where it leads."""
    async with client.session.get(url, allow_redirects=False) as response:
        assert response.status == 302, await response.text()
        return response.headers["Location"]


async def back_from(client: Client) -> str:
    """Go to the service and come back; return the path and query under which the desk is called then."""
    there = await redirected(client, "/api/session/outside")
    async with aiohttp.ClientSession() as browser, browser.get(there, allow_redirects=False) as response:
        back = response.headers["Location"]
    assert back.startswith(BACK)
    return f"{urlsplit(back).path}?{urlsplit(back).query}"


async def test_the_service_names_an_officer_who_is_signed_in(desk: Served) -> None:
    async with desk.client() as client:
        assert (await client.get("/api/session/ways"))[1]["outside"] is True
        assert await redirected(client, await back_from(client)) == "/?entered=outside"
        status, session = await client.get("/api/session")
        assert (status, session["officer"], session["roles"]) == (200, "duty", ["duty"])


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "another audience": {"aud": "another-desk"},
    "several audiences and no authorised party": {"aud": [CLIENT, "another-desk"]},
    "another authorised party": {"azp": "another-desk"},
    "another nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "over": {"exp": START // US - 3_600},
    "no end": {"exp": None},
    "an end that is no time": {"exp": "tomorrow"},
    "made long ago": {"iat": START // US - 86_400},
    "not yet": {"nbf": START // US + 86_400},
    "nobody": {"preferred_username": None},
    "a name that is no text": {"preferred_username": ["duty"]},
    "a name that is no sign-in name": {"preferred_username": "duty@elsewhere.example"},
    "an officer who does not exist": {"preferred_username": "stranger"},
    "the node itself": {"preferred_username": "node"},
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_does_not_fit_signs_nobody_in(desk: Served, provider: Provider, lie: str) -> None:
    provider.lies = LIES[lie]
    async with desk.client() as client:
        assert await redirected(client, await back_from(client)) == "/?entered=refused"
        assert (await client.get("/api/session"))[0] == 401
    assert "stranger" not in {view.officer for view in desk.house.desk.picture.officers("ir")}


async def test_a_token_of_another_key_is_refused_and_a_changed_key_is_asked_for(
    desk: Served, provider: Provider
) -> None:
    other = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    async with desk.client() as client:
        provider.signs_with = other
        assert await redirected(client, await back_from(client)) == "/?entered=refused"
        provider.key = other
        assert await redirected(client, await back_from(client)) == "/?entered=outside"


async def test_an_answer_counts_once_and_only_in_the_browser_that_asked(desk: Served) -> None:
    async with desk.client() as mine, desk.client() as theirs:
        path = await back_from(mine)
        assert await redirected(theirs, path) == "/?entered=refused"
        assert await redirected(mine, path) == "/?entered=outside"
        assert await redirected(mine, path) == "/?entered=refused"


async def test_a_state_that_was_changed_and_another_issuer_are_refused(desk: Served) -> None:
    async with desk.client() as client:
        path = await back_from(client)
        assert await redirected(client, path.replace("state=", "state=x")) == "/?entered=refused"
        path = await back_from(client)
        assert await redirected(client, path.replace("iss=http", "iss=ftp")) == "/?entered=refused"


async def test_an_officer_out_of_service_is_not_let_in(desk: Served) -> None:
    async with desk.officer("admin") as admin:
        gone = Officer(officer="duty", title=Names(en="Duty"), roles=("duty",), active=False)
        assert (await admin.act(gone, OWN))[0] == 201
    async with desk.client() as client:
        assert await redirected(client, await back_from(client)) == "/?entered=refused"


@pytest.mark.parametrize(
    "described",
    [{"issuer": "https://elsewhere.example"}, {"token_endpoint": "http://elsewhere.example/token"}, {"jwks_uri": 7}],
)
async def test_a_service_that_describes_itself_wrongly_is_not_gone_to(
    desk: Served, provider: Provider, described: dict[str, Any]
) -> None:
    provider.described = described
    async with desk.client() as client:
        assert await redirected(client, "/api/session/outside") == "/?entered=refused"


async def test_an_address_counts_only_when_the_service_has_verified_it(
    ir: House, settings: WebSettings, provider: Provider
) -> None:
    outside = OutsideSettings(provider.issuer, CLIENT, SECRET, "email", BACK)
    provider.person = {"email": "duty"}
    async with served(ir, dataclasses.replace(settings, outside=outside)) as desk, desk.client() as client:
        assert await redirected(client, await back_from(client)) == "/?entered=refused"
        provider.person = {"email": "duty", "email_verified": True}
        assert await redirected(client, await back_from(client)) == "/?entered=outside"


async def test_without_a_service_nobody_is_sent_anywhere(ir: House, settings: WebSettings) -> None:
    async with served(ir, settings) as desk, desk.client() as client:
        assert await redirected(client, "/api/session/outside") == "/?entered=refused"
        assert (await client.get("/api/session/ways"))[1]["outside"] is False


def test_the_secret_is_not_shown() -> None:
    assert SECRET not in repr(OutsideSettings("https://x", CLIENT, SECRET, "sub", BACK))
