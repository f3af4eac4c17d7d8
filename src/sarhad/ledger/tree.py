"""The tree of a log, kept as tiles.

A tile is a complete subtree of height eight (C2SP tlog-tiles): 256 hashes and the
tree above them.  Full tiles are stored *expanded*: the 256 hashes, then the 128, 64,
... 1 nodes above, 511 hashes of 32 bytes, so that a proof never hashes more than the
right edge and reads one blob per eight levels.  The tiles that are not full yet, one
per level, are the frontier: an immutable value in memory, rebuilt from the stored
entries when a log is opened.  Growing it is a pure function; whoever holds the log
replaces its frontier only after the new entries are durable, so that a reader never
sees an entry that could still be lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from sarhad.ledger.merkle import EMPTY_ROOT, leaf_hashes, node_hash
from sarhad.wire.errors import SarhadError

TILE_WIDTH = 256
TILE_HEIGHT = 8
TILE_BYTES = 511 * 32
_FULL = TILE_WIDTH * 32

Edge = tuple[bytes, ...]
"""The growing tile of a level: for each height 0 to 8 the complete nodes, concatenated."""

_NO_EDGE: Edge = (b"",) * (TILE_HEIGHT + 1)


@dataclass(frozen=True, slots=True)
class FullTile:
    """A tile that became full: where it stands, and its 511 hashes."""

    level: int
    index: int
    nodes: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """A log's size and its growing tiles, from level 0 up."""

    size: int
    edges: tuple[Edge, ...]

    def root(self) -> bytes:
        """The tree hash (RFC 9162, section 2.1.1), from the complete subtrees, right to left."""
        found = b""
        for edge in self.edges:
            width = len(edge[0]) // 32
            for height in range(TILE_HEIGHT):
                if width >> height & 1:
                    peak = edge[height][-32:]
                    found = node_hash(peak, found) if found else peak
        return found or EMPTY_ROOT


EMPTY = Frontier(0, ())


def extend(frontier: Frontier, leaves: bytes) -> tuple[Frontier, list[FullTile]]:
    """Return the frontier after ``leaves`` (leaf hashes, concatenated) and the tiles that became full."""
    edges = list(frontier.edges)
    full: list[FullTile] = []
    level, hashes = 0, leaves
    while hashes:
        if level == len(edges):
            edges.append(_NO_EDGE)
        index = frontier.size >> TILE_HEIGHT * (level + 1)
        edges[level], hashes = _fill(edges[level], hashes, level, index, full)
        level += 1
    return Frontier(frontier.size + len(leaves) // 32, tuple(edges)), full


def _fill(edge: Edge, hashes: bytes, level: int, index: int, full: list[FullTile]) -> tuple[Edge, bytes]:
    """Add ``hashes`` to a level; return its new edge and the roots of the tiles that became full."""
    roots: list[bytes] = []
    at = 0
    while at < len(hashes):
        room = _FULL - len(edge[0])
        edge = _grow(edge, hashes[at : at + room])
        at += room
        if len(edge[0]) == _FULL:
            full.append(FullTile(level, index + len(roots), b"".join(edge)))
            roots.append(edge[TILE_HEIGHT])
            edge = _NO_EDGE
    return edge, b"".join(roots)


def _grow(edge: Edge, new: bytes) -> Edge:
    """Return the tile with ``new`` added at its right, every node above that became complete included."""
    levels = list(edge)
    for height in range(TILE_HEIGHT):
        old = levels[height]
        row = levels[height] = old + new
        start, stop = len(old) & ~63, len(row) & ~63
        if start == stop:
            return tuple(levels)
        new = b"".join([sha256(b"\x01" + row[at : at + 64]).digest() for at in range(start, stop, 64)])
    levels[TILE_HEIGHT] = new
    return tuple(levels)


def restore(
    size: int, commitments: Callable[[int, int], bytes], tile_roots: Callable[[int, int, int], bytes]
) -> Frontier:
    """Rebuild the frontier of a stored log.

    ``commitments(start, end)`` gives entries, ``tile_roots(level, start, end)`` the last
    hash of each full tile; fewer than 256 of either are read per level.
    """
    edges: list[Edge] = []
    count, level = size, 0
    while count:
        start = count & ~(TILE_WIDTH - 1)
        hashes = leaf_hashes(commitments(start, count)) if level == 0 else tile_roots(level - 1, start, count)
        if len(hashes) != (count - start) * 32:
            raise SarhadError(
                f"level {level} of the stored tree is incomplete", where="ledger.sqlite", do="Run: sarhad fsck"
            )
        edges.append(_grow(_NO_EDGE, hashes))
        count >>= TILE_HEIGHT
        level += 1
    return Frontier(size, tuple(edges))


class Tree:
    """A log's tree for reading: a frontier, and where its full tiles are.  Immutable; any thread."""

    __slots__ = ("_tile", "frontier")

    def __init__(self, frontier: Frontier, tile: Callable[[int, int], bytes]) -> None:
        """``tile(level, index)`` returns the 511 hashes of a full tile of this frontier."""
        self.frontier = frontier
        self._tile = tile

    def node(self, height: int, index: int) -> bytes:
        """Return the hash of the complete subtree of 2**height entries that starts at index * 2**height."""
        level, up = divmod(height, TILE_HEIGHT)
        across = TILE_HEIGHT - up
        tile = index >> across
        at = index & ((1 << across) - 1)
        if tile < self.frontier.size >> TILE_HEIGHT * (level + 1):
            at += 512 - (512 >> up)
            return self._tile(level, tile)[at * 32 : at * 32 + 32]
        return self.frontier.edges[level][up][at * 32 : at * 32 + 32]

    def root(self, size: int) -> bytes:
        """Return the tree hash of the first ``size`` entries; raise SarhadError beyond the log's end."""
        if size == self.frontier.size:
            return self.frontier.root()
        self._check(size)
        return self._right_of(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof that entry ``index`` is in the tree of ``size`` entries (RFC 9162, 2.1.3)."""
        self._check(size)
        if not 0 <= index < size:
            raise SarhadError(f"entry {index} is not in a tree of {size} entries")
        return self._path(0, index, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree of ``new`` entries continues that of ``old`` (RFC 9162, 2.1.4)."""
        self._check(new)
        if not 0 <= old <= new:
            raise SarhadError(f"a tree of {new} entries does not continue one of {old}")
        if old in (0, new):
            return []
        height, index = 0, old - 1
        while index & 1:
            height, index = height + 1, index >> 1
        first = [self.node(height, index)] if index else []
        return first + self._path(height, index, new)

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Return ``width`` hashes of a tile as C2SP tlog-tiles serves it; raise SarhadError if there are fewer."""
        held = (self.frontier.size >> TILE_HEIGHT * level) - index * TILE_WIDTH
        if level < 0 or index < 0 or not 0 < width <= min(TILE_WIDTH, held):
            raise SarhadError(f"there is no tile {level}/{index} of width {width}")
        nodes = self._tile(level, index) if held >= TILE_WIDTH else self.frontier.edges[level][0]
        return nodes[: width * 32]

    def _check(self, size: int) -> None:
        if not 0 <= size <= self.frontier.size:
            raise SarhadError(f"the log has {self.frontier.size} entries, not {size}")

    def _path(self, height: int, index: int, size: int) -> list[bytes]:
        """Return the siblings from a subtree up to the root of the tree of ``size`` entries."""
        last = (size - 1) >> height
        path = []
        while last:
            if index & 1:
                path.append(self.node(height, index - 1))
            elif index + 1 < last:
                path.append(self.node(height, index + 1))
            elif index + 1 == last:
                path.append(self._right_of(last << height, size))
            height, index, last = height + 1, index >> 1, last >> 1
        return path

    def _right_of(self, start: int, size: int) -> bytes:
        """Return the hash of entries start..size-1, the right end of a tree; start is aligned to its subtree."""
        rest = size - start
        found = b""
        height = 0
        while rest >> height:
            if rest >> height & 1:
                peak = self.node(height, (size >> height) - 1)
                found = node_hash(peak, found) if found else peak
            height += 1
        return found
