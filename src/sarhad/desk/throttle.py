"""Failed sign-ins are counted per account and per address, durably, and slow the next try."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sarhad.wire.errors import SarhadError

SECOND = 1_000_000


class Throttled(SarhadError):
    """Too many failed attempts; ``retry_after_s`` says when to try again."""

    retry = True
    code = "throttled"

    def __init__(self, retry_after_s: int) -> None:
        """Say how long to wait, in seconds."""
        super().__init__(
            "too many failed attempts to sign in",
            where="session",
            do=f"Wait {retry_after_s} seconds, then try again",
        )
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` failures cost nothing; each further one doubles the wait from 1 s up to ``longest_s``.

    A failure is forgotten ``memory_s`` after the last one.
    """

    free: int
    longest_s: int
    memory_s: int = 3_600


class Throttle:
    """Counts in the table ``attempts``; the caller holds the lock of the connection.

    An attempt is counted before the password is checked and taken back when it was
    right, so that guesses sent at the same moment all count.
    """

    def __init__(self, db: sqlite3.Connection, account: Limit, address: Limit) -> None:
        """Use ``db``, with one limit per officer name and one per network address."""
        self._db = db
        self._limits = {"account": account, "address": address}

    def begin(self, officer: str, address: str, now_us: int) -> None:
        """Count an attempt; raise Throttled, not counting it, when one of the two must wait."""
        names = {"account": officer, "address": address}
        waits = [self._wait_us(scope, name, now_us) for scope, name in names.items()]
        if max(waits) > 0:
            raise Throttled(-(-max(waits) // SECOND))
        for scope, name in names.items():
            self._count(scope, name, now_us)

    def forgive(self, officer: str, address: str) -> None:
        """The attempt was right: the account starts afresh, the address gets its one attempt back."""
        self._db.execute("DELETE FROM attempts WHERE scope = 'account' AND name = ?", (officer,))
        self._db.execute(
            "UPDATE attempts SET failures = max(0, failures - 1) WHERE scope = 'address' AND name = ?", (address,)
        )

    def forget_old(self, now_us: int) -> None:
        """Drop rows that no longer matter, so that the table stays small."""
        longest = max(limit.memory_s for limit in self._limits.values())
        self._db.execute("DELETE FROM attempts WHERE last_us < ?", (now_us - longest * SECOND,))

    def _wait_us(self, scope: str, name: str, now_us: int) -> int:
        limit = self._limits[scope]
        row = self._db.execute(
            "SELECT failures, last_us FROM attempts WHERE scope = ? AND name = ?", (scope, name)
        ).fetchone()
        if row is None or now_us - row[1] > limit.memory_s * SECOND:
            return 0
        over = int(row[0]) - limit.free
        if over < 0:
            return 0
        wait_s = min(limit.longest_s, 1 << min(over, 30))
        return max(0, int(row[1]) + wait_s * SECOND - now_us)

    def _count(self, scope: str, name: str, now_us: int) -> None:
        forget = now_us - self._limits[scope].memory_s * SECOND
        self._db.execute(
            "INSERT INTO attempts (scope, name, failures, last_us) VALUES (?, ?, 1, ?) ON CONFLICT (scope, name) "
            "DO UPDATE SET failures = CASE WHEN last_us < ? THEN 1 ELSE failures + 1 END, last_us = excluded.last_us",
            (scope, name, now_us, forget),
        )
