"""Other ways to sign in than a password: passkeys; and showing anew that it is the officer who is there."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from sarhad.desk import Actor
from sarhad.desk.passkeys import Passkey
from sarhad.web.errors import BadRequest
from sarhad.web.guards import allow, anyone
from sarhad.web.office import Call, Here, Office, address, signed_in
from sarhad.web.session import opened_session
from sarhad.web.shapes import Answered, Body, Password, SecretBody, SessionView

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
    """How one may sign in here.  ``passkey_at``: the host name under which passkeys work, empty: not at all."""

    passkey_at: str


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
    return WaysView(passkey_at="" if rp is None else rp.id)


@post("/api/session/passkey/ask", opt=anyone(csrf=False), status_code=200, operation_id="askPasskey", tags=["session"])
async def ask_passkey(data: JSONBody[Ask], office: Here) -> Question:
    """A question for whatever passkey the browser has for this desk."""
    return Question(options=await asyncio.to_thread(office.passkeys.ask, "sign-in"))


@post("/api/session/passkey", opt=anyone(csrf=False), status_code=200, operation_id="signInPasskey", tags=["session"])
async def sign_in_passkey(request: Call, data: JSONBody[PasskeyAnswer], office: Here) -> Response[SessionView]:
    """Sign in with the answer of a passkey.  422 when it is not accepted."""
    opened = await asyncio.to_thread(office.passkeys.sign_in, data.credential, address(request))
    return await opened_session(office, opened)


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
    get_passkeys,
    ask_new_passkey,
    ask_to_confirm,
    add_passkey,
    remove_passkey,
]
