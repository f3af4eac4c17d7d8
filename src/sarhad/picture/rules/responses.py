"""Rules: responses, proposals, requests for units, handovers of the lead."""

from __future__ import annotations

from sarhad.picture.rules.base import Held, Rule, attached_to, both
from sarhad.wire.ids import party_of
from sarhad.wire.kinds import UnitRequest
from sarhad.wire.record import Record


def _to_itself(record: Record, _held: Held) -> str:
    return "to-itself" if getattr(record.data, "to", None) == record.party else ""


def _of_its_owner(record: Record, _held: Held) -> str:
    assert isinstance(record.data, UnitRequest)
    return "" if party_of(record.data.unit) == record.data.to else "not-addressees-unit"


RULES = (
    Rule("response", attaches="incident", check=attached_to("incident", "incident", reason="not-an-incident")),
    Rule("proposal", attaches="response", check=attached_to("response", "response", reason="not-a-response")),
    Rule(
        "unit-request",
        attaches="incident",
        check=both(attached_to("incident", "incident", reason="not-an-incident"), _to_itself, _of_its_owner),
    ),
    Rule(
        "handover",
        attaches="response",
        check=both(attached_to("response", "response", reason="not-a-response"), _to_itself),
    ),
)
