"""The tree agrees with the naive reference, with pymerkle and with published roots."""

from __future__ import annotations

from hashlib import sha256
from random import Random

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import naive
from sarhad.ledger import merkle, tree
from sarhad.wire.errors import SarhadError, VerificationError


class Grown:
    """A tree grown in steps, with its full tiles in a dict."""

    def __init__(self, entries: list[bytes], steps: list[int]) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        frontier, at = tree.EMPTY, 0
        for step in [*steps, len(entries)]:
            part = entries[at : at + step]
            frontier, full = tree.extend(frontier, b"".join(merkle.leaf_hash(entry) for entry in part))
            self.tiles.update({(tile.level, tile.index): tile.nodes for tile in full})
            at += len(part)
        self.tree = tree.Tree(frontier, lambda level, index: self.tiles[level, index])


def some(count: int) -> list[bytes]:
    return [sha256(b"%d" % at).digest() for at in range(count)]


# The eight entries of Certificate Transparency's reference tree and its roots at sizes 0 to 8:
# google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc; transparency-dev/merkle, testonly/constants.go.
CT_ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_roots_are_those_of_certificate_transparencys_reference_tree() -> None:
    entries = [bytes.fromhex(text) for text in CT_ENTRIES]
    grown = Grown(entries, [])
    assert [grown.tree.root(size).hex() for size in range(9)] == CT_ROOTS
    assert [naive.tree_hash(entries[:size]).hex() for size in range(9)] == CT_ROOTS


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 900), st.lists(st.integers(1, 300), max_size=5), st.randoms(use_true_random=False))
def test_any_growth_gives_the_naive_trees_roots_and_proofs(count: int, steps: list[int], random: Random) -> None:
    entries = some(count)
    grown = Grown(entries, steps).tree
    size = random.randint(1, count)
    assert grown.root(size) == naive.tree_hash(entries[:size])
    index, old = random.randrange(size), random.randint(0, size)
    assert grown.inclusion(index, size) == naive.inclusion(index, entries[:size])
    assert grown.consistency(old, size) == naive.consistency(old, entries[:size])


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537])
def test_sizes_around_a_full_tile_have_their_root_and_verifying_proofs(size: int) -> None:
    entries = some(65_600)
    grown = Grown(entries, [300, 65_000]).tree
    root = grown.root(size)
    assert root == naive.tree_hash(entries[:size])
    for index in {0, size // 2, size - 1} if size else ():
        merkle.verify_inclusion(merkle.leaf_hash(entries[index]), index, size, grown.inclusion(index, size), root)
    for old in {0, 1, size // 3, max(0, size - 1), size} if size else ():
        merkle.verify_consistency(old, size, grown.root(old), root, grown.consistency(old, size))


@pytest.mark.parametrize("seed", range(5))
def test_pymerkle_finds_the_same_roots_and_proofs(seed: int) -> None:
    random = Random(seed)
    entries = some(random.randint(2, 600))
    other = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries:
        other.append_entry(entry)
    grown = Grown(entries, [7, 256]).tree
    size = random.randint(2, len(entries))
    assert grown.root(size) == other.get_root(size)
    index, old = random.randrange(size), random.randint(1, size)
    proof = other.prove_inclusion(index + 1, size)
    consistency = other.prove_consistency(old, size)
    assert sorted(grown.inclusion(index, size)) == sorted(bytes(step) for step in proof.path[1:])
    pymerkle.verify_inclusion(merkle.leaf_hash(entries[index]), grown.root(size), proof)
    pymerkle.verify_consistency(grown.root(old), grown.root(size), consistency)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 300), st.randoms(use_true_random=False))
def test_a_proof_that_is_altered_in_any_way_is_refused(size: int, random: Random) -> None:
    entries = some(size)
    grown = Grown(entries, []).tree
    index, old = random.randrange(size), random.randint(1, size - 1)
    leaf, root = merkle.leaf_hash(entries[index]), grown.root(size)

    def included(proof: list[bytes]) -> None:
        merkle.verify_inclusion(leaf, index, size, proof, root)

    def consistent(proof: list[bytes]) -> None:
        merkle.verify_consistency(old, size, grown.root(old), root, proof)

    for proof, check in ((grown.inclusion(index, size), included), (grown.consistency(old, size), consistent)):
        check(proof)
        at = random.randrange(len(proof)) if proof else 0
        for altered in ([*proof[:at], bytes(32), *proof[at + 1 :]], [*proof, bytes(32)], proof[:-1], [b"short"]):
            if altered != proof:
                with pytest.raises(VerificationError):
                    check(altered)


def test_a_frontier_is_restored_from_entries_and_tile_roots() -> None:
    entries = some(66_000)
    grown = Grown(entries, [1000])
    for size in (0, 1, 255, 256, 65_536, 66_000):
        part = Grown(entries[:size], [])
        restored = tree.restore(
            size,
            lambda start, end: b"".join(entries[start:end]),
            lambda level, start, end: b"".join(grown.tiles[level, at][-32:] for at in range(start, end)),
        )
        assert restored == part.tree.frontier


def test_tiles_are_those_of_c2sp_tlog_tiles() -> None:
    """The example of the specification: 70,000 entries have these partial tiles."""
    grown = Grown(some(70_000), []).tree
    for level, index, width in ((0, 273, 112), (1, 1, 17), (2, 0, 1)):
        assert len(grown.tile(level, index, width)) == width * 32
        with pytest.raises(SarhadError):
            grown.tile(level, index, width + 1)
    assert grown.tile(1, 0, 1) == naive.tree_hash(some(256))
    assert grown.tile(0, 272, 256)[:32] == merkle.leaf_hash(some(70_000)[272 * 256])
    assert grown.tile(0, 3, 5) == grown.tile(0, 3, 256)[: 5 * 32]


def test_what_the_log_does_not_have_cannot_be_asked() -> None:
    grown = Grown(some(10), []).tree
    for ask in (
        lambda: grown.root(11),
        lambda: grown.inclusion(10, 10),
        lambda: grown.inclusion(-1, 10),
        lambda: grown.consistency(5, 11),
        lambda: grown.consistency(6, 5),
    ):
        with pytest.raises(SarhadError):
            ask()
