"""Officers and their sign-ins, and what takes two officers."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from typing import Annotated, Literal, cast

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, PathParameter
from msgspec import Meta

from sarhad.desk import Actor, NotFound
from sarhad.desk.approvals import APPROVERS, Admit, AnyDeed, Approval, Approvals, GiveRoles, ResetSignIn
from sarhad.desk.rules_officer import SecondNeeded
from sarhad.web.guards import allow
from sarhad.web.keeping import Keeping
from sarhad.web.office import Call, Here, Office, address, signed_in
from sarhad.web.session import officer_view
from sarhad.web.shapes import AccountView, Answered, Body
from sarhad.web.signin import Proof, prove
from sarhad.wire.errors import Refused, SarhadError, Unavailable
from sarhad.wire.kinds import Note, Officer
from sarhad.wire.registry import KINDS
from sarhad.wire.values import OWN, Words

READERS = allow("administrator", "commander", "auditor")
CONFIRM = allow(*APPROVERS)
Number = Annotated[int, PathParameter(ge=0, le=2**53)]
"""A proposal by its number, as large as a page can say one."""

What = Literal["give-roles", "reset-sign-in", "rotate-keys", "thaw", "admit"]


class OneTimeView(Answered, frozen=True, kw_only=True):
    """A one-time password: shown in this answer, and never again.  Good for 24 hours, once."""

    officer: str
    password: str

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"OneTimeView(officer={self.officer!r})"


class ProposalBody(Body, frozen=True, kw_only=True):
    """What is to be done by two, and why; the reason goes on record."""

    deed: AnyDeed
    reason: Annotated[str, Meta(min_length=3, max_length=2_000)]


class ApprovalView(Answered, frozen=True, kw_only=True):
    """A proposal: what, by whom, why, and what became of it.  ``may_confirm``: by the officer who asks, now.

    ``fingerprint``: of a new partner, as it was typed when it was read out.
    """

    id: int
    what: What
    subject: str
    roles: tuple[str, ...]
    fingerprint: str
    by: str
    at_us: int
    lapses_us: int
    reason: str
    note: str
    state: Literal["open", "done", "withdrawn", "lapsed"]
    closed_by: str
    closed_us: int
    closed_note: str
    may_confirm: bool


class ConfirmedView(Answered, frozen=True, kw_only=True):
    """What was confirmed and done; ``once`` where a one-time password came of it."""

    approval: ApprovalView
    once: OneTimeView | None = None


def approvals_of(office: Office) -> Approvals:
    """The proposals; raise Unavailable on a desk that keeps none."""
    if office.approvals is None:
        raise Unavailable("this desk keeps no proposals", where="approvals", do="Run the node with: sarhad run")
    return office.approvals


def keeping_of(office: Office) -> Keeping:
    """The node's own keeping; raise Unavailable on a desk without one."""
    if office.keeping is None:
        raise Unavailable("this desk is not served by a node", where="keeping", do="Run it with: sarhad run")
    return office.keeping


@get("/api/officers", opt=READERS, operation_id="getOfficers", tags=["administration"])
async def get_officers(office: Here) -> list[AccountView]:
    """Our officers, and who of them can sign in."""
    can = set(await asyncio.to_thread(office.accounts.officers))
    views = office.desk.picture.officers(office.desk.party)
    return [AccountView(officer=view, can_sign_in=view.officer in can) for view in views]


@post(
    "/api/officers/{officer:str}/one-time",
    opt=allow("administrator"),
    status_code=200,
    operation_id="resetSignIn",
    tags=["administration"],
)
async def reset_sign_in(request: Call, officer: FromPath[str], office: Here) -> OneTimeView:
    """Give an officer a one-time password; its sessions end.  Of an officer who confirms, two decide: propose it."""
    actor = signed_in(request).actor
    view = officer_view(office, officer)
    if not view.active:
        raise Refused(f"{officer} is out of service", where="officer", do="Put the officer into service first")
    if officer == actor.officer:
        raise Refused("your own password is changed at your own sign-in", where="officer", do="Open My sign-in")
    if frozenset(view.roles) & APPROVERS:
        raise SecondNeeded(
            "the sign-in of a commander or an administrator is reset by two officers",
            where="officer",
            do="Propose it; another commander or administrator confirms it",
        )
    await _note(office, actor, reset_note(officer))
    return OneTimeView(officer=officer, password=await asyncio.to_thread(office.accounts.reset, officer))


@get("/api/approvals", opt=READERS, operation_id="getApprovals", tags=["administration"])
async def get_approvals(request: Call, office: Here) -> list[ApprovalView]:
    """What was proposed for two officers to decide, newest first."""
    actor = signed_in(request).actor
    kept = approvals_of(office)
    return [approval_view(kept, one, actor) for one in await asyncio.to_thread(kept.all)]


@post("/api/approvals", opt=CONFIRM, operation_id="propose", tags=["administration"])
async def propose(request: Call, data: JSONBody[ProposalBody], office: Here) -> ApprovalView:
    """Propose what takes two officers; nothing happens before the second has confirmed it."""
    actor = signed_in(request).actor
    kept = approvals_of(office)
    deed = await asyncio.to_thread(_checked, office, data.deed)
    await asyncio.to_thread(kept.check_proposal, deed, actor)
    note = await _note(office, actor, proposed_note(deed, data.reason))
    made = await asyncio.to_thread(kept.propose, deed, actor, data.reason, note)
    office.desk.hub.publish("changed", (f"approval/{made.id}",), office.desk.now())
    return approval_view(kept, made, actor)


@post(
    "/api/approvals/{number:int}/confirm", opt=CONFIRM, status_code=200, operation_id="confirm", tags=["administration"]
)
async def confirm(request: Call, number: Number, data: JSONBody[Proof], office: Here) -> ConfirmedView:
    """Confirm a proposal of another officer, with the own password typed anew or a passkey, and carry it out."""
    actor = signed_in(request).actor
    kept = approvals_of(office)
    approval = await asyncio.to_thread(kept.get, number)
    await asyncio.to_thread(kept.check_second, approval, actor)
    await prove(office, actor, data, address(request))
    proposer = office.desk.actor(approval.by)  # still in service, with the roles of now
    await asyncio.to_thread(kept.check_deed, approval.deed, proposer)
    await asyncio.to_thread(_checked, office, approval.deed)
    note = await _note(office, actor, confirmed_note(approval.deed), about=approval.note)
    closed = await asyncio.to_thread(kept.close_as, approval, "done", actor.officer, note)
    try:
        once = await carry_out(office, approval.deed, replace(proposer, second=actor.officer))
    except SarhadError:
        await asyncio.to_thread(kept.reopen, approval)
        raise
    office.desk.hub.publish("changed", (f"approval/{number}", "party/keys"), office.desk.now())
    return ConfirmedView(approval=approval_view(kept, closed, actor), once=once)


@post(
    "/api/approvals/{number:int}/withdraw",
    opt=CONFIRM,
    status_code=200,
    operation_id="withdraw",
    tags=["administration"],
)
async def withdraw(request: Call, number: Number, office: Here) -> ApprovalView:
    """Close a proposal without doing it: whoever may confirm it, or made it, may."""
    actor = signed_in(request).actor
    kept = approvals_of(office)
    approval = await asyncio.to_thread(kept.get, number)
    if approval.state != "open":
        raise Refused(f"the proposal is {approval.state}", where="proposal", do="See the list of proposals")
    note = await _note(office, actor, withdrawn_note(approval.deed), about=approval.note)
    closed = await asyncio.to_thread(kept.close_as, approval, "withdrawn", actor.officer, note)
    office.desk.hub.publish("changed", (f"approval/{number}",), office.desk.now())
    return approval_view(kept, closed, actor)


def approval_view(kept: Approvals, one: Approval, actor: Actor) -> ApprovalView:
    """Show a proposal to ``actor``."""
    try:
        kept.check_second(one, actor)
        may = True
    except Refused:
        may = False
    roles = one.deed.data.get("roles", ()) if isinstance(one.deed, GiveRoles) else getattr(one.deed, "keys", ())
    known = {name: getattr(one, name) for name in one.__struct_fields__ if name != "deed"}
    return ApprovalView(
        what=cast("What", one.deed.__struct_config__.tag),
        subject=getattr(one.deed, "officer", "") or getattr(one.deed, "party", "") or getattr(one.deed, "partner", ""),
        fingerprint=getattr(one.deed, "fingerprint", ""),
        roles=tuple(str(role) for role in roles) if isinstance(roles, list | tuple) else (),
        lapses_us=one.at_us + kept.open_us,
        may_confirm=may,
        **known,
    )


# What follows is written into the log in English; ui/src/model/nodesays.ts reads it in the reader's language.


def reset_note(officer: str) -> str:
    """What is noted when one officer resets another's sign-in."""
    return f"The sign-in of {officer} was reset: a one-time password was given."


def proposed_note(deed: AnyDeed, reason: str) -> str:
    """What is noted of a proposal."""
    return f"Proposed, for a second officer to confirm: {said(deed)}. Reason: {reason}"


def confirmed_note(deed: AnyDeed) -> str:
    """What the second officer's confirmation notes."""
    return f"Confirmed: {said(deed)}."


def withdrawn_note(deed: AnyDeed) -> str:
    """What is noted of a proposal that is closed undone."""
    return f"Withdrawn: {said(deed)}."


def said(deed: AnyDeed) -> str:
    """The deed in words, for the log."""
    if isinstance(deed, GiveRoles):
        roles = deed.data.get("roles", ())
        names = ", ".join(map(str, roles)) if isinstance(roles, list | tuple) else ""
        return f"{deed.officer} becomes {names}"
    if isinstance(deed, ResetSignIn):
        return f"{deed.officer} gets a one-time password"
    if isinstance(deed, Admit):
        return f"{deed.party} becomes a partner, with the fingerprint {deed.fingerprint}"
    if hasattr(deed, "partner"):
        return f"the frozen log of {deed.partner} is accepted again"
    return f"our own keys are changed: {', '.join(deed.keys)}"


def _checked(office: Office, deed: AnyDeed) -> AnyDeed:
    """Raise SarhadError where the deed could not be done; return it in the form in which it is kept."""
    if isinstance(deed, GiveRoles):
        data = _officer(deed)
        return GiveRoles(officer=data.officer, data=msgspec.json.decode(msgspec.json.encode(data)))
    if isinstance(deed, ResetSignIn):
        view = officer_view(office, deed.officer)
        if not view.active:
            raise NotFound(f"{deed.officer} is out of service", where="officer", do="Check the name")
        return deed
    if isinstance(deed, Admit):
        found = keeping_of(office).look_at(base64.b64decode(deed.file, validate=False))
        digits = "".join(str(int(letter)) for letter in deed.fingerprint if letter.isdecimal())
        if digits != found.fingerprint.replace(" ", ""):
            raise Refused(
                "the digits do not agree: this is not the file that the partner made",
                where="fingerprint",
                do="Have them read out again; if they still differ, ask for the file by another way",
            )
        deed = Admit(party=found.party, fingerprint=found.fingerprint, file=deed.file)
    keeping_of(office).check(deed)
    return deed


def _officer(deed: GiveRoles) -> Officer:
    try:
        data = KINDS["officer"].decode(msgspec.json.encode(deed.data))
    except (msgspec.MsgspecError, ValueError) as error:
        raise Refused(str(error), where="deed.data", do="Give the whole data of an officer") from error
    assert isinstance(data, Officer)
    if data.officer != deed.officer:
        raise Refused("the record is of another officer", where="deed.officer", do="Name the same")
    return data


async def carry_out(office: Office, deed: AnyDeed, actor: Actor) -> OneTimeView | None:
    """Do what was confirmed; ``actor`` is the proposer, with the second officer's name."""
    if isinstance(deed, GiveRoles):
        await office.desk.act(actor, _officer(deed), release=OWN)
        return None
    if isinstance(deed, ResetSignIn):
        password = await asyncio.to_thread(office.accounts.reset, deed.officer)
        return OneTimeView(officer=deed.officer, password=password)
    await keeping_of(office).carry_out(deed)
    return None


async def _note(office: Office, actor: Actor, text: str, about: str | None = None) -> str:
    data = Note(text=Words(lang="en", text=text[:12_000]), about=about)
    return (await office.desk.act(actor, data, release=OWN)).ref


HANDLERS = [get_officers, reset_sign_in, get_approvals, propose, confirm, withdraw]
