"""The compare-and-swap place, as a SQLite file of its own.

Before anything signed leaves the node, its size and root are written here.  A restored
copy of the store is then older than the guard, and that is seen before it can sign
anything that contradicts what partners hold.  The file must not be in the same backup
as the store.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from sarhad.ledger.errors import Busy, RolledBack
from sarhad.ledger.store import Head


class SqliteGuard:
    """A Guard in a file.

    ``_connection`` is used under ``_lock`` only: any thread may publish.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        """Open the file, making it unless ``readonly``; raise Busy when it cannot be opened."""
        self._lock = threading.Lock()
        uri = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}"
        try:
            self._connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            if not readonly:
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=FULL")
                self._connection.execute(
                    "CREATE TABLE IF NOT EXISTS heads (log TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL)"
                )
        except sqlite3.Error as error:
            raise Busy(f"the guard cannot be opened: {error}", where=str(path)) from error
        self._where = str(path)

    def heads(self) -> dict[str, Head]:
        """The head of every log that is guarded; raise Busy when the file does not answer."""
        with self._lock:
            try:
                rows = self._connection.execute("SELECT log, size, root FROM heads").fetchall()
            except sqlite3.Error as error:
                raise Busy(f"the guard cannot be read: {error}", where=self._where) from error
        return {log: Head(size, root) for log, size, root in rows}

    def advance(self, log: str, old: Head | None, new: Head) -> None:
        """Replace ``old`` by ``new``; raise RolledBack if another head is there, Busy if it did not get durable."""
        with self._lock:
            try:
                landed = self._swap(log, old, new)
            except sqlite3.Error as error:
                raise Busy(f"the guard did not answer: {error}", where=self._where) from error
        if not landed:
            raise RolledBack(log, f"the guard does not hold {old.size if old else 'nothing'} any more")

    def _swap(self, log: str, old: Head | None, new: Head) -> bool:
        """One statement, one durable commit; a swap that landed and was reported as failed counts as landed."""
        if old is None:
            sql, values = "INSERT OR IGNORE INTO heads VALUES (?, ?, ?)", (log, new.size, new.root)
        else:
            sql = "UPDATE heads SET size = ?, root = ? WHERE log = ? AND size = ? AND root = ?"
            values = (new.size, new.root, log, old.size, old.root)  # type: ignore[assignment]
        if self._connection.execute(sql, values).rowcount == 1:
            return True
        row = self._connection.execute("SELECT size, root FROM heads WHERE log = ?", (log,)).fetchone()
        return bool(row == (new.size, new.root))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
