"""Making by small steps what the first looks at a picture would make at once."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from sarhad.picture.book import Book
from sarhad.picture.marks import Marks
from sarhad.picture.search import Search
from sarhad.picture.state import State

if TYPE_CHECKING:
    from sarhad.picture.picture import Picture

VIEWS = 60
TEXTS = 250
"""Items or incidents rendered, and records indexed, in one step."""
INCIDENTS = 2_000
"""So many incidents are rendered in full: in full, all of a great many would only fill the memory."""


def drawing(state: State, book: Book, marks: Marks) -> Generator[None, None, list[str]]:
    """Render items and the map's rows; return the references of the incidents."""
    while book.refresh(VIEWS):
        yield
    yield
    rooms = sorted({mark for mark, kind, _ in state.lists if kind == "incident"}, key=str)
    refs = [record.ref for room in rooms for record in state.listed(room, "incident")]
    yield from marks.warm(refs)
    return refs


def warming(picture: Picture, state: State, book: Book, marks: Marks, search: Search) -> Iterator[None]:
    """Render items, the map's columns, the newest incidents, the live ground; index the texts."""
    refs = yield from drawing(state, book, marks)
    newest = refs[-INCIDENTS:]
    for first in range(0, len(newest), VIEWS):
        for ref in newest[first : first + VIEWS]:
            picture.incident(ref)
        yield
    picture.ground()
    yield
    while search.catch_up(TEXTS):
        yield
