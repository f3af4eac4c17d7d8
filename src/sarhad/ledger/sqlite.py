"""The SQLite store: one file in WAL mode with synchronous=FULL.

The statements that ruff's S608 looks at hold no text from outside: a table's name ends
in a number, which the format forces to be one.

FULL, because NORMAL can lose a commit in WAL mode that was acknowledged (power loss).
"""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from sarhad.ledger import sqlite_packs as packs
from sarhad.ledger import sqlite_schema as schema
from sarhad.ledger.errors import Busy, Damaged, Full
from sarhad.ledger.model import Entry, Evidence, Identity
from sarhad.ledger.store import OWN, Row, StoredCheckpoint, StoredLine, StoredLog
from sarhad.ledger.tree import FullTile
from sarhad.wire.errors import SarhadError
from sarhad.wire.keys import PublicKey

_IDLE_READERS = 8
_BUSY_S = 10.0
PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA cache_size=-16384",
    "PRAGMA mmap_size=268435456",
    "PRAGMA wal_autocheckpoint=8000",
)
_ENTRY = "seq, commitment, salt, body, signature, refused"
_LINE = "SELECT size, by, time_s, line FROM lines"


def failure(error: sqlite3.Error, where: str) -> SarhadError:
    """Return our error for one of SQLite's."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name == "SQLITE_FULL":
        return Full("the disk is full", where=where, do="Free some space; nothing that was acknowledged is lost")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Damaged(f"the file is damaged: {error}", where=where)
    return Busy(f"the store failed: {error}", where=where, do="Try again")


class SqliteReading:
    """Reads, each on a connection of its own from a pool.

    ``_idle`` holds the connections that no thread uses at the moment; a queue, so it
    needs no other lock.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        """``readonly`` opens the file in SQLite's read-only mode (a node may be writing to it)."""
        self.path = path
        self._uri = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}"
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue(_IDLE_READERS)
        self._closed = False

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_S, cached_statements=256
        )
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        if self._closed:
            raise SarhadError("the ledger is closed", where=str(self.path))
        try:
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                connection = self._connect()
            yield connection
        except sqlite3.Error as error:
            raise failure(error, str(self.path)) from error
        try:
            self._idle.put_nowait(connection)
        except queue.Full:
            connection.close()

    def _all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._reader() as connection:
            return connection.execute(sql, values).fetchall()

    def _one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        with self._reader() as connection:
            return connection.execute(sql, values).fetchone()

    def logs(self) -> list[StoredLog]:
        """Every log, by number."""
        rows = self._all(
            "SELECT no, party, log, origin, log_key, witness_key, manifest FROM identities ORDER BY 1, generation"
        )
        frozen = {
            no: (reason, evidence) for no, reason, evidence in self._all("SELECT no, reason, evidence FROM frozen")
        }
        found: dict[int, list[Identity]] = {}
        for no, party, log, origin, log_key, witness_key, manifest in rows:
            identity = Identity(party, log, origin, PublicKey(log_key), PublicKey(witness_key), manifest)
            found.setdefault(no, []).append(identity)
        return [StoredLog(no, tuple(held), *frozen.get(no, ("", 0))) for no, held in found.items()]

    def size(self, no: int) -> int:
        """Number of entries: the highest sequence number and one."""
        if no == OWN:
            row = self._one('SELECT "end" FROM pack_0 ORDER BY start DESC LIMIT 1')
            return 0 if row is None else int(row[0])
        (last,) = self._one(f"SELECT max(seq) FROM entry_{no:d}")  # noqa: S608
        return 0 if last is None else int(last) + 1

    def commitments(self, no: int, start: int, end: int) -> bytes:
        """Commitments of the entries start..end-1 that are held, ascending, concatenated."""
        if no == OWN:
            return b"".join([entry.commitment for entry in packs.entries(self._packs(start, end), start, end)])
        sql = f"SELECT commitment FROM entry_{no:d} WHERE seq >= ? AND seq < ? ORDER BY seq"  # noqa: S608
        return b"".join([row[0] for row in self._all(sql, (start, end))])

    def entries(self, no: int, start: int, end: int, limit: int) -> list[Entry]:
        """At most ``limit`` entries from start to end-1, ascending."""
        if no == OWN:
            end = min(end, start + limit)
            return packs.entries(self._packs(start, end), start, end)
        sql = f"SELECT {_ENTRY} FROM entry_{no:d} WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?"  # noqa: S608
        rows = self._all(sql, (start, end, limit))
        return [Entry(seq, c, salt, body, sig, refused or "") for seq, c, salt, body, sig, refused in rows]

    def _packs(self, start: int, end: int) -> list[tuple[int, int, bytes]]:
        """The own log's packs that hold any of start..end-1."""
        first = "coalesce((SELECT max(start) FROM pack_0 WHERE start <= ?), 0)"
        sql = f'SELECT start, "end", entries FROM pack_0 WHERE start >= {first} AND start < ? ORDER BY start'  # noqa: S608
        return self._all(sql, (start, end))

    def tile(self, no: int, level: int, index: int) -> bytes | None:
        """The 511 hashes of a full tile."""
        key = schema.tile_key(level, index)
        row = self._one(f"SELECT nodes FROM tile_{no:d} WHERE key = ?", (key,))  # noqa: S608
        return None if row is None else bytes(row[0])

    def tile_roots(self, no: int, level: int, start: int, end: int) -> bytes:
        """The last hash of each full tile start..end-1, concatenated."""
        keys = (schema.tile_key(level, start), schema.tile_key(level, end))
        sql = f"SELECT substr(nodes, -32) FROM tile_{no:d} WHERE key >= ? AND key < ? ORDER BY key"  # noqa: S608
        return b"".join([row[0] for row in self._all(sql, keys)])

    def checkpoint(self, no: int, size: int) -> StoredCheckpoint | None:
        """The checkpoint at exactly ``size``."""
        row = self._one(packs.CHECKPOINT_AT, (size, size)) if no == OWN else None
        if row is None:
            row = self._one(f"SELECT size, root, signature FROM checkpoint_{no:d} WHERE size = ?", (size,))  # noqa: S608
        return None if row is None else StoredCheckpoint(*row)

    def newest_checkpoint(self, no: int, at_most: int) -> StoredCheckpoint | None:
        """The checkpoint of the greatest size up to ``at_most``."""
        sql = f"SELECT size, root, signature FROM checkpoint_{no:d} WHERE size <= ? ORDER BY size DESC LIMIT 1"  # noqa: S608
        rows = [self._one(sql, (at_most,))]
        if no == OWN:
            rows.append(self._one(packs.CHECKPOINT_UP_TO, (at_most, at_most)))
        return max((StoredCheckpoint(*row) for row in rows if row is not None), default=None)

    def checkpoints(self, no: int, since_size: int, limit: int) -> list[StoredCheckpoint]:
        """At most ``limit`` checkpoints at ``since_size`` or above, by size."""
        sql = f"SELECT size, root, signature FROM checkpoint_{no:d} WHERE size >= ? ORDER BY size LIMIT ?"  # noqa: S608
        rows = self._all(sql, (since_size, limit))
        if no == OWN:
            carried = self._all(packs.CHECKPOINTS_SINCE, (since_size, since_size, limit))
            rows = sorted(carried + rows, key=lambda row: row[0])[:limit]
        return [StoredCheckpoint(*row) for row in rows]

    def line(self, no: int, size: int, by: str) -> StoredLine | None:
        """The countersignature of ``by`` at exactly ``size``."""
        row = self._one(f"{_LINE} WHERE no = ? AND by = ? AND size = ?", (no, by, size))
        return None if row is None else StoredLine(*row)

    def lines(self, no: int, since_size: int, limit: int) -> list[StoredLine]:
        """Countersignatures at ``since_size`` or above, by size then signer; all of the last size, even over limit."""
        found = self._all(f"{_LINE} WHERE no = ? AND size >= ? ORDER BY size, by LIMIT ?", (no, since_size, limit))
        if len(found) == limit:
            last = found[-1][0]
            rest = self._all(f"{_LINE} WHERE no = ? AND size = ? ORDER BY by", (no, last))
            found = [row for row in found if row[0] < last] + rest
        return [StoredLine(*row) for row in found]

    def first_line(self, no: int, size: int, by: str) -> StoredLine | None:
        """The countersignature of ``by`` at the smallest size from ``size`` on."""
        row = self._one(f"{_LINE} WHERE no = ? AND by = ? AND size >= ? ORDER BY size LIMIT 1", (no, by, size))
        return None if row is None else StoredLine(*row)

    def last_line(self, no: int, by: str) -> StoredLine | None:
        """The countersignature of ``by`` at the greatest size."""
        row = self._one(f"{_LINE} WHERE no = ? AND by = ? ORDER BY size DESC LIMIT 1", (no, by))
        return None if row is None else StoredLine(*row)

    def evidence(self) -> list[Evidence]:
        """Everything kept, oldest first."""
        rows = self._all("SELECT id, log, at, what, exhibits FROM evidence ORDER BY id")
        return [
            Evidence(i, log, at, what, tuple(msgspec.msgpack.decode(x, type=list[bytes])))
            for i, log, at, what, x in rows
        ]

    def evidence_ids(self, log: str) -> list[int]:
        """The ids of what is kept about a log, ascending."""
        return [int(row[0]) for row in self._all("SELECT id FROM evidence WHERE log = ? ORDER BY id", (log,))]

    def state(self, key: str) -> bytes | None:
        """A small value by its key."""
        row = self._one("SELECT value FROM state WHERE key = ?", (key,))
        return None if row is None else bytes(row[0])

    def problems(self) -> list[str]:
        """What SQLite's integrity check finds; empty when nothing."""
        return [str(row[0]) for row in self._all("PRAGMA integrity_check(20)") if row[0] != "ok"]

    def close(self) -> None:
        """Close every idle connection."""
        self._closed = True
        while not self._idle.empty():
            self._idle.get_nowait().close()


class SqliteWriting:
    """The writes of one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Write on ``connection``, inside a transaction that the store began."""
        self._do = connection

    def add_log(self, identity: Identity) -> int:
        """Add a log; return its number."""
        no = int(self._do.execute("SELECT coalesce(max(no) + 1, 0) FROM identities").fetchone()[0])
        for statement in schema.log_tables(no):
            self._do.execute(statement)
        self.add_identity(no, identity)
        return no

    def add_identity(self, no: int, identity: Identity) -> None:
        """Add the newest identity of a log (rotated keys)."""
        keys = (identity.log_key.raw, identity.witness_key.raw)
        names = (identity.party, identity.log, identity.origin)
        sql = "INSERT INTO identities SELECT ?, coalesce(max(generation) + 1, 0), ?, ?, ?, ?, ?, ? FROM identities"
        self._do.execute(f"{sql} WHERE no = ?", (no, *names, *keys, identity.manifest, no))

    def add_entries(self, no: int, rows: Iterable[Row]) -> None:
        """Append; a sequence number that is held already is an error, in the own log a gap as well."""
        if no == OWN:
            self._add_packs(packs.rows(rows, None))
            return
        self._do.executemany(f"INSERT INTO entry_{no:d} VALUES (?, ?, ?, ?, ?, ?)", rows)  # noqa: S608

    def add_group(self, rows: Sequence[Row], checkpoint: StoredCheckpoint) -> None:
        """Append ``rows``, at least one, to the own log, with the checkpoint signed at their end."""
        self._add_packs(packs.rows(rows, checkpoint))

    def _add_packs(self, packed: list[packs.PackRow]) -> None:
        if packed and self._do.executemany(packs.INSERT, packed).rowcount != len(packed):
            raise Damaged("these entries do not follow the last one", where="own log", seq=packed[0][0])

    def open_entries(self, no: int, rows: Iterable[tuple[bytes, bytes, bytes | None, str | None, int]]) -> None:
        """Set salt, body, signature, refused of entries held; the last item is the sequence number."""
        sql = f"UPDATE entry_{no:d} SET salt = ?, body = ?, signature = ?, refused = ? WHERE seq = ?"  # noqa: S608
        self._do.executemany(sql, rows)

    def add_tiles(self, no: int, tiles: Iterable[FullTile]) -> None:
        """Add tiles that became full."""
        rows = [(schema.tile_key(tile.level, tile.index), tile.nodes) for tile in tiles]
        self._do.executemany(f"INSERT INTO tile_{no:d} VALUES (?, ?)", rows)  # noqa: S608

    def add_checkpoint(self, no: int, checkpoint: StoredCheckpoint) -> None:
        """Keep a checkpoint; one is held per size, the first stays."""
        if no == OWN and self._do.execute(packs.CHECKPOINT_AT, (checkpoint.size, checkpoint.size)).fetchone():
            return
        self._do.execute(f"INSERT OR IGNORE INTO checkpoint_{no:d} VALUES (?, ?, ?)", checkpoint)  # noqa: S608

    def add_line(self, no: int, line: StoredLine) -> bool:
        """Keep a countersignature; one is held per size and signer, the first stays."""
        row = (no, line.by, line.size, line.time_s, line.line)
        return self._do.execute("INSERT OR IGNORE INTO lines VALUES (?, ?, ?, ?, ?)", row).rowcount == 1

    def add_evidence(self, log: str, at: int, what: str, exhibits: Sequence[bytes]) -> int:
        """Keep evidence; return its id."""
        packed = msgspec.msgpack.encode(list(exhibits))
        sql = "INSERT INTO evidence (log, at, what, exhibits) VALUES (?, ?, ?, ?)"
        return int(self._do.execute(sql, (log, at, what, packed)).lastrowid or 0)

    def set_frozen(self, no: int, reason: str, evidence: int) -> None:
        """Freeze a log, or thaw it with an empty reason."""
        self._do.execute("DELETE FROM frozen WHERE no = ?", (no,))
        if reason:
            self._do.execute("INSERT INTO frozen VALUES (?, ?, ?)", (no, reason, evidence))

    def put_state(self, key: str, value: bytes | None) -> None:
        """Set a small value, or remove it with None."""
        if value is None:
            self._do.execute("DELETE FROM state WHERE key = ?", (key,))
        else:
            self._do.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value))


class SqliteStore(SqliteReading):
    """The store of a node.

    ``_connection`` writes; it is used by the one thread that writes (see writer.py).
    """

    def __init__(self, path: Path) -> None:
        """Open the file, making it and its tables when they are not there."""
        super().__init__(path)
        try:
            self._connection = self._connect()
            if self._connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
                raise SarhadError("the file system does not allow SQLite's WAL mode", where=str(path))
            schema.prepare(self._connection)
        except sqlite3.Error as error:
            raise failure(error, str(path)) from error

    @contextmanager
    def write(self) -> Iterator[SqliteWriting]:
        """Begin a transaction; commit it at the end of the block, undo it when the block raises."""
        self._statement("BEGIN IMMEDIATE")
        try:
            yield SqliteWriting(self._connection)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise failure(error, str(self.path)) from error
        finally:
            if self._connection.in_transaction:
                self._statement("ROLLBACK")

    def _statement(self, sql: str) -> None:
        try:
            self._connection.execute(sql)
        except sqlite3.Error as error:
            raise failure(error, str(self.path)) from error

    def close(self) -> None:
        """Close every connection."""
        super().close()
        self._connection.close()
