"""The Merkle tree of RFC 9162, section 2.1: hashing, and checking of proofs.  Pure.

Every hash is 32 bytes of SHA-256.  A log entry here is the 32-byte commitment to a
record (sarhad.wire.envelope), so a leaf is SHA-256(0x00 || commitment).
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sarhad.wire.errors import VerificationError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the leaf hash of ``entry`` (any length)."""
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(commitments: bytes) -> bytes:
    """Return the leaf hashes of entries of 32 bytes each, concatenated as they came."""
    return b"".join([sha256(b"\x00" + commitments[at : at + 32]).digest() for at in range(0, len(commitments), 32)])


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash ``leaf`` is entry ``index`` of the tree of ``size`` entries with ``root``.

    RFC 9162, section 2.1.3.2.  Raises VerificationError.
    """
    if not 0 <= index < size:
        raise VerificationError(f"entry {index} is not in a tree of {size} entries")
    _check_lengths(proof)
    fn, sn, found = index, size - 1, leaf
    for step in proof:
        if sn == 0:
            raise VerificationError("the inclusion proof is too long")
        if fn & 1 or fn == sn:
            found = node_hash(step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, step)
        fn, sn = fn >> 1, sn >> 1
    if sn or found != root:
        raise VerificationError("the inclusion proof does not lead to the tree's root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of ``new`` entries continues the one of ``old`` entries.

    RFC 9162, section 2.1.4.2, with the cases that it leaves to the caller: the proof
    is empty when ``old`` is 0 or equals ``new``.  Raises VerificationError.
    """
    if not 0 <= old <= new:
        raise VerificationError(f"a tree of {new} entries cannot continue one of {old}")
    _check_lengths(proof)
    if old in (0, new):
        if proof:
            raise VerificationError("the consistency proof must be empty here")
        if (old == new and old_root != new_root) or (old == 0 and old_root != EMPTY_ROOT):
            raise VerificationError("the roots differ at equal sizes")
        return
    _verify_growth(old, new, old_root, new_root, proof)


def _verify_growth(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """The algorithm of section 2.1.4.2 for 0 < old < new."""
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    path = list(proof) if fn else [old_root, *proof]
    if not path:
        raise VerificationError("the consistency proof is empty")
    old_found = new_found = path[0]
    for step in path[1:]:
        if sn == 0:
            raise VerificationError("the consistency proof is too long")
        if fn & 1 or fn == sn:
            old_found, new_found = node_hash(step, old_found), node_hash(step, new_found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new_found = node_hash(new_found, step)
        fn, sn = fn >> 1, sn >> 1
    if sn or old_found != old_root or new_found != new_root:
        raise VerificationError("the consistency proof does not join the two roots")


def _check_lengths(proof: Sequence[bytes]) -> None:
    if any(len(step) != HASH_BYTES for step in proof):
        raise VerificationError(f"a step of a proof has {HASH_BYTES} bytes")
