"""Who becomes an officer: names and roles, and two officers for a role that confirms what takes two."""

from __future__ import annotations

from sarhad.desk.actor import RoleRefused
from sarhad.desk.approvals import APPROVERS
from sarhad.desk.rules import Intended, Situation
from sarhad.wire import kinds
from sarhad.wire.errors import Refused
from sarhad.wire.ids import NODE_OFFICER
from sarhad.wire.registry import Role


class SecondNeeded(Refused):
    """The act takes two officers: one proposes, another confirms."""

    code = "second-officer"


def check_officer(now: Situation, intended: Intended, data: kinds.Officer) -> None:
    """Raise Refused where the officer record may not be written so."""
    if data.officer == NODE_OFFICER or "node" in data.roles:
        raise Refused("node is the program itself, not an officer", where="data", do="Choose another name and role")
    if "field" in data.roles and data.unit is None:
        raise Refused("a field officer leads a unit", where="data.unit", do="Name the unit")
    if now.actor.officer == NODE_OFFICER or not gives_approval(now, data):
        return
    if not now.actor.second or now.actor.second == now.actor.officer:
        raise SecondNeeded(
            f"to make {data.officer} a commander or an administrator takes two officers",
            where="data.roles",
            do="Propose it at the Administration screen; another commander or administrator confirms it there",
        )


def gives_approval(now: Situation, data: kinds.Officer) -> bool:
    """Tell whether the record gives the officer a confirming role that it does not have in service now."""
    try:
        before = now.roles_of(data.officer)
    except RoleRefused:
        before = frozenset[Role]()
    return data.active and bool((frozenset(data.roles) & APPROVERS) - before)
