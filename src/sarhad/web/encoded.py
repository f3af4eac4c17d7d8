"""Large answers that many desks ask for at once: made into bytes once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, cast

import msgspec
from litestar import Response
from litestar.enums import MediaType

from sarhad.picture.views import MarksView


class Encoded:
    """Columns as bytes, made once for all the desks that ask; a new view has new ones."""

    def __init__(self, most: int = 4) -> None:
        """Keep the bytes of ``most`` views."""
        self._most = most
        self._held: list[tuple[MarksView, bytes]] = []  # written by of(), in the event loop; asked for last stands last

    def of(self, view: MarksView) -> Response[MarksView]:
        """Answer with the view's bytes."""
        found = next((one for one in self._held if one[0] is view), None)
        if found is None:
            found = (view, msgspec.json.encode(view))
        self._held = [*(one for one in self._held if one[0] is not view), found][-self._most :]
        return cast("Response[MarksView]", Response[Any](found[1], media_type=MediaType.JSON))


class Answers:
    """The newest answers as bytes, by all that they follow from.  Written by ``of``, in the event loop."""

    def __init__(self, most: int = 16) -> None:
        """Keep ``most`` answers."""
        self._most = most
        self._held: dict[Hashable, bytes] = {}

    def of(self, asked: Hashable, make: Callable[[], Any]) -> bytes:
        """Return the bytes for ``asked``, which says all that they follow from; ``make`` gives what is not held."""
        found = self._held.get(asked)
        if found is None:
            found = self._held[asked] = msgspec.json.encode(make())
            if len(self._held) > self._most:
                del self._held[next(iter(self._held))]
        return found
