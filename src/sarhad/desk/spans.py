"""Sets of sequence numbers kept as runs, as receipts carry them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

MAX_SPANS = 2_000
"""Runs in one receipt at most (see Receipt.spans)."""

Span = tuple[int, int]


def group(seqs: Iterable[int]) -> list[Span]:
    """Return ``seqs`` as ascending, disjoint, inclusive runs; neighbours are joined."""
    runs: list[Span] = []
    for seq in sorted(set(seqs)):
        if runs and runs[-1][1] == seq - 1:
            runs[-1] = (runs[-1][0], seq)
        else:
            runs.append((seq, seq))
    return runs


def chunks(runs: list[Span], most: int = MAX_SPANS) -> Iterator[tuple[Span, ...]]:
    """Yield ``runs`` in pieces that each fit one receipt."""
    for start in range(0, len(runs), most):
        yield tuple(runs[start : start + most])


class SpanSet:
    """A growing set of sequence numbers, small however many it holds when they lie together."""

    def __init__(self) -> None:
        """Begin empty."""
        self._starts: list[int] = []  # written by add(); ascending first numbers of the runs
        self._ends: list[int] = []  # written by add(); the run's last number, same index

    def add(self, first: int, last: int) -> None:
        """Take in the inclusive run ``first`` to ``last``."""
        low = bisect_right(self._ends, first - 2) if self._ends else 0
        high = bisect_right(self._starts, last + 1)
        if low < high:
            first = min(first, self._starts[low])
            last = max(last, self._ends[high - 1])
        self._starts[low:high] = [first]
        self._ends[low:high] = [last]

    def __contains__(self, seq: int) -> bool:
        """Tell whether ``seq`` was taken in."""
        index = bisect_right(self._starts, seq) - 1
        return index >= 0 and seq <= self._ends[index]

    def runs(self) -> list[Span]:
        """The runs, ascending."""
        return list(zip(self._starts, self._ends, strict=True))
