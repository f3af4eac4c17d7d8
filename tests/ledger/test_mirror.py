"""Partners' logs: verified, atomically countersigned, and frozen with evidence when they lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from ledger.ledgers import Side, carry, drafts, opening, openings, sides
from sarhad.ledger import checkpoint, cosignature, note
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.ledger.ledger import Draft, Entry, Frozen, Ledger, OutOfStep
from sarhad.wire.errors import SarhadError, VerificationError
from sarhad.wire.keys import SecretKey


class Pair:
    """The author ``pk`` with 10 entries, and its mirror at ``ir``."""

    def __init__(self, folder: Path) -> None:
        self.pk, self.ir = sides(folder)
        self.author, self.mirror = self.pk.create(), self.ir.create()
        self.author.add_log(self.ir.identity)
        self.mirror.add_log(self.pk.identity)
        self.author.append(drafts(10))

    def close(self) -> None:
        self.author.close()
        self.mirror.close()

    def forked(self, folder: Path, shared: int, size: int) -> Ledger:
        """A second history of ``pk``: the first ``shared`` entries as they are, others after them."""
        other = Side("pk", folder / "fork", self.pk.log_secret, self.pk.witness_secret).create()
        rows = []
        for entry in self.author.entries("pk", 0, shared):
            rows.append((entry.seq, entry.commitment, entry.salt, entry.body, None, None))
        if rows:
            _append_rows(other, rows)
        other.append(drafts(size - shared, 1000))
        return other


def _append_rows(ledger: Ledger, rows: list[tuple[int, bytes, bytes | None, bytes | None, None, None]]) -> None:
    """Put given rows into an empty own log, as a liar would."""
    from sarhad.ledger import merkle, tree
    from sarhad.ledger.store import OWN, StoredCheckpoint

    frontier, tiles = tree.extend(tree.EMPTY, merkle.leaf_hashes(b"".join(row[1] for row in rows)))
    view = Checkpoint(ledger.identity.origin, frontier.size, frontier.root())
    signature = checkpoint.signature_of(view, ledger._own_log.log_secret)
    with ledger._store.write() as writing:  # type: ignore[attr-defined]
        writing.add_entries(OWN, rows)
        writing.add_tiles(OWN, tiles)
        writing.add_checkpoint(OWN, StoredCheckpoint(view.size, view.root, signature))
    ledger._own.grown(frontier)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    made.close()


def test_an_extension_is_countersigned_and_the_content_shown_is_kept(pair: Pair) -> None:
    result = carry(pair.author, pair.mirror, show=[1, 3])
    assert (result.start, result.size, result.opened, result.refused) == (0, 10, [1, 3], [])
    line = result.countersignature.line
    view = Checkpoint(pair.pk.identity.origin, 10, pair.author.root("pk", 10))
    cosignature.open_cosignature(view, line, pair.ir.identity.witness_name, pair.ir.witness_secret.public)
    held = list(pair.mirror.entries("pk", 0, 10))
    assert [entry.seq for entry in held if entry.body is not None] == [1, 3]
    assert [entry.commitment for entry in held] == [entry.commitment for entry in pair.author.entries("pk", 0, 10)]
    assert pair.author.add_countersignature("pk", 10, line, "ir") is not None
    assert pair.author.add_countersignature("pk", 10, line, "ir") is None
    assert pair.author.countersigned_size("ir") == 10
    assert pair.author.newest_checkpoint("pk") == pair.mirror.newest_checkpoint("pk")
    assert pair.mirror.seen()[0].size == 10
    assert pair.ir.fsck().ok
    assert pair.pk.fsck().ok


def test_the_same_extension_again_gives_the_same_answer(pair: Pair) -> None:
    first = carry(pair.author, pair.mirror, show=[2])
    shown = openings(pair.author, [2])
    again = pair.mirror.extend("pk", 0, pair.author.commitments("pk", 0, 10), shown, pair.author.checkpoint())
    assert again.countersignature == first.countersignature
    assert again.opened == [2]
    assert pair.mirror.size("pk") == 10


def test_an_extension_that_does_not_start_where_we_stand_is_out_of_step(pair: Pair) -> None:
    carry(pair.author, pair.mirror, 4)
    with pytest.raises(OutOfStep) as error:
        pair.mirror.extend("pk", 6, pair.author.commitments("pk", 6, 10), [], pair.author.checkpoint())
    assert error.value.size == 4
    with pytest.raises(OutOfStep):
        pair.mirror.extend("pk", 0, b"", [], pair.author.checkpoint(2))


def test_catching_up_in_steps_ends_at_the_same_tree(pair: Pair) -> None:
    pair.author.append(drafts(1000, 10))
    for size in (1, 5, 300, 512, 1010):
        assert carry(pair.author, pair.mirror, size).size == size
    assert pair.mirror.root("pk", 777) == pair.author.root("pk", 777)
    assert [one.size for one in pair.mirror.countersignatures("pk") if one.by == "ir"] == [1, 5, 300, 512, 1010]
    covering = pair.mirror.first_covering("pk", 300, "ir")
    assert covering is not None
    assert covering.size == 512
    assert pair.mirror.first_covering("pk", 1010, "ir") is None
    pair.mirror.close()
    pair.mirror = pair.ir.open()
    assert pair.mirror.size("pk") == 1010
    assert pair.mirror.seen()[0].root == pair.author.root("pk", 1010).hex()
    assert pair.ir.fsck().ok


def test_garbage_changes_nothing_and_freezes_nothing(pair: Pair) -> None:
    good = pair.author.checkpoint()
    commitments = pair.author.commitments("pk", 0, 10)
    shown = openings(pair.author, [1])
    stranger = checkpoint.sign(Checkpoint(pair.pk.identity.origin, 10, bytes(32)), SecretKey.generate())
    wrong = structs.replace(shown[0], body=b'{"other":1}')
    for given, opened, raw in (
        (commitments, [], b"garbage"),
        (commitments, [], stranger),
        (commitments, [], good[:-9]),
        (commitments[:-32], [], good),
        (commitments[:-1], [], good),
        (commitments, [wrong], good),
        (commitments, [structs.replace(shown[0], seq=2)], good),
        (commitments, [structs.replace(shown[0], seq=10)], good),
        (commitments, [structs.replace(shown[0], salt=b"short")], good),
        (commitments, [shown[0], shown[0]], good),
    ):
        with pytest.raises(VerificationError):
            pair.mirror.extend("pk", 0, given, opened, raw)
    assert pair.mirror.size("pk") == 0
    assert pair.mirror.frozen("pk") == ""
    assert pair.mirror.evidence() == []
    carry(pair.author, pair.mirror)


@pytest.mark.parametrize("size", [6, 10, 14])
def test_a_signed_checkpoint_that_contradicts_our_tree_freezes_the_log_and_is_kept(
    pair: Pair, tmp_path: Path, size: int
) -> None:
    """A fork at entry 5: a smaller, an equal and a larger checkpoint."""
    carry(pair.author, pair.mirror)
    with pair.forked(tmp_path, 5, size) as fork:
        raw = fork.checkpoint()
        commitments = fork.commitments("pk", 10, size) if size > 10 else b""
        with pytest.raises(Frozen) as error:
            pair.mirror.extend("pk", 10, commitments, [], raw)
    kept = pair.mirror.evidence()
    assert [one.id for one in kept] == [error.value.evidence]
    assert raw in kept[0].exhibits
    roots = set()
    for exhibit in kept[0].exhibits[:2]:
        roots.add(checkpoint.open_checkpoint(exhibit, pair.pk.identity.origin, pair.pk.log_secret.public).root)
    assert len(roots) == 2
    pair.author.append(drafts(1))
    with pytest.raises(Frozen):
        carry(pair.author, pair.mirror)
    pair.mirror.close()
    pair.mirror = pair.ir.open()
    assert pair.mirror.frozen("pk")
    with pytest.raises(Frozen):
        carry(pair.author, pair.mirror)
    pair.mirror.unfreeze("pk")
    assert carry(pair.author, pair.mirror).size == 11
    assert len(pair.mirror.evidence()) == 1
    assert pair.ir.fsck().ok


def test_a_content_that_must_not_be_used_is_kept_and_told_apart(pair: Pair) -> None:
    shown = openings(pair.author, [1, 2])
    note_ = pair.author.checkpoint()
    result = pair.mirror.extend(
        "pk", 0, pair.author.commitments("pk", 0, 10), shown, note_, lambda o: "not yours" if o.seq == 2 else ""
    )
    assert (result.opened, result.refused) == ([1], [2])
    refused = pair.mirror.entry("pk", 2)
    assert refused is not None
    assert refused.refused == "not yours"
    assert refused.body is not None
    assert pair.mirror.disclose("pk", [shown[1]], lambda _: "still not") == []
    assert pair.mirror.disclose("pk", [shown[1]]) == [2]


def test_what_was_kept_home_is_disclosed_later_and_must_open_its_commitment(pair: Pair) -> None:
    carry(pair.author, pair.mirror)
    shown = openings(pair.author, [4, 7])
    with pytest.raises(VerificationError):
        pair.mirror.disclose("pk", [shown[0], structs.replace(shown[1], body=b"{}")])
    assert pair.mirror.disclose("pk", shown) == [4, 7]
    assert pair.mirror.disclose("pk", shown) == []
    pair.author.append(drafts(1))
    with pytest.raises(OutOfStep):
        pair.mirror.disclose("pk", openings(pair.author, [10]))
    assert pair.ir.fsck().ok


def test_a_witness_countersigns_checkpoints_as_c2sp_says(pair: Pair) -> None:
    author, mirror = pair.author, pair.mirror
    first = author.checkpoint(4)
    line = mirror.add_checkpoint(first, 0, [])
    assert mirror.add_checkpoint(first, 4, []) == line
    with pytest.raises(OutOfStep) as error:
        mirror.add_checkpoint(author.checkpoint(10), 0, [])
    assert error.value.size == 4
    with pytest.raises(VerificationError):
        mirror.add_checkpoint(author.checkpoint(10), 4, [bytes(32)])
    mirror.add_checkpoint(author.checkpoint(10), 4, author.consistency("pk", 4, 10))
    with pytest.raises(SarhadError, match="not known"):
        mirror.add_checkpoint(b"unknown.example\n", 0, [])
    assert mirror.size("pk") == 0
    assert carry(author, mirror).size == 10
    assert pair.ir.fsck().ok


def test_what_was_countersigned_without_its_entries_binds_the_entries_that_come(pair: Pair, tmp_path: Path) -> None:
    pair.mirror.add_checkpoint(pair.author.checkpoint(), 0, [])
    pair.mirror.close()
    pair.mirror = pair.ir.open()
    with pair.forked(tmp_path, 5, 12) as fork, pytest.raises(Frozen):
        carry(fork, pair.mirror)


def test_two_signed_checkpoints_of_one_size_are_evidence_for_a_witness(pair: Pair, tmp_path: Path) -> None:
    pair.mirror.add_checkpoint(pair.author.checkpoint(), 0, [])
    with pair.forked(tmp_path, 5, 10) as fork, pytest.raises(Frozen):
        pair.mirror.add_checkpoint(fork.checkpoint(), 10, [])
    assert pair.mirror.frozen("pk")


def test_a_countersignature_must_be_the_named_partners_on_our_root(pair: Pair) -> None:
    line = carry(pair.author, pair.mirror).countersignature.line
    author = pair.author
    with pytest.raises(VerificationError):
        author.add_countersignature("pk", 9, line, "ir")
    with pytest.raises(VerificationError):
        author.add_countersignature("pk", 10, line, "pk")
    with pytest.raises(OutOfStep):
        author.add_countersignature("pk", 11, line, "ir")
    assert author.countersigned_size("ir") == 0


def test_the_authors_own_timestamp_travels_with_its_checkpoint(pair: Pair) -> None:
    carry(pair.author, pair.mirror)
    mine = {one.by: one.line for one in pair.author.countersignatures("pk")}
    theirs = {one.by: one.line for one in pair.mirror.countersignatures("pk")}
    assert set(theirs) == {"pk", "ir"}
    assert theirs["pk"] == mine["pk"]


def test_a_timestamp_of_the_author_that_does_not_verify_spoils_the_note(pair: Pair) -> None:
    raw = pair.author.checkpoint()
    own = note.parse(raw).signatures[1]
    bad = raw.replace(
        note.line(own).encode(), note.line(replace(own, blob=own.blob[:-1] + bytes([own.blob[-1] ^ 1]))).encode()
    )
    with pytest.raises(VerificationError):
        pair.mirror.extend("pk", 0, pair.author.commitments("pk", 0, 10), [], bad)


def test_evidence_is_bounded_in_number_and_size(pair: Pair) -> None:
    big = b"x" * 1_000_000
    ids = {pair.mirror.keep_evidence("pk", "seen", [big] * 10) for _ in range(3)}
    assert len(ids) == 3
    kept = pair.mirror.evidence()[0]
    assert len(kept.exhibits) == 8
    assert len(kept.exhibits[0]) == 256 * 1024
    last = [pair.mirror.keep_evidence("pk", "seen", []) for _ in range(250)]
    assert len(pair.mirror.evidence()) == 200
    assert last[-1] == last[-2]


def test_what_freezes_a_log_is_kept_however_much_else_is(pair: Pair, tmp_path: Path) -> None:
    for _ in range(200):
        pair.mirror.keep_evidence("pk", "seen", [])
    carry(pair.author, pair.mirror)
    with pair.forked(tmp_path, 5, 10) as fork, pytest.raises(Frozen) as found:
        carry(fork, pair.mirror)
    newest = pair.mirror.evidence()[-1]
    assert (len(pair.mirror.evidence()), newest.id) == (201, found.value.evidence)
    assert len(newest.exhibits) >= 2, "both histories' checkpoints"
    assert pair.mirror.freeze("pk", "again", [b"more"]) == newest.id
    pair.mirror.unfreeze("pk")
    assert pair.mirror.freeze("pk", "after a person thawed it", [b"proof"]) > newest.id
    assert pair.mirror.evidence()[-1].exhibits == (b"proof",)


def test_partners_keys_rotate_by_their_new_manifest(pair: Pair) -> None:
    carry(pair.author, pair.mirror)
    new = Side("pk", pair.pk.folder, clock=pair.pk.clock)
    pair.author.rotate(new.identity, new.log_secret, new.witness_secret)
    pair.author.append(drafts(2))
    with pytest.raises(VerificationError):
        carry(pair.author, pair.mirror)
    pair.mirror.rotate(new.identity)
    assert carry(pair.author, pair.mirror).size == 12
    assert pair.ir.fsck().ok


def test_a_third_partys_countersignature_can_be_held(pair: Pair, tmp_path: Path) -> None:
    af = Side("af", tmp_path / "af")
    carry(pair.author, pair.mirror)
    with af.create() as third:
        third.add_log(pair.pk.identity)
        line = carry(pair.author, third).countersignature.line
        pair.mirror.add_log(af.identity)
        pair.mirror.add_log(af.identity)
        found = pair.mirror.add_countersignature("pk", 10, line, "af")
    assert found is not None
    assert found.by == "af"
    assert line.encode() in (pair.mirror.newest_checkpoint("pk") or b"")
    assert pair.ir.fsck().ok


def test_an_entry_of_a_signed_act_keeps_its_signature(pair: Pair) -> None:
    body = b'{"act":1}'
    [seq] = pair.author.append([Draft(body, pair.author.sign_act(body))])
    carry(pair.author, pair.mirror, show=[seq])
    held: Entry | None = pair.mirror.entry("pk", seq)
    assert held is not None
    assert opening(held).signature == pair.author.sign_act(body)
    assert pair.ir.fsck().ok
