"""Other ways to sign in than a password: passkeys, the authority's own service; and showing anew who is there."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import structlog
from litestar import Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from msgspec import Meta

from sarhad.desk import Actor, RoleRefused
from sarhad.desk.passkeys import Passkey
from sarhad.web.errors import BadRequest
from sarhad.web.guards import allow, anyone
from sarhad.web.office import Call, Here, Office, address, signed_in
from sarhad.web.outside import Outside, OutsideRefused
from sarhad.web.session import opened_session
from sarhad.web.shapes import Answered, Body, Password, SecretBody, SessionView

log = structlog.get_logger("sarhad.web")
REFUSED = "/?entered=refused"
FromOutside = Annotated[str, QueryParameter(required=False, max_length=2_000)]
GivenState = Annotated[str, QueryParameter(name="state", required=False, max_length=200)]
Credential = dict[str, Any]
"""A PublicKeyCredential in its JSON form (WebAuthn Level 3, toJSON)."""


class Proof(SecretBody, frozen=True, kw_only=True):
    """Shows that it is the officer who is there now: the password, or the answer of a passkey."""

    password: Password | None = None
    passkey: Credential | None = None


class NewPasskey(SecretBody, frozen=True, kw_only=True):
    """A passkey's name, its answer to the question, and the proof that it is the officer who adds it."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    credential: Credential
    proof: Proof


class PasskeyAnswer(SecretBody, frozen=True, kw_only=True):
    """A passkey's answer to the question asked at the sign-in."""

    credential: Credential


class Ask(Body, frozen=True, kw_only=True):
    """An empty body: the call asks for a question."""


class WaysView(Answered, frozen=True, kw_only=True):
    """How one may sign in here.  ``passkey_at``: the host name under which passkeys work, empty: not at all.

    ``outside``: by the authority's own service, at /api/session/outside.
    """

    passkey_at: str
    outside: bool


class Question(Answered, frozen=True, kw_only=True):
    """What the browser's ``navigator.credentials`` is asked, in its JSON form."""

    options: dict[str, Any]


async def prove(office: Office, actor: Actor, proof: Proof, where: str) -> None:
    """Raise WrongPassword, WrongPasskey, Throttled or BadRequest unless the officer is there now."""
    if (proof.password is None) == (proof.passkey is None):
        raise BadRequest("either the password or a passkey shows who is there", where="proof", do="Give one of them")
    if proof.password is not None:
        await asyncio.to_thread(office.accounts.confirm, actor.officer, proof.password, where)
    elif proof.passkey is not None:
        await asyncio.to_thread(office.passkeys.confirm, actor.officer, proof.passkey, where)


@get("/api/session/ways", opt=anyone(), operation_id="getWays", tags=["session"])
async def get_ways(office: Here) -> WaysView:
    """How one may sign in here, besides by password."""
    rp = office.passkeys.rp
    return WaysView(passkey_at="" if rp is None else rp.id, outside=office.outside is not None)


@post("/api/session/passkey/ask", opt=anyone(csrf=False), status_code=200, operation_id="askPasskey", tags=["session"])
async def ask_passkey(data: JSONBody[Ask], office: Here) -> Question:
    """A question for whatever passkey the browser has for this desk."""
    return Question(options=await asyncio.to_thread(office.passkeys.ask, "sign-in"))


@post("/api/session/passkey", opt=anyone(csrf=False), status_code=200, operation_id="signInPasskey", tags=["session"])
async def sign_in_passkey(request: Call, data: JSONBody[PasskeyAnswer], office: Here) -> Response[SessionView]:
    """Sign in with the answer of a passkey.  422 when it is not accepted."""
    opened = await asyncio.to_thread(office.passkeys.sign_in, data.credential, address(request))
    return await opened_session(office, opened)


@get("/api/session/outside", opt=anyone(), operation_id="signInOutside", tags=["session"], status_code=302)
async def go_outside(office: Here) -> Redirect:
    """Send the person to the authority's own sign-in."""
    try:
        url, key = await _outside(office).begin()
    except OutsideRefused as error:
        log.warning("outside sign-in", what=error.what, where=error.where)
        return Redirect(REFUSED)
    # Lax: the service sends the person back from another site, which a strict cookie would not survive.
    return Redirect(url, cookies=[_try_cookie(office, key, 600)])


@get(
    "/api/session/outside/return",
    opt=anyone(),
    operation_id="returnFromOutside",
    tags=["session"],
    status_code=302,
)
async def come_back(
    request: Call, office: Here, given: GivenState = "", code: FromOutside = "", iss: FromOutside = ""
) -> Redirect:
    """Where the authority's service sends people back to: signs in, or says that it did not."""
    try:
        key = request.cookies.get(_try_name(office), "")
        officer = await _outside(office).officer(key, given, code, iss or None)
        office.desk.actor(officer)
        opened = await opened_session(office, await asyncio.to_thread(office.accounts.open, officer))
    except (OutsideRefused, RoleRefused) as error:
        log.warning("outside sign-in", what=error.what, where=error.where)
        return Redirect(REFUSED, cookies=[_try_cookie(office, "", 0)])
    return Redirect("/?entered=outside", cookies=[*opened.cookies, _try_cookie(office, "", 0)])


def _outside(office: Office) -> Outside:
    if office.outside is None:
        raise OutsideRefused("no outside sign-in is set", where="oidc_issuer")
    return office.outside


def _try_name(office: Office) -> str:
    return f"sarhad-{office.desk.party}-outside"


def _try_cookie(office: Office, key: str, max_age_s: int) -> Cookie:
    return Cookie(
        key=_try_name(office),
        value=key,
        path="/api/session/outside",
        httponly=True,
        samesite="lax",
        secure=office.settings.https,
        max_age=max_age_s,
    )


@get("/api/passkeys", opt=allow(), operation_id="getPasskeys", tags=["session"])
async def get_passkeys(request: Call, office: Here) -> list[Passkey]:
    """One's own passkeys."""
    return await asyncio.to_thread(office.passkeys.of, signed_in(request).actor.officer)


@post("/api/passkeys/ask", opt=allow(), status_code=200, operation_id="askNewPasskey", tags=["session"])
async def ask_new_passkey(request: Call, data: JSONBody[Ask], office: Here) -> Question:
    """A question for the machine that is to make a passkey."""
    officer = signed_in(request).actor.officer
    return Question(options=await asyncio.to_thread(office.passkeys.ask_to_register, officer, officer))


@post("/api/passkeys/confirm/ask", opt=allow(), status_code=200, operation_id="askToConfirm", tags=["session"])
async def ask_to_confirm(request: Call, data: JSONBody[Ask], office: Here) -> Question:
    """A question for one of one's own passkeys, to show that one is there."""
    return Question(options=await asyncio.to_thread(office.passkeys.ask, "confirm", signed_in(request).actor.officer))


@post("/api/passkeys", opt=allow(), operation_id="addPasskey", tags=["session"])
async def add_passkey(request: Call, data: JSONBody[NewPasskey], office: Here) -> Passkey:
    """Keep a passkey that the machine made."""
    actor = signed_in(request).actor
    await prove(office, actor, data.proof, address(request))
    return await asyncio.to_thread(office.passkeys.register, actor.officer, data.name, data.credential)


@delete("/api/passkeys/{key:str}", opt=allow(), status_code=204, operation_id="removePasskey", tags=["session"])
async def remove_passkey(request: Call, key: FromPath[str], office: Here) -> None:
    """Remove one of one's own passkeys."""
    await asyncio.to_thread(office.passkeys.remove, signed_in(request).actor.officer, key)


HANDLERS = [
    get_ways,
    ask_passkey,
    sign_in_passkey,
    go_outside,
    come_back,
    get_passkeys,
    ask_new_passkey,
    ask_to_confirm,
    add_passkey,
    remove_passkey,
]
