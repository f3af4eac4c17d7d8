"""Reading very many bodies of one log: the same verdict as sarhad.wire.record, at half its cost.

Most records of a log share all of their header but the time: author, release, cited
checkpoints.  A header that was once read in full is remembered by its exact bytes, and
a body that has the same bytes around its time and its data needs only those two read.

Why that is safe: a remembered body was proved canonical, with no unknown field, so it
is {"at":A,"by":B,"data":D,"kind":K...} with known B and K...; another body with the
same bytes around a canonical integer and a value that encodes to its own bytes again
is the canonical form of the same header with another time and other data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from sarhad.wire import canonical
from sarhad.wire.record import Header, closed
from sarhad.wire.registry import KINDS, Data

_HEAD = b'{"at":'
_BY = b',"by":"'
_DATA = b',"data":'
_KIND = b',"kind":'
_MAX_TIME = b"%d" % canonical.MAX_INTEGER
_MOST = 4096
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class _Known:
    """How to read the data of a body with a remembered header; ``check`` None where the kind asks nothing."""

    decode: Callable[[bytes], Data]
    check: Callable[[Data, str], None] | None


class Bodies:
    """Remembers headers of one log.  ``_known`` is written by ``learn`` only; one pass, one thread."""

    __slots__ = ("_known", "_party", "_quiet")

    def __init__(self, party: str, quiet: frozenset[str]) -> None:
        """Take the log's party, and the kinds of which nothing is wanted but that they are valid."""
        self._party = party
        self._quiet = quiet
        self._known: dict[bytes, _Known] = {}

    def valid(self, body: bytes) -> bool:
        """Tell whether ``body`` is proved valid, of a quiet kind, by what is remembered.

        False says nothing: read it in full.  Raises what reading it in full would
        raise (VerificationError, msgspec.MsgspecError, ValueError) where it fails here.
        """
        by = body.find(_BY, 6, 32)
        data = body.find(_DATA, by, by + 90)
        kind = body.rfind(_KIND)
        if by < 0 or data < 0 or kind < data:
            return False
        known = self._known.get(body[by:data] + body[kind:])
        if known is None or not body.startswith(_HEAD) or not _is_time(body[6:by]):
            return False
        canonical.check_bytes(body)
        raw = body[data + 8 : kind]
        value = known.decode(raw)
        if _encode(value) != raw:
            return False
        if known.check is not None:
            known.check(value, self._party)
        return True

    def learn(self, body: bytes, header: Header, data: Data | None) -> None:
        """Remember the header of a body that was read in full and found valid."""
        if data is None or header.kind not in self._quiet or not closed(type(data)) or _encode(header) != body:
            return
        by, kind = body.find(_BY, 6, 32), body.rfind(_KIND)
        at = body.find(_DATA, by, by + 90)
        if by < 0 or at < 0 or body[at + 8 : kind] != bytes(header.data):
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        check = None if type(data).check is Data.check else type(data).check
        self._known[body[by:at] + body[kind:]] = _Known(KINDS[header.kind].decoder.decode, check)


def _is_time(digits: bytes) -> bool:
    """Tell whether ``digits`` is a positive canonical integer that every JSON reader holds exactly."""
    return digits.isdigit() and digits[0] != 48 and (len(digits) < 16 or (len(digits) == 16 and digits <= _MAX_TIME))
