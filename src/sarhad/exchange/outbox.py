"""What a partner is shown of our log: every commitment in order, and only the contents that it may read.

The one place where contents are chosen to leave.  Who may read a record is asked of the
desk at the moment of sending, and only of the desk; a record that the picture does not
know yet is not passed over but ends the batch, so that it is decided when it is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from sarhad.desk import Desk
from sarhad.exchange.messages import BATCH_BYTES, BATCH_ENTRIES, Shown
from sarhad.exchange.renewal import MANIFEST_MARK
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Entry
from sarhad.wire import ids, record
from sarhad.wire.envelope import COMMITMENT_BYTES
from sarhad.wire.kinds import ReleaseAct

_RELEASE_MARK = b'"kind":"release"'
_ENTRY_OVERHEAD = 160  # commitment, salt, signature and framing of one shown entry, bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries ``start`` up to ``end`` of our log for one partner.

    ``openings`` are the contents it may read of them, ``disclosures`` those of earlier
    entries that a release among them opens.
    """

    start: int
    end: int
    commitments: bytes
    openings: list[Shown]
    disclosures: list[Shown]


class Outbox:
    """Reads batches of our own log for partners.  Holds no state."""

    def __init__(self, ledger: Ledger, desk: Desk) -> None:
        """Take where the log is kept and who knows the readers."""
        self._ledger = ledger
        self._desk = desk

    async def batch(self, party: str, start: int, stop: int, room: int = BATCH_BYTES) -> Batch:
        """Return the next entries for ``party`` from ``start``, at most to ``stop``; may be empty.

        ``room``: bytes of contents at most (one content always fits).
        """
        entries = await asyncio.to_thread(self._read, start, min(stop, start + BATCH_ENTRIES))
        commitments = bytearray()
        openings: list[Shown] = []
        older: list[tuple[int, int]] = []  # where it is opened, and what
        end = whole = start
        for entry in entries:
            ref = ids.make_ref(self._ledger.log, entry.seq)
            if not self._desk.known(ref):
                break
            if party in self._desk.readers(ref):
                room -= _weight(entry)
                openings.append(_shown(entry))
            if entry.body is not None and _RELEASE_MARK in entry.body:
                older += ((entry.seq, seq) for seq in self._opened_by(entry, party, start))
            commitments += entry.commitment
            end = entry.seq + 1
            changes = entry.body is not None and entry.seq > 0 and MANIFEST_MARK in entry.body
            if changes or self._ledger.can_show(end):
                whole = end
                if changes or room <= 0:
                    break
        disclosures = await asyncio.to_thread(self._show, [seq for at, seq in older if at < whole]) if older else []
        shown = [one for one in openings if one.seq < whole]
        return Batch(start, whole, bytes(commitments[: (whole - start) * COMMITMENT_BYTES]), shown, disclosures)

    def _read(self, start: int, stop: int) -> list[Entry]:
        return list(self._ledger.entries(self._ledger.log, start, stop, limit_bytes=BATCH_BYTES))

    def _opened_by(self, entry: Entry, party: str, before: int) -> Iterable[int]:
        """Yield the older entry that the release at ``entry`` opens to ``party``, if it does."""
        assert entry.body is not None
        data = record.read(self._ledger.log, entry.seq, entry.body).data
        if isinstance(data, ReleaseAct) and party in self._desk.readers(data.record):
            place = ids.parse_ref(data.record)
            if place.log == self._ledger.log and place.seq < before:
                yield place.seq

    def _show(self, seqs: Iterable[int]) -> list[Shown]:
        held = (self._ledger.entry(self._ledger.log, seq) for seq in sorted(set(seqs)))
        return [_shown(entry) for entry in held if entry is not None and entry.body is not None]


def _shown(entry: Entry) -> Shown:
    assert entry.salt is not None, "our own log has every content"
    assert entry.body is not None, "our own log has every content"
    return Shown(entry.seq, entry.salt, entry.body, entry.signature)


def _weight(entry: Entry) -> int:
    return len(entry.body or b"") + _ENTRY_OVERHEAD
