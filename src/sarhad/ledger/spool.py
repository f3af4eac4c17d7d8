"""What verification keeps while it streams: a private temporary database, not memory.

Only records that expect something, authorised acts, statements and what answers them
are kept, with the checkpoints and countersignatures that bracket them.  SQLite keeps
it in a file of its own that is gone when it is closed, so a bundle of any size is
verified in constant memory.
"""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass
from typing import Any

_SCHEMA = """
CREATE TABLE entry (log TEXT, seq INTEGER, kind TEXT, party TEXT, by TEXT, at INTEGER, exercise TEXT,
  reader TEXT, urgency TEXT, summary TEXT, told INTEGER, PRIMARY KEY (log, seq)) WITHOUT ROWID;
CREATE TABLE cites (log TEXT, seq INTEGER, cited TEXT, size INTEGER, root BLOB,
  PRIMARY KEY (log, seq, cited, size, root)) WITHOUT ROWID;
CREATE TABLE checkpoint (log TEXT, size INTEGER, root BLOB, PRIMARY KEY (log, size)) WITHOUT ROWID;
CREATE TABLE witnessed (log TEXT, by TEXT, size INTEGER, time_s INTEGER,
  PRIMARY KEY (log, by, size, time_s)) WITHOUT ROWID;
CREATE TABLE span (cited TEXT, step TEXT, log TEXT, first INTEGER, last INTEGER, seq INTEGER,
  PRIMARY KEY (cited, step, log, first, seq)) WITHOUT ROWID;
CREATE TABLE agreement (log TEXT, seq INTEGER, terms BLOB, PRIMARY KEY (log, seq)) WITHOUT ROWID;
"""
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry that the testimony needs; ``told`` rows are shown, the others only back them."""

    log: str
    seq: int
    kind: str
    party: str
    by: str
    at: int
    exercise: str | None
    reader: str
    urgency: str
    summary: str
    told: bool


class Spool:
    """Insert while streaming, query at the end.  One thread owns it.

    ``_entries``, ``_cites`` and ``_spans`` are batches on their way into the
    database; they are written by the adding methods and emptied by ``flush``.
    """

    def __init__(self) -> None:
        """Open a private temporary database: no name, no journal, deleted when closed."""
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        self._entries: list[tuple[Any, ...]] = []
        self._cites: list[tuple[Any, ...]] = []
        self._spans: list[tuple[Any, ...]] = []

    def close(self) -> None:
        """Drop everything."""
        self._db.close()

    def add_entry(self, kept: Kept) -> None:
        """Keep an entry."""
        self._entries.append(astuple(kept))
        if len(self._entries) >= _BATCH:
            self.flush()

    def add_cited(self, log: str, seq: int, cited: str, size: int, root: bytes) -> None:
        """Keep that entry ``seq`` cites a checkpoint of another log."""
        self._cites.append((log, seq, cited, size, root))

    def add_span(self, cited: str, step: str, log: str, first: int, last: int, seq: int) -> None:
        """Keep that record ``seq`` of ``log`` says ``step`` of entries ``first`` to ``last`` of ``cited``."""
        self._spans.append((cited, step, log, first, last, seq))
        if len(self._spans) >= _BATCH:
            self.flush()

    def add_checkpoint(self, log: str, size: int, root: bytes) -> None:
        """Keep a verified checkpoint."""
        self._db.execute("INSERT OR IGNORE INTO checkpoint VALUES (?,?,?)", (log, size, root))

    def add_witnessed(self, log: str, by: str, size: int, time_s: int) -> None:
        """Keep a verified countersignature by the party of the log ``by``."""
        self._db.execute("INSERT OR IGNORE INTO witnessed VALUES (?,?,?,?)", (log, by, size, time_s))

    def add_agreement(self, log: str, seq: int, terms: bytes) -> None:
        """Keep a party's signature under terms (their canonical bytes)."""
        self._db.execute("INSERT OR IGNORE INTO agreement VALUES (?,?,?)", (log, seq, terms))

    def flush(self) -> None:
        """Move the batches into the database."""
        self._db.executemany("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?,?)", self._entries)
        self._db.executemany("INSERT OR IGNORE INTO cites VALUES (?,?,?,?,?)", self._cites)
        self._db.executemany("INSERT OR IGNORE INTO span VALUES (?,?,?,?,?,?)", self._spans)
        for batch in (self._entries, self._cites, self._spans):
            batch.clear()

    def query(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run a query; rows come as plain tuples, one at a time."""
        return self._db.execute(sql, values)

    def one(self, sql: str, *values: Any) -> Any:
        """Return the first column of the first row, or None."""
        row = self._db.execute(sql, values).fetchone()
        return None if row is None else row[0]
