"""What is ordered and what is promised: taskings, pledges, measurements."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sarhad.wire.ids import PartyId, Ref
from sarhad.wire.registry import Data, anothers, kind, own
from sarhad.wire.values import Long, Microseconds, Moment, Names, Place, Short, Words

Quantity = Annotated[int, Meta(ge=-(10**15), le=10**15)]


@kind("tasking", authors={"duty", "commander", "field"}, act=True)
class Tasking(Data, frozen=True, kw_only=True):
    """What a party orders its own unit to do, and how far that has come.

    A later record with the same ``unit`` and ``incident`` carries the next ``status``;
    the unit's own field officer may write those after ``ordered``.  ``answers`` names the
    other side's request that it follows, ``proposal`` the planner's suggestion.

    Authors: commander, duty, field.
    """

    unit: Ref
    incident: Ref
    status: Literal["ordered", "accepted", "declined", "en-route", "arrived", "closed"]
    place: Place | None = None
    due: Moment | None = None
    text: Words | None = None
    answers: Ref | None = None
    proposal: Ref | None = None

    def check(self, party: str) -> None:
        """A party orders its own units only; the other side's are asked for."""
        own(party, self.unit)
        anothers(party, self.answers)


@kind("pledge", authors={"secretary", "commander"}, act=True)
class Pledge(Data, frozen=True, kw_only=True):
    """What was promised: from ``baseline`` to ``target``, whole numbers of ``unit``, by ``due``.

    ``accepts`` names the partner's pledge record that this one signs as well.

    Authors: commander, secretary.
    """

    names: Names
    by_parties: Annotated[tuple[PartyId, ...], Meta(min_length=1, max_length=16)]
    unit: Short
    baseline: Quantity
    target: Quantity
    due: Microseconds
    text: Words | None = None
    accepts: Ref | None = None

    def check(self, party: str) -> None:
        """A party accepts another's pledge, not its own."""
        anothers(party, self.accepts)


@kind("measurement", authors={"secretary", "planner", "auditor"})
class Measurement(Data, frozen=True, kw_only=True):
    """How far a pledge has come: ``value`` in the pledge's unit, as of ``when``.

    Authors: auditor, planner, secretary.
    """

    pledge: Ref
    value: Quantity
    when: Moment
    source: Long = ""
