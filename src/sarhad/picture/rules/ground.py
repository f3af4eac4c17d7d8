"""Rules: sectors, crossings, posts, units, their status, zone notices."""

from __future__ import annotations

from sarhad.picture.rules.base import Held, Rule, attached_to, both, own
from sarhad.wire.kinds import ZoneNotice
from sarhad.wire.record import Record


def _ground(record: Record) -> tuple[str, ...]:
    code = getattr(record.data, "code", None)
    return ("ground",) if code is None else ("ground", f"{record.kind}/{record.party}/{code}")


def _to_itself(record: Record, _held: Held) -> str:
    assert isinstance(record.data, ZoneNotice)
    return "to-itself" if record.data.to == record.party else ""


RULES = (
    Rule("sector", subjects=_ground),
    Rule("crossing", subjects=_ground),
    Rule("post", subjects=_ground),
    Rule("unit", subjects=_ground),
    Rule(
        "unit-status",
        attaches="unit",
        check=both(
            own("unit", "not-own-unit"),
            attached_to("unit", "unit", reason="not-a-unit"),
            attached_to("blurs", "unit-status", reason="not-a-status"),
        ),
        subjects=_ground,
    ),
    Rule("caveat", subjects=_ground),
    Rule("zone-notice", check=_to_itself, subjects=_ground),
)
