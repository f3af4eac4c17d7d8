"""Records about records: release, receipt, recall, correction."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sarhad.wire.errors import VerificationError
from sarhad.wire.ids import LogName, Ref
from sarhad.wire.registry import Data, Kind, anothers, kind, own
from sarhad.wire.values import Release, Words

Span = tuple[Annotated[int, Meta(ge=0)], Annotated[int, Meta(ge=0)]]
"""First and last sequence number, inclusive."""


@kind("release", authors={"duty", "commander", "secretary"}, act=True)
class ReleaseAct(Data, frozen=True, kw_only=True):
    """The author's party lets more parties read ``record``, one of its own.

    A release only ever widens: what was released cannot be unsaid, only recalled.
    ``record`` and its own marking stay as they are; the leaf does not change.

    Authors: commander, duty, secretary.
    """

    record: Ref
    release: Release
    reason: Words | None = None

    def check(self, party: str) -> None:
        """Only an own record is released: what a partner wrote is not ours to pass on."""
        own(party, self.record)


@kind(
    "receipt",
    authors={"duty", "commander", "secretary", "planner", "auditor", "administrator", "field", "node"},
    act=True,
)
class Receipt(Data, frozen=True, kw_only=True):
    """The receiver's word on records of ``log``: delivered (the node's), seen, acknowledged (an officer's).

    ``spans`` are inclusive runs of sequence numbers, ascending and disjoint, so that
    one receipt can cover a whole catch-up.  Answered is told by the answer itself.

    Authors: administrator, auditor, commander, duty, field, node, planner, secretary.
    """

    log: LogName
    step: Literal["delivered", "seen", "acknowledged"]
    spans: Annotated[tuple[Span, ...], Meta(min_length=1, max_length=2_000)]

    def __post_init__(self) -> None:
        """Refuse runs that are empty, overlap or go backwards."""
        last = -1
        for first, end in self.spans:
            if first <= last or end < first:
                raise ValueError("spans must be ascending, disjoint and not empty")
            last = end

    def check(self, party: str) -> None:
        """A receipt is for what another party wrote."""
        anothers(party, self.log)

    def covers(self, seq: int) -> bool:
        """Tell whether entry ``seq`` of ``log`` is among the spans."""
        return any(first <= seq <= last for first, last in self.spans)


@kind("recall", authors={"commander", "secretary"}, act=True, expects="answer")
class Recall(Data, frozen=True, kw_only=True):
    """The author's party asks that its released ``record`` be withdrawn.

    Authors: commander, secretary.
    """

    record: Ref
    reason: Words

    def check(self, party: str) -> None:
        """Only an own record is recalled."""
        own(party, self.record)


@kind("recall-answer", authors={"commander", "secretary"}, act=True)
class RecallAnswer(Data, frozen=True, kw_only=True):
    """The partner's reply to a recall: withdrawn from use, or refused with the reason.

    Authors: commander, secretary.
    """

    recall: Ref
    complied: bool
    text: Words | None = None

    def check(self, party: str) -> None:
        """The party that made the recall does not answer it."""
        anothers(party, self.recall)


@kind("correction", authors={"duty", "commander", "secretary", "planner", "administrator", "node"}, act=True)
class Correction(Data, frozen=True, kw_only=True):
    """The author's party puts ``data`` in the place of the data of ``record``, one of its own.

    ``data`` is whole and of the same kind; the first statement stays readable.

    Authors: administrator, commander, duty, node, planner, secretary.
    """

    record: Ref
    data: msgspec.Raw
    reason: Words

    def __post_init__(self) -> None:
        """Refuse what is not an object: no kind's data is anything else."""
        if not bytes(self.data).startswith(b"{"):
            raise ValueError("the corrected data is not an object")

    def check(self, party: str) -> None:
        """Only an own record is corrected."""
        own(party, self.record)

    def read_as(self, kind: Kind, party: str) -> Data:
        """Return the corrected data as that of a ``kind`` record of ``party``.

        Which kind is meant stands in the log, not in this record: whoever holds the
        record that is corrected calls this.  Raises VerificationError when the data
        breaks the kind's definition.
        """
        try:
            data = kind.decode(self.data)
            data.check(party)
        except (msgspec.MsgspecError, ValueError) as error:
            raise VerificationError(f"not the data of a {kind.name}: {error}") from error
        return data
