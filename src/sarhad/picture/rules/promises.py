"""Rules: taskings, pledges, measurements."""

from __future__ import annotations

import msgspec

from sarhad.picture.rules.base import Held, Rule, attached_to, both, own
from sarhad.wire.kinds import Pledge
from sarhad.wire.record import Record

_encoder = msgspec.json.Encoder(order="sorted")


def promise_bytes(record: Record) -> bytes:
    """Return the canonical bytes of what a pledge promises, without whom it accepts."""
    data = {name: value for name, value in record.raw["data"].items() if name != "accepts"}
    return _encoder.encode(data)


def _promises(record: Record, held: Held) -> str:
    assert isinstance(record.data, Pledge)
    if record.data.accepts is None:
        return ""
    pledge = held.get(record.data.accepts)
    if pledge is None:
        return ""
    if pledge.kind != "pledge":
        return "not-a-pledge"
    return "" if pledge.data is not None and promise_bytes(pledge) == promise_bytes(record) else "not-equal"


def _pledge(record: Record) -> tuple[str, ...]:
    name = "pledge" if record.kind == "measurement" else "accepts"
    ref = getattr(record.data, name)
    return (f"pledge/{ref or record.ref}",)


def _tasking(record: Record) -> tuple[str, ...]:
    return (f"tasking/{getattr(record.data, 'unit')}",)  # noqa: B009  (a tasking has a unit)


RULES = (
    Rule(
        "tasking",
        attaches="incident",
        subjects=_tasking,
        check=both(
            attached_to("incident", "incident", reason="not-an-incident"),
            own("unit", "not-own-unit"),
            attached_to("unit", "unit", reason="not-a-unit"),
        ),
    ),
    Rule("pledge", attaches="accepts", check=_promises, subjects=_pledge),
    Rule(
        "measurement",
        attaches="pledge",
        check=attached_to("pledge", "pledge", reason="not-a-pledge"),
        subjects=_pledge,
    ),
)
