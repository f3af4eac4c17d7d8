"""What every handler works with: the desk, the sign-ins, the files, the settings."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from litestar import Request
from litestar.di import NamedDependency

from sarhad.desk import Actor, Desk
from sarhad.desk.accounts import Accounts, NotSignedIn, Session
from sarhad.desk.approvals import Approvals
from sarhad.desk.attachments import Attachments
from sarhad.desk.passkeys import Passkeys
from sarhad.desk.photos import Photos
from sarhad.desk.responding import Responding
from sarhad.picture.views import MarksView
from sarhad.response.standing import Happened
from sarhad.web.drilling import Drilling
from sarhad.web.encoded import Answers, Encoded
from sarhad.web.keeping import Keeping
from sarhad.web.latest import Latest
from sarhad.web.limits import Buckets
from sarhad.web.outside import Outside
from sarhad.web.past import Past
from sarhad.web.settings import Compute, Export, Printer, WebSettings
from sarhad.wire.errors import Unavailable


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An officer with an open session, and what the officer's record allows."""

    session: Session
    actor: Actor


Call = Request[SignedIn | None, Any, Any]
"""A call, with who makes it."""


@dataclass
class Office:
    """One desk's parts.  Handlers get it as the dependency ``office``."""

    desk: Desk
    accounts: Accounts
    attachments: Attachments
    settings: WebSettings
    export: Export | None = None
    printer: Printer | None = None
    compute: Compute | None = None
    """The worker for responses to incidents: nothing slow is ever put to it."""
    plans: Compute | None = None
    """The worker for plans, apart, so that no study keeps a response waiting."""
    approvals: Approvals | None = None
    keeping: Keeping | None = None
    drilling: Drilling | None = None
    plan_incidents: tuple[MarksView, tuple[Happened, ...]] | None = None
    """The incidents as plans take them, and the view that they were read for; written by plans, in the event loop."""
    uploading: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """One piece of a file at a time from each officer; entries are never removed."""
    streams: Counter[str] = field(default_factory=Counter)
    """Open event streams by session; written by the event handler, in the event loop."""
    present: Counter[str] = field(default_factory=Counter)
    """Open event streams by officer: who sits at a desk now; written with ``streams``."""

    @cached_property
    def passkeys(self) -> Passkeys:
        """The officers' passkeys."""
        return Passkeys(self.accounts, self.settings.passkeys)

    @cached_property
    def outside(self) -> Outside | None:
        """The authority's own sign-in service."""
        held = self.settings.outside
        return None if held is None else Outside(held, self.desk.now)

    @cached_property
    def photos(self) -> Photos:
        """Views of the photos among the files."""
        return Photos(self.attachments.folder)

    @cached_property
    def prints(self) -> Buckets:
        """How many PDFs each officer may still have made."""
        return Buckets(self.settings.prints)

    @cached_property
    def encoded(self) -> Encoded:
        """Large answers as bytes."""
        return Encoded()

    @cached_property
    def answers(self) -> Answers:
        """Answers that many desks ask for at once, as bytes."""
        return Answers()

    @cached_property
    def past(self) -> Past:
        """What was known when."""
        return Past(self.desk.picture)

    @cached_property
    def plan_calls(self) -> Buckets:
        """How many questions of planning each officer may still put."""
        return Buckets(self.settings.plans)

    @cached_property
    def latest(self) -> Latest:
        """The newest question of each page that plans."""
        return Latest()

    @cached_property
    def responding(self) -> Responding:
        """Responses to incidents, one step at a time for each."""
        return Responding(self.desk, self.attachments)

    @property
    def responder(self) -> Compute:
        """The worker for responses; raises Unavailable where the node gave none."""
        if self.compute is None:
            raise Unavailable("this desk cannot plan", do="Serve it with sarhad run")
        return self.compute

    @property
    def planner(self) -> Compute:
        """The worker for plans; raises Unavailable where the node gave none."""
        if self.plans is None:
            raise Unavailable("this desk cannot plan", do="Serve it with sarhad run")
        return self.plans

    @property
    def cookie(self) -> str:
        """The cookie's name has the party in it: browsers keep one jar for all ports of a host."""
        prefix = "__Host-" if self.settings.https else ""
        return f"{prefix}sarhad-{self.desk.party}"


Here = NamedDependency[Office]
"""The office, as a handler's parameter."""


def signed_in(request: Call) -> SignedIn:
    """Return who calls; raise NotSignedIn."""
    if not isinstance(request.user, SignedIn):
        raise NotSignedIn("you are not signed in, or the session ended", where="session", do="Sign in")
    return request.user


def address(request: Request[Any, Any, Any]) -> str:
    """The caller's network address, for limits."""
    return request.client.host if request.client else "unknown"
