"""Sign-ins: who holds which password, and which sessions are open.  In a file of its own.

What an officer may do is not here: that is the ``officer`` record in the party's log.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sarhad.desk.actor import NotFound
from sarhad.desk.passwords import Cost, Passwords, one_time_password
from sarhad.desk.throttle import SECOND, Limit, Throttle
from sarhad.wire.errors import Refused, SarhadError

TOKEN_BYTES = 32
TOUCH_US = 60 * SECOND
"""A session's last use is written at most once in this time."""
MAX_SESSIONS = 20
"""Open sessions of one officer; the oldest is signed out beyond it."""

ONCE_US = 24 * 3_600 * SECOND
"""A one-time password opens nothing after so long."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (officer TEXT PRIMARY KEY, hash TEXT NOT NULL, changed_us INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS once (officer TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS passkeys (id BLOB PRIMARY KEY, officer TEXT NOT NULL, name TEXT NOT NULL,
    public_key BLOB NOT NULL, counter INTEGER NOT NULL, synced INTEGER NOT NULL, made_us INTEGER NOT NULL,
    used_us INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS challenges (challenge BLOB PRIMARY KEY, purpose TEXT NOT NULL, officer TEXT NOT NULL,
    until_us INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS handles (officer TEXT PRIMARY KEY, handle BLOB NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (token BLOB PRIMARY KEY, officer TEXT NOT NULL, began_us INTEGER NOT NULL,
    used_us INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_of ON sessions (officer, began_us);
CREATE TABLE IF NOT EXISTS attempts (scope TEXT NOT NULL, name TEXT NOT NULL, failures INTEGER NOT NULL,
    last_us INTEGER NOT NULL, PRIMARY KEY (scope, name)) WITHOUT ROWID;
"""


class WrongPassword(Refused):
    """Name and password do not belong together; which of the two is wrong is not told."""

    code = "wrong-password"


class NotSignedIn(SarhadError):
    """There is no session, or it ended."""

    code = "not-signed-in"


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """How long sessions last, and how dear a guess is."""

    idle_s: int = 28_800
    absolute_s: int = 12 * 3_600
    cost: Cost = field(default_factory=Cost)
    per_account: Limit = field(default_factory=lambda: Limit(free=5, longest_s=300))
    per_address: Limit = field(default_factory=lambda: Limit(free=20, longest_s=900))


@dataclass(frozen=True, slots=True)
class Session:
    """An open session; the token is known to the officer's browser only and never shown."""

    officer: str
    token: str = field(repr=False)
    began_us: int
    expires_us: int
    once: bool = False
    """Opened with a one-time password: good for choosing an own one, and for nothing else."""

    @property
    def csrf(self) -> str:
        """The token that unsafe calls carry: derived from the session's, so that it ends with it."""
        return hmac.digest(self.token.encode(), b"sarhad/csrf/v1", hashlib.sha256).hex()


class Accounts:
    """The file accounts.sqlite.  Thread-safe; methods with a password block for tens of milliseconds."""

    def __init__(self, path: Path, clock: Callable[[], int], settings: AccountSettings | None = None) -> None:
        """Open or make the file with mode 0600; ``clock`` gives µs UTC."""
        self.settings = settings or AccountSettings()
        self._clock = clock
        path.touch(mode=0o600, exist_ok=True)
        self._lock = threading.Lock()  # held for every use of the connection, which threads share
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA busy_timeout=5000")
        self._db.executescript(_SCHEMA)
        self._passwords = Passwords(self.settings.cost)
        self._throttle = Throttle(self._db, self.settings.per_account, self.settings.per_address)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Use the file alone: all of the block is kept, or nothing when it raises."""
        with self._lock, self._db:  # the connection commits, or rolls back when the block raises
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db

    def officers(self) -> list[str]:
        """Names that can sign in."""
        with self._lock:
            return [row[0] for row in self._db.execute("SELECT officer FROM accounts ORDER BY officer")]

    def set_password(self, officer: str, password: str) -> None:
        """Give ``officer`` a password, a new account if need be, and end its sessions; raise WeakPassword."""
        self._store(officer, self._passwords.hash(password, officer), keep=b"")

    def reset(self, officer: str) -> str:
        """Give ``officer`` a one-time password and return it; its sessions end, and it is stored nowhere else."""
        password = one_time_password()
        self._store(officer, self._passwords.hash(password, officer), keep=b"", once=True)
        return password

    def change_password(self, session: Session, old: str, new: str, address: str) -> None:
        """Replace the password of the session's officer; its other sessions end.  Raises as sign_in does."""
        self._check(session.officer, old, address)
        self._store(session.officer, self._passwords.hash(new, session.officer), keep=_hashed(session.token))

    def _store(self, officer: str, hashed: str, keep: bytes, *, once: bool = False) -> None:
        with self.transaction() as db:
            db.execute("DELETE FROM once WHERE officer = ?", (officer,))
            if once:
                db.execute("INSERT INTO once VALUES (?)", (officer,))
                db.execute("DELETE FROM passkeys WHERE officer = ?", (officer,))  # whoever had one may be the reason
            db.execute(
                "INSERT INTO accounts VALUES (?, ?, ?) ON CONFLICT (officer) "
                "DO UPDATE SET hash = excluded.hash, changed_us = excluded.changed_us",
                (officer, hashed, self._clock()),
            )
            db.execute("DELETE FROM sessions WHERE officer = ? AND token != ?", (officer, keep))

    def remove(self, officer: str) -> None:
        """Delete the account and end its sessions; raise NotFound."""
        with self.transaction() as db:
            if db.execute("DELETE FROM accounts WHERE officer = ?", (officer,)).rowcount == 0:
                raise NotFound("no such account", where=officer)
            db.execute("DELETE FROM once WHERE officer = ?", (officer,))
            db.execute("DELETE FROM passkeys WHERE officer = ?", (officer,))
            db.execute("DELETE FROM sessions WHERE officer = ?", (officer,))

    def now(self) -> int:
        """The clock's time, µs UTC."""
        return self._clock()

    def begin_attempt(self, name: str, address: str) -> None:
        """Count an attempt to sign in, before it is checked; raise Throttled."""
        with self.transaction():
            now = self._clock()
            self._throttle.forget_old(now)
            self._throttle.begin(name, address, now)

    def end_attempt(self, name: str, address: str) -> None:
        """Take the attempt back: it was right."""
        with self.transaction():
            self._throttle.forgive(name, address)

    def confirm(self, officer: str, password: str, address: str) -> None:
        """Make sure that it is the officer who is there now; raise Throttled or WrongPassword as sign_in does."""
        self._check(officer, password, address)

    def _check(self, officer: str, password: str, address: str) -> None:
        """Count the attempt, check the password; raise Throttled or WrongPassword."""
        with self.transaction() as db:
            now = self._clock()
            self._throttle.forget_old(now)
            self._throttle.begin(officer, address, now)
            row = db.execute(
                "SELECT hash FROM accounts WHERE officer = ? AND "
                "NOT (changed_us <= ? AND EXISTS (SELECT 1 FROM once WHERE once.officer = accounts.officer))",
                (officer, now - ONCE_US),
            ).fetchone()
        stored = None if row is None else str(row[0])
        if not self._passwords.matches(stored, password):
            raise WrongPassword("name and password do not match", where="session", do="Check both and try again")
        again = self._passwords.hash(password, officer) if stored and self._passwords.outdated(stored) else None
        with self.transaction() as db:
            self._throttle.forgive(officer, address)
            if again is not None:
                db.execute("UPDATE accounts SET hash = ? WHERE officer = ? AND hash = ?", (again, officer, stored))

    def sign_in(self, officer: str, password: str, address: str) -> Session:
        """Open a session; raise Throttled or WrongPassword.  ``address`` is the caller's network address."""
        officer = officer[:63]
        self._check(officer, password, address)
        return self.open(officer)

    def open(self, officer: str) -> Session:
        """Open a session of an officer who has shown who it is; only the ways to sign in call this."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._clock()
        with self.transaction() as db:
            self._forget_ended(db, now)
            db.execute(
                "DELETE FROM sessions WHERE token IN (SELECT token FROM sessions WHERE officer = ? "
                "ORDER BY began_us DESC LIMIT -1 OFFSET ?)",
                (officer, MAX_SESSIONS - 1),
            )
            db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (_hashed(token), officer, now, now))
            once = db.execute("SELECT 1 FROM once WHERE officer = ?", (officer,)).fetchone()
        expires = now + min(self.settings.idle_s, self.settings.absolute_s) * SECOND
        return Session(officer, token, now, expires, once is not None)

    def session(self, token: str) -> Session:
        """Return the open session of ``token`` and note its use; raise NotSignedIn."""
        return self._session(token, touch=True)

    def peek(self, token: str) -> Session:
        """Return the open session as session() does, without prolonging it."""
        return self._session(token, touch=False)

    def _session(self, token: str, *, touch: bool) -> Session:
        now = self._clock()
        hashed = _hashed(token)
        with self._lock:
            row = self._db.execute(
                "SELECT officer, began_us, used_us, EXISTS (SELECT 1 FROM once WHERE once.officer = sessions.officer) "
                "FROM sessions WHERE token = ?",
                (hashed,),
            ).fetchone()
            if row is None or now >= self._expiry(row[1], row[2]):
                raise NotSignedIn("you are not signed in, or the session ended", where="session", do="Sign in")
            used = int(row[2])
            if touch and now - used >= TOUCH_US:
                self._db.execute("UPDATE sessions SET used_us = ? WHERE token = ?", (now, hashed))
                used = now
        return Session(row[0], token, row[1], self._expiry(row[1], used), bool(row[3]))

    def _expiry(self, began_us: int, used_us: int) -> int:
        idle = used_us + self.settings.idle_s * SECOND
        return min(idle, began_us + self.settings.absolute_s * SECOND)

    def _forget_ended(self, db: sqlite3.Connection, now: int) -> None:
        db.execute(
            "DELETE FROM sessions WHERE used_us <= ? OR began_us <= ?",
            (now - self.settings.idle_s * SECOND, now - self.settings.absolute_s * SECOND),
        )

    def sign_out(self, token: str) -> None:
        """End the session; silent when it has ended already."""
        with self.transaction() as db:
            db.execute("DELETE FROM sessions WHERE token = ?", (_hashed(token),))


def _hashed(token: str) -> bytes:
    """What is stored of a token: 32 random bytes need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()
