"""What a party does not share, and who does not take part."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sarhad.wire.ids import PartyId, Ref
from sarhad.wire.registry import Data, anothers, kind
from sarhad.wire.values import Microseconds, Short, Words


@kind("caveat", authors={"commander", "administrator"}, act=True)
class Caveat(Data, frozen=True, kw_only=True):
    """A restriction that a party lays on itself or on a unit: what is not shared, who does not take part.

    It concerns a partner ``party`` or a ``unit`` of either side, one of them.  ``withhold``:
    the author releases no record of these kinds to the party, or none of these kinds that
    names the unit to anybody.  ``part``: ``no`` keeps the unit (each unit of the party)
    out of every incident if it is the author's own, else out of the author's incidents;
    ``apart`` keeps it from any incident to which a unit of the author is sent.
    ``incidents`` narrows ``part`` to these.  ``listing`` names the official list or the
    rule that it rests on.  Ends at ``until``, or when a later record with the same ``code`` is ``lifted``.

    Authors: administrator, commander.
    """

    code: Short
    party: PartyId | None = None
    unit: Ref | None = None
    withhold: Annotated[tuple[Short, ...], Meta(max_length=50)] = ()
    part: Literal["yes", "apart", "no"] = "yes"
    incidents: Annotated[tuple[Ref, ...], Meta(max_length=50)] = ()
    reason: Words
    listing: Annotated[str, Meta(max_length=500)] = ""
    until: Microseconds | None = None
    lifted: bool = False

    def __post_init__(self) -> None:
        """Refuse a caveat on nothing, on two things, or without effect."""
        if (self.party is None) == (self.unit is None):
            raise ValueError("a caveat concerns a party or a unit, one of them")
        if not self.withhold and self.part == "yes":
            raise ValueError("the caveat restricts nothing")

    def check(self, party: str) -> None:
        """A party lays no caveat on itself as a whole."""
        anothers(party, self.party)
