"""What every Store must keep, whatever it is built on.

Subclass StoreContract, give ``open_store``, and pytest runs the contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.ledgers import Side
from sarhad.ledger.store import OWN, Row, Store, StoredCheckpoint, StoredLine
from sarhad.ledger.tree import FullTile
from sarhad.wire.errors import SarhadError


class Undone(SarhadError):
    """Raised by the tests inside a transaction."""


def rows(start: int, end: int) -> list[Row]:
    return [(seq, bytes([seq % 251]) * 32, b"s" * 32, b"body %d" % seq, None, None) for seq in range(start, end)]


class StoreContract:
    """The promises of sarhad.ledger.store, one test each."""

    def open_store(self, folder: Path) -> Store:
        """Open the store that lives in ``folder``; the same folder gives the same data again."""
        raise NotImplementedError

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path

    @pytest.fixture
    def store(self, folder: Path) -> Iterator[Store]:
        opened = self.open_store(folder)
        with opened.write() as writing:
            assert writing.add_log(Side("pk", folder).identity) == OWN
            assert writing.add_log(Side("ir", folder).identity) == 1
        yield opened
        opened.close()

    def test_what_a_transaction_wrote_is_there_after_reopening(self, store: Store, folder: Path) -> None:
        with store.write() as writing:
            writing.add_entries(OWN, rows(0, 600))
            writing.add_tiles(OWN, [FullTile(0, 0, b"n" * 16320), FullTile(1, 0, b"m" * 16320)])
            writing.add_checkpoint(OWN, StoredCheckpoint(600, b"r" * 32, b"s" * 64))
            assert writing.add_line(OWN, StoredLine(600, "ir", 7, "line\n"))
            writing.put_state("k", b"v")
        store.close()
        again = self.open_store(folder)
        assert again.size(OWN) == 600
        assert [entry.seq for entry in again.entries(OWN, 5, 600, 10)] == list(range(5, 15))
        assert again.entries(OWN, 599, 700, 10)[0].body == b"body 599"
        assert again.commitments(OWN, 250, 252) == bytes([250]) * 32 + bytes([0]) * 32
        assert again.tile(OWN, 0, 0) == b"n" * 16320
        assert again.tile(OWN, 0, 1) is None
        assert again.tile_roots(OWN, 1, 0, 1) == b"m" * 32
        assert again.checkpoint(OWN, 600) == StoredCheckpoint(600, b"r" * 32, b"s" * 64)
        assert again.line(OWN, 600, "ir") == StoredLine(600, "ir", 7, "line\n")
        assert again.state("k") == b"v"
        again.close()

    def test_nothing_of_a_transaction_that_raised_is_visible(self, store: Store) -> None:
        with pytest.raises(Undone):
            self._raise_after_writing(store)
        assert store.size(OWN) == 0
        assert store.lines(OWN, 0, 10) == []
        assert store.state("k") is None
        with store.write() as writing:
            writing.add_entries(OWN, rows(0, 10))
        assert store.size(OWN) == 10

    def _raise_after_writing(self, store: Store) -> None:
        with store.write() as writing:
            writing.add_entries(OWN, rows(0, 10))
            writing.add_line(OWN, StoredLine(1, "ir", 7, "line\n"))
            writing.put_state("k", b"v")
            raise Undone("on purpose")

    def test_a_reader_does_not_see_a_transaction_before_its_end(self, store: Store) -> None:
        with store.write() as writing:
            writing.add_entries(OWN, rows(0, 10))
            assert store.size(OWN) == 0
        assert store.size(OWN) == 10

    def test_a_sequence_number_is_given_once(self, store: Store) -> None:
        with store.write() as writing:
            writing.add_entries(OWN, rows(0, 10))
        with pytest.raises(SarhadError), store.write() as writing:
            writing.add_entries(OWN, rows(9, 11))
        assert store.size(OWN) == 10

    def test_logs_do_not_mix(self, store: Store) -> None:
        with store.write() as writing:
            writing.add_entries(1, rows(0, 3))
            writing.add_checkpoint(1, StoredCheckpoint(3, b"r" * 32, b"s" * 64))
            writing.add_line(1, StoredLine(3, "pk", 1, "x\n"))
        assert (store.size(OWN), store.size(1)) == (0, 3)
        assert store.checkpoint(OWN, 3) is None
        assert store.lines(OWN, 0, 9) == []

    def test_the_first_checkpoint_and_line_of_a_size_stay(self, store: Store) -> None:
        with store.write() as writing:
            writing.add_checkpoint(OWN, StoredCheckpoint(1, b"r" * 32, b"s" * 64))
            writing.add_checkpoint(OWN, StoredCheckpoint(1, b"q" * 32, b"t" * 64))
            assert writing.add_line(OWN, StoredLine(1, "ir", 1, "a\n"))
            assert not writing.add_line(OWN, StoredLine(1, "ir", 2, "b\n"))
        found = store.checkpoint(OWN, 1)
        assert found is not None
        assert found.root == b"r" * 32
        assert store.lines(OWN, 0, 9) == [StoredLine(1, "ir", 1, "a\n")]

    def test_checkpoints_and_lines_are_found_by_size(self, store: Store) -> None:
        with store.write() as writing:
            for size in (2, 5, 9):
                writing.add_checkpoint(OWN, StoredCheckpoint(size, bytes(32), bytes(64)))
                for by in ("af", "ir"):
                    writing.add_line(OWN, StoredLine(size, by, size, f"{by}\n"))
        newest = store.newest_checkpoint(OWN, 8)
        assert newest is not None
        assert newest.size == 5
        assert store.newest_checkpoint(OWN, 1) is None
        assert [one.size for one in store.checkpoints(OWN, 3, 9)] == [5, 9]
        assert [(one.size, one.by) for one in store.lines(OWN, 3, 1)] == [(5, "af"), (5, "ir")]
        first, last = store.first_line(OWN, 3, "ir"), store.last_line(OWN, "ir")
        assert first is not None
        assert last is not None
        assert (first.size, last.size) == (5, 9)
        assert store.first_line(OWN, 10, "ir") is None
        assert store.last_line(OWN, "zz") is None

    def test_contents_are_opened_later(self, store: Store) -> None:
        with store.write() as writing:
            writing.add_entries(1, [(0, bytes(32), None, None, None, None)])
        assert store.entries(1, 0, 1, 1)[0].body is None
        with store.write() as writing:
            writing.open_entries(1, [(b"s" * 32, b"body", b"g" * 64, "why", 0)])
        entry = store.entries(1, 0, 1, 1)[0]
        assert (entry.salt, entry.body, entry.signature, entry.refused) == (b"s" * 32, b"body", b"g" * 64, "why")

    def test_identities_evidence_and_freezing_are_kept(self, store: Store, folder: Path) -> None:
        newer = Side("ir", folder).identity
        with store.write() as writing:
            writing.add_identity(1, newer)
            kept = writing.add_evidence("ir", 5, "what", [b"a", b"b"])
            writing.set_frozen(1, "why", kept)
        own, partner = store.logs()
        assert (own.no, own.frozen, len(own.identities)) == (OWN, "", 1)
        assert (partner.frozen, partner.evidence, partner.identities[-1]) == ("why", kept, newer)
        assert store.evidence()[0].exhibits == (b"a", b"b")
        assert store.evidence_ids("ir") == [kept]
        assert store.evidence_ids("pk") == []
        with store.write() as writing:
            writing.set_frozen(1, "", 0)
        assert store.logs()[1].frozen == ""

    def test_a_sound_store_has_no_problems(self, store: Store) -> None:
        assert store.problems() == []
