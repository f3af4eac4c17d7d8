"""Signing in and out, and passwords."""

from __future__ import annotations

import asyncio

from litestar import Response, delete, get, post, put
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from sarhad.desk import NotFound
from sarhad.desk.accounts import Session
from sarhad.picture.views import OfficerView
from sarhad.web.guards import ONCE, allow, anyone
from sarhad.web.office import Call, Here, Office, address, signed_in
from sarhad.web.shapes import PasswordChange, SessionView, SignIn
from sarhad.wire.errors import SarhadError


def officer_view(office: Office, officer: str) -> OfficerView:
    """The officer's record; raise NotFound."""
    for view in office.desk.picture.officers(office.desk.party):
        if view.officer == officer:
            return view
    raise NotFound("no such officer here", where=officer[:63], do="Check the name")


def session_view(office: Office, session: Session) -> SessionView:
    """What the pages need to know of the session."""
    view = officer_view(office, session.officer)
    return SessionView(
        party=office.desk.party,
        officer=session.officer,
        title=view.title,
        roles=view.roles,
        csrf=session.csrf,
        began_us=session.began_us,
        expires_us=session.expires_us,
        now_us=office.desk.now(),
        must_choose=session.once,
    )


def _cookie(office: Office, token: str, max_age_s: int) -> Cookie:
    return Cookie(
        key=office.cookie,
        value=token,
        path="/",
        httponly=True,
        samesite="strict",
        secure=office.settings.https,
        max_age=max_age_s,
    )


@post("/api/session", opt=anyone(csrf=False), status_code=200, operation_id="signIn", tags=["session"])
async def sign_in(request: Call, data: JSONBody[SignIn], office: Here) -> Response[SessionView]:
    """Sign in.  Sets the session's cookie; 401 when name and password do not match, 429 after too many tries."""
    opened = await asyncio.to_thread(office.accounts.sign_in, data.officer, data.password, address(request))
    return await opened_session(office, opened)


async def opened_session(office: Office, opened: Session) -> Response[SessionView]:
    """Set the session's cookie, where its officer is in service; end it and raise RoleRefused otherwise."""
    try:
        office.desk.actor(opened.officer)
        view = session_view(office, opened)
    except SarhadError:
        await asyncio.to_thread(office.accounts.sign_out, opened.token)
        raise
    return Response(view, cookies=[_cookie(office, opened.token, office.accounts.settings.absolute_s)])


@get("/api/session", opt=allow() | ONCE, operation_id="getSession", tags=["session"])
async def get_session(request: Call, office: Here) -> SessionView:
    """Who is signed in, until when, and the token for unsafe calls."""
    return session_view(office, signed_in(request).session)


@delete("/api/session", opt=allow() | ONCE, status_code=204, operation_id="signOut", tags=["session"])
async def sign_out(request: Call, office: Here) -> Response[None]:
    """Sign out."""
    await asyncio.to_thread(office.accounts.sign_out, signed_in(request).session.token)
    return Response(None, cookies=[_cookie(office, "", 0)])


@put("/api/session/password", opt=allow() | ONCE, status_code=204, operation_id="changePassword", tags=["session"])
async def change_password(request: Call, data: JSONBody[PasswordChange], office: Here) -> None:
    """Change the own password; the officer's other sessions end."""
    session = signed_in(request).session
    await asyncio.to_thread(office.accounts.change_password, session, data.old, data.new, address(request))


HANDLERS = [sign_in, get_session, sign_out, change_password]
