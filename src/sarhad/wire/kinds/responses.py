"""The joint answer to an incident: opened, proposed, asked of the other side, handed over at the line."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sarhad.wire.ids import PartyId, Ref, party_of
from sarhad.wire.registry import Data, anothers, kind
from sarhad.wire.values import Count, Hex32, Metres, Microseconds, Moment, Place, Seconds, Short, Urgency, Value, Words

Skills = Annotated[tuple[Short, ...], Meta(max_length=20)]


class Fact(Value, frozen=True, kw_only=True):
    """What a reason is about, by name: texts (references, codes) or a number (seconds, persons)."""

    name: Short
    texts: Annotated[tuple[Short, ...], Meta(max_length=50)] = ()
    number: Annotated[int, Meta(ge=-(2**53 - 1), le=2**53 - 1)] | None = None


class Reason(Value, frozen=True, kw_only=True):
    """A stable word with what it is about, so that each desk says it in its own language."""

    code: Short
    facts: Annotated[tuple[Fact, ...], Meta(max_length=10)] = ()


class Window(Value, frozen=True, kw_only=True):
    """From and to which second after the proposal's ``as_of``."""

    from_s: Seconds
    to_s: Seconds


class Leg(Value, frozen=True, kw_only=True):
    """A unit that is proposed: there ``arrival_s`` after the proposal's ``as_of``, give or take ``uncertainty_s``.

    ``over`` names the crossings on its way; ``near_line`` is when it is within the
    agreement's notice distance of the line, absent when it never is.
    """

    unit: Ref
    how: Literal["road", "air"]
    notice_s: Seconds
    arrival_s: Seconds
    uncertainty_s: Seconds
    over: Annotated[tuple[Ref, ...], Meta(max_length=10)] = ()
    near_line: Window | None = None
    why: Reason


class Spared(Value, frozen=True, kw_only=True):
    """A unit that is nearer, or would be there earlier, and is not proposed; ``arrival_s`` absent: it never arrives."""

    unit: Ref
    straight_m: Metres
    arrival_s: Seconds | None = None
    why: Reason


class Clash(Value, frozen=True, kw_only=True):
    """A unit's way leads through the area of a notice while it is in force."""

    unit: Ref
    notice: Ref
    window: Window


class Alone(Value, frozen=True, kw_only=True):
    """What one side's units alone would need, as a separate force that does not cross; absent: they cannot at all."""

    party: PartyId
    adequate_s: Seconds | None = None


class Saving(Value, frozen=True, kw_only=True):
    """The one rule that costs most: without it all that is needed is there ``saved_s`` sooner."""

    rule: Reason
    saved_s: Seconds


@kind("response", authors={"duty", "commander"}, act=True)
class Response(Data, frozen=True, kw_only=True):
    """An answer to ``incident`` is opened; its author's party leads until the lead is handed over.

    ``capabilities`` and ``strength`` (persons) are what is needed there.  Where both sides open
    one, the first by claimed time counts (its bracket shows a claim that cannot be), and the other
    is shown beside it.

    Authors: commander, duty.
    """

    incident: Ref
    urgency: Urgency
    capabilities: Skills = ()
    strength: Count = 0
    text: Words | None = None


@kind("proposal", authors={"duty", "commander", "planner"})
class Proposal(Data, frozen=True, kw_only=True):
    """What the planner suggested to the officer who asked it; it orders nobody.

    ``snapshot`` is the SHA-256 of what it was made from, ``version`` the program's; ``kept`` the
    attachment that holds both for its author's own side, so that it can be made again.
    ``adequate_s``: when all that is needed is there, seconds after ``as_of``; absent: it cannot be.
    ``proved``: nothing better is possible.  ``replaces`` names the proposal that ``overtaken`` says why
    it no longer holds.

    Authors: commander, duty, planner.
    """

    response: Ref
    as_of: Microseconds
    snapshot: Hex32
    version: Short
    proved: bool
    kept: Ref | None = None
    adequate_s: Seconds | None = None
    legs: Annotated[tuple[Leg, ...], Meta(max_length=50)] = ()
    spared: Annotated[tuple[Spared, ...], Meta(max_length=100)] = ()
    unmet: Annotated[tuple[Reason, ...], Meta(max_length=20)] = ()
    clashes: Annotated[tuple[Clash, ...], Meta(max_length=100)] = ()
    saving: Saving | None = None
    alone: Annotated[tuple[Alone, ...], Meta(max_length=16)] = ()
    replaces: Ref | None = None
    overtaken: Annotated[tuple[Reason, ...], Meta(max_length=50)] = ()


@kind("unit-request", authors={"duty", "commander"}, act=True, expects="answer")
class UnitRequest(Data, frozen=True, kw_only=True):
    """A unit of the other side is asked for; whether it comes is that side's to say, and to order.

    Accepted by an answer ``will`` and the owner's own tasking; declined by ``cannot`` or ``refuse``.

    Authors: commander, duty.
    """

    to: PartyId
    urgency: Urgency
    incident: Ref
    unit: Ref
    proposal: Ref | None = None
    place: Place | None = None
    due: Moment | None = None
    text: Words | None = None

    def check(self, party: str) -> None:
        """A unit is asked of its own party, which is another."""
        anothers(party, self.to)
        if party_of(self.unit) != self.to:
            raise ValueError(f"{self.unit} is not a unit of {self.to}")


@kind("handover", authors={"duty", "commander"}, act=True, expects="answer")
class Handover(Data, frozen=True, kw_only=True):
    """The lead of a response passes to the other side: at which crossing or place of the line, when.

    Signed by the side that leads; it passes when the other side signs the answer ``will``.

    Authors: commander, duty.
    """

    response: Ref
    to: PartyId
    urgency: Urgency
    when: Moment
    crossing: Ref | None = None
    place: Place | None = None
    text: Words | None = None

    def check(self, party: str) -> None:
        """A lead is handed to another party."""
        anothers(party, self.to)
