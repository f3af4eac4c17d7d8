"""Runs of entries with the first record that said something of them.

A receipt covers runs of up to thousands of entries.  Kept as disjoint runs, each
with the least value said of it, so that the result depends on the set of runs only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

Position = tuple[int, int]
"""Generation and sequence of the receipt in its party's logs: smaller is earlier."""


class SpanMap:
    """Disjoint inclusive runs, ascending, each with its least Position."""

    __slots__ = ("ends", "starts", "values")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.values: list[Position] = []

    def add(self, first: int, last: int, value: Position) -> None:
        """Say ``value`` of every entry from ``first`` to ``last``; the least said stays."""
        begin = bisect_left(self.ends, first)
        end = bisect_right(self.starts, last)
        inside = begin + 1 == end and self.starts[begin] <= first and last <= self.ends[begin]
        if inside and self.values[begin] <= value:
            return
        pieces = [(first, last, value)] if begin >= end else self._merged(begin, end, first, last, value)
        self.starts[begin:end] = [piece[0] for piece in pieces]
        self.ends[begin:end] = [piece[1] for piece in pieces]
        self.values[begin:end] = [piece[2] for piece in pieces]

    def _merged(self, begin: int, end: int, first: int, last: int, value: Position) -> list[tuple[int, int, Position]]:
        """Return the runs ``begin`` to ``end`` - 1 with the new one laid over them."""
        pieces: list[tuple[int, int, Position]] = []

        def put(start: int, stop: int, said: Position) -> None:
            if start > stop:
                return
            if pieces and pieces[-1][2] == said and pieces[-1][1] + 1 == start:
                start = pieces.pop()[0]
            pieces.append((start, stop, said))

        at = first
        for index in range(begin, end):
            start, stop, said = self.starts[index], self.ends[index], self.values[index]
            put(start, first - 1, said)
            put(at, start - 1, value)
            put(max(start, first), min(stop, last), min(said, value))
            put(last + 1, stop, said)
            at = stop + 1
        put(at, last, value)
        return pieces

    def get(self, seq: int) -> Position | None:
        """Return the least value said of entry ``seq``, or None."""
        at = bisect_left(self.ends, seq)
        if at < len(self.starts) and self.starts[at] <= seq:
            return self.values[at]
        return None
