"""Entries of the own log, packed: up to 64 that were appended together in one row.

The own log's contents are complete when they are written and never change, so they need
no row each: packing makes a group commit cheaper than its rows would be.  A pack is
MessagePack: an array of [commitment, salt, body, signature or nil], ascending.  The
checkpoint that was signed at its end is in the same row, so that a commit writes one page
fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from sarhad.ledger.errors import Damaged
from sarhad.ledger.model import Entry
from sarhad.ledger.store import Row, StoredCheckpoint

MAX_ENTRIES = 64
MAX_BYTES = 64 * 1024

INSERT = (
    'INSERT INTO pack_0 (start, "end", root, signature, entries) SELECT ?1, ?2, ?3, ?4, ?5 '
    'WHERE ?1 = coalesce((SELECT "end" FROM pack_0 ORDER BY start DESC LIMIT 1), 0)'
)
_CHECKPOINTS = 'SELECT "end", root, signature FROM pack_0 WHERE signature IS NOT NULL'
_BEFORE = "(SELECT max(start) FROM pack_0 WHERE start < ?)"
CHECKPOINT_AT = f'{_CHECKPOINTS} AND start = {_BEFORE} AND "end" = ?'
CHECKPOINT_UP_TO = f'{_CHECKPOINTS} AND start < ? AND "end" <= ? ORDER BY start DESC LIMIT 1'
CHECKPOINTS_SINCE = f'{_CHECKPOINTS} AND start >= coalesce({_BEFORE}, 0) AND "end" >= ? ORDER BY start LIMIT ?'

PackRow = tuple[int, int, bytes | None, bytes | None, bytes]
"""Start, end, the root and signature of the checkpoint at the end (None: none was signed there), entries."""

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


def rows(entries: Iterable[Row], checkpoint: StoredCheckpoint | None) -> list[PackRow]:
    """Return the rows that hold consecutive ``entries``, the last one with the checkpoint signed at its end."""
    found: list[PackRow] = [(start, end, None, None, packed) for start, end, packed in pack(entries)]
    if checkpoint is not None:
        start, end, _, _, packed = found[-1]
        found[-1] = (start, end, checkpoint.root, checkpoint.signature, packed)
    return found


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
