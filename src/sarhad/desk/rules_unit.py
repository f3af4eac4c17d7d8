"""What a field officer may write: of its own unit, to its own desk.  What crosses is the duty officer's decision."""

from __future__ import annotations

from sarhad.desk.rules import Intended, Situation
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Receipt, Tasking, Unit, UnitStatus
from sarhad.wire.registry import KINDS


def check_unit(now: Situation, intended: Intended) -> None:
    """Raise Refused where an officer who writes as a field officer goes beyond its unit."""
    if now.actor.roles & (KINDS[intended.kind].authors - {"field"}):
        return
    data = intended.data
    if now.actor.unit is None:
        raise Refused(f"{now.actor.officer} leads no unit", where="unit", do="Ask an administrator to name the unit")
    if isinstance(data, Receipt):
        if data.step == "acknowledged":
            raise Refused("the duty desk acknowledges", where="data.step", do="Confirm it as seen")
        return
    if intended.release.to != "own":
        raise Refused("a field officer writes to its own desk", where="release", do="Choose own; the desk releases it")
    if isinstance(data, UnitStatus | Tasking) and _code(now, data.unit) != _code(now, now.actor.unit):
        raise Refused(f"{data.unit} is not your unit", where="data.unit", do=f"Name {now.actor.unit}")
    if isinstance(data, Tasking) and data.status == "ordered":
        raise Refused("a unit does not order itself", where="data.status", do="Ask the duty desk")


def _code(now: Situation, ref: str) -> str:
    """Return the code by which every record of one unit is known."""
    held = now.held(ref)
    return held.data.code if held is not None and isinstance(held.data, Unit) else ref
