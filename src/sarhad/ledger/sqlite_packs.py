"""Entries of the own log, packed: up to 64 that were appended together in one row.

The own log's contents are complete when they are written and never change, so they need
no row each: packing makes a group commit cheaper than its rows would be.  A pack is
MessagePack: an array of [commitment, salt, body, signature or nil], ascending.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from sarhad.ledger.errors import Damaged
from sarhad.ledger.model import Entry
from sarhad.ledger.store import Row

MAX_ENTRIES = 64
MAX_BYTES = 64 * 1024

_Packed = tuple[bytes, bytes, bytes, bytes | None]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[_Packed]).decode


def pack(rows: Iterable[Row]) -> Iterator[tuple[int, int, bytes]]:
    """Yield (start, end, bytes) of the packs that hold consecutive ``rows``."""
    held = list(rows)
    at = 0
    while at < len(held):
        part = held[at : at + MAX_ENTRIES]
        while len(part) > 1 and sum([len(row[3] or b"") for row in part]) > MAX_BYTES:
            part = part[: len(part) // 2]
        at += len(part)
        yield part[0][0], part[-1][0] + 1, _encode([row[1:5] for row in part])


def unpack(start: int, end: int, packed: bytes) -> list[_Packed]:
    """Return the entries of a pack; raise Damaged, naming its first entry, when it is not one."""
    try:
        found = _decode(packed)
    except (msgspec.MsgspecError, TypeError) as error:
        raise Damaged("the row of this entry is damaged", where=f"own entry {start}", seq=start) from error
    if len(found) != end - start:
        raise Damaged("the row of this entry is damaged", where=f"own entry {start}", seq=start)
    return found


def entries(packs: Iterable[tuple[int, int, bytes]], first: int, last: int) -> list[Entry]:
    """Return the entries first..last-1 of the packs that cover them."""
    found = []
    for start, end, packed in packs:
        for seq, (commitment, salt, body, signature) in enumerate(unpack(start, end, packed), start):
            if first <= seq < last:
                found.append(Entry(seq, commitment, salt, body, signature))
    return found
