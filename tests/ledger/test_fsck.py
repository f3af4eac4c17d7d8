"""fsck finds any changed bit of what was signed, and names the first entry that is wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import msgspec
import pytest

from ledger.ledgers import Side, carry, drafts, sides
from sarhad.ledger.fsck import Report, fsck
from sarhad.ledger.ledger import Draft


@pytest.fixture
def pk(tmp_path: Path) -> Side:
    """An own log of 600 entries in groups of 100, entry 0 a signed act; mirrored at ir, 2 entries shown."""
    author, witness = sides(tmp_path)
    with author.create() as ledger, witness.create() as mirror:
        ledger.add_log(witness.identity)
        mirror.add_log(author.identity)
        ledger.append([Draft(b'{"act":0}', ledger.sign_act(b'{"act":0}')), *drafts(99)])
        for start in range(100, 600, 100):
            ledger.append(drafts(100, start))
        ledger.checkpoint(250)  # published within a group: a checkpoint of its own
        carry(ledger, mirror, 500, show=[0, 300])
        line = carry(ledger, mirror).countersignature.line
        ledger.add_countersignature("pk", 600, line, "ir")
    assert author.fsck().ok
    assert witness.fsck().ok
    return author


def flip(side: Side, table: str, column: str, where: str, bit: int) -> None:
    """Flip one bit of one value, in place."""
    connection = sqlite3.connect(side.folder / "ledger.sqlite")
    (value,) = connection.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()  # noqa: S608
    raw = bytearray(value.encode() if isinstance(value, str) else value)
    bit %= len(raw) * 8
    raw[bit // 8] ^= 1 << bit % 8
    changed: object = raw.decode("latin-1") if isinstance(value, str) else bytes(raw)
    connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (changed,))  # noqa: S608
    connection.commit()
    connection.close()


def flip_own(side: Side, seq: int, field: int, bit: int) -> None:
    """Flip one bit of a field of an own entry: 0 commitment, 1 salt, 2 body, 3 signature."""
    connection = sqlite3.connect(side.folder / "ledger.sqlite")
    start, packed = connection.execute(
        "SELECT start, entries FROM pack_0 WHERE start <= ? ORDER BY start DESC LIMIT 1", (seq,)
    ).fetchone()
    entries = msgspec.msgpack.decode(packed)
    raw = bytearray(entries[seq - start][field])
    bit %= len(raw) * 8
    raw[bit // 8] ^= 1 << bit % 8
    entries[seq - start][field] = bytes(raw)
    connection.execute("UPDATE pack_0 SET entries = ? WHERE start = ?", (msgspec.msgpack.encode(entries), start))
    connection.commit()
    connection.close()


def change(side: Side, sql: str) -> Report:
    connection = sqlite3.connect(side.folder / "ledger.sqlite")
    connection.execute(sql)
    connection.commit()
    connection.close()
    return side.fsck()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("table", "column", "where", "seq"),
    [
        ("pack_0", "root", '"end" = 300', 300),
        ("pack_0", "signature", '"end" = 600', 600),
        ("checkpoint_0", "root", "size = 250", 250),
        ("checkpoint_0", "signature", "size = 250", 250),
        ("lines", "line", "by = 'ir'", 600),
        ("lines", "line", "by = 'pk' AND size = 600", 600),
    ],
)
def test_a_changed_bit_is_named_by_its_entry(
    pk: Side, table: str, column: str, where: str, seq: int, seed: int
) -> None:
    flip(pk, table, column, where, Random(seed).randrange(4096))
    report = pk.fsck()
    assert not report.ok
    assert (report.problems[0].log, report.problems[0].seq) == ("pk", seq)
    assert f"pk:{seq}: " in str(report)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("seq", "field"), [(123, 0), (0, 1), (599, 2), (0, 3)])
def test_a_changed_bit_of_an_own_entry_is_named(pk: Side, seq: int, field: int, seed: int) -> None:
    flip_own(pk, seq, field, Random(seed).randrange(4096))
    first = pk.fsck().problems[0]
    assert (first.log, first.seq) == ("pk", seq)


@pytest.mark.parametrize("seed", range(12))
def test_a_changed_bit_anywhere_in_a_pack_is_named_within_it(pk: Side, seed: int) -> None:
    flip(pk, "pack_0", "entries", "start = 100", Random(seed).randrange(50_000))
    first = pk.fsck().problems[0]
    assert first.log == "pk"
    assert first.seq in range(100, 164)


@pytest.mark.parametrize("seed", range(12))
def test_a_changed_bit_anywhere_in_a_tile_is_named(pk: Side, seed: int) -> None:
    bit = Random(seed).randrange(511 * 32 * 8)
    flip(pk, "tile_0", "nodes", "key = 1", bit)
    first = pk.fsck().problems[0]
    leaf = 256 + bit // 256
    assert first.log == "pk"
    assert first.seq == (leaf if leaf < 512 else 256)
    assert "tile 0/1" in first.what


def test_a_commitment_whose_content_is_not_known_is_named_by_its_tile(pk: Side, tmp_path: Path) -> None:
    ir = Side("ir", tmp_path / "ir")
    flip(ir, "entry_1", "commitment", "seq = 77", 5)
    report = fsck(ir.folder)
    assert (report.problems[0].log, report.problems[0].seq) == ("pk", 77)


def test_a_commitment_in_the_last_tile_is_named_by_the_checkpoints_around_it(pk: Side, tmp_path: Path) -> None:
    ir = Side("ir", tmp_path / "ir")
    flip(ir, "entry_1", "commitment", "seq = 590", 5)
    first = fsck(ir.folder).problems[0]
    assert (first.seq, first.what) == (500, "the tree of entries 500 to 599 is not the one signed at 600")


@pytest.mark.parametrize(
    ("sql", "seq"),
    [
        ("DELETE FROM pack_0 WHERE start = 400", 400),
        ("DELETE FROM pack_0 WHERE start = 0", 0),
        ("DELETE FROM pack_0 WHERE start >= 564", 500),
        ("DELETE FROM pack_0 WHERE start >= 500", 500),
        ("UPDATE pack_0 SET entries = 'text' WHERE start = 64", 64),
        ("UPDATE pack_0 SET entries = 7 WHERE start = 64", 64),
        ("UPDATE pack_0 SET start = 65 WHERE start = 64", 65),
        ('UPDATE pack_0 SET "end" = 99 WHERE start = 64', 64),
        ("DELETE FROM tile_0 WHERE key = 0", 0),
        ('UPDATE pack_0 SET root = NULL, signature = NULL WHERE "end" = 600', 500),
        ('UPDATE pack_0 SET root = NULL WHERE "end" = 600', 600),
        ("UPDATE pack_0 SET signature = 'text' WHERE \"end\" = 600", 600),
        ("UPDATE checkpoint_0 SET size = 251 WHERE size = 250", 251),
        ("UPDATE checkpoint_0 SET size = 601 WHERE size = 250", 601),
        ("UPDATE lines SET time_s = time_s + 1 WHERE by = 'ir'", 600),
        ("UPDATE lines SET by = 'xx' WHERE by = 'ir'", 600),
    ],
)
def test_what_is_missing_or_misplaced_is_named(pk: Side, sql: str, seq: int) -> None:
    report = change(pk, sql)
    assert not report.ok
    assert report.problems[0].seq == seq


@pytest.mark.parametrize("sql", ["commitment = 'text'", "body = 7", "salt = zeroblob(5)", "seq = 700"])
def test_a_partners_row_that_is_damaged_is_named(pk: Side, tmp_path: Path, sql: str) -> None:
    report = change(Side("ir", tmp_path / "ir"), f"UPDATE entry_1 SET {sql} WHERE seq = 300")  # noqa: S608
    assert not report.ok
    assert (report.problems[0].log, report.problems[0].seq) == ("pk", 300)


def test_a_changed_key_is_found(pk: Side) -> None:
    flip(pk, "identities", "origin", "no = 0", 3)
    assert not pk.fsck().ok


@pytest.mark.parametrize("seed", range(25))
def test_damage_to_the_file_itself_never_passes_unless_nothing_that_is_held_changed(pk: Side, seed: int) -> None:
    """A flipped bit in a page: found, or in a part of the file that holds nothing that was signed."""
    connection = sqlite3.connect(pk.folder / "ledger.sqlite")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = _held(connection)
    connection.close()
    path = pk.folder / "ledger.sqlite"
    raw = bytearray(path.read_bytes())
    at = Random(seed).randrange(4096, len(raw))
    raw[at] ^= 1 << seed % 8
    path.write_bytes(bytes(raw))
    report = pk.fsck()
    if report.ok:
        connection = sqlite3.connect(path)
        assert _held(connection) == before
        connection.close()


def _held(connection: sqlite3.Connection) -> list[object]:
    tables = ("pack_0", "tile_0", "checkpoint_0", "lines")
    return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]  # noqa: S608


def test_progress_counts_entries_and_the_report_says_what_was_checked(pk: Side) -> None:
    seen: list[tuple[int, int]] = []
    report = fsck(pk.folder, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (600, 600)
    assert seen == sorted(seen)
    own = report.logs[0]
    assert (own.size, own.contents, own.tiles, own.checkpoints, own.countersignatures) == (600, 600, 2, 7, 4)
    assert "The ledger is sound." in str(report)


def test_a_file_that_is_no_database_is_a_finding_and_not_a_crash(pk: Side) -> None:
    for path in pk.folder.glob("ledger.sqlite-*"):
        path.unlink()
    (pk.folder / "ledger.sqlite").write_bytes(b"not a database" * 1000)
    report = pk.fsck()
    assert not report.ok
    assert report.problems[0].log == "store"
