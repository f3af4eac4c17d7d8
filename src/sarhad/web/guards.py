"""Who may call what.  A handler declares its roles; one that declares none is closed to everybody."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from sarhad.desk import RoleRefused
from sarhad.desk.accounts import NotSignedIn
from sarhad.desk.actor import OFFICER_ROLES
from sarhad.web.errors import Forbidden
from sarhad.web.limits import Buckets
from sarhad.web.office import Office, SignedIn
from sarhad.wire.registry import Role

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_HEADER = "x-csrf-token"  # noqa: S105  (the header's name, not a secret)

ANYONE = "anyone"
Opt = dict[str, Any]
ONCE: Opt = {"once": True}
"""Handler option: open to a session that a one-time password began, besides the officers named."""


def allow(*roles: Role) -> Opt:
    """Handler option: officers with one of these roles; none named: every officer."""
    return {"roles": frozenset(roles) or OFFICER_ROLES}


def anyone(*, csrf: bool = True) -> Opt:
    """Handler option: also people who are not signed in; ``csrf`` False for the sign-in itself."""
    return {"roles": ANYONE, "csrf": csrf}


def _method(scope: Scope) -> str:
    return str(scope.get("method", ""))


class Doorkeeper(ASGIMiddleware):
    """Counts the call, checks the host, and finds out who calls."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, office: Office) -> None:
        """Keep the door of ``office``."""
        self._office = office
        self._reads = Buckets(office.settings.reads)
        self._writes = Buckets(office.settings.writes)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Set ``scope["user"]`` to a SignedIn, or to None."""
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        hosts = self._office.settings.hosts
        if hosts and connection.headers.get("host", "").lower() not in hosts:
            raise Forbidden("the desk is not served under this name", where="Host", do="Use the desk's own address")
        user = await self._who(connection)
        client = connection.client.host if connection.client else "unknown"
        buckets = self._reads if _method(scope) in SAFE else self._writes
        buckets.take(f"officer/{user.actor.officer}" if user else f"address/{client}")
        scope["user"] = user
        scope["auth"] = None
        await next_app(scope, receive, send)

    async def _who(self, connection: ASGIConnection[Any, Any, Any, Any]) -> SignedIn | None:
        token = connection.cookies.get(self._office.cookie)
        if not token or len(token) > 100:
            return None
        try:
            session = await asyncio.to_thread(self._office.accounts.session, token)
            return SignedIn(session, self._office.desk.actor(session.officer))
        except (NotSignedIn, RoleRefused):
            return None


def keep_door(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of every handler: roles first, then the token and the origin of unsafe calls."""
    roles = handler.opt.get("roles")
    if roles != ANYONE:
        user = connection.scope.get("user")
        if not isinstance(user, SignedIn):
            raise NotSignedIn("you are not signed in, or the session ended", where="session", do="Sign in")
        if user.session.once and not handler.opt.get("once", False):
            raise Forbidden("a one-time password is good for choosing your own", where="password", do="Choose your own")
        if not isinstance(roles, frozenset) or not user.actor.roles & roles:
            wanted = ", ".join(sorted(roles - {"node"})) if isinstance(roles, frozenset) else "nobody"
            raise RoleRefused(
                f"{user.actor.officer} may not do this", where="role", do=f"Ask an officer with one of: {wanted}"
            )
    if _method(connection.scope) not in SAFE:
        _check_origin(connection)
        if handler.opt.get("csrf", True):
            _check_token(connection)


def _check_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """A browser names the page that calls; it must be one of the desk's own."""
    origin = connection.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != connection.headers.get("host", "").lower():
        raise Forbidden("the call comes from another site's page", where="Origin", do="Use the desk's own pages")
    if connection.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("the call comes from another site's page", where="Origin", do="Use the desk's own pages")


def _check_token(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    user = connection.scope.get("user")
    sent = connection.headers.get(TOKEN_HEADER, "")
    if not isinstance(user, SignedIn):
        raise NotSignedIn("you are not signed in, or the session ended", where="session", do="Sign in")
    if not hmac.compare_digest(sent.encode(), user.session.csrf.encode()):
        raise Forbidden(
            "the call lacks the session's token",
            where="X-CSRF-Token",
            do="Send the value of csrf that GET /api/session gives",
        )
