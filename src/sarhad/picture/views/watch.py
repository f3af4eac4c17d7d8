"""Who has the watch."""

from __future__ import annotations

from sarhad.picture.views.records import View
from sarhad.wire.values import Words


class OpenItemView(View, frozen=True, kw_only=True):
    """What was still owed at a handover, and who had acknowledged it."""

    ref: str
    owner: str | None


class HandoverView(View, frozen=True, kw_only=True):
    """One handover as its author signed it; ``accepted`` names the incoming officer's record."""

    ref: str
    by: str
    incoming: str
    at: int
    text: Words | None
    open: tuple[OpenItemView, ...]
    accepts: str | None
    accepted: str | None


class WatchView(View, frozen=True, kw_only=True):
    """A party's watch: who has it (``officer``, since the record ``since``), what is offered, and the last handovers.

    ``offered`` is a handover not yet accepted; ``handovers`` newest first, twenty at most.
    """

    party: str
    exercise: str | None
    officer: str | None
    since: str | None
    since_at: int | None
    offered: HandoverView | None
    handovers: tuple[HandoverView, ...]
