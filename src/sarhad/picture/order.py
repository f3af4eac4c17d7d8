"""Orders: of a party's own records, and sorted keys that stay sorted cheaply."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from functools import lru_cache

from sarhad.wire.record import Record

Key = tuple[int, str, int]
"""Claimed time (microseconds), log, sequence: the order of lists of records."""

_FEW = 64


@lru_cache(maxsize=1024)
def generation(log: str) -> int:
    """Return the generation of a log of its party: 1 for ``pk``, 2 for ``pk.2``."""
    _, dot, number = log.partition(".")
    return int(number) if dot else 1


def position(record: Record) -> tuple[int, int]:
    """Return where the record stands among its party's own: generation, then sequence."""
    return (generation(record.log), record.seq)


def log_name(party: str, number: int) -> str:
    """Return the name of a party's log of generation ``number``."""
    return party if number == 1 else f"{party}.{number}"


def ref_order(record: Record) -> tuple[str, int, int]:
    """Order records by party, generation, sequence: fixed, and newest last within a party."""
    return (record.header.party, generation(record.log), record.seq)


def key_of(record: Record) -> Key:
    """Return the record's key in lists: by claimed time, then by name."""
    return (record.header.at, record.log, record.seq)


class SortedKeys:
    """Keys in ascending order; additions wait until the next look, then go in together."""

    __slots__ = ("_keys", "_waiting")

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._waiting: list[Key] = []

    def add(self, key: Key) -> None:
        """Add a key that is not there yet."""
        self._waiting.append(key)

    def sorted(self) -> list[Key]:
        """Return all keys, ascending; not to be changed by the caller."""
        if self._waiting:
            if len(self._waiting) < _FEW:
                for key in self._waiting:
                    insort(self._keys, key)
            else:
                self._keys += self._waiting
                self._keys.sort()
            self._waiting = []
        return self._keys

    def between(self, low: Key, high: Key) -> tuple[int, int]:
        """Return the index bounds of the keys with low <= key < high."""
        keys = self.sorted()
        return bisect_left(keys, low), bisect_left(keys, high)

    def descending(self, low: Key, high: Key) -> Iterator[Key]:
        """Yield the keys with low <= key < high, largest first."""
        first, end = self.between(low, high)
        keys = self.sorted()
        for index in range(end - 1, first - 1, -1):
            yield keys[index]


def insert(numbers: list[int], number: int) -> None:
    """Insert into an ascending list without repeats; nearly always at its end."""
    if not numbers or number > numbers[-1]:
        numbers.append(number)
        return
    at = bisect_left(numbers, number)
    if numbers[at] != number:
        numbers.insert(at, number)


def within(numbers: list[int], first: int, last: int) -> list[int]:
    """Return the numbers from ``first`` to ``last`` inclusive of an ascending list."""
    return numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]
