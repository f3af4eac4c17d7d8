"""The tree hash of a log that is read once from its beginning, in constant memory.

RFC 9162, section 2.1.1: leaf SHA-256(0x00 || entry), node SHA-256(0x01 || left ||
right).  Held are the roots of the full subtrees on the left edge, at most one a level.
"""

from __future__ import annotations

import hashlib

from sarhad.wire.envelope import COMMITMENT_BYTES

_BLOCK = 1024
_BLOCK_LEVEL = 10
_sha256 = hashlib.sha256


class Frontier:
    """Append commitments, ask for the root at any moment.

    ``size`` and ``_stack`` (full subtrees as (level, hash), highest first) are
    written by ``extend`` only; one reader owns a frontier, so there is no lock.
    """

    __slots__ = ("_stack", "size")

    def __init__(self) -> None:
        """Start with the empty tree."""
        self.size = 0
        self._stack: list[tuple[int, bytes]] = []

    def extend(self, commitments: bytes) -> None:
        """Append whole commitments, 32 bytes each."""
        at, end = 0, len(commitments)
        while at < end:
            if self.size % _BLOCK == 0 and end - at >= _BLOCK * COMMITMENT_BYTES:
                self._push(_BLOCK_LEVEL, _block(commitments[at : at + _BLOCK * COMMITMENT_BYTES]))
                at += _BLOCK * COMMITMENT_BYTES
                self.size += _BLOCK
            else:
                self._push(0, _sha256(b"\0" + commitments[at : at + COMMITMENT_BYTES]).digest())
                at += COMMITMENT_BYTES
                self.size += 1

    def _push(self, level: int, node: bytes) -> None:
        stack = self._stack
        while stack and stack[-1][0] == level:
            node = _sha256(b"\1" + stack.pop()[1] + node).digest()
            level += 1
        stack.append((level, node))

    def root(self) -> bytes:
        """The tree hash of what was appended so far."""
        if not self._stack:
            return _sha256(b"").digest()
        root = self._stack[-1][1]
        for _, left in reversed(self._stack[:-1]):
            root = _sha256(b"\1" + left + root).digest()
        return root


def _block(data: bytes) -> bytes:
    """Root of one full block of commitments: level by level, so that the loops stay in comprehensions."""
    step = COMMITMENT_BYTES
    level = [_sha256(b"\0" + data[i : i + step]).digest() for i in range(0, len(data), step)]
    while len(level) > 1:
        joined = b"".join(level)
        level = [_sha256(b"\1" + joined[i : i + 64]).digest() for i in range(0, len(joined), 64)]
    return level[0]
