"""What one officer proposed and a second one must confirm: the acts that cannot be undone.

A file of its own.  What was proposed and by whom, and who confirmed it, stands in the
log besides, as notes of both officers; this file knows what to do once it is confirmed.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sarhad.desk.actor import Actor, NotFound, RoleRefused
from sarhad.wire.errors import Refused
from sarhad.wire.ids import OfficerId, PartyId
from sarhad.wire.registry import Role

APPROVERS: frozenset[Role] = frozenset({"commander", "administrator"})
"""Roles that confirm.  Who may hold one of them is itself decided by two."""
OPEN_US = 24 * 3_600 * 1_000_000
"""A proposal that nobody confirmed lapses after a day."""
MAX_OPEN = 50

_SCHEMA = """
CREATE TABLE IF NOT EXISTS approvals (id INTEGER PRIMARY KEY, deed BLOB NOT NULL, by TEXT NOT NULL,
    at_us INTEGER NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL, state TEXT NOT NULL,
    closed_by TEXT NOT NULL, closed_us INTEGER NOT NULL, closed_note TEXT NOT NULL);
"""


class Deed(msgspec.Struct, frozen=True, kw_only=True, tag_field="what", forbid_unknown_fields=True):
    """Base of what can be proposed."""


class GiveRoles(Deed, frozen=True, kw_only=True, tag="give-roles"):
    """An officer record that makes somebody a commander or an administrator; ``data`` is the record's."""

    officer: OfficerId
    data: dict[str, object]


class ResetSignIn(Deed, frozen=True, kw_only=True, tag="reset-sign-in"):
    """A one-time password for an officer who may confirm."""

    officer: OfficerId


class RotateKeys(Deed, frozen=True, kw_only=True, tag="rotate-keys"):
    """New keys of our own."""

    keys: Annotated[tuple[Literal["log", "witness", "tls"], ...], Meta(min_length=1, max_length=3)]


class Thaw(Deed, frozen=True, kw_only=True, tag="thaw"):
    """A partner's frozen log is accepted again."""

    partner: PartyId


class Admit(Deed, frozen=True, kw_only=True, tag="admit"):
    """A party becomes a partner: its keys are pinned for good.  ``file``: the invitation, base64."""

    party: PartyId
    fingerprint: str
    file: Annotated[str, Meta(max_length=90_000)]


AnyDeed = GiveRoles | ResetSignIn | RotateKeys | Thaw | Admit
State = Literal["open", "done", "withdrawn", "lapsed"]


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal and what became of it.  ``note`` and ``closed_note`` are the officers' records."""

    id: int
    deed: AnyDeed
    by: str
    at_us: int
    reason: str
    note: str
    state: State
    closed_by: str
    closed_us: int
    closed_note: str


class Approvals:
    """The file approvals.sqlite.  Thread-safe."""

    open_us = OPEN_US

    def __init__(self, path: Path, clock: Callable[[], int]) -> None:
        """Open or make the file with mode 0600; ``clock`` gives µs UTC."""
        path.touch(mode=0o600, exist_ok=True)
        self._clock = clock
        self._lock = threading.Lock()  # held for every use of the connection, which threads share
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA busy_timeout=5000")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def all(self, limit: int = 100) -> list[Approval]:
        """The newest proposals, newest first."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM approvals ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return [self._read(row) for row in rows]

    def get(self, number: int) -> Approval:
        """One proposal; raise NotFound."""
        with self._lock:
            row = self._db.execute("SELECT * FROM approvals WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise NotFound("there is no such proposal", where=str(number), do="See the list of proposals")
        return self._read(row)

    def propose(self, deed: AnyDeed, by: Actor, reason: str, note: str) -> Approval:
        """Keep a proposal; ``note`` is the proposer's record.  Raises what check_proposal() raises."""
        self.check_proposal(deed, by)
        now = self._clock()
        with self._lock:
            row = self._db.execute(
                "INSERT INTO approvals (deed, by, at_us, reason, note, state, closed_by, closed_us, closed_note) "
                "VALUES (?, ?, ?, ?, ?, 'open', '', 0, '') RETURNING id",
                (msgspec.json.encode(deed), by.officer, now, reason, note),
            ).fetchone()
        return self.get(int(row[0]))

    def check_proposal(self, deed: AnyDeed, by: Actor) -> None:
        """Raise RoleRefused or Refused unless ``by`` may propose this now."""
        self.check_deed(deed, by)
        waiting = [one for one in self.all() if one.state == "open"]
        if any(one.deed == deed for one in waiting):
            raise Refused("this is proposed already", where="deed", do="A second officer confirms it in the list")
        if len(waiting) >= MAX_OPEN:
            raise Refused(f"{MAX_OPEN} proposals wait already", where="deed", do="Confirm or withdraw some first")

    def check_deed(self, deed: AnyDeed, by: Actor) -> None:
        """Raise RoleRefused unless the officer's roles allow proposing this: a commander proposes a thaw only."""
        _require(by, APPROVERS if isinstance(deed, Thaw) else frozenset[Role]({"administrator"}))

    def check_second(self, approval: Approval, second: Actor) -> None:
        """Raise RoleRefused or Refused unless ``second`` may confirm the proposal now."""
        _require(second, APPROVERS)
        if approval.state != "open":
            raise Refused(f"the proposal is {approval.state}", where="proposal", do="Propose it anew")
        if second.officer == approval.by:
            raise Refused("nobody confirms what the same officer proposed", where="second", do="Call another officer")
        if second.officer == getattr(approval.deed, "officer", None):
            raise Refused("nobody confirms what concerns the same officer", where="second", do="Call another officer")

    def close_as(self, approval: Approval, state: State, by: str, note: str = "") -> Approval:
        """Close an open proposal, once; raise Refused when somebody else was faster."""
        with self._lock:
            done = self._db.execute(
                "UPDATE approvals SET state = ?, closed_by = ?, closed_us = ?, closed_note = ? "
                "WHERE id = ? AND state = 'open'",
                (state, by, self._clock(), note, approval.id),
            )
        if done.rowcount == 0:
            raise Refused("somebody else was faster", where="proposal", do="See the list of proposals")
        return self.get(approval.id)

    def reopen(self, approval: Approval) -> None:
        """Open a proposal again that was confirmed and could not be done."""
        with self._lock:
            self._db.execute(
                "UPDATE approvals SET state = 'open', closed_by = '', closed_us = 0, closed_note = '' WHERE id = ?",
                (approval.id,),
            )

    def _read(self, row: tuple[int, bytes, str, int, str, str, State, str, int, str]) -> Approval:
        number, deed, by, at_us, reason, note, state, closed_by, closed_us, closed_note = row
        if state == "open" and self._clock() >= at_us + OPEN_US:
            state, closed_us = "lapsed", at_us + OPEN_US
        return Approval(
            id=number,
            deed=msgspec.json.decode(deed, type=AnyDeed),
            by=by,
            at_us=at_us,
            reason=reason,
            note=note,
            state=state,
            closed_by=closed_by,
            closed_us=closed_us,
            closed_note=closed_note,
        )


def _require(actor: Actor, roles: frozenset[Role]) -> None:
    if not actor.roles & roles:
        raise RoleRefused(
            f"{actor.officer} may not decide this",
            where="role",
            do=f"Ask a {' or an '.join(sorted(roles, reverse=True))}",
        )
