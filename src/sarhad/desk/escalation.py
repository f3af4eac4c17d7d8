"""When an item that nobody acknowledged goes to the next officer: a share of its deadline.

Nothing is stored: the moment follows from the proved delivery, the terms and the node's
setting, so it is the same at every desk and after every restart.
"""

from __future__ import annotations

from sarhad.picture.views import ItemView

ESCALATING = frozenset({"flash", "immediate"})
"""Urgencies that do not wait for their deadline."""
_US = 1_000_000


def escalates_us(item: ItemView, party: str, percent: int) -> int | None:
    """Return when (µs UTC) the item is escalated at the desk of ``party``; None: never, or no more.

    ``percent`` of the acknowledgement's deadline must have passed since delivery; 0 is never.
    """
    clock = item.acknowledge
    ours = item.to == party and item.urgency in ESCALATING
    over = item.settled or item.recall is not None or clock.done_by is not None
    if not ours or over or not percent or item.delivered_s is None or not clock.deadline_s:
        return None
    return item.delivered_s * _US + clock.deadline_s * _US * percent // 100
