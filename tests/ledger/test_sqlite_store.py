"""The SQLite store keeps the contract, and its promise of durability is the strict one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ledger.ledgers import Side, drafts
from ledger.store_contract import StoreContract
from sarhad.ledger.errors import Busy, Full, RolledBack
from sarhad.ledger.guard import SqliteGuard
from sarhad.ledger.sqlite import SqliteStore, failure
from sarhad.ledger.store import Head


class TestSqliteStore(StoreContract):
    def open_store(self, folder: Path) -> SqliteStore:
        return SqliteStore(folder / "ledger.sqlite")

    def test_every_commit_is_synchronous_in_wal_mode(self, folder: Path) -> None:
        store = self.open_store(folder)
        assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        store.close()


def test_a_full_disk_is_told_as_such_and_the_log_goes_on_when_there_is_space(tmp_path: Path) -> None:
    pk = Side("pk", tmp_path / "pk")
    with pk.create() as ledger:
        ledger.append(drafts(10))
        connection = ledger._writer._store._connection  # type: ignore[attr-defined]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 2}")
        with pytest.raises(Full):
            ledger.append(drafts(2000))
        assert ledger.size("pk") == 10
        connection.execute("PRAGMA max_page_count=1000000")
        assert ledger.append(drafts(2)) == [10, 11]
    assert pk.fsck().ok


def test_errors_of_sqlite_become_ours() -> None:
    assert isinstance(failure(sqlite3.OperationalError("locked"), "x"), Busy)


def test_the_guard_swaps_only_what_it_holds(tmp_path: Path) -> None:
    guard = SqliteGuard(tmp_path / "guard.sqlite")
    one, two, other = Head(1, b"a" * 32), Head(2, b"b" * 32), Head(2, b"c" * 32)
    guard.advance("pk", None, one)
    guard.advance("pk", one, two)
    guard.advance("pk", one, two)
    with pytest.raises(RolledBack):
        guard.advance("pk", one, other)
    with pytest.raises(RolledBack):
        guard.advance("pk", None, other)
    guard.close()
    again = SqliteGuard(tmp_path / "guard.sqlite")
    assert again.heads() == {"pk": two}
    again.close()
