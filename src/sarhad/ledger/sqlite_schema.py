"""The tables of the SQLite store.

Each log has tables of its own, so that every log grows at the right end of its own
B-tree.  Partners' entries have a row each, which is filled when one is disclosed; own
entries are packed (sqlite_packs.py), and the last pack of a group carries the group's
signed checkpoint; ``checkpoint_0`` holds the others of the own log, signed when they were
published at a size within a group.  A tile's key is level * 2**40 + index.
"""

from __future__ import annotations

import sqlite3

VERSION = 2
LEVEL_SHIFT = 40

_TABLES = """
CREATE TABLE IF NOT EXISTS identities (
  no INTEGER NOT NULL, generation INTEGER NOT NULL, party TEXT NOT NULL, log TEXT NOT NULL, origin TEXT NOT NULL,
  log_key BLOB NOT NULL, witness_key BLOB NOT NULL, manifest BLOB NOT NULL, PRIMARY KEY (no, generation));
CREATE TABLE IF NOT EXISTS frozen (no INTEGER PRIMARY KEY, reason TEXT NOT NULL, evidence INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS lines (
  no INTEGER NOT NULL, by TEXT NOT NULL, size INTEGER NOT NULL, time_s INTEGER NOT NULL, line TEXT NOT NULL,
  PRIMARY KEY (no, by, size)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS lines_by_size ON lines (no, size);
CREATE TABLE IF NOT EXISTS evidence (
  id INTEGER PRIMARY KEY, log TEXT NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL, exhibits BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""

_OWN_ENTRIES = """
CREATE TABLE pack_0 (
  start INTEGER PRIMARY KEY, "end" INTEGER NOT NULL, root BLOB, signature BLOB, entries BLOB NOT NULL);
"""

_ENTRIES = """
CREATE TABLE entry_{no} (
  seq INTEGER PRIMARY KEY, commitment BLOB NOT NULL, salt BLOB, body BLOB, signature BLOB, refused TEXT);
"""

_LOG_TABLES = """
CREATE TABLE tile_{no} (key INTEGER PRIMARY KEY, nodes BLOB NOT NULL);
CREATE TABLE checkpoint_{no} (size INTEGER PRIMARY KEY, root BLOB NOT NULL, signature BLOB NOT NULL);
"""


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables that all logs share, unless they are there; bring an older file up to this version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.executescript(_TABLES)
    if version == 1:  # checkpoints were apart from the packs; those that are there stay where they are
        held = {row[1] for row in connection.execute("PRAGMA table_info(pack_0)")}
        for column in ("root", "signature"):
            if held and column not in held:
                connection.execute(f"ALTER TABLE pack_0 ADD COLUMN {column} BLOB")
    connection.execute(f"PRAGMA user_version={VERSION}")


def log_tables(no: int) -> list[str]:
    """Return the statements that make the tables of log ``no``."""
    tables = _LOG_TABLES + (_ENTRIES if no else _OWN_ENTRIES)
    return [text for text in tables.format(no=int(no)).split(";") if text.strip()]


def tile_key(level: int, index: int) -> int:
    """Return the primary key of a tile."""
    return (level << LEVEL_SHIFT) + index
