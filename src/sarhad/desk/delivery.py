"""What the node has confirmed as delivered, so that each record is confirmed exactly once.

The own log is the only memory: a receipt that is durable there counts, anything else
is confirmed again at the next start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sarhad.desk.spans import SpanSet, chunks, group
from sarhad.wire.ids import NODE_OFFICER
from sarhad.wire.kinds import Receipt
from sarhad.wire.record import Record

Batch = tuple[str, str | None]
"""The log and the exercise that one receipt speaks of: the live desk and each drill apart."""


class Deliveries:
    """Which entries of which partner's log our ``delivered`` receipts cover."""

    def __init__(self, party: str) -> None:
        """Keep them for ``party``, our own."""
        self._party = party
        self._confirmed: dict[str, SpanSet] = defaultdict(SpanSet)  # written by note(); under the desk's ingest lock

    def note(self, record: Record) -> None:
        """Take in a record of our own log, if it is a receipt of the node."""
        data = record.data
        if isinstance(data, Receipt) and data.step == "delivered" and record.header.by == NODE_OFFICER:
            for first, last in data.spans:
                self._confirmed[data.log].add(first, last)

    def due(self, record: Record) -> bool:
        """Tell whether a record still needs our receipt: never our own, never a receipt."""
        return (
            record.party != self._party and record.kind != "receipt" and record.seq not in self._confirmed[record.log]
        )


class Due:
    """Entries to confirm, collected by log and exercise."""

    def __init__(self) -> None:
        """Begin empty."""
        self._seqs: dict[Batch, list[int]] = defaultdict(list)

    def add(self, records: Iterable[Record]) -> None:
        """Collect some."""
        for record in records:
            self._seqs[record.log, record.header.exercise].append(record.seq)

    def receipts(self) -> Iterator[tuple[Receipt, str | None]]:
        """Yield the receipts to write, each with its exercise."""
        for (log, exercise), seqs in sorted(self._seqs.items(), key=lambda item: (item[0][0], item[0][1] or "")):
            for spans in chunks(group(seqs)):
                yield Receipt(log=log, step="delivered", spans=spans), exercise
