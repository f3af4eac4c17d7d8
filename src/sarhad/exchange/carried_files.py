"""The files that go along with records that are carried by hand.

After the pushes an empty frame, then each file: a frame that names it, and frames of its
bytes until its size is reached.  The written form is spec/exchange.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from sarhad.desk import Desk
from sarhad.desk.attachments import Attachments
from sarhad.exchange import messages
from sarhad.exchange.fetching import note_here
from sarhad.exchange.giving import may_have, was_given
from sarhad.exchange.roster import Partner
from sarhad.ledger.ledger import Ledger
from sarhad.wire import ids
from sarhad.wire.errors import VerificationError
from sarhad.wire.kinds import Attachment, ReleaseAct
from sarhad.wire.values import Hex32

PIECE_BYTES = 4 * 1024 * 1024


class FileHead(messages.Message, frozen=True, kw_only=True):
    """Which file follows: its SHA-256 and its size in bytes."""

    v: int
    sha256: Hex32
    size: Annotated[int, Meta(ge=1, le=50_000_000)]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What files need of the node, and the partner that they go to or come from."""

    ledger: Ledger
    desk: Desk
    files: Attachments
    partner: Partner


def chosen(shelf: Shelf, start: int) -> list[str]:
    """Return the files to carry: those of records from ``start`` on that the partner may read.

    And those that a release from there on opens, and those that the partner began to
    fetch over the line and did not get.
    """
    desk, party = shelf.desk, shelf.partner.party
    released = set(_released(shelf, start))
    found: dict[str, None] = {}
    for one in desk.picture.files(desk.party):
        data = one.data
        if not isinstance(data, Attachment) or not shelf.files.holds(data.sha256):
            continue
        fresh = one.log == shelf.ledger.log and one.seq >= start
        wanted = fresh or one.ref in released or was_given(shelf.ledger, party, data.sha256) == b"asked"
        if wanted and may_have(desk, party, data.sha256):
            found[data.sha256] = None
    return list(found)


def _released(shelf: Shelf, start: int) -> Iterator[str]:
    """Yield the records that a release act of ours, from ``start`` on, opens to anybody."""
    log = shelf.ledger.log
    for seq in range(start, shelf.ledger.size(log)):
        held = shelf.desk.held(ids.make_ref(log, seq))
        if held is not None and isinstance(held.data, ReleaseAct):
            yield held.data.record


def frames_of(shelf: Shelf, sha256: str) -> Iterator[bytes]:
    """Yield the frames of one file.  Blocks on the disk."""
    path = shelf.files.path(sha256)
    yield messages.encode(FileHead(v=messages.PROTOCOL, sha256=sha256, size=path.stat().st_size))
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


async def take(shelf: Shelf, frames: Iterator[bytes], where: Path) -> int:
    """Take in the files that follow; return how many were new.

    One that no record of the partner names is passed over; one whose content has
    another hash, or that is cut short, raises VerificationError.
    """
    new = 0
    for frame in frames:
        head = messages.decode(frame, FileHead)
        if await asyncio.to_thread(_take_one, shelf, head, frames, where):
            new += 1
            shelf.desk.arrived(head.sha256)
    return new


def _take_one(shelf: Shelf, head: FileHead, frames: Iterator[bytes], where: Path) -> bool:
    party = shelf.partner.party
    named = any(one.party == party for one in shelf.desk.picture.naming_file(head.sha256))
    keep = named and shelf.files.room_for(head.size)
    partial = shelf.files.partial(party, head.sha256, head.size) if keep else None
    left = head.size
    try:
        if partial is not None:
            partial.drop()
            partial.begin()
        while left:
            piece = next(frames, b"")
            if not 0 < len(piece) <= left:
                raise VerificationError("a file that was cut short, or is longer than it says", where=str(where))
            left -= len(piece)
            if partial is not None:
                partial.add(piece)
        if partial is None:
            return False
        fresh = not shelf.files.holds(head.sha256)
        partial.finish()
    finally:
        if partial is not None:
            partial.close()
    note_here(shelf.ledger, party, head.sha256)
    return fresh
