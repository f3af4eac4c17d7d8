"""Carried by hand in place of the network: the same pushes in a file.

A head, then pushes, each a frame of four big-endian length bytes and msgpack, then the
files that belong to them (carried_files.py).  Reading
takes every push through the one way in, so that the file and the network may overlap,
in any order, as often as they like.  The written form is spec/exchange.md.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from sarhad.desk import Desk
from sarhad.desk.attachments import Attachments
from sarhad.exchange import carried_files, messages
from sarhad.exchange.carried_files import Shelf, frames_of
from sarhad.exchange.errors import NotForUs
from sarhad.exchange.facts import lines_since, published_fact
from sarhad.exchange.messages import MAX_LINES, MAX_MESSAGE_BYTES, PROTOCOL, Push, Testimony
from sarhad.exchange.outbox import Batch, Outbox
from sarhad.exchange.receive import Receiver
from sarhad.exchange.roster import Partner, Roster
from sarhad.exchange.standing import require_open
from sarhad.ledger.errors import OutOfStep
from sarhad.ledger.ledger import Ledger
from sarhad.wire.errors import SarhadError, VerificationError

MAGIC = b"sarhad-carried/v1\n"
SUFFIX = ".sarhad-carried"
_LENGTH = 4


class Head(messages.Message, frozen=True, kw_only=True):
    """Who wrote the file for whom: parties, the sender's log, the sender's clock (µs)."""

    v: int
    sender: str
    log: str
    to: str
    made_at: int


@dataclass(frozen=True, slots=True)
class Carried:
    """What a file holds or brought: the partner, entries ``start`` up to ``end``, how many were new here.

    ``files``: attachments that it holds, or that were new here.
    """

    partner: str
    start: int
    end: int
    new: int
    files: int = 0


@dataclass(frozen=True, slots=True)
class Office:
    """What writing and reading such a file needs of the node."""

    ledger: Ledger
    desk: Desk
    outbox: Outbox
    receiver: Receiver
    clock: Callable[[], int]
    files: Attachments

    def shelf(self, partner: Partner) -> Shelf:
        """What carrying files needs."""
        return Shelf(self.ledger, self.desk, self.files, partner)


async def write(office: Office, partner: Partner, path: Path) -> Carried:
    """Write everything from the partner's countersigned size on, and our countersignatures for it.

    Raises Suspended or Frozen when nothing may cross.  The file takes its name only
    when it is whole and on the disk.
    """
    require_open(office.ledger, office.desk, partner)
    ledger = office.ledger
    start = ledger.countersigned_size(partner.log)
    head = Head(v=PROTOCOL, sender=ledger.identity.party, log=ledger.log, to=partner.party, made_at=office.clock())
    partial = path.with_name(path.name + ".partial")
    end = start
    with partial.open("wb") as file:
        file.write(MAGIC)
        _put(file, messages.encode(head))
        async for push in _pushes(office, partner, start):
            _put(file, messages.encode(push))
            end = push.end
            office.desk.witnessed(await asyncio.to_thread(published_fact, ledger, ledger.log, end))
        attached = await _put_files(file, office.shelf(partner), start)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    partial.replace(path)
    return Carried(partner.party, start, end, end - start, attached)


async def _put_files(file: BinaryIO, shelf: Shelf, start: int) -> int:
    """Write the files that belong to what is carried; return how many."""
    chosen = carried_files.chosen(shelf, start)
    if chosen:
        _put(file, b"")
    for sha256 in chosen:
        await asyncio.to_thread(_put_file, file, shelf, sha256)
    return len(chosen)


def _put_file(file: BinaryIO, shelf: Shelf, sha256: str) -> None:
    for frame in frames_of(shelf, sha256):
        _put(file, frame)


async def _pushes(office: Office, partner: Partner, start: int) -> AsyncIterator[Push]:
    """Yield pushes from ``start`` to our size; at least one, for the countersignatures that go along."""
    ledger = office.ledger
    lines = await asyncio.to_thread(_lines_for, office, partner)
    at, size = start, ledger.size(ledger.log)
    while True:
        batch = await office.outbox.batch(partner.party, at, size)
        yield await asyncio.to_thread(_push, office, partner, batch, lines[:MAX_LINES])
        lines = lines[MAX_LINES:]
        if batch.end == at and not lines:
            return
        at = batch.end
        if at >= size and not lines:
            return


def _lines_for(office: Office, partner: Partner) -> list[Testimony]:
    """Our countersignatures on the partner's log that it may lack."""
    above = office.receiver.held_by(partner.log)
    size = office.ledger.size(partner.log)
    return lines_since(office.ledger, partner.log, office.ledger.log, above, size + 1)


def _push(office: Office, partner: Partner, batch: Batch, lines: list[Testimony]) -> Push:
    return Push(
        v=PROTOCOL,
        log=office.ledger.log,
        start=batch.start,
        commitments=batch.commitments,
        openings=batch.openings,
        disclosures=batch.disclosures,
        checkpoint=office.ledger.checkpoint(batch.end),
        sent_at=office.clock(),
        held=office.ledger.countersigned_size(partner.log),
        testimony=lines,
    )


async def read(office: Office, roster: Roster, path: Path) -> Carried:
    """Take in a carried file; idempotent.  Raises NotForUs, VerificationError, Suspended, Frozen, OutOfStep.

    OutOfStep: the file begins beyond what we hold; an earlier one is missing.
    """
    with path.open("rb") as file:
        frames = _frames(file, path)
        head = messages.decode(next(frames, b""), Head)
        partner = _addressed(office, roster, head, path)
        before = office.ledger.size(head.log)
        start = end = before
        for frame in frames:
            if not frame:
                break  # the files follow
            push = messages.decode(frame, Push)
            if push.log != head.log:
                raise VerificationError("a push of another log than the file's", where=str(path))
            start, end = min(start, push.start), max(end, push.end)
            await _take(office, partner, push)
        await office.receiver.settle()
        files = await carried_files.take(office.shelf(partner), frames, path)
    return Carried(partner.party, start, end, office.ledger.size(head.log) - before, files)


async def _take(office: Office, partner: Partner, push: Push) -> None:
    """Take in one push; one that is behind us changes nothing, one that overlaps is cut to what is new."""
    try:
        await office.receiver.receive(partner, push, office.clock())
    except OutOfStep as error:
        if not push.start < error.size:
            raise
        await _take_rest(office, partner, push, error.size)


async def _take_rest(office: Office, partner: Partner, push: Push, size: int) -> None:
    if push.end <= size:
        await office.receiver.take_lines(push)
        return
    cut = msgspec.structs.replace(
        push,
        start=size,
        commitments=push.commitments[(size - push.start) * 32 :],
        openings=[one for one in push.openings if one.seq >= size],
    )
    await office.receiver.receive(partner, cut, office.clock())


def _addressed(office: Office, roster: Roster, head: Head, path: Path) -> Partner:
    """Return who sent the file; refuse one that is for another party or of an unknown log."""
    us = office.ledger.identity.party
    if head.to != us:
        raise NotForUs(f"the file is for {head.to[:40]}, and this is {us}", where=str(path))
    try:
        partner = roster.get(head.sender)
    except SarhadError as error:
        raise NotForUs(f"the file is from {head.sender[:40]}, not a partner", where=str(path)) from error
    if head.log != partner.log:
        raise NotForUs(f"the log {head.log[:40]} is not known here", where=str(path))
    return partner


def _put(file: BinaryIO, frame: bytes) -> None:
    file.write(len(frame).to_bytes(_LENGTH, "big") + frame)


def _frames(file: BinaryIO, path: Path) -> Iterator[bytes]:
    """Yield the frames, each at most a message long; a file cut short is an error."""
    if file.read(len(MAGIC)) != MAGIC:
        raise VerificationError("not a file of carried records", where=str(path))
    while head := file.read(_LENGTH):
        length = int.from_bytes(head, "big")
        if len(head) < _LENGTH or length > MAX_MESSAGE_BYTES:
            raise VerificationError("a frame with a bad length", where=str(path))
        frame = file.read(length)
        if len(frame) < length:
            raise VerificationError("the file was cut short", where=str(path), do="Copy it again")
        yield frame
