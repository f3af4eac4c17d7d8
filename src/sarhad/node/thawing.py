"""``sarhad thaw``: a frozen log is accepted again when two officers say so, on record."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sarhad.desk import Actor, RoleRefused
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Evidence
from sarhad.node.build import Node, opened
from sarhad.node.folder import NodeFolder
from sarhad.wire.errors import Refused, SarhadError
from sarhad.wire.kinds import Note
from sarhad.wire.record import Record
from sarhad.wire.values import OWN, Words

SignIn = tuple[str, str]
"""An officer's name and password."""


async def thaw(node: Node, partner: str, first: SignIn, second: SignIn, reason: str) -> Record:
    """Accept a partner's log again; return the record with which the second officer confirmed the first's.

    Both sign in, both are commanders or administrators, and they are not the same.  The
    evidence stays.  Raises Refused, RoleRefused, WrongPassword, Throttled; nothing has changed then.
    """
    log = node.roster.get(partner).log
    why = node.ledger.frozen(log)
    if not why:
        raise Refused(f"the log of {partner} is not frozen", where=log)
    if first[0] == second[0]:
        raise Refused("one officer cannot confirm what the same officer decides", where="second", do="Call another")
    actors = [_signed_in(node, *who) for who in (first, second)]
    said = decided_note(log, why, reason)
    decided = await node.desk.act(actors[0], Note(text=Words(lang="en", text=said[:4_000])), release=OWN)
    confirms = Note(text=Words(lang="en", text=confirmed_note(log)), about=decided.ref)
    confirmed = await node.desk.act(actors[1], confirms, release=OWN)
    node.ledger.unfreeze(log)
    return confirmed


def decided_note(log: str, why: str, reason: str) -> str:
    """What the first officer notes; ui/src/model/nodesays.ts reads it in the reader's language, as the next."""
    return f"The log {log} is accepted again. It was frozen because: {why}. Reason: {reason}"


def confirmed_note(log: str) -> str:
    """What the second officer notes."""
    return f"Confirmed: the log {log} is accepted again."


def _signed_in(node: Node, officer: str, password: str) -> Actor:
    session = node.accounts.sign_in(officer, password, "command line")
    node.accounts.sign_out(session.token)
    actor = node.desk.actor(officer)
    if not actor.roles & {"commander", "administrator"}:
        raise RoleRefused(f"{officer} may not accept a log again", do="Ask a commander or an administrator")
    return actor


def exhibits(root: Path, partner: str) -> str:
    """Return what was kept about a frozen log, as text to read before anybody decides."""
    NodeFolder(root).require()
    with Ledger.open_readonly(root) as reader:
        logs = [identity.log for identity in reader.logs() if identity.party == partner]
        frozen = [log for log in logs if log != reader.log and reader.frozen(log)]
        if not frozen:
            raise SarhadError(f"no log of {partner[:40]} is frozen here")
        kept = [one for one in reader.evidence() if one.log in frozen]
        return "\n".join([f"Frozen: {reader.frozen(frozen[-1])}", *map(_shown, kept)])


def _shown(one: Evidence) -> str:
    parts = [f"\nEvidence {one.id}: {one.what}"]
    for number, raw in enumerate(one.exhibits, 1):
        parts.append(f"--- exhibit {number}\n{exhibit_text(raw)}")
    return "\n".join(parts)


def exhibit_text(raw: bytes) -> str:
    """An exhibit as text, hexadecimal where it is not a signed note."""
    text = raw.decode("utf-8", "replace")
    return text if text.isprintable() or _is_note(raw) else raw.hex()[:400]


def _is_note(raw: bytes) -> bool:
    """Tell whether an exhibit is a signed note; it may have come from anyone, so nothing else is shown as text."""
    return all(byte == 0x0A or 0x20 <= byte < 0x7F or byte in "—".encode() for byte in raw)


def main(root: Path, partner: str, first: SignIn, second: SignIn, reason: str) -> str:
    """``sarhad thaw``; returns what to print."""

    async def run() -> str:
        async with opened(root) as node:
            confirmed = await thaw(node, partner, first, second, reason)
            return f"The log of {partner} is accepted again (record {confirmed.ref}); the evidence stays"

    return asyncio.run(run())
