"""Rules: handovers of the watch."""

from __future__ import annotations

from sarhad.picture.rules.base import Held, Rule, attached_to, both
from sarhad.wire.kinds import WatchHandover
from sarhad.wire.record import Record


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
)
