"""Rules: handovers of the watch, and who has what is open."""

from __future__ import annotations

from sarhad.picture.rules.base import Held, Rule, attached_to, both
from sarhad.wire.kinds import WatchHandover
from sarhad.wire.record import Record
from sarhad.wire.registry import KINDS

OWED = tuple(sorted(name for name, kind in KINDS.items() if kind.expects != "none"))
"""Kinds that make an item: only these have an owner."""


def _accepted_by_incoming(record: Record, held: Held) -> str:
    assert isinstance(record.data, WatchHandover)
    if record.data.accepts is None:
        return ""
    if record.data.incoming != record.header.by:
        return "not-incoming"
    offered = held.get(record.data.accepts)
    if offered is None or not isinstance(offered.data, WatchHandover):
        return ""
    if offered.party != record.party:
        return "not-own"
    return "" if offered.data.incoming == record.header.by else "not-incoming"


def _watch(record: Record) -> tuple[str, ...]:
    return (f"watch/{record.party}",)


RULES = (
    Rule(
        "watch-handover",
        attaches="accepts",
        check=both(attached_to("accepts", "watch-handover", reason="not-a-handover"), _accepted_by_incoming),
        subjects=_watch,
    ),
    Rule("assignment", attaches="of", check=attached_to("of", *OWED, reason="not-an-item")),
)
