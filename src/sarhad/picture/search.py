"""Lists of records: filtered by kind, party, time, words; a page at a time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Container, Iterator, Set

from sarhad.picture.order import Key, key_of
from sarhad.picture.rules import in_room
from sarhad.picture.state import State
from sarhad.picture.text import record_words, words_of
from sarhad.picture.views import RecordFilter
from sarhad.wire.errors import Refused
from sarhad.wire.ids import sort_key
from sarhad.wire.record import Record

ListName = tuple[str | None, str, str]
"""Exercise, kind, party."""

MAX_LIMIT = 500
FEW = 20_000
"""So many candidates are sorted; more are met soon enough on a walk down the sorted lists."""
COUNT_TO = 20_000
"""So many matches of words are counted; a very common word is not counted to its end at each look."""
_LAST = 2**62
_REFERENCE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.:")


class Search:
    """The inverted index, brought up to date when it is asked.

    Written by ``add`` and ``catch_up`` only, on the caller's one thread.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._waiting: list[Record] = []
        self._found_under: dict[str, set[str]] = {}
        self._places: dict[str, tuple[Key, ListName]] = {}

    def add(self, record: Record) -> None:
        """Take a record for the index."""
        self._waiting.append(record)
        header = record.header
        self._places[record.ref] = (key_of(record), (header.exercise, header.kind, header.party))

    def catch_up(self, limit: int | None = None) -> int:
        """Index at most ``limit`` waiting records (None: all); return how many still wait."""
        some = self._waiting if limit is None else self._waiting[:limit]
        for record in some:
            refs = [record.ref]
            if record.kind == "correction":
                refs.append(getattr(record.data, "record"))  # noqa: B009  (found under what it now says, too)
            for word in record_words(record):
                self._found_under.setdefault(word, set()).update(refs)
        self._waiting = [] if limit is None else self._waiting[limit:]
        return len(self._waiting)

    def page(self, wanted: RecordFilter) -> tuple[list[Record], str, int, bool]:
        """Return the records of one page, the next cursor, how many match, and whether more do.

        Matches of words are counted to COUNT_TO only.  Raises Refused when the cursor or
        the limit is not valid.
        """
        if not 1 <= wanted.limit <= MAX_LIMIT:
            raise Refused(f"a page holds 1 to {MAX_LIMIT} records", where="limit")
        low: Key = (-_LAST if wanted.since_us is None else wanted.since_us, "", -1)
        high: Key = (_LAST if wanted.until_us is None else wanted.until_us + 1, "", -1)
        before = min(high, _cursor(wanted.cursor)) if wanted.cursor else high
        lists = {name: keys for name, keys in self._state.lists.items() if _in_list(wanted, *name)}
        narrowed = bool(wanted.q) or wanted.about is not None
        found = self._candidates(wanted) if narrowed else frozenset()
        most = None
        if narrowed and len(found) <= FEW:
            keys = list(self._keys_of(found, lists, low, high))
            total = len(keys)
            chosen = heapq.nlargest(wanted.limit + 1, (key for key in keys if key < before))
        else:
            merged = heapq.merge(*(one.descending(low, before) for one in lists.values()), reverse=True)
            fitting = (key for key in merged if not narrowed or f"{key[1]}:{key[2]}" in found)
            chosen = list(itertools.islice(fitting, wanted.limit + 1))
            bounds = [one.between(low, high) for one in lists.values()]
            total = sum(end - first for first, end in bounds)
            if narrowed and total <= FEW:
                total = sum(
                    f"{key[1]}:{key[2]}" in found for one in lists.values() for key in one.descending(low, high)
                )
            elif narrowed:
                most = COUNT_TO
                total = sum(1 for _ in itertools.islice(self._keys_of(found, lists, low, high), most + 1))
        records = [self._state.records[f"{log}:{seq}"] for _, log, seq in chosen[: wanted.limit]]
        following = "" if len(chosen) <= wanted.limit else _write_cursor(chosen[wanted.limit - 1])
        more = most is not None and total > most
        return records, following, total - more, more

    def _candidates(self, wanted: RecordFilter) -> Set[str]:
        """Return the references that the words, or the reference asked about, leave."""
        found: set[str] | None = None
        if wanted.q:
            self.catch_up()
            sets = [self._found_under.get(word, set()) for word in _query_words(wanted.q)]
            sets.sort(key=len)
            found = sets[0] if len(sets) == 1 else set.intersection(*sets) if sets else set()
        if wanted.about is not None:
            naming = self._state.links.get(wanted.about, set())
            found = naming if found is None else found & naming
        return found if found is not None else frozenset()

    def _keys_of(self, refs: Set[str], lists: Container[ListName], low: Key, high: Key) -> Iterator[Key]:
        """Yield the keys of those of ``refs`` that stand in ``lists`` and in the bounds."""
        for ref in refs:
            place = self._places.get(ref)
            if place is not None and place[1] in lists and low <= place[0] < high:
                yield place[0]


def _in_list(wanted: RecordFilter, exercise: str | None, kind: str, party: str) -> bool:
    right = in_room(exercise, kind, wanted.exercise)
    return right and (not wanted.kinds or kind in wanted.kinds) and (not wanted.parties or party in wanted.parties)


def _query_words(query: str) -> Iterator[str]:
    """Yield the words of a query; a word that has the form of a reference stays whole."""
    for piece in query.split():
        if ":" in piece and set(piece) <= _REFERENCE:
            yield piece
        else:
            yield from words_of(piece)


def _cursor(text: str) -> Key:
    """Read a cursor: ``time/log:sequence``."""
    at, _, ref = text.partition("/")
    try:
        return (int(at), *sort_key(ref))
    except ValueError as error:
        raise Refused("the cursor is not one of ours", where="cursor", do="Start at the first page") from error


def _write_cursor(key: Key) -> str:
    return f"{key[0]}/{key[1]}:{key[2]}"
