"""What the two desks say to each other: warnings, requests, answers, allegations, denials."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sarhad.wire.ids import PartyId, Ref
from sarhad.wire.registry import Data, anothers, kind
from sarhad.wire.values import Moment, Place, Urgency, Words

Evidence = Annotated[tuple[Ref, ...], Meta(max_length=50)]


@kind("warning", authors={"duty", "commander"}, act=True, expects="acknowledge")
class Warn(Data, frozen=True, kw_only=True):
    """You are about to be hit: to one partner, with the urgency that sets its clock.

    Authors: commander, duty.
    """

    to: PartyId
    urgency: Urgency
    text: Words
    place: Place | None = None
    when: Moment | None = None
    about: Ref | None = None

    def check(self, party: str) -> None:
        """A warning goes to another party."""
        anothers(party, self.to)


@kind("request", authors={"duty", "commander", "secretary", "planner"}, act=True, expects="answer")
class Request(Data, frozen=True, kw_only=True):
    """Please do (``act``), or tell us (``inform``).

    Authors: commander, duty, planner, secretary.
    """

    to: PartyId
    urgency: Urgency
    asks: Literal["act", "inform"]
    text: Words
    place: Place | None = None
    about: Ref | None = None

    def check(self, party: str) -> None:
        """A request goes to another party."""
        anothers(party, self.to)


@kind("answer", authors={"duty", "commander", "secretary"}, act=True)
class Answer(Data, frozen=True, kw_only=True):
    """The reply to a warning, a request or an allegation.

    ``outcome``: ``done`` or ``will`` (accepted), ``partly``, ``cannot`` (the field's
    CANTCO), ``refuse`` (will not), ``inform`` (information given).

    Authors: commander, duty, secretary.
    """

    of: Ref
    outcome: Literal["will", "done", "partly", "cannot", "refuse", "inform"]
    text: Words

    def check(self, party: str) -> None:
        """An answer is to what another party said."""
        anothers(party, self.of)


@kind("allegation", authors={"commander", "secretary", "duty"}, act=True, expects="answer")
class Allegation(Data, frozen=True, kw_only=True):
    """One side says that the other harbours: where, since when, on what evidence.

    Authors: commander, duty, secretary.
    """

    to: PartyId
    urgency: Urgency
    text: Words
    places: Annotated[tuple[Place, ...], Meta(max_length=50)] = ()
    when: Moment | None = None
    evidence: Evidence = ()
    about: Ref | None = None

    def check(self, party: str) -> None:
        """An allegation is made to another party."""
        anothers(party, self.to)


@kind("denial", authors={"commander", "secretary", "duty"}, act=True)
class Denial(Data, frozen=True, kw_only=True):
    """A party says that it is not so: of an allegation, a claim or a report.

    Authors: commander, duty, secretary.
    """

    of: Ref
    text: Words
    evidence: Evidence = ()
