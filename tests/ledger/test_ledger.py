"""The own log: durable, ordered, signed, published through the guard, and never rolled back."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from ledger import naive
from ledger.ledgers import Side, carry, drafts, sides
from sarhad.ledger import checkpoint, cosignature, merkle, note
from sarhad.ledger.ledger import Draft, Ledger, Locked, RolledBack
from sarhad.wire import envelope
from sarhad.wire.errors import SarhadError, VerificationError
from sarhad.wire.keys import SecretKey


@pytest.fixture
def pk(tmp_path: Path) -> Side:
    return sides(tmp_path)[0]


def test_appended_entries_open_their_commitments_under_the_signed_root(pk: Side) -> None:
    with pk.create() as ledger:
        assert ledger.append(drafts(300)) == list(range(300))
        assert ledger.submit(Draft(b"{}", b"s" * 64)).result() == 300
        entries = list(ledger.entries("pk", 0, 1000))
        head = envelope.commitment_head(pk.identity.origin)
        for entry in entries:
            assert entry.salt is not None
            assert entry.body is not None
            envelope.check_commitment(head, entry.seq, entry.salt, entry.body, entry.commitment)
        assert len({entry.salt for entry in entries}) == 301
        assert entries[300].signature == b"s" * 64
        view = checkpoint.open_checkpoint(ledger.checkpoint(), pk.identity.origin, pk.log_secret.public)
        assert view.size == 301
        assert view.root == naive.tree_hash([entry.commitment for entry in entries])


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 1000])
def test_a_reopened_log_goes_on_where_it_stopped(pk: Side, count: int) -> None:
    with pk.create() as ledger:
        if count:
            ledger.append(drafts(count))
        root = ledger.root("pk", count)
    with pk.open() as ledger:
        assert ledger.size("pk") == count
        assert ledger.root("pk", count) == root
        assert ledger.append(drafts(300, count)) == list(range(count, count + 300))
        commitments = [entry.commitment for entry in ledger.entries("pk", 0, count + 300)]
        assert ledger.root("pk", count + 300) == naive.tree_hash(commitments)
    assert pk.fsck().ok


def test_a_tree_deeper_than_two_tiles_survives_reopening(pk: Side) -> None:
    with pk.create() as ledger:
        for start in range(0, 66_000, 4_400):
            ledger.append(drafts(4_400, start))
        root = ledger.root("pk", 66_000)
        old = ledger.root("pk", 65_537)
    with pk.open() as ledger:
        assert ledger.root("pk", 66_000) == root
        merkle.verify_consistency(65_537, 66_000, old, root, ledger.consistency("pk", 65_537, 66_000))
        leaf = merkle.leaf_hash(ledger.commitments("pk", 12_345, 12_346))
        merkle.verify_inclusion(leaf, 12_345, 66_000, ledger.inclusion("pk", 12_345, 66_000), root)
        ledger.append(drafts(10))
    assert pk.fsck().ok


def test_an_empty_log_is_published_and_checked(pk: Side) -> None:
    with pk.create() as ledger:
        assert ledger.newest_checkpoint("pk") is None
        view = checkpoint.open_checkpoint(ledger.checkpoint(), pk.identity.origin, pk.log_secret.public)
        assert (view.size, view.root) == (0, merkle.EMPTY_ROOT)
        assert list(ledger.entries("pk", 0, 10)) == []
        assert ledger.entry("pk", 0) is None
    assert pk.fsck().ok


def test_many_threads_append_at_once_and_each_gets_its_own_place(pk: Side) -> None:
    found: dict[int, bytes] = {}
    lock = threading.Lock()

    def work(ledger: Ledger, name: int) -> None:
        waiting = [(body, ledger.submit(Draft(body))) for body in (b'"%d-%d"' % (name, at) for at in range(100))]
        places = {future.result(): body for body, future in waiting}
        with lock:
            found.update(places)

    with pk.create() as ledger:
        threads = [threading.Thread(target=work, args=(ledger, name)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {entry.seq: entry.body for entry in ledger.entries("pk", 0, 10_000)} == found
        assert len(found) == 800
    assert pk.fsck().ok


def test_a_checkpoint_is_timestamped_once_and_carries_the_own_line_second(pk: Side) -> None:
    with pk.create() as ledger:
        ledger.append(drafts(5))
        first = ledger.checkpoint()
        assert ledger.checkpoint() == first
        ledger.append(drafts(5, 5))
        assert ledger.checkpoint(5) == first
        older = ledger.checkpoint(3)
    with pk.open() as ledger:
        assert ledger.checkpoint(5) == first
        assert ledger.checkpoint(3) == older
    second = note.line(note.parse(first).signatures[1])
    view = checkpoint.open_checkpoint(first, pk.identity.origin, pk.log_secret.public)
    cosignature.open_cosignature(view, second, pk.identity.witness_name, pk.witness_secret.public)
    assert pk.fsck().ok


def test_nothing_above_the_guard_is_given_out(pk: Side) -> None:
    with pk.create() as ledger:
        ledger.append(drafts(5))
        published = ledger.checkpoint()
        ledger.append(drafts(5, 5))
        assert ledger.newest_checkpoint("pk") == published
        assert ledger.note("pk", 10) is None
        with Ledger.open_readonly(pk.folder) as reader:
            assert reader.newest_checkpoint("pk") == published


def test_a_store_older_than_the_guard_is_never_appended_to(pk: Side, tmp_path: Path) -> None:
    with pk.create() as ledger:
        ledger.append(drafts(5))
        ledger.checkpoint()
    shutil.copytree(pk.folder, tmp_path / "copy")
    with pk.open() as ledger:
        ledger.append(drafts(5, 5))
        ledger.checkpoint()
    for path in pk.folder.glob("ledger.sqlite*"):
        path.unlink()
    shutil.copy(tmp_path / "copy" / "ledger.sqlite", pk.folder / "ledger.sqlite")
    with pytest.raises(RolledBack, match="Put back the newest copy"):
        pk.open()
    report = pk.fsck()
    assert not report.ok
    assert "published" in report.problems[0].what


def test_a_store_with_another_history_than_the_guards_is_refused(pk: Side, tmp_path: Path) -> None:
    with pk.create() as ledger:
        ledger.append(drafts(5))
    shutil.copytree(pk.folder, tmp_path / "copy")
    with pk.open() as ledger:
        ledger.append(drafts(5, 5))
        ledger.checkpoint()
    other = Side("pk", tmp_path / "copy", pk.log_secret, pk.witness_secret)
    with other.open() as ledger:
        ledger.append(drafts(9, 100))
    shutil.copy(pk.folder / "guard.sqlite", other.folder / "guard.sqlite")
    with pytest.raises(RolledBack, match="another history"):
        other.open()


def test_a_store_ahead_of_the_guard_is_normal(pk: Side) -> None:
    with pk.create() as ledger:
        ledger.append(drafts(5))
        ledger.checkpoint()
        ledger.append(drafts(5))
    with pk.open() as ledger:
        assert ledger.size("pk") == 10


def test_a_lost_guard_is_not_taken_for_a_new_one(pk: Side) -> None:
    with pk.create() as ledger:
        ledger.append(drafts(5))
    for path in pk.folder.glob("guard.sqlite*"):
        path.unlink()
    with pytest.raises(SarhadError):
        pk.open()
    assert not pk.fsck().ok


def test_a_partner_that_holds_more_of_our_log_than_we_do_stops_us_for_good(tmp_path: Path) -> None:
    pk, ir = sides(tmp_path)
    with pk.create() as ledger, ir.create() as mirror:
        mirror.add_log(pk.identity)
        ledger.append(drafts(5))
        carry(ledger, mirror)
        ledger.close()
        shutil.copytree(pk.folder, tmp_path / "copy")
        with pk.open() as again:
            again.append(drafts(5, 5))
            carry(again, mirror)
        shown = mirror.newest_checkpoint("pk")
    assert shown is not None
    restored = Side("pk", tmp_path / "copy", pk.log_secret, pk.witness_secret)
    with restored.open() as old:
        with pytest.raises(RolledBack):
            old.confirm_not_rolled_back(10, shown)
        with pytest.raises(RolledBack):
            old.append(drafts(1))
        with pytest.raises(RolledBack):
            old.checkpoint()
    with pytest.raises(RolledBack):
        restored.open()


def test_what_a_partner_shows_must_be_signed_by_us(pk: Side) -> None:
    with pk.create() as ledger:
        ledger.append(drafts(5))
        mine = ledger.checkpoint()
        ledger.confirm_not_rolled_back(5, mine)
        forged = checkpoint.sign(checkpoint.Checkpoint(pk.identity.origin, 9, bytes(32)), SecretKey.generate())
        for size, raw in ((9, forged), (4, mine), (5, b"garbage")):
            with pytest.raises(VerificationError):
                ledger.confirm_not_rolled_back(size, raw)
        ledger.append(drafts(1))


def test_a_second_process_gets_a_clear_error(pk: Side) -> None:
    with pk.create():
        with pytest.raises(Locked, match="another process writes here"):
            pk.open()
        text = (
            "import fcntl,os,sys\nf=os.open(sys.argv[1],os.O_RDWR)\n"
            "try: fcntl.flock(f,fcntl.LOCK_EX|fcntl.LOCK_NB)\nexcept OSError: sys.exit(7)"
        )
        done = subprocess.run([sys.executable, "-c", text, str(pk.folder / "lock")], check=False)
        assert done.returncode == 7
    pk.open().close()


def test_readers_see_what_is_durable_while_a_node_writes(pk: Side) -> None:
    with pk.create() as ledger:
        ledger.append(drafts(300))
        with Ledger.open_readonly(pk.folder) as reader:
            ledger.append(drafts(300))
            assert reader.size("pk") == 300
            assert len(list(reader.entries("pk", 0, 600))) == 300
            assert reader.root("pk", 300) == ledger.root("pk", 300)
            assert not hasattr(reader, "append")
        assert pk.fsck().ok


@pytest.mark.parametrize(("count", "length"), [(64, 10), (65, 10), (1, 65_536), (20, 65_536), (130, 1_000)])
def test_groups_of_any_size_and_length_are_read_back(pk: Side, count: int, length: int) -> None:
    bodies = [b"%06d" % at + b"x" * (length - 6) for at in range(count)]
    with pk.create() as ledger:
        ledger.append(drafts(3))
        ledger.append([Draft(body) for body in bodies])
        assert [entry.body for entry in ledger.entries("pk", 3, 1000)] == bodies
        assert [entry.seq for entry in ledger.entries("pk", count, count + 2)] == [count, count + 1]
        last = ledger.entry("pk", count + 2)
        assert last is not None
        assert last.body == bodies[-1]
    assert pk.fsck().ok


def test_entries_stop_at_the_byte_limit_but_always_yield_one(pk: Side) -> None:
    with pk.create() as ledger:
        ledger.append([Draft(b"x" * 1000)] * 20)
        assert len(list(ledger.entries("pk", 0, 20, limit_bytes=1))) == 1
        assert len(list(ledger.entries("pk", 5, 20, limit_bytes=5 * 1064))) == 5
        assert [entry.seq for entry in ledger.entries("pk", 7, 9)] == [7, 8]


def test_rotated_keys_sign_from_then_on_and_older_signatures_still_count(pk: Side) -> None:
    with pk.create() as ledger:
        ledger.append(drafts(3))
        before = ledger.checkpoint()
        new = Side("pk", pk.folder)
        ledger.rotate(new.identity, new.log_secret, new.witness_secret)
        ledger.append(drafts(3, 3))
        after = ledger.checkpoint()
        checkpoint.open_checkpoint(after, new.identity.origin, new.log_secret.public)
        assert ledger.note("pk", 3) == before
    with pytest.raises(SarhadError, match="secret keys"):
        pk.open()
    with new.open() as ledger:
        assert ledger.checkpoint() == after
        ledger.confirm_not_rolled_back(3, before)
    assert new.fsck().ok


def test_wrong_use_is_told(pk: Side) -> None:
    with pytest.raises(SarhadError, match="no ledger"):
        pk.open()
    with pk.create() as ledger:
        with pytest.raises(SarhadError, match="at most"):
            ledger.append([Draft(b"x" * 70_000)])
        for call in (
            lambda: ledger.size("zz"),
            lambda: ledger.extend("pk", 0, b"", [], b""),
            lambda: ledger.add_log(replace(pk.identity, origin="x.example")),
        ):
            with pytest.raises(SarhadError):
                call()
    with pytest.raises(SarhadError, match="closed"):
        ledger.append(drafts(1))
    with pk.open() as ledger:
        ledger.append(drafts(1))
    with pytest.raises(SarhadError, match="already"):
        pk.create()


def test_small_state_is_kept_with_the_ledgers_durability(pk: Side) -> None:
    with pk.create() as ledger:
        ledger.put_state("key", b"value")
        ledger.put_state("gone", b"x")
        ledger.put_state("gone", None)
    with pk.open() as ledger:
        assert ledger.get_state("key") == b"value"
        assert ledger.get_state("gone") is None
