"""Place names found however they are spelt: in Persian, Urdu or Latin letters, with or without vowels.

Every spelling is brought into sounds.  Persian and Urdu leave short vowels out and
have several letters for one sound; Latin spellings differ from map to map (Qalat,
Kalat, Ghalat).  So a name is looked up by its *skeleton*, the consonants in classes
wide enough for all of that, and what is found is ranked by how far the *sounds* lie
apart.  The tables below are the whole of the rule.

| skeleton | Latin | Persian and Urdu letters |
|---|---|---|
| p | b, p, f, ph | ب پ ف |
| t | t, th | ت ط ٹ |
| s | s, sh, ss | س ص ث ش |
| j | j | ج |
| c | ch, tch | چ |
| d | d, dh | د ڈ |
| z | z, zh, dz | ز ذ ض ظ ژ |
| r | r | ر ڑ |
| k | k, kh, q, g, gh, c, ck, x | ک گ خ ق غ |
| l, m, n | l, m, n | ل م ن ں |
| (nothing) | vowels, h, w, v, y, ' | ا آ و ی ے ه ہ ھ ح ع ء and their kin |

A sound written twice counts once.  Pure; no clock, no file.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sarhad.picture.text import words_of
from sarhad.picture.views.records import View
from sarhad.wire.errors import Refused

MAX_RESULTS = 50
MAX_QUERY = 100
_CANDIDATES = 300
"""So many names with a fitting skeleton are compared by sound, those with the fewest further consonants first."""
_FURTHEST = 0.34
"""A name whose sounds lie further apart than this, for each sound of the query, is another name."""

_ARABIC = {
    "ب": "b", "پ": "p", "ف": "f", "ت": "t", "ط": "t", "ٹ": "t", "س": "s", "ص": "s", "ث": "s", "ش": "S",
    "ج": "j", "چ": "c", "د": "d", "ڈ": "d", "ز": "z", "ذ": "z", "ض": "z", "ظ": "z", "ژ": "Z", "ر": "r",
    "ڑ": "r", "ک": "k", "گ": "g", "خ": "x", "ق": "q", "غ": "q", "ل": "l", "م": "m", "ن": "n",
    "ه": "h", "ح": "h", "ا": "a", "و": "u", "ی": "i", "ع": "", "ء": "",
}  # fmt: skip
"""Letters as ``text.normalise`` leaves them, to sounds."""
_LATIN = {
    "tch": "c", "sh": "S", "ch": "c", "kh": "x", "gh": "q", "zh": "Z", "ph": "f", "ck": "k",
    "oo": "u", "ou": "u", "ee": "i", "aa": "a", "th": "t", "dh": "d", "dz": "z",
    "x": "ks", "c": "k", "w": "u", "v": "u", "o": "u", "y": "i", "e": "i", "j": "j",
}  # fmt: skip
"""Latin spellings to sounds, longest first; other letters stand for themselves."""
_CLASS = {"b": "p", "f": "p", "S": "s", "Z": "z", "x": "k", "q": "k", "g": "k"}
"""Sounds to their class in the skeleton, where that is another."""
_VOWELS = frozenset("aui")
_WEAK = _VOWELS | {"h"}


class PlaceView(View, frozen=True, kw_only=True):
    """A named place of the region; WGS 84 in 1e-7 degrees.

    ``place_class`` is the map's word (``city``, ``town``, ``village``, ``hamlet``, …),
    ``country`` its ISO 3166-1 alpha-3 code as the map has it.
    """

    name: str
    place_class: str
    country: str
    lat: int
    lon: int


_RANK = {"city": 0, "town": 1, "suburb": 2, "village": 3, "hamlet": 4}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One name from one of its words on: ``first`` is that word's number."""

    skeleton: str
    sounds: str
    place: int
    first: int


class PlaceIndex:
    """The places of a region.  Written by the constructor only."""

    def __init__(self, places: Iterable[tuple[PlaceView, tuple[str, ...]]]) -> None:
        """Take each place with its further names, if it has any."""
        self._places: list[PlaceView] = []
        entries: list[_Entry] = []
        for place, others in places:
            number = len(self._places)
            self._places.append(place)
            for name in dict.fromkeys((place.name, *others)):
                entries += _entries(name, number)
        self._entries = sorted(entries, key=lambda one: (one.skeleton, one.sounds, one.place))
        self._keys = [one.skeleton for one in self._entries]

    def __len__(self) -> int:
        """Return how many places there are."""
        return len(self._places)

    def find(self, query: str, limit: int = 20) -> list[PlaceView]:
        """Return the places whose name, or the end of whose name from a word on, begins with the query.

        Nearest in sound first, then whole names before longer ones, then larger places
        first.  Raises Refused for a query or a limit that is too long or none.
        """
        if not 1 <= limit <= MAX_RESULTS or len(query) > MAX_QUERY:
            raise Refused(f"a search gives 1 to {MAX_RESULTS} places for at most {MAX_QUERY} letters", where="q")
        sounds = "".join(_sounds(word) for word in words_of(query))
        if not sounds:
            return []
        best: dict[int, tuple[float, int, int, int, str]] = {}
        for entry in self._candidates(skeleton(sounds)):
            apart, rest = _apart(sounds, entry.sounds)
            if apart > _FURTHEST * len(sounds):
                continue
            place = self._places[entry.place]
            rank = (round(apart, 2), entry.first, min(rest, 1), _RANK.get(place.place_class, 5), place.name)
            if entry.place not in best or rank < best[entry.place]:
                best[entry.place] = rank
        chosen = sorted(best, key=lambda number: (best[number], number))[:limit]
        return [self._places[number] for number in chosen]

    def _candidates(self, wanted: str) -> Iterator[_Entry]:
        """Yield names that begin with the skeleton, those with the fewest further consonants first."""
        first = bisect_left(self._keys, wanted)
        end = bisect_left(self._keys, wanted + "~")
        span = range(first, end)
        if len(span) > _CANDIDATES:
            nearest = sorted(span, key=lambda at: (len(self._keys[at]), at))[:_CANDIDATES]
            yield from (self._entries[at] for at in nearest)
            return
        yield from self._entries[first:end]


def _entries(name: str, place: int) -> Iterator[_Entry]:
    words = [_sounds(word) for word in words_of(name)]
    for first in range(len(words)):
        sounds = "".join(words[first:])
        if sounds:
            yield _Entry(skeleton(sounds), sounds, place, first)


@lru_cache(maxsize=4096)
def _sounds(word: str) -> str:
    """Return the sounds of one word in comparable form (``text.words_of``), a sound written twice once."""
    found = ""
    at = 0
    while at < len(word):
        for length in (3, 2, 1):
            piece = word[at : at + length]
            sound = _LATIN.get(piece)
            if sound is not None:
                break
        else:
            length = 1
            sound = _ARABIC.get(piece, piece if piece.isascii() and piece.isalnum() else "")
        at += length
        if sound and not found.endswith(sound):
            found += sound
    return found


def skeleton(sounds: str) -> str:
    """Return the consonants of sounds in their classes, one written twice once."""
    found = ""
    for sound in sounds:
        kept = "" if sound in _WEAK else _CLASS.get(sound, sound)
        if kept and not found.endswith(kept):
            found += kept
    return found


def _cost(mine: str, theirs: str) -> float:
    if mine == theirs:
        return 0.0
    if mine in _VOWELS and theirs in _VOWELS:
        return 0.25
    same = _CLASS.get(mine, mine) == _CLASS.get(theirs, theirs)
    return 0.5 if same else 2.0


def _apart(query: str, name: str) -> tuple[float, int]:
    """Return how far the query lies from the nearest beginning of the name, and how many sounds follow that.

    An edit distance in which a vowel or an h too many or too few, which the other
    script does not write, costs little.
    """
    row = [0.0]
    for theirs in name:
        row.append(row[-1] + _alone(theirs))
    for mine in query:
        above = row
        row = [above[0] + _alone(mine)]
        for at, theirs in enumerate(name):
            row.append(min(above[at] + _cost(mine, theirs), above[at + 1] + _alone(mine), row[at] + _alone(theirs)))
    apart, end = min((cost, len(name) - at) for at, cost in enumerate(row))
    return apart, end


def _alone(sound: str) -> float:
    return 0.2 if sound in _WEAK else 1.0
