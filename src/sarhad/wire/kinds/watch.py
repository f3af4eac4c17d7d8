"""Who has the watch, and who has each open item."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from sarhad.wire.ids import NODE_OFFICER, OfficerId, Ref
from sarhad.wire.registry import Data, kind, own
from sarhad.wire.values import Value, Words


class OpenItem(Value, frozen=True, kw_only=True):
    """What is still owed at the handover; ``owner`` is the officer who has it, absent when nobody does."""

    ref: Ref
    owner: OfficerId | None = None


@kind("watch-handover", authors={"duty", "commander"}, act=True)
class WatchHandover(Data, frozen=True, kw_only=True):
    """The watch passes from its author to the officer ``incoming``, with what is ``open``.

    It passes only when the incoming officer signs a handover that ``accepts`` this
    one.  One whose author is itself the incoming officer takes the watch at once:
    the first of all, or a commander's where nobody is there to hand it over.

    Authors: commander, duty.
    """

    incoming: OfficerId
    open: Annotated[tuple[OpenItem, ...], Meta(max_length=200)] = ()
    text: Words | None = None
    accepts: Ref | None = None

    def __post_init__(self) -> None:
        """Refuse the node: a person has the watch."""
        if self.incoming == NODE_OFFICER:
            raise ValueError("the node cannot have the watch")

    def check(self, party: str) -> None:
        """A watch is handed over within one party."""
        own(party, self.accepts)


@kind("assignment", authors={"duty", "commander", "secretary"}, act=True)
class Assignment(Data, frozen=True, kw_only=True):
    """An officer of the author's party has the open item ``of`` from now on: taken, handed on, or escalated.

    ``officer`` is who has it: the author itself takes it, another is given it.  Absent:
    it is escalated, to whoever commands.  The newest of a party is what holds there.

    Authors: commander, duty, secretary.
    """

    of: Ref
    officer: OfficerId | None = None
    text: Words | None = None

    def __post_init__(self) -> None:
        """Refuse the node: a person has what is open."""
        if self.officer == NODE_OFFICER:
            raise ValueError("the node cannot have an item")
