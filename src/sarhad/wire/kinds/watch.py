"""Who has the watch: handed over by one officer, accepted by the next."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from sarhad.wire.ids import NODE_OFFICER, OfficerId, Ref
from sarhad.wire.registry import Data, kind, own
from sarhad.wire.values import Value, Words


class OpenItem(Value, frozen=True, kw_only=True):
    """What is still owed at the handover; ``owner`` is the officer who acknowledged it, absent when nobody did."""

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
